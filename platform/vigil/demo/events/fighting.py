"""Two people come to blows; others step back."""

from __future__ import annotations

import math

from vigil.demo.events.casting import enter, entry_near, onlookers, pick_spot, settled, start_before, watch, way_out
from vigil.demo.people import acts, poses
from vigil.demo.people.person import Person
from vigil.demo.stage import Script, Stage

SENTENCES = (
    "A {a} shoves a {b} {where} and both start throwing punches.",
    "Two people argue {where}, then a {a} attacks a {b}, who is knocked to the ground.",
    "A fight breaks out {where}: a {a} hits a {b} again and again while others keep away.",
    "A {a} punches a {b} {where} and kicks after the victim has gone down.",
)


def fighting(stage: Stage, at_s: float) -> Script:
    """An argument that turns into a fight; the loser falls, the winner runs."""
    spot, rng = pick_spot(stage), stage.rng
    where = spot.place
    doors = entry_near(stage, where)
    others = entry_near(stage, where, (doors,))
    sides = ((where[0] - 0.55, where[1]), (where[0] + 0.55, where[1] + 0.15))
    pairs = sorted(((doors, 0), (others, 1)), key=lambda pair: pair[0][0])
    starts = [start_before(edge, where, at_s - 3.0) for edge, _ in pairs]
    yield from stage.wait_until(min(starts))
    fighters: list[Person] = []
    for (edge, _), side in zip(pairs, sides, strict=True):
        fighter = enter(stage, edge, where)
        fighter.is_passable = True
        fighter.do(acts.walk(fighter, (side,)))
        fighters.append(fighter)
    yield from settled(*fighters)
    first, second = fighters if rng.random() < 0.5 else fighters[::-1]
    quarrel = max(at_s - stage.time_s, 1.5)
    first.do(acts.argue(first, second, quarrel))
    second.do(acts.argue(second, first, quarrel))
    yield from settled(first, second)
    sentence = SENTENCES[int(rng.integers(len(SENTENCES)))].format(
        a=first.look.words, b=second.look.words, where=spot.words
    )
    event = stage.begin("Fighting", sentence)
    for person in onlookers(stage, where, 7.0, fighters):
        person.do(watch(person, where, 7.0, 3.0))
    yield from _brawl(stage, first, second, float(rng.uniform(5.0, 7.5)))
    yield from _ending(stage, first, second)
    stage.finish(event)


def _brawl(stage: Stage, first: Person, second: Person, seconds: float) -> Script:
    until = stage.time_s + seconds
    yield from _blow(stage, first, second, poses.SHOVE, 0.75)
    while stage.time_s < until:
        attacker, victim = (first, second) if stage.rng.random() < 0.62 else (second, first)
        blows = (poses.PUNCH_LEFT, poses.PUNCH_RIGHT, poses.PUNCH_RIGHT, poses.SHOVE, poses.KICK)
        blow = blows[int(stage.rng.integers(len(blows)))]
        yield from _blow(stage, attacker, victim, blow, 0.80 if blow is poses.SHOVE else 0.38)


def _blow(stage: Stage, attacker: Person, victim: Person, blow: poses.Pose, push_m: float) -> Script:
    """Closes in, strikes, and the other takes it."""
    reach = 0.92 if blow is poses.KICK else 0.78
    while attacker.distance_to(victim.place) > reach + 0.08:
        attacker.stride(victim.place, 2.3)
        attacker.is_passable = victim.is_passable = True
        victim.turn_towards(victim.bearing_to(attacker.place), 6.0)
        yield
    attacker.speed = 0.0
    attacker.do(
        acts.in_turn(
            _facing(attacker, victim),
            acts.hold(attacker, blow, 0.20, 0.10, 0),
            acts.hold(attacker, poses.GUARD, 0.25, 0.14),
        )
    )
    yield from stage.wait(0.12)
    away = attacker.bearing_to(victim.place)
    taken = poses.RECOIL if stage.rng.random() < 0.6 else poses.BLOCKING
    victim.do(acts.in_turn(acts.knocked(victim, away, push_m, taken, 0.30), acts.hold(victim, poses.GUARD, 0.12, 0.15)))
    yield from settled(attacker, victim)


def _facing(person: Person, other: Person) -> Script:
    while abs(person.turn_towards(person.bearing_to(other.place), 9.0)) > 0.3:
        yield


def _ending(stage: Stage, winner: Person, loser: Person) -> Script:
    yield from _blow(stage, winner, loser, poses.PUNCH_RIGHT, 0.1)
    lying = poses.LYING_BACK
    loser.do(acts.in_turn(acts.fall(loser, lying, 0.6), acts.lie(loser, lying, 5.5), acts.get_up(loser),
                          acts.leave(loser, way_out(stage, loser.place), 0.9)))  # fmt: skip
    yield from stage.wait(0.7)
    for _ in range(2):
        kick = acts.in_turn(acts.hold(winner, poses.KICK, 0.25, 0.14, 0), acts.hold(winner, poses.GUARD, 0.35, 0.2))
        winner.do(kick)
        yield from settled(winner)
    winner.is_passable = False
    winner.do(
        acts.leave(
            winner, way_out(stage, (winner.place[0] + math.copysign(6, winner.place[0]), winner.place[1])), acts.RUN_MPS
        )
    )
    yield from stage.wait(1.2)
