"""One training run: features, phases 1, 2 and 3, and the artefact. Resumes from its work folder after any end.

Several processes (`ml.training.processes`) share work folder and store: each encodes a part of the videos and takes a
part of each batch; the main one writes, and the others wait for it where they need what it wrote.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import torch
from torch import Tensor

from annotation_templates.loading import load_template
from ml.contracts import Progress, ProgressCallback, ShouldStop, TrainingJob, TrainingOutcome, to_json
from ml.data.encoding import VideoEncoder
from ml.errors import JobInvalid, TrainingStopped
from ml.inference.scoring import score_odds, scored_video
from ml.model.artefact import (
    CARD_FILE,
    FOLDS_FILE,
    artefact_sha256,
    publish,
    read_classes,
    read_detector,
    read_folds,
    write_detector,
    write_json,
)
from ml.model.detector import Detector, build_detector
from ml.model.language_artefact import LANGUAGE_DIR
from ml.model.scored_video import ScoredVideo
from ml.model.threads import one_thread
from ml.model.writing import writing
from ml.profiles.loading import load_profile, profile_to_mapping
from ml.profiles.sections import Profile
from ml.training.batches import VideoClips
from ml.training.calibration import calibrate
from ml.training.card import model_card
from ml.training.folds import fold_videos, left_out, left_out_further
from ml.training.material import Material, fit_projection, read_material, video_clips
from ml.training.parent import check_parents_backbone, check_parents_profile
from ml.training.phase1 import run_phase1
from ml.training.phase2 import run_phase2
from ml.training.phase3 import run_phase3
from ml.training.processes import ALONE, Processes
from ml.training.progress import RunProgress
from ml.training.scored_material import scored_material
from ml.training.targets import event_classes, label_counts
from ml.video.probing import video_ref

STAGED = "artefact"
"""The artefact as far as it is done, below the work folder; it is copied to its place when it is whole."""


def train(
    job: TrainingJob, on_progress: ProgressCallback, should_stop: ShouldStop, processes: Processes = ALONE
) -> TrainingOutcome:
    """Train the phases of a job and write its artefact.

    Raises:
        JobInvalid: a job that cannot be run as it stands; the message says what to change.
        PlaceUnwritable: the work folder or the artefact's cannot be written.
        TrainingStopped: `should_stop` said so; the same job with the same `work_dir` goes on where it was.
    """
    profile = load_profile(job.profile)
    _check(job)
    _check_places(job)
    on_progress = on_progress if processes.is_main else silent
    chosen = tuple(video for video in job.videos if video.video.split == "train")
    progress = RunProgress(on_progress, _expected_s(job, profile, len(chosen)))
    work = _work_folder(job, profile)
    encoder = VideoEncoder(profile, job.store_dir, processes.device, job.weights_dir, job.store_cap_gb)
    if 1 not in job.phases:
        check_parents_backbone(job, encoder.identity)
    material = read_material(chosen, encoder, progress, should_stop, processes)
    staged = work / STAGED
    with _threads(profile):
        metrics = _train_detector(job, profile, material, work, progress, should_stop, processes)
    counts = {**label_counts(material.videos), "unreadable_videos": len(material.broken)}
    if 3 in job.phases:
        told = _train_language(job, material, encoder, work, progress, should_stop, processes)
        metrics |= {f"phase3_{name}": float(value) for name, value in told.items()}
    if processes.is_main:
        if 3 not in job.phases and 1 not in job.phases and (Path(job.parent_dir) / LANGUAGE_DIR).is_dir():
            with writing(staged):
                shutil.copytree(Path(job.parent_dir) / LANGUAGE_DIR, staged / LANGUAGE_DIR, dirs_exist_ok=True)
        card = model_card(job, profile.name, encoder.identity, metrics=metrics, counts=counts, broken=material.broken)
        write_json(staged / CARD_FILE, card | {"classes": list(read_classes(staged))})
        publish(staged, Path(job.out_dir))
    processes.barrier()
    return TrainingOutcome(job.out_dir, artefact_sha256(Path(job.out_dir)), profile.name, metrics, counts)


def _check(job: TrainingJob) -> None:
    if not job.phases or list(job.phases) != sorted(set(job.phases)) or not set(job.phases) <= {1, 2, 3}:
        raise JobInvalid(f"phases {list(job.phases)} cannot be run; give some of 1, 2 and 3, in order")
    if not any(video.video.split == "train" for video in job.videos):
        raise JobInvalid("there is no video in the train split; import some, or move some there")
    if 1 not in job.phases and not job.parent_dir:
        raise JobInvalid(f"phase {job.phases[0]} builds on a trained phase 1; add phase 1, or name a parent model")
    if 3 in job.phases:
        load_template(job.template)  # A template that cannot be used is told now, not after hours of phases 1 and 2.


def _check_places(job: TrainingJob) -> None:
    """Refuse now what would fail when it is written, maybe after days."""
    for place in (Path(job.work_dir), Path(job.out_dir).parent):
        with writing(place):
            place.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place) as file:
                file.write(b"written")


def _expected_s(job: TrainingJob, profile: Profile, videos: int) -> dict[str, float]:
    """Guesses for the phases that have not begun; each is replaced by measured time as soon as it runs."""
    guesses = {
        "phase1": 0.012 * videos * profile.phase1.epochs,
        "phase2": 0.025 * videos * profile.phase2.epochs,
        "phase3": 0.15 * profile.language.steps,
    }
    return {"features": 1.0 * videos} | {name: guesses[name] for name in guesses if int(name[-1]) in job.phases}


def _work_folder(job: TrainingJob, profile: Profile) -> Path:
    """The folder of this very job and profile below its work folder: a checkpoint never feeds a different run, and a
    different run in the same work folder takes nothing away from this one."""
    same = dataclasses.replace(job, store_cap_gb=0.0)  # A run that ran out of room goes on where it was, with more.
    asked = json.dumps([to_json(same), profile_to_mapping(profile)], sort_keys=True)
    work = Path(job.work_dir) / f"job-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"
    work.mkdir(parents=True, exist_ok=True)
    return work


def _threads(profile: Profile) -> AbstractContextManager[None]:
    """The small matrices of measured groups want one thread; networks over hundreds of tokens want all of them."""
    return nullcontext() if profile.encoder.tokens else one_thread()


def _train_detector(
    job: TrainingJob,
    profile: Profile,
    material: Material,
    work: Path,
    progress: RunProgress,
    should_stop: ShouldStop,
    processes: Processes,
) -> dict[str, float]:
    """Phases 1 and 2 as far as the job wants them, written to the staged artefact; the last loss of each."""
    detector, classes = _starting_detector(job, profile, material)
    processes.same_everywhere(detector)
    if profile.encoder.tokens:
        detector.to(processes.device)
    clips = video_clips(detector, material, classes)
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
            checkpoint=work / f"phase{phase}.safetensors",
            on_epoch=on_epoch,
            should_stop=should_stop,
            processes=processes,
        )
    if metrics:
        calibrate(detector, _odds(detector, material, should_stop, processes), clips, profile)
    if processes.is_main:
        write_detector(work / STAGED, detector, profile, classes)
        write_json(work / STAGED / FOLDS_FILE, folds)
    processes.barrier()
    return metrics


def _odds(
    detector: Detector, material: Material, should_stop: ShouldStop, processes: Processes = ALONE
) -> list[Tensor]:
    """[C, S, M] log-odds of all training videos; several processes divide the videos.

    Raises:
        TrainingStopped: `should_stop` said so in any process.
    """
    is_stopped, scored = False, []
    for number, features in processes.share(list(enumerate(material.features))):
        is_stopped = should_stop()
        if is_stopped:
            break
        scored.append((number, score_odds(detector, features, material.videos[number].video.name)))
    if processes.any(is_stopped):
        raise TrainingStopped("training was stopped; start it again to go on from its checkpoint")
    return [odds for _, odds in sorted(processes.gathered(scored), key=lambda pair: pair[0])]


def _folds(
    job: TrainingJob, profile: Profile, detector: Detector, material: Material, clips: Sequence[VideoClips]
) -> Mapping[str, tuple[int, ...]]:
    """Which members leave out which videos: new folds with phase 1, the parent's without."""
    videos = fold_videos(material.videos, [video.targets.bag for video in clips])
    if 1 not in job.phases:
        return left_out_further(videos, read_folds(Path(job.parent_dir)))
    return left_out(videos, members=detector.members, folds=profile.detector.folds, seed=job.seed)


def _starting_detector(job: TrainingJob, profile: Profile, material: Material) -> tuple[Detector, tuple[str, ...]]:
    """A new detector with its projection fitted, or the parent's where phase 1 is left out."""
    if 1 not in job.phases:
        detector, parents_profile, classes = read_detector(Path(job.parent_dir), job.weights_dir)
        check_parents_profile(parents_profile, profile)
        return detector, classes
    classes = event_classes(material.videos)
    torch.manual_seed(job.seed)
    detector = build_detector(profile, classes=len(classes), weights_dir=job.weights_dir)
    fit_projection(detector.projection, material.features)
    return detector, classes


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


def _train_language(
    job: TrainingJob,
    material: Material,
    encoder: VideoEncoder,
    work: Path,
    progress: RunProgress,
    should_stop: ShouldStop,
    processes: Processes,
) -> Mapping[str, float]:
    """Phase 3 on what the staged detector says of the training videos; counts and the last loss."""
    detector, profile, classes = read_detector(work / STAGED, job.weights_dir)
    if profile.encoder.tokens:
        detector.to(processes.device)
    folds = read_folds(work / STAGED)

    def training_video(number: int) -> ScoredVideo:
        video, features = material.videos[number].video, material.features[number]
        return scored_video(video, detector, profile, features, classes, folds.get(video.key, ()))

    def general_video(path: Path) -> ScoredVideo:
        video = video_ref(path, path.name)
        return scored_video(video, detector, profile, encoder.open(video).features, classes)

    scored = scored_material(
        len(material.videos),
        training_video,
        work / "tokens",
        on_scored=lambda done, of: progress.prepare("phase3", profile.language.steps, done, of),
        should_stop=should_stop,
        processes=processes,
    )
    return run_phase3(
        list(zip(material.videos, scored, strict=True)),
        profile=profile,
        template=job.template,
        artefact_dir=work / STAGED,
        work_dir=work / "phase3",
        seed=job.seed,
        on_progress=progress.told,
        should_stop=should_stop,
        weights_dir=job.weights_dir,
        general_video=general_video,
        processes=processes,
    )


def silent(progress: Progress) -> None:
    """A progress callback for callers that do not show any."""
    del progress
