"""Brings people on: from an edge of the picture to where they are needed, each in a colour of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vigil.demo.drawing.arrays import Point2
from vigil.demo.people import acts, poses
from vigil.demo.people.looks import Look, make_look
from vigil.demo.people.person import Person
from vigil.demo.scenes.scene import Route, Spot
from vigil.demo.stage import Script, Stage


def new_look(stage: Stage) -> Look:
    """A look whose colour nobody on the stage wears, as far as there are colours."""
    return make_look(stage.rng, tuple(person.look.top_name for person in stage.people))


def enter(stage: Stage, place: Point2, towards: Point2, look: Look | None = None) -> Person:
    """Puts a new person on the stage."""
    person = Person(stage, look or new_look(stage), place, 0.0)
    person.heading = person.bearing_to(towards)
    stage.people.append(person)
    return person


def entry_near(stage: Stage, place: Point2, but_not: Sequence[Point2] = ()) -> Point2:
    """An edge of the picture not too far from a place."""
    edges = [edge for route in stage.scene.walks for edge in (route[0], route[-1]) if edge not in but_not]
    ranked = sorted(edges, key=lambda edge: (edge[0] - place[0]) ** 2 + (edge[1] - place[1]) ** 2)
    return ranked[int(stage.rng.integers(min(3, len(ranked))))]


def way_out(stage: Stage, place: Point2) -> Route:
    """Somewhere to leave to."""
    return (entry_near(stage, place),)


def pick_spot(stage: Stage) -> Spot:
    """Open ground of the scene."""
    return stage.scene.spots[int(stage.rng.integers(len(stage.scene.spots)))]


def settled(*people: Person) -> Script:
    """Waits until all of them have ended what they were doing."""
    while any(person.is_busy for person in people):
        yield


def start_before(person_starts: Point2, place: Point2, at_s: float) -> float:
    """When somebody must set out to be at a place at a time."""
    distance = math.dist(person_starts, place)
    return at_s - distance / acts.WALK_MPS * 1.12 - 0.8


def onlookers(stage: Stage, place: Point2, within_m: float, but_not: Sequence[Person]) -> list[Person]:
    """Passers-by near a place, nearest first."""
    found = [p for p in stage.people if p not in but_not and not p.is_passable and p.distance_to(place) < within_m]
    return sorted(found, key=lambda person: person.distance_to(place))


def watch(person: Person, place: Point2, seconds: float, nearest_m: float = 2.6) -> Script:
    """Keeps off, looks on, and goes on its way."""
    distance = max(person.distance_to(place), 0.1)
    if distance < nearest_m:
        share = nearest_m / distance
        x, y = person.place
        away = (place[0] + (x - place[0]) * share, place[1] + (y - place[1]) * share)
        yield from acts.walk(person, (away,), 1.8)
    yield from acts.turn(person, place)
    until = person.stage.time_s + seconds
    while person.stage.time_s < until:
        pose = (poses.HANDS_TO_HEAD, poses.POINTING, poses.ARMS_CROSSED, poses.PHONE_AT_EAR)
        chosen = pose[int(person.stage.rng.integers(len(pose)))]
        yield from acts.hold(person, chosen, min(2.2, max(until - person.stage.time_s, 0.1)), 0.4)
    yield from acts.leave(person, way_out(person.stage, person.place))


def gather(stage: Stage, place: Point2, but_not: Sequence[Person], seconds: float, count: int = 3) -> None:
    """Lets passers-by, and a newcomer where there are too few, come and look."""
    near = onlookers(stage, place, 12.0, but_not)[:count]
    while len(near) < min(count, 2):
        edge = entry_near(stage, place)
        near.append(enter(stage, edge, place))
    for index, person in enumerate(near):
        distance = max(person.distance_to(place), 0.1)
        ring = 2.2 + 0.5 * index
        x, y = person.place
        goal = (place[0] + (x - place[0]) / distance * ring, place[1] + (y - place[1]) / distance * ring)
        person.do(acts.in_turn(acts.walk(person, (goal,), 2.4), watch(person, place, seconds, 1.5)))
