"""The scores of one prediction as bytes that a browser reads without parsing.

A day has 86,400 clips: as lists of a JSON answer they cost more than all the rest of it together.
"""

from typing import Any

import numpy as np
from django.db.models import BinaryField, Func
from numpy.typing import NDArray

from vigil.predictions.models import Prediction

TIMES = ("clip_start_ms", "clip_end_ms")
SCORES = ("raw", "long", "short", "fused")
FULL = 65_535
"""A score of 1, as it is sent."""
_HEADER_BYTES = 20
"""Of PostgreSQL's binary form of an array of one dimension: dimensions, null flag, type, length, lower bound."""


def scores_packed(*, video_id: int, prediction_id: int) -> bytes:
    """Little-endian: the number of clips (int32), their starts and ends (int32 ms), then raw, long, short and fused
    (uint16, 65,535 is a score of 1).

    Raises:
        Prediction.DoesNotExist: there is no such prediction of this video.
    """
    sent = [Func(name, function="array_send", output_field=BinaryField()) for name in (*TIMES, *SCORES)]
    row = Prediction.objects.filter(pk=prediction_id, video_id=video_id).values_list(*sent).get()
    starts, ends = (_elements(row[index], "i4").astype("<i4") for index in range(len(TIMES)))
    scores = [_elements(one, "f8") for one in row[len(TIMES) :]]
    whole = [np.rint(np.clip(of_branch, 0, 1) * FULL).astype("<u2") for of_branch in scores]
    return b"".join(part.tobytes() for part in (np.array([starts.size], "<i4"), starts, ends, *whole))


def _elements(sent: bytes | memoryview, kind: str) -> NDArray[Any]:
    """The values in PostgreSQL's binary array: after the header each has its length in front, all big-endian."""
    one = np.dtype([("length", ">i4"), ("value", f">{kind}")])
    return np.frombuffer(sent, dtype=one, offset=_HEADER_BYTES)["value"] if len(sent) > _HEADER_BYTES else np.empty(0)
