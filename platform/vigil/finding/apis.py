"""The API of finding: moments that look like this one."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from vigil.annotations.schemas import ProblemOut
from vigil.finding.moments import similar_contents
from vigil.finding.schemas import SimilarOut
from vigil.videos.selectors import video_for

router = Router(tags=["finding"])
Milliseconds = Annotated[int, Field(ge=0, le=2**31 - 1)]
PROBLEMS: dict[int, Any] = dict.fromkeys((401, 404, 422), ProblemOut)


@router.get("/videos/{int:video_id}/similar", response={200: SimilarOut, **PROBLEMS})
def similar(request: HttpRequest, video_id: int, start_ms: Milliseconds = 0, end_ms: Milliseconds = 0) -> Any:
    """The likest moments of the project, the likest first; never the stretch itself."""
    user: Any = request.user
    video = video_for(user=user, video_id=video_id)
    return similar_contents(video=video, start_ms=start_ms, end_ms=end_ms)
