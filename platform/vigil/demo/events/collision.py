"""Vehicles that hit something: one another, a cyclist, a post."""

from __future__ import annotations

import math

import numpy as np

from vigil.demo.drawing.arrays import Point2
from vigil.demo.drawing.effects import Debris, Smoke
from vigil.demo.events.casting import enter, gather, way_out
from vigil.demo.people import acts, poses
from vigil.demo.people.person import Person
from vigil.demo.scenes.scene import Lane
from vigil.demo.stage import Event, Script, Stage
from vigil.demo.vehicles.bicycle import Bicycle, ride
from vigil.demo.vehicles.path import Path
from vigil.demo.vehicles.shapes import PAINTS, SHAPES
from vigil.demo.vehicles.vehicle import Vehicle, drive, place_of, stay

AFTERMATH_S = 9.0


def rear_end(stage: Stage, at_s: float) -> Script:
    """A car that has stopped is hit from behind by a driver who looks elsewhere."""
    index = len(stage.scene.lanes) - 1
    lane = stage.scene.lanes[index]
    halt_m = Path(lane.places).nearest(stage.scene.queue)[0]
    yield from stage.wait_until(at_s - halt_m / lane.pace_mps - 11.0)
    stage.closed_lanes.add(index)
    yield from stage.wait(3.0)
    first = _car(stage, lane)
    first.do(drive(first, lane.pace_mps, halt_m))
    while first.at_m < halt_m - 0.1:
        yield
    yield from stage.wait_until(at_s - (halt_m - 4) / lane.pace_mps)
    second = _car(stage, lane)
    second.sees_vehicles = False
    second.do(drive(second, lane.pace_mps * 1.1))
    while second.at_m + second.shape.length / 2 < first.at_m - first.shape.length / 2:
        yield
    event = stage.begin(
        "Collision",
        f"{second.words_first} runs into the back of {first.words} that has stopped in {lane.words}.",
    )
    first.paintwork.crumple_rear, second.paintwork.crumple_front = 0.30, 0.45
    first.yaw_off, second.yaw_off = 0.05, -0.09
    first.at_m += 0.7
    _crash(stage, place_of(second, second.shape.length / 2, 0), second.heading, (first, second))
    yield from _aftermath(stage, event, (first, second), ())
    stage.closed_lanes.discard(index)


def bay_crash(stage: Stage, at_s: float) -> Script:
    """A car backing out of a parking bay is hit by a passing one."""
    bay = stage.scene.bays[int(stage.rng.integers(len(stage.scene.bays)))]
    lane = stage.scene.lanes[0]
    backing = Vehicle(stage, SHAPES[0], _colour(stage), Path((bay[1], bay[0]), 0), 0.0)
    backing.at_m = backing.path.length_m
    backing.yields = False
    stage.vehicles.append(backing)
    crossing_m = Path(lane.places).nearest((bay[0][0], lane.places[0][1]))[0]
    backing.do(stay(backing, 1e6))
    yield from stage.wait_until(at_s - crossing_m / lane.pace_mps)
    stage.closed_lanes.add(0)
    passing = _car(stage, lane)
    passing.yields = False
    passing.do(drive(passing, lane.pace_mps))
    yield from stage.wait_until(at_s - 3.0)
    backing.do(_reverse_out(backing))
    while not _touch(passing, backing):
        if passing.has_left:
            return
        yield
    event = stage.begin(
        "Collision",
        f"{backing.words_first} reverses out of a parking bay and is hit by {passing.words} in {lane.words}.",
    )
    backing.paintwork.crumple_rear, passing.paintwork.crumple_front = 0.35, 0.40
    backing.yaw_off, passing.yaw_off = -0.22, 0.08
    _crash(stage, place_of(passing, passing.shape.length / 2, 0), passing.heading, (passing, backing))
    yield from _aftermath(stage, event, (passing, backing), ())
    stage.closed_lanes.discard(0)


def cyclist_hit(stage: Stage, at_s: float) -> Script:
    """A cyclist crosses in front of a car and is knocked down."""
    lane, index = _close_lane(stage)
    path = Path(lane.places)
    middle_m = _middle(stage, lane)
    where, heading = path.place(middle_m), path.heading(middle_m)
    side = (-math.sin(heading), math.cos(heading))
    start = (where[0] + side[0] * 9 * _inner(where, side), where[1] + side[1] * 9 * _inner(where, side))
    beyond = (where[0] * 2 - start[0], where[1] * 2 - start[1])
    yield from stage.wait_until(at_s - middle_m / lane.pace_mps)
    stage.closed_lanes.add(index)
    car = _car(stage, lane)
    car.yields = False
    car.do(drive(car, lane.pace_mps))
    yield from stage.wait_until(at_s - 9.0 / 3.6)
    bicycle = Bicycle(start, 0.0, (60, 130, 40))
    rider = enter(stage, start, where)
    rider.do(ride(rider, bicycle, Path((start, beyond)), 3.6, 30.0))
    stage.things.append(bicycle)
    while car.at_m + car.shape.length / 2 < middle_m - 0.3:
        yield
    event = stage.begin(
        "Collision", f"{car.words_first} hits a cyclist, a {rider.look.words}, who is thrown onto {lane.words}."
    )
    car.paintwork.crumple_front = 0.18
    ahead = (where[0] + math.cos(heading) * 1.8, where[1] + math.sin(heading) * 1.8)
    bicycle.place, bicycle.lying = ahead, 1.0
    rider.z, rider.place, rider.heading = 0.0, place_of(car, car.shape.length / 2 + 2.0, 0.8), heading + 0.8
    rider.do(_thrown(rider, heading))
    _crash(stage, where, heading, (car,), debris=7)
    yield from _aftermath(stage, event, (car,), (rider,))
    stage.things.remove(bicycle)
    stage.closed_lanes.discard(index)


def post_hit(stage: Stage, at_s: float) -> Script:
    """A car leaves its lane and runs into a post."""
    lane = min(stage.scene.lanes, key=lambda one: Path(one.places).nearest(stage.scene.posts[0].place)[1])
    index, post = stage.scene.lanes.index(lane), stage.scene.posts[0]
    path = Path(lane.places)
    near_m, _ = path.nearest(post.place)
    before = path.place(max(near_m - 9.0, 0.0))
    beyond = (post.place[0] * 1.25 - before[0] * 0.25, post.place[1] * 1.25 - before[1] * 0.25)
    yield from stage.wait_until(at_s - near_m / lane.pace_mps)
    stage.closed_lanes.add(index)
    car = _car(stage, lane)
    car.path, car.yields = (
        Path((lane.places[0], path.place(max(near_m - 10.5, 0.0)), before, post.place, beyond), 2),
        False,
    )
    car.do(drive(car, lane.pace_mps))
    while math.hypot(*(a - b for a, b in zip(place_of(car, car.shape.length / 2, 0), post.place, strict=True))) > 0.45:
        if car.has_left:
            return
        yield
    event = stage.begin("Collision", f"{car.words_first} swerves out of {lane.words} and crashes into {post.words}.")
    car.paintwork.crumple_front = 0.5
    _crash(stage, post.place, car.heading, (car,))
    yield from _aftermath(stage, event, (car,), ())
    stage.closed_lanes.discard(index)


def _close_lane(stage: Stage) -> tuple[Lane, int]:
    index = int(stage.rng.integers(len(stage.scene.lanes)))
    return stage.scene.lanes[index], index


def _middle(stage: Stage, lane: Lane) -> float:
    """Where the lane passes the middle of the picture, or a little beyond."""
    path, camera = Path(lane.places), stage.scene.camera
    at_m = np.arange(0, path.length_m, 0.5)
    places = [path.place(float(at)) for at in at_m]
    if abs(lane.places[0][0] - lane.places[-1][0]) < 1:
        off = np.array([abs(y - 14.0) for _, y in places])
    else:
        pixels, _ = camera.project(np.array([(*place, 0.5) for place in places]))
        off = np.abs(pixels[:, 0] - camera.width / 2) + 1e3 * np.array([not stage.sees(place) for place in places])
    return float(at_m[int(off.argmin())]) + float(stage.rng.uniform(0.5, 2.0))


def _inner(where: Point2, side: Point2) -> float:
    """The side from which the cyclist comes: the far one, so that the car does not hide the blow."""
    return 1.0 if side[1] > 0.1 or (abs(side[1]) <= 0.1 and side[0] * where[0] > 0) else -1.0


def _colour(stage: Stage) -> str:
    taken = [vehicle.paintwork.colour_name for vehicle in stage.vehicles]
    names = [name for name in PAINTS if name not in taken] or list(PAINTS)
    return names[int(stage.rng.integers(len(names)))]


def _car(stage: Stage, lane: Lane) -> Vehicle:
    car = Vehicle(stage, SHAPES[int(stage.rng.integers(3))], _colour(stage), Path(lane.places))
    car.speed = lane.pace_mps
    stage.vehicles.append(car)
    return car


def _reverse_out(car: Vehicle) -> Script:
    while True:
        car.roll(1.9, backwards=True)
        yield


def _touch(passing: Vehicle, other: Vehicle) -> bool:
    nose = place_of(passing, passing.shape.length / 2, 0.0)
    forward, left = nose[0] - other.place[0], nose[1] - other.place[1]
    cos, sin = math.cos(other.heading), math.sin(other.heading)
    along, aside = forward * cos + left * sin, -forward * sin + left * cos
    return abs(along) < other.shape.length / 2 + 0.1 and abs(aside) < other.shape.width / 2 + 0.9


def _crash(stage: Stage, where: Point2, heading: float, cars: tuple[Vehicle, ...], debris: int = 18) -> None:
    stage.things.append(Debris(where, stage.rng, debris, heading))
    dust = Smoke(where, 0.3, stage.rng, (150, 152, 154), 0.0, 0.5, 1.2, 1.1, 0.45)
    dust.rate = 105.0
    dust.step()
    dust.rate = 3.0 if debris > 10 else 0.0
    stage.things.append(dust)
    for car in cars:
        car.speed = 0.0
        car.paintwork.hazards = True
        car.do(_skid(car))


def _skid(car: Vehicle) -> Script:
    car.speed = 1.2
    while True:
        car.roll(0.0, brake_mps2=3.0)
        yield


def _thrown(rider: Person, heading: float) -> Script:
    yield from acts.knocked(rider, heading, 0.9, poses.STUMBLE, 0.2)
    yield from acts.fall(rider, poses.LYING_SIDE, 0.4)
    yield from acts.lie(rider, poses.LYING_SIDE, AFTERMATH_S - 3.0)
    yield from acts.get_up(rider)
    rider.is_passable = False
    yield from acts.leave(rider, way_out(rider.stage, rider.place), 0.9)


def _aftermath(stage: Stage, event: Event, cars: tuple[Vehicle, ...], hurt: tuple[Person, ...]) -> Script:
    """People gather; then the cars are driven off and the event is over."""
    gather(stage, place_of(cars[0], cars[0].shape.length / 2, 0.0), hurt, AFTERMATH_S - 2.0)
    yield from stage.wait(AFTERMATH_S + float(stage.rng.uniform(0, 2)))
    stage.finish(event)
    for car in cars:
        car.paintwork.hazards = False
        if car.path.length_m - car.at_m < 8:
            end = place_of(car, 30.0, 0.0)
            car.path, car.at_m, car.yaw_off = Path((car.place, end)), 0.0, 0.0
        car.do(drive(car, 3.0))
        yield from stage.wait(1.5)
