"""Progress of a run with the seconds that are left of all of it."""

from __future__ import annotations

import time
from collections.abc import Mapping

from ml.contracts import Progress, ProgressCallback


class RunProgress:
    """Reports each step; knows what the phases still to come are expected to take."""

    def __init__(self, on_progress: ProgressCallback, expected_s: Mapping[str, float]) -> None:
        """`expected_s`: the run's phases in order, with a guess of their seconds."""
        self.told = on_progress
        """For a phase that keeps its own time."""
        self._expected_s = dict(expected_s)
        self._phase = ""
        self._started_s = 0.0
        self._first_step = 0

    def report(
        self, phase: str, step: int, total_steps: int, loss: float | None = None, lr: float | None = None
    ) -> None:
        """Tell that `step` of `total_steps` of a phase is done."""
        now_s = time.monotonic()
        if phase != self._phase:
            self._phase, self._started_s, self._first_step = phase, now_s, max(step - 1, 0)
        self.told(Progress(phase, step, total_steps, loss, lr, self._left_s(phase, step, total_steps, now_s)))

    def prepare(self, phase: str, total_steps: int, done: int, parts: int) -> None:
        """Tell that `done` of `parts` are done that precede the first of a phase's steps."""
        now_s = time.monotonic()
        preparing = f"before {phase}"
        if preparing != self._phase:
            self._phase, self._started_s, self._first_step = preparing, now_s, max(done - 1, 0)
        before_s = self._left_s(preparing, done, parts, now_s)
        self.told(Progress(phase, 0, total_steps, eta_s=round(before_s + self._from_s(phase), 1)))

    def _from_s(self, phase: str) -> float:
        order = list(self._expected_s)
        return sum(self._expected_s[name] for name in order[order.index(phase) :]) if phase in order else 0.0

    def _left_s(self, phase: str, step: int, total_steps: int, now_s: float) -> float:
        steps = step - self._first_step
        spent_s = now_s - self._started_s
        per_step_s = self._expected_s.get(phase, 0.0) / max(total_steps, 1)
        if steps > 1 and spent_s > 0:
            # The first report comes when a step is done, so the clock has seen one step less.
            per_step_s = spent_s / (steps - 1)
        order = list(self._expected_s)
        later = order[order.index(phase) + 1 :] if phase in order else []
        return round((total_steps - step) * per_step_s + sum(self._expected_s[name] for name in later), 1)
