"""The API of videos: a manager queues one in quarantine again from the page that says why it is there."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from vigil.accounts.models import Role
from vigil.projects.work import WorkState
from vigil.videos.processing import video_retry
from vigil.videos.selectors import video_for

router = Router(tags=["videos"])


class VideoStateOut(Schema):
    state: WorkState


@router.post("/videos/{int:video_id}/retry", response={200: VideoStateOut})
def retry(request: HttpRequest, video_id: int) -> Any:
    """Queues a video in quarantine again; managers only."""
    user: Any = request.user
    video = video_for(user=user, video_id=video_id, at_least=Role.MANAGER)
    video_retry(video=video, user=user)
    return {"state": WorkState.QUEUED}
