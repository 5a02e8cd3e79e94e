"""`manage.py import_videos` as a person runs it: on the command line, with and without a worker, on real footage."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from tests.platform.videos.clips import browser_ready_clip, write_audio_only, write_clip
from vigil.config.valkey import EmbeddedValkey
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.videos.models import Video

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
FOOTAGE = Path(os.environ.get("VIGIL_FOOTAGE", ROOT.parent / "shared")) / "footage"
WAIT_S = 120


@pytest.fixture(autouse=True)
def media_root(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good videos, one that needs no proxy among them, and three that cannot be used."""
    folder = tmp_path / "in"
    folder.mkdir()
    browser_ready_clip(folder / "ready.mp4")
    write_clip(folder / "old.avi", codec="mpeg4", picture_seed=5)
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("no video\n")
    write_audio_only(folder / "audio.mp4")
    return folder


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_videos", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_one_command_makes_the_project_and_its_videos_ready(folder: Path) -> None:
    result = json.loads(run("--project", "Gate", folder, "--json"))

    assert {key: result[key] for key in ("imported", "duplicate", "processed", "quarantined")} == {
        "imported": 2,
        "duplicate": 0,
        "processed": 2,
        "quarantined": [],
    }
    assert [one["file"] for one in result["refused"]] == ["audio.mp4", "empty.mp4", "text.mp4"]
    project = Project.objects.get(name="Gate")
    assert list(project.videos.values_list("name", "state").order_by("name")) == [
        ("old.avi", WorkState.SUCCEEDED),
        ("ready.mp4", WorkState.SUCCEEDED),
    ]


def test_people_get_a_line_for_each_refused_file(folder: Path) -> None:
    lines = run("--project", "Gate", folder).splitlines()

    assert lines[0] == "made project 'Gate'"
    assert [line.split(":")[0] for line in lines if line.startswith("refused")] == [
        "refused audio.mp4",
        "refused empty.mp4",
        "refused text.mp4",
    ]
    assert lines[-1] == "2 imported, 0 duplicate, 2 processed, 3 refused, 0 quarantined"


def test_a_second_import_finds_everything_there(folder: Path) -> None:
    run("--project", "Gate", folder)
    result = json.loads(run("--project", "Gate", folder, "--json"))

    assert (result["imported"], result["duplicate"]) == (0, 2)


def test_no_wait_leaves_the_work_to_the_workers(folder: Path) -> None:
    result = json.loads(run("--project", "Gate", folder, "--json", "--no-wait"))

    assert (result["imported"], result["processed"]) == (2, 0)
    assert set(Video.objects.values_list("state", flat=True)) == {WorkState.QUEUED}


def test_nothing_usable_ends_with_status_2_and_still_says_why(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video\n")
    with pytest.raises(CommandError) as caught:
        run("--project", "Gate", tmp_path / "text.mp4", tmp_path / "none.mp4")

    assert caught.value.returncode == 2


def test_a_mistake_in_labels_csv_is_one_line_with_status_2(folder: Path) -> None:
    (folder / "labels.csv").write_text("file,label,split\nold.avi,normal,traim\n")
    with pytest.raises(CommandError, match="labels.csv, line 2, column split: 'traim'") as caught:
        run("--project", "Gate", folder)

    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    assert not Video.objects.exists()


def process_environment(**more: str) -> dict[str, str]:
    """The test's database for processes of their own."""
    database = connection.settings_dict
    keys = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    url = " ".join(f"{key}='{database[name]}'" for key, name in keys.items() if database[name])
    return {**os.environ, "DATABASE_URL": url, "VIGIL_HOME": str(settings.VIGIL_HOME), **more}


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[tuple[dict[str, str], "subprocess.Popen[str]"]]:
    """A real broker and a real worker of the media queue, ready to take work."""
    home = tmp_path / "broker"
    (home / "logs").mkdir(parents=True)
    valkey = EmbeddedValkey(home)
    with valkey.log.open("wb") as log:
        broker = subprocess.Popen(valkey.command(), stdout=log, stderr=log)
    try:
        valkey.wait_until_ready(broker)
        environment = process_environment(BROKER_URL=valkey.url)
        command = ["celery", "-A", "vigil.config.celery", "worker", "-Q", "media,default", "-P", "solo", "-l", "INFO"]
        with subprocess.Popen(
            [sys.executable, "-m", *command],
            env=environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        ) as started:
            try:
                reader = wait_for_line(started, "ready.")
                yield environment, started
            finally:
                started.terminate()
                started.wait(WAIT_S)
            reader.join(WAIT_S)
    finally:
        broker.terminate()
        broker.wait(WAIT_S)


def wait_for_line(process: "subprocess.Popen[str]", ending: str) -> threading.Thread:
    """Returns once the process has written such a line; goes on reading, so that it never blocks on a full pipe."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.rstrip().endswith(ending):
            reader = threading.Thread(target=process.stderr.read, daemon=True)
            reader.start()
            return reader
    raise AssertionError(f"the worker ended with status {process.wait()}")


@pytest.mark.slow
def test_with_a_living_worker_the_worker_does_the_work(
    folder: Path, worker: tuple[dict[str, str], "subprocess.Popen[str]"]
) -> None:
    environment, started = worker
    command = [sys.executable, str(ROOT / "manage.py"), "import_videos", "--project", "Gate", str(folder), "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=WAIT_S, check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["processed"] == 2
    assert {name.split(":")[-1] for name in Video.objects.values_list("claimed_by", flat=True)} == {str(started.pid)}


def test_ctrl_c_ends_with_one_line_and_keeps_what_came_in(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "a.avi", codec="mpeg4", frames=900, size=(640, 480))
    command = [sys.executable, str(ROOT / "manage.py"), "import_videos", "--project", "Gate", str(source)]
    with subprocess.Popen(
        command,
        env=process_environment(),
        stderr=subprocess.PIPE,
        text=True,
        # Tests that a shell runs in the background ignore Ctrl-C, and so would their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as running:
        while not Video.objects.filter(state=WorkState.RUNNING).exists():
            assert running.poll() is None, "it ended before it could be stopped"
        running.send_signal(signal.SIGINT)
        told = running.communicate(timeout=WAIT_S)[1]

    assert running.returncode == 130
    assert "Traceback" not in told
    assert told.splitlines()[-1].startswith("CommandError: stopped; what came in is kept")
    assert Video.objects.get().state == WorkState.QUEUED


@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="no real footage beside the repository (VIGIL_FOOTAGE)")
def test_real_footage_comes_in_whole() -> None:
    files = [FOOTAGE / "fire" / "house6.mp4", *sorted(FOOTAGE.glob("fights/*/*.mp4"))[::40]]
    result = json.loads(run("--project", "Footage", *files, "--json"))

    assert (result["imported"], result["processed"], result["refused"]) == (len(files), len(files), [])
