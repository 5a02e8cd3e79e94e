"""A pedestrian square in front of shops, with trees, benches and a fountain of lamps."""

from __future__ import annotations

import math

import numpy as np

from vigil.demo.drawing import props, textures
from vigil.demo.drawing.arrays import Image
from vigil.demo.drawing.backdrop import Backdrop
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.ground_map import GroundMap
from vigil.demo.drawing.lighting import Lamp, Lighting
from vigil.demo.scenes.scene import Scene, Seat, Spot

SHOPS = (("BAKERY", (60, 90, 150)), ("BOOKS", (110, 70, 40)), ("PHARMACY", (70, 120, 50)), ("CAFE LUNA", (50, 50, 120)))


def _front(rng: np.random.Generator, is_dusk: bool) -> Image:
    wall = textures.bricks(rng, 260, 1280, 9)
    glass = (140, 205, 235) if is_dusk else (112, 96, 80)
    for index, (name, colour) in enumerate(SHOPS):
        left = 20 + index * 315
        wall[112:150, left : left + 290] = np.array(colour, np.uint8)
        textures.add_text(wall, name, left + 40, 141, 1.0, (236, 240, 240))
        textures.add_window(wall, left + 8, 162, 180, 84, glass, (58, 56, 54))
        textures.add_window(wall, left + 214, 158, 62, 102, tuple(c * 0.8 for c in glass), (50, 48, 48))  # type: ignore[arg-type]
        for upper in (left + 30, left + 180):
            textures.add_window(wall, upper, 22, 72, 66, (96, 84, 72), (168, 172, 176))
    return wall


def _paint(scene: Backdrop, rng: np.random.Generator) -> None:
    is_dusk = scene.light.ambient[0] < 0.8
    scene.sky((120, 90, 70), (150, 140, 140)) if is_dusk else scene.sky((190, 176, 160), (216, 214, 210))
    scale = 24.0
    slabs = textures.tiles(rng, *GroundMap.size(scale, 44, 40), round(scale * 0.9), (146, 152, 158), 0.05)
    ground = GroundMap(slabs, scale, -22, 0)
    for x in (-7.5, 0.0, 7.5):
        ground.rect((x - 0.3, 0), (x + 0.3, 19), (104, 112, 122), 0.35)
    ground.rect((-22, 11.2), (22, 11.8), (104, 112, 122), 0.35)
    ground.lay(
        (-22, 17.0), (22, 19.2), textures.tiles(rng, *GroundMap.size(scale, 44, 3), round(scale * 0.4), (122, 124, 126))
    )
    ground.rect((-22, 16.85), (22, 17.0), (88, 92, 94))
    ground.spread(scene)
    trees, lamps = ((-8.6, 13.6), (9.2, 12.8)), ((-3.6, 15.6), (5.4, 15.6))
    for place in trees:
        props.tree_shadow(scene, place)
    for place in lamps:
        props.pole_shadow(scene, place, 4.6)
    for place in ((-5.2, 12.6), (6.4, 9.4)):
        props.bench_shadow(scene, place)
    scene.cast([(x, 19.2, z) for x in (-30, 30) for z in (0, 6.4)])
    scene.settle_shadows()
    scene.wall((-22, 19.2), (22, 19.2), 7.2, _front(rng, is_dusk))
    for x in (-15.2, -4.2, 6.8):
        scene.box((x, 18.3, 2.7), (x + 5.2, 19.2, 2.85), (66, 70, 150))
    for place in lamps:
        props.lamp_post(scene, place, 4.6, glowing=is_dusk)
    props.bench(scene, (-5.2, 12.6))
    props.bench(scene, (6.4, 9.4))
    props.litter_bin(scene, (3.9, 12.4), (84, 84, 86))
    props.tree(scene, trees[0], rng, 1.8, (52, 116, 82))
    props.tree(scene, trees[1], rng, 1.6, (46, 104, 92))
    for x in (-1.8, 1.8):
        scene.prop((x, 14.6), lambda to, x=x: to.box((x - 0.6, 14.2, 0), (x + 0.6, 15.0, 0.5), (112, 118, 124)))  # type: ignore[misc]
        scene.crown((x, 14.6), (x, 14.6, 0.8), 0.55, (56, 120, 88), rng)


def plaza(is_dusk: bool, mirrored: bool) -> Scene:
    """The square on a bright day, or at dusk under its lamps."""
    camera = Camera(480, 360, (2.6 if mirrored else -2.4, -2.0, 5.2), -0.18 if mirrored else 0.16, 0.39, 1.08)
    lamps = (
        Lamp(-3.6, 14.4, 5, (0.42, 0.58, 0.70)),
        Lamp(5.4, 14.4, 5, (0.42, 0.58, 0.70)),
        Lamp(0, 18.5, 9, (0.25, 0.36, 0.45)),
    )
    dusk = Lighting((0.62, 0.50, 0.47), (0.3, -0.35), 0.25, lamps)
    day = Lighting((1.16, 1.17, 1.18), (0.62, -0.2), 0.42)
    return Scene(
        name="CAM 06 MARKET SQ S" if mirrored else "CAM 05 MARKET SQ N",
        camera=camera,
        light=dusk if is_dusk else day,
        paint=_paint,
        walks=(
            ((-14, 8.4), (-4, 8.0), (4, 7.2), (14, 7.6)),
            ((14, 10.4), (3, 10.2), (-5, 9.8), (-14, 10.6)),
            ((-15, 16.2), (0, 16.3), (15, 16.2)),
            ((13, 17.4), (2, 17.6), (-14, 17.2)),
            ((-2.8, 18.4), (-1.0, 11), (-6, 6), (-9, 2.6)),
            ((10, 3.8), (3, 6.4), (2.6, 12), (4.0, 18.4)),
        ),
        spots=(
            Spot((0.2, 6.6), "in the middle of the square"),
            Spot((-3.2, 8.4), "in front of the bench"),
            Spot((2.2, 7.8), "near the planters"),
            Spot((-1.0, 8.0), "outside the bookshop"),
        ),
        seats=(
            Seat((-5.6, 11.9), (-5.6, 12.65), -math.pi / 2),
            Seat((-4.8, 11.9), (-4.8, 12.65), -math.pi / 2),
            Seat((6.0, 8.7), (6.0, 9.45), -math.pi / 2),
            Seat((6.8, 8.7), (6.8, 9.45), -math.pi / 2),
        ),
        obstacles=(
            ((-5.2, 12.7), 0.9),
            ((6.4, 9.5), 0.9),
            ((3.9, 12.4), 0.3),
            ((-8.6, 13.6), 0.3),
            ((9.2, 12.8), 0.3),
            ((-1.8, 14.6), 0.7),
            ((1.8, 14.6), 0.7),
            ((-3.6, 15.6), 0.2),
            ((5.4, 15.6), 0.2),
        ),
        burnable=(((3.9, 12.4), 0.95, 0.8, "the litter bin outside the pharmacy"),),
        steam=((-1.0, 12.9),),
        hour=19 if is_dusk else 12,
        noise=5.5 if is_dusk else 3.0,
        flicker=0.003 if is_dusk else 0.0,
        overlay=("top right", "bottom left") if mirrored else ("bottom left", "top left"),
        setting="the square",
        crowd=1.25,
    )
