"""`GET /api/videos/{id}/similar`: what a person sees of the likest moments."""

import pytest

from tests.factories import MembershipFactory, ModelVersionFactory, RenditionFactory, UserFactory
from tests.platform.predictions.embedded import embedded_video

pytestmark = pytest.mark.django_db
STRIP = {"columns": 10, "rows": 1, "tile_width": 160, "tile_height": 90, "interval_ms": 3000, "count": 10}


@pytest.fixture
def version(client):
    member = MembershipFactory(role="viewer")
    client.force_login(member.user)
    return ModelVersionFactory(project=member.project)


def test_a_moment_comes_with_its_pictures_and_its_address(client, version):
    asked = embedded_video(version, *[0] * 14, 7)
    twin = embedded_video(version, *[1] * 14, 7, duration_ms=29_500)
    RenditionFactory(video=twin, kind="poster")
    RenditionFactory(video=twin, kind="filmstrip", geometry=STRIP)
    answer = client.get(f"/api/videos/{asked.pk}/similar?start_ms=28000&end_ms=30000").json()
    first = answer["moments"][0]
    assert answer["model"] == version.name
    assert (first["video_id"], first["start_ms"], first["end_ms"]) == (twin.pk, 28_000, 29_500)
    assert first["url"] == f"/videos/{twin.pk}/?at=28000" and first["similarity"] > 0.9
    assert first["filmstrip"]["columns"] == 10 and f"/media/videos/{twin.pk}/poster" in first["poster_url"]


def test_the_playhead_alone_is_a_moment_too(client, version):
    asked = embedded_video(version, *[3] * 15)
    answer = client.get(f"/api/videos/{asked.pk}/similar?start_ms=4000&end_ms=4000").json()
    assert answer["moments"][0]["similarity"] > 0.9
    assert all(not one["start_ms"] <= 4000 < one["end_ms"] for one in answer["moments"])


def test_a_stranger_and_a_time_that_is_none_are_refused(client, version):
    video = embedded_video(version, *[3] * 15)
    assert client.get(f"/api/videos/{video.pk}/similar?start_ms=-1&end_ms=4000").status_code == 422
    client.force_login(UserFactory())
    assert client.get(f"/api/videos/{video.pk}/similar?start_ms=0&end_ms=4000").status_code == 404
