"""Records: which there are, what their clips show, and what the answers say."""

from annotation_templates.loading import load_template
from ml.contracts import LabelledSegment, TrainingVideo, TruthSegment, Verdict, VideoRef, VideoTruth
from vigil.interop.records import QUIET_CLIP_MS, ClipRecord, RecordWriter

WRITER = RecordWriter(load_template("surveillance"), "f" * 64)


def video(**changes: object) -> VideoRef:
    given = {"key": "ab" * 32, "name": "../evil.mp4", "path": "", "duration_ms": 60_000, "group": "gate", **changes}
    return VideoRef(**given)  # type: ignore[arg-type]


def records(training: TrainingVideo, sources: list[dict[str, object]] | None = None) -> list[ClipRecord]:
    return list(WRITER.of_training_video(training, sources or []))


def test_a_persons_sentence_is_in_the_answer_and_times_count_from_the_clip() -> None:
    segment = LabelledSegment(20_000, 26_500, "Fighting", "A man in red shoves another man.", "People fight.")
    source = {
        "kind": "segment",
        "start_ms": 20_000,
        "end_ms": 26_500,
        "outcome": "changed",
        "user_id": 7,
        "model": "v1",
    }
    (record,) = records(TrainingVideo(video(), segments=(segment,)), [source])
    origin = record.provenance
    assert (origin.clip_start_ms, origin.clip_end_ms) == (16_000, 30_500)
    assert (origin.outcome, origin.user_id, origin.model, origin.draft) == ("changed", "7", "v1", "People fight.")
    answers = {turn.kind: turn.answer for turn in record.turns}
    assert answers["explanation"] == "A man in red shoves another man."
    assert "4.0s" in answers["interval"] and "10.5s" in answers["interval"]
    assert answers["description"].endswith("A man in red shoves another man.")


def test_a_name_never_becomes_a_path() -> None:
    segment = LabelledSegment(1_000, 2_000, "Fighting", "A fight.")
    (record,) = records(TrainingVideo(video(), segments=(segment,)))
    assert record.clip == f"clips/train/{'ab' * 8}-0-6000.mp4"


def test_context_stops_at_the_neighbouring_event_and_at_the_ends_of_the_video() -> None:
    first = LabelledSegment(500, 10_000, "Fighting", "A fight.")
    second = LabelledSegment(12_000, 59_000, "Fire", "A fire.")
    one, two = records(TrainingVideo(video(), segments=(first, second)))
    assert (one.provenance.clip_start_ms, one.provenance.clip_end_ms) == (0, 12_000)
    assert (two.provenance.clip_start_ms, two.provenance.clip_end_ms) == (10_000, 60_000)


def test_an_event_without_a_sentence_makes_no_record() -> None:
    assert records(TrainingVideo(video(weak_label="abnormal"), segments=(LabelledSegment(0, 5_000, "Fire"),))) == []


def test_normal_videos_and_rejected_segments_say_no() -> None:
    too_short = Verdict(20_000, 20_400, False)
    training = TrainingVideo(video(weak_label="normal"), rejected=(Verdict(5_000, 9_000, False), too_short))
    rejected, stretch = records(training)
    assert (rejected.provenance.start_ms, rejected.provenance.end_ms) == (5_000, 9_000)
    assert stretch.provenance.clip_end_ms - stretch.provenance.clip_start_ms == QUIET_CLIP_MS
    assert (rejected.provenance.outcome, stretch.provenance.outcome) == ("rejected", "normal")
    assert all(record.turns[0].answer.startswith("No,") for record in (rejected, stretch))


def test_a_rejected_segment_that_overlaps_a_real_event_is_no_negative() -> None:
    segment = LabelledSegment(5_000, 9_000, "Fire", "A fire.")
    found = records(TrainingVideo(video(), segments=(segment,), rejected=(Verdict(8_000, 12_000, False),)))
    assert [record.provenance.label for record in found] == ["Fire"]


def test_nothing_is_said_of_a_video_of_which_nothing_is_known() -> None:
    assert records(TrainingVideo(video(weak_label="unknown"))) == []
    assert list(WRITER.of_truth(VideoTruth(video(), is_localised=False))) == []


def test_the_truth_of_a_test_video() -> None:
    truth = VideoTruth(video(split="test"), (TruthSegment(3_000, 8_000, "Falling", "A woman falls."),))
    (record,) = WRITER.of_truth(truth)
    assert record.split == "test" and record.provenance.outcome == "truth"
    assert record.turns[-1].answer == "A woman falls."


TRUTH = VideoTruth(
    video(split="test"),
    (TruthSegment(3_000, 8_000, "Falling", "A woman falls."), TruthSegment(20_000, 24_000, "Fire", "A bin burns.")),
)


def of_test(*segments: LabelledSegment, outcome: str, **more: object) -> list[tuple[int, int, str, str]]:
    sources = [
        {"kind": "segment", "start_ms": one.start_ms, "end_ms": one.end_ms, "outcome": outcome} for one in segments
    ]
    said = TrainingVideo(video(split="test"), segments=segments, **more)  # type: ignore[arg-type]
    found = [record.provenance for record in WRITER.of_test_video(TRUTH, said, sources)]
    return [(one.start_ms, one.end_ms, one.label, one.outcome) for one in found]


def test_what_a_person_corrected_takes_the_place_of_the_truth_of_that_event_alone() -> None:
    corrected = LabelledSegment(3_000, 11_000, "Accident", "A woman slips.", "A woman falls.")
    found = of_test(corrected, outcome="changed")
    assert found == [(3_000, 11_000, "Accident", "changed"), (20_000, 24_000, "Fire", "truth")]


def test_a_moved_edge_without_a_sentence_of_its_own_keeps_that_of_the_truth() -> None:
    found = of_test(LabelledSegment(3_500, 8_000, "Falling"), outcome="changed")
    assert found[0] == (3_500, 8_000, "Falling", "changed")


def test_the_truth_goes_before_what_was_only_accepted() -> None:
    found = of_test(LabelledSegment(3_500, 8_000, "Falling", "People.", "People."), outcome="accepted")
    assert found == [(3_000, 8_000, "Falling", "truth"), (20_000, 24_000, "Fire", "truth")]


def test_a_rejected_segment_on_a_true_event_is_no_negative() -> None:
    assert len(of_test(outcome="rejected", rejected=(Verdict(4_000, 7_000, False),))) == 2


def test_the_same_knowledge_gives_the_same_records() -> None:
    training = TrainingVideo(video(weak_label="normal"))
    assert records(training) == records(training)
