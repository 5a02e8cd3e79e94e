"""What the workbench is given to draw, and what opening it reads."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import MembershipFactory, PredictionFactory, VideoFactory
from vigil.annotations.models import Annotation
from vigil.annotations.schemas import VideoOut
from vigil.annotations.workbench import prediction_body, video_body, workbench_contents

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_split_is_told_for_work_on_a_test_video_is_never_trained_on(split: str) -> None:
    body = video_body(VideoFactory(split=split))
    assert VideoOut.model_validate(body).split == split


def test_scores_are_sent_with_four_digits() -> None:
    body = prediction_body(PredictionFactory(fused=[0.123456789] * 15))
    assert body["fused"] == [0.1235] * 15
    assert body["raw"][5] == 0.95


def test_opening_again_reads_the_scores_once_and_keeps_the_prediction_it_began_from() -> None:
    member = MembershipFactory()
    video = VideoFactory(project=member.project)
    prediction = PredictionFactory(video=video)
    workbench_contents(user=member.user, video=video, question_id=None, language="en")
    with CaptureQueriesContext(connection) as queries:
        workbench_contents(user=member.user, video=video, question_id=None, language="en")
    assert len([query for query in queries if '"predictions_prediction"."fused"' in query["sql"]]) == 1
    assert Annotation.objects.get().prediction == prediction
