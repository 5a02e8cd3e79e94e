"""Somebody puts a bag down, looks round and walks away without it."""

from __future__ import annotations

from vigil.demo.events.casting import enter, entry_near, pick_spot, settled, start_before, way_out
from vigil.demo.people import acts, poses
from vigil.demo.people.bags import COLOURS, Bag
from vigil.demo.stage import Script, Stage

SENTENCES = (
    "A {a} puts {bag} down {where}, looks around and walks away without it.",
    "A {a} leaves {bag} {where} and goes off quickly; nobody comes back for it.",
    "{Bag} is left behind {where} by a {a}, who walks out of the picture.",
)


def abandoned_object(stage: Stage, at_s: float) -> Script:
    """The bag stays until the end of the video, or until a guard takes it away."""
    spot, rng = pick_spot(stage), stage.rng
    edge = entry_near(stage, spot.place)
    yield from stage.wait_until(start_before(edge, spot.place, at_s - 1.5))
    person = enter(stage, edge, spot.place)
    names = [name for name in COLOURS if name != "brown"]
    kind = ("suitcase", "sports bag", "suitcase", "backpack")[int(rng.integers(4))]
    bag = person.bag = Bag(kind, names[int(rng.integers(len(names)))])
    person.do(
        acts.in_turn(
            acts.walk(person, (spot.place,)), acts.hold(person, poses.STANDING, max(at_s - stage.time_s - 9, 1.0))
        )
    )
    yield from settled(person)
    words = SENTENCES[int(rng.integers(len(SENTENCES)))]
    sentence = words.format(a=person.look.words, bag=bag.words, Bag=bag.words.capitalize(), where=spot.words)
    event = stage.begin("AbandonedObject", sentence)
    person.do(acts.put_down(person))
    yield from settled(person)
    looking = (poses.STANDING._replace(twist=0.9, nod=0.1), poses.STANDING._replace(twist=-0.9, nod=0.1))
    person.do(acts.in_turn(*(acts.hold(person, look, 0.7, 0.4) for look in looking),
                           acts.leave(person, way_out(stage, spot.place), 1.9)))  # fmt: skip
    yield from stage.wait(float(rng.uniform(4.0, 6.0)))
    guard = enter(stage, entry_near(stage, spot.place), spot.place)
    beside = (bag.place[0] + 0.5, bag.place[1] - 0.3)
    guard.do(
        acts.in_turn(
            acts.walk(guard, (beside,), 1.7), acts.hold(guard, poses.PHONE_AT_EAR, 1.5), acts.pick_up(guard, bag)
        )
    )
    yield from settled(guard)
    stage.finish(event)
    guard.do(acts.leave(guard, way_out(stage, guard.place)))
