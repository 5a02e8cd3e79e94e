"""What the training tests share: little real videos, and the shipped profile with far fewer and smaller steps."""

import csv
import json
from pathlib import Path

import av
import numpy as np
import yaml

from ml.profiles.loading import PROFILES_DIR

FPS, SECONDS, EVENT_S = 10, 12, (4.0, 8.0)
NORMAL, FIGHT = "normal", "Fighting"


def write_footage(folder: Path, *, train: int = 4, test: int = 2) -> Path:
    """Videos of a passing square; in every second one noise flickers between 4 s and 8 s. Returns segments.json."""
    folder.mkdir(parents=True)
    rows, truth = [("file", "label", "split")], {}
    for index in range(train + test):
        name, is_abnormal = f"clip{index}.mp4", index % 2 == 1
        _write_clip(folder / name, seed=index, is_abnormal=is_abnormal)
        rows.append((name, FIGHT if is_abnormal else NORMAL, "train" if index < train else "test"))
        events = [{"segment": list(EVENT_S), "label": FIGHT}] if is_abnormal else []
        truth[name] = {"duration": SECONDS, "annotations": events}
    with (folder / "labels.csv").open("w", newline="") as out:
        csv.writer(out).writerows(rows)
    segments = folder.parent / "segments.json"
    segments.write_text(json.dumps(truth))
    return segments


def write_quick_profile(folder: Path) -> None:
    """`quick.yaml`: profile `tiny` with the same parts, trained for a moment."""
    values = yaml.safe_load((PROFILES_DIR / "tiny.yaml").read_text("utf-8"))
    for phase, epochs in (("phase1", 8), ("phase2", 4)):
        values[phase] |= {"epochs": epochs, "warmup_steps": 1, "checkpoint_every": 2}
    values["detector"] |= {"members": 1}
    values["language"] = {
        **values.get("language", {}), "layers": 2, "hidden_size": 64, "intermediate_size": 128, "steps": 24,
        "warmup_steps": 2, "checkpoint_every": 4, "draws": 2,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "quick.yaml").write_text(yaml.safe_dump(values), "utf-8")


def _write_clip(path: Path, *, seed: int, is_abnormal: bool) -> None:
    rng = np.random.default_rng(seed)
    scene = (rng.random((96, 128, 3)) * 60 + 80).astype(np.uint8)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as box:
        stream = box.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "g": str(FPS)})
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for number in range(FPS * SECONDS):
            picture = scene.copy()
            left = (2 * number + 10 * seed) % 110
            picture[40:56, left : left + 14] = 200
            if is_abnormal and EVENT_S[0] <= number / FPS < EVENT_S[1]:
                picture[20:76, 30:100] = rng.integers(0, 255, (56, 70, 3), dtype=np.uint8)
            box.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        box.mux(stream.encode(None))
