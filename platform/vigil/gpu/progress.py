"""Writes a run's progress to its row, at most twice a second, however often the training reports."""

import time

from ml.contracts import Progress, ProgressCallback
from vigil.retraining.models import TrainingRun
from vigil.retraining.services.progress import run_progress_save

WRITE_EVERY_S = 0.5


class RunProgress:
    """The `on_progress` of one training run: rows for the page, and on to whoever else listens."""

    def __init__(self, run: TrainingRun, listener: ProgressCallback | None = None) -> None:
        self._run = run
        self._listener = listener
        self._pending: list[Progress] = []
        self._latest: Progress | None = None
        self._written_s = float("-inf")
        self.is_ours = True
        """False once the row was cancelled or taken over."""

    def __call__(self, progress: Progress) -> None:
        is_new_phase = self._latest is None or self._latest.phase != progress.phase
        self._latest = progress
        if progress.loss is not None:
            self._pending.append(progress)
        if self._listener is not None:
            self._listener(progress)
        if is_new_phase or time.monotonic() - self._written_s >= WRITE_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Writes what is pending now."""
        if self._latest is None:
            return
        self.is_ours = run_progress_save(run=self._run, latest=self._latest, points=self._pending)
        self._pending = []
        self._written_s = time.monotonic()
