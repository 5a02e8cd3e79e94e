"""Serves a file with HTTP byte ranges (RFC 9110, section 14), so that a browser can seek in a video.

The web server writes a streamed body from one of its threads, which is taken until the client has read it all, and a
paused video reads nothing. So a part is short and handed over in one piece, after which its thread is free, and only
a few bodies that are longer may be under way at a time.
"""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import http_date, parse_http_date_safe

CHUNK_BYTES = 256 * 1024
PART_BYTES = 4 * 1024**2
"""The most that one answer to a Range holds; the client asks on from there. About 20 s of a proxy."""
LONG_BODIES = 8
"""Of the 32 threads that the web server has, so many may be busy with whole files."""
ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE)
FOR_GOOD_S = 365 * 24 * 3600


def file_slice(path: Path, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a file from `start` to `end`, in chunks. Opened at the first, closed with the generator."""
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk


class LongBody:
    """The bytes of a whole file, one of at most so many as there are seats."""

    seats = threading.BoundedSemaphore(LONG_BODIES)

    def __init__(self, path: Path, size: int) -> None:
        """Takes a seat, which `close` gives back. Raises `BlockingIOError` when all are taken."""
        if not self.seats.acquire(blocking=False):
            raise BlockingIOError(f"{LONG_BODIES} whole files are being fetched")
        self._chunks = file_slice(path, 0, size)
        self._is_seated = True

    def __iter__(self) -> Iterator[bytes]:
        # A client that reads slowly must not keep a connection of the pool meanwhile.
        close_old_connections()
        yield from self._chunks

    def close(self) -> None:
        """Django calls this at the end, and when the client went away, even before the first byte."""
        if self._is_seated:
            self._is_seated = False
            self.seats.release()


def file_response(request: HttpRequest, path: Path, content_type: str) -> HttpResponseBase:
    """The file or the part of it that was asked for: 200, 206, 304, 416 or 503. Only for people who may see it.

    A part may be shorter than asked, which its Content-Range says.

    Raises:
        FileNotFoundError: there is no such file.
    """
    stat = path.stat()
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"',
        "Last-Modified": http_date(stat.st_mtime),
        "Cache-Control": f"private, max-age={FOR_GOOD_S}, immutable",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if request.headers.get("If-None-Match", "") in {headers["ETag"], "*"}:
        return HttpResponseNotModified(headers=headers)
    part = requested_range(_range_header(request, headers["ETag"], stat.st_mtime), stat.st_size)
    if part is None:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{stat.st_size}"})
    start, end, is_partial = part
    end = min(end, start + PART_BYTES) if is_partial else end
    headers["Content-Length"] = str(end - start)
    if is_partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{stat.st_size}"
    status = 206 if is_partial else 200
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers, content_type=content_type)
    if end - start <= PART_BYTES:
        body = b"".join(file_slice(path, start, end))
        return HttpResponse(body, status=status, headers=headers, content_type=content_type)
    try:
        return StreamingHttpResponse(LongBody(path, end), status=status, headers=headers, content_type=content_type)
    except BlockingIOError as error:
        said = f"Too much at once: {error}. Try again in a minute."
        return HttpResponse(said, status=503, headers={"Retry-After": "30"}, content_type="text/plain")


def requested_range(header: str, size: int) -> tuple[int, int, bool] | None:
    """Start, end and whether it is a part; None where no byte of it exists.

    A header that is not understood, or asks for several parts, is answered with the whole file, as the RFC allows.
    """
    match = ONE_RANGE.fullmatch(header)
    if not match or match.groups() == ("", ""):
        return 0, size, False
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return 0, size, False
    return (start, end, True) if start < end else None


def _range_header(request: HttpRequest, etag: str, modified_s: float) -> str:
    """The Range header, unless If-Range says that the client holds parts of another file."""
    condition = request.headers.get("If-Range", "")
    if condition and condition != etag:
        since = parse_http_date_safe(condition)
        modified = datetime.fromtimestamp(modified_s, UTC).replace(microsecond=0).timestamp()
        if since is None or since != modified:
            return ""
    return request.headers.get("Range", "")
