"""What people do: each act is a script of one step a frame."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vigil.demo.clock import DT_S
from vigil.demo.drawing.arrays import Point2
from vigil.demo.people import poses
from vigil.demo.people.bags import Bag
from vigil.demo.people.person import Person
from vigil.demo.people.poses import Pose
from vigil.demo.stage import Script

WALK_MPS = 1.25
RUN_MPS = 3.4
GESTURES = (
    poses.STANDING, poses.HANDS_ON_HIPS, poses.ARMS_CROSSED,
    poses.STANDING._replace(hand_right=(0.22, -0.03, -0.12)), poses.STANDING._replace(hand_left=(0.20, 0.05, -0.08)),
)  # fmt: skip


def walk(person: Person, route: Sequence[Point2], pace_mps: float = WALK_MPS, stop: bool = True) -> Script:
    """Walks through the places of a route."""
    person.ease(0.3)
    for index, goal in enumerate(route):
        is_last = index == len(route) - 1
        near, before = (0.15 if is_last and stop else 0.6), math.inf
        while (distance := person.distance_to(goal)) > near and not (distance > before + 0.02 and distance < 0.6):
            before = distance
            pace = min(pace_mps, 0.5 + distance * 1.6) if is_last and stop else pace_mps
            person.stride(goal, pace)
            yield
    if stop:
        person.ease(0.35)
        person.speed = 0.0
        person.target = poses.STANDING


def leave(person: Person, route: Sequence[Point2], pace_mps: float = WALK_MPS) -> Script:
    """Walks out of the picture."""
    yield from walk(person, route, pace_mps, stop=False)
    person.has_left = True


def turn(person: Person, towards: Point2) -> Script:
    """Turns on the spot to look at a place."""
    while abs(person.turn_towards(person.bearing_to(towards))) > 0.12:
        yield


def hold(person: Person, pose: Pose, seconds: float, ease_s: float = 0.35, sway: float = 1.0) -> Script:
    """Keeps a pose, not quite still."""
    person.ease(ease_s)
    start, phase = person.stage.time_s, person.walked_m
    while person.stage.time_s < start + seconds:
        clock = person.stage.time_s + phase
        person.target = pose._replace(
            lean=pose.lean + 0.018 * sway * math.sin(clock * 1.3),
            sway=pose.sway + 0.030 * sway * math.sin(clock * 0.7),
            twist=pose.twist + 0.10 * sway * math.sin(clock * 0.45),
            nod=pose.nod + 0.05 * sway * math.sin(clock * 0.9),
        )
        yield


def chat(person: Person, other: Person, seconds: float) -> Script:
    """Talks to somebody with changing gestures."""
    yield from turn(person, other.place)
    until = person.stage.time_s + seconds
    while person.stage.time_s < until:
        gesture = GESTURES[int(person.stage.rng.integers(len(GESTURES)))]
        left = until - person.stage.time_s
        yield from hold(person, gesture, min(float(person.stage.rng.uniform(0.9, 2.2)), left), 0.5)


def argue(person: Person, other: Person, seconds: float) -> Script:
    """Talks to somebody angrily: pointing, arms thrown up, close."""
    yield from turn(person, other.place)
    until = person.stage.time_s + seconds
    moods = (
        poses.POINTING,
        poses.HANDS_ON_HIPS,
        poses.STANDING._replace(hand_left=(0.2, 0.16, 0.0), hand_right=(0.2, -0.16, 0.0)),
    )
    while person.stage.time_s < until:
        mood = moods[int(person.stage.rng.integers(len(moods)))]
        yield from hold(
            person, mood, min(float(person.stage.rng.uniform(0.4, 0.9)), until - person.stage.time_s), 0.2, 2.0
        )


def sit(person: Person, seat: Point2, facing: float, seconds: float) -> Script:
    """Sits down on a bench, stays, and gets up."""
    while abs(person.turn_towards(facing)) > 0.1:
        yield
    front = person.place
    yield from _slide(person, seat, 0.9, poses.SITTING)
    yield from hold(person, poses.SITTING, seconds, 0.2, 0.7)
    yield from _slide(person, front, 0.8, poses.STANDING)


def _slide(person: Person, place: Point2, seconds: float, pose: Pose) -> Script:
    person.ease(seconds)
    person.target = pose
    start, began = person.place, person.stage.time_s
    while (share := (person.stage.time_s - began) / seconds) < 1:
        eased = poses.smooth(share)
        person.place = (start[0] + (place[0] - start[0]) * eased, start[1] + (place[1] - start[1]) * eased)
        yield
    person.place = place


def put_down(person: Person) -> Script:
    """Puts the carried bag on the ground beside the feet."""
    yield from hold(person, poses.PICKING_UP, 0.8, 0.6, 0.0)
    bag = person.bag
    if bag is not None:
        person.bag = None
        bag.put_down(bag.place)
        person.stage.things.append(bag)
    yield from hold(person, poses.STANDING, 0.6, 0.5)


def pick_up(person: Person, bag: Bag) -> Script:
    """Takes a bag from the ground."""
    yield from turn(person, bag.place)
    yield from hold(person, poses.PICKING_UP, 0.8, 0.6, 0.0)
    person.stage.things.remove(bag)
    person.bag = bag
    yield from hold(person, poses.STANDING, 0.5, 0.5)


def knocked(person: Person, away: float, metres: float, pose: Pose, seconds: float) -> Script:
    """Is driven back in a direction while taking a pose."""
    person.ease(0.12)
    person.target = pose
    began = person.stage.time_s
    while (share := (person.stage.time_s - began) / seconds) < 1:
        moved = metres / seconds * 2 * (1 - share) * DT_S
        person.place = (person.place[0] + math.cos(away) * moved, person.place[1] + math.sin(away) * moved)
        yield


def fall(person: Person, lying: Pose, seconds: float = 0.75) -> Script:
    """Topples, faster and faster, and hits the ground."""
    start = person.pose
    person.ease(0.0)
    began = person.stage.time_s
    while (share := (person.stage.time_s - began) / seconds) < 1:
        fallen = poses.blend(start, lying, share**0.8)
        person.target = fallen._replace(tilt=lying.tilt * share**2.2, roll=lying.roll * share**2.2)
        yield
    person.target = lying


def lie(person: Person, lying: Pose, seconds: float) -> Script:
    """Lies on the ground, moving an arm or a leg a little."""
    began = person.stage.time_s
    while person.stage.time_s < began + seconds:
        clock = person.stage.time_s - began
        stir = max(math.sin(clock * 1.1), 0.0) ** 3 * 0.06
        right = lying.hand_right
        person.target = lying._replace(
            hand_right=(right[0] + stir, right[1], right[2] + stir), nod=lying.nod + stir * 2
        )
        yield


def get_up(person: Person) -> Script:
    """Comes up over the knees."""
    yield from hold(person, poses.KNEELING, 1.1, 1.0, 0.3)
    yield from hold(person, poses.PICKING_UP, 0.5, 0.5, 0.0)
    yield from hold(person, poses.STANDING, 0.7, 0.6)


def in_turn(*scripts: Script) -> Script:
    """One act after the other."""
    for script in scripts:
        yield from script
