"""LLaMA-Factory's sharegpt: `train.json` and so on, with the `dataset_info.json` that LLaMA-Factory reads."""

from typing import Any

from vigil.interop.conversations import conversations_write
from vigil.interop.export_request import ExportTarget
from vigil.interop.json_files import json_write
from vigil.interop.records import ClipRecord

TOKEN = "<video>"  # noqa: S105 - the place of the video in the first question


def write(target: ExportTarget) -> int:
    """Writes the dataset; the number of records. The folder's path goes into LLaMA-Factory's `dataset_dir`."""
    counts = conversations_write(target, line_of)
    json_write(target.folder / "dataset_info.json", {f"vigil_{split}": _entry(split) for split in counts})
    return sum(counts.values())


def _entry(split: str) -> dict[str, Any]:
    return {
        "file_name": f"{split}.json",
        "formatting": "sharegpt",
        "columns": {"messages": "messages", "videos": "videos"},
        "tags": {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"},
    }


def line_of(record: ClipRecord) -> dict[str, Any]:
    """One record as LLaMA-Factory has it."""
    messages = []
    for number, turn in enumerate(record.turns):
        messages.append({"role": "user", "content": (TOKEN if number == 0 else "") + turn.question})
        messages.append({"role": "assistant", "content": turn.answer})
    return {
        "id": record.id,
        "messages": messages,
        "videos": [record.clip],
        "provenance": record.provenance_json(),
    }
