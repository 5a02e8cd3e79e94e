"""The database itself refuses changes of a prediction; it goes only with its video or model."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories import PredictedSegmentFactory
from vigil.predictions.models import PredictedSegment, Prediction

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE predictions_prediction SET timing = '{}'",
        "UPDATE predictions_prediction SET fused = '{0.1}'",
        "UPDATE predictions_predictedsegment SET explanation = 'something else'",
        "UPDATE predictions_predictedsegment SET start_ms = 1",
    ],
)
def test_an_update_is_refused(change):
    segment = PredictedSegmentFactory()
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    segment.refresh_from_db()
    assert segment.explanation == "Two people push each other."


def test_a_removed_video_takes_its_predictions_along():
    segment = PredictedSegmentFactory()
    segment.prediction.video.delete()
    assert not Prediction.objects.exists()
    assert not PredictedSegment.objects.exists()
