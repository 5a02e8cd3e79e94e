"""Words asked of the current model, about one interval: requested by a person, written by a gpu worker."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ml.contracts import DraftedText
from vigil.accounts.models import Role, User
from vigil.annotations.models import Draft, DraftKind
from vigil.annotations.schemas import MAX_TEXT, DraftIn
from vigil.config.nudges import nudge
from vigil.projects.errors import Conflict, Invalid, Missing
from vigil.projects.failures import failure_told
from vigil.projects.selectors import role_required
from vigil.projects.work import WorkState
from vigil.registry.selectors import production_model
from vigil.videos.models import Video

DRAFT_TASK = "vigil.gpu.tasks.draft_next"
MOST_WAITING = 8
"""A person looks at one interval at a time; more than these would only keep others waiting."""


def draft_for(*, user: User, draft_id: int) -> Draft:
    """The person's own draft.

    Raises:
        Missing: there is none, it is somebody else's, or the person is no member of its project any more.
    """
    missing = _("There is no such draft, or it is not yours; ask for a new one.")
    found: Draft | None = Draft.objects.filter(pk=draft_id, user=user).select_related("video", "model_version").first()
    if found is None:
        raise Missing(missing)
    role_required(user=user, project_id=found.video.project_id, at_least=Role.ANNOTATOR, missing=missing)
    return found


@transaction.atomic
def draft_request(*, user: User, video: Video, asked: DraftIn) -> Draft:
    """A new draft for a gpu worker to write with the model in production. What still waits is not asked for twice.

    Raises:
        Invalid: the interval is empty or outside the video, or an answer without a question is asked for.
        Conflict: the project has no model in production, or too many drafts of this person wait.
    """
    _check(video, asked)
    version = production_model(project=video.project)
    if version is None:
        raise Conflict(_("This project has no model in production yet; train one and promote it, then ask again."))
    what = {**asked.model_dump(), "question": asked.question.strip()}
    waiting = Draft.objects.filter(user=user).unfinished()
    same = waiting.filter(video=video, model_version=version, **what).first()
    if same is None:
        if waiting.count() >= MOST_WAITING:
            text = _("%(count)s of your drafts are still waiting; look at those first, then ask again.")
            raise Conflict(text % {"count": MOST_WAITING})
        same = Draft.objects.create(user=user, video=video, model_version=version, **what)
    nudge(DRAFT_TASK)
    draft: Draft = same
    return draft


def _check(video: Video, asked: DraftIn) -> None:
    if not asked.start_ms < asked.end_ms <= video.duration_ms:
        text = _("The interval is not inside the video's 0-%(duration_ms)s ms; choose a segment and ask again.")
        raise Invalid(text % {"duration_ms": video.duration_ms})
    if asked.kind == DraftKind.ANSWER and not asked.question.strip():
        raise Invalid(_("There is no question to answer; write one and ask again."))
    if asked.kind == DraftKind.EXPLANATION and asked.question.strip():
        raise Invalid(_('An explanation has no question; ask for an "answer" instead.'))


def draft_cancel(*, user: User, draft_id: int) -> Draft:
    """The draft, which nobody waits for any more; what is written already stays."""
    draft = draft_for(user=user, draft_id=draft_id)
    Draft.objects.cancel(draft.pk)
    draft.refresh_from_db()
    return draft


def draft_text_set(*, draft: Draft, written: DraftedText) -> bool:
    """Keeps what the model wrote; False when the draft is no longer this worker's."""
    with transaction.atomic():
        mine = Draft.objects.finish(draft.pk, WorkState.SUCCEEDED)
        if mine:
            Draft.objects.filter(pk=draft.pk).update(text=written.text[:MAX_TEXT], confidence=written.confidence)
    return mine


def phrasing_of(draft: Draft) -> int:
    """How often this was asked before: each time the question is put another way, so that the words may differ."""
    before = Draft.objects.filter(
        video_id=draft.video_id, model_version_id=draft.model_version_id, kind=draft.kind, pk__lt=draft.pk
    )
    return before.filter(start_ms=draft.start_ms, end_ms=draft.end_ms, label=draft.label).count()


def draft_body(draft: Draft) -> dict[str, Any]:
    """The draft as the API shows it."""
    return {
        "id": draft.pk,
        "state": draft.state,
        "text": draft.text,
        "model": draft.model_version.name,
        "error": failure_told(draft.error),
        "is_own_words": draft.confidence is not None,
    }
