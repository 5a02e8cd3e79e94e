"""What the training page gathers."""

import pytest

from tests.factories import ModelVersionFactory, ProjectFactory
from tests.platform.retraining.rows import run_of
from vigil.projects.work import WorkState
from vigil.retraining.models import TrainingRun
from vigil.retraining.overview import counts_shown, live_context, model_shown, run_shown, stages_of


@pytest.mark.parametrize(
    ("run", "done", "current"),
    [
        (TrainingRun(phases=[1, 2, 3], state="queued"), 0, None),
        (TrainingRun(phases=[1, 2, 3], state="running", phase="features"), 0, "Frames to features"),
        (TrainingRun(phases=[1, 2, 3], state="running", phase="phase3"), 3, "Phase 3: language"),
        (TrainingRun(phases=[3], state="running", phase="evaluate"), 2, "Gate: frozen test split"),
        (TrainingRun(phases=[1, 2], state="succeeded", phase="evaluate"), 4, None),
    ],
)
def test_the_stepper_has_the_stages_of_this_run(run, done, current):
    stages = stages_of(run)
    assert sum(stage.is_done for stage in stages) == done
    assert [stage.title for stage in stages if stage.is_current] == ([current] if current else [])
    assert len(stages) == len(run.phases) + 2


@pytest.mark.django_db
@pytest.mark.parametrize(("eta_s", "text"), [(None, ""), (50.4, "50 s"), (89.0, "89 s"), (125.0, "2 min")])
def test_the_time_left_is_told_in_words(eta_s, text):
    assert run_shown(run_of(ProjectFactory(), eta_s=eta_s), with_losses=False).eta_text == text


def test_every_kind_of_answer_is_shown_also_those_there_are_none_of():
    shown = dict(counts_shown({"videos": 3}))
    assert (shown["videos"], shown["segments"], shown["rejected"]) == (3, 0, 0)


@pytest.mark.django_db
def test_a_model_without_figures_shows_none():
    shown = model_shown(ModelVersionFactory(metrics={}, card={}))
    assert {value for _, value in shown.figures} == {None}
    assert shown.is_in_production


@pytest.mark.django_db
def test_the_page_is_live_only_while_something_goes_on():
    project = ProjectFactory()
    assert not live_context(project=project)["is_live"]
    run = run_of(project)
    assert live_context(project=project)["is_live"]
    TrainingRun.objects.filter(pk=run.pk).update(state=WorkState.FAILED)
    assert not live_context(project=project)["is_live"]
