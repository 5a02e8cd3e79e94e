"""A car park in front of a supermarket: two rows of bays, a lane between them, a pavement."""

from __future__ import annotations

import math

import numpy as np

from vigil.demo.drawing import props, textures
from vigil.demo.drawing.backdrop import Backdrop
from vigil.demo.drawing.camera import Camera
from vigil.demo.drawing.ground_map import GroundMap
from vigil.demo.drawing.lighting import Lamp, Lighting
from vigil.demo.scenes.scene import Lane, Scene, Seat, Spot
from vigil.demo.vehicles.mesh import Paintwork, Placed
from vigil.demo.vehicles.shapes import HATCHBACK, PAINTS, SEDAN, SUV, VAN

BAY_M = 2.7
BAYS_X = tuple(-10.8 + BAY_M * i for i in range(9))
ROW_Y = 17.4
FREE_BAYS = (3, 6)


def _cars(rng: np.random.Generator) -> list[Placed]:
    """What is parked: the far row but for the free bays, noses out or in."""
    shapes, names = (SEDAN, HATCHBACK, SUV, VAN, HATCHBACK, SEDAN), list(PAINTS)
    found = []
    for index, x in enumerate(BAYS_X):
        if index in FREE_BAYS:
            continue
        facing = -math.pi / 2 if rng.random() < 0.6 else math.pi / 2
        shape = shapes[int(rng.integers(len(shapes)))]
        paint = Paintwork(names[int(rng.integers(len(names)))])
        found.append(Placed(shape, paint, (x + BAY_M / 2, ROW_Y + float(rng.uniform(-0.2, 0.2))), facing))
    return found


def _ground(rng: np.random.Generator) -> GroundMap:
    scale = 22.0
    ground = GroundMap(textures.asphalt(rng, *GroundMap.size(scale, 48, 44)), scale, -24, 0)
    for x in (*BAYS_X, BAYS_X[-1] + BAY_M):
        ground.line((x, 14.8), (x, 20.0))
    ground.line((BAYS_X[0], 20.0), (BAYS_X[-1] + BAY_M, 20.0))
    ground.arrow((-4.0, 11.2), (-1.0, 0.0))
    ground.arrow((6.0, 8.6), (1.0, 0.0))
    ground.dashes((-22, 9.9), (22, 9.9))
    slabs = textures.tiles(rng, *GroundMap.size(scale, 48, 3), round(scale * 0.8), (150, 152, 154))
    ground.lay((-24, 20.6), (24, 23.4), slabs)
    ground.rect((-24, 20.4), (24, 20.6), (118, 120, 122))
    ground.zebra((-1.1, 8.2), (1.5, 13.2), across_x=False, stripe_m=0.5)
    ground.lay(
        (-24, 0), (24, 6.9), textures.tiles(rng, *GroundMap.size(scale, 48, 7), round(scale * 0.6), (142, 146, 150))
    )
    ground.rect((-24, 6.9), (24, 7.1), (124, 126, 128))
    return ground


def _front(rng: np.random.Generator, is_night: bool) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    wall = textures.plaster(rng, 170, 1200, (150, 164, 176))
    wall[:46] = textures.corrugated(rng, 46, 1200, 12, (120, 74, 40))
    glass = (150, 200, 225) if is_night else (120, 104, 84)
    for left in range(60, 1100, 190):
        textures.add_window(wall, left, 66, 140, 92, glass, (70, 70, 70))
    textures.add_window(wall, 525, 62, 120, 106, glass, (60, 60, 60))
    textures.add_text(wall, "FRESH MARKET", 470, 34, 1.1, (235, 240, 240))
    return wall


def _paint(scene: Backdrop, rng: np.random.Generator) -> None:
    is_night = scene.light.ambient[0] < 0.7
    scene.sky((150, 120, 96), (214, 208, 200)) if not is_night else scene.sky((34, 24, 18), (60, 46, 40))
    _ground(rng).spread(scene)
    cars = _cars(rng)
    for car in cars:
        props.parked_shadow(scene, car)
    for x in (-8.0, 8.5):
        props.pole_shadow(scene, (x, 21.0))
    props.tree_shadow(scene, (-9.5, 5.6), 1.5)
    scene.cast([(x, 23.4, z) for x in (-30, 30) for z in (0, 4.6)])
    scene.settle_shadows()
    scene.wall((-26, 23.4), (26, 23.4), 4.6, _front(rng, is_night))
    for x in (-8.0, 8.5):
        props.lamp_post(scene, (x, 21.0), glowing=is_night)
    for car in sorted(cars, key=lambda placed: -placed.place[1]):
        props.parked(scene, car)
    props.litter_bin(scene, (6.8, 6.2))
    props.bench(scene, (-3.4, 5.9))
    props.tree(scene, (-9.5, 5.6), rng, 1.5)
    for x in (2.6, 4.4):
        props.bollard(scene, (x, 6.7))


def parking_lot(is_night: bool, mirrored: bool) -> Scene:
    """The car park by day, or under its lamps; the second camera looks from the other side."""
    yaw, x = (-0.17, 2.2) if mirrored else (0.13, -1.6)
    camera = Camera(480, 360, (x, -3.2, 6.2), yaw, 0.40, 0.92)
    lamps = (
        Lamp(-8, 19.8, 5.5, (0.62, 0.74, 0.80)),
        Lamp(8.5, 19.8, 5.5, (0.62, 0.74, 0.80)),
        Lamp(0, 5, 5, (0.45, 0.55, 0.62)),
    )
    night = Lighting((0.30, 0.27, 0.26), (0.25, -0.3), 0.28, lamps)
    day = Lighting((1.16, 1.18, 1.2), (-0.75, -0.22) if mirrored else (0.8, -0.25), 0.46)
    bays = tuple(
        ((BAYS_X[i] + BAY_M / 2, ROW_Y), (BAYS_X[i] + BAY_M / 2, 13.6), (BAYS_X[i] - 3.5, 11.2), (-26.0, 11.2))
        for i in FREE_BAYS
    )
    return Scene(
        name="CAM 02 CAR PARK EAST" if mirrored else "CAM 01 CAR PARK WEST",
        camera=camera,
        light=night if is_night else day,
        paint=_paint,
        walks=(
            ((-16, 4.6), (-6, 4.4), (3, 4.8), (14, 4.4)),
            ((14, 3.6), (4, 4.0), (-6, 3.6), (-16, 4.0)),
            ((-14, 22.0), (0, 21.6), (16, 22.0)),
            ((0.2, 22.6), (0.3, 14), (0.2, 7.6), (-4, 4.8), (-15, 4.2)),
            ((14, 4.8), (3.4, 5.0), (0.4, 7.6), (0.2, 14), (-0.4, 22.6)),
        ),
        spots=(
            Spot((0.6, 4.9), "on the pavement by the zebra crossing"),
            Spot((-3.2, 8.8), "in the middle of the car park lane"),
            Spot((4.3, 9.2), "between the lane and the parked cars"),
            Spot((-1.6, 4.4), "beside the bench"),
        ),
        lanes=(
            Lane(((24, 11.4), (-26, 11.4)), 4.2, "the car park lane"),
            Lane(((-26, 8.5), (24, 8.5)), 4.2, "the car park lane"),
        ),
        seats=(Seat((-3.8, 5.2), (-3.8, 5.95), -math.pi / 2), Seat((-3.0, 5.2), (-3.0, 5.95), -math.pi / 2)),
        bays=bays,
        obstacles=(((-3.4, 6.0), 0.8), ((6.8, 6.2), 0.3), ((-9.5, 5.6), 0.3), ((2.6, 6.7), 0.1), ((4.4, 6.7), 0.1)),
        burnable=(((BAYS_X[4] + BAY_M / 2, 15.6), 0.85, 1.5, "the bonnet of a parked car"),),
        posts=(Spot((2.6, 6.7), "a bollard"),),
        hour=21 if is_night else 15,
        headlights_on=is_night,
        noise=6.5 if is_night else 3.2,
        flicker=0.004 if is_night else 0.0,
        overlay=("bottom left", "top right") if mirrored else ("top left", "bottom right"),
        setting="the car park",
    )
