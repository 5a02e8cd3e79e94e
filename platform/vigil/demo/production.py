"""Makes one video: builds the scene, lets the stage play, draws and encodes every frame."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from vigil.demo.clock import FPS
from vigil.demo.drawing.backdrop import Backdrop
from vigil.demo.events.everyday import CAPTIONS, EVERYDAY, crowd, traffic
from vigil.demo.film.compose import Compositor, frames
from vigil.demo.film.encode import encode
from vigil.demo.film.sensor import Overlay, Sensor
from vigil.demo.programme import ANOMALIES, CameraPlan, VideoPlan
from vigil.demo.scenes.scene import Scene
from vigil.demo.stage import Stage

RUN_IN_S = 14
"""How long a scene fills up before its video begins."""


@dataclass(frozen=True)
class Truth:
    """One anomaly as drawn."""

    label: str
    sentence: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class MadeVideo:
    """One video and what is true of it."""

    file: str
    group: str
    split: str
    label: str
    duration_s: float
    width: int
    height: int
    truths: tuple[Truth, ...]
    caption: str
    """A neutral sentence about the whole video."""


def scene_of(plan: VideoPlan) -> Scene:
    """The scene that a video shows."""
    return plan.camera.scene(plan.is_dark, plan.camera.mirrored)


def filmed_at(plan: VideoPlan) -> datetime:
    """What the clock in the picture says at its first frame."""
    day = 1 + plan.number * 3
    return datetime(2026, 3, day, scene_of(plan).hour, (plan.number * 17) % 60, 3 * plan.number)


def stage_of(plan: VideoPlan, scene: Scene, seed: int) -> Stage:
    """A stage on which the video's script is about to be played, run in until its first frame."""
    rng = np.random.default_rng([seed, zlib.crc32(plan.file.encode())])
    stage = Stage(scene, rng, plan.duration_s, frame=-RUN_IN_S * FPS)
    stage.directors += [crowd(stage), traffic(stage)]
    stage.directors += [ANOMALIES[kind][1](stage, at_s) for kind, at_s in plan.anomalies]
    stage.directors += [EVERYDAY[kind](stage, at_s) for kind, at_s in plan.everyday]
    while stage.frame < 0:
        stage.step()
    return stage


def make_video(plan: VideoPlan, out_dir: Path, seed: int) -> MadeVideo:
    """Writes one video file; the same plan and seed give the same frames."""
    cv2.setNumThreads(1)
    scene, compositor = _set_up(plan.camera, plan.is_dark, seed)
    stage = stage_of(plan, scene, seed)
    overlay = Overlay(scene.name, filmed_at(plan), *scene.overlay)
    sensor = Sensor(
        np.random.default_rng([seed, zlib.crc32(plan.file.encode()), 1]),
        scene.camera.width, scene.camera.height, overlay, scene.noise, scene.light.is_infrared, scene.flicker,
    )  # fmt: skip
    encode(frames(stage, compositor, sensor), out_dir / plan.file, scene.camera.width, scene.camera.height, FPS)
    return _described(plan, scene, stage)


@lru_cache(maxsize=2)
def _set_up(camera: CameraPlan, is_dark: bool, seed: int) -> tuple[Scene, Compositor]:
    """A camera's scene, painted; kept for its next video."""
    scene = camera.scene(is_dark, camera.mirrored)
    backdrop = Backdrop(scene.camera, scene.light)
    scene.paint(backdrop, np.random.default_rng([seed, zlib.crc32(camera.group.encode())]))
    return scene, Compositor(scene, *backdrop.finish())


def shortened(plan: VideoPlan, duration_s: float) -> VideoPlan:
    """The same video, cut off earlier."""
    return replace(plan, duration_s=duration_s)


def _described(plan: VideoPlan, scene: Scene, stage: Stage) -> MadeVideo:
    truths = tuple(
        Truth(
            event.label,
            event.sentence,
            round(event.start_s, 3),
            round(min(event.end_s or plan.duration_s, plan.duration_s), 3),
        )
        for event in stage.events
        if event.start_s < plan.duration_s - 1
    )
    camera = plan.camera
    return MadeVideo(
        plan.file, camera.group, camera.split, plan.label, plan.duration_s, scene.camera.width, scene.camera.height,
        truths, _caption(plan, scene),
    )  # fmt: skip


def _caption(plan: VideoPlan, scene: Scene) -> str:
    happenings = [CAPTIONS[kind] for kind, _ in plan.everyday]
    ordinary = (
        f"People walk through {scene.setting}"
        if not scene.lanes
        else f"People and vehicles pass through {scene.setting}"
    )
    if plan.anomalies:
        return f"{ordinary}."
    if not happenings:
        return f"{ordinary}; nothing unusual happens."
    told = ", ".join(happenings[:-1]) + (" and " if len(happenings) > 1 else "") + happenings[-1]
    return f"{ordinary}; {told}. Nothing unusual happens."
