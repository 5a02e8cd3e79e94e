"""The loss curve of a run as SVG paths, one panel a phase. Pure: numbers in, coordinates out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 120
PAD_LEFT, PAD_RIGHT, PAD_TOP, PAD_BOTTOM = 36, 6, 8, 16


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis, in SVG units."""

    at: float
    text: str


@dataclass(frozen=True)
class LossPanel:
    """The curve of one phase; its losses have a scale of their own, for they are of different kinds."""

    phase: str
    path: str
    """Points of an SVG polyline."""
    last_loss: float
    last_at: tuple[float, float]
    last_step: int
    loss_ticks: tuple[Tick, ...]
    step_ticks: tuple[Tick, ...]


def loss_panels(curves: Mapping[str, Sequence[tuple[int, float]]]) -> list[LossPanel]:
    """A panel for every phase that has a finite loss, in the order in which they come."""
    finite = {phase: [(step, loss) for step, loss in points if math.isfinite(loss)] for phase, points in curves.items()}
    return [_panel(phase, points) for phase, points in finite.items() if points]


def _panel(phase: str, points: Sequence[tuple[int, float]]) -> LossPanel:
    steps = [step for step, _ in points]
    losses = [loss for _, loss in points]
    low, high = _loss_range(losses)
    first, last = min(steps), max(steps)

    def x(step: float) -> float:
        share = (step - first) / (last - first) if last > first else 0.5
        return round(PAD_LEFT + share * (WIDTH - PAD_LEFT - PAD_RIGHT), 1)

    def y(loss: float) -> float:
        return round(PAD_TOP + (high - loss) / (high - low) * (HEIGHT - PAD_TOP - PAD_BOTTOM), 1)

    return LossPanel(
        phase=phase,
        path=" ".join(f"{x(step)},{y(loss)}" for step, loss in points),
        last_loss=losses[-1],
        last_at=(x(steps[-1]), y(losses[-1])),
        last_step=steps[-1],
        loss_ticks=tuple(Tick(y(value), f"{value:.3g}") for value in (low, (low + high) / 2, high)),
        step_ticks=tuple(Tick(x(step), str(step)) for step in sorted({first, last})),
    )


def _loss_range(losses: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest loss with a little room; never an empty range."""
    low, high = min(losses), max(losses)
    room = (high - low) * 0.05 or max(abs(high) * 0.1, 0.1)
    return low - room, high + room
