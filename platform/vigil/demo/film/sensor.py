"""What the camera does to a picture: noise, flicker, vignette, infrared, and the writing burnt into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import cv2
import numpy as np
from numpy.typing import NDArray

from vigil.demo.drawing.arrays import Image

FONT = cv2.FONT_HERSHEY_SIMPLEX
NOISE_FIELDS = 12
_Lettering = tuple[slice, slice, Image, NDArray[np.bool_]]


@dataclass(frozen=True)
class Overlay:
    """The camera's name and clock, and where they are written."""

    name: str
    starts: datetime
    name_at: str = "top left"
    clock_at: str = "top right"
    size: float = 0.40


def vignette(picture: Image, strength: float) -> Image:
    """The picture, darker towards its corners."""
    height, width = picture.shape[:2]
    across, down = np.linspace(-1, 1, width)[None, :], np.linspace(-1, 1, height)[:, None]
    fade = 1 - strength * np.clip((across**2 + down**2) / 2, 0, 1) ** 1.2
    return (picture * fade[:, :, None]).astype(np.uint8)


class Sensor:
    """Turns clean frames into frames of a surveillance camera, as YUV 4:2:0 planes ready to encode."""

    def __init__(
        self,
        rng: np.random.Generator,
        width: int,
        height: int,
        overlay: Overlay,
        noise: float,
        is_infrared: bool,
        flicker: float,
    ) -> None:
        self._rng, self._overlay, self._is_infrared, self._flicker = rng, overlay, is_infrared, flicker
        self._size = (width, height)
        grain = rng.normal(0, noise, (NOISE_FIELDS, height + 16, width + 16))
        coarse = [cv2.GaussianBlur(field, (0, 0), 0.8) * 1.9 for field in grain[: NOISE_FIELDS // 2]]
        grain[: NOISE_FIELDS // 2] = coarse
        self._grain = np.round(grain).astype(np.int16)
        self._gain, self._dip = 1.0, 0
        self._written_second = -1
        self._writing: list[_Lettering] = []

    def expose(self, frame: Image, time_s: float) -> Image:
        """One frame (height * 3 / 2, width), Y over U over V."""
        planes: Image = cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420)
        width, height = self._size
        luma = planes[:height]
        top, left = (int(v) for v in self._rng.integers(0, 16, 2))
        grain = self._grain[int(self._rng.integers(NOISE_FIELDS)), top : top + height, left : left + width]
        gain = self._light_gain()
        if abs(gain - 1) > 0.004:
            cv2.convertScaleAbs(luma, dst=luma, alpha=gain)
        cv2.add(luma, grain, dst=luma, dtype=cv2.CV_8U)
        if self._is_infrared:
            planes[height:] = 128
        self._write(luma, time_s)
        return planes

    def _light_gain(self) -> float:
        """Slow drift of the automatic exposure, and now and then a lamp that blinks."""
        self._gain += 0.02 * (1 - self._gain) + 0.0015 * float(self._rng.normal())
        if self._dip == 0 and self._rng.random() < self._flicker:
            self._dip = int(self._rng.integers(2, 6))
        if self._dip > 0:
            self._dip -= 1
            return self._gain * (0.90 if self._dip % 2 == 0 else 0.97)
        return self._gain

    def _write(self, luma: Image, time_s: float) -> None:
        """Name and clock, drawn once a second and laid over every frame."""
        second = int(time_s)
        if second != self._written_second:
            self._written_second = second
            clock = (self._overlay.starts + timedelta(seconds=second)).strftime("%Y-%m-%d %H:%M:%S")
            self._writing = [
                self._lettering(self._overlay.name, self._overlay.name_at),
                self._lettering(clock, self._overlay.clock_at),
            ]
        for rows, columns, letters, ink in self._writing:
            np.copyto(luma[rows, columns], letters, where=ink)

    def _lettering(self, words: str, where: str) -> _Lettering:
        size = self._overlay.size
        (wide, high), _ = cv2.getTextSize(words, FONT, size, 1)
        box: Image = np.zeros((high + 8, wide + 4), np.uint8)
        cv2.putText(box, words, (2, high + 3), FONT, size, 24, 2, cv2.LINE_8)
        cv2.putText(box, words, (1, high + 2), FONT, size, 232, 1, cv2.LINE_AA)
        x = 6 if "left" in where else self._size[0] - wide - 8
        y = 5 if "top" in where else self._size[1] - high - 12
        return slice(y, y + high + 8), slice(x, x + wide + 4), box, box > 0
