"""`manage.py up` as a person runs it: serves, finds its place, stops, and leaves nothing behind even when killed."""

import json
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.installation import ROOT, WITHIN_S, Vigil, free_port, until
from vigil.config.health_probe import probe

pytestmark = pytest.mark.slow


@pytest.fixture
def vigil() -> Iterator[Vigil]:
    # Not pytest's own folder: every other pytest of this user closes that one again, and under root PostgreSQL runs
    # as another user, who has to pass through.
    with tempfile.TemporaryDirectory(prefix="vigil-test-up-") as folder:
        vigil = Vigil(Path(folder) / "home")
        yield vigil
        vigil.end()
        until(lambda: not vigil.processes(), "the end of all processes")


def test_it_serves_is_found_by_commands_and_stops_cleanly(vigil: Vigil) -> None:
    vigil.up_and_ready()
    with urllib.request.urlopen(f"http://127.0.0.1:{vigil.port}/login") as page:
        assert page.status == 200 and b"Vigil" in page.read()
    services = vigil.home / "run" / "services.json"
    assert services.stat().st_mode & 0o777 == 0o600

    asked = vigil.command(
        "shell", "-v", "0", "-c", "from vigil.projects.live_workers import has_worker as h; print(h('media'), h('gpu'))"
    )
    assert asked.stdout.split() == ["True", "True"], asked.stderr
    second = vigil.command("up", "--port", str(free_port()))
    assert second.returncode == 2 and "already runs" in second.stderr and second.stderr.count("\n") == 1

    assert vigil.process is not None
    vigil.process.send_signal(signal.SIGINT)
    said, _ = vigil.process.communicate(timeout=WITHIN_S)
    assert vigil.process.returncode == 0
    assert f"http://127.0.0.1:{vigil.port}/" in said and "Stopped." in said
    assert vigil.processes() == [] and not services.exists()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{vigil.port}/healthz")


def test_a_killed_one_leaves_nothing_and_the_next_one_starts(vigil: Vigil) -> None:
    vigil.up_and_ready()
    assert vigil.process is not None
    vigil.process.kill()
    vigil.process.communicate()
    until(lambda: not vigil.processes(), "the end of all processes")
    vigil.up_and_ready()


def test_a_command_and_up_leave_the_database_to_each_other(vigil: Vigil) -> None:
    assert vigil.command("migrate", "-v", "0").returncode == 0
    before = Waiting(vigil)
    vigil.up_and_ready()
    server = postmaster(vigil)
    assert before.ask() == "0 users" and postmaster(vigil) == server
    assert probe(port=vigil.port) == 200

    during = Waiting(vigil)
    assert vigil.process is not None
    vigil.process.send_signal(signal.SIGTERM)
    said, _ = vigil.process.communicate(timeout=WITHIN_S)
    assert vigil.process.returncode == 0 and "PostgreSQL goes on" in said
    assert postmaster(vigil) == server
    assert during.ask() == "0 users" and vigil.processes() == []


class Waiting:
    """A command that has its database, and asks it something when told to."""

    def __init__(self, vigil: Vigil) -> None:
        code = (
            "import sys; from vigil.accounts.models import User; print('waits', flush=True); sys.stdin.read();"
            "print(User.objects.count(), 'users', flush=True)"
        )
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", code], cwd=ROOT, env=vigil.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None and self.process.stdout.readline() == "waits\n"

    def ask(self) -> str:
        """Its answer, once the process has ended."""
        said, _ = self.process.communicate(timeout=WITHIN_S)
        return said.strip()


def postmaster(vigil: Vigil) -> str:
    return (vigil.home / "postgres" / "postmaster.pid").read_text().splitlines()[0]


def test_a_used_port_is_refused_before_anything_is_started(vigil: Vigil) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", vigil.port))
        taken.listen()
        refused = vigil.up()
        said, _ = refused.communicate(timeout=WITHIN_S)
    assert refused.returncode == 2
    assert f"port {vigil.port} is in use" in said and "make run PORT=" in said
    assert not (vigil.home / "postgres").exists()


def test_a_command_without_up_leaves_things_as_it_found_them(vigil: Vigil) -> None:
    migrated = vigil.command("migrate", "-v", "0")
    assert migrated.returncode == 0, migrated.stderr
    assert (vigil.home / "postgres" / "PG_VERSION").exists()
    assert vigil.processes() == []


def test_the_doctor_finds_this_machine_well(vigil: Vigil) -> None:
    asked = vigil.command("doctor", "--json")
    told = json.loads(asked.stdout)
    failed = [check for check in told["checks"] if check["state"] == "fail"]
    assert (asked.returncode, told["ok"]) == ((0, True) if not failed else (1, False))
    states = {check["name"]: check["state"] for check in told["checks"]}
    assert states["postgresql"] == states["broker"] == states["decoders"] == states["home"] == "ok"
    assert states["migrations"] == "warn"
    assert all(check["cure"] for check in told["checks"] if check["state"] != "ok")


def test_the_doctor_says_why_the_database_does_not_start(vigil: Vigil) -> None:
    (vigil.home / "postgres").mkdir(parents=True)
    (vigil.home / "postgres" / "PG_VERSION").write_text("14\n")
    asked = vigil.command("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(asked.stdout)["checks"]}
    assert asked.returncode == 1
    assert checks["postgresql"]["state"] == "fail" and "PostgreSQL 14" in checks["postgresql"]["said"]
