"""`python -m ml.datasets`: the folder of a public data set, as downloaded, to an index for training and scoring."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ml.command_line import reported
from ml.datasets import tad, ucf_crime
from ml.datasets.answers import Added, add_events, add_glances, add_sentences
from ml.datasets.index import DatasetIndex, IndexedVideo, measured, write_index
from ml.datasets.label_file import spans_behind, training_video, truth_of, write_label_lines
from ml.datasets.listed import FoundVideos, ListedVideo
from ml.errors import DatasetInvalid

EXAMPLE = """example:
  python -m ml.datasets ucf_crime UCF-Crime --out ucf.json --truth ucf_truth.txt
  python -m ml.datasets tad TAD --out tad.json --truth tad_truth.txt --videos-to TAD/videos --fps 30
"""
LOWEST_FPS, HIGHEST_FPS = 0.1, 1000.0
FINDERS: dict[str, Callable[[Path, Path | None, Path | None], FoundVideos]] = {
    "ucf_crime": ucf_crime.find_videos,
    "tad": tad.find_videos,
}
ANSWERS: dict[str, Callable[[Sequence[IndexedVideo], Path], Added]] = {
    "glances": add_glances,
    "sentences": add_sentences,
    "events": add_events,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the index; the exit status: 0, or 2 for input that is refused (with one line that says why)."""
    options = _parser().parse_args(arguments)
    return reported(lambda: _indexed(options), as_json=options.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m ml.datasets",
        description="Reads the folder of a public data set as downloaded and writes an index of its videos.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dataset", choices=sorted(FINDERS))
    parser.add_argument("folder", type=Path, help="the unpacked download")
    parser.add_argument("--out", type=Path, required=True, metavar="INDEX.json", help="the index to write")
    parser.add_argument("--truth", type=Path, metavar="FILE.txt", help="also write the test videos' label lines")
    parser.add_argument("--train-list", type=Path, metavar="FILE", help="instead of the one found in the folder")
    parser.add_argument("--test-list", type=Path, metavar="FILE", help="instead of the one found in the folder")
    parser.add_argument("--skip-missing", action="store_true", help="go on without listed videos that have no file")
    parser.add_argument("--videos-to", type=Path, metavar="FOLDER", help="where folders of images become videos")
    parser.add_argument("--fps", type=float, default=30.0, help="frame rate of folders of images (default 30)")
    parser.add_argument("--glances", type=Path, metavar="FILE.csv", help="GlanceVAD's clicks: video-id,glance")
    parser.add_argument("--sentences", type=Path, metavar="FILE.json", help="UCA's sentences about intervals")
    parser.add_argument("--events", type=Path, metavar="FILE.json", help="HIVAU-70k's events with explanations")
    parser.add_argument("--force", action="store_true", help="replace an index that is there")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _indexed(options: argparse.Namespace) -> dict[str, object]:
    for path in (options.out, options.truth):
        if path is not None and path.exists() and not options.force:
            raise DatasetInvalid(f"{path} is there already; name another file, or add --force")
        if path is not None and not path.parent.is_dir():
            raise DatasetInvalid(f"there is no folder {path.parent} to write {path.name} to; make it first")
    if not LOWEST_FPS <= options.fps <= HIGHEST_FPS:
        raise DatasetInvalid(f"--fps must be from {LOWEST_FPS:g} to {HIGHEST_FPS:g}, not {options.fps:g}")
    if not options.folder.is_dir():
        raise DatasetInvalid(f"{options.folder} is no folder; give the unpacked download")
    matched = FINDERS[options.dataset](options.folder, options.train_list, options.test_list)
    _tell_missing(matched, options)
    listed = [one for one, _ in matched.found]
    videos = measured([training_video(one, _as_video(path, one, options)) for one, path in matched.found])
    report: dict[str, object] = {
        "train": sum(one.split == "train" for one in listed),
        "test": sum(one.split == "test" for one in listed),
        "missing": len(matched.missing),
        "unlisted": len(matched.unlisted),
        "frames_other_than_listed": sum(_differs(one, video) for one, video in zip(listed, videos, strict=True)),
    }
    for name, add in ANSWERS.items():
        if (path := getattr(options, name)) is not None:
            added = add(videos, path)
            videos, report[name], report[f"{name}_left_out"] = added.videos, added.used, added.left_out
    tests = [(one, video) for one, video in zip(listed, videos, strict=True) if one.split == "test"]
    report |= _tell_spans(tests)
    truths = tuple(truth_of(one, video) for one, video in tests)
    write_index(options.out, DatasetIndex(options.dataset, videos, truths))
    if options.truth is not None:
        write_label_lines(options.truth, [one for one, _ in tests], [video for _, video in tests])
    return report | {"index": str(options.out)}


def _tell_missing(matched: FoundVideos, options: argparse.Namespace) -> None:
    """Name every missing video on its own line; refuse to go on without them unless that was asked for."""
    for one in matched.missing:
        print(f"missing: {one.name} ({one.split})", file=sys.stderr)
    listed = len(matched.missing) + len(matched.found)
    if matched.missing and not options.skip_missing:
        first = matched.missing[0].name
        raise DatasetInvalid(
            f"{len(matched.missing)} of {listed} listed videos have no file in {options.folder.name}, "
            f"the first: {first}; complete the download, or add --skip-missing"
        )
    if not matched.found:
        raise DatasetInvalid(f"none of {listed} listed videos is in {options.folder.name}; check the folder")


def _tell_spans(tests: Sequence[tuple[ListedVideo, IndexedVideo]]) -> dict[str, int]:
    """Name every test span that lies behind its file's frames, or ends there, on its own line; and count them.

    Ends a frame or two behind are common in published lists, a start behind is another version of the video.
    """
    counts = {"spans_dropped": 0, "spans_cut": 0}
    for one, video in tests:
        for what, spans in zip(counts, spans_behind(one, video), strict=True):
            counts[what] += len(spans)
            for start, end in spans:
                told = what.replace("spans_", "span ")
                print(f"{told}: {one.name} {start} {end}, which has {video.frame_count} frames", file=sys.stderr)
    return counts


def _as_video(path: Path, one: ListedVideo, options: argparse.Namespace) -> Path:
    """The file itself, or a video made of a folder of images."""
    if path.is_file():
        return path
    if options.videos_to is None:
        raise DatasetInvalid(f"{one.name} is a folder of images; add --videos-to FOLDER, and --fps if it is not 30")
    video: Path = options.videos_to / one.name
    tad.frames_to_video(path, video, options.fps)
    return video


def _differs(one: ListedVideo, video: IndexedVideo) -> bool:
    return one.frame_count is not None and one.frame_count != video.frame_count


if __name__ == "__main__":
    sys.exit(main())
