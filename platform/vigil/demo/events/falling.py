"""Somebody stumbles, falls, and lies on the ground until helped up."""

from __future__ import annotations

from vigil.demo.drawing.arrays import Point2
from vigil.demo.events.casting import enter, entry_near, onlookers, pick_spot, settled, start_before, way_out
from vigil.demo.people import acts, poses
from vigil.demo.people.person import Person
from vigil.demo.stage import Script, Stage

SENTENCES = {
    "front": (
        "A {a} trips {where}, falls forward and stays on the ground.",
        "A {a} stumbles {where} and falls flat until another person comes to help.",
    ),
    "back": (
        "A {a} slips {where} and lands on the back, unable to get up at first.",
        "A {a} loses balance {where}, falls backwards and lies still.",
    ),
    "side": (
        "A {a} staggers {where}, collapses and remains lying there.",
        "A {a} collapses {where} and lies there until somebody kneels down to help.",
    ),
}
LYING = {"front": poses.LYING_FRONT, "back": poses.LYING_BACK, "side": poses.LYING_SIDE}


def falling(stage: Stage, at_s: float) -> Script:
    """A fall on an ordinary walk, and help after a while."""
    spot, rng = pick_spot(stage), stage.rng
    edge = entry_near(stage, spot.place)
    yield from stage.wait_until(start_before(edge, spot.place, at_s))
    person = enter(stage, edge, spot.place)
    person.do(acts.walk(person, (spot.place,), stop=False))
    yield from settled(person)
    way = list(LYING)[int(rng.integers(3))]
    sentences = SENTENCES[way]
    words = sentences[int(rng.integers(len(sentences)))].format(a=person.look.words, where=spot.words)
    event = stage.begin("Falling", words)
    lying_s = float(rng.uniform(5.5, 8.0))
    person.do(_fall(person, way, lying_s))
    yield from stage.wait(lying_s * 0.35)
    helper = _helper(stage, person)
    beside = _beside(person, helper)
    helper.do(
        acts.in_turn(
            acts.walk(helper, (beside,), 2.4),
            acts.turn(helper, person.place),
            acts.hold(helper, poses.KNEELING, lying_s, 0.6),
        )
    )
    yield from settled(person)
    stage.finish(event)
    helper.do(
        acts.in_turn(acts.hold(helper, poses.STANDING, 0.8, 0.7), acts.leave(helper, way_out(stage, helper.place)))
    )
    person.do(
        acts.in_turn(acts.hold(person, poses.HANDS_TO_HEAD, 1.5), acts.leave(person, way_out(stage, person.place), 0.9))
    )


def _fall(person: Person, way: str, lying_s: float) -> Script:
    if way == "back":
        yield from acts.knocked(person, person.heading, 0.35, poses.RECOIL, 0.25)
    else:
        yield from acts.knocked(person, person.heading, 0.55, poses.STUMBLE, 0.40)
    yield from acts.fall(person, LYING[way])
    yield from acts.lie(person, LYING[way], lying_s)
    yield from acts.get_up(person)
    person.speed = 0.0


def _helper(stage: Stage, fallen: Person) -> Person:
    near = onlookers(stage, fallen.place, 9.0, (fallen,))
    if near:
        return near[0]
    return enter(stage, entry_near(stage, fallen.place), fallen.place)


def _beside(person: Person, helper: Person) -> Point2:
    distance = max(helper.distance_to(person.place), 0.1)
    share = 0.95 / distance
    return (
        person.place[0] + (helper.place[0] - person.place[0]) * share,
        person.place[1] + (helper.place[1] - person.place[1]) * share,
    )
