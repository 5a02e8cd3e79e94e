"""What a picture of a video needs: its poster, and its filmstrip for playing under the pointer."""

import json

from django import template

from vigil.videos.models import Video
from vigil.videos.selectors import rendition_urls

register = template.Library()


@register.inclusion_tag("finding/_film.html")
def film(video: Video, spark: str = "", at_ms: int | None = None) -> dict[str, object]:
    """A poster that plays through the filmstrip; `spark` is the score line under it, `at_ms` where it rests."""
    urls = rendition_urls(video)
    strip = urls["filmstrip"]
    return {
        "poster_url": urls["poster_url"],
        "filmstrip": json.dumps(strip) if strip else "",
        "duration_ms": video.duration_ms,
        "spark": spark,
        "at_ms": at_ms,
    }
