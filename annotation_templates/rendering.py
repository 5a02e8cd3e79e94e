"""Sentences from Jinja sources, in a sandbox, with every variable accounted for."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

ANSWER_VARIABLES = frozenset({"title", "event", "start", "end", "explanation"})
"""What an answer may use; the loader refuses a source that asks for anything else."""

_SANDBOX = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


def fault_of(source: str) -> str:
    """What is wrong with a Jinja source, in one line; empty when nothing is."""
    try:
        unknown = sorted(meta.find_undeclared_variables(_SANDBOX.parse(source)) - ANSWER_VARIABLES)
        if unknown:
            return f"unknown variable {unknown[0]!r}; known are {', '.join(sorted(ANSWER_VARIABLES))}"
        # A part of a variable that there is not shows only when it is filled in.
        rendered(source, **{name: name for name in ANSWER_VARIABLES})
    except TemplateError as error:
        return f"not valid Jinja ({error})"
    return ""


def rendered(source: str, **variables: str) -> str:
    """The sentence that `source` gives with `variables`, on one line and without stray blanks.

    Raises:
        jinja2.UndefinedError: `source` uses a variable that was not given.
        jinja2.sandbox.SecurityError: `source` tries to leave the sandbox.
    """
    return " ".join(_compiled(source).render(**variables).split())


@lru_cache(maxsize=1024)
def _compiled(source: str) -> Template:
    return _SANDBOX.from_string(source)
