"""What an export format gets to work with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vigil.projects.models import Project
from vigil.snapshots.models import Snapshot

OnProgress = Callable[[int, int], None]


def _silent(_done: int, _total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class ExportTarget:
    """One export: from which snapshot, into which (new, still hidden) folder."""

    project: Project
    snapshot: Snapshot
    folder: Path
    on_progress: OnProgress = field(default=_silent)
