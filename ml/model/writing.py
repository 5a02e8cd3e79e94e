"""What a full disk or a lacking right to write becomes: one line that names the folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from ml.errors import PlaceUnwritable


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Within the block a file is written to the folder `place`.

    Raises:
        PlaceUnwritable: the block met an OSError, or safetensors did.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = " ".join(str(error).split())
        raise PlaceUnwritable(
            f"{place} cannot be written ({reason}); free some space there, or name a folder that can be written"
        ) from error
