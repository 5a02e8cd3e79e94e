"""Refusals that say what they are about: the version that a save conflicts with, the segment that is at fault."""

from typing import Any

from vigil.projects.errors import Conflict, Invalid


class RevisionConflict(Conflict):
    """The annotation has a newer revision than the one a write builds on; it comes along, so nothing is lost."""

    def __init__(self, *, revision: int, document: dict[str, Any], saved_by: str) -> None:
        by = f" by {saved_by}" if saved_by else ""
        super().__init__(
            f"This annotation was saved{by} meanwhile and is at revision {revision}; merge and save again."
        )
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
