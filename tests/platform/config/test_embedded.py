"""The embedded PostgreSQL: shared by commands, stopped by the last, mended after a kill."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from vigil.config.embedded import EmbeddedPostgres
from vigil.config.faults import SetupFault

USE = """
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from vigil.config.embedded import postgres_url
print(postgres_url(Path(sys.argv[1]), is_durable=False), flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the server of `home` until told to end."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE, home], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def answers(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own: every other pytest of this user closes that one again, and under root PostgreSQL runs as
    # another user, who has to pass through.
    with tempfile.TemporaryDirectory(prefix="vigil-test-pg-") as folder:
        yield Path(folder)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "home", is_durable=False)
    yield server
    server.stop()


def test_the_last_user_stops_it(server: EmbeddedPostgres) -> None:
    first, second = User(server.home), User(server.home)
    assert first.url == second.url
    first.end()
    assert answers(second.url)
    second.end()
    assert server.process() is None


def test_a_killed_user_does_not_count_any_more(server: EmbeddedPostgres) -> None:
    User(server.home).kill()
    assert server.process() is not None
    User(server.home).end()
    assert server.process() is None


def test_a_killed_server_comes_back_with_its_rows(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "home")
    url = server.start()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (x int)")
    process = server.process()
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    server.stop()


def test_a_pid_file_whose_number_belongs_to_somebody_else_is_a_leftover(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.folder / "postmaster.pid").write_text(f"{os.getpid()}\n{server.folder}\n")
    assert server.process() is None
    assert answers(server.start())


def test_a_half_made_folder_is_made_anew(server: EmbeddedPostgres) -> None:
    server.folder.mkdir(parents=True)
    (server.folder / "base").write_text("half")
    assert answers(server.start())


def test_a_long_path_gets_a_short_private_socket_folder(folder: Path) -> None:
    server = EmbeddedPostgres(folder / ("long" * 30), is_durable=False)
    try:
        url = server.start()
        assert answers(url)
    finally:
        server.stop()


def test_the_folder_of_another_version_is_refused_and_left_alone(server: EmbeddedPostgres) -> None:
    server.folder.mkdir(parents=True)
    (server.folder / "PG_VERSION").write_text("14\n")
    with pytest.raises(SetupFault, match="made by PostgreSQL 14"):
        server.start()
    assert (server.folder / "PG_VERSION").read_text() == "14\n"


def test_nobody_else_gets_to_the_socket(server: EmbeddedPostgres) -> None:
    server.start()
    assert (server.folder / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0
    assert server.folder.stat().st_mode & 0o077 == 0
