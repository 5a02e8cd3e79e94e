"""The sandbox holds."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError
from jinja2.sandbox import SecurityError

from annotation_templates.rendering import fault_of, rendered


def test_a_source_cannot_leave_the_sandbox() -> None:
    with pytest.raises(SecurityError):
        rendered("{{ title.__class__.__mro__ }}", title="Fire")


def test_a_variable_that_was_not_given_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(UndefinedError, match="start"):
        rendered("From {{ start }}.")


def test_blanks_and_line_breaks_become_single_blanks() -> None:
    assert rendered("Yes,\n  {{ event }}  happens.", event="a fire") == "Yes, a fire happens."


def test_faults_are_told_in_one_line() -> None:
    assert fault_of("{{ start }}") == ""
    assert "unknown variable 'begin'" in fault_of("{{ begin }}")
    assert "not valid Jinja" in fault_of("{% if %}")
