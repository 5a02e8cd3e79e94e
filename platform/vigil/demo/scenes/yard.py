"""The yard of a warehouse at night, under an infrared lamp: shutters, containers, pallets, a driveway."""

from __future__ import annotations

import math

import numpy as np

from vigil.demo.drawing import props, textures
from vigil.demo.drawing.arrays import Image
from vigil.demo.drawing.backdrop import Backdrop
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.ground_map import GroundMap
from vigil.demo.drawing.lighting import Lamp, Lighting
from vigil.demo.scenes.scene import Lane, Scene, Spot
from vigil.demo.vehicles.mesh import Paintwork, Placed
from vigil.demo.vehicles.shapes import VAN


def _hall(rng: np.random.Generator) -> Image:
    wall = textures.corrugated(rng, 240, 1300, 14, (150, 152, 150))
    for index, left in enumerate(range(70, 1200, 300)):
        textures.add_shutter(wall, left, 70, 190, 170, (170, 172, 172))
        textures.add_text(wall, str(index + 1), left + 82, 58, 1.4, (40, 40, 40))
    wall[228:] = 80
    return wall


def _paint(scene: Backdrop, rng: np.random.Generator) -> None:
    scene.sky((20, 20, 20), (34, 34, 34))
    scale = 20.0
    slab = textures.tiles(rng, *GroundMap.size(scale, 60, 40), round(scale * 4), (128, 130, 130), 0.03)
    ground = GroundMap(slab, scale, -30, 0)
    ground.lay((-30, 6.8), (30, 11.2), textures.asphalt(rng, *GroundMap.size(scale, 60, 4.4), (96, 96, 96)))
    ground.line((-30, 6.8), (30, 6.8))
    ground.line((-30, 11.2), (30, 11.2))
    ground.arrow((-4, 9.0), (1.0, 0.0), 3.0)
    for x in (-8.6, -2.0, 4.6):
        ground.line((x, 14.0), (x, 18.6), (120, 160, 170))
    ground.spread(scene)
    stacks = ((-7.4, 13.6, 3, 2), (8.8, 12.6, 2, 3), (1.9, 17.2, 2, 1))
    for x, y, across, layers in stacks:
        props.crates_shadow(scene, (x, y), across, layers)
    van = Placed(VAN, Paintwork("white"), (5.4, 16.2), math.pi / 2)
    props.parked_shadow(scene, van)
    scene.settle_shadows()
    scene.wall((-30, 19.6), (30, 19.6), 6.4, _hall(rng))
    scene.prop((-13.0, 14.0), lambda to: to.box((-16.0, 14.0, 0), (-10.4, 16.4, 2.6), (90, 96, 120)))
    for x, y, across, layers in sorted(stacks, key=lambda stack: -stack[1]):
        props.crates(scene, (x, y), rng, across, layers)
        if y > 16:
            props.parked(scene, van)
    for x in (-1.6, 0.2):
        props.bollard(scene, (x, 12.2), (150, 150, 60))
    scene.prop((-4.6, 12.4), lambda to: to.rod((-4.6, 12.4, 0), (-4.6, 12.4, 0.95), 0.32, 0.32, (120, 110, 90)))


def yard(is_late: bool, mirrored: bool) -> Scene:
    """The yard as an infrared camera sees it; `mirrored` is the second camera."""
    camera = Camera(480, 360, (2.6 if mirrored else -2.2, -2.4, 5.4), -0.16 if mirrored else 0.15, 0.38, 0.92)
    lamps = (Lamp(0.5, 8.5, 6.5, (0.95, 0.95, 0.95)), Lamp(2.0, 17.0, 7.0, (0.22, 0.22, 0.22)))
    light = Lighting((0.34, 0.34, 0.34) if is_late else (0.44, 0.44, 0.44), (0.15, 0.5), 0.34, lamps, is_infrared=True)
    return Scene(
        name="CAM 12 DEPOT YARD B" if mirrored else "CAM 11 DEPOT YARD A",
        camera=camera,
        light=light,
        paint=_paint,
        walks=(
            ((-14, 5.2), (-4, 5.6), (4, 5.2), (14, 5.4)),
            ((13, 12.0), (4, 12.4), (-2.5, 14.6), (-4.5, 18.6)),
            ((-0.6, 18.8), (0.8, 14), (2.4, 8), (6, 4), (14, 3.4)),
            ((14, 6.2), (2, 6.0), (-8, 5.2), (-14, 5.0)),
        ),
        spots=(
            Spot((0.4, 5.7), "in the middle of the yard"),
            Spot((2.2, 6.0), "beside the driveway"),
            Spot((-1.6, 5.9), "at the edge of the driveway"),
        ),
        lanes=(Lane(((-30, 9.0), (30, 9.0)), 5.0, "the one-way driveway"),),
        obstacles=(
            ((-7.4, 13.6), 1.8),
            ((8.8, 12.6), 1.3),
            ((-4.6, 12.4), 0.4),
            ((-1.6, 12.2), 0.15),
            ((0.2, 12.2), 0.15),
            ((5.4, 16.2), 1.6),
        ),
        burnable=(
            ((-4.6, 12.4), 0.9, 0.9, "the oil drum near the loading doors"),
            ((1.9, 16.7), 1.0, 1.5, "a pallet of crates"),
        ),
        steam=((3.6, 18.4),),
        posts=(Spot((0.2, 12.2), "a bollard"),),
        hour=2,
        headlights_on=True,
        noise=8.0,
        vignette=0.5,
        overlay=("top right", "bottom left") if mirrored else ("bottom right", "top left"),
        setting="the yard",
        crowd=0.6,
    )
