"""JSON files that people may open: UTF-8, indented, one way of writing for one content."""

import json
from pathlib import Path
from typing import Any

from vigil.projects.errors import Invalid

LARGEST_BYTES = 512 * 1024**2


def json_write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def json_read(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        Invalid: no such file, too large, not UTF-8 or not JSON; the text names the place.
    """
    if not path.is_file():
        raise Invalid(f"{path} is not a file; give the JSON file to import")
    if path.stat().st_size > LARGEST_BYTES:
        raise Invalid(f"{path} is larger than {LARGEST_BYTES // 1024**2} MB; split it")
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Invalid(f"{path} is not UTF-8 text (byte {error.start}); export it again as JSON") from error
    except json.JSONDecodeError as error:
        raise Invalid(f"{path}, line {error.lineno}, column {error.colno}: {error.msg}; it is not JSON") from error
    except ValueError as error:
        raise Invalid(f"{path} holds a number of thousands of digits; that is no annotation file") from error
    except RecursionError as error:
        raise Invalid(f"{path} is nested too deeply to be an annotation file") from error
