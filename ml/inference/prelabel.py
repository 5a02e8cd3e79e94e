"""Pre-labelling: a video through one model version, to scores, segments, sentences and judgements."""

from __future__ import annotations

import time
from pathlib import Path

import torch

from ml.contracts import (
    ClipEmbeddings,
    Judgement,
    PredictedSegment,
    Progress,
    ProgressCallback,
    VideoPrediction,
    VideoRef,
)
from ml.data.encoding import VideoEncoder
from ml.data.feature_store import DEFAULT_CAP_GB
from ml.errors import ArtefactInvalid, JobInvalid, WeightsInvalid
from ml.inference.embedding import packed
from ml.inference.explain import Explainer
from ml.inference.scoring import score_embeddings, scored_video
from ml.model.artefact import CARD_FILE, read_detector, read_json
from ml.model.language_artefact import LANGUAGE_DIR
from ml.model.scored_video import ScoredVideo

STAGES = 3
"""Encode, score, explain."""


class Prelabeller:
    """A loaded model version; one object labels any number of videos."""

    def __init__(
        self,
        artefact_dir: str,
        store_dir: str,
        device: str | None = None,
        weights_dir: str = "",
        store_cap_gb: float = DEFAULT_CAP_GB,
    ) -> None:
        """Loads a model version.

        Args:
            artefact_dir: the artefact folder of a training run.
            store_dir: the feature store.
            device: where the networks run; a GPU where there is one, otherwise the processor.
            weights_dir: root of the folders of pretrained weights, for profiles that name some.
            store_cap_gb: what the feature store may take, in 10^9 bytes.

        Raises:
            JobInvalid: there is no such device, or it is full.
            ArtefactInvalid: the artefact is not whole.
            WeightsInvalid: frozen weights are missing or others than it was trained with.
        """
        folder, chosen = Path(artefact_dir), _device(device)
        self._detector, self.profile, self.classes = read_detector(folder, weights_dir)
        if self.profile.encoder.tokens:
            # Measured groups go through matrices too small for a GPU; networks over hundreds of tokens want one.
            self._detector.to(chosen)
        self._videos = VideoEncoder(self.profile, store_dir, chosen, weights_dir, store_cap_gb)
        _check_backbone(folder, self._videos.identity)
        has_language = (folder / LANGUAGE_DIR).is_dir()
        self._explainer = Explainer.load(artefact_dir, str(chosen), weights_dir) if has_language else None
        self._name = folder.name

    def run(self, video: VideoRef, on_progress: ProgressCallback | None = None) -> VideoPrediction:
        """Scores, segments, explanations and the judgement of a video, with the seconds each stage took.

        A model version without phase 3 has no words: its explanations are empty and it gives no judgement.

        Raises:
            VideoUnreadable: the file cannot be decoded, or its features are no numbers.
            StoreUnwritable: the feature store cannot take the video's features.
        """
        started_s = time.perf_counter()
        opened = self._videos.open(video)
        encoded_s = time.perf_counter()
        _tell(on_progress, 1)
        scored = scored_video(video, self._detector, self.profile, opened.features, self.classes)
        scored_s = time.perf_counter()
        _tell(on_progress, 2)
        judgement, segments = self._explained(scored)
        ended_s = time.perf_counter()
        _tell(on_progress, STAGES)
        duration_s = opened.features.clip_end_ms[-1] / 1000
        timing = {
            **opened.timing,
            "features": encoded_s - started_s,
            "score": scored_s - encoded_s,
            "explain": ended_s - scored_s,
            "total": ended_s - started_s,
            "realtime_factor": duration_s / max(ended_s - started_s, 1e-9),
        }
        return VideoPrediction(
            video_key=video.key,
            scores=scored.scores,
            segments=segments,
            judgement=judgement,
            timing={name: round(value, 4) for name, value in timing.items()},
            embeddings=scored.embeddings,
        )

    def scored(self, video: VideoRef) -> ScoredVideo:
        """The video as the detector sees it: what `explainer` speaks about. Raises what `run` raises."""
        features = self._videos.open(video).features
        return scored_video(video, self._detector, self.profile, features, self.classes)

    @property
    def explainer(self) -> Explainer:
        """The language half.

        Raises:
            ArtefactInvalid: the model version has none.
        """
        if self._explainer is None:
            raise ArtefactInvalid(f"model {self._name} has no language model; train phase 3")
        return self._explainer

    def embed(self, video: VideoRef) -> ClipEmbeddings:
        """Where each clip of a video lies among all moments, without a word about it; raises what `run` raises."""
        features = self._videos.open(video).features
        return packed(score_embeddings(self._detector, features, video.name))

    def _explained(self, scored: ScoredVideo) -> tuple[Judgement | None, tuple[PredictedSegment, ...]]:
        if self._explainer is not None:
            return self._explainer.explain(scored)
        return None, tuple(
            PredictedSegment(cut.start_ms, cut.end_ms, cut.label, cut.confidence, explanation="")
            for cut in scored.segments
        )


def _device(name: str | None) -> torch.device:
    """The device of that name, asked to hold something; a GPU where there is one and nobody said."""
    name = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        # The first line is torch's message, the others advise on debugging CUDA. "meta" holds nothing.
        reason = str(error).splitlines()[0]
        raise JobInvalid(f"the device {name!r} cannot be used ({reason}); name cpu, cuda or cuda:1") from None
    return device


def _check_backbone(folder: Path, identity: str) -> None:
    """A detector reads the features of the frozen half that it was trained on, and of no other."""
    card = folder / CARD_FILE
    trained_on = read_json(card).get("backbone", "") if card.exists() else ""
    if trained_on and trained_on != identity:
        raise WeightsInvalid(
            f"model {folder.name} was trained on features of {trained_on}, not of {identity}; "
            "put the former frozen weights back, or train it again"
        )


def _tell(on_progress: ProgressCallback | None, stage: int) -> None:
    if on_progress is not None:
        on_progress(Progress(phase="prelabel", step=stage, total_steps=STAGES))
