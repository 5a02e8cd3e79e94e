"""An underground railway platform: tiled wall with posters, pillars, a track bed, strip lights."""

from __future__ import annotations

import numpy as np

from vigil.demo.drawing import props, textures
from vigil.demo.drawing.arrays import Image
from vigil.demo.drawing.backdrop import Backdrop
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.ground_map import GroundMap
from vigil.demo.drawing.lighting import Lamp, Lighting
from vigil.demo.scenes.scene import Scene, Seat, Spot

EDGE_X = 3.6
PILLARS = (9.6, 17.0, 25.0)


def _tiled(rng: np.random.Generator, columns: int, name: str) -> Image:
    wall = textures.tiles(rng, 180, columns, 10, (176, 180, 178), 0.03)
    wall[60:76] = (150, 80, 40)
    for left in range(60, columns - 160, 330):
        for offset, tone in ((0, (70, 60, 160)), (120, (60, 120, 150))):
            poster = wall[86:146, left + offset : left + offset + 90]
            poster[:] = np.array(tone, np.uint8)
            poster[34:, 8:-8] = np.clip(np.array(tone) * 1.6, 0, 255).astype(np.uint8)
        textures.add_text(wall, name, left + 4, 54, 0.8, (110, 60, 30))
    return wall


def _ground(rng: np.random.Generator) -> GroundMap:
    scale = 22.0
    slabs = textures.tiles(rng, *GroundMap.size(scale, 20, 48), round(scale * 0.6), (150, 152, 152), 0.035)
    ground = GroundMap(slabs, scale, -8, 0)
    ground.lay((EDGE_X, 0), (12, 48), textures.asphalt(rng, *GroundMap.size(scale, 9, 48), (46, 48, 52)))
    for x in (4.8, 6.3):
        ground.line((x, 0), (x, 48), (120, 118, 116), 0.12, 0.2)
    for y in range(48):
        ground.rect((4.4, y + 0.2), (6.7, y + 0.5), (40, 46, 54), 0.4)
    ground.rect((EDGE_X - 0.8, 0), (EDGE_X - 0.55, 48), (40, 180, 214), 0.15)
    ground.rect((EDGE_X - 0.15, 0), (EDGE_X, 48), (200, 204, 206), 0.15)
    return ground


def _paint(scene: Backdrop, rng: np.random.Generator) -> None:
    scene.sky((58, 60, 60), (80, 82, 82))
    _ground(rng).spread(scene)
    for y in PILLARS:
        scene.cast([(x, b, z) for x in (-0.3, 0.3) for b in (y - 0.3, y + 0.3) for z in (0, 1.2)])
    props.bench_shadow(scene, (-2.6, 13.0))
    scene.settle_shadows(5.0)
    scene.wall((-8, 46), (12, 46), 4.2, textures.plaster(rng, 100, 300, (90, 90, 90)))
    scene.wall((-4.6, 2.6), (-4.6, 46), 4.2, _tiled(rng, 1900, "CENTRAL"))
    scene.wall((8.4, 46), (8.4, 2.6), 4.2, _tiled(rng, 1900, "CENTRAL"))
    for y in np.arange(6.0, 46, 5.0)[::-1]:
        at = float(y)
        scene.face(
            [(-1.2, at, 4.15), (-0.7, at, 4.15), (-0.7, at + 2.6, 4.15), (-1.2, at + 2.6, 4.15)], (246, 250, 246)
        )
    for y in PILLARS[::-1]:
        props.pillar(scene, (0.4, y), 4.2, (140, 146, 150), 0.28)
    props.bench(scene, (-3.0, 13.0))
    props.litter_bin(scene, (-3.9, 9.6), (120, 118, 116))
    scene.prop((-4.1, 17.0), lambda to: to.box((-4.5, 16.5, 0), (-3.8, 17.5, 1.9), (60, 60, 170)))


def station(is_late: bool, mirrored: bool) -> Scene:
    """The platform; late in the evening half of its lamps are off and flicker."""
    camera = Camera(480, 360, (1.6 if mirrored else -1.9, -0.6, 4.0), -0.10 if mirrored else 0.06, 0.35, 0.86)
    lamps = tuple(
        Lamp(-0.8, y, 5.0, (0.34, 0.38, 0.36)) for y in ((6.0, 18.0, 30.0) if is_late else (4.0, 11.0, 18.0, 26.0))
    )
    light = Lighting((0.46, 0.47, 0.45) if is_late else (0.66, 0.67, 0.65), (0.12, 0.12), 0.30, lamps)
    return Scene(
        name="CAM 08 PLATFORM 2" if mirrored else "CAM 07 PLATFORM 1",
        camera=camera,
        light=light,
        paint=_paint,
        walks=(
            ((-2.4, 1.0), (-1.6, 8), (-1.8, 20), (-2.0, 38)),
            ((1.8, 36), (1.6, 20), (1.9, 8), (1.4, 1.0)),
            ((-1.2, 36), (-1.4, 16), (-0.9, 5), (-1.2, 1.0)),
            ((1.2, 1.0), (2.0, 7), (1.7, 16), (1.8, 36)),
        ),
        spots=(
            Spot((-1.2, 6.2), "in the middle of the platform"),
            Spot((1.9, 7.2), "near the platform edge"),
            Spot((-2.2, 7.6), "in front of the posters"),
            Spot((-1.5, 8.8), "in front of the bench"),
        ),
        seats=(Seat((-3.4, 12.2), (-3.4, 13.05), -1.57), Seat((-2.6, 12.2), (-2.6, 13.05), -1.57)),
        obstacles=tuple(((0.4, y), 0.45) for y in PILLARS)
        + (((-3.0, 13.0), 0.9), ((-3.9, 9.6), 0.3), ((-4.1, 17.0), 0.6)),
        burnable=(((-3.9, 9.6), 0.95, 0.7, "the litter bin by the wall"),),
        steam=((5.5, 13.0),),
        hour=22 if is_late else 8,
        noise=6.0 if is_late else 4.0,
        flicker=0.012 if is_late else 0.003,
        overlay=("bottom left", "top left") if mirrored else ("top left", "bottom right"),
        setting="the platform",
        crowd=1.15,
    )
