"""The history over the API: who, what, a page at a time; of old and of very many revisions."""

import tracemalloc
import uuid

import pytest

from tests.factories import AnnotationFactory, MembershipFactory, UserFactory
from vigil.accounts.models import Role
from vigil.annotations.models import Revision
from vigil.review import changes
from vigil.review.models import DoubleAnnotation, SecondReading

pytestmark = pytest.mark.django_db


def segment(key, **more):
    given = {"start_ms": 0, "end_ms": 1_000, "label": "Fire", "explanation": "", "outcome": "manual"}
    return {"key": str(key), "source_id": None, "draft_explanation": "", **given, **more}


def saved(annotation, number, by, *segments):
    document = {"segments": list(segments), "is_fully_watched": False, "spent_ms": 0}
    Revision.objects.create(annotation=annotation, number=number, document=document, saved_by=by)


@pytest.fixture
def annotation():
    made = AnnotationFactory()
    MembershipFactory(user=made.user, project=made.video.project)
    return made


def history(client, annotation, query=""):
    answer = client.get(f"/api/annotations/{annotation.pk}/history{query}")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_changes_newest_first_with_who_and_both_versions(client, annotation):
    rae, a, b = UserFactory(username="rae"), uuid.uuid4(), uuid.uuid4()
    saved(annotation, 1, annotation.user, segment(a), segment(b, start_ms=500))
    saved(annotation, 2, rae, segment(a, end_ms=2_000), segment(b, start_ms=500))
    client.force_login(annotation.user)
    told = history(client, annotation)
    assert [(one["saved_by"], one["kinds"], one["segment_key"]) for one in told["changes"]] == [
        ("rae", ["moved"], str(a)),
        (annotation.user.username, ["added"], str(b)),
        (annotation.user.username, ["added"], str(a)),
    ]
    moved = told["changes"][0]
    assert (moved["before"]["end_ms"], moved["after"]["end_ms"], moved["after"]["dialogue"]) == (1_000, 2_000, [])
    assert told["earlier"] is None
    assert len(history(client, annotation, f"?segment={b}")["changes"]) == 1


def test_a_page_at_a_time_loses_nothing(client, annotation, monkeypatch):
    monkeypatch.setattr(changes, "REVISIONS_A_PAGE", 20)
    key = uuid.uuid4()
    people = [annotation.user, UserFactory()]
    for number in range(1, 51):
        saved(annotation, number, people[number % 2], segment(key, end_ms=1_000 + number))
    client.force_login(annotation.user)
    found, page = [], history(client, annotation)
    while True:
        found += [change["revision"] for change in page["changes"]]
        if page["earlier"] is None:
            break
        page = history(client, annotation, f"?before={page['earlier']}")
    assert found == list(range(50, 0, -1))


def test_a_thousand_revisions_are_read_in_three_queries(client, annotation, django_assert_max_num_queries):
    keys = [uuid.uuid4() for _ in range(10)]
    people = [annotation.user, UserFactory()]
    for number in range(1, 1_001):
        segments = [
            segment(key, end_ms=1_000 + (number if place == number % 10 else 0)) for place, key in enumerate(keys)
        ]
        saved(annotation, number, people[number % 2], *segments)
    with django_assert_max_num_queries(4):
        told = changes.history_contents(annotation=annotation, before=None, segment_key=None)
    assert len(told["changes"]) > 1_000 and told["earlier"] is None


def test_others_histories_are_for_reviewers_who_are_not_blind(client, annotation):
    project = annotation.video.project
    client.force_login(MembershipFactory(project=project).user)
    assert client.get(f"/api/annotations/{annotation.pk}/history").status_code == 403
    rae = MembershipFactory(project=project, role=Role.REVIEWER).user
    client.force_login(rae)
    assert client.get(f"/api/annotations/{annotation.pk}/history").status_code == 200
    DoubleAnnotation.objects.create(project=project, share_percent=100)
    SecondReading.objects.create(video=annotation.video, user=rae)
    for path in ("history", "reviews", "workbench"):
        assert client.get(f"/api/annotations/{annotation.pk}/{path}").status_code == 403


def test_of_heavy_revisions_a_few_are_in_memory_at_a_time_even_where_all_segments_are_gone_by_now(client, annotation):
    segments = [segment(uuid.uuid4(), start_ms=at, explanation="A man shoves another man. " * 8) for at in range(2_000)]
    for number in range(1, 41):
        segments[number] = {**segments[number], "end_ms": 90_000}
        saved(annotation, number, annotation.user, *segments)
    saved(annotation, 41, annotation.user)
    client.force_login(annotation.user)
    tracemalloc.start()
    told = changes.history_contents(annotation=annotation, before=None, segment_key=None)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40_000_000
    assert sum(change["kinds"] == ("removed",) for change in told["changes"]) == 2_000
    found = {one["revision"] for one in told["changes"]}
    while told["earlier"] is not None:
        told = changes.history_contents(annotation=annotation, before=told["earlier"], segment_key=None)
        found |= {one["revision"] for one in told["changes"]}
    assert {1, 41} < found


def test_the_first_save_after_there_were_dialogues_is_no_change(client, annotation):
    key = uuid.uuid4()
    saved(annotation, 1, annotation.user, segment(key))
    saved(annotation, 2, UserFactory(), segment(key, dialogue=[], draft_id=None))
    client.force_login(annotation.user)
    assert [one["kinds"] for one in history(client, annotation)["changes"]] == [["added"]]
