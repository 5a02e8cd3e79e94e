"""What is not an anomaly: passers-by, traffic, and the harmless things that look a little like one."""

from __future__ import annotations

import math

from vigil.demo.drawing.effects import Smoke
from vigil.demo.events.casting import enter, entry_near, pick_spot, settled, start_before, way_out
from vigil.demo.people import acts, poses
from vigil.demo.people.bags import COLOURS, KINDS, Bag
from vigil.demo.stage import Script, Stage
from vigil.demo.vehicles.bicycle import Bicycle, ride
from vigil.demo.vehicles.path import Path
from vigil.demo.vehicles.shapes import BUS, PAINTS, SHAPES
from vigil.demo.vehicles.vehicle import Vehicle, back_up, drive, follow, stay


def crowd(stage: Stage) -> Script:
    """People who walk through, for as long as the video lasts."""
    rng = stage.rng
    while True:
        route = stage.scene.walks[int(rng.integers(len(stage.scene.walks)))]
        route = route if rng.random() < 0.5 else route[::-1]
        jitter = float(rng.uniform(-0.5, 0.5))
        places = tuple((x, y + jitter) for x, y in route)
        if (
            all(person.distance_to(places[0]) > 1.6 for person in stage.people)
            and len(stage.people) < 8 * stage.scene.crowd
        ):
            person = enter(stage, places[0], places[1])
            if rng.random() < 0.22:
                person.bag = Bag(list(KINDS)[int(rng.integers(3))], list(COLOURS)[int(rng.integers(5))])
            person.do(acts.leave(person, places[1:], float(rng.uniform(1.0, 1.5))))
        yield from stage.wait(float(rng.exponential(3.4 / stage.scene.crowd)) + 0.8)


def traffic(stage: Stage) -> Script:
    """Cars in every lane that is open, at irregular distances."""
    rng, names = stage.rng, list(PAINTS)
    due = [stage.time_s + float(rng.uniform(0, 6)) for _ in stage.scene.lanes]
    while True:
        for index, lane in enumerate(stage.scene.lanes):
            if stage.time_s < due[index] or index in stage.closed_lanes:
                continue
            due[index] = stage.time_s + 4.0 + float(rng.exponential(5.0))
            shape = SHAPES[int(rng.choice(4, p=(0.35, 0.3, 0.2, 0.15)))]
            vehicle = Vehicle(stage, shape, names[int(rng.integers(len(names)))], Path(lane.places))
            vehicle.lane = index
            stage.vehicles.append(vehicle)
            vehicle.do(drive(vehicle, lane.pace_mps * float(rng.uniform(0.85, 1.1))))
        yield


def chatting(stage: Stage, at_s: float) -> Script:
    """Two acquaintances meet, talk and part."""
    yield from _meeting(stage, at_s, hugging=False)


def hugging(stage: Stage, at_s: float) -> Script:
    """Two friends run into each other's arms, then talk."""
    yield from _meeting(stage, at_s, hugging=True)


def _meeting(stage: Stage, at_s: float, hugging: bool) -> Script:
    spot = pick_spot(stage).place
    first_edge = entry_near(stage, spot)
    second_edge = entry_near(stage, spot, (first_edge,))
    yield from stage.wait_until(start_before(first_edge, spot, at_s))
    left, right = sorted((first_edge, second_edge), key=lambda edge: edge[0])
    pair = []
    for edge, offset in ((left, -0.45), (right, 0.45)):
        person = enter(stage, edge, spot)
        person.is_passable = True
        person.do(
            acts.walk(
                person, ((spot[0] + offset * (0.55 if hugging else 1.0), spot[1]),), 1.9 if hugging else acts.WALK_MPS
            )
        )
        pair.append(person)
    yield from settled(*pair)
    for person, other in (pair, pair[::-1]):
        hug = [acts.turn(person, other.place), acts.hold(person, poses.HUGGING, 2.4, 0.4, 0.6)] if hugging else []
        person.do(acts.in_turn(*hug, acts.chat(person, other, 7.0)))
    yield from settled(*pair)
    for person in pair:
        person.is_passable = False
        person.do(acts.leave(person, way_out(stage, person.place)))


def sitting(stage: Stage, at_s: float) -> Script:
    """Somebody rests on a bench."""
    seat = stage.scene.seats[int(stage.rng.integers(len(stage.scene.seats)))]
    edge = entry_near(stage, seat.front)
    yield from stage.wait_until(start_before(edge, seat.front, at_s))
    person = enter(stage, edge, seat.front)
    person.is_passable = True
    person.do(
        acts.in_turn(
            acts.walk(person, (seat.front,)),
            acts.sit(person, seat.seat, seat.facing, float(stage.rng.uniform(9, 15))),
            acts.leave(person, way_out(stage, seat.front)),
        )
    )


def bag_rest(stage: Stage, at_s: float) -> Script:
    """Somebody sets a bag down, waits beside it on the telephone, and takes it up again."""
    spot = pick_spot(stage).place
    edge = entry_near(stage, spot)
    yield from stage.wait_until(start_before(edge, spot, at_s))
    person = enter(stage, edge, spot)
    bag = person.bag = Bag("suitcase" if stage.rng.random() < 0.6 else "sports bag", "blue")
    person.do(
        acts.in_turn(
            acts.walk(person, (spot,)),
            acts.put_down(person),
            acts.hold(person, poses.PHONE_IN_HAND, 6.0),
            acts.pick_up(person, bag),
            acts.leave(person, way_out(stage, spot)),
        )
    )


def running(stage: Stage, at_s: float) -> Script:
    """Somebody runs through, in a hurry or for sport."""
    yield from stage.wait_until(at_s)
    route = stage.scene.walks[int(stage.rng.integers(len(stage.scene.walks)))]
    person = enter(stage, route[0], route[1])
    person.do(acts.leave(person, route[1:], acts.RUN_MPS))


def tying_a_shoe(stage: Stage, at_s: float) -> Script:
    """Somebody kneels down for a moment on the way."""
    spot = pick_spot(stage).place
    edge = entry_near(stage, spot)
    yield from stage.wait_until(start_before(edge, spot, at_s))
    person = enter(stage, edge, spot)
    person.do(
        acts.in_turn(
            acts.walk(person, (spot,)),
            acts.hold(person, poses.KNEELING, 3.2, 0.8, 0.5),
            acts.leave(person, way_out(stage, spot)),
        )
    )


def phoning(stage: Stage, at_s: float) -> Script:
    """Somebody stands about with a telephone."""
    spot = pick_spot(stage).place
    edge = entry_near(stage, spot)
    yield from stage.wait_until(start_before(edge, spot, at_s))
    person = enter(stage, edge, spot)
    person.do(
        acts.in_turn(
            acts.walk(person, (spot,)),
            acts.hold(person, poses.PHONE_AT_EAR, 8.0, 0.5, 1.6),
            acts.leave(person, way_out(stage, spot)),
        )
    )


def steaming(stage: Stage, at_s: float) -> Script:
    """A vent lets off steam."""
    yield from stage.wait_until(at_s)
    place = stage.scene.steam[int(stage.rng.integers(len(stage.scene.steam)))]
    steam = Smoke(place, 0.1, stage.rng, (205, 206, 206), 5.0, 0.9, 2.6, 0.6, 0.34)
    stage.things.append(steam)
    yield from stage.wait(9.0)
    steam.rate = 0.0


def cycling(stage: Stage, at_s: float) -> Script:
    """A cyclist rides past."""
    yield from stage.wait_until(at_s)
    lane = stage.scene.lanes[int(stage.rng.integers(len(stage.scene.lanes)))]
    heading = math.atan2(lane.places[-1][1] - lane.places[0][1], lane.places[-1][0] - lane.places[0][0])
    aside = (math.sin(heading) * 1.1, -math.cos(heading) * 1.1)
    path = Path(tuple((x * 0.45 + aside[0], y * (0.45 if abs(y) > 20 else 1) + aside[1]) for x, y in lane.places))
    bicycle = Bicycle(path.place(0), 0.0, (150, 80, 40))
    stage.things.append(bicycle)
    rider = enter(stage, path.place(0), path.place(1))
    rider.do(ride(rider, bicycle, path))


def parking(stage: Stage, at_s: float) -> Script:
    """A car halts in the lane, reverses into a free bay and stays."""
    bay = stage.scene.bays[-1]
    lane = Path(stage.scene.lanes[0].places)
    halt_m = lane.nearest((bay[0][0] - 5.0, 11.4))[0]
    yield from stage.wait_until(at_s - halt_m / 4.2)
    car = Vehicle(stage, SHAPES[int(stage.rng.integers(3))], list(PAINTS)[int(stage.rng.integers(8))], lane)
    stage.vehicles.append(car)
    car.do(drive(car, 4.2, halt_m))
    while car.at_m < halt_m - 0.06:
        yield
    yield from stage.wait(0.8)
    x, y = car.place
    car.yields = False
    inwards = Path((bay[0], (bay[0][0], 14.4), (bay[0][0] - 0.6, 11.9), (x, y)), 3)
    car.do(back_up(car, inwards))


def pulling_out(stage: Stage, at_s: float) -> Script:
    """A parked car leaves its bay and drives off."""
    bay = stage.scene.bays[0]
    car = Vehicle(
        stage, SHAPES[int(stage.rng.integers(3))], list(PAINTS)[int(stage.rng.integers(8))], Path((bay[0], bay[1]), 0)
    )
    car.paintwork.headlights = False
    stage.vehicles.append(car)
    car.do(stay(car, 1e6))
    yield from stage.wait_until(at_s)
    car.paintwork.headlights = stage.scene.headlights_on
    car.do(follow(car, Path(bay), 3.0))


def bus_stopping(stage: Stage, at_s: float) -> Script:
    """A bus halts at the stop, somebody runs for it, it drives on."""
    lane = stage.scene.lanes[-1]
    path = Path(lane.places)
    halt_m = path.nearest((7.0, lane.places[0][1]))[0]
    yield from stage.wait_until(at_s - halt_m / 6.0)
    bus = Vehicle(stage, BUS, "red", path)
    stage.vehicles.append(bus)
    bus.do(drive(bus, 6.0, halt_m))
    while bus.at_m < halt_m - 0.06:
        yield
    runner = enter(stage, (-6.0, 15.6), (3.0, 15.6))
    runner.do(acts.leave(runner, ((0.0, 15.6), (4.0, 15.4)), acts.RUN_MPS))
    yield from settled(runner)
    yield from stage.wait(1.2)
    bus.do(drive(bus, 6.0))


EVERYDAY = {
    "chatting": chatting,
    "hugging": hugging,
    "sitting": sitting,
    "bag_rest": bag_rest,
    "running": running,
    "tying_a_shoe": tying_a_shoe,
    "phoning": phoning,
    "steaming": steaming,
    "cycling": cycling,
    "parking": parking,
    "pulling_out": pulling_out,
    "bus_stopping": bus_stopping,
}
CAPTIONS = {
    "chatting": "two people stop to talk",
    "hugging": "two friends greet each other with a hug",
    "sitting": "somebody rests on a bench",
    "bag_rest": "a person sets a bag down, waits beside it and takes it along again",
    "running": "somebody runs past in a hurry",
    "tying_a_shoe": "a person kneels down to tie a shoe",
    "phoning": "a person stands and makes a telephone call",
    "steaming": "steam drifts up from a vent",
    "cycling": "a cyclist rides past",
    "parking": "a car reverses into a parking bay",
    "pulling_out": "a parked car drives off",
    "bus_stopping": "a bus stops and somebody runs to catch it",
}
