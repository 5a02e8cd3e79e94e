"""The export page: asking, making, fetching; and who may not."""

import io
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from django.utils.html import escape

from tests.factories import AnnotationFactory, MembershipFactory, SegmentFactory
from tests.platform.interop.footage import ready_video
from vigil.accounts.models import Membership, Role
from vigil.interop.models import ExportRequest
from vigil.interop.services.requests import export_folder, export_next
from vigil.projects.work import WorkState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def manager() -> Membership:
    return MembershipFactory(role=Role.MANAGER)


@pytest.fixture
def client(manager: Membership) -> Client:
    client = Client()
    client.force_login(manager.user)
    return client


def test_an_export_is_asked_for_made_and_fetched(client: Client, manager: Membership) -> None:
    video = ready_video(manager.project)
    SegmentFactory(annotation=AnnotationFactory(video=video), explanation="A man shoves another man.")
    home = f"/projects/{manager.project.slug}/export/"
    assert "None yet" in client.get(home).content.decode()
    assert client.post(f"{home}start/", {"format": "llava"}).status_code == 302
    waiting = client.get(home).content.decode()
    assert 'hx-trigger="every 1s"' in waiting and "is being made" in waiting

    assert export_next()
    assert not export_next()
    request = ExportRequest.objects.get()
    assert (request.state, request.error, request.done, request.total) == (WorkState.SUCCEEDED, "", 1, 1)
    page = client.get(f"{home}live/").content.decode()
    assert "hx-trigger" not in page and "Download zip" in page

    answer = client.get(f"/exports/{request.pk}/download/")
    assert answer["Content-Disposition"].startswith("attachment;")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:  # type: ignore[arg-type]
        names = archive.namelist()
        assert "A man shoves another man." in archive.read("train.json").decode()
    assert [Path(name).suffix for name in sorted(names)] == [".mp4", ".json"]


def test_the_same_export_twice_at_once_is_refused(client: Client, manager: Membership) -> None:
    start = f"/projects/{manager.project.slug}/export/start/"
    client.post(start, {"format": "llava"})
    assert "being made already" in client.post(start, {"format": "llava"}, follow=True).content.decode()
    assert ExportRequest.objects.count() == 1


def test_an_unknown_format_is_refused(client: Client, manager: Membership) -> None:
    answer = client.post(f"/projects/{manager.project.slug}/export/start/", {"format": "../etc"}, follow=True)
    assert "unknown format" in answer.content.decode()
    assert not ExportRequest.objects.exists()


def test_a_failed_export_says_why_on_the_page(client: Client, manager: Membership) -> None:
    client.post(f"/projects/{manager.project.slug}/export/start/", {"format": "label_studio"})
    assert export_next()
    request = ExportRequest.objects.get()
    assert request.state == WorkState.FAILED and "import" in request.error
    assert escape(request.error) in client.get(f"/projects/{manager.project.slug}/export/").content.decode()
    assert not export_folder(request).exists()
    assert client.get(f"/exports/{request.pk}/download/").status_code == 404


def test_an_annotator_may_not_export_and_a_stranger_sees_nothing(manager: Membership) -> None:
    annotator = MembershipFactory(project=manager.project, role=Role.ANNOTATOR)
    stranger = MembershipFactory()
    for person, status in ((annotator.user, 403), (stranger.user, 404)):
        client = Client()
        client.force_login(person)
        assert client.get(f"/projects/{manager.project.slug}/export/").status_code == status
        assert client.post(f"/projects/{manager.project.slug}/export/start/").status_code == status
    assert not ExportRequest.objects.exists()
