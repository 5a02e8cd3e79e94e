"""Canonical content, its hash, and the counts."""

from dataclasses import replace

from ml.contracts import VideoRef
from vigil.snapshots.manifest import ManifestVideo, content_sha256, counts_of, manifest_of
from vigil.snapshots.statements import Statement, training_video

FIGHT = Statement(
    "segment", 1_000, 2_000, label="Fighting", explanation="They fight.", draft="People.", outcome="changed"
)
KEPT = Statement("segment", 3_000, 4_000, label="Fire", explanation="It burns.", draft="It burns.", outcome="accepted")
DRAWN = Statement("segment", 5_000, 6_000, label="Fire", outcome="manual")
WRONG = Statement("rejected", 7_000, 8_000, is_abnormal=False, outcome="rejected")
TAP = Statement("glance", 9_000, 9_000)
NO = Statement("verdict", 9_000, 9_500, is_abnormal=False)


def line(key, *said, weak_label="unknown"):
    ref = VideoRef(key * 64, f"{key}.mp4", "", 30_000, weak_label=weak_label)
    return ManifestVideo(training_video(ref, said), said)


def test_the_order_of_videos_does_not_change_the_content():
    videos = [line("a", FIGHT), line("b")]
    one, other = manifest_of(videos, ["y", "x"]), manifest_of(videos[::-1], ["x", "y"])
    assert content_sha256(one) == content_sha256(other)


def test_a_moved_edge_changes_the_content():
    moved = replace(FIGHT, end_ms=2_001)
    assert content_sha256(manifest_of([line("a", FIGHT)], [])) != content_sha256(manifest_of([line("a", moved)], []))


def test_who_said_it_is_kept_beside_the_line():
    said = replace(FIGHT, user_id=7, source="annotation 12", model="v3")
    manifest = manifest_of([line("a", said)], [])
    (source,) = manifest["sources"]["a" * 64]
    assert (source["user_id"], source["said_in"], source["model"]) == (7, "annotation 12", "v3")


def test_every_kind_is_counted_by_hand():
    counts = counts_of([line("a", FIGHT, KEPT, DRAWN, WRONG, TAP, NO, weak_label="abnormal"), line("b")])
    assert counts == {
        "videos": 2, "weak_labels": 1, "glances": 1, "verdicts": 1, "segments": 3, "accepted": 1, "changed": 1,
        "manual": 1, "rejected": 1, "explanations": 2, "corrected_explanations": 1, "dialogue_turns": 0,
        "left_out": 0,
    }  # fmt: skip
