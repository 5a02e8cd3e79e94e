"""The one model version that a gpu worker keeps in memory, for pre-labels and drafts alike."""

from pathlib import Path

from django.conf import settings

from ml.contracts import ProgressCallback
from ml.inference.drafting import Drafter
from ml.inference.prelabel import Prelabeller
from vigil.predictions.embeddings import embeddings_store
from vigil.predictions.models import Prediction
from vigil.predictions.services import prediction_store
from vigil.registry.models import ModelVersion
from vigil.registry.selectors import artefact_path
from vigil.videos.models import Video
from vigil.videos.selectors import video_ref


class LoadedModel:
    """Keeps one model version in memory, so that a row of videos or of drafts loads it once."""

    def __init__(self) -> None:
        self._artefact: Path | None = None
        self._prelabeller: Prelabeller | None = None
        self._drafter: Drafter | None = None

    def predict(self, version: ModelVersion, video: Video, on_progress: ProgressCallback | None = None) -> Prediction:
        """The version's prediction of the video, made now or stored before."""
        stored = Prediction.objects.filter(video=video, model_version=version).first()
        if stored is not None:
            return stored
        made = self._loaded(version).run(video_ref(video), on_progress)
        return prediction_store(video=video, model_version=version, prediction=made)

    def embed(self, prediction: Prediction) -> None:
        """Stores the embeddings of a prediction that was made before there were any."""
        made = self._loaded(prediction.model_version).embed(video_ref(prediction.video))
        embeddings_store(prediction=prediction, embeddings=made)

    def drafter(self, version: ModelVersion) -> Drafter:
        """What writes drafts with the version."""
        prelabeller = self._loaded(version)
        if self._drafter is None:
            self._drafter = Drafter(prelabeller)
        return self._drafter

    def release(self) -> None:
        """Lets go of the weights: training needs the memory."""
        self._artefact = self._prelabeller = self._drafter = None

    def _loaded(self, version: ModelVersion) -> Prelabeller:
        artefact = artefact_path(version)
        if self._prelabeller is None or self._artefact != artefact:
            self.release()  # The old weights go before the new ones are loaded.
            self._prelabeller = Prelabeller(
                str(artefact),
                str(settings.FEATURE_STORE),
                weights_dir=str(settings.WEIGHTS_ROOT),
                store_cap_gb=float(settings.FEATURE_STORE_GB),
            )
            self._artefact = artefact
        return self._prelabeller


KEPT = LoadedModel()
"""Of this process. A second one beside it could be one too many for the GPU's memory."""
