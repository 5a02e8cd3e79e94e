"""Renditions go to members of the video's project and to nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import MembershipFactory, RenditionFactory, UserFactory, VideoFactory
from vigil.accounts.models import Role
from vigil.videos.models import Rendition, RenditionKind, Video
from vigil.videos.selectors import rendition_urls
from vigil.videos.storage import media_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def poster() -> Rendition:
    rendition: Rendition = RenditionFactory(kind=RenditionKind.POSTER)
    path = media_path(rendition.path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"picture")
    return rendition


@pytest.fixture
def viewer(client: Client, poster: Rendition) -> Client:
    client.force_login(MembershipFactory(project=poster.video.project, role=Role.VIEWER).user)
    return client


def address(video: Video, kind: str = "poster") -> str:
    return reverse("videos:media", args=[video.pk, kind])


def test_a_viewer_gets_the_picture_and_parts_of_it(viewer: Client, poster: Rendition) -> None:
    whole = viewer.get(rendition_urls(poster.video)["poster_url"])
    part = viewer.get(address(poster.video), headers={"Range": "bytes=0-2"})

    assert (whole.status_code, whole["Content-Type"], b"".join(whole)) == (200, "image/jpeg", b"picture")
    assert (part.status_code, b"".join(part)) == (206, b"pic")


def test_a_stranger_is_told_that_there_is_no_such_video(client: Client, poster: Rendition) -> None:
    client.force_login(UserFactory())

    assert client.get(address(poster.video)).status_code == 404


def test_somebody_not_logged_in_is_sent_to_the_login(client: Client, poster: Rendition) -> None:
    assert client.get(address(poster.video)).status_code == 302


@pytest.mark.parametrize("kind", ["original", "proxy", "settings"])
def test_there_is_nothing_else_to_have(viewer: Client, poster: Rendition, kind: str) -> None:
    assert viewer.get(address(poster.video, kind)).status_code == 404


@pytest.mark.parametrize("path", ["..%2f..%2fsecret_key", "%2e%2e", "poster/../proxy", "poster.jpg"])
def test_no_part_of_an_address_becomes_a_path(viewer: Client, poster: Rendition, path: str) -> None:
    assert viewer.get(f"/media/videos/{poster.video.pk}/{path}").status_code == 404


def test_a_file_gone_from_the_disk_says_what_to_do(viewer: Client, poster: Rendition) -> None:
    media_path(poster.path).unlink()

    answer = viewer.get(address(poster.video))
    assert answer.status_code == 410
    assert b"Retry" in answer.content


def test_nothing_is_written_through_the_media_path(viewer: Client, poster: Rendition) -> None:
    assert viewer.post(address(poster.video)).status_code == 405


def test_a_video_without_renditions_has_no_addresses() -> None:
    assert rendition_urls(VideoFactory()) == {"proxy_url": None, "poster_url": None, "filmstrip": None}
