"""Whether a person must not see yet what others said of a video. The rule is review's, which annotations do not know:
the settings name it."""

from collections.abc import Callable
from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from vigil.accounts.models import User
from vigil.annotations.models import Question, QuestionKind
from vigil.videos.models import Video

PEOPLES_KINDS = (QuestionKind.DIALOGUE,)
"""Kinds of question made from people's segments: their place and words tell what somebody submitted."""


def is_blind(*, video: Video, user: User) -> bool:
    """True while what others said of the video is hidden from this person."""
    return _rule()(video=video, user=user)


def tells_of_others(*, question: Question, user: User) -> bool:
    """True for a question that would show this person what is still hidden from them."""
    return question.kind in PEOPLES_KINDS and is_blind(video=question.video, user=user)


@cache
def _rule() -> Callable[..., bool]:
    return cast(Callable[..., bool], import_string(settings.BLIND_RULE))
