"""A vehicle drives against the direction of its lane."""

from __future__ import annotations

import numpy as np

from vigil.demo.events.casting import onlookers, watch
from vigil.demo.stage import Script, Stage
from vigil.demo.vehicles.path import Path
from vigil.demo.vehicles.shapes import PAINTS, SHAPES
from vigil.demo.vehicles.vehicle import Vehicle, drive

SEEN_S = 8.0
"""How long the vehicle is about to be in the picture."""
SENTENCES = (
    "{A} drives along {lane} against the direction of the arrows.",
    "{A} comes up {lane} the wrong way, facing the oncoming traffic.",
    "Against the traffic, {a} travels the wrong way down {lane}.",
)


def wrong_way(stage: Stage, at_s: float) -> Script:
    """The lane empties, the vehicle comes through the wrong way, and the traffic goes on."""
    rng = stage.rng
    index = int(rng.integers(len(stage.scene.lanes)))
    lane = stage.scene.lanes[index]
    yield from stage.wait_until(at_s - 13.0)
    stage.closed_lanes.add(index)
    yield from stage.wait_until(at_s)
    while any(vehicle.lane == index for vehicle in stage.vehicles):
        yield
    path = Path(lane.places[::-1])
    seen_m = [float(at) for at in np.arange(0, path.length_m, 0.5) if stage.sees(path.place(float(at)))]
    shape, names = SHAPES[int(rng.integers(len(SHAPES)))], list(PAINTS)
    vehicle = Vehicle(stage, shape, names[int(rng.integers(len(names)))], path, max(seen_m[0] - 6.0, 0.0))
    vehicle.speed = (seen_m[-1] - seen_m[0]) / SEEN_S
    stage.vehicles.append(vehicle)
    vehicle.do(drive(vehicle, vehicle.speed))
    while not stage.sees(vehicle.place):
        yield
    words = SENTENCES[int(rng.integers(len(SENTENCES)))]
    event = stage.begin("WrongWay", words.format(a=vehicle.words, A=vehicle.words_first, lane=lane.words))
    for person in onlookers(stage, vehicle.place, 9.0, ())[:2]:
        person.do(watch(person, (vehicle.place[0] * 0.3, vehicle.place[1]), 3.0, 1.0))
    while stage.sees(vehicle.place) and not vehicle.has_left:
        yield
    stage.finish(event)
    yield from stage.wait(1.5)
    stage.closed_lanes.discard(index)
