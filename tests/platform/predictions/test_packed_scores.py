import numpy as np
import pytest

from tests.factories import PredictionFactory
from vigil.predictions.models import Prediction
from vigil.predictions.packed_scores import FULL, scores_packed

pytestmark = pytest.mark.django_db


def test_scores_come_back_from_their_bytes():
    prediction = PredictionFactory(
        clip_start_ms=[0, 2000, 86_398_000], clip_end_ms=[2000, 4000, 86_400_000],
        raw=[0.0, 0.5, 1.0], long=[0.1, 0.2, 0.3], short=[0.4, 0.5, 0.6], fused=[0.7, 0.8, 0.9],
    )  # fmt: skip
    packed = scores_packed(video_id=prediction.video_id, prediction_id=prediction.pk)
    assert np.frombuffer(packed, "<i4", count=7).tolist() == [3, 0, 2000, 86_398_000, 2000, 4000, 86_400_000]
    shares = np.frombuffer(packed, "<u2", offset=28).reshape(4, 3) / FULL
    assert shares == pytest.approx(
        np.array([prediction.raw, prediction.long, prediction.short, prediction.fused]), abs=1e-5
    )


def test_a_prediction_without_clips_is_four_bytes():
    prediction = PredictionFactory(clip_start_ms=[], clip_end_ms=[], raw=[], long=[], short=[], fused=[])
    assert scores_packed(video_id=prediction.video_id, prediction_id=prediction.pk) == bytes(4)


def test_a_prediction_of_another_video_is_none():
    with pytest.raises(Prediction.DoesNotExist):
        scores_packed(video_id=0, prediction_id=PredictionFactory().pk)
