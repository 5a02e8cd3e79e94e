"""Where sockets go: beside the data if the path is short enough, else to a private place."""

import os
import tempfile
from pathlib import Path

import pytest

from vigil.config.faults import SetupFault
from vigil.config.socket_folder import socket_folder


def test_a_short_path_is_kept(tmp_path: Path) -> None:
    assert socket_folder(tmp_path, "s", owner_uid=os.getuid()) == tmp_path


def test_a_long_path_gives_the_same_short_private_folder_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    long_path = tmp_path / ("x" * 120)
    folder = socket_folder(long_path, "s", owner_uid=os.getuid())
    assert folder.parent == tmp_path and folder.stat().st_mode & 0o777 == 0o700
    assert socket_folder(long_path, "s", owner_uid=os.getuid()) == folder
    assert socket_folder(tmp_path / ("y" * 120), "s", owner_uid=os.getuid()) != folder


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    long_path = tmp_path / ("x" * 120)
    socket_folder(long_path, "s", owner_uid=os.getuid()).chmod(0o777)
    with pytest.raises(SetupFault, match="not a private folder"):
        socket_folder(long_path, "s", owner_uid=os.getuid())
