"""Comments over the API: pinned, answered, settled, removed; and what is refused."""

import uuid

import pytest

from tests.factories import MembershipFactory, ProjectFactory, VideoFactory
from vigil.accounts.models import Role
from vigil.review.models import Comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def video():
    return VideoFactory(project=ProjectFactory())


def member(video, role=Role.ANNOTATOR):
    return MembershipFactory(project=video.project, role=role).user


def post(client, path, **body):
    return client.post(path, body, content_type="application/json")


def add(client, video, **body):
    return post(client, f"/api/videos/{video.pk}/comments", **{"at_ms": 1_500, "text": "Look <b>here</b>.", **body})


def shown(client, video):
    return client.get(f"/api/videos/{video.pk}/comments").json()["comments"]


def test_a_thread_from_first_word_to_resolved(client, video):
    ann, ben = member(video), member(video)
    client.force_login(ann)
    key = str(uuid.uuid4())
    root = add(client, video, segment_key=key).json()
    assert (root["text"], root["at_ms"], root["segment_key"], root["author"]["name"]) == (
        "Look <b>here</b>.", 1_500, key, ann.username,
    )  # fmt: skip
    client.force_login(ben)
    reply = add(client, video, at_ms=9_000, text="The postman.", parent_id=root["id"]).json()
    assert (reply["at_ms"], reply["segment_key"], reply["parent_id"]) == (1_500, key, root["id"])
    settled = post(client, f"/api/comments/{root['id']}/resolve", is_resolved=True).json()
    assert settled["resolved_by"] == ben.username
    again = add(client, video, text="No, his brother.", parent_id=reply["id"]).json()
    assert again["parent_id"] == root["id"]
    assert [(one["id"], one["resolved_at"]) for one in shown(client, video)][0] == (root["id"], None)


def test_only_ones_own_goes_and_the_replies_stay(client, video):
    ann, ben = member(video), member(video)
    client.force_login(ann)
    root = add(client, video).json()["id"]
    client.force_login(ben)
    add(client, video, parent_id=root)
    assert client.delete(f"/api/comments/{root}").status_code == 403
    client.force_login(ann)
    assert client.delete(f"/api/comments/{root}").status_code == 200
    first, second = shown(client, video)
    assert (first["is_removed"], first["text"]) == (True, "") and second["text"]
    lonely = add(client, video).json()["id"]
    client.delete(f"/api/comments/{lonely}")
    assert lonely not in [one["id"] for one in shown(client, video)]
    assert Comment.objects.filter(pk=lonely).exists()


def test_the_same_comment_sent_twice_is_one(client, video):
    client.force_login(member(video))
    key = str(uuid.uuid4())
    assert add(client, video, key=key).json()["id"] == add(client, video, key=key).json()["id"]
    assert len(shown(client, video)) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"text": "  "}, "needs words"),
        ({"text": "x" * 5_001}, "5000"),
        ({"at_ms": 10_000_000}, "behind the end"),
        ({"at_ms": -1}, "at_ms"),
        ({"text": "a\x00b"}, "NUL"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(client, video, body, said):
    client.force_login(member(video))
    answer = add(client, video, **body)
    assert answer.status_code == 422 and said in answer.json()["detail"]
    assert not Comment.objects.exists()


def test_a_reply_to_another_videos_comment_is_refused_and_a_viewer_only_looks(client, video):
    client.force_login(member(video))
    other = VideoFactory(project=video.project)
    root = add(client, other).json()["id"]
    assert add(client, video, parent_id=root).status_code == 422
    client.force_login(member(video, Role.VIEWER))
    assert len(shown(client, other)) == 1
    assert add(client, video).status_code == 403


def test_a_reply_sent_again_leaves_a_settled_thread_settled(client, video):
    client.force_login(member(video))
    root = add(client, video).json()
    reply = {"text": "Done.", "parent_id": root["id"], "key": str(uuid.uuid4())}
    add(client, video, **reply)
    post(client, f"/api/comments/{root['id']}/resolve", is_resolved=True)
    add(client, video, **reply)
    assert shown(client, video)[0]["resolved_at"] is not None
