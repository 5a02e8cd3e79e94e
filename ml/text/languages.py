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
    frames: str
    """What is said of a shown window: how many frames it has (`count`), and when they were sampled (`times`)."""
    between: str
    """Between the times of a list."""

    @property
    def verdicts(self) -> tuple[str, str]:
        """Yes and no."""
        return self.yes, self.no


ENGLISH = Language(
    "Yes", "No", " to ", " and from ", "The video contains {count} frames sampled at {times} seconds.", ", "
)
CHINESE = Language("是", "否", "到", "，以及从", "视频包含{count}帧，分别采样于第{times}秒。", "、")
LANGUAGES = {"en": ENGLISH, "zh-Hans": CHINESE}
"""By the code that templates name a language with."""
