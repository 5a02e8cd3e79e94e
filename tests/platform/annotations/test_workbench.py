"""What the workbench is given to draw."""

import pytest

from tests.factories import VideoFactory
from vigil.annotations.schemas import VideoOut
from vigil.annotations.workbench import video_body

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_split_is_told_for_work_on_a_test_video_is_never_trained_on(split: str) -> None:
    body = video_body(VideoFactory(split=split))
    assert VideoOut.model_validate(body).split == split
