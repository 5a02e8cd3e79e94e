"""Opens an untrusted video file: real containers only, no network, no other file."""

import re
from pathlib import Path
from typing import Any

import av
import av.error

from vigil.videos.sandbox import Refused

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,mpegts,mpegtsraw,mpeg,mpegvideo,flv,live_flv,asf,asf_o,ogg,mxf,"
    "h264,hevc,m4v,mjpeg,mpjpeg,h263,dv,gif,ivf,obu,av1,nut,rm,vc1,wtv,dhav,ipmovie,amv,vob,avs2,cavsvideo,nsv"
)
"""Not among them, on purpose: playlists (hls, dash, concat, ...), which could name other files and hosts."""

MAX_WIDTH, MAX_HEIGHT = 8192, 8192
MAX_PIXELS = 8192 * 4352
TEXT_CHARACTERS = re.compile(rb"[\x09\x0a\x0d\x20-\x7e\x80-\xff]*")


def open_container(path: Path) -> Any:
    """The open container.

    Raises:
        Refused: FFmpeg cannot read it; the reason says what it is as well as can be told.
    """
    if path.stat().st_size == 0:
        raise Refused("the file is empty (0 bytes); copy it again")
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    try:
        return av.open(str(path), metadata_errors="ignore", container_options=options)
    except (av.error.FFmpegError, ValueError) as error:
        raise Refused(_unreadable(path, error)) from error


def _unreadable(path: Path, error: Exception) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\0"):
        return "the file holds nothing but zeros; copy it again"
    if b"\0" not in head and TEXT_CHARACTERS.fullmatch(head):
        return "this is a text file, not a video; check what was exported under this name"
    # FFmpeg's word for a format that is not among CONTAINERS is EINVAL.
    is_other_format = isinstance(error, av.error.ArgumentError)
    reason = "it has another format" if is_other_format else getattr(error, "strerror", None) or str(error)
    return f"this is not a video file that FFmpeg can read ({reason}); export it again as MP4"


def video_stream(container: Any) -> Any:
    """The container's best video stream, with a decoder and a sane size.

    Raises:
        Refused: audio only, no decoder for it, or a picture that is too large.
    """
    streams = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
    if not streams:
        raise Refused(_without_picture({stream.type for stream in container.streams}))
    stream = streams[0]
    context = stream.codec_context
    if context is None:
        raise Refused("no decoder here can read its video codec; convert it to H.264 first")
    if context.width < 1 or context.height < 1:
        raise Refused("no picture size can be found in it; the file is damaged or has no frames")
    if context.width > MAX_WIDTH or context.height > MAX_HEIGHT or context.width * context.height > MAX_PIXELS:
        raise Refused(
            f"its picture of {context.width}x{context.height} is too large "
            f"(at most {MAX_PIXELS // 10**6} megapixels); scale it down"
        )
    return stream


def _without_picture(kinds: set[str]) -> str:
    if "audio" in kinds:
        return "it holds sound but no picture; import the video itself"
    if kinds:
        return f"it holds no picture, only {', '.join(sorted(kinds))}"
    return "it holds no frames; the recording may have been stopped before it began"
