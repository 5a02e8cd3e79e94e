"""An avenue that runs away from the camera, one lane each way, with pavements and house fronts on both sides."""

from __future__ import annotations

import numpy as np

from vigil.demo.drawing import props, textures
from vigil.demo.drawing.arrays import Image
from vigil.demo.drawing.backdrop import Backdrop
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.ground_map import GroundMap
from vigil.demo.drawing.lighting import Lamp, Lighting
from vigil.demo.scenes.scene import Lane, Scene, Spot


def _side(rng: np.random.Generator, is_dusk: bool, colour: tuple[float, float, float]) -> Image:
    wall = textures.bricks(rng, 260, 1400, 10, colour)
    for column in range(40, 1340, 110):
        for row in (20, 100):
            is_lit = is_dusk and rng.random() < 0.4
            textures.add_window(wall, column, row, 52, 54, (130, 200, 235) if is_lit else (96, 84, 74), (180, 184, 186))
    for column in range(30, 1300, 240):
        textures.add_window(wall, column, 184, 120, 58, (130, 196, 230) if is_dusk else (104, 92, 80), (58, 56, 56))
        textures.add_shutter(wall, column + 144, 180, 50, 80, (60, 76, 96))
    return wall


def _paint(scene: Backdrop, rng: np.random.Generator) -> None:
    is_dusk = scene.light.ambient[0] < 0.8
    scene.sky((110, 84, 70), (150, 136, 140)) if is_dusk else scene.sky((214, 190, 160), (226, 220, 212))
    scale = 18.0
    ground = GroundMap(textures.asphalt(rng, *GroundMap.size(scale, 30, 76), (88, 86, 86)), scale, -15, 0)
    slabs = textures.tiles(rng, *GroundMap.size(scale, 11, 76), round(scale * 0.8), (146, 150, 154))
    for low, high in (((-15, 0), (-4.4, 76)), ((4.4, 0), (15, 76))):
        ground.lay(low, high, slabs)
    for x in (-4.4, 4.2):
        ground.rect((x, 0), (x + 0.2, 76), (126, 128, 130))
    ground.dashes((0, 2), (0, 74))
    for y in (10.0, 24.0, 40.0):
        ground.arrow((2.1, y), (0.0, 1.0), 2.8)
        ground.arrow((-2.1, y - 2.6), (0.0, -1.0), 2.8)
    ground.spread(scene, (206, 200, 194))
    trees = ((-5.6, 14.0), (-5.6, 24.0), (5.8, 18.0), (5.8, 29.0))
    for place in trees:
        props.tree_shadow(scene, place, 1.5)
    scene.settle_shadows()
    scene.wall((-9.0, 60), (9.0, 60), 8.0, textures.plaster(rng, 200, 400, (186, 180, 172)))
    scene.wall((-8.2, 3.0), (-8.2, 62), 9.0, _side(rng, is_dusk, (76, 92, 140)))
    scene.wall((8.4, 62), (8.4, 3.0), 9.0, _side(rng, is_dusk, (120, 132, 148)))
    for place in ((-5.2, 19.0), (5.4, 13.0), (5.4, 36.0)):
        props.lamp_post(scene, place, 5.5, glowing=is_dusk)
    for place in sorted(trees, key=lambda spot: -spot[1]):
        props.tree(scene, place, rng, 1.5, (50, 112, 76))
    props.litter_bin(scene, (-5.4, 9.4))
    props.bollard(scene, (4.9, 9.0))
    props.sign(scene, (4.9, 11.0), (60, 50, 190))


def avenue(is_dusk: bool, mirrored: bool) -> Scene:
    """The avenue by day or at dusk; the second camera hangs over the other pavement."""
    camera = Camera(480, 360, (4.2 if mirrored else -3.6, -3.0, 6.6), -0.20 if mirrored else 0.18, 0.33, 1.02)
    lamps = (
        Lamp(-4.4, 18, 6, (0.45, 0.62, 0.74)),
        Lamp(4.4, 12, 6, (0.45, 0.62, 0.74)),
        Lamp(4.4, 35, 7, (0.45, 0.62, 0.74)),
    )
    dusk = Lighting((0.58, 0.48, 0.46), (0.3, -0.3), 0.25, lamps)
    day = Lighting((1.14, 1.15, 1.16), (-0.55, 0.25), 0.44)
    return Scene(
        name="CAM 10 STATION AVE UPPER" if mirrored else "CAM 09 STATION AVE LOWER",
        camera=camera,
        light=dusk if is_dusk else day,
        paint=_paint,
        walks=(
            ((-6.6, 40), (-6.4, 20), (-6.6, 10), (-6.8, 2)),
            ((6.6, 2), (6.8, 12), (6.6, 26), (6.6, 44)),
            ((7.0, 40), (6.9, 24), (7.0, 12), (6.8, 2)),
            ((-6.9, 2), (-7.2, 14), (-6.9, 40)),
        ),
        spots=(
            Spot((-6.2, 11.5), "on the left pavement"),
            Spot((6.5, 12.0), "on the right pavement"),
            Spot((6.4, 15.0), "outside the shop doors"),
        ),
        lanes=(
            Lane(((2.1, -4), (2.1, 62)), 8.0, "the right-hand lane"),
            Lane(((-2.1, 62), (-2.1, -4)), 8.0, "the left-hand lane"),
        ),
        obstacles=tuple(
            (place, 0.3)
            for place in ((-5.6, 14.0), (-5.6, 24.0), (5.8, 18.0), (5.8, 29.0), (-5.4, 9.4), (4.9, 9.0), (5.4, 13.0))
        ),
        burnable=(((-5.4, 9.4), 0.95, 0.8, "the litter bin on the pavement"),),
        posts=(Spot((4.9, 9.0), "a bollard at the kerb"),),
        steam=((3.4, 15.0),),
        hour=18 if is_dusk else 11,
        headlights_on=is_dusk,
        noise=5.0 if is_dusk else 3.0,
        overlay=("top left", "bottom left") if mirrored else ("bottom right", "top left"),
        setting="the avenue",
    )
