"""Real little videos in a project, with what people said about them."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.factories import ProjectFactory, RenditionFactory, VideoFactory
from vigil.projects.models import Project
from vigil.videos.models import Video
from vigil.videos.storage import media_path


def write_video(path: Path, *, seconds: float, fps: Fraction | int = 10) -> None:
    """A clip whose brightness tells the frame: neighbours differ by 4."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4") as writer:
        stream = writer.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "10", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(round(seconds * float(fps))):
            picture = np.full((48, 64, 3), 20 + number * 4 % 200, np.uint8)
            writer.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        writer.mux(stream.encode(None))


def brightness(path: Path) -> list[float]:
    """The mean brightness of each frame."""
    with av.open(str(path)) as reader:
        return [float(frame.to_ndarray(format="gray").mean()) for frame in reader.decode(video=0)]


def ready_video(project: Project | None = None, *, seconds: float = 20, **fields: object) -> Video:
    """A ready video with a real proxy of 10 frames a second."""
    video = VideoFactory(
        project=project or ProjectFactory(),
        duration_ms=round(seconds * 1000),
        fps=10.0,
        frame_count=seconds * 10,
        **fields,
    )
    proxy = RenditionFactory(video=video)
    write_video(media_path(proxy.path), seconds=seconds)
    return video
