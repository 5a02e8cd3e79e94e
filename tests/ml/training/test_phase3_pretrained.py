"""Phase 3 on a frozen pretrained LLM: adaptors or LoRA learn, the rest stays, and any end is resumed exactly."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ml.contracts import Progress, TrainingVideo
from ml.errors import TrainingStopped
from ml.inference.explain import Explainer
from ml.model.language_artefact import LANGUAGE_DIR
from ml.model.scored_video import ScoredVideo
from ml.profiles.language import LanguageProfile
from ml.training.phase3 import run_phase3
from tests.ml.scored_videos import training_set, training_video
from tests.ml.small_models import save_llm, save_vlm
from tests.ml.speaking_llm import save_speaking_llm


@dataclass(frozen=True)
class Profile:
    language: LanguageProfile


LANGUAGE = LanguageProfile(
    llm="pretrained", weights="llm", trained="adaptor_lora", lora_rank=4, slots=2, token_groups=2, draws=2, steps=8,
    batch_size=4, warmup_steps=2, checkpoint_every=4, learning_rate=3e-3, max_new_tokens=12,
)  # fmt: skip


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    save_llm("llama", tmp_path / "weights" / "llm")
    return tmp_path / "weights"


def run(
    folder: Path,
    weights: Path,
    profile: LanguageProfile = LANGUAGE,
    should_stop: Callable[[], bool] = lambda: False,
    videos: Sequence[tuple[TrainingVideo, ScoredVideo]] = (),
) -> list[Progress]:
    told: list[Progress] = []
    run_phase3(
        videos or training_set(), profile=Profile(profile), template="surveillance", artefact_dir=folder / "artefact",
        work_dir=folder / "work", seed=0, on_progress=told.append, should_stop=should_stop, weights_dir=weights,
    )  # fmt: skip
    return told


def trained(folder: Path) -> dict[str, torch.Tensor]:
    language = folder / "artefact" / LANGUAGE_DIR
    files = sorted(language.rglob("*.safetensors"))
    return {f"{path.name}:{name}": tensor for path in files for name, tensor in load_file(path).items()}


def test_a_stopped_run_resumes_to_the_very_weights_dropout_of_lora_included(tmp_path: Path, weights: Path) -> None:
    steps_seen = 0

    def stop_at_the_sixth() -> bool:
        nonlocal steps_seen
        steps_seen += 1
        return steps_seen == 6

    run(tmp_path / "unbroken", weights)
    with pytest.raises(TrainingStopped, match="stopped at step 5 of 8"):
        run(tmp_path / "broken", weights, should_stop=stop_at_the_sixth)
    resumed = run(tmp_path / "broken", weights)

    one, other = trained(tmp_path / "unbroken"), trained(tmp_path / "broken")
    assert [progress.step for progress in resumed] == [6, 7, 8]
    assert one.keys() == other.keys()
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())
    assert any("lora_B" in name and float(tensor.abs().sum()) > 0 for name, tensor in one.items())


def test_checkpoints_hold_what_is_trained_and_nothing_of_the_frozen_model(tmp_path: Path, weights: Path) -> None:
    run(tmp_path, weights)

    (checkpoint,) = (tmp_path / "work").iterdir()
    names = {name for name in load_file(checkpoint) if name.startswith("model.")}

    assert names
    assert all("lora_" in name or name.startswith("model.adaptor.") for name in names)


@pytest.mark.parametrize("kind", ["llama", "qwen2_5_vl"])
def test_an_adaptor_learns_while_the_language_model_stays_bit_for_bit(kind: str, tmp_path: Path) -> None:
    (save_llm if kind == "llama" else save_vlm)(kind, tmp_path / "weights" / "llm")
    before = (tmp_path / "weights" / "llm" / "model.safetensors").read_bytes()
    profile = replace(LANGUAGE, trained="adaptor", score_tokens=False, steps=30, warmup_steps=5, checkpoint_every=30)

    told = run(tmp_path, tmp_path / "weights", profile)

    losses = [progress.loss or 0.0 for progress in told]
    assert sum(losses[-5:]) < sum(losses[:5])
    assert (tmp_path / "weights" / "llm" / "model.safetensors").read_bytes() == before
    assert {name.split(":")[0] for name in trained(tmp_path)} == {"adaptor.safetensors"}


def test_its_answers_are_parsed_and_told_in_seconds_of_the_video(tmp_path: Path) -> None:
    """A random LLM learns two videos by heart, all of it trained; what it says of them is read back from its text."""
    save_speaking_llm(tmp_path / "weights" / "llm")
    profile = replace(
        LANGUAGE, trained="all", slots=4, token_groups=1, draws=1, steps=80, batch_size=8, warmup_steps=5,
        checkpoint_every=500, learning_rate=4e-3, max_new_tokens=60, modality_dropout=0.0, score_noise=0.05,
    )  # fmt: skip
    videos = [training_video("f", label="Fire", seed=1), training_video("n", label=None, seed=2)]
    run(tmp_path, tmp_path / "weights", profile, videos=videos)
    explainer = Explainer.load(tmp_path / "artefact", device="cpu", weights_dir=tmp_path / "weights")

    judgement, (segment,) = explainer.explain(videos[0][1])
    of_normal, _ = explainer.explain(videos[1][1])

    (event,) = videos[0][1].segments
    assert judgement.is_abnormal
    assert (judgement.start_ms, judgement.end_ms) == (event.start_ms, event.end_ms)
    assert f"from {event.start_ms / 1000:.1f}s to {event.end_ms / 1000:.1f}s" in judgement.text
    assert judgement.confidence is not None
    assert judgement.confidence > 0.5
    assert segment.judgement is not None
    assert segment.judgement.is_abnormal
    assert not of_normal.is_abnormal
    assert of_normal.start_ms is None


def test_the_rule_and_the_mix_are_logged(tmp_path: Path, weights: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="ml.training.phase3"):
        run(tmp_path, weights)

    (line,) = [record.getMessage() for record in caplog.records if record.getMessage().startswith("phase 3:")]
    assert "pseudo events from a score of 0.5, gaps up to 2000 ms merged, 1000 ms at least" in line
    assert "general set 0 % of the conversations" in line
    assert "trained: adaptor_lora" in line
