"""The general video instruction set as phase 3 takes it: each of its videos scored once, and its one window kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ml.contracts import ScoreTrack, ShouldStop
from ml.errors import JobInvalid, TrainingStopped, VideoUnreadable
from ml.model.adaptor import ShownWindows, VideoOnShow
from ml.model.scored_video import ScoredVideo
from ml.profiles.language import LanguageProfile
from ml.text.general import GeneralTurn, read_general
from ml.text.times import Window
from ml.training.processes import ALONE, Processes

log = logging.getLogger(__name__)

GeneralVideo = Callable[[Path], ScoredVideo]
"""A video file of the general set -> what the detector has to say about it."""
BROKEN_SHARE = 0.1
"""A run goes on without broken entries of the general set up to this share of them; one is always forgiven."""


@dataclass(frozen=True)
class WholeVideo:
    """A video of the general set: all that is kept of it is the one window that is ever shown, the whole."""

    whole: Window
    shown: ShownWindows
    scores: ScoreTrack

    def window(self, window: Window) -> ShownWindows:
        """The whole video."""
        del window
        return self.shown


@dataclass(frozen=True)
class GeneralLessons:
    """Conversations about whole videos."""

    turns: tuple[tuple[GeneralTurn, int], ...] = ()
    """Each with the place of its video in `videos`."""
    videos: tuple[WholeVideo, ...] = ()
    broken: int = 0
    """Entries that were left out, each named in the log."""


def general_lessons(
    profile: LanguageProfile,
    scored_of: GeneralVideo | None,
    processes: Processes = ALONE,
    should_stop: ShouldStop = lambda: False,
) -> GeneralLessons:
    """The general set of a profile, the same in every process; empty where the profile has none.

    Raises:
        JobInvalid: too many entries are broken, or nothing can score its videos.
        TrainingStopped: `should_stop` said so; what is encoded stays in the feature store.
    """
    if not profile.general_path:
        return GeneralLessons()
    if scored_of is None:
        raise JobInvalid("language.general_path has videos that this run cannot encode; set general_share to 0")
    general = read_general(profile.general_path)
    paths = list(dict.fromkeys(turn.video for turn in general.turns))
    if processes.count > 1:
        # Scoring fills the feature store: each process encodes its share, and then finds the others' there.
        for path in processes.share(paths):
            if should_stop():
                break
            _whole_or_fault(path, scored_of, profile)
        processes.barrier()
    videos: list[WholeVideo] = []
    places: dict[Path, int] = {}
    unreadable: dict[Path, str] = {}
    for path in paths:
        if processes.any(should_stop()):
            raise TrainingStopped("phase 3 was stopped while it read the general set; start it again to go on")
        found = _whole_or_fault(path, scored_of, profile)
        if isinstance(found, WholeVideo):
            places[path] = len(videos)
            videos.append(found)
        else:
            unreadable[path] = found
    lost = {turn.entry: unreadable[turn.video] for turn in general.turns if turn.video in unreadable}
    faults = [*general.faults, *(f"{general.unit} {entry}: {why}" for entry, why in lost.items())]
    for fault in faults:
        log.warning("left out of the general instruction set: %s", fault)
    if len(faults) > max(1, BROKEN_SHARE * general.entries) or not videos:
        first = faults[0] if faults else "the file is empty"
        raise JobInvalid(f"{len(faults)} of {general.entries} entries of {profile.general_path} are broken: {first}")
    turns = tuple((turn, places[turn.video]) for turn in general.turns if turn.video in places)
    return GeneralLessons(turns, tuple(videos), len(faults))


def _whole_or_fault(path: Path, scored_of: GeneralVideo, profile: LanguageProfile) -> WholeVideo | str:
    """The one window of a video, or why there is none."""
    try:
        scored = scored_of(path)
    except VideoUnreadable as error:
        return str(error)
    window = Window(0, scored.scores.clip_end_ms[-1], profile.slots)
    return WholeVideo(window, VideoOnShow(scored, profile.token_groups).window(window), scored.scores)
