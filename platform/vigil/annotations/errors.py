"""The conflict that hands back what it conflicts with."""

from typing import Any

from vigil.projects.errors import Conflict


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
