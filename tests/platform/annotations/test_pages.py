import pytest

from tests.factories import (
    MembershipFactory,
    PredictionFactory,
    QuestionFactory,
    UserFactory,
    VideoFactory,
)
from vigil.accounts.models import Role
from vigil.projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    membership = MembershipFactory(role=Role.OWNER)
    client.force_login(membership.user)
    return membership


def text(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_home_shows_progress_and_leads_to_the_questions(client, owner):
    QuestionFactory(video=VideoFactory(project=owner.project))
    page = text(client.get("/"))
    assert owner.project.name in page
    assert f"/projects/{owner.project.slug}/questions/" in page


def test_home_without_a_project_says_what_to_do(client):
    client.force_login(UserFactory(username="ada"))
    page = text(client.get("/"))
    assert "Nobody has added you to a project" in page and "ada" in page and "Add project" not in page
    client.force_login(UserFactory(is_superuser=True))
    assert "import_videos --project" in text(client.get("/"))


def test_an_admin_adds_a_project_and_is_told_when_the_name_is_taken(client):
    client.force_login(UserFactory(is_superuser=True))
    assert client.post("/projects/", {"name": "City"})["Location"] == "/projects/city/"
    page = text(client.post("/projects/", {"name": "City"}, follow=True))
    assert "already a project called" in page and Project.objects.count() == 1


def test_workbench_page_names_its_video_and_question_and_sets_the_token(client, owner):
    video = VideoFactory(project=owner.project)
    answer = client.get(f"/videos/{video.pk}/?question=12")
    page = text(answer)
    assert f'data-video-id="{video.pk}"' in page and 'data-question-id="12"' in page
    assert f'data-project-slug="{owner.project.slug}"' in page
    assert "csrftoken" in answer.cookies
    assert 'data-question-id=""' in text(client.get(f"/videos/{video.pk}/?question=<script>"))


def test_missing_things_get_a_page(client, owner):
    for path in ("/videos/999999/", "/videos/99999999999999999999/", "/projects/no-such/", "/nowhere/"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "Not here" in answer.content.decode(), path


def test_what_a_page_may_load_is_enforced(client, owner):
    answer = client.get("/")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "default-src 'none'" in policy
    assert "<script>" not in answer.content.decode()
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["X-Frame-Options"] == "DENY"


def test_the_workbench_page_tells_the_browser_what_will_be_asked_for(client, owner):
    prediction = PredictionFactory(video=VideoFactory(project=owner.project))
    video_id = prediction.video_id
    page = text(client.get(f"/videos/{video_id}/?question=7"))
    assert f'href="/api/videos/{video_id}/workbench?scores=apart&amp;question=7" as="fetch" crossorigin' in page
    assert f'href="/api/videos/{video_id}/predictions/{prediction.pk}/scores" as="fetch" crossorigin' in page
