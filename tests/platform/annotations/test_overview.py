import pytest
from django.http import QueryDict

from tests.factories import (
    AnnotationFactory,
    MembershipFactory,
    ModelVersionFactory,
    PredictionFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    VideoFactory,
)
from vigil.annotations.overview import SPARK_POINTS, VideoFilters, progress_of, spark_points, sparklines, videos_listed

pytestmark = pytest.mark.django_db


def names(project, query: str) -> list[str]:
    return [video.name for video in videos_listed(project=project, filters=VideoFilters.of_query(QueryDict(query)))]


def test_progress_counts_each_thing_once():
    member = MembershipFactory()
    first, second = VideoFactory(project=member.project), VideoFactory(project=member.project, state="failed")
    AnnotationFactory(video=first)
    AnnotationFactory(video=first)
    AnnotationFactory(video=second, state="draft")
    AnnotationFactory(video=second, user=None, is_frozen_truth=True)
    for state in ("open", "leased", "answered", "withdrawn"):
        QuestionFactory(video=first, state=state)
    version = ModelVersionFactory(project=member.project)
    ProjectFactory()
    [progress] = progress_of(user=member.user)
    assert (progress.videos, progress.quarantined, progress.labelled, progress.questions_open) == (2, 1, 1, 2)
    assert progress.model == version and progress.labelled_percent == 50


def test_a_project_without_videos_has_progress_too():
    member = MembershipFactory()
    [progress] = progress_of(user=member.user)
    assert (progress.videos, progress.labelled_percent, progress.model) == (0, 0, None)
    assert progress_of(user=UserFactory()) == []


def test_videos_are_narrowed_down_and_ordered():
    project = ProjectFactory()
    a = VideoFactory(project=project, name="a.mp4", split="test", duration_ms=10_000, group="Gate")
    VideoFactory(project=project, name="b.mp4", weak_label="normal", state="failed", duration_ms=20_000)
    c = VideoFactory(project=project, name="c.mp4", state="queued", duration_ms=15_000)
    VideoFactory(name="elsewhere.mp4")
    AnnotationFactory(video=a)
    AnnotationFactory(video=c, state="draft", revision=1)
    QuestionFactory(video=c)
    assert names(project, "") == ["a.mp4", "b.mp4", "c.mp4"]
    assert names(project, "state=ready") == ["a.mp4"]
    assert names(project, "state=quarantined") == ["b.mp4"]
    assert names(project, "state=working") == ["c.mp4"]
    assert names(project, "split=test") == ["a.mp4"]
    assert names(project, "weak_label=normal") == ["b.mp4"]
    assert names(project, "labelled=yes") == ["a.mp4"]
    assert names(project, "labelled=draft") == ["c.mp4"]
    assert names(project, "labelled=no") == ["b.mp4"]
    assert names(project, "q=GATE") == ["a.mp4"]
    assert names(project, "sort=duration") == ["b.mp4", "c.mp4", "a.mp4"]
    assert names(project, "sort=questions")[0] == "c.mp4"
    assert names(project, "sort=newest") == ["c.mp4", "b.mp4", "a.mp4"]


def test_filters_outside_the_allow_list_are_as_if_not_given():
    project = VideoFactory(name="a.mp4").project
    for query in ("state=nonsense", "sort=project__created_by__password", "split='; DROP TABLE", "q=%00"):
        assert names(project, query) == ["a.mp4"]
    assert not VideoFilters.of_query(QueryDict("state=nonsense")).is_narrowed


def test_order_by_score_takes_productions_highest_and_puts_unscored_last():
    project = ProjectFactory()
    version = ModelVersionFactory(project=project)
    low, high, none = (VideoFactory(project=project, name=name) for name in ("low", "high", "none"))
    for video, peak in ((low, 0.2), (high, 0.9)):
        scores = [0.1, peak, 0.0]
        PredictionFactory(video=video, model_version=version, clip_start_ms=[0, 1, 2], clip_end_ms=[1, 2, 3],
                          raw=scores, long=scores, short=scores, fused=scores)  # fmt: skip
    candidate = ModelVersionFactory(project=project, state="candidate")
    PredictionFactory(video=none, model_version=candidate)
    listed = list(videos_listed(project=project, filters=VideoFilters(order="score")))
    assert [(video.name, video.peak) for video in listed] == [("high", 0.9), ("low", 0.2), ("none", None)]
    assert set(sparklines(project=project, videos=listed)) == {low.pk, high.pk}


def test_spark_points_keep_the_highest_peak_of_many_scores():
    scores = [0.0] * 10_000
    scores[7_777] = 1.0
    points = [tuple(map(float, point.split(","))) for point in spark_points(scores).split()]
    assert len(points) == SPARK_POINTS
    assert min(y for _, y in points) == 1.0 and points[0][0] == 0.0 and points[-1][0] == 120.0


@pytest.mark.parametrize("scores", [[0.3], [0.3, 0.4]])
def test_spark_points_of_few_scores_still_make_a_line(scores):
    assert len(spark_points(scores).split()) == 2
    assert spark_points([]) == ""
