import dataclasses

from vigil.active_learning.candidates import Candidate, ExplainedEvent, Ranks, SeenSegment, SeenVideo, candidates_of

FLAT = [0.02] * 30


def seen(**changes) -> SeenVideo:
    """A minute of 2 s clips in which the branches agree that nothing happens."""
    video = SeenVideo(
        id=1,
        duration_ms=60_000,
        weak_label="unknown",
        clip_start_ms=[2_000 * clip for clip in range(30)],
        clip_end_ms=[2_000 * clip + 2_000 for clip in range(30)],
        branches=[(0.02, 0.02, 0.02)] * 30,
        fused=FLAT,
    )
    return dataclasses.replace(video, **changes)


def with_scores(**at: tuple[float, float, float]) -> dict:
    """Branches and fused scores where some clips (c5=...) differ from the flat ones."""
    branches = [(0.02, 0.02, 0.02)] * 30
    for name, scores in at.items():
        branches[int(name[1:])] = scores
    return {"branches": branches, "fused": [sum(clip) / 3 for clip in branches]}


def found(video: SeenVideo, kind: str, others: tuple[SeenVideo, ...] = ()) -> list[Candidate]:
    return [one for one in candidates_of(video, Ranks.of([video, *others])) if one.kind == kind]


def test_verify_asks_where_the_branches_disagree_most_and_says_so():
    video = seen(**with_scores(c10=(0.81, 0.05, 0.60)))
    best = found(video, "verify")[0]
    assert (best.start_ms, best.end_ms) == (20_000, 22_000)
    other = seen(**with_scores(c10=(0.95, 0.01, 0.95), c20=(0.02, 0.02, 0.03)))
    assert found(other, "verify")[0].reason == "The three branches disagree most here: 0.95 / 0.01 / 0.95"


def test_verify_asks_where_the_score_is_least_certain_and_says_so():
    best = found(seen(**with_scores(c7=(0.52, 0.52, 0.52))), "verify")[0]
    assert (best.start_ms, best.reason) == (14_000, "Score 0.52 is the least certain of this video")


def test_verify_asks_more_urgently_where_less_is_clear():
    video = seen(**with_scores(c5=(0.5, 0.5, 0.5), c20=(0.2, 0.2, 0.2)))
    places = {one.start_ms: one.priority for one in found(video, "verify")}
    assert places[10_000] > places[40_000] > 0


def test_a_normal_video_costs_nobody_anything_however_high_its_scores():
    assert candidates_of(seen(weak_label="normal", fused=[0.99] * 30), Ranks.of([seen()])) == []


def test_an_abnormal_video_that_the_model_missed_gets_a_glance():
    [glance] = found(seen(weak_label="abnormal", **with_scores(c3=(0.31, 0.31, 0.31))), "glance")
    assert (glance.start_ms, glance.end_ms) == (0, 60_000)
    assert glance.reason == "This video is known to be abnormal, but its highest score is only 0.31"
    [unlocated] = found(seen(weak_label="abnormal", **with_scores(c3=(0.9, 0.9, 0.9))), "glance")
    assert "nobody has said yet when" in unlocated.reason and glance.priority > unlocated.priority
    assert found(seen(weak_label="unknown"), "glance") == []


def test_a_glance_into_a_long_video_is_two_minutes_around_the_highest_score():
    clips = range(1_800)
    fused = [0.02] * 1_800
    fused[900] = 0.4
    long = seen(
        weak_label="abnormal",
        duration_ms=3_600_000,
        clip_start_ms=[2_000 * clip for clip in clips],
        clip_end_ms=[2_000 * clip + 2_000 for clip in clips],
        fused=fused,
        branches=[(p, p, p) for p in fused],
    )
    [glance] = found(long, "glance")
    assert (glance.start_ms, glance.end_ms) == (1_741_000, 1_861_000)
    edge = dataclasses.replace(long, fused=[0.4, *fused[1:900], *FLAT[:1], *fused[901:]])
    [first] = found(edge, "glance")
    assert (first.start_ms, first.end_ms) == (0, 120_000)


EVENT = SeenSegment(id=7, start_ms=20_000, end_ms=24_000, label="Fighting", confidence=0.9)


def test_unclear_edges_ask_for_bounds_and_clear_ones_for_the_sentence():
    blurred = seen(segments=[EVENT], **with_scores(c9=(0.5,) * 3, c10=(0.6,) * 3, c11=(0.6,) * 3, c12=(0.5,) * 3))
    sharp = seen(segments=[EVENT], **with_scores(c10=(0.99,) * 3, c11=(0.99,) * 3))
    gain = {name: {kind: found(video, kind)[0].priority for kind in ("bounds", "explain")}
            for name, video in (("blurred", blurred), ("sharp", sharp))}  # fmt: skip
    assert gain["blurred"]["bounds"] > gain["sharp"]["bounds"]
    assert gain["sharp"]["explain"] > gain["blurred"]["explain"]
    bounds = found(blurred, "bounds")[0]
    assert (bounds.segment_id, bounds.start_ms, bounds.end_ms, bounds.stratum) == (7, 20_000, 24_000, "Fighting")
    assert "Fighting is likely here (0.90)" in bounds.reason


def test_what_a_person_judged_or_drew_is_not_asked_about():
    scores = with_scores(c10=(0.6,) * 3, c11=(0.6,) * 3)
    judged = seen(segments=[EVENT], judged_ids=frozenset({7}), **scores)
    drawn = seen(segments=[EVENT], labelled=[(20_500, 24_000)], **scores)
    elsewhere = seen(segments=[EVENT], labelled=[(50_000, 52_000)], **scores)
    for kind in ("bounds", "explain"):
        assert found(judged, kind) == found(drawn, kind) == [] != found(elsewhere, kind)
    assert all(not 20_000 <= one.start_ms < 24_000 for one in found(drawn, "verify"))


def test_what_was_answered_is_not_asked_again_but_another_kind_may_be():
    scores = with_scores(c10=(0.6, 0.2, 0.9))
    answered = seen(asked=[("verify", 20_000, 22_000)], **scores)
    assert 20_000 not in [one.start_ms for one in found(answered, "verify")]
    assert 20_000 in [one.start_ms for one in found(seen(asked=[("bounds", 20_000, 22_000)], **scores), "verify")]
    assert found(seen(weak_label="abnormal", asked=[("glance", 0, 60_000)]), "glance") == []


def test_a_whole_video_is_asked_for_where_most_is_unclear():
    [full] = found(seen(fused=[0.5] * 15 + [0.0] * 15), "full")
    assert (full.start_ms, full.end_ms) == (0, 60_000) and "50%" in full.reason
    assert found(seen(), "full") == []


def test_a_padded_last_clip_ends_with_the_video():
    video = seen(duration_ms=59_100, **with_scores(c29=(0.5, 0.5, 0.5)))
    assert found(video, "verify")[0].end_ms == 59_100


def test_a_video_without_clips_asks_nothing():
    empty = seen(clip_start_ms=[], clip_end_ms=[], branches=[], fused=[])
    assert candidates_of(empty, Ranks.of([empty])) == []


def test_an_explained_event_without_questions_about_it_gets_a_dialogue_and_says_why():
    event = ExplainedEvent(10_000, 14_000, "Fighting", segment_id=7)
    twin = dataclasses.replace(event, start_ms=10_500, segment_id=8)
    [dialogue] = found(seen(explained=[event, twin], labelled=[(10_000, 14_000)]), "dialogue")
    assert (dialogue.start_ms, dialogue.end_ms, dialogue.segment_id, dialogue.stratum) == (
        10_000,
        14_000,
        7,
        "Fighting",
    )
    assert dialogue.reason == "Fighting is explained here, but no question about it is answered yet"
    discussed = dataclasses.replace(twin, has_dialogue=True)
    assert found(seen(explained=[event, discussed]), "dialogue") == []
    assert found(seen(explained=[event], asked=[("dialogue", 10_000, 14_000)]), "dialogue") == []
