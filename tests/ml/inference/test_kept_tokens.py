import torch

from ml.inference.kept_tokens import room_for_tokens


def test_room_in_memory_and_in_a_file_holds_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    values = torch.randn(50, 2, 8).half()
    rooms = [room_for_tokens(50, 2, 8), room_for_tokens(50, 2, 8, most_in_memory=100)]
    for room in rooms:
        assert room.abs().sum() == 0
        room[10:] = values[10:]
        torch.testing.assert_close(room[10:], values[10:])
    assert list(tmp_path.iterdir()) == []
