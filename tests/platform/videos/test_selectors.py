"""Videos reach a person only through their role in the project."""

import pytest

from tests.factories import FrameTimesFactory, MembershipFactory, RenditionFactory, UserFactory, VideoFactory
from vigil.accounts.models import Role
from vigil.projects.errors import Missing, NotAllowed
from vigil.videos.models import ImportItem, ImportJob, ImportOutcome, RenditionKind
from vigil.videos.selectors import (
    frame_times_ms,
    import_counts,
    import_for,
    is_unfinished,
    rendition_urls,
    video_for,
    video_ref,
    videos_of,
)

pytestmark = pytest.mark.django_db


def test_a_member_gets_the_video_up_to_the_role() -> None:
    video = VideoFactory()
    annotator = MembershipFactory(project=video.project, role=Role.ANNOTATOR).user

    assert video_for(user=annotator, video_id=video.pk, at_least=Role.ANNOTATOR) == video
    with pytest.raises(NotAllowed):
        video_for(user=annotator, video_id=video.pk, at_least=Role.MANAGER)


def test_a_stranger_cannot_tell_a_video_from_none() -> None:
    video = VideoFactory()
    with pytest.raises(Missing) as there:
        video_for(user=UserFactory(), video_id=video.pk)
    with pytest.raises(Missing) as nowhere:
        video_for(user=UserFactory(), video_id=0)

    assert str(there.value) == str(nowhere.value).replace("video 0", f"video {video.pk}")


def test_an_import_is_guarded_the_same_way() -> None:
    job = ImportJob.objects.create(project=VideoFactory().project)

    with pytest.raises(Missing):
        import_for(user=UserFactory(), import_id=job.pk)
    assert import_for(user=UserFactory(is_superuser=True), import_id=job.pk) == job


def test_an_import_counts_its_outcomes_and_knows_when_it_is_over() -> None:
    video = VideoFactory()
    job = ImportJob.objects.create(project=video.project)
    assert is_unfinished(job)
    job.finished_at = job.created_at
    ImportItem.objects.create(job=job, name="a", outcome=ImportOutcome.IMPORTED, video=video)
    ImportItem.objects.create(job=job, name="b", outcome=ImportOutcome.REFUSED)

    assert import_counts(job) == {"imported": 1, "refused": 1}
    assert not is_unfinished(job)


def test_the_filmstrip_comes_with_its_geometry_and_lists_ask_few_questions(
    django_assert_num_queries: object,
) -> None:
    video = VideoFactory()
    RenditionFactory(video=video, kind=RenditionKind.FILMSTRIP, geometry={"columns": 4, "count": 7})
    for _ in range(3):
        RenditionFactory(video=VideoFactory(project=video.project))
    with django_assert_num_queries(2):  # type: ignore[operator]
        urls = {one.pk: rendition_urls(one) for one in videos_of(project=video.project)}

    strip = urls[video.pk]["filmstrip"]
    assert (strip["columns"], strip["count"]) == (4, 7)
    assert strip["url"].startswith(f"/media/videos/{video.pk}/filmstrip?v=")


def test_the_model_gets_the_video_under_its_content(media_root: object) -> None:
    video = VideoFactory(classes=["Fire"], group="gate", split="test")
    FrameTimesFactory(video=video)
    ref = video_ref(video)

    assert (ref.key, ref.classes, ref.group, ref.split) == (video.sha256, ("Fire",), "gate", "test")
    assert ref.path == f"{media_root}/{video.original}"
    assert frame_times_ms(video)[:3] == [0, 67, 133]
