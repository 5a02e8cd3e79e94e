"""Videos whose clips lie along chosen axes of the embedding."""

import numpy as np

from ml.contracts import ClipEmbeddings
from tests.factories import PredictionFactory, VideoFactory
from vigil.predictions.embeddings import embeddings_store
from vigil.predictions.models import EMBEDDING_WIDTH

CLIPS = 15
AXES = np.eye(EMBEDDING_WIDTH)


def embedded(*kinds: int) -> ClipEmbeddings:
    """Clips along these axes, each a little beside its axis."""
    shaken = AXES[list(kinds)] + np.random.default_rng(len(kinds)).normal(0, 0.01, (len(kinds), EMBEDDING_WIDTH))
    rows = shaken / np.linalg.norm(shaken, axis=1, keepdims=True)
    return ClipEmbeddings(EMBEDDING_WIDTH, rows.astype("<f2").tobytes())


def embedded_video(version, *kinds: int, **video):
    prediction = PredictionFactory(video=VideoFactory(project=version.project, **video), model_version=version)
    embeddings_store(prediction=prediction, embeddings=embedded(*kinds))
    return prediction.video
