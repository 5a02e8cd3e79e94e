"""Embeddings go in by one COPY and come back as the likest moments, of the person's project alone."""

from dataclasses import replace

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ml.contracts import ScoreTrack, VideoPrediction
from tests.factories import ModelVersionFactory, PredictionFactory, ProjectFactory, VideoFactory
from tests.platform.predictions.embedded import CLIPS, embedded, embedded_video
from vigil.predictions import similar
from vigil.predictions.embeddings import embeddings_prune, embeddings_store
from vigil.predictions.models import ClipEmbedding, Prediction
from vigil.predictions.selectors import without_embeddings
from vigil.predictions.services import prediction_store
from vigil.predictions.similar import NearClip, joined, moments_like
from vigil.projects.errors import Conflict
from vigil.registry.models import ModelState

pytestmark = pytest.mark.django_db


def test_what_was_stored_is_what_was_made():
    prediction = PredictionFactory()
    made = embedded(*range(CLIPS))
    assert embeddings_store(prediction=prediction, embeddings=made) == CLIPS
    assert embeddings_store(prediction=prediction, embeddings=made) == CLIPS
    rows = list(ClipEmbedding.objects.order_by("clip"))
    assert [(row.clip, row.start_ms, row.end_ms) for row in rows] == [(n, 2000 * n, 2000 * n + 2000) for n in range(15)]
    kept = np.array([row.embedding for row in rows], "<f2")
    assert kept.tobytes() == made.values


def test_embeddings_that_do_not_fit_the_clips_are_refused():
    prediction = PredictionFactory()
    with pytest.raises(Conflict, match="3 embeddings of 64 values do not fit 15 clips"):
        embeddings_store(prediction=prediction, embeddings=embedded(1, 2, 3))
    with pytest.raises(Conflict, match="of 32 values"):
        embeddings_store(prediction=prediction, embeddings=replace(embedded(*range(CLIPS)), width=32))


def test_a_prediction_is_stored_with_its_embeddings():
    version = ModelVersionFactory()
    video = VideoFactory(project=version.project)
    scores = ScoreTrack((0, 2000), (2000, 4000), (0.1, 0.9), (0.2, 0.8), (0.3, 0.7), (0.15, 0.85))
    made = VideoPrediction(video.sha256, scores, (), embeddings=embedded(1, 2))
    prediction_store(video=video, model_version=version, prediction=made)
    assert ClipEmbedding.objects.filter(video=video, model_version=version).count() == 2
    assert not without_embeddings(model_version=version).exists()


def test_the_likest_moments_come_first_and_the_moment_itself_not_at_all():
    version = ModelVersionFactory()
    asked = embedded_video(version, *[0] * 5, 7, *[0] * 9)
    twin = embedded_video(version, *[1] * 8, 7, 7, *[1] * 5)
    embedded_video(version, *[2] * 15)
    model, moments = moments_like(video=asked, start_ms=10_000, end_ms=12_000)
    assert model == version
    assert (moments[0].video_id, moments[0].start_ms, moments[0].end_ms) == (twin.pk, 16_000, 20_000)
    assert moments[0].similarity > 0.9
    assert all(one.similarity < 0.3 for one in moments[1:])
    assert all(one.video_id != asked.pk or one.end_ms <= 10_000 or one.start_ms >= 12_000 for one in moments)


def test_another_project_is_never_found():
    version, elsewhere = ModelVersionFactory(), ModelVersionFactory()
    asked = embedded_video(version, *[7] * 15)
    for _ in range(3):
        embedded_video(elsewhere, *[7] * 15)
    _, moments = moments_like(video=asked, start_ms=0, end_ms=2_000)
    assert {one.video_id for one in moments} == {asked.pk}


def test_production_compares_once_it_knows_the_video_and_the_latest_before():
    project = ProjectFactory()
    old = ModelVersionFactory(project=project, number=1, state=ModelState.ARCHIVED)
    new = ModelVersionFactory(project=project, number=2)
    video = embedded_video(old, *[1] * 15)
    assert moments_like(video=video, start_ms=0, end_ms=1000)[0] == old
    embeddings_store(prediction=PredictionFactory(video=video, model_version=new), embeddings=embedded(*[1] * CLIPS))
    assert moments_like(video=video, start_ms=0, end_ms=1000)[0] == new
    assert embeddings_prune(model_version=new) == CLIPS
    assert set(ClipEmbedding.objects.values_list("model_version", flat=True)) == {new.pk}


def test_a_video_without_embeddings_has_no_like():
    prediction = PredictionFactory()
    assert moments_like(video=prediction.video, start_ms=0, end_ms=1000) == (None, [])
    assert list(without_embeddings(model_version=prediction.model_version)) == [prediction]


def test_neighbours_are_joined_and_one_video_does_not_fill_the_list():
    clips = [NearClip(1, n, 1000 * n, 1000 * n + 1000, 0.9 - n / 100) for n in (3, 4, 8, 12, 20)]
    clips.append(NearClip(2, 13, 13_000, 14_000, 0.5))
    moments = joined(clips, most=12)
    assert [(one.video_id, one.start_ms, one.end_ms) for one in moments] == [
        (1, 3000, 5000), (1, 8000, 9000), (1, 12_000, 13_000), (2, 13_000, 14_000)
    ]  # fmt: skip
    assert moments[0].similarity == pytest.approx(0.87)
    assert len(joined(clips, most=2)) == 2


def test_a_moment_ends_where_clips_are_much_less_like():
    likeness = {5: 0.3, 6: 0.8, 7: 0.9, 8: 0.85, 9: 0.5, 20: -0.4}
    [moment] = joined([NearClip(1, n, n, n + 1, similarity) for n, similarity in likeness.items()], most=12)
    assert (moment.start_ms, moment.end_ms, moment.similarity) == (6, 9, 0.9)


def test_a_moment_is_one_in_whatever_order_its_clips_are_like_and_another_begins_behind_a_dip():
    likeness = {4: 0.9, 5: 0.95, 6: 0.9, 7: 0.94, 8: 0.3, 9: 0.8, 10: 0.7}
    moments = joined([NearClip(1, n, n, n + 1, similarity) for n, similarity in likeness.items()], most=12)
    assert [(one.start_ms, one.end_ms) for one in moments] == [(4, 8), (9, 11)]


def test_peak_and_small_curve_are_the_databases():
    long = [0.0] * 10_000
    long[7_777] = 1.0
    clips = list(range(len(long)))
    prediction = PredictionFactory(clip_start_ms=clips, clip_end_ms=clips, raw=long, long=long, short=long, fused=long)
    kept = Prediction.objects.get(pk=prediction.pk)
    assert kept.peak == 1.0 and len(kept.spark) == 60 and kept.spark[46] == 1.0 and sum(kept.spark) == 1.0
    assert Prediction.objects.get(pk=PredictionFactory().pk).spark == pytest.approx(
        [0.05] * 5 + [0.85] + [0.05] * 3 + [0.5] + [0.05] * 5
    )


def test_of_a_very_long_stretch_only_some_clips_are_read(monkeypatch):
    monkeypatch.setattr(similar, "QUERY_CLIPS", 4)
    version = ModelVersionFactory()
    asked = embedded_video(version, *[3] * 15)
    twin = embedded_video(version, *[3] * 15)
    with CaptureQueriesContext(connection) as queries:
        _, moments = moments_like(video=asked, start_ms=0, end_ms=30_000)
    assert moments[0].video_id == twin.pk and moments[0].similarity > 0.9
    assert any('"clip" IN (0, 4, 8, 12)' in one["sql"] for one in queries.captured_queries)
