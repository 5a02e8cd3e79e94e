"""Something catches fire; people back away; somebody puts it out."""

from __future__ import annotations

from vigil.demo.clock import DT_S
from vigil.demo.drawing.effects import Fire, Smoke
from vigil.demo.events.casting import enter, entry_near, onlookers, settled, watch, way_out
from vigil.demo.people import acts, poses
from vigil.demo.stage import Script, Stage

SENTENCES = (
    "Flames shoot up from {what} and thick dark smoke rises.",
    "{What} catches fire; the flames grow quickly and people back away.",
    "A fire starts at {what}, with bright flames and grey smoke drifting across the picture.",
)


def fire(stage: Stage, at_s: float) -> Script:
    """A blaze that grows, and that somebody with an extinguisher ends."""
    rng = stage.rng
    place, base, width, what = stage.scene.burnable[int(rng.integers(len(stage.scene.burnable)))]
    yield from stage.wait_until(at_s)
    words = SENTENCES[int(rng.integers(len(SENTENCES)))].format(what=what, What=what[0].upper() + what[1:])
    event = stage.begin("Fire", words)
    front = (place[0], place[1] - 0.35)
    blaze, smoke = (
        Fire(front, base, width, rng),
        Smoke((place[0], place[1] - 0.3), base + width, rng, size_m=width * 0.9),
    )
    stage.things += [smoke, blaze]
    yield from _grow(blaze, smoke, 1.0, 3.5)
    for person in onlookers(stage, place, 7.0, ()):
        person.do(watch(person, place, 6.0, 3.6))
    yield from stage.wait(float(rng.uniform(2.0, 4.0)))
    edge = entry_near(stage, place)
    rescuer = enter(stage, edge, place)
    side = 1.5 if edge[0] > place[0] else -1.5
    stand = (place[0] + side, place[1] - 1.0)
    rescuer.do(acts.in_turn(acts.walk(rescuer, (stand,), acts.RUN_MPS), acts.turn(rescuer, place)))
    yield from settled(rescuer)
    foam = Smoke(
        ((stand[0] + place[0]) / 2, (stand[1] + place[1]) / 2), 1.0, rng, (210, 212, 212), 11.0, 0.5, 0.9, 0.4, 0.5
    )
    stage.things.append(foam)
    rescuer.do(acts.hold(rescuer, poses.POINTING._replace(hand_left=(0.26, 0.0, -0.06)), 3.2))
    yield from _grow(blaze, smoke, 0.0, 3.2)
    foam.rate = 0.0
    stage.things.remove(blaze)
    stage.finish(event)
    rescuer.do(
        acts.in_turn(acts.hold(rescuer, poses.HANDS_ON_HIPS, 2.5), acts.leave(rescuer, way_out(stage, rescuer.place)))
    )


def _grow(blaze: Fire, smoke: Smoke, size: float, seconds: float) -> Script:
    start = blaze.size
    steps = round(seconds / DT_S)
    for step in range(1, steps + 1):
        blaze.size = start + (size - start) * step / steps
        smoke.rate = 9.0 * blaze.size
        yield
