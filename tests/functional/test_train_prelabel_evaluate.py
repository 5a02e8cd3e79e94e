"""The commands as they are called from outside, one after the other on a fresh project without any worker."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from tests.functional.quick_training import write_footage, write_quick_profile
from vigil.active_learning.models import Round
from vigil.annotations.models import Annotation, Question
from vigil.predictions.models import ClipEmbedding, Prediction
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.registry.models import ModelState, ModelVersion
from vigil.retraining.models import TrainingRun
from vigil.retraining.selectors import work_path

FIGURES = [
    "model", "videos", "auc_o", "auc_a", "video_auc", "ap", "event_f1", "boundary_error_s", "judgement_accuracy",
]  # fmt: skip


def manage(*words):
    """Standard output of a management command."""
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def quick_profile(tmp_path, monkeypatch):
    folder = tmp_path / "profiles"
    write_quick_profile(folder)
    monkeypatch.setattr("ml.profiles.loading.PROFILES_DIR", folder)
    monkeypatch.setattr("vigil.projects.profiles.PROFILES_DIR", folder)
    return ["--profile", "quick"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_from_videos_to_a_promoted_second_model(tmp_path, quick_profile):
    truth = write_footage(tmp_path / "clips")
    manage("import_videos", "--project", "Yard", str(tmp_path / "clips"))
    project = Project.objects.get(name="Yard")

    said = manage("train", "--project", "Yard", "--phases", "1,2,3", "--wait", *quick_profile)
    assert "phase1" in said
    assert "v1 is the project's first model" in said
    run = TrainingRun.objects.get()
    assert run.state == WorkState.SUCCEEDED
    assert {point.phase for point in run.losses.all()} == {"phase1", "phase2", "phase3"}
    assert run.gate["candidate"]["videos"] == 2
    assert run.counts["weak_labels"] == 4
    assert not work_path(run).exists()
    first = ModelVersion.objects.get()
    assert (first.state, first.card["phases"]) == (ModelState.PRODUCTION, [1, 2, 3])

    manage("prelabel", "--project", "Yard", "--wait")
    assert Prediction.objects.filter(model_version=first).count() == 6
    assert Round.objects.filter(model_version=first).count() == 1
    assert _embedded_videos() == {("v1", 6)}
    assert Question.objects.filter(video__project=project).exclude(video__split="train").count() == 0

    command = ["evaluate", "--project", "yard", "--split", "test", "--truth", str(truth), "--json"]
    figures = json.loads(manage(*command))
    assert list(figures)[: len(FIGURES)] == FIGURES
    assert (figures["model"], figures["videos"]) == ("v1", 2)
    assert list(figures["event_f1"]) == ["0.3", "0.5", "0.7"]
    assert 0 <= figures["auc_a"] <= 1

    _label_by_hand(project)
    outcome = json.loads(manage("train", "--project", "Yard", "--phases", "2,3", "--wait", "--json", *quick_profile))
    assert (outcome["model"], outcome["model_state"]) == ("v2", "candidate")
    assert outcome["gate"]["production"]["model"] == "v1"
    assert outcome["gate"]["verdict"]["reasons"]
    assert outcome["counts"]["segments"] == 1
    assert ModelVersion.objects.get(number=2).parent == first

    manage("promote", "--project", "Yard", "v2")
    manage("prelabel", "--project", "Yard", "--wait")
    listed = json.loads(manage("models", "--project", "Yard", "--json"))
    assert [(one["model"], one["state"]) for one in listed] == [("v2", "production"), ("v1", "archived")]
    assert Round.objects.filter(model_version__number=2).count() == 1
    assert _embedded_videos() == {("v2", 6)}

    rolled_back = json.loads(manage("rollback", "--project", "Yard", "--json"))
    assert rolled_back == {"model": "v1", "state": "production"}
    assert Round.objects.filter(model_version=first).count() == 2, "the queue is filled anew from v1's predictions"


def _label_by_hand(project):
    """One event drawn by a person in a video of the train split."""
    video = project.videos.get(name="clip1.mp4")
    annotation = Annotation.objects.create(video=video, state="submitted", submitted_at=video.imported_at)
    annotation.segments.create(start_ms=4000, end_ms=8000, label="Fighting", outcome="manual", explanation="Noise.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["train", "--project", "Nowhere", "--wait"], "no project 'Nowhere'"),
        (["train", "--project", "Empty", "--wait"], "no ready video in the train split"),
        (["train", "--project", "Empty", "--phases", "1,4"], "phases 1,4 cannot be trained"),
        (["train", "--project", "Empty", "--phases", "one"], "write it as 1,2,3"),
        (["train", "--project", "Empty", "--profile", "huge"], "no profile 'huge'; choose one of .*tiny"),
        (["train", "--project", "Empty", "--phases", "3"], "phase 3 builds on a trained model"),
        (["train", "--project", "Empty", "--cancel"], "no run that waits or trains"),
        (["prelabel", "--project", "Empty"], "no model yet"),
        (["evaluate", "--project", "Empty"], "no model yet"),
        (["promote", "--project", "Empty", "v1"], "no model 'v1'"),
        (["rollback", "--project", "Empty"], "promote one first"),
    ],
)
def test_bad_input_is_one_line_and_status_2(words, told):
    Project.objects.create(name="Empty", slug="empty")
    with pytest.raises(CommandError, match=told) as caught:
        manage(*words)
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)


def _embedded_videos() -> set[tuple[str, int]]:
    """By model version: how many videos it can find moments alike in."""
    rows = ClipEmbedding.objects.order_by().values_list("model_version__number")
    return {(f"v{number}", videos) for number, videos in rows.annotate(videos=Count("video", distinct=True))}
