"""Profile video_vlm from end to end, with small random models in place of the published ones."""

import dataclasses
from pathlib import Path

import pytest
import yaml
from safetensors import safe_open

from ml.contracts import Progress, TrainingJob, TrainingOutcome, TrainingVideo, VideoRef
from ml.errors import JobInvalid, ModelError, WeightsInvalid
from ml.inference.prelabel import Prelabeller
from ml.profiles.loading import load_profile, profile_to_mapping
from ml.training.run import train
from tests.ml.footage import video_ref, write_video
from tests.ml.small_models import HIDDEN, save_llm, save_vlm


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> tuple[VideoRef, VideoRef]:
    folder = tmp_path_factory.mktemp("videos")
    fight = write_video(folder / "fight.mp4", seconds=12, shakes_from_s=4)
    calm = write_video(folder / "calm.mp4", seconds=12, seed=1)
    return video_ref(fight, "abnormal", classes=("fighting",)), video_ref(calm, "normal")


def small_profile(folder: Path, weights: str, llm: str, dtype: str) -> Path:
    """The shipped profile with small sizes and few steps, as a file."""
    shipped = load_profile("video_vlm")
    sizes = {"weights": weights, "input_px": 56, "tokens": 8, "width": HIDDEN, "dtype": dtype, "batch_frames": 16}
    phases = {"epochs": 2, "checkpoint_every": 1, "warmup_steps": 1}
    language = {"weights": llm, "steps": 3, "batch_size": 2, "lora_rank": 2, "slots": 4, "max_new_tokens": 12}
    profile = dataclasses.replace(
        shipped,
        encoder=dataclasses.replace(shipped.encoder, **sizes),
        detector=dataclasses.replace(shipped.detector, token_dim=16),
        phase1=dataclasses.replace(shipped.phase1, **phases),
        phase2=dataclasses.replace(shipped.phase2, **phases),
        language=dataclasses.replace(shipped.language, **language, dtype=dtype, checkpoint_every=2),
    )
    path = folder / "small_vlm.yaml"
    path.write_text(yaml.safe_dump(profile_to_mapping(profile)), encoding="utf-8")
    return path


def trained(
    folder: Path, videos: tuple[VideoRef, ...], weights_dir: Path, weights: str, llm: str = "", dtype: str = "float32"
) -> TrainingOutcome:
    job = TrainingJob(
        videos=tuple(TrainingVideo(video) for video in videos),
        profile=str(small_profile(folder, weights, llm or weights, dtype)),
        phases=(1, 2, 3),
        out_dir=str(folder / "artefact"),
        work_dir=str(folder / "work"),
        store_dir=str(folder / "store"),
        template="surveillance",
        weights_dir=str(weights_dir),
    )
    told: list[Progress] = []
    outcome = train(job, told.append, lambda: False)
    assert {line.phase for line in told} == {"features", "phase1", "phase2", "phase3"}
    return outcome


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("qwen2_5_vl", "float32"), ("qwen3_vl", "bfloat16"), ("video_llama_3", "bfloat16"), ("smolvlm", "float32")],
)
def test_two_videos_become_a_model_that_scores_and_speaks(
    tmp_path: Path, videos: tuple[VideoRef, VideoRef], name: str, dtype: str
) -> None:
    save_vlm(name, tmp_path / "weights" / name)
    outcome = trained(tmp_path, videos, tmp_path / "weights", name, dtype=dtype)
    names: set[str] = set()
    for path in Path(outcome.artefact_dir).rglob("*.safetensors"):
        with safe_open(path, framework="pt") as tensors:
            names |= set(tensors.keys())
    assert any("lora" in each for each in names)
    assert not any("embed_tokens" in each or "visual" in each or "vision" in each for each in names), (
        "an artefact holds what was trained, not the frozen model"
    )
    prelabeller = Prelabeller(
        outcome.artefact_dir, str(tmp_path / "store"), device="cpu", weights_dir=str(tmp_path / "weights")
    )
    first, again = prelabeller.run(videos[0]), prelabeller.run(videos[0])
    assert dataclasses.replace(first, timing={}) == dataclasses.replace(again, timing={})
    assert len(first.scores.fused) == 6
    assert all(0 <= score <= 1 for track in (first.scores.raw, first.scores.fused) for score in track)
    assert first.judgement is not None
    assert first.judgement.text


def test_the_encoders_tokens_are_not_shown_to_an_llm_of_another_width(
    tmp_path: Path, videos: tuple[VideoRef, VideoRef]
) -> None:
    save_vlm("smolvlm", tmp_path / "weights" / "smolvlm")
    save_llm("llama", tmp_path / "weights" / "llama", hidden_size=48)
    with pytest.raises(JobInvalid, match="tokens of 32 values but llama takes 48 values"):
        trained(tmp_path, videos, tmp_path / "weights", "smolvlm", llm="llama")


def test_a_model_version_refuses_other_frozen_weights(tmp_path: Path, videos: tuple[VideoRef, VideoRef]) -> None:
    save_vlm("smolvlm", tmp_path / "weights" / "smolvlm")
    outcome = trained(tmp_path, videos, tmp_path / "weights", "smolvlm")
    save_vlm("smolvlm", tmp_path / "others" / "smolvlm", seed=1)
    with pytest.raises(ModelError, match="other|former"):
        Prelabeller(outcome.artefact_dir, str(tmp_path / "store"), device="cpu", weights_dir=str(tmp_path / "others"))
    with pytest.raises(WeightsInvalid, match="no such folder"):
        Prelabeller(outcome.artefact_dir, str(tmp_path / "store"), device="cpu", weights_dir=str(tmp_path / "none"))
