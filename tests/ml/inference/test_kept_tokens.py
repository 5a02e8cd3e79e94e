import resource
import tempfile
from pathlib import Path

import pytest
import torch

from ml.errors import PlaceUnwritable
from ml.inference.kept_tokens import room_for_tokens


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_room_in_memory_and_in_a_file_holds_the_same(scratch):
    values = torch.randn(50, 2, 8).half()
    rooms = [room_for_tokens(50, 2, 8), room_for_tokens(50, 2, 8, most_in_memory=100)]
    for room in rooms:
        assert room.abs().sum() == 0
        room[10:] = values[10:]
        torch.testing.assert_close(room[10:], values[10:])
    assert list(scratch.iterdir()) == []


def test_all_of_the_file_is_taken_before_it_is_mapped(scratch, monkeypatch):
    taken, mapped = [], torch.from_file

    def noted(name, **options):
        taken.append(512 * Path(name).stat().st_blocks)
        return mapped(name, **options)

    monkeypatch.setattr(torch, "from_file", noted)
    room = room_for_tokens(5000, 2, 8, most_in_memory=100)
    assert taken[0] >= room.nbytes


def test_a_disk_without_room_is_one_line(scratch):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(PlaceUnwritable, match="cannot be written .*File too large.*; free some space there"):
            room_for_tokens(50, 2, 8, most_in_memory=100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(scratch.iterdir()) == []
