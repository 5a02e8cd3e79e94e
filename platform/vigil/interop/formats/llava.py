"""LLaVA / Video-LLaMA: `train.json`, `val.json`, `test.json`, each a list of conversations about a clip."""

from typing import Any

from vigil.interop.conversations import conversations_write
from vigil.interop.export_request import ExportTarget
from vigil.interop.records import ClipRecord

TOKEN = "<video>\n"  # noqa: S105 - the place of the video in the first question


def write(target: ExportTarget) -> int:
    """Writes the dataset; the number of records."""
    return sum(conversations_write(target, line_of).values())


def line_of(record: ClipRecord) -> dict[str, Any]:
    """One record as LLaVA has it."""
    conversations = []
    for number, turn in enumerate(record.turns):
        # The token stands once, in the first question.
        conversations.append({"from": "human", "value": (TOKEN if number == 0 else "") + turn.question})
        conversations.append({"from": "gpt", "value": turn.answer})
    return {
        "id": record.id,
        "video": record.clip,
        "conversations": conversations,
        "provenance": record.provenance_json(),
    }
