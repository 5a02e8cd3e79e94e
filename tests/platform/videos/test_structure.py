"""What the outermost structure tells, on files of a few bytes."""

from pathlib import Path

import pytest

from vigil.videos.structure import Structure, structure_of


def box(kind: bytes, payload: bytes = b"", length: int | None = None) -> bytes:
    return (8 + len(payload) if length is None else length).to_bytes(4, "big") + kind + payload


FTYP, MOOV, MDAT = box(b"ftyp", b"isom0000"), box(b"moov", b"x" * 40), box(b"mdat", b"y" * 100)
EBML = b"\x1a\x45\xdf\xa3\x84abcd" + b"\x18\x53\x80\x67"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (FTYP + MOOV + MDAT, Structure(is_faststart=True)),
        (FTYP + MDAT + MOOV, Structure()),
        (FTYP + MDAT, Structure(has_no_index=True)),
        (FTYP + MOOV + MDAT[:-30], Structure(missing_bytes=30, is_faststart=True)),
        (FTYP + MOOV + box(b"mdat", b"y" * 100, length=0), Structure(is_faststart=True)),
        (FTYP + MOOV + b"\0\0\0\1mdat" + (116).to_bytes(8, "big") + b"y" * 100, Structure(is_faststart=True)),
        (FTYP + MOOV + MDAT + b"\0" * 64, Structure(is_faststart=True)),
        (FTYP + box(b"moov", b"stsd" + b"encv" + b"\0" * 6) + MDAT, Structure(is_encrypted=True, is_faststart=True)),
        (b"RIFF" + (92).to_bytes(4, "little") + b"AVI " + b"x" * 88, Structure()),
        (b"RIFF" + (92).to_bytes(4, "little") + b"AVI " + b"x" * 58, Structure(missing_bytes=30)),
        (b"RIFF" + b"\0" * 4 + b"AVI " + b"x" * 58, Structure()),
        (b"RIFF" + b"\xff" * 4 + b"AVI " + b"x" * 58, Structure()),
        (EBML + b"\x40\x64" + b"x" * 100, Structure()),
        (EBML + b"\x40\x64" + b"x" * 70, Structure(missing_bytes=30)),
        (EBML + b"\x01" + b"\xff" * 7 + b"x" * 70, Structure()),
        (EBML[:7], Structure()),
        (b"\x47" * 400, Structure()),
        (b"short", Structure()),
    ],
)
def test_structure(tmp_path: Path, content: bytes, expected: Structure) -> None:
    (tmp_path / "a").write_bytes(content)

    assert structure_of(tmp_path / "a") == expected
