"""Phase 3 learns what people wrote, resumes to the same weights, and says why when it cannot start."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ml.contracts import Progress
from ml.errors import ArtefactInvalid, JobInvalid, TrainingStopped
from ml.model.language_artefact import LANGUAGE_DIR, load_language
from ml.profiles.language import LanguageProfile
from ml.training.phase3 import run_phase3
from tests.ml.scored_videos import training_set, training_video


@dataclass(frozen=True)
class Profile:
    language: LanguageProfile


SHORT = Profile(
    LanguageProfile(
        hidden_size=32, layers=1, heads=2, intermediate_size=48, slots=6, draws=2,
        steps=12, batch_size=4, warmup_steps=2, checkpoint_every=4,
    )
)  # fmt: skip


def run(
    folder: Path,
    *,
    work: str = "work",
    profile: Profile = SHORT,
    seed: int = 0,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[dict[str, float], list[Progress]]:
    told: list[Progress] = []
    metrics = run_phase3(
        training_set(),
        profile=profile,
        template="surveillance",
        artefact_dir=folder / "artefact",
        work_dir=folder / work,
        seed=seed,
        on_progress=told.append,
        should_stop=should_stop,
    )
    return dict(metrics), told


def weights(folder: Path) -> dict[str, torch.Tensor]:
    files = [folder / "artefact" / LANGUAGE_DIR / name for name in ("model.safetensors", "adaptor.safetensors")]
    return {f"{file.name}:{name}": tensor for file in files for name, tensor in load_file(file).items()}


def assert_equal_weights(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


def test_a_stopped_run_resumes_to_the_very_weights_of_an_unbroken_one(tmp_path: Path) -> None:
    metrics, told = run(tmp_path / "unbroken")
    steps_seen = 0

    def stop_at_the_seventh() -> bool:
        nonlocal steps_seen
        steps_seen += 1
        return steps_seen == 7

    with pytest.raises(TrainingStopped, match="stopped at step 6 of 12; start it again to go on"):
        run(tmp_path / "broken", should_stop=stop_at_the_seventh)
    assert not (tmp_path / "broken" / "artefact").exists()
    resumed_metrics, resumed = run(tmp_path / "broken")

    assert [progress.step for progress in resumed] == list(range(7, 13))
    assert_equal_weights(weights(tmp_path / "unbroken"), weights(tmp_path / "broken"))
    assert resumed_metrics == metrics
    assert told[-1].step == told[-1].total_steps == 12
    assert told[-1].eta_s == 0


def test_a_run_killed_between_checkpoints_goes_on_from_the_last_one(tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def kill_at_step_ten(progress: Progress) -> None:
        if progress.step == 10:
            raise Killed

    run(tmp_path / "unbroken")
    with pytest.raises(Killed):
        run_phase3(
            training_set(), profile=SHORT, template="surveillance", artefact_dir=tmp_path / "killed" / "artefact",
            work_dir=tmp_path / "killed" / "work", seed=0, on_progress=kill_at_step_ten, should_stop=lambda: False,
        )  # fmt: skip
    _, resumed = run(tmp_path / "killed")

    assert resumed[0].step == 9
    assert_equal_weights(weights(tmp_path / "unbroken"), weights(tmp_path / "killed"))


def test_what_a_killed_run_left_half_written_does_not_reach_the_artefact(tmp_path: Path) -> None:
    half_written = tmp_path / "artefact" / ".language-1"
    half_written.mkdir(parents=True)

    run(tmp_path)

    assert [path.name for path in (tmp_path / "artefact").iterdir()] == [LANGUAGE_DIR]


def test_a_checkpoint_of_another_run_or_a_broken_one_is_not_used(tmp_path: Path) -> None:
    run(tmp_path)
    _, of_other_seed = run(tmp_path, seed=1)
    assert of_other_seed[0].step == 1

    (checkpoint,) = (tmp_path / "work").iterdir()
    checkpoint.write_bytes(checkpoint.read_bytes()[:100])
    _, after_damage = run(tmp_path, seed=1)
    assert after_damage[0].step == 1


def test_another_seed_gives_another_model(tmp_path: Path) -> None:
    run(tmp_path / "a")
    run(tmp_path / "b", seed=1)

    one, other = weights(tmp_path / "a"), weights(tmp_path / "b")
    assert not torch.equal(one["adaptor.safetensors:video_proj.weight"], other["adaptor.safetensors:video_proj.weight"])


def test_metrics_count_the_instructions_by_source(tmp_path: Path) -> None:
    metrics, _ = run(tmp_path)

    assert metrics["loss"] > 0
    assert metrics["source_people"] > 0
    assert metrics["judgement_no"] > 0


def test_videos_of_which_nothing_is_known_are_refused_with_the_cure(tmp_path: Path) -> None:
    training, scored = training_video("n", label=None, seed=1)
    unknown = replace(training, video=replace(training.video, weak_label="unknown"))

    with pytest.raises(JobInvalid, match="nothing to learn from: give some videos a label"):
        run_phase3(
            [(unknown, scored)], profile=SHORT, template="surveillance", artefact_dir=tmp_path, work_dir=tmp_path,
            seed=0, on_progress=lambda progress: None, should_stop=lambda: False,
        )  # fmt: skip


def test_a_run_that_comes_apart_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    wild = Profile(replace(SHORT.language, learning_rate=1e30))
    with pytest.raises(JobInvalid, match="phase3 came apart: the loss is .* lower language.learning_rate"):
        run(tmp_path, profile=wild)
    assert not (tmp_path / "artefact").exists()


def test_code_beside_an_artefact_is_never_run(tmp_path: Path) -> None:
    run(tmp_path, profile=Profile(replace(SHORT.language, steps=1)))
    folder = tmp_path / "artefact" / LANGUAGE_DIR
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "evil", "auto_map": {"AutoConfig": "evil.Evil", "AutoModelForCausalLM": "evil.Evil"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\nclass Evil: pass\n")
    with pytest.raises(ArtefactInvalid, match="cannot be read, train phase 3 again"):
        load_language(folder.parent, torch.device("cpu"))
    assert not (tmp_path / "ran").exists()
