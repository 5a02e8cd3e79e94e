"""`/media/...`: renditions by video and kind. No part of an address becomes a path."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigil.projects.errors import Gone, Missing
from vigil.videos.byte_ranges import file_response
from vigil.videos.models import RenditionKind
from vigil.videos.selectors import video_for
from vigil.videos.storage import media_path

CONTENT_TYPES = {
    RenditionKind.PROXY: "video/mp4",
    RenditionKind.POSTER: "image/jpeg",
    RenditionKind.FILMSTRIP: "image/jpeg",
}


@login_required
@require_safe
def rendition(request: HttpRequest, video_id: int, kind: str) -> HttpResponseBase:
    """A rendition for a member of the video's project."""
    video = video_for(user=request.user, video_id=video_id)
    if kind not in RenditionKind.values:
        raise Missing(
            _("There is no %(kind)r of a video; there are %(kinds)s.")
            % {"kind": kind, "kinds": ", ".join(RenditionKind.values)}
        )
    made = video.renditions.filter(kind=kind).first()
    if made is None:
        raise Missing(
            _("The %(kind)s of %(video)s is not made yet; its state is %(state)s.")
            % {"kind": kind, "video": video.name, "state": _(video.state)}
        )
    try:
        return file_response(request, media_path(made.path), CONTENT_TYPES[RenditionKind(kind)])
    except FileNotFoundError as error:
        raise Gone(
            _("The %(kind)s of %(video)s is not on this disk any more; press Retry on the video.")
            % {"kind": kind, "video": video.name}
        ) from error
