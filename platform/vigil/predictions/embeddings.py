"""Keeps where each clip lies among all moments, a day of video in one COPY, and lets go of what no longer serves."""

from typing import Any

import numpy as np
from django.db import connection, transaction

from ml.contracts import ClipEmbeddings
from vigil.predictions.models import EMBEDDING_WIDTH, ClipEmbedding, Prediction
from vigil.projects.errors import Conflict
from vigil.registry.models import ModelVersion

COPY = """
COPY predictions_clipembedding (video_id, model_version_id, clip, start_ms, end_ms, embedding)
FROM STDIN WITH (FORMAT BINARY)
"""
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
BLOCK_ROWS = 8192
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        *(part for name in ("video", "version") for part in ((f"{name}_size", ">i4"), (name, ">i8"))),
        *(part for name in ("clip", "start_ms", "end_ms") for part in ((f"{name}_size", ">i4"), (name, ">i4"))),
        ("embedding_size", ">i4"),
        ("width", ">i2"),
        ("unused", ">i2"),
        ("embedding", ">f2", (EMBEDDING_WIDTH,)),
    ]
)
"""A row of PostgreSQL's binary COPY: each value after its size in bytes; pgvector writes width, zero, numbers."""
_SIZES = {"video_size": 8, "version_size": 8, "clip_size": 4, "start_ms_size": 4, "end_ms_size": 4}


@transaction.atomic
def embeddings_store(*, prediction: Prediction, embeddings: ClipEmbeddings) -> int:
    """Keeps the embeddings of a prediction's clips, in place of those there are; how many.

    Raises:
        Conflict: not as many as the prediction has clips, or of another width.
    """
    clips = len(prediction.clip_start_ms)
    if (embeddings.width, len(embeddings.values)) != (EMBEDDING_WIDTH, 2 * EMBEDDING_WIDTH * clips):
        given = len(embeddings.values) // max(1, 2 * embeddings.width)
        raise Conflict(
            f"{given} embeddings of {embeddings.width} values do not fit {clips} clips of {EMBEDDING_WIDTH} values"
        )
    kept = ClipEmbedding.objects.filter(model_version=prediction.model_version_id, video=prediction.video_id)
    kept.delete()
    rows = _rows(prediction, embeddings)
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write(SIGNATURE)
        for first in range(0, clips, BLOCK_ROWS):
            copy.write(rows[first : first + BLOCK_ROWS].tobytes())
        copy.write(END)
    return clips


def _rows(prediction: Prediction, embeddings: ClipEmbeddings) -> Any:
    rows = np.zeros(len(prediction.clip_start_ms), _ROW)
    rows["fields"] = 6
    for name, size in _SIZES.items():
        rows[name] = size
    rows["embedding_size"] = 4 + 2 * EMBEDDING_WIDTH
    rows["video"], rows["version"] = prediction.video_id, prediction.model_version_id
    rows["clip"] = np.arange(len(rows))
    rows["start_ms"], rows["end_ms"] = prediction.clip_start_ms, prediction.clip_end_ms
    rows["width"] = EMBEDDING_WIDTH
    rows["embedding"] = np.frombuffer(embeddings.values, "<f2").reshape(-1, EMBEDDING_WIDTH)
    return rows


def embeddings_prune(*, model_version: ModelVersion) -> int:
    """Lets go of the embeddings of the project's earlier versions; how many rows. Later ones may still be promoted."""
    earlier = ModelVersion.objects.filter(project=model_version.project_id, number__lt=model_version.number)
    return ClipEmbedding.objects.filter(model_version__in=earlier)._raw_delete(connection.alias)
