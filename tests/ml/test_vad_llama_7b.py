"""Profile vad_llama_7b from published files to pre-labels, everything a few thousand numbers large."""

import dataclasses
import json
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

sys.path.insert(0, str(Path(__file__).parent))
from converted import converted_small
from footage import video_ref, write_video
from published_forward import clip_pixels, eva, qformer, vad_llama

from ml.checkpoints.__main__ import main
from ml.checkpoints.geometry import SMALL
from ml.contracts import TrainingJob, TrainingVideo
from ml.errors import ModelError, WeightsInvalid
from ml.inference.prelabel import Prelabeller
from ml.training.run import silent, train
from ml.video.reading import ClipReader


def never():
    return False


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def weights(home):
    return converted_small(home)


@pytest.fixture(scope="module")
def videos(home):
    made = []
    for number in range(4):
        starts_s = 4 if number % 2 else None
        path = write_video(home / f"v{number}.mp4", seconds=10, shakes_from_s=starts_s, seed=number)
        made.append(TrainingVideo(video_ref(path, "abnormal" if number % 2 else "normal")))
    return tuple(made)


def job(home, videos, name, **changes):
    whole = TrainingJob(
        videos=videos,
        profile=str(home / "small" / "profile.yaml"),
        phases=(1, 2, 3),
        out_dir=str(home / name / "model"),
        work_dir=str(home / name / "work"),
        store_dir=str(home / "store"),
        template="surveillance",
        weights_dir=str(home),
    )
    return dataclasses.replace(whole, **changes)


@pytest.fixture(scope="module")
def outcome(home, weights, videos):
    return train(job(home, videos, "whole"), silent, never)


def label(home, artefact_dir, video, weights_dir=None):
    labeller = Prelabeller(artefact_dir, str(home / "store"), device="cpu", weights_dir=str(weights_dir or home))
    return labeller.run(video.video)


def test_three_phases_and_pre_labels(home, videos, outcome):
    assert {"phase1_loss", "phase2_loss"} < set(outcome.metrics)
    prediction = label(home, outcome.artefact_dir, videos[1])
    assert prediction.scores.clip_end_ms == (2000, 4000, 6000, 8000, 10000)
    for track in (prediction.scores.raw, prediction.scores.long, prediction.scores.short, prediction.scores.fused):
        assert len(track) == 5 and all(0 < score < 1 for score in track)
    assert prediction.judgement is not None


def test_the_artefact_holds_what_was_trained_and_no_frozen_weights(outcome):
    folder = Path(outcome.artefact_dir)
    detector = load_file(folder / "detector.safetensors")
    assert not [name for name in detector if name.startswith("vador.formers.") and not name.endswith("weights_sha256")]
    assert sum(path.stat().st_size for path in folder.rglob("*.safetensors")) < 60_000
    assert json.loads((folder / "profile.json").read_text())["name"] == "vad_llama_7b_small"


def test_phase_1_trains_the_predictor_alone_and_phase_2_the_nets_too(home, videos, outcome):
    first = train(job(home, videos, "first", phases=(1,)), silent, never)
    second = train(job(home, videos, "second", phases=(2,), parent_dir=first.artefact_dir), silent, never)
    before, after = (load_file(Path(each.artefact_dir) / "detector.safetensors") for each in (first, second))
    changed = {name for name, values in before.items() if not torch.equal(values, after[name])}
    assert all(not values.any() for name, values in before.items() if name.endswith(("long.layers.2.weight",)))
    assert {name.split(".layers.")[0] for name in changed if ".layers." in name} == {
        "vador.predictors.0",
        "ltc.long",
        "ltc.short",
    }
    assert {name for name in changed if ".layers." not in name} <= {"calibration", "quantiles_MQ"}


def test_phase_3_goes_on_from_the_published_detector(home, weights, videos):
    parent = str(home / "small" / "parent")
    third = train(job(home, videos, "third", phases=(3,), parent_dir=parent), silent, never)
    before, after = (load_file(Path(each) / "detector.safetensors") for each in (parent, third.artefact_dir))
    assert all(torch.equal(values, after[name]) for name, values in before.items())
    assert label(home, third.artefact_dir, videos[0]).judgement is not None


def test_the_published_detector_pre_labels_as_it_is(home, weights, videos):
    prediction = label(home, str(home / "small" / "parent"), videos[0])
    assert len(prediction.scores.fused) == 5
    assert prediction.judgement is None


def restless_video(path, *, seconds):
    """Coarse noise that changes with every frame: no two clips are alike, so no list is decided by rounding."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264", rate=8)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for _ in range(seconds * 8):
            image = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8).repeat(16, 0).repeat(16, 1)
            box.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        box.mux(stream.encode())
    return path


def test_from_pixels_to_scores_it_is_the_published_mathematics(home, weights, tmp_path):
    """Against a plain computation from the published files; what differs is the store's half precision."""
    path = restless_video(tmp_path / "long.mp4", seconds=24)
    names = ("blip2_pretrained_flant5xxl.pth", "video_llama.pth", "vad_llama.pth")
    state = {}
    for name in names:
        state |= torch.load(weights / "files" / name, weights_only=True)["model"]
    vision = torch.load(weights / "files" / "eva_vit_g.pth", weights_only=True)
    state |= {f"visual_encoder.{name}": values for name, values in vision.items()}
    reader = ClipReader(str(path), fps=4, frames_per_clip=8, size_px=SMALL.image_px)
    pixels = clip_pixels(np.concatenate([chunk.frames_THWC for chunk in reader.chunks(64)]))
    patches = eva(state, pixels, blocks=SMALL.vision_blocks, heads=SMALL.vision_heads)
    sizes = {"layers": SMALL.image_layers, "heads": SMALL.heads, "frequency": 2}
    queries = qformer(state, "Qformer.bert", state["query_tokens"], patches, **sizes)
    frames_CFQD = queries.view(-1, 8, SMALL.queries, SMALL.width)
    branches = vad_llama(state, frames_CFQD, heads=SMALL.heads, layers=SMALL.video_layers)
    found = label(home, str(home / "small" / "parent"), TrainingVideo(video_ref(path))).scores
    assert len(found.raw) == 12
    for track, (logits, _) in zip((found.raw, found.long, found.short), branches, strict=True):
        expected = logits.softmax(-1)[..., 1].amax(1)
        torch.testing.assert_close(torch.tensor(track), expected, atol=5e-4, rtol=0)
        assert expected.max() - expected.min() > 0.02


@pytest.mark.parametrize("frames", [1, 5])
def test_a_video_shorter_than_a_clip_is_filled_up_with_its_last_frame(home, weights, frames, tmp_path):
    path = write_video(tmp_path / "short.mp4", seconds=frames / 8, seed=frames)
    prediction = label(home, str(home / "small" / "parent"), TrainingVideo(video_ref(path)))
    assert len(prediction.scores.raw) == 1


def test_the_published_sampling_makes_sixteen_clips_of_any_video(home, weights, videos):
    published = str(home / "small" / "profile_published.yaml")
    outcome = train(job(home, videos, "published", profile=published, phases=(1, 2)), silent, never)
    assert len(label(home, outcome.artefact_dir, videos[2]).scores.raw) == 16


def test_the_papers_reading_of_the_context_trains_too(home, weights, videos):
    text = (home / "small" / "profile.yaml").read_text()
    paper = home / "paper.yaml"
    paper.write_text(text.replace("mode: reference", "mode: paper").replace("vad_llama_7b_small", "paper_small"))
    outcome = train(job(home, videos, "paper", profile=str(paper), phases=(1, 2)), silent, never)
    scores = label(home, outcome.artefact_dir, videos[3]).scores
    assert scores.long == scores.short


def test_a_model_without_its_weights_says_where_they_were_looked_for(home, outcome, videos, tmp_path):
    with pytest.raises(WeightsInvalid, match="'small': no such folder below the weights root"):
        label(home, outcome.artefact_dir, videos[0], weights_dir=tmp_path)
    with pytest.raises(WeightsInvalid, match="'small'"):
        train(job(tmp_path, videos, "lost", profile=str(home / "small" / "profile.yaml")), silent, never)
    assert not (tmp_path / "lost" / "model").exists()


def test_other_weights_than_it_was_trained_with_are_refused(home, outcome, videos, tmp_path):
    assert main(["random", "--small", "--seed", "9", "--out", str(tmp_path / "small")]) == 0
    with pytest.raises(ModelError, match="was trained with"):
        label(home, outcome.artefact_dir, videos[0], weights_dir=tmp_path)
