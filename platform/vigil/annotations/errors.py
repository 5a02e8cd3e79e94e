"""Refusals that say what they are about: the version that a save conflicts with, the segment that is at fault."""

from typing import Any

from django.utils.translation import gettext as _

from vigil.projects.errors import Conflict, Invalid


class RevisionConflict(Conflict):
    """The annotation has a newer revision than the one a write builds on; it comes along, so nothing is lost."""

    def __init__(self, *, revision: int, document: dict[str, Any], saved_by: str) -> None:
        text = _("This annotation was saved meanwhile and is at revision %(revision)s; merge and save again.")
        if saved_by:
            text = _(
                "This annotation was saved by %(name)s meanwhile and is at revision %(revision)s; merge and save again."
            )
        super().__init__(text % {"name": saved_by, "revision": revision})
        self.extra = {"revision": revision, "document": document, "saved_by": saved_by}

    def body(self) -> dict[str, Any]:
        return {**super().body(), **self.extra}


class SegmentRefused(Invalid):
    """One segment of a document is at fault; its key comes along, so that the page can show it."""

    def __init__(self, *, key: str, why: str) -> None:
        super().__init__(why)
        self.key = key

    def body(self) -> dict[str, Any]:
        return {**super().body(), "segment_key": self.key}
