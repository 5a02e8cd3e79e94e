"""What a check of `manage.py doctor` says."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Verdict:
    """One line: what was looked at, how it stands, and for anything but ok the cure."""

    name: str
    state: Literal["ok", "warn", "fail"]
    said: str
    cure: str = ""


def ok(name: str, said: str) -> Verdict:
    return Verdict(name, "ok", said)


def warn(name: str, said: str, cure: str) -> Verdict:
    return Verdict(name, "warn", said, cure)


def fail(name: str, said: str, cure: str) -> Verdict:
    return Verdict(name, "fail", said, cure)
