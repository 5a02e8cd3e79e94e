import pytest
import torch

from ml.contracts import Glance, LabelledSegment, TrainingVideo, Verdict, VideoRef
from ml.training.targets import clip_targets, event_classes, label_counts, splatted_glances

STARTS, ENDS = (0, 2000, 4000, 6000), (2000, 4000, 6000, 8000)


def video(weak_label="abnormal", classes=(), **answers):
    return TrainingVideo(VideoRef("k", "n", "p", 8000, weak_label, classes), **answers)


def targets(training_video):
    return clip_targets(training_video, STARTS, ENDS, ("Fall", "Fight"))


def test_a_weak_label_alone_says_nothing_about_clips():
    made = targets(video())
    assert made.bag == 1
    assert made.weight_C.sum() == 0


def test_every_clip_of_a_normal_video_is_normal():
    made = targets(video("normal"))
    assert (made.bag, made.target_C.sum(), made.weight_C.tolist()) == (0, 0, [1, 1, 1, 1])


def test_a_segment_gives_targets_by_overlap_and_its_class():
    made = targets(video(segments=(LabelledSegment(3000, 6500, "Fight"),)))
    assert made.target_C.tolist() == pytest.approx([0, 0.5, 1, 0.25])
    assert made.weight_C.tolist() == [0, 1, 1, 1]
    assert made.class_C.tolist() == [-1, 1, 1, -1]


def test_a_fully_labelled_video_is_normal_outside_its_segments():
    made = targets(video(segments=(LabelledSegment(2000, 4000, "Fall"),), is_fully_labelled=True))
    assert made.target_C.tolist() == [0, 1, 0, 0]
    assert made.weight_C.tolist() == [1, 1, 1, 1]


def test_a_segment_outweighs_a_rejected_one():
    made = targets(video(segments=(LabelledSegment(2000, 4000, "Fall"),), rejected=(Verdict(2000, 6000, False),)))
    assert made.target_C.tolist() == [0, 1, 0, 0]
    assert made.weight_C.tolist() == [0, 1, 1, 0]


def test_verdicts_reach_the_clips_they_cover():
    made = targets(video(verdicts=(Verdict(0, 3200, True), Verdict(6500, 7000, False))))
    assert made.target_C.tolist() == [1, 1, 0, 0]
    assert made.weight_C.tolist() == [1, 1, 0, 1]


@pytest.mark.parametrize(
    ("training_video", "bag"),
    [
        (video("unknown"), -1),
        (video("unknown", glances=(Glance(10),)), 1),
        (video("normal", segments=(LabelledSegment(0, 10, "Fall"),)), 1),
        (video("unknown", is_fully_labelled=True), 0),
        (video("unknown", verdicts=(Verdict(0, 10, False),)), -1),
    ],
)
def test_what_a_person_saw_decides_the_video(training_video, bag):
    assert targets(training_video).bag == bag


def test_glances_splat_and_mine_outward():
    glance = torch.tensor([False, False, True, False, False, False])
    centre = torch.arange(6) * 2000
    score = torch.tensor([0.1, 0.75, 0.8, 0.3, 0.9, 0.9])
    splat = splatted_glances(glance, centre, score, sigma_ms=1000, mining_ratio=0.8, reach_ms=10_000)
    assert splat[1] == 1
    assert splat[2] == 1
    assert splat[3] == pytest.approx(2.718281828**-2)
    near = splatted_glances(glance, centre, score, sigma_ms=1000, mining_ratio=0.8, reach_ms=1000)
    assert near[1] == pytest.approx(2.718281828**-2)


def test_no_glance_no_splat():
    nothing = splatted_glances(
        torch.zeros(3, dtype=torch.bool), torch.arange(3), torch.rand(3), sigma_ms=1, mining_ratio=0.5, reach_ms=9
    )
    assert nothing.tolist() == [0, 0, 0]


def test_counts_and_classes():
    videos = (
        video(classes=("Fight",), segments=(LabelledSegment(0, 1, "Fall", "A man falls."),)),
        video("unknown", glances=(Glance(1), Glance(2))),
    )
    assert event_classes(videos) == ("Fall", "Fight")
    assert event_classes((video(),)) == ("Abnormal",)
    counts = label_counts(videos)
    assert (counts["weak_labels"], counts["segments"], counts["glances"], counts["explanations"]) == (1, 1, 2, 1)
