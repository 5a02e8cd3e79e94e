"""Label Studio: `tasks.json` with predictions and annotations, `config.xml`, and the videos that the times refer to.

Set LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT to the dataset's folder, and Label Studio finds the videos.
"""

import uuid
from collections.abc import Mapping
from typing import Any

import av

from annotation_templates.loading import load_template
from vigil.annotations.models import Annotation, Outcome, Segment
from vigil.annotations.selectors import frozen_truths_of, label_names, submitted_of
from vigil.interop.export_request import ExportTarget
from vigil.interop.json_files import json_write
from vigil.interop.label_studio import Region, config_xml, results_of
from vigil.predictions.models import Prediction
from vigil.predictions.selectors import prediction_of
from vigil.projects.errors import Invalid
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.review.models import ReviewVerdict
from vigil.review.selectors import standing_verdicts
from vigil.videos.models import RenditionKind, Video
from vigil.videos.selectors import original_path
from vigil.videos.storage import link_or_copy, media_path

Verdicts = Mapping[int, Mapping[uuid.UUID, str]]
"""By annotation id and segment key: a reviewer's verdict that stands."""
ORIGINS = {Outcome.ACCEPTED: "prediction", Outcome.CHANGED: "prediction-changed"}


def write(target: ExportTarget) -> int:
    """Writes the dataset; the number of tasks.

    Raises:
        Invalid: the project has no ready video.
    """
    project = target.project
    ready = Video.objects.filter(project=project, state=WorkState.SUCCEEDED)
    videos = list(ready.prefetch_related("renditions").order_by("name"))
    if not videos:
        raise Invalid(f"nothing to export: project {project.name!r} has no ready video; bring some with import_videos")
    annotations: dict[int, list[Annotation]] = {}
    for annotation in [*submitted_of(project=project), *frozen_truths_of(project=project)]:
        annotations.setdefault(annotation.video_id, []).append(annotation)
    (target.folder / "videos").mkdir(parents=True)
    tasks = []
    verdicts = standing_verdicts(project=project)
    for number, video in enumerate(videos, start=1):
        tasks.append(_task(target, video, annotations.get(video.pk, []), verdicts))
        target.on_progress(number, len(videos))
    json_write(target.folder / "tasks.json", tasks)
    (target.folder / "config.xml").write_text(config_xml(_labels(project)), encoding="utf-8")
    return len(tasks)


def _labels(project: Project) -> list[tuple[str, str]]:
    template = load_template(project.template)
    return [(name, template.label(name).colour) for name in label_names(project=project)]


def _task(target: ExportTarget, video: Video, annotations: list[Annotation], verdicts: Verdicts) -> dict[str, Any]:
    proxy = next((one for one in video.renditions.all() if one.kind == RenditionKind.PROXY), None)
    source = media_path(proxy.path) if proxy is not None else original_path(video)
    name = f"videos/{video.sha256}.mp4"
    link_or_copy(source, target.folder / name)
    # The rate of the very file that people will see in Label Studio: a proxy may have another than its original.
    with av.open(str(source), metadata_errors="ignore") as container:
        stream = container.streams.video[0]
        fps = float(stream.average_rate or video.fps)
        frames_count = stream.frames or round(video.duration_ms / 1000 * fps)
    prediction = prediction_of(video=video)
    return {
        "data": {
            "video": f"/data/local-files/?d={name}",
            "fps": fps,
            "duration_ms": video.duration_ms,
            "source_uuid": video.sha256,
            "name": video.name,
            "split": video.split,
            "group": video.group,
        },
        "predictions": [_prediction(prediction, fps, frames_count)] if prediction is not None else [],
        "annotations": [_annotation(one, fps, frames_count, verdicts.get(one.pk, {})) for one in annotations],
    }


def _prediction(prediction: Prediction, fps: float, frames_count: int) -> dict[str, Any]:
    regions = [
        Region(
            id=f"p{segment.pk}",
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            label=segment.label,
            explanation=segment.explanation,
            score=round(min(1.0, max(0.0, segment.confidence)), 4),
            origin="prediction",
        )
        for segment in prediction.segments.all()
    ]
    # Label Studio's "uncertainty sampling" asks for the lowest score first: it means confidence, not abnormality.
    sure = [abs(score - 0.5) * 2 for score in prediction.fused]
    return {
        "model_version": prediction.model_version.name,
        "score": round(min(sure), 4) if sure else 0.0,
        "result": results_of(regions, fps, frames_count, is_abnormal=bool(regions)),
    }


def _annotation(
    annotation: Annotation, fps: float, frames_count: int, verdicts: Mapping[uuid.UUID, str]
) -> dict[str, Any]:
    """Without what the person or a reviewer rejected. Where a reviewer did, nobody knows that all is normal."""
    events = [segment for segment in annotation.segments.all() if segment.outcome != Outcome.REJECTED]
    kept = [segment for segment in events if verdicts.get(segment.key) != ReviewVerdict.REJECTED]
    is_known_normal = annotation.is_fully_watched and ReviewVerdict.REJECTED not in verdicts.values()
    is_abnormal = True if kept else (False if is_known_normal else None)
    return {
        "unique_id": _unique_id(annotation),
        "was_cancelled": False,
        "ground_truth": annotation.is_frozen_truth,
        "lead_time": annotation.spent_ms / 1000,
        "result": results_of([_region(one) for one in kept], fps, frames_count, is_abnormal=is_abnormal),
    }


def _region(segment: Segment) -> Region:
    return Region(
        id=str(segment.key)[:13],
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        label=segment.label,
        explanation=segment.explanation,
        origin=ORIGINS.get(Outcome(segment.outcome), "manual"),
        key=str(segment.key),
        dialogue=tuple((turn["role"], turn["text"]) for turn in segment.dialogue),
    )


def _unique_id(annotation: Annotation) -> str:
    """The same annotation has the same id in every export."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{annotation.video.sha256}:{annotation.pk}"))
