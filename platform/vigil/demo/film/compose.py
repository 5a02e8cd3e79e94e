"""Puts a stage before its backdrop: shadows, then everything from far to near, hidden by the props in front."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from vigil.demo.drawing.arrays import Image
from vigil.demo.drawing.backdrop import SWAY_PHASES, Occluder
from vigil.demo.film.sensor import Sensor, vignette
from vigil.demo.scenes.scene import Scene
from vigil.demo.stage import FPS, Drawable, Stage


class Compositor:
    """Draws the frames of one stage."""

    def __init__(self, scene: Scene, picture: Image, occluders: tuple[Occluder, ...]) -> None:
        self._scene, self._occluders = scene, occluders
        self._picture = vignette(picture, scene.vignette)
        self._mask: Image = np.zeros(picture.shape[:2], np.uint8)

    def frame(self, stage: Stage) -> Image:
        """One clean frame."""
        camera, light = self._scene.camera, self._scene.light
        image = self._picture.copy()
        actors: list[Drawable] = [*stage.people, *stage.vehicles, *stage.things]
        self._shadows(image, actors)
        blink = stage.frame // 7 % 2 == 0
        places = np.array([(*actor.place, 0.0) for actor in actors]).reshape(-1, 3)
        depths = camera.project(places)[1] if actors else np.zeros(0)
        queue: list[tuple[float, int, Drawable | Occluder]] = [
            (float(depth), 1, actor) for depth, actor in zip(depths, actors, strict=True)
        ]
        farthest = max((item[0] for item in queue), default=0.0)
        queue += [(o.depth_m, 0, o) for o in self._occluders if o.swaying or o.depth_m < farthest]
        for _, _, item in sorted(queue, key=lambda entry: (-entry[0], entry[1])):
            if isinstance(item, Occluder):
                self._restore(image, item, stage.time_s)
            else:
                item.draw(image, camera, light, blink)
        return image

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

    def _restore(self, image: Image, prop: Occluder, time_s: float) -> None:
        region = image[prop.rows, prop.columns]
        if prop.swaying:
            wind = 0.55 + 0.45 * math.sin(time_s * 0.37 + prop.depth_m)
            turn = math.sin(time_s * 1.9 + prop.depth_m * 3) * wind
            phase = round((turn + 1) / 4 * SWAY_PHASES) - SWAY_PHASES // 4
            source, alpha = prop.swaying[phase % SWAY_PHASES], prop.swaying_alpha[phase % SWAY_PHASES]
        else:
            source, alpha = self._picture[prop.rows, prop.columns], prop.alpha_HW1
        weight = cv2.merge([alpha[:, :, 0]] * 3)
        kept = cv2.multiply(region, cv2.bitwise_not(weight), scale=1 / 255)
        cv2.add(kept, cv2.multiply(source, weight, scale=1 / 255), dst=region)


def frames(stage: Stage, compositor: Compositor, sensor: Sensor) -> Iterator[Image]:
    """Every frame of the video, ready to encode, while the stage plays."""
    for _ in range(round(stage.duration_s * FPS)):
        stage.step()
        yield sensor.expose(compositor.frame(stage), stage.time_s)
