"""The few words that code itself needs in each language that instructions can be written in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """How a language says yes and no, and joins times."""

    yes: str
    no: str
    """The templates' judgements open with these, followed by a comma."""
    to: str
    """Between the two times of an interval."""
    and_from: str
    """Between two intervals."""

    @property
    def verdicts(self) -> tuple[str, str]:
        """Yes and no."""
        return self.yes, self.no


ENGLISH = Language("Yes", "No", " to ", " and from ")
LANGUAGES = {"en": ENGLISH, "zh-Hans": Language("是", "否", "到", "，以及从")}
"""By the code that templates name a language with."""
