"""Comments pinned to a moment of a video: written, answered, settled, removed."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from vigil.accounts.models import Role, User
from vigil.projects.errors import Invalid, Missing, NotAllowed
from vigil.projects.selectors import role_required
from vigil.review.double import is_blind_for
from vigil.review.models import Comment
from vigil.videos.models import Video
from vigil.videos.selectors import video_for


def comment_for(*, user: User, comment_id: int) -> Comment:
    """The comment, if the person may comment in its project and is not blind to it.

    Raises:
        Missing: no such comment, removed, hidden, or in a project that the person is no member of.
        NotAllowed: a viewer.
    """
    missing = _("There is no such comment, or you are not a member of its project.")
    found = Comment.objects.standing().filter(pk=comment_id).select_related("video__project", "author").first()
    if found is None:
        raise Missing(missing)
    role_required(user=user, project_id=found.video.project_id, at_least=Role.ANNOTATOR, missing=missing)
    if found.author_id != user.pk and is_blind_for(video=found.video, user=user):
        raise Missing(missing)
    return found


def comments_of(*, video: Video, user: User) -> list[dict[str, Any]]:
    """The video's comments in order of time, as the API gives them; one's own alone while one is blind to the others.

    Of a removed comment only the empty place stays, and that only above replies.
    """
    comments: QuerySet[Comment] = Comment.objects.filter(video=video).select_related("author", "resolved_by")
    if is_blind_for(video=video, user=user):
        comments = comments.filter(author=user)
    listed = list(comments)
    answered = {one.parent_id for one in listed if one.removed_at is None}
    return [comment_body(one) for one in listed if one.removed_at is None or one.pk in answered]


def comment_body(comment: Comment) -> dict[str, Any]:
    """One comment as the API gives it."""
    is_removed = comment.removed_at is not None
    return {
        "id": comment.pk,
        "at_ms": comment.at_ms,
        "segment_key": str(comment.segment_key) if comment.segment_key else None,
        "text": "" if is_removed else comment.text,
        "is_removed": is_removed,
        "author": {"id": comment.author_id, "name": comment.author.get_username()},
        "created_at": comment.created_at,
        "resolved_at": comment.resolved_at,
        "resolved_by": comment.resolved_by.get_username() if comment.resolved_by else None,
        "parent_id": comment.parent_id,
    }


def comment_add(
    *,
    user: User,
    video_id: int,
    at_ms: int,
    text: str,
    segment_key: uuid.UUID | None = None,
    parent_id: int | None = None,
    key: uuid.UUID | None = None,
) -> Comment:
    """The new comment; with a `key` that the author used before, the one written then.

    A reply stands where the comment stands that it answers, and opens a settled one again.

    Raises:
        Invalid: no words, a moment outside the video, or a reply to a comment of another video.
    """
    video = video_for(user=user, video_id=video_id, at_least=Role.ANNOTATOR)
    if not text.strip():
        raise Invalid(_("A comment needs words; write some, or close the box."))
    if at_ms > video.duration_ms:
        raise Invalid(_("This moment is behind the end of the video; pin the comment to one that it has."))
    parent = _answered(user, video, parent_id) if parent_id is not None else None
    if parent is not None:
        at_ms, segment_key = parent.at_ms, parent.segment_key
    written = {
        "video": video,
        "at_ms": at_ms,
        "segment_key": segment_key,
        "text": text.strip(),
        "author": user,
        "parent": parent,
    }
    if key is None:
        made, is_new = Comment.objects.create(**written), True
    else:
        made, is_new = Comment.objects.get_or_create(author=user, key=key, defaults=written)
    if is_new and parent is not None:
        Comment.objects.filter(pk=parent.pk).update(resolved_at=None, resolved_by=None)
    return made


def _answered(user: User, video: Video, parent_id: int) -> Comment:
    parent = comment_for(user=user, comment_id=parent_id)
    if parent.video_id != video.pk:
        raise Invalid(_("The comment that this one answers is about another video."))
    if parent.parent_id is None:
        return parent
    return Comment.objects.get(pk=parent.parent_id)


def comment_resolve(*, user: User, comment_id: int, is_resolved: bool) -> Comment:
    """The comment, settled by this person or open again. Twice is once: who settled it first stays named.

    Raises:
        Invalid: it is a reply; the comment that it answers is settled instead.
    """
    comment = comment_for(user=user, comment_id=comment_id)
    if comment.parent_id is not None:
        raise Invalid(_("A reply is settled with the comment that it answers."))
    mine = Comment.objects.filter(pk=comment.pk, resolved_at__isnull=is_resolved)
    now = timezone.now()
    mine.update(resolved_at=now if is_resolved else None, resolved_by=user if is_resolved else None)
    comment.refresh_from_db()
    return comment


def comment_remove(*, user: User, comment_id: int) -> None:
    """Takes one's own comment away; what others replied stays.

    Raises:
        NotAllowed: somebody else's.
    """
    comment = comment_for(user=user, comment_id=comment_id)
    if comment.author_id != user.pk:
        raise NotAllowed(_("Only who wrote a comment can remove it; you can resolve it."))
    Comment.objects.filter(pk=comment.pk, removed_at=None).update(removed_at=timezone.now())


def unresolved_of(*, project_id: int, user: User, hidden: set[int]) -> QuerySet[Comment]:
    """Unsettled comments of a project, those on videos in `hidden` left out unless they are one's own."""
    unresolved = Comment.objects.unresolved().filter(video__project_id=project_id)
    return unresolved.exclude(video_id__in=hidden) | unresolved.filter(author=user)
