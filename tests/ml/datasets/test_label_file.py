from dataclasses import replace

from ml.contracts import TrainingVideo, TruthSegment, VideoRef
from ml.datasets.index import IndexedVideo
from ml.datasets.label_file import spans_behind, training_video, truth_of, write_label_lines
from ml.datasets.listed import ListedVideo
from ml.evaluation.label_lines import read_label_lines

LISTED = ListedVideo("Abuse/Abuse028_x264.mp4", True, "Abuse", 1, "test", ((165, 240), (990, 1200), (1300, 1400)))
VIDEO = IndexedVideo(TrainingVideo(VideoRef("k", LISTED.name, "p", 40_000, "abnormal", ("Abuse",), "test")), 1000, 25.0)


def test_spans_are_cut_to_the_frames_that_there_are(tmp_path):
    assert truth_of(LISTED, VIDEO).segments == (
        TruthSegment(6600, 9600, "Abuse"),
        TruthSegment(39_600, 40_000, "Abuse"),
    )
    write_label_lines(tmp_path / "t.txt", [LISTED], [VIDEO])
    (line,) = read_label_lines(tmp_path / "t.txt")
    assert (line.frame_count, line.class_name, line.spans) == (1000, "1", ((165, 240), (990, 1000)))


def test_spans_that_do_not_lie_in_the_file_are_told_apart():
    assert spans_behind(LISTED, VIDEO) == ([(1300, 1400)], [(990, 1200)])
    exact = replace(LISTED, spans=((0, 1000), (1000, 1001)))
    assert spans_behind(exact, VIDEO) == ([(1000, 1001)], [])


def test_a_normal_video_has_no_span_and_class_0(tmp_path):
    listed = ListedVideo("Normal_Videos_003_x264.mp4", False, "", 0, "test")
    write_label_lines(tmp_path / "t.txt", [listed], [VIDEO])
    assert (tmp_path / "t.txt").read_text() == "Normal_Videos_003_x264.mp4 1000 0 -1 -1 -1 -1\n"


def test_labels_come_from_the_list(tmp_path):
    video = training_video(LISTED, tmp_path / "a.mp4").video
    assert (video.name, video.weak_label, video.classes, video.split) == (LISTED.name, "abnormal", ("Abuse",), "test")
