"""Small videos made on the spot: a grey scene in which a square rests or shakes."""

import hashlib
from pathlib import Path

import av
import numpy as np

from ml.contracts import VideoRef


def write_video(path: Path, *, seconds: float, fps: int = 8, shakes_from_s: float | None = None, seed: int = 0) -> Path:
    rng = np.random.default_rng(seed)
    background = rng.integers(60, 120, (96, 128, 3), dtype=np.uint8)
    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for index in range(round(seconds * fps)):
            image = background.copy()
            is_shaking = shakes_from_s is not None and shakes_from_s <= index / fps < shakes_from_s + 4
            left, top = rng.integers(0, 80, 2) if is_shaking else (40, 40)
            image[top : top + 24, left : left + 24] = 230
            box.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        box.mux(stream.encode())
    return path


def video_ref(path: Path, weak_label: str = "unknown", split: str = "train", classes: tuple[str, ...] = ()) -> VideoRef:
    key = hashlib.sha256(path.read_bytes()).hexdigest()
    return VideoRef(key, path.name, str(path), 0, weak_label, classes, split)
