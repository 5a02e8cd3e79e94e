"""The demo project from short footage, on the real database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from vigil.accounts.models import Role, User
from vigil.accounts.selectors import role_of
from vigil.annotations.models import Annotation, AnnotationState
from vigil.annotations.schemas import DocumentIn
from vigil.annotations.selectors import frozen_truths_of, submitted_of
from vigil.annotations.services import annotation_save
from vigil.demo.generate import DemoManifest, generate
from vigil.demo.logins import logins_kept
from vigil.demo.production import MadeVideo, Truth, shortened
from vigil.demo.programme import PROGRAMME
from vigil.demo.services import (
    DemoFolder,
    answered,
    demo_answers,
    demo_import,
    demo_people,
    demo_project,
    demo_truth,
)
from vigil.projects.models import Project
from vigil.videos.models import Split, Video

FILES = ("market_square_north_01.mp4", "market_square_north_02.mp4", "market_square_south_01.mp4")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> DemoManifest:
    """Three videos of two seconds, with an event said to be in two of them."""
    plans = [shortened(plan, 2.0) for plan in PROGRAMME if plan.file in FILES]
    made = generate(tmp_path_factory.mktemp("demo"), workers=1, programme=plans)
    event = (Truth("Fighting", "A man in a red coat shoves another man.", 0.5, 1.5),)
    videos = [replace(video, truths=event if video.label == "Fighting" else ()) for video in made.videos]
    return replace(made, videos=tuple(videos))


@pytest.fixture
def folder(tmp_path: Path) -> DemoFolder:
    found = DemoFolder(tmp_path / "demo")
    found.make()
    return found


def loaded(folder: DemoFolder, manifest: DemoManifest) -> Project:
    project = demo_project()
    demo_people(folder=folder, project=project)
    demo_import(project=project, manifest=manifest, on_progress=lambda *_: None)
    demo_truth(project=project, manifest=manifest)
    demo_answers(project=project, manifest=manifest)
    return project


@pytest.mark.django_db(transaction=True)
def test_videos_come_in_with_label_split_and_group(folder: DemoFolder, manifest: DemoManifest) -> None:
    project = loaded(folder, manifest)
    videos = {video.name: video for video in Video.objects.filter(project=project)}
    assert set(videos) == set(FILES)
    assert videos["market_square_north_01.mp4"].weak_label == "normal"
    fight = videos["market_square_south_01.mp4"]
    assert (fight.weak_label, fight.classes) == ("abnormal", ["Fighting"])
    assert (fight.split, fight.group) == ("test", "market_square_south")


@pytest.mark.django_db(transaction=True)
def test_the_test_split_has_a_frozen_truth_and_the_train_split_answers(
    folder: DemoFolder, manifest: DemoManifest
) -> None:
    project = loaded(folder, manifest)
    [truth] = frozen_truths_of(project=project, split=Split.TEST)
    assert truth.video.name == "market_square_south_01.mp4"
    [event] = truth.segments.all()
    assert (event.start_ms, event.end_ms, event.label) == (500, 1500, "Fighting")
    given = {one.video.name: one for one in submitted_of(project=project)}
    assert set(given) == {"market_square_north_01.mp4", "market_square_north_02.mp4"}
    [segment] = given["market_square_north_02.mp4"].segments.all()
    assert segment.explanation == "A man in a red coat shoves another man."
    assert given["market_square_north_01.mp4"].is_fully_watched


@pytest.mark.django_db(transaction=True)
def test_a_second_load_changes_nothing(folder: DemoFolder, manifest: DemoManifest) -> None:
    project = loaded(folder, manifest)
    before = list(Annotation.objects.order_by("pk").values("pk", "revision", "state"))
    password = User.objects.get(username="annotator").password
    assert loaded(folder, manifest) == project
    assert list(Annotation.objects.order_by("pk").values("pk", "revision", "state")) == before
    assert {row["state"] for row in before} == {AnnotationState.SUBMITTED}
    assert User.objects.get(username="annotator").password == password
    assert Video.objects.filter(project=project).count() == len(FILES)


@pytest.mark.django_db(transaction=True)
def test_logins_work_and_have_their_roles(folder: DemoFolder) -> None:
    project = demo_project()
    for login in demo_people(folder=folder, project=project):
        user = User.objects.get(username=login.name)
        assert user.check_password(login.password)
        assert role_of(user=user, project_id=project.pk) == login.role
    assert User.objects.get(username="admin").is_superuser
    assert not User.objects.get(username="annotator").is_superuser


def test_logins_are_kept_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "logins.json"
    first = logins_kept(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert logins_kept(path) == first
    assert {login.role for login in first} == {Role.OWNER, Role.REVIEWER, Role.ANNOTATOR}
    assert len({login.password for login in first}) == 3


def test_the_annotator_has_labelled_some_of_every_class_and_left_some() -> None:
    event = (Truth("x", "x", 1.0, 2.0),)
    videos = tuple(
        MadeVideo(plan.file, "g", plan.camera.split, plan.label, 30, 1, 1, event if plan.anomalies else (), "")
        for plan in PROGRAMME
    )
    chosen = answered(DemoManifest(Path(), 0, videos))
    assert all(video.split == "train" for video in chosen)
    train = [video for video in videos if video.split == "train"]
    assert {video.label for video in chosen} == {video.label for video in train}
    assert 0.3 < len(chosen) / len(train) < 0.8


@pytest.mark.django_db(transaction=True)
def test_a_load_taken_up_again_leaves_what_the_annotator_saved_meanwhile(
    folder: DemoFolder, manifest: DemoManifest
) -> None:
    project = loaded(folder, manifest)
    mine = Annotation.objects.filter(user__username="annotator")[0]
    assert mine.user is not None
    unwatched = DocumentIn(segments=[], is_fully_watched=False, spent_ms=1)
    annotation_save(user=mine.user, annotation_id=mine.pk, revision=mine.revision, document=unwatched)
    demo_answers(project=project, manifest=manifest)
    mine.refresh_from_db()
    assert (mine.revision, mine.is_fully_watched) == (2, False)
