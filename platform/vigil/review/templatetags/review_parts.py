"""What pages tell of review: how much waits for the reader, and figures as people read them."""

from django import template
from django.template import Context

from vigil.accounts.models import Role
from vigil.accounts.selectors import has_role
from vigil.projects.models import Project
from vigil.review.comments import unresolved_of
from vigil.review.double import blind_videos, second_readings_of
from vigil.review.selectors import sent_back_to, waiting_for_review

register = template.Library()


@register.simple_tag(takes_context=True)
def review_waiting(context: Context, project: Project) -> int:
    """How many annotations wait for this person: to review, to correct, to annotate a second time."""
    user = context["user"]
    if not has_role(user=user, project_id=project.pk, at_least=Role.ANNOTATOR):
        return 0
    count = len(sent_back_to(user=user, project=project)) + second_readings_of(user=user, project=project).count()
    if has_role(user=user, project_id=project.pk, at_least=Role.REVIEWER):
        count += waiting_for_review(project=project, user=user).count()
    return count


@register.simple_tag(takes_context=True)
def comments_open(context: Context, project: Project) -> int:
    """How many comments of the project nobody has resolved yet."""
    user = context["user"]
    hidden = blind_videos(project=project, user=user)
    return unresolved_of(project_id=project.pk, user=user, hidden=hidden).count()


@register.filter
def ratio(value: float | None) -> str:
    """A share with two digits; a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


@register.filter
def offset(value: float | None) -> str:
    """Milliseconds as seconds with their sign: +0.20 s is later; a dash where there is none."""
    return "–" if value is None else f"{value / 1000:+.2f} s"


@register.filter
def moment(time_ms: int) -> str:
    """A moment of a video with tenths of a second: 1:02:03.4, 2:03.4."""
    minutes, rest_ms = divmod(time_ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest_ms // 1000:02d}.{rest_ms % 1000 // 100}"
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes}:{seconds}"
