"""What a hostile file may cost is bounded, and what it may see is nothing of ours."""

import os
from pathlib import Path

import pytest

from vigil.videos import sandbox
from vigil.videos.sandbox import Abandoned, Limits, Refused, run_limited

PLENTY = Limits(wall_s=60, cpu_s=60, memory_bytes=2 * 1024**3)


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which the child can import modules of the test."""
    monkeypatch.setattr(sandbox, "SOURCE_ROOT", f"{tmp_path}{os.pathsep}{sandbox.SOURCE_ROOT}")
    return tmp_path


def child(modules: Path, body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    head = "import os, sys\nfrom vigil.videos.sandbox import Refused, answer\n"
    text = f"{head}\n\ndef main(arguments):\n{lines}\n\n\nanswer(main)\n"
    (modules / "child_of_the_test.py").write_text(text)
    return "child_of_the_test"


def test_the_answer_and_the_arguments_go_through(modules: Path) -> None:
    assert run_limited(child(modules, "return {'got': arguments}"), ["a b", "ü"], PLENTY) == {"got": ["a b", "ü"]}


def test_a_refusal_is_told_in_its_own_words(modules: Path) -> None:
    with pytest.raises(Refused, match="no good"):
        run_limited(child(modules, "raise Refused('no good')"), [], PLENTY)


def test_memory_is_bounded(modules: Path) -> None:
    with pytest.raises(Refused, match="more memory"):
        run_limited(child(modules, "return len(bytearray(3 * 1024**3))"), [], PLENTY)


def test_cpu_time_is_bounded(modules: Path) -> None:
    with pytest.raises(Refused, match="1 s of CPU time"):
        run_limited(child(modules, "while True: pass"), [], Limits(wall_s=60, cpu_s=1, memory_bytes=2 * 1024**3))


def test_wall_time_is_bounded(modules: Path) -> None:
    with pytest.raises(Refused, match="took too long"):
        run_limited(child(modules, "os.read(os.pipe()[0], 1)"), [], Limits(1, 60, 2 * 1024**3))


def test_no_file_larger_than_allowed_is_written(modules: Path, tmp_path: Path) -> None:
    body = "open(arguments[0], 'wb').write(b'x' * 5000)"
    with pytest.raises(Refused, match="could not be read or written"):
        run_limited(child(modules, body), [str(tmp_path / "out")], PLENTY)

    assert (tmp_path / "out").stat().st_size == 0


def test_a_crash_is_a_refusal(modules: Path) -> None:
    with pytest.raises(Refused, match="signal SIGSEGV"):
        run_limited(child(modules, "os.kill(os.getpid(), 11)"), [], PLENTY)


def test_the_child_has_none_of_our_environment(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIL_SECRET_KEY", "secret")
    seen = run_limited(child(modules, "return dict(os.environ)"), [], PLENTY)

    assert not {"VIGIL_SECRET_KEY", "DATABASE_URL", "HOME"} & set(seen)


def test_the_child_imports_neither_django_nor_a_database_driver(modules: Path) -> None:
    body = "import vigil.videos.rendering\nreturn sorted({name.split('.')[0] for name in sys.modules})"

    assert not {"django", "psycopg", "celery", "torch"} & set(run_limited(child(modules, body), [], PLENTY))


def test_the_parent_can_give_up(modules: Path) -> None:
    with pytest.raises(Abandoned):
        run_limited(child(modules, "os.read(os.pipe()[0], 1)"), [], PLENTY, should_stop=lambda: True)
