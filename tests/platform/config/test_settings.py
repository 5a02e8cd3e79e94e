"""Served mode passes Django's deployment check; the environment is refused when it contradicts itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vigil.config.env import read_env
from vigil.config.faults import SetupFault
from vigil.config.settings import _database

ROOT = Path(__file__).resolve().parents[3]
SERVED = {
    "VIGIL_SERVED": "1",
    "VIGIL_SECRET_KEY": "k" * 25 + "0123456789" * 4,
    "VIGIL_ALLOWED_HOSTS": "vigil.example.org",
}


def test_the_deployment_check_is_clean_when_served() -> None:
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=ROOT,
        env={**os.environ, **SERVED},
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues (0 silenced)" in checked.stdout


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"VIGIL_SECRET_KEY": "short"}, "VIGIL_SECRET_KEY"),
        ({"VIGIL_ALLOWED_HOSTS": ""}, "VIGIL_ALLOWED_HOSTS"),
        ({"VIGIL_DEBUG": "1"}, "VIGIL_DEBUG"),
        ({"VIGIL_POSTGRES_POOL": "many"}, "VIGIL_POSTGRES_POOL=many"),
    ],
)
def test_a_contradiction_is_refused_by_name(tmp_path: Path, changes: dict[str, str], complaint: str) -> None:
    with pytest.raises(SetupFault, match=complaint):
        read_env({**SERVED, "VIGIL_HOME": str(tmp_path), **changes})


def test_a_fault_of_the_environment_is_one_line_on_the_command_line() -> None:
    asked = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "VIGIL_SERVED": "1", "VIGIL_SECRET_KEY": "short"},
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 2
    assert asked.stderr.startswith("vigil: VIGIL_SERVED=1 needs VIGIL_SECRET_KEY") and asked.stderr.count("\n") == 1


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = read_env({"VIGIL_HOME": str(tmp_path)}).secret_key
    assert len(first) >= 50
    assert read_env({"VIGIL_HOME": str(tmp_path)}).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_database_url_keeps_what_it_says_about_tls_and_waits_no_longer_than_five_seconds() -> None:
    database = _database("postgresql://joe:pw@db.example.org:6543/vigil?sslmode=verify-full")
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example.org", "6543", "vigil")
    assert database["OPTIONS"]["sslmode"] == "verify-full"
    assert database["OPTIONS"]["connect_timeout"] == 5
    assert _database("postgresql://db/vigil?connect_timeout=9")["OPTIONS"]["connect_timeout"] == "9"


@pytest.mark.parametrize(("given", "kept"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE")])
def test_threads_of_a_command_do_not_spin_unless_somebody_wants_it(given: dict[str, str], kept: str) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", "import os; print(os.environ['OMP_WAIT_POLICY'])"],
        cwd=ROOT, env={**clean, **given}, capture_output=True, text=True,
    )  # fmt: skip
    assert told.stdout.split() == [kept], told.stderr


def test_the_gpu_worker_takes_work_before_it_loads_torch() -> None:
    code = "import sys, django; django.setup(); import vigil.gpu.tasks; print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True)
    assert told.stdout.strip() == "False", told.stderr
