"""Whole video files, short ones."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from vigil.demo.clock import FPS
from vigil.demo.generate import DemoManifest, generate
from vigil.demo.production import make_video, shortened
from vigil.demo.programme import PROGRAMME, VideoPlan


def plan_of(label: str) -> VideoPlan:
    return next(plan for plan in PROGRAMME if plan.label == label)


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> DemoManifest:
    programme = (shortened(plan_of("normal"), 2.0), shortened(plan_of("WrongWay"), 2.0))
    return generate(tmp_path_factory.mktemp("footage"), seed=5, workers=1, programme=programme)


def gray_frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray").astype(np.int16) for frame in container.decode(video=0)]


def test_files_play_in_a_browser(footage: DemoManifest) -> None:
    for video in footage.videos:
        content = (footage.directory / video.file).read_bytes()
        assert content.index(b"moov") < content.index(b"mdat")
        with av.open(str(footage.directory / video.file)) as container:
            stream = container.streams.video[0]
            assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
            assert (stream.width, stream.height) == (video.width, video.height)
            packets = [packet for packet in container.demux(stream) if packet.pts is not None]
        assert len(packets) == 2 * FPS
        keys = [index for index, packet in enumerate(packets) if packet.is_keyframe]
        assert keys == [0, FPS]


def test_the_rate_is_constant(footage: DemoManifest) -> None:
    with av.open(str(footage.directory / footage.videos[0].file)) as container:
        times = [Fraction(frame.pts) * frame.time_base for frame in container.decode(video=0)]
    assert times == [Fraction(index, FPS) for index in range(2 * FPS)]


def test_labels_and_segments_name_every_video(footage: DemoManifest) -> None:
    with footage.labels_csv.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [video.file for video in footage.videos]
    assert [row["label"] for row in rows] == ["normal", "WrongWay"]
    assert set(rows[0]) == {"file", "label", "split", "group", "recorded_at"}
    assert all(row["recorded_at"].startswith("2026-03-") for row in rows)
    segments = json.loads(footage.segments_json.read_text())
    assert set(segments) == {video.file for video in footage.videos}
    assert all(entry["duration"] == 2.0 and entry["caption"] for entry in segments.values())


def test_the_same_seed_makes_the_same_bytes(footage: DemoManifest, tmp_path: Path) -> None:
    plan = shortened(plan_of("normal"), 2.0)
    make_video(plan, tmp_path, 5)
    assert (tmp_path / plan.file).read_bytes() == (footage.directory / plan.file).read_bytes()


def test_a_second_call_makes_only_what_is_missing(footage: DemoManifest, tmp_path: Path) -> None:
    programme = tuple(shortened(plan, 1.0) for plan in PROGRAMME[:2])
    generate(tmp_path, workers=1, programme=programme)
    kept, lost = (tmp_path / plan.file for plan in programme)
    before = kept.stat().st_mtime_ns
    lost.unlink()
    seen: list[str] = []
    generate(
        tmp_path, workers=1, programme=programme, on_progress=lambda done, of, name: seen.append(f"{done}/{of} {name}")
    )
    assert kept.stat().st_mtime_ns == before
    assert seen == [f"2/2 {lost.name}"]


def test_a_changed_plan_is_made_again(tmp_path: Path) -> None:
    plan = shortened(PROGRAMME[0], 1.0)
    generate(tmp_path, workers=1, programme=(plan,))
    made = generate(tmp_path, workers=1, programme=(replace(plan, duration_s=1.4),))
    assert made.videos[0].duration_s == 1.4
    assert len(gray_frames(tmp_path / plan.file)) == round(1.4 * FPS)


def test_a_fight_moves_more_than_the_quarrel_before_it(tmp_path: Path) -> None:
    plan = replace(
        next(plan for plan in PROGRAMME if plan.file.startswith("market_square_south_01")), duration_s=22.0, everyday=()
    )
    video = make_video(plan, tmp_path, 0)
    start = video.truths[0].start_s
    frames = gray_frames(tmp_path / plan.file)
    # Of each quarter second, the area that changed by more than the camera's noise.
    moved = [int((abs(frames[i + 4] - frames[i]) > 25).sum()) for i in range(len(frames) - 4)]
    quarrel = moved[round((start - 2.0) * FPS) : round((start - 0.4) * FPS)]
    fight = moved[round(start * FPS) : round((start + 6) * FPS)]
    assert np.median(fight) > 1.15 * np.median(quarrel)
