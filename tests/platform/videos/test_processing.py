"""A claimed video becomes ready or is put in quarantine with the reason; a dead worker's video is claimed again."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from tests.factories import ProjectFactory, UserFactory
from tests.platform.videos.clips import browser_ready_clip, write_clip
from vigil.projects.errors import Conflict
from vigil.projects.stopping import process_is_ending
from vigil.projects.work import WorkState
from vigil.videos.models import Video
from vigil.videos.probing import probe_file
from vigil.videos.processing import process_next, video_retry
from vigil.videos.selectors import original_path, quarantined_of, rendition_urls
from vigil.videos.services import videos_import
from vigil.videos.storage import media_path
from vigil.videos.tasks import process_next as process_task
from vigil.videos.waiting import quarantined, videos_wait

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_S = 60


def imported(*files: Path) -> list[Video]:
    videos_import(project=ProjectFactory(), paths=files)
    return list(Video.objects.order_by("pk"))


def long_clip(path: Path) -> Path:
    """Long enough to be caught while it is rendered."""
    return write_clip(path, frames=900, size=(640, 480), options={"preset": "ultrafast"})


def damaged(video: Video) -> None:
    """The original rots on the disk after the import."""
    path = original_path(video)
    path.chmod(0o600)
    path.write_bytes(b"rotten" * 100)


def test_a_video_becomes_ready_with_proxy_poster_and_filmstrip(tmp_path: Path) -> None:
    [video] = imported(write_clip(tmp_path / "a.avi", codec="mpeg4"))

    assert process_next()
    assert not process_next()
    video.refresh_from_db()
    assert (video.state, video.error, video.attempts) == (WorkState.SUCCEEDED, "", 1)
    urls = rendition_urls(video)
    assert urls["proxy_url"].startswith(f"/media/videos/{video.pk}/proxy?v=")
    assert urls["filmstrip"].items() >= {"columns": 4, "rows": 1, "interval_ms": 500, "count": 4}.items()
    kept = {rendition.kind: media_path(rendition.path) for rendition in video.renditions.all()}
    assert probe_file(kept["proxy"]).codec == "h264"
    assert all(path.stat().st_size > 0 for path in kept.values())


def test_a_browser_ready_original_is_its_own_proxy(tmp_path: Path) -> None:
    [video] = imported(browser_ready_clip(tmp_path / "a.mp4"))
    process_next()

    proxy = media_path(video.renditions.get(kind="proxy").path)
    assert proxy.stat().st_ino == original_path(video).stat().st_ino


def test_a_damaged_original_is_quarantined_and_the_next_goes_on(tmp_path: Path) -> None:
    bad, good = imported(write_clip(tmp_path / "a.mp4"), write_clip(tmp_path / "b.mp4", frames=20))
    damaged(bad)
    process_task()

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (WorkState.FAILED, WorkState.SUCCEEDED)
    assert "text file" in bad.error
    assert list(quarantined_of(project=bad.project)) == [bad]
    assert not bad.renditions.exists()


def test_retry_takes_a_video_out_of_quarantine_once(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "a.mp4")
    [video] = imported(source)
    damaged(video)
    process_next()
    original_path(video).write_bytes(source.read_bytes())
    video_retry(video=video, user=UserFactory())

    with pytest.raises(Conflict):
        video_retry(video=video, user=None)
    assert process_next()
    video.refresh_from_db()
    assert (video.state, video.error) == (WorkState.SUCCEEDED, "")


def test_a_video_that_kills_its_worker_each_time_ends_in_quarantine(tmp_path: Path) -> None:
    [video] = imported(write_clip(tmp_path / "a.mp4"))
    Video.objects.filter(pk=video.pk).update(attempts=3)

    assert process_next()
    video.refresh_from_db()
    assert video.state == WorkState.FAILED
    assert "lost 3 times" in video.error


def test_two_workers_make_each_video_ready_once(tmp_path: Path) -> None:
    videos = imported(*(write_clip(tmp_path / f"{n}.mp4", frames=10 + n) for n in range(4)))

    def work() -> None:
        try:
            process_task()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(WAIT_S)
    states = Video.objects.filter(pk__in=[v.pk for v in videos]).values_list("state", "attempts")
    assert list(states) == [(WorkState.SUCCEEDED, 1)] * 4


def test_work_that_was_told_to_stop_waits_for_the_next_worker(tmp_path: Path) -> None:
    [video] = imported(long_clip(tmp_path / "a.mp4"))
    asked: list[bool] = []

    def second_time() -> bool:
        asked.append(True)
        return len(asked) > 1

    assert process_next(should_stop=second_time)
    video.refresh_from_db()
    assert (video.state, video.error, video.attempts) == (WorkState.QUEUED, "", 0)


def test_a_worker_that_is_told_to_end_takes_no_further_video(tmp_path: Path) -> None:
    [video] = imported(write_clip(tmp_path / "a.mp4"))
    process_is_ending.set()
    try:
        process_task()
    finally:
        process_is_ending.clear()
    video.refresh_from_db()
    assert video.state == WorkState.QUEUED


def test_waiting_without_a_worker_does_the_work_here(tmp_path: Path) -> None:
    videos = imported(write_clip(tmp_path / "a.mp4"), write_clip(tmp_path / "b.mp4", frames=20))
    damaged(videos[1])
    ids = [video.pk for video in videos]
    seen: list[tuple[int, int]] = []
    videos_wait(video_ids=ids, on_done=lambda *step: seen.append(step))

    assert [name for name, _ in quarantined(ids)] == ["b.mp4"]
    assert seen[-1] == (2, 2)


def test_a_killed_worker_leaves_no_process_and_its_video_is_made_by_the_next(tmp_path: Path, media_root: Path) -> None:
    [video] = imported(long_clip(tmp_path / "a.mp4"))
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(media_root)], env=worker_environment())
    process = psutil.Process(worker.pid)
    until(lambda: bool(process.children(recursive=True)))
    [child] = process.children()
    worker.send_signal(signal.SIGKILL)
    worker.wait(WAIT_S)

    child.wait(WAIT_S)
    video.refresh_from_db()
    assert video.state == WorkState.RUNNING
    Video.objects.filter(pk=video.pk).update(heartbeat_at=timezone.now())
    assert not process_next(), "a row with a fresh heartbeat is somebody's"
    Video.objects.filter(pk=video.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=8))
    assert process_next(), "one missed beat of a process that is gone is enough"
    video.refresh_from_db()
    assert (video.state, video.attempts) == (WorkState.SUCCEEDED, 2)


WORKER = """
import sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.MEDIA_ROOT = Path(sys.argv[1])
from vigil.videos.processing import process_next
process_next()
"""


def worker_environment() -> dict[str, str]:
    """The test's own database for a process of its own."""
    database = connection.settings_dict
    keys = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    url = " ".join(f"{key}='{database[name]}'" for key, name in keys.items() if database[name])
    return {**os.environ, "DATABASE_URL": url, "VIGIL_HOME": str(settings.VIGIL_HOME)}


def until(condition: Callable[[], bool]) -> None:
    """Waits for a condition, not for a time."""
    done = threading.Event()
    deadline = timezone.now() + timedelta(seconds=WAIT_S)
    while not condition():
        assert timezone.now() < deadline, "the condition did not come true"
        done.wait(0.02)
