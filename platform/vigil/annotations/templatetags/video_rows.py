"""What a row in the list of videos shows."""

from django import template

from vigil.videos.models import Video
from vigil.videos.selectors import rendition_urls

register = template.Library()


@register.filter
def poster_url(video: Video) -> str | None:
    """Address of the video's poster; None where it is not made yet."""
    url: str | None = rendition_urls(video)["poster_url"]
    return url
