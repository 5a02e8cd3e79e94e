"""Byte ranges as RFC 9110 has them, on a real file."""

from pathlib import Path

import psutil
import pytest
from django.http import HttpResponseBase
from django.test import RequestFactory

from vigil.videos.byte_ranges import LONG_BODIES, PART_BYTES, LongBody, file_response, file_slice, requested_range

CONTENT = bytes(range(256)) * 4


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.bin"
    path.write_bytes(CONTENT)
    return path


def ask(file: Path, method: str = "GET", **headers: str) -> HttpResponseBase:
    request = RequestFactory().generic(method, "/media/a", headers={k.replace("_", "-"): v for k, v in headers.items()})
    return file_response(request, file, "video/mp4")


def body(response: HttpResponseBase) -> bytes:
    return b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined, arg-type]


def test_the_whole_file(file: Path) -> None:
    response = ask(file)

    assert (response.status_code, body(response)) == (200, CONTENT)
    assert response["Content-Length"] == "1024"
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Type"] == "video/mp4"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=1000-", 1000, 1024),
        ("bytes=1000-5000", 1000, 1024),
        ("bytes=-24", 1000, 1024),
        ("bytes=-5000", 0, 1024),
        ("Bytes = 5 - 6", 5, 7),
    ],
)
def test_a_part(file: Path, header: str, start: int, end: int) -> None:
    response = ask(file, Range=header)

    assert (response.status_code, body(response)) == (206, CONTENT[start:end])
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/1024"
    assert response["Content-Length"] == str(end - start)


@pytest.mark.parametrize("header", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_part_beyond_the_end(file: Path, header: str) -> None:
    response = ask(file, Range=header)

    assert (response.status_code, response["Content-Range"]) == (416, "bytes */1024")


@pytest.mark.parametrize("header", ["bytes=9-3", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", ""])
def test_what_is_not_understood_gets_the_whole_file(file: Path, header: str) -> None:
    assert ask(file, Range=header).status_code == 200


def test_head_has_the_headers_and_no_body(file: Path) -> None:
    response = ask(file, "HEAD", Range="bytes=10-19")

    assert (response.status_code, response["Content-Length"], body(response)) == (206, "10", b"")


def test_what_the_browser_has_is_not_sent_again(file: Path) -> None:
    etag = ask(file)["ETag"]

    assert ask(file, If_None_Match=etag).status_code == 304
    assert ask(file, If_None_Match='"other"').status_code == 200


def test_parts_of_another_file_are_not_mixed_in(file: Path) -> None:
    first = ask(file)
    assert ask(file, Range="bytes=0-9", If_Range=first["ETag"]).status_code == 206
    assert ask(file, Range="bytes=0-9", If_Range=first["Last-Modified"]).status_code == 206
    assert ask(file, Range="bytes=0-9", If_Range='"other"').status_code == 200

    file.write_bytes(CONTENT + b"!")
    assert ask(file, Range="bytes=0-9", If_Range=first["ETag"]).status_code == 200


def test_a_browser_that_goes_away_leaves_no_open_file(file: Path) -> None:
    chunks = file_slice(file, 0, 1024)
    assert next(chunks) == CONTENT
    assert str(file) in {opened.path for opened in psutil.Process().open_files()}
    chunks.close()  # type: ignore[attr-defined]

    assert str(file) not in {opened.path for opened in psutil.Process().open_files()}


def test_an_empty_file_has_no_part() -> None:
    assert requested_range("bytes=0-", 0) is None
    assert requested_range("", 0) == (0, 0, False)


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    path = tmp_path / "long.bin"
    path.write_bytes(b"".join(number.to_bytes(4, "big") for number in range(PART_BYTES // 2)))
    return path


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=12-", "bytes=12-8000000"])
def test_a_long_part_is_answered_with_its_beginning_in_one_piece(long_file: Path, header: str) -> None:
    response = ask(long_file, Range=header)
    start = int(header[6:].split("-")[0])
    end = start + PART_BYTES

    assert response.status_code == 206 and not response.streaming
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/{2 * PART_BYTES}"
    assert response["Content-Length"] == str(PART_BYTES)
    assert body(response) == long_file.read_bytes()[start:end]


def test_asking_on_gives_the_whole_file(long_file: Path) -> None:
    found = b""
    while len(found) < 2 * PART_BYTES:
        found += body(ask(long_file, Range=f"bytes={len(found)}-"))

    assert found == long_file.read_bytes()


def test_only_so_many_whole_files_are_on_their_way_and_a_client_that_goes_away_makes_room(long_file: Path) -> None:
    under_way = [ask(long_file) for _ in range(LONG_BODIES)]
    refused = ask(long_file)

    assert [one.status_code for one in under_way] == [200] * LONG_BODIES
    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert ask(long_file, Range="bytes=0-").status_code == 206
    assert body(under_way[0]) == long_file.read_bytes()
    under_way[0].close()
    under_way[0].close()
    under_way[1].close()
    again = [ask(long_file) for _ in range(3)]
    assert [one.status_code for one in again] == [200, 200, 503]
    for one in [*under_way, *again]:
        one.close()
    assert LongBody.seats.acquire(blocking=False)
    LongBody.seats.release()
