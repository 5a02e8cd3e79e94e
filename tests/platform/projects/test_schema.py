"""Tables of a new database are made by the first command, whichever that is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vigil.projects import schema
from vigil.projects.errors import Invalid

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_the_first_command_of_a_fresh_home_makes_the_tables(tmp_path: Path) -> None:
    unset = {"DATABASE_URL", "BROKER_URL", "VIGIL_TEST_HOME_READY"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    run = subprocess.run(
        [sys.executable, "manage.py", "models", "--project", "nothing"], cwd=ROOT, text=True, capture_output=True,
        env=environment | {"VIGIL_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    assert run.returncode == 2
    assert "nothing" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_served_database_is_left_to_its_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "migrations_waiting", lambda: 3)
    monkeypatch.setattr(schema, "env", type("Served", (), {"is_served": True}))
    with pytest.raises(Invalid, match="3 migrations"):
        schema.schema_ready()
