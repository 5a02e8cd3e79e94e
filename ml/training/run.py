"""One training run: features, phases 1, 2 and 3, and the artefact. Resumes from its work folder after any end."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from ml.contracts import Progress, ProgressCallback, ShouldStop, TrainingJob, TrainingOutcome, TrainingVideo, to_json
from ml.data.encoding import VideoEncoder
from ml.data.feature_entry import ClipFeatures
from ml.errors import JobInvalid, TrainingStopped, VideoUnreadable
from ml.inference.scoring import clip_centres_ms, score_features, scored_video
from ml.model.artefact import (
    CARD_FILE,
    FOLDS_FILE,
    publish,
    read_detector,
    read_folds,
    write_detector,
    write_json,
)
from ml.model.detector import Detector, build_detector
from ml.model.language_artefact import LANGUAGE_DIR
from ml.model.threads import one_thread
from ml.profiles.loading import load_profile
from ml.profiles.sections import Profile
from ml.training.batches import VideoClips
from ml.training.calibration import calibrate
from ml.training.folds import fold_videos, left_out, left_out_further
from ml.training.phase1 import run_phase1
from ml.training.phase2 import run_phase2
from ml.training.phase3 import run_phase3
from ml.training.progress import RunProgress
from ml.training.targets import clip_targets, event_classes, label_counts

logger = logging.getLogger(__name__)
BROKEN_SHARE = 0.1
"""A run goes on without broken videos up to this share of them (one is always forgiven); more than that fails it."""


@dataclass(frozen=True)
class _Material:
    """What a run learns from."""

    videos: tuple[TrainingVideo, ...]
    features: tuple[ClipFeatures, ...]
    broken: tuple[str, ...]


def train(job: TrainingJob, on_progress: ProgressCallback, should_stop: ShouldStop) -> TrainingOutcome:
    """Train the phases of a job and write its artefact.

    Raises:
        JobInvalid: a job that cannot be run as it stands; the message says what to change.
        TrainingStopped: `should_stop` said so; the same job with the same `work_dir` goes on where it was.
    """
    profile = load_profile(job.profile)
    _check(job)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    chosen = tuple(video for video in job.videos if video.video.split == "train")
    progress = RunProgress(on_progress, _expected_s(job, profile, len(chosen)))
    work = _work_folder(job)
    encoder = VideoEncoder(profile, job.store_dir, device, job.weights_dir)
    material = _material(chosen, encoder, progress, should_stop)
    staged = work / "artefact"
    with one_thread():
        metrics = _train_detector(job, profile, material, staged, progress, should_stop)
    detector, profile, classes = read_detector(staged)
    folds = read_folds(staged)
    counts = {**label_counts(material.videos), "unreadable_videos": len(material.broken)}
    if 3 in job.phases:
        scored = [
            (video, scored_video(video.video, detector, profile, features, classes, folds.get(video.video.key, ())))
            for video, features in zip(material.videos, material.features, strict=True)
        ]
        told = run_phase3(
            scored,
            profile=profile,
            template=job.template,
            artefact_dir=staged,
            work_dir=work / "phase3",
            seed=job.seed,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        metrics |= {f"phase3_{name}": float(value) for name, value in told.items()}
    elif 1 not in job.phases and (Path(job.parent_dir) / LANGUAGE_DIR).is_dir():
        shutil.copytree(Path(job.parent_dir) / LANGUAGE_DIR, staged / LANGUAGE_DIR, dirs_exist_ok=True)
    _write_card(staged, job, classes, metrics, counts, material.broken)
    sha256 = publish(staged, Path(job.out_dir))
    return TrainingOutcome(job.out_dir, sha256, job.profile, metrics, counts)


def _check(job: TrainingJob) -> None:
    if not job.phases or list(job.phases) != sorted(set(job.phases)) or not set(job.phases) <= {1, 2, 3}:
        raise JobInvalid(f"phases {list(job.phases)} cannot be run; give some of 1, 2 and 3, in order")
    if not any(video.video.split == "train" for video in job.videos):
        raise JobInvalid("there is no video in the train split; import some, or move some there")
    if 1 not in job.phases and not job.parent_dir:
        raise JobInvalid(f"phase {job.phases[0]} builds on a trained phase 1; add phase 1, or name a parent model")


def _expected_s(job: TrainingJob, profile: Profile, videos: int) -> dict[str, float]:
    """Guesses for the phases that have not begun; each is replaced by measured time as soon as it runs."""
    guesses = {
        "phase1": 0.012 * videos * profile.phase1.epochs,
        "phase2": 0.025 * videos * profile.phase2.epochs,
        "phase3": 0.15 * profile.language.steps,
    }
    return {"features": 1.0 * videos} | {name: guesses[name] for name in guesses if int(name[-1]) in job.phases}


def _work_folder(job: TrainingJob) -> Path:
    """The work folder, emptied when it belongs to another job: a checkpoint must never feed a different run."""
    work = Path(job.work_dir)
    identity = hashlib.sha256(json.dumps(to_json(job), sort_keys=True).encode()).hexdigest()
    note = work / "job.sha256"
    if work.exists() and (not note.exists() or note.read_text("utf-8") != identity):
        shutil.rmtree(work)
    work.mkdir(parents=True, exist_ok=True)
    note.write_text(identity, "utf-8")
    return work


def _material(
    videos: Sequence[TrainingVideo], encoder: VideoEncoder, progress: RunProgress, should_stop: ShouldStop
) -> _Material:
    """Features of all videos, computed where the store has none."""
    kept, features, broken = [], [], []
    for number, video in enumerate(videos, start=1):
        if should_stop():
            raise TrainingStopped("training was stopped; start it again to go on from its checkpoint")
        try:
            features.append(encoder.features(video.video).features)
            kept.append(video)
        except VideoUnreadable as error:
            logger.warning("left out of training: %s", error)
            broken.append(str(error))
        progress.report("features", number, len(videos))
    if len(broken) > max(1, BROKEN_SHARE * len(videos)) or not kept:
        raise JobInvalid(f"{len(broken)} of {len(videos)} training videos cannot be read; the first: {broken[0]}")
    return _Material(tuple(kept), tuple(features), tuple(broken))


def _train_detector(
    job: TrainingJob,
    profile: Profile,
    material: _Material,
    staged: Path,
    progress: RunProgress,
    should_stop: ShouldStop,
) -> dict[str, float]:
    """Phases 1 and 2 as far as the job wants them, written to `staged`; the last loss of each."""
    detector, classes = _starting_detector(job, profile, material)
    clips = _video_clips(detector, material, classes)
    _check_labels(clips, job)
    folds = _folds(job, profile, detector, material, clips)
    clips = [
        dataclasses.replace(each, left_out_by=folds.get(video.video.key, ()))
        for each, video in zip(clips, material.videos, strict=True)
    ]
    metrics: dict[str, float] = {}
    for phase, run in ((1, run_phase1), (2, run_phase2)):
        if phase not in job.phases:
            continue

        def on_epoch(epoch: int, epochs: int, loss: float, lr: float, name: str = f"phase{phase}") -> None:
            progress.report(name, epoch, epochs, loss, lr)

        metrics[f"phase{phase}_loss"] = run(
            detector,
            clips,
            profile=profile,
            seed=job.seed,
            checkpoint=Path(job.work_dir) / f"phase{phase}.safetensors",
            on_epoch=on_epoch,
            should_stop=should_stop,
        )
    if metrics:
        scored = [score_features(detector, profile, features) for features in material.features]
        calibrate(detector, scored, clips, profile)
    write_detector(staged, detector, profile, classes)
    write_json(staged / FOLDS_FILE, folds)
    return metrics


def _folds(
    job: TrainingJob, profile: Profile, detector: Detector, material: _Material, clips: Sequence[VideoClips]
) -> Mapping[str, tuple[int, ...]]:
    """Which members leave out which videos: new folds with phase 1, the parent's without."""
    videos = fold_videos(material.videos, [video.targets.bag for video in clips])
    if 1 not in job.phases:
        return left_out_further(videos, read_folds(Path(job.parent_dir)))
    return left_out(videos, members=detector.members, folds=profile.detector.folds, seed=job.seed)


def _starting_detector(job: TrainingJob, profile: Profile, material: _Material) -> tuple[Detector, tuple[str, ...]]:
    """A new detector with its projection fitted, or the parent's where phase 1 is left out."""
    if 1 not in job.phases:
        detector, parents_profile, classes = read_detector(Path(job.parent_dir))
        if parents_profile.name != profile.name:
            raise JobInvalid(
                f"the parent model has profile {parents_profile.name!r}, not {profile.name!r}; "
                "add phase 1, or use its profile"
            )
        return detector, classes
    classes = event_classes(material.videos)
    torch.manual_seed(job.seed)
    detector = build_detector(profile, classes=len(classes))
    names = material.features[0].groups
    detector.projection.fit({name: torch.cat([each.groups[name] for each in material.features]) for name in names})
    return detector, classes


def _video_clips(detector: Detector, material: _Material, classes: tuple[str, ...]) -> list[VideoClips]:
    return [
        VideoClips(
            detector.projection(features.groups),
            clip_centres_ms(features),
            clip_targets(video, features.clip_start_ms, features.clip_end_ms, classes),
        )
        for video, features in zip(material.videos, material.features, strict=True)
    ]


def _check_labels(clips: Sequence[VideoClips], job: TrainingJob) -> None:
    if job.phases == (3,):
        return
    has_abnormal = any(video.targets.bag == 1 for video in clips)
    has_normal = any(
        video.targets.bag == 0 or bool(((video.targets.weight_C > 0) & (video.targets.target_C < 0.5)).any())
        for video in clips
    )
    if not has_abnormal or not has_normal:
        lacking = "abnormal" if not has_abnormal else "normal"
        raise JobInvalid(f"nothing in the train split is known to be {lacking}; label at least one video {lacking}")


def _write_card(
    staged: Path,
    job: TrainingJob,
    classes: tuple[str, ...],
    metrics: dict[str, float],
    counts: dict[str, int],
    broken: Sequence[str],
) -> None:
    card = {
        "profile": job.profile,
        "phases": list(job.phases),
        "seed": job.seed,
        "template": job.template,
        "parent": Path(job.parent_dir).name if job.parent_dir else "",
        "classes": list(classes),
        "metrics": metrics,
        "counts": counts,
        "unreadable": list(broken),
        "git_commit": _git_commit(),
    }
    write_json(staged / CARD_FILE, card)


def _git_commit() -> str:
    """Commit of the code that trained, read from the checkout; empty where there is none."""
    git = Path(__file__).parents[2] / ".git"
    try:
        head = (git / "HEAD").read_text("utf-8").strip()
        return (git / head.removeprefix("ref: ")).read_text("utf-8").strip() if head.startswith("ref: ") else head
    except OSError:
        return ""


def silent(progress: Progress) -> None:
    """A progress callback for callers that do not show any."""
    del progress
