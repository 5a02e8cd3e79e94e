"""Folders of the shape in which UCF-Crime and TAD are downloaded, with a handful of very short videos."""

from pathlib import Path

import av
from footage import write_video

FPS = 8
SECONDS = 8
UCF_FILES = {
    "Anomaly-Videos-Part-1/Abuse/Abuse001_x264.mp4": 2.0,
    "Anomaly-Videos-Part-1/Arrest/Arrest002_x264.mp4": 3.0,
    "Anomaly-Videos-Part-2/Fighting/Fighting003_x264.mp4": 1.0,
    "Training-Normal-Videos-Part-1/Normal_Videos001_x264.mp4": None,
    "Training-Normal-Videos-Part-1/Normal_Videos002_x264.mp4": None,
    "Training-Normal-Videos-Part-2/Normal_Videos004_x264.mp4": None,
    "Testing_Normal_Videos/Normal_Videos_003_x264.mp4": None,
    "Anomaly-Videos-Part-1/Abuse/Abuse028_x264.mp4": 3.0,
    "Anomaly-Videos-Part-2/Fighting/Fighting018_x264.mp4": 2.0,
}
"""File below the folder, and when its four seconds of shaking begin."""
UCF_TRAIN = (
    "Abuse/Abuse001_x264.mp4\nArrest/Arrest002_x264.mp4\nFighting/Fighting003_x264.mp4\n"
    "Training_Normal_Videos_Anomaly/Normal_Videos001_x264.mp4\n"
    "Training_Normal_Videos_Anomaly/Normal_Videos002_x264.mp4\n"
    "Training_Normal_Videos_Anomaly/Normal_Videos004_x264.mp4\n"
)
UCF_TEST = (
    "Abuse028_x264.mp4  Abuse  24  56  -1  -1  \n"
    "Fighting018_x264.mp4  Fighting  16  30  32  48  \n"
    "Normal_Videos_003_x264.mp4  Normal  -1  -1  -1  -1  \n"
)
TAD_TRAIN = (
    "frames/abnormal/01_Accident_001.mp4 0 64 1\nframes/abnormal/05_else_002.mp4 0 64 5\n"
    "frames/normal/Normal_001.mp4 0 64 0\nframes/normal/Normal_002.mp4 0 64 0\n"
)
TAD_TEST = "frames/abnormal/01_Accident_006.mp4 64 1 0 40\nframes/normal/Normal_008.mp4 64 0 0 64\n"
TAD_SHAKES = {"abnormal/01_Accident_001": 2.0, "abnormal/05_else_002": 3.0, "abnormal/01_Accident_006": 1.0}


def write_ucf_crime(folder: Path) -> Path:
    for number, (name, shakes_from_s) in enumerate(UCF_FILES.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_video(path, seconds=SECONDS, fps=FPS, shakes_from_s=shakes_from_s, seed=number)
    shadow = folder / "Normal_Videos_for_Event_Recognition"
    shadow.mkdir()
    (shadow / "Normal_Videos001_x264.mp4").write_bytes(b"of the other experiment")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "Abuse001_x264.mp4").write_bytes(b"no video")
    splits = folder / "UCF_Crimes-Train-Test-Split" / "Anomaly_Detection_splits"
    splits.mkdir(parents=True)
    (splits / "Anomaly_Train.txt").write_text(UCF_TRAIN)
    (folder / "Temporal_Anomaly_Annotation_for_Testing_Videos.txt").write_text(UCF_TEST)
    return folder


def write_tad(folder: Path) -> Path:
    """Folders of images, numbered without leading zeros, as TAD's frames are."""
    folder.mkdir(parents=True)
    names = [line.split()[0].removeprefix("frames/") for line in (TAD_TRAIN + TAD_TEST).splitlines()]
    for number, name in enumerate(names):
        stem = name.removesuffix(".mp4")
        video = write_video(
            folder / "source.mp4", seconds=SECONDS, fps=FPS, shakes_from_s=TAD_SHAKES.get(stem), seed=number
        )
        images = folder / "frames" / name
        images.mkdir(parents=True)
        with av.open(str(video)) as box:
            for index, frame in enumerate(box.decode(video=0)):
                write_image(images / f"{index}.jpg", frame)
        video.unlink()
    (folder / "TAD_train.txt").write_text(TAD_TRAIN)
    (folder / "TAD_test.txt").write_text(TAD_TEST)
    return folder


def write_image(path: Path, frame: av.VideoFrame) -> None:
    with av.open(str(path), "w", format="mjpeg") as box:
        stream = box.add_stream("mjpeg", rate=1, options={"qmin": "2", "qmax": "2"})
        stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuvj420p"
        box.mux(stream.encode(frame.reformat(format="yuvj420p")))
        box.mux(stream.encode(None))
