"""What is wrong with a value that was sent, in the reader's language: pydantic itself speaks English only."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

TEXTS = {
    "missing": gettext_noop("Field required"),
    "extra_forbidden": gettext_noop("Extra inputs are not permitted"),
    "string_type": gettext_noop("Input should be a valid string"),
    "string_too_long": gettext_noop("String should have at most %(max_length)s characters"),
    "string_too_short": gettext_noop("String should have at least %(min_length)s characters"),
    "int_type": gettext_noop("Input should be a valid integer"),
    "greater_than_equal": gettext_noop("Input should be greater than or equal to %(ge)s"),
    "greater_than": gettext_noop("Input should be greater than %(gt)s"),
    "less_than_equal": gettext_noop("Input should be less than or equal to %(le)s"),
    "bool_type": gettext_noop("Input should be a valid boolean"),
    "list_type": gettext_noop("Input should be a valid list"),
    "literal_error": gettext_noop("Input should be %(expected)s"),
    "enum": gettext_noop("Input should be %(expected)s"),
}
"""Pydantic's own sentences by the type of error: those that people at a page meet."""


def fault_in_words(fault: Mapping[str, Any]) -> str:
    """The sentence about one of pydantic's errors; a rare kind is said as pydantic says it, in English."""
    text = TEXTS.get(fault.get("type", ""), "")
    said = _(text) if text else ""
    if said == text:
        return str(fault.get("msg") or _("is not valid"))
    try:
        return str(said % fault.get("ctx", {}))
    except KeyError:
        return str(fault["msg"])
