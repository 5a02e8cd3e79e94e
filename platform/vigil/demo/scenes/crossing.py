"""A two-way street with a zebra crossing and a bus stop, seen at an angle."""

from __future__ import annotations

import numpy as np

from vigil.demo.drawing import props, textures
from vigil.demo.drawing.arrays import Image
from vigil.demo.drawing.backdrop import Backdrop
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.ground_map import GroundMap
from vigil.demo.drawing.lighting import Lamp, Lighting
from vigil.demo.scenes.scene import Lane, Scene, Seat, Spot


def _houses(rng: np.random.Generator, is_dusk: bool) -> Image:
    wall = np.zeros((300, 1500, 3), np.uint8)
    left = 0
    tones = ((150, 178, 196), (168, 170, 168), (120, 150, 190), (178, 186, 190), (130, 132, 150))
    for index, wide in enumerate((280, 340, 260, 330, 290)):
        part = textures.plaster(rng, 300, wide, tones[index]) if index % 2 == 0 else textures.bricks(rng, 300, wide, 10)
        for row in (24, 128):
            for column in range(30, wide - 60, 86):
                is_lit = is_dusk and rng.random() < 0.5
                textures.add_window(
                    part, column, row, 46, 64, (130, 200, 235) if is_lit else (92, 82, 72), (190, 192, 192)
                )
        textures.add_window(part, 26, 222, wide // 2, 58, (130, 196, 230) if is_dusk else (110, 94, 80), (60, 58, 56))
        textures.add_shutter(part, wide // 2 + 60, 220, 56, 80, (74, 66, 58))
        wall[:, left : left + wide] = part
        left += wide
    return wall


def _ground(rng: np.random.Generator) -> GroundMap:
    scale = 20.0
    ground = GroundMap(textures.asphalt(rng, *GroundMap.size(scale, 80, 36), (86, 84, 82)), scale, -40, -6)
    slabs = textures.tiles(rng, *GroundMap.size(scale, 80, 13), round(scale * 0.7), (148, 152, 156))
    ground.lay((-40, -6), (40, 6.4), slabs)
    ground.lay((-40, 14.6), (40, 19.2), slabs)
    ground.rect((-40, 6.4), (40, 6.6), (126, 128, 130))
    ground.rect((-40, 14.4), (40, 14.6), (126, 128, 130))
    for start, end in (((-40, 10.5), (-2.6, 10.5)), ((2.6, 10.5), (40, 10.5))):
        ground.dashes(start, end)
    ground.zebra((-1.9, 6.8), (1.9, 14.3), across_x=False)
    for x, y, direction in ((-8.0, 8.5, 1.0), (10.0, 8.5, 1.0), (-10.0, 12.5, -1.0), (7.0, 12.5, -1.0)):
        ground.arrow((x, y), (direction, 0.0))
    ground.line((-3.0, 6.7), (-3.0, 10.4), width_m=0.3)
    ground.line((3.0, 10.6), (3.0, 14.3), width_m=0.3)
    return ground


def _bus_stop(scene: Backdrop) -> None:
    def paint(to: Backdrop) -> None:
        for x in (5.2, 8.6):
            to.rod((x, 17.2, 0), (x, 17.2, 2.4), 0.05, 0.05, (70, 70, 72))
        to.face([(5.2, 17.3, 0.4), (8.6, 17.3, 0.4), (8.6, 17.3, 2.2), (5.2, 17.3, 2.2)], (150, 142, 130))
        to.box((5.0, 16.2, 2.4), (8.8, 17.4, 2.52), (70, 74, 78))
        to.box((5.7, 16.8, 0.42), (8.1, 17.1, 0.48), props.WOOD)

    scene.prop((6.9, 17.2), paint)
    props.sign(scene, (4.5, 15.2), (150, 90, 30), 2.5)


def _paint(scene: Backdrop, rng: np.random.Generator) -> None:
    is_dusk = scene.light.ambient[0] < 0.8
    scene.sky((100, 76, 64), (130, 120, 130)) if is_dusk else scene.sky((205, 180, 150), (222, 216, 208))
    _ground(rng).spread(scene)
    for x in (-6.0, 11.0):
        props.pole_shadow(scene, (x, 15.3))
    props.tree_shadow(scene, (-11.5, 16.2), 1.6)
    scene.cast([(x, 19.2, z) for x in (-40, 40) for z in (0, 7)])
    scene.settle_shadows()
    scene.wall((-36, 19.2), (36, 19.2), 9.5, _houses(rng, is_dusk))
    _bus_stop(scene)
    for x in (-6.0, 11.0):
        props.lamp_post(scene, (x, 15.3), glowing=is_dusk)
    props.tree(scene, (-11.5, 16.2), rng, 1.7)
    props.sign(scene, (-3.2, 6.1), (160, 90, 30))
    props.sign(scene, (2.6, 14.9), (160, 90, 30))
    props.litter_bin(scene, (3.4, 5.4), (80, 78, 150))
    for x in (-5.2, -4.0, 4.6):
        props.bollard(scene, (x, 6.0))


def crossing(is_dusk: bool, mirrored: bool) -> Scene:
    """The street by day or at dusk, from one corner or from the other."""
    camera = Camera(480, 360, (6.0 if mirrored else -6.2, -0.8, 6.3), -0.40 if mirrored else 0.40, 0.40, 0.84)
    lamps = (
        Lamp(-6, 13.8, 5.5, (0.45, 0.62, 0.74)),
        Lamp(11, 13.8, 5.5, (0.45, 0.62, 0.74)),
        Lamp(0, 4, 5, (0.3, 0.42, 0.5)),
    )
    dusk = Lighting((0.58, 0.48, 0.46), (0.3, -0.3), 0.25, lamps)
    day = Lighting((1.14, 1.16, 1.18), (-0.6, -0.2) if mirrored else (0.7, -0.15), 0.45)
    return Scene(
        name="CAM 04 HIGH ST / PARK RD" if mirrored else "CAM 03 HIGH ST / MILL RD",
        camera=camera,
        light=dusk if is_dusk else day,
        paint=_paint,
        walks=(
            ((-16, 15.6), (-4, 15.6), (8, 15.8), (20, 15.6)),
            ((20, 18.2), (6, 18.3), (-6, 18.2), (-18, 18.3)),
            ((0.3, 18.2), (0.2, 15), (0.3, 6), (-1.5, 3.4), (-12, 3.8)),
            ((13, 4.2), (1.0, 4.6), (-0.4, 6.2), (-0.3, 15), (-7, 18.0), (-16, 18)),
            ((-13, 4.2), (-4, 4.6), (4, 4.4), (15, 4.0)),
            ((14, 5.2), (4, 4.9), (-4, 5.4), (-13, 5.2)),
        ),
        spots=(
            Spot((0.6, 4.6), "on the pavement beside the crossing"),
            Spot((-1.8, 16.4), "on the far pavement"),
            Spot((0.2, 9.4), "on the zebra crossing"),
            Spot((2.0, 16.6), "next to the bus stop"),
        ),
        lanes=(
            Lane(((-40, 8.5), (40, 8.5)), 7.5, "the near lane"),
            Lane(((40, 12.5), (-40, 12.5)), 7.5, "the far lane"),
        ),
        queue=(-5.5 if mirrored else 5.5, 12.5),
        seats=(Seat((6.4, 16.0), (6.4, 16.9), -1.57), Seat((7.4, 16.0), (7.4, 16.9), -1.57)),
        obstacles=(
            ((3.4, 5.4), 0.3),
            ((-5.2, 6.0), 0.15),
            ((-4.0, 6.0), 0.15),
            ((4.6, 6.0), 0.15),
            ((-3.2, 6.1), 0.15),
            ((6.9, 17.2), 1.2),
            ((-6, 15.3), 0.2),
            ((11, 15.3), 0.2),
            ((-11.5, 16.2), 0.3),
            ((4.5, 15.2), 0.15),
        ),
        burnable=(((3.4, 5.4), 0.95, 0.8, "the litter bin beside the crossing"),),
        posts=(Spot((-5.2, 6.0), "a bollard on the pavement"),),
        hour=19 if is_dusk else 10,
        headlights_on=is_dusk,
        noise=5.5 if is_dusk else 3.0,
        overlay=("top right", "bottom right") if mirrored else ("top left", "top right"),
        setting="the street",
    )
