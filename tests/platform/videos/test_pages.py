"""Upload, import report and Retry, by role."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.factories import MembershipFactory, ProjectFactory, UserFactory, VideoFactory
from tests.platform.videos.clips import write_clip
from vigil.accounts.models import AuditEvent, Role, User
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.videos.models import ImportItem, ImportJob, ImportOutcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    made: Project = ProjectFactory()
    return made


@pytest.fixture
def manager(client: Client, project: Project) -> Client:
    client.force_login(member(project, Role.MANAGER))
    return client


def member(project: Project, role: Role) -> User:
    user: User = MembershipFactory(project=project, role=role).user
    return user


def upload_url(project: Project) -> str:
    return reverse("videos:upload", args=[project.slug])


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="video/mp4")


def test_a_manager_uploads_files_with_label_camera_and_split(
    manager: Client, project: Project, tmp_path: Path, media_root: Path
) -> None:
    good, text = write_clip(tmp_path / "a.mp4").read_bytes(), b"no video at all\n"
    form = {"files": [sent("a.mp4", good), sent("b.mp4", text)], "label": "fighting", "group": "gate", "split": "test"}
    answer = manager.post(upload_url(project), form, follow=True)

    video = project.videos.get()
    assert (video.name, video.weak_label, video.classes) == ("a.mp4", "abnormal", ["Fighting"])
    assert (video.group, video.split) == ("gate", "test")
    assert answer.redirect_chain[-1][0] == reverse("videos:import", args=[project.slug, ImportJob.objects.get().pk])
    page = answer.content.decode()
    assert "1 imported" in page
    assert "this is a text file, not a video" in page
    assert AuditEvent.objects.get(action="videos.import").actor is not None
    assert list((media_root / "tmp").iterdir()) == []


def test_a_table_among_the_files_labels_them(manager: Client, project: Project, tmp_path: Path) -> None:
    table = b"file,label,split\na.mp4,normal,val\n"
    form = {"files": [sent("a.mp4", write_clip(tmp_path / "a.mp4").read_bytes()), sent("labels.csv", table)]}
    manager.post(upload_url(project), form)

    video = project.videos.get()
    assert (video.weak_label, video.split) == ("normal", "val")


def test_a_name_is_only_a_name(manager: Client, project: Project, tmp_path: Path, media_root: Path) -> None:
    content = write_clip(tmp_path / "a.mp4").read_bytes()
    manager.post(upload_url(project), {"files": [sent("../../<b>evil</b>.mp4", content)]})

    video = project.videos.get()
    assert "/" not in video.name
    assert video.original == f"originals/{video.sha256[:2]}/{video.sha256}"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "No video was chosen"),
        ({"split": "traim"}, "train, val or test"),
        ({"label": "a,b"}, "is no label"),
        ({"group": "g" * 300}, "at most 200"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(
    manager: Client, project: Project, form: dict[str, str], words: str
) -> None:
    answer = manager.post(upload_url(project), form)

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_an_upload_too_large_is_refused_before_its_body_is_read(
    manager: Client, project: Project, settings: Settings, media_root: Path
) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    answer = manager.post(upload_url(project), {"files": [sent("a.mp4", b"x" * 5000)]})

    assert answer.status_code == 422
    assert "send fewer files" in answer.content.decode()
    assert not media_root.exists()


def test_more_files_than_one_upload_may_have_are_refused_in_words(
    manager: Client, project: Project, media_root: Path, settings: Settings
) -> None:
    settings.UPLOAD_MAX_FILES = 2
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 3
    answer = manager.post(upload_url(project), {"files": [sent(f"{n}.mp4", b"x") for n in range(4)]})

    assert answer.status_code == 422
    assert "One upload may have 2 files" in answer.content.decode()
    assert not project.videos.exists()


def test_a_folder_of_thousands_of_files_is_no_more_than_django_takes(settings: Settings) -> None:
    assert settings.DATA_UPLOAD_MAX_NUMBER_FILES > settings.UPLOAD_MAX_FILES == 5000


def test_an_upload_without_room_for_it_is_refused(
    manager: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigil.videos.storage.DISK_RESERVE_BYTES", 1 << 60)
    answer = manager.post(upload_url(project), {"files": [sent("a.mp4", b"x")]})

    assert answer.status_code == 422
    assert "free some" in answer.content.decode()


def test_an_upload_without_a_token_is_refused(project: Project) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member(project, Role.MANAGER))

    assert client.post(upload_url(project), {"files": [sent("a.mp4", b"x")]}).status_code == 403
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER])
def test_lower_roles_neither_see_nor_use_the_upload(client: Client, project: Project, role: Role) -> None:
    client.force_login(member(project, role))

    assert client.get(upload_url(project)).status_code == 403
    assert client.post(upload_url(project), {"files": [sent("a.mp4", b"x")]}).status_code == 403
    assert not ImportJob.objects.exists()


def test_a_stranger_finds_nothing(client: Client, project: Project) -> None:
    job = ImportJob.objects.create(project=project)
    video = VideoFactory(project=project, state=WorkState.FAILED)
    client.force_login(UserFactory())

    assert client.get(upload_url(project)).status_code == 404
    assert client.get(reverse("videos:import", args=[project.slug, job.pk])).status_code == 404
    assert client.post(reverse("videos:retry", args=[video.pk])).status_code == 404


def test_an_import_is_not_found_in_another_project(manager: Client, project: Project) -> None:
    other = MembershipFactory(project=ProjectFactory(), role=Role.MANAGER, user=project.memberships.get().user).project
    job = ImportJob.objects.create(project=project)

    assert manager.get(reverse("videos:import", args=[other.slug, job.pk])).status_code == 404


def test_the_report_shows_quarantine_with_its_reason_and_retry(manager: Client, project: Project) -> None:
    video = VideoFactory(project=project, state=WorkState.FAILED, error="half of its frames are damaged")
    job = ImportJob.objects.create(project=project)
    ImportItem.objects.create(job=job, name="a.mp4", outcome=ImportOutcome.IMPORTED, video=video)
    page = manager.get(reverse("videos:import", args=[project.slug, job.pk])).content.decode()

    assert "half of its frames are damaged" in page
    answer = manager.post(reverse("videos:retry", args=[video.pk]), follow=True)
    video.refresh_from_db()
    assert video.state == WorkState.QUEUED
    assert "is queued again" in answer.content.decode()
    assert manager.post(reverse("videos:retry", args=[video.pk])).status_code == 409


def test_the_report_renews_itself_until_all_is_done(manager: Client, project: Project) -> None:
    video = VideoFactory(project=project, state=WorkState.RUNNING)
    job = ImportJob.objects.create(project=project, finished_at="2026-01-01T00:00Z")
    ImportItem.objects.create(job=job, name="a.mp4", outcome=ImportOutcome.IMPORTED, video=video)
    url = reverse("videos:import", args=[project.slug, job.pk])

    assert b"hx-trigger" in manager.get(url).content
    project.videos.update(state=WorkState.SUCCEEDED)
    assert b"hx-trigger" not in manager.get(url).content


def test_the_upload_page_offers_the_classes_and_lists_imports(manager: Client, project: Project) -> None:
    job = ImportJob.objects.create(project=project)
    page = manager.get(upload_url(project)).content.decode()

    assert 'value="Fighting"' in page
    assert reverse("videos:import", args=[project.slug, job.pk]) in page
