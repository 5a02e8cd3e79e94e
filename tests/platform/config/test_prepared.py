"""A start may skip waiting for `prepare` only where nothing that it looks at has changed."""

from pathlib import Path

import pytest

from vigil.config import prepared
from vigil.config.prepared import is_prepared, prepared_note, state_of_code

MIGRATION = "platform/vigil/videos/migrations/0001_initial.py"
BUNDLE = "platform/workbench/dist/assets/app.js"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("requirements/lock.txt", MIGRATION, BUNDLE):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was")
    (tmp_path / "home" / "run").mkdir(parents=True)
    monkeypatch.setattr(prepared, "ROOT", tmp_path)
    return tmp_path


def test_a_fresh_home_is_not_prepared_and_a_noted_one_is(checkout: Path) -> None:
    state = state_of_code("postgresql:///a", loads_demo=True)
    assert not is_prepared(checkout / "home", state)
    prepared_note(checkout / "home", state)
    assert is_prepared(checkout / "home", state_of_code("postgresql:///a", loads_demo=True))


def test_another_database_or_the_demo_wanted_after_all_is_another_state(checkout: Path) -> None:
    states = {
        state_of_code(url, loads_demo=demo) for url in ("postgresql:///a", "postgresql:///b") for demo in (True, False)
    }
    assert len(states) == 4


@pytest.mark.parametrize("changed", ["requirements/lock.txt", MIGRATION, MIGRATION.replace("1_", "2_"), BUNDLE])
def test_each_change_of_what_prepare_looks_at_is_seen(checkout: Path, changed: str) -> None:
    before = state_of_code("postgresql:///a", loads_demo=True)
    (checkout / changed).write_text("as it is now")
    assert state_of_code("postgresql:///a", loads_demo=True) != before
