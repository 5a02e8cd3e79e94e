"""The review and agreement pages as each role sees them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import AnnotationFactory, MembershipFactory, ProjectFactory, SegmentFactory, VideoFactory
from vigil.accounts.models import Role
from vigil.review.comments import comment_add
from vigil.review.models import DoubleAnnotation, SecondReading
from vigil.review.services import segment_review

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory(slug="city")


def member(project, role, name):
    return MembershipFactory(project=project, role=role, user__username=name).user


@pytest.fixture
def people(project):
    roles = {"ann": Role.ANNOTATOR, "ben": Role.ANNOTATOR, "rae": Role.REVIEWER, "max": Role.MANAGER}
    return {name: member(project, role, name) for name, role in roles.items()}


def annotated(video, user, *spans, label="Fighting"):
    annotation = AnnotationFactory(video=video, user=user)
    for start_ms, end_ms in spans:
        SegmentFactory(annotation=annotation, start_ms=start_ms, end_ms=end_ms, label=label)
    return annotation


def text(client, user, path):
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_reviewer_sees_what_waits_with_its_numbers_and_an_annotator_does_not(client, project, people):
    video = VideoFactory(project=project, name="<i>gate</i>.mp4")
    annotation = annotated(video, people["ann"], (1_000, 2_000), (3_000, 4_000))
    page = text(client, people["rae"], "/projects/city/review/")
    assert "&lt;i&gt;gate&lt;/i&gt;.mp4" in page and f"/videos/{video.pk}/?annotation={annotation.pk}" in page
    assert 'data-testid="count-waiting">1<' in page and 'data-testid="review-waiting">1<' in page
    page = text(client, people["ben"], "/projects/city/review/")
    assert "Nothing waits for you" in page and "gate" not in page


def test_what_is_sent_back_says_what_is_wrong_to_its_author_alone(client, project, people):
    annotation = annotated(VideoFactory(project=project), people["ann"], (1_000, 2_000))
    key = annotation.segments.get().key
    segment_review(
        user=people["rae"], annotation_id=annotation.pk, segment_key=key, verdict="rejected", comment="Too <late>."
    )
    page = text(client, people["ann"], "/projects/city/review/")
    assert "Sent back to you" in page and "Too &lt;late&gt;." in page
    assert "Sent back to you" not in text(client, people["ben"], "/projects/city/review/")


def test_a_second_reading_and_open_comments_are_listed(client, project, people):
    video = VideoFactory(project=project, name="gate.mp4")
    SecondReading.objects.create(video=video, user=people["ben"])
    comment_add(user=people["ann"], video_id=video.pk, at_ms=61_500 % video.duration_ms, text="Who is this?")
    page = text(client, people["ben"], "/projects/city/review/")
    assert "To annotate a second time" in page and "Who is this?" in page and "1 open comment" in page


def test_agreement_of_a_pair_over_the_project_and_in_one_video(client, project, people):
    video = VideoFactory(project=project)
    annotated(video, people["ann"], (1_000, 2_000), (8_000, 9_000))
    annotated(video, people["ben"], (1_200, 2_000))
    page = text(client, people["ann"], "/projects/city/agreement/")
    assert "ann <span" in page and 'data-testid="f1-0.5">0.67<' in page and "+0.20 s" in page
    page = text(client, people["ann"], f"/videos/{video.pk}/agreement/")
    assert page.count("matched-segment") == 1 + 1  # one matched, and the word in `unmatched-segment`
    assert page.count("unmatched-segment") == 1 and f"/videos/{video.pk}/?at=1000" in page


def test_agreement_without_two_people_says_what_to_do(client, project, people):
    video = VideoFactory(project=project)
    assert "No video was annotated by two people yet" in text(client, people["ann"], "/projects/city/agreement/")
    assert "Two submitted annotations are compared here" in text(
        client, people["ann"], f"/videos/{video.pk}/agreement/"
    )


def test_agreement_is_hidden_from_who_annotates_blind(client, project, people):
    DoubleAnnotation.objects.create(project=project, share_percent=100, is_blind=True)
    video = VideoFactory(project=project)
    annotated(video, people["ann"], (1_000, 2_000), label="Secret")
    annotated(video, people["max"], (1_000, 2_000), label="Secret")
    for path in ("/projects/city/agreement/", f"/videos/{video.pk}/agreement/"):
        assert "Secret" not in text(client, people["ben"], path)
        assert "Secret" in text(client, people["rae"], path)


def test_a_manager_sets_the_share_and_nonsense_is_refused(client, project, people):
    client.force_login(people["max"])
    assert client.post("/projects/city/agreement/double/", {"share_percent": "20", "is_blind": "on"}).status_code == 302
    rule = DoubleAnnotation.objects.get(project=project)
    assert (rule.share_percent, rule.is_blind) == (20, True)
    for wrong in ("101", "-1", "many", ""):
        client.post("/projects/city/agreement/double/", {"share_percent": wrong})
        assert DoubleAnnotation.objects.get(project=project).share_percent == 20


def test_what_overlaps_too_much_is_said_and_left_out(client, project, people, monkeypatch):
    monkeypatch.setattr("vigil.review.agreement.MOST_PAIRS", 3)
    video = VideoFactory(project=project)
    annotated(video, people["ann"], (1_000, 9_000), (1_001, 9_000))
    annotated(video, people["ben"], (1_000, 9_000), (1_001, 9_000))
    assert "1 video is left out of the figures" in text(client, people["ann"], "/projects/city/agreement/")
    page = text(client, people["ann"], f"/videos/{video.pk}/agreement/")
    assert "Too many of their 2 and 2 segments overlap" in page and "Only one person" not in page


def test_the_agreement_of_a_project_takes_as_many_queries_for_many_videos_as_for_one(client, project, people):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            text(client, people["rae"], "/projects/city/agreement/?page=2")
        return len(captured)

    def doubled(count):
        for _ in range(count):
            video = VideoFactory(project=project)
            annotated(video, people["ann"], (1_000, 2_000))
            annotated(video, people["ben"], (1_000, 2_000))

    doubled(1)
    annotated(VideoFactory(project=project, name="alone.mp4"), people["ann"], (1_000, 2_000))
    queries()  # what a process reads once
    before = queries()
    doubled(52)
    assert queries() == before
    page = text(client, people["rae"], "/projects/city/agreement/?page=2")
    assert "51–53 of 53" in page and "alone.mp4" not in page
