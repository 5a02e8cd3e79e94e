"""What a browser reads without parsing: the scores of a prediction and the frame times of a video, as bytes.

As JSON a day's are 5 and 20 MB, and opening the workbench would wait for both.
"""

import zlib
from hashlib import md5

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext as _
from ninja import Router

from vigil.annotations.schemas import ProblemOut
from vigil.predictions.models import Prediction
from vigil.predictions.packed_scores import scores_packed
from vigil.projects.errors import Missing
from vigil.videos.models import FrameTimes
from vigil.videos.selectors import frame_times_packed, video_for

router = Router(tags=["workbench"])
BYTES = "application/octet-stream"
FOR_GOOD = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
PROBLEMS = dict.fromkeys((401, 403, 404, 422), ProblemOut)


@router.get("/videos/{int:video_id}/predictions/{int:prediction_id}/scores", response=PROBLEMS)
def scores(request: HttpRequest, video_id: int, prediction_id: int) -> HttpResponse:
    """Little-endian: clips (int32), starts and ends (int32 ms), then raw, long, short, fused (uint16, 65,535 is 1)."""
    video = video_for(user=request.user, video_id=video_id)
    try:
        packed = scores_packed(video_id=video.pk, prediction_id=prediction_id)
    except Prediction.DoesNotExist as error:
        raise Missing(
            _("There is no prediction %(prediction_id)s of %(video)s.")
            % {"prediction_id": prediction_id, "video": video.name}
        ) from error
    # A prediction never changes, so a browser may keep its scores.
    return HttpResponse(packed, content_type=BYTES, headers={"Cache-Control": FOR_GOOD})


@router.get("/videos/{int:video_id}/frame-times/packed", response=PROBLEMS)
def frame_times(request: HttpRequest, video_id: int) -> HttpResponse:
    """Presentation time of every frame as little-endian int32 milliseconds, sent as it is stored (deflate)."""
    video = video_for(user=request.user, video_id=video_id)
    try:
        packed = frame_times_packed(video)
    except FrameTimes.DoesNotExist as error:
        raise Missing(
            _("The frame times of %(video)s are not known; import the video again.") % {"video": video.name}
        ) from error
    headers = {"ETag": f'"{md5(packed, usedforsecurity=False).hexdigest()}"', "Cache-Control": ASK_AGAIN}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponseNotModified(headers=headers)
    if "deflate" in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(packed, content_type=BYTES, headers={**headers, "Content-Encoding": "deflate"})
    return HttpResponse(zlib.decompress(packed), content_type=BYTES, headers=headers)
