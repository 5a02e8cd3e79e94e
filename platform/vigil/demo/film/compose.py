"""Puts a stage before its backdrop: shadows, then everything from far to near, hidden by the props in front."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from vigil.demo.clock import FPS
from vigil.demo.drawing.arrays import Image
from vigil.demo.drawing.backdrop import SWAY_PHASES, Occluder
from vigil.demo.drawing.camera import NEAR_M
from vigil.demo.film.sensor import Sensor, vignette
from vigil.demo.scenes.scene import Scene
from vigil.demo.stage import Drawable, Stage


class Compositor:
    """Draws the frames of one stage."""

    def __init__(self, scene: Scene, picture: Image, occluders: tuple[Occluder, ...]) -> None:
        self._scene = scene
        self._picture = vignette(picture, scene.vignette)
        self._curtains = [_Curtain.of(prop, self._picture) for prop in occluders]
        self._mask: Image = np.zeros(picture.shape[:2], np.uint8)

    def frame(self, stage: Stage) -> Image:
        """One clean frame."""
        camera, light = self._scene.camera, self._scene.light
        image = self._picture.copy()
        actors = self._in_view([*stage.people, *stage.vehicles, *stage.things])
        self._shadows(image, [actor for _, actor in actors])
        queue: list[tuple[float, int, Drawable | _Curtain]] = [(depth, 1, actor) for depth, actor in actors]
        farthest = max((item[0] for item in queue), default=0.0)
        queue += [(c.depth_m, 0, c) for c in self._curtains if len(c.kept) > 1 or c.depth_m < farthest]
        for _, _, item in sorted(queue, key=lambda entry: (-entry[0], entry[1])):
            if isinstance(item, _Curtain):
                self._restore(image, item, stage.time_s)
            else:
                item.draw(image, camera, light)
        return image

    def _in_view(self, actors: list[Drawable]) -> list[tuple[float, Drawable]]:
        """Depth and actor, for those of which some part may be in the picture."""
        if not actors:
            return []
        camera = self._scene.camera
        pixels_N2, depth_N = camera.project(np.array([(*actor.place, 0.6) for actor in actors]))
        reach_N = np.array([actor.reach_m for actor in actors]) * camera.focal * camera.width / depth_N
        inside_N = (np.abs(pixels_N2[:, 0] - camera.width / 2) < camera.width / 2 + reach_N) & (depth_N > NEAR_M)
        inside_N &= np.abs(pixels_N2[:, 1] - camera.height / 2) < camera.height / 2 + reach_N
        return [(float(depth_N[index]), actors[index]) for index in np.flatnonzero(inside_N)]

    def _shadows(self, image: Image, actors: list[Drawable]) -> None:
        if not actors or self._scene.light.shadow <= 0:
            return
        self._mask[:] = 0
        for actor in actors:
            actor.shadow(self._mask, self._scene.light, self._scene.camera)
        x, y, wide, high = cv2.boundingRect(self._mask)
        if wide == 0:
            return
        box = slice(y, y + high), slice(x, x + wide)
        soft = cv2.merge([cv2.blur(self._mask[box], (3, 3))] * 3)
        region = image[box]
        darker = cv2.multiply(region, soft, scale=self._scene.light.shadow / 255)
        cv2.subtract(region, darker, dst=region)

    def _restore(self, image: Image, curtain: _Curtain, time_s: float) -> None:
        phase = 0
        if len(curtain.kept) > 1:
            wind = 0.55 + 0.45 * math.sin(time_s * 0.37 + curtain.depth_m)
            turn = math.sin(time_s * 1.9 + curtain.depth_m * 3) * wind
            phase = round(turn / 4 * SWAY_PHASES) % SWAY_PHASES
        region = image[curtain.rows, curtain.columns]
        through = cv2.multiply(region, curtain.kept[phase], scale=1 / 255)
        cv2.add(through, curtain.added[phase], dst=region)


@dataclass(frozen=True)
class _Curtain:
    """An occluder made ready: what it lets through of the frame, and what it adds."""

    depth_m: float
    rows: slice
    columns: slice
    kept: tuple[Image, ...]
    added: tuple[Image, ...]

    @classmethod
    def of(cls, prop: Occluder, picture: Image) -> _Curtain:
        kept, added = [], []
        sources = prop.swaying or (picture[prop.rows, prop.columns],)
        for alpha, source in zip(prop.alphas, sources, strict=True):
            weight = cv2.merge([alpha] * 3)
            kept.append(cv2.bitwise_not(weight))
            # A crown was painted on black, so that reducing it has already weighted its edge.
            added.append(source if prop.swaying else cv2.multiply(source, weight, scale=1 / 255))
        return cls(prop.depth_m, prop.rows, prop.columns, tuple(kept), tuple(added))


def frames(stage: Stage, compositor: Compositor, sensor: Sensor) -> Iterator[Image]:
    """Every frame of the video, ready to encode, while the stage plays."""
    for _ in range(round(stage.duration_s * FPS)):
        stage.step()
        yield sensor.expose(compositor.frame(stage), stage.time_s)
