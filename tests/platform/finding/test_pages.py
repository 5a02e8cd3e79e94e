import pytest

from tests.factories import (
    AnnotationFactory,
    MembershipFactory,
    PredictionFactory,
    RenditionFactory,
    SegmentFactory,
    VideoFactory,
)
from vigil.accounts.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    membership = MembershipFactory(role=Role.OWNER)
    client.force_login(membership.user)
    return membership


def text(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_project_page_lists_videos_with_reason_of_quarantine_and_score(client, owner):
    ready = VideoFactory(project=owner.project, name="<b>gate</b>.mp4")
    RenditionFactory(video=ready, kind="poster")
    PredictionFactory(video=ready)
    VideoFactory(project=owner.project, state="failed", error="The file ends after 3 of 10 seconds.")
    page = text(client.get(f"/projects/{owner.project.slug}/"))
    assert "&lt;b&gt;gate&lt;/b&gt;.mp4" in page and "<b>gate" not in page
    assert "The file ends after 3 of 10 seconds." in page
    assert "0.85" in page and "<polyline" in page
    assert f"/media/videos/{ready.pk}/poster" in page
    assert "Upload videos" in page


def test_project_page_takes_few_queries_however_many_videos(client, owner, django_assert_max_num_queries):
    for _ in range(12):
        video = VideoFactory(project=owner.project)
        RenditionFactory(video=video, kind="filmstrip", geometry={"columns": 1})
        RenditionFactory(video=video, kind="poster")
    with django_assert_max_num_queries(34):
        client.get(f"/projects/{owner.project.slug}/")


def test_a_viewer_sees_neither_upload_nor_training(client):
    viewer = MembershipFactory(role=Role.VIEWER)
    client.force_login(viewer.user)
    page = text(client.get(f"/projects/{viewer.project.slug}/"))
    assert "Upload videos" not in page and "/training/" not in page
    assert "A manager of the project brings them" in page


def test_pages_turn_and_keep_the_filters(client, owner):
    for _ in range(51):
        VideoFactory(project=owner.project, split="val")
    page = text(client.get(f"/projects/{owner.project.slug}/?split=val"))
    assert "?split=val&amp;page=2" in page and "1–50 of 51" in page
    assert "51–51 of 51" in text(client.get(f"/projects/{owner.project.slug}/?split=val&page=2"))


def test_filters_that_fit_nothing_say_so(client, owner):
    VideoFactory(project=owner.project)
    assert "No video fits these filters" in text(client.get(f"/projects/{owner.project.slug}/?q=nothing"))


def test_labels_of_drafts_are_offered_and_found_for_their_author_alone(client, owner):
    video = VideoFactory(project=owner.project, name="gate.mp4")
    ann = MembershipFactory(project=owner.project).user
    draft = AnnotationFactory(video=video, user=ann, state="draft", submitted_at=None)
    SegmentFactory(annotation=draft, label="Arson")
    address = f"/projects/{owner.project.slug}/"
    assert "Arson" not in text(client.get(address)) and "gate.mp4" not in text(client.get(f"{address}?label=Arson"))
    client.force_login(ann)
    assert "Arson" in text(client.get(address)) and "gate.mp4" in text(client.get(f"{address}?label=Arson"))
