"""The gate: is the candidate better than production on the frozen test split? Pure; it advises and never promotes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_noop

from ml.contracts import EvaluationResult, to_json
from vigil.projects.sentences import Sentence

MARGIN = 0.005
"""A difference below this is noise."""
GUARD = 0.02
"""No guarded figure may fall by more than this."""


@dataclass(frozen=True)
class Figure:
    """One line of the comparison."""

    key: str
    title: str
    is_higher_better: bool = True
    is_guarded: bool = False


FIGURES = (
    Figure("auc_a", gettext_noop("AUC, abnormal videos (localisation)"), is_guarded=True),
    Figure("auc_o", gettext_noop("AUC, all videos")),
    Figure("video_auc", gettext_noop("Video AUC"), is_guarded=True),
    Figure("ap", gettext_noop("Average precision"), is_guarded=True),
    Figure("event_f1.0.3", gettext_noop("Event F1 at tIoU 0.3")),
    Figure("event_f1.0.5", gettext_noop("Event F1 at tIoU 0.5"), is_guarded=True),
    Figure("event_f1.0.7", gettext_noop("Event F1 at tIoU 0.7")),
    Figure("boundary_error_s", gettext_noop("Boundary error, seconds"), is_higher_better=False),
    Figure("judgement_accuracy", gettext_noop("Judgement accuracy of the language model")),
)
DECIDING = ("auc_a", "auc_o", "video_auc")
"""The first of these that both models have decides."""
NO_TRUTH = gettext_noop("There is no test split with a known truth, so nothing can be compared.")
NO_PRODUCTION = gettext_noop("There is no model in production to compare with.")
NO_FIGURE = gettext_noop("The truth of the test split gives no figure that both models have.")
BETTER = gettext_noop("%(figure)s is better: %(candidate)s against %(production)s.")
WORSE = gettext_noop("%(figure)s is worse: %(candidate)s against %(production)s.")
SAME = gettext_noop("%(figure)s is the same within the noise: %(candidate)s against %(production)s.")


@dataclass(frozen=True)
class Comparison:
    """One figure of both models, as the page shows it."""

    figure: Figure
    candidate: float | None
    production: float | None

    @property
    def delta(self) -> float | None:
        """Candidate minus production; None where one of them has no such figure."""
        if self.candidate is None or self.production is None:
            return None
        return self.candidate - self.production

    @property
    def gain(self) -> float | None:
        """The delta with its sign turned so that more is better."""
        if self.delta is None:
            return None
        return self.delta if self.figure.is_higher_better else -self.delta

    @property
    def is_better(self) -> bool:
        return self.gain is not None and self.gain > MARGIN

    @property
    def is_worse(self) -> bool:
        return self.gain is not None and self.gain < -MARGIN


def metrics_json(model: str, result: EvaluationResult) -> dict[str, Any]:
    """The figures of one model, exactly as `evaluate --json` prints them."""
    return {"model": model, **to_json(result)}


def value_of(metrics: Mapping[str, Any] | None, key: str) -> float | None:
    """One figure out of a metrics JSON; `event_f1.0.5` reaches into `event_f1`."""
    if not metrics:
        return None
    outer, _, inner = key.partition(".")
    found = metrics.get(outer)
    if inner and isinstance(found, Mapping):
        found = found.get(inner)
    return float(found) if isinstance(found, int | float) else None


def compare(candidate: Mapping[str, Any] | None, production: Mapping[str, Any] | None) -> list[Comparison]:
    """Every figure of both, in the order in which people read them."""
    return [Comparison(one, value_of(candidate, one.key), value_of(production, one.key)) for one in FIGURES]


def gate_verdict(candidate: Mapping[str, Any] | None, production: Mapping[str, Any] | None) -> dict[str, Any]:
    """`{"better": bool, "reasons": [sentence, ...]}`: whether a person is advised to promote the candidate."""
    is_better, why = _judged(candidate, production)
    return {"better": is_better, "reasons": [one.english for one in why]}


def reasons_told(gate: Mapping[str, Any]) -> list[str]:
    """The reasons of a stored gate in the reader's language; as stored, where today's rules give others."""
    stored: list[str] = gate.get("verdict", {}).get("reasons", [])
    _is_better, why = _judged(gate.get("candidate"), gate.get("production"))
    if [one.english for one in why] != stored:
        return stored
    return [one.told({"figure": gettext}) for one in why]


def _judged(candidate: Mapping[str, Any] | None, production: Mapping[str, Any] | None) -> tuple[bool, list[Sentence]]:
    if not candidate:
        return False, [Sentence(NO_TRUTH)]
    if not production:
        return True, [Sentence(NO_PRODUCTION)]
    lines = {one.figure.key: one for one in compare(candidate, production)}
    deciding = next((lines[key] for key in DECIDING if lines[key].delta is not None), None)
    if deciding is None:
        return False, [Sentence(NO_FIGURE)]
    lost = [one for one in lines.values() if one.figure.is_guarded and one.gain is not None and one.gain < -GUARD]
    reasons = [_sentence(deciding), *(_sentence(one) for one in lost if one is not deciding)]
    return deciding.is_better and not lost, reasons


def _sentence(line: Comparison) -> Sentence:
    text = BETTER if line.is_better else WORSE if line.is_worse else SAME
    figures = {"candidate": f"{line.candidate:.3f}", "production": f"{line.production:.3f}"}
    return Sentence(text, {"figure": line.figure.title, **figures})
