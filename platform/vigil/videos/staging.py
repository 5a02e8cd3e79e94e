"""Takes a file in before the database knows of it: copied, hashed and probed, in a thread beside others."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from vigil.videos.candidates import Candidate
from vigil.videos.probing import Probe, probe_file
from vigil.videos.sandbox import Refused
from vigil.videos.storage import DiskFull, copy_of, room_required, sha256_of

STAGED_AT_ONCE = 2


@dataclass(frozen=True)
class Known:
    """Contents that the project holds already, so that they need not be copied to be recognised."""

    sizes: frozenset[int]
    hashes: Mapping[str, str]
    """sha256 to the video's name."""


@dataclass(frozen=True)
class Staged:
    """A file on our side of the fence. `probe` is None where the content is known already."""

    candidate: Candidate
    sha256: str = ""
    size_bytes: int = 0
    path: Path | None = None
    probe: Probe | None = None
    refusal: str = ""


def staged_files(files: Sequence[Candidate], known: Known, scratch: Path) -> Iterator[Staged]:
    """Each file as it was staged, in order."""
    with ThreadPoolExecutor(STAGED_AT_ONCE, thread_name_prefix="staging") as pool:
        waiting = [pool.submit(_staged, file, known, scratch / str(index)) for index, file in enumerate(files)]
        try:
            for future in waiting:
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _staged(candidate: Candidate, known: Known, target: Path) -> Staged:
    try:
        return _copied_and_probed(candidate, known, target)
    except (Refused, DiskFull) as refusal:
        target.unlink(missing_ok=True)
        return Staged(candidate, refusal=str(refusal))
    except OSError as error:
        target.unlink(missing_ok=True)
        return Staged(candidate, refusal=f"it cannot be read: {error.strerror or error}")


def _copied_and_probed(candidate: Candidate, known: Known, target: Path) -> Staged:
    size_bytes = candidate.path.stat().st_size
    if size_bytes == 0:
        raise Refused("the file is empty (0 bytes); copy it again")
    room_required(size_bytes)
    if size_bytes in known.sizes and (sha256 := sha256_of(candidate.path)) in known.hashes:
        return Staged(candidate, sha256, size_bytes)
    sha256 = copy_of(candidate.path, target)
    if sha256 in known.hashes:
        target.unlink()
        return Staged(candidate, sha256, size_bytes)
    return Staged(candidate, sha256, target.stat().st_size, target, probe_file(target))
