"""Label Studio's task JSON for video timelines: names, regions and the reading of both. Pure.

One region is one event; its explanation is a text area with the same id. Label Studio stores frames, so each region
also carries our exact milliseconds in `meta.vigil`, which count for as long as nobody moved the frames.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from vigil.interop.frame_ranges import FrameRange, frames_of, interval_of

LARGEST_NUMBER = 10**9
"""No video has so many frames or seconds."""
EVENTS, WHY, STATE, VIDEO = "events", "why", "is_anom", "video"


@dataclass(frozen=True)
class Region:
    """One event of one person or model."""

    id: str
    start_ms: int
    end_ms: int
    label: str
    explanation: str = ""
    score: float | None = None
    origin: str = "manual"
    """manual | prediction | prediction-changed"""
    key: str = ""
    """Our segment's key, when it came from here."""
    dialogue: tuple[tuple[str, str], ...] = ()
    """Who says what, in order: it goes along in the region's meta, for Label Studio has no place for it."""


class RegionFault(Exception):
    """A region that cannot be read; the text says which and why."""


def config_xml(labels: Iterable[tuple[str, str]]) -> str:
    """The labelling configuration for (name, #rrggbb) labels."""
    lines = "\n".join(f"    <Label value={quoteattr(name)} background={quoteattr(colour)}/>" for name, colour in labels)
    return f"""<View>
  <TimelineLabels name="{EVENTS}" toName="{VIDEO}">
{lines}
  </TimelineLabels>
  <Video name="{VIDEO}" value="$video" frameRate="$fps" timelineHeight="120"/>
  <TextArea name="{WHY}" toName="{VIDEO}" perRegion="true" editable="true" rows="4"/>
  <Choices name="{STATE}" toName="{VIDEO}" choice="single">
    <Choice value="normal"/>
    <Choice value="anomaly"/>
  </Choices>
</View>
"""


def results_of(
    regions: Iterable[Region], fps: float, frames_count: int, *, is_abnormal: bool | None = None
) -> list[dict[str, Any]]:
    """The `result` list: the events, each followed by its explanation, and the state of the whole video if known."""
    results: list[dict[str, Any]] = []
    for region in regions:
        frames = frames_of(region.start_ms, region.end_ms, fps, frames_count)
        ranges = [{"start": frames.start, "end": frames.end}]
        written = [frames.start, frames.end]
        mine: dict[str, Any] = {
            "start_ms": region.start_ms,
            "end_ms": region.end_ms,
            "frames": written,
            "key": region.key,
        }
        if region.dialogue:
            mine["dialogue"] = [{"role": role, "text": text} for role, text in region.dialogue]
        event: dict[str, Any] = {
            "id": region.id,
            "from_name": EVENTS,
            "to_name": VIDEO,
            "type": "timelinelabels",
            "origin": region.origin,
            "meta": {"vigil": mine},
            "value": {"ranges": ranges, "timelinelabels": [region.label]},
        }
        if region.score is not None:
            event["score"] = region.score
        results.append(event)
        if region.explanation:
            text = {"ranges": ranges, "text": [region.explanation]}
            why = {"id": region.id, "from_name": WHY, "to_name": VIDEO, "type": "textarea", "origin": region.origin}
            results.append({**why, "value": text})
    if is_abnormal is not None:
        state = {"id": "state", "from_name": STATE, "to_name": VIDEO, "type": "choices"}
        results.append({**state, "value": {"choices": ["anomaly" if is_abnormal else "normal"]}})
    return results


def regions_of(results: Any, fps: float | None) -> list[Region]:
    """The events of a `result` list, whatever the control tags are called.

    Raises:
        RegionFault: a region has no usable interval or label, or needs a frame rate that nobody knows.
    """
    if not isinstance(results, list):
        raise RegionFault("`result` is not a list")
    texts = _texts(results)
    regions = []
    for result in results:
        if isinstance(result, Mapping) and result.get("type") in ("timelinelabels", "labels"):
            regions += _regions(result, texts, fps)
    return regions


def says_normal(results: Any) -> bool:
    """Whether a person chose `normal` for the whole video."""
    if not isinstance(results, list):
        return False
    choices = [r for r in results if isinstance(r, Mapping) and r.get("type") == "choices"]
    return any("normal" in _list(_mapping(c.get("value")).get("choices")) for c in choices)


def _texts(results: list[Any]) -> dict[str, str]:
    """The explanation by region id."""
    texts: dict[str, str] = {}
    for result in results:
        if isinstance(result, Mapping) and result.get("type") == "textarea":
            text = _mapping(result.get("value")).get("text") or []
            lines = [text] if isinstance(text, str) else text
            if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
                raise RegionFault(f"region {_id(result)!r} has a text that is none: {str(text)[:40]!r}")
            texts[_id(result)] = "\n".join(line.strip() for line in lines if line.strip())
    return texts


def _regions(result: Mapping[str, Any], texts: Mapping[str, str], fps: float | None) -> list[Region]:
    region_id = _id(result)
    value = result.get("value")
    if not isinstance(value, Mapping):
        raise RegionFault(f"region {region_id!r} has no value")
    labels = _list(value.get("timelinelabels") or value.get("labels"))
    if len(labels) != 1:
        raise RegionFault(f"region {region_id!r} has {len(labels)} labels, not one")
    if not isinstance(labels[0], str) or not labels[0].strip():
        raise RegionFault(f"region {region_id!r} has the label {str(labels[0])[:40]!r}, which is no name")
    mine = _mapping(_mapping(result.get("meta")).get("vigil"))
    return [
        Region(
            id=region_id,
            start_ms=start_ms,
            end_ms=end_ms,
            label=labels[0].strip(),
            explanation=texts.get(region_id, ""),
            origin=str(result.get("origin") or "manual"),
            key=_key(mine.get("key")),
        )
        for start_ms, end_ms in _intervals(region_id, value, mine, fps)
    ]


def _id(result: Mapping[str, Any]) -> str:
    return str(result.get("id") or "")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _key(value: Any) -> str:
    """The key of our segment; what is no UUID is none of ours."""
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


def _intervals(
    region_id: str, value: Mapping[str, Any], mine: Mapping[str, Any], fps: float | None
) -> list[tuple[int, int]]:
    if "ranges" not in value:
        return [_seconds(region_id, value)]
    ranges = value["ranges"]
    if not isinstance(ranges, list) or not ranges:
        raise RegionFault(f"region {region_id!r} has no ranges")
    if fps is None:
        raise RegionFault(
            f"region {region_id!r} counts frames, but the frame rate is not known; put `fps` into the task's data, "
            'or give --fps, or a --config with frameRate="..."'
        )
    found = []
    for one in ranges:
        frames = _frames(region_id, one)
        exact = _exact(frames, mine) if len(ranges) == 1 else None
        found.append(exact or interval_of(frames, fps))
    return found


def _seconds(region_id: str, value: Mapping[str, Any]) -> tuple[int, int]:
    """Regions of an audio track count seconds."""
    start, end = _number(value.get("start")), _number(value.get("end"))
    if start is None or end is None or not 0 <= start < end:
        raise RegionFault(f"region {region_id!r} goes from {start} s to {end} s, which is no interval")
    return round(start * 1000), round(end * 1000)


def _frames(region_id: str, one: Any) -> FrameRange:
    start, end = (_number(one.get("start")), _number(one.get("end"))) if isinstance(one, Mapping) else (None, None)
    if start is None or end is None or not (start.is_integer() and end.is_integer() and 1 <= start <= end):
        raise RegionFault(f"region {region_id!r} has the range {start}-{end}; frames are whole and count from 1")
    return FrameRange(int(start), int(end))


def _exact(frames: FrameRange, mine: Mapping[str, Any]) -> tuple[int, int] | None:
    """Our own milliseconds, if the frames are still those that we wrote for them."""
    start_ms, end_ms = mine.get("start_ms"), mine.get("end_ms")
    if type(start_ms) is not int or type(end_ms) is not int or not 0 <= start_ms < end_ms:
        return None
    return (start_ms, end_ms) if mine.get("frames") == [frames.start, frames.end] else None


def _number(value: Any) -> float | None:
    """A number that can count frames or seconds; text, infinity and 1e308 are none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and -LARGEST_NUMBER < value < LARGEST_NUMBER else None
