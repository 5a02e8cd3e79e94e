"""Which videos two people annotate, who of them is blind to the other's work, and who comes second."""

import hashlib

from django.db.models import BinaryField, Count, Func, Q, QuerySet

from vigil.accounts.models import Role, User
from vigil.accounts.selectors import has_role
from vigil.annotations.models import Annotation, AnnotationState
from vigil.projects.models import Project
from vigil.review.models import DoubleAnnotation, SecondReading
from vigil.videos.models import Video


def rule_of(*, project: Project) -> DoubleAnnotation:
    """The project's rule; an unsaved one with a share of 0 where nobody has set any."""
    return DoubleAnnotation.objects.filter(project=project).first() or DoubleAnnotation(project=project)


def is_drawn(sha256: str, share_percent: int) -> bool:
    """Whether a video is in the share. The same one always is: a larger share only adds videos."""
    return share_percent >= 100 or hashlib.sha256(f"double:{sha256}".encode()).digest() < _first_left_out(share_percent)


def drawn_videos(*, project: Project, share_percent: int) -> QuerySet[Video]:
    """The videos of the project that `is_drawn` draws, worked out by the database."""
    videos = Video.objects.filter(project=project)
    if share_percent >= 100:
        return videos
    drawn: QuerySet[Video] = videos.alias(draw=_DRAW).filter(draw__lt=_first_left_out(share_percent))
    return drawn


def _first_left_out(share_percent: int) -> bytes:
    """Hashes below this are drawn."""
    return (share_percent * 2**64 // 100).to_bytes(8, "big")


_DRAW: Func = Func(
    "sha256", template="sha256(convert_to('double:' || %(expressions)s, 'UTF8'))", output_field=BinaryField()
)


def submitted_on(*, video: Video) -> QuerySet[Annotation]:
    """What people have submitted about the video, the earliest annotation first."""
    submitted = Annotation.objects.filter(video=video, is_frozen_truth=False, state=AnnotationState.SUBMITTED)
    return submitted.select_related("user").order_by("pk")


def is_blind_for(*, video: Video, user: User) -> bool:
    """True while this person must not see what others said of the video: it is annotated twice, blind, and they may
    still be one of the two. A reviewer who is not asked to annotate it sees all, for somebody has to review."""
    rule = rule_of(project=video.project)
    if not rule.is_blind or not is_drawn(video.sha256, rule.share_percent):
        return False
    if not has_role(user=user, project_id=video.project_id, at_least=Role.ANNOTATOR):
        return False  # a viewer never annotates
    if submitted_on(video=video).filter(user=user).exists():
        return False
    is_asked = SecondReading.objects.filter(video=video, user=user).exists()
    return is_asked or not has_role(user=user, project_id=video.project_id, at_least=Role.REVIEWER)


def blind_videos(*, project: Project, user: User) -> set[int]:
    """Ids of the project's videos that are hidden from this person as in `is_blind_for`."""
    rule = rule_of(project=project)
    if not rule.is_blind or rule.share_percent == 0:
        return set()
    if not has_role(user=user, project_id=project.pk, at_least=Role.ANNOTATOR):
        return set()
    drawn = drawn_videos(project=project, share_percent=rule.share_percent)
    mine = Annotation.objects.filter(video__project=project, user=user, state=AnnotationState.SUBMITTED)
    if has_role(user=user, project_id=project.pk, at_least=Role.REVIEWER):
        drawn = drawn.filter(second_reading__user=user)
    return set(drawn.values_list("pk", flat=True)) - set(mine.values_list("video_id", flat=True))


def readers_of(*, project: Project) -> list[User]:
    """Who may be asked for a second reading: the annotators; where they are fewer than two, all who may annotate."""
    members = User.objects.filter(memberships__project=project, is_active=True)
    annotators = list(members.filter(memberships__role=Role.ANNOTATOR, memberships__project=project).order_by("pk"))
    if len(annotators) >= 2:
        return annotators
    allowed = Q(memberships__project=project) & ~Q(memberships__role=Role.VIEWER)
    return list(members.filter(allowed).distinct().order_by("pk"))


def second_reader(*, video: Video, readers: list[User], load: dict[int, int], first: int | None) -> User | None:
    """The reader with the fewest second readings who has not annotated the video first; of equals, as a hash of the
    video says, so that the same choice comes out again and no name always comes first. None where there is nobody."""
    others = [reader for reader in readers if reader.pk != first]

    def turn(reader: User) -> tuple[int, str]:
        return load.get(reader.pk, 0), hashlib.sha256(f"{video.sha256}:{reader.pk}".encode()).hexdigest()

    return min(others, key=turn, default=None)


def load_of(*, project: Project) -> dict[int, int]:
    """How many second readings each person has been asked for, by user id."""
    rows = SecondReading.objects.filter(video__project=project).values_list("user_id")
    return dict(rows.annotate(count=Count("pk")).order_by())


def second_readings_of(*, user: User, project: Project) -> QuerySet[SecondReading]:
    """What this person is asked to annotate after somebody else and has not submitted yet, oldest first."""
    mine = SecondReading.objects.filter(user=user, video__project=project)
    done = Annotation.objects.filter(user=user, video__project=project, state=AnnotationState.SUBMITTED)
    return mine.exclude(video__in=done.values("video")).select_related("video__project").order_by("assigned_at", "pk")
