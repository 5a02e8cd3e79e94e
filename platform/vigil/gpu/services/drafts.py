"""Writes what people ask the current model for: a sentence about an interval, or the answer to a question about it."""

import logging

from vigil.annotations.drafts import draft_text_set, phrasing_of
from vigil.annotations.models import Draft
from vigil.gpu.claims import MAX_ATTEMPTS, killed_too_often, release
from vigil.gpu.reasons import EXPECTED, in_words
from vigil.gpu.services.loaded_model import KEPT, LoadedModel
from vigil.projects.dead_claims import free_dead_claims
from vigil.projects.errors import Gone
from vigil.projects.heartbeat import heartbeat
from vigil.projects.stopping import process_is_ending
from vigil.projects.work import WorkQuerySet, WorkState
from vigil.registry.selectors import artefact_path
from vigil.videos.selectors import video_ref

log = logging.getLogger(__name__)


def draft_next(*, model: LoadedModel = KEPT) -> int:
    """Writes waiting drafts until none is left; how many it took. The model stays loaded for the next one."""
    rows: WorkQuerySet = Draft.objects.all()
    free_dead_claims(rows)
    taken = 0
    while not process_is_ending.is_set():
        claimed: Draft | None = rows.claim_next()
        if claimed is None:
            break
        _serve(claimed, model)
        taken += 1
    return taken


def _serve(draft: Draft, model: LoadedModel) -> None:
    """Does one claimed draft and writes how it ended."""
    try:
        with heartbeat(Draft, draft.pk):
            if draft.attempts > MAX_ATTEMPTS:
                raise killed_too_often(draft)
            if not artefact_path(draft.model_version).is_dir():
                raise Gone(
                    f"the files of model {draft.model_version.name} are gone; promote another version, then retry"
                )
            written = model.drafter(draft.model_version).run(
                video_ref(draft.video),
                draft.start_ms,
                draft.end_ms,
                draft.label,
                question=draft.question,
                phrasing=phrasing_of(draft),
            )
    except (KeyboardInterrupt, SystemExit):
        release(Draft, draft.pk)
        raise
    except EXPECTED as error:
        log.warning("draft %s (%s) failed: %s", draft.pk, draft.video.name, error)
        Draft.objects.finish(draft.pk, WorkState.FAILED, in_words(error))
    except Exception as error:  # the worker's edge: the reason is on the row, the traceback in the log
        log.exception("draft %s (%s) failed", draft.pk, draft.video.name)
        Draft.objects.finish(draft.pk, WorkState.FAILED, in_words(error))
    else:
        draft_text_set(draft=draft, written=written)
