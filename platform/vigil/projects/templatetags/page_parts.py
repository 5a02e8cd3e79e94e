"""Template tags of every page: the built front end's files, and what the person's role lets them see."""

from collections.abc import Mapping

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django_vite.core.asset_loader import DjangoViteAssetLoader
from django_vite.core.exceptions import DjangoViteAssetNotFoundError

from vigil.accounts.models import Role
from vigil.accounts.selectors import has_role
from vigil.projects.failures import failure_told
from vigil.projects.label_titles import label_title
from vigil.projects.models import Project

register = template.Library()
THEMES = {"vigil-dark", "vigil-light"}


@register.simple_tag
def built_asset(path: str) -> SafeString:
    """Tags for an entry of the built front end. Nothing where it is not built: pages then work, without their look."""
    loader = DjangoViteAssetLoader.instance()
    try:
        if path.endswith(".css"):
            url: str = loader.generate_vite_asset_url(path)
            return format_html('<link rel="stylesheet" href="{}">', url)
        tags: str = loader.generate_vite_asset(path)
        return mark_safe(tags)  # noqa: S308 - django-vite escapes what it writes
    except DjangoViteAssetNotFoundError:
        return format_html("<!-- {} is not built; `make run` builds it -->", path)


@register.simple_tag(takes_context=True)
def theme_chosen(context: Context) -> str:
    """The theme of the person's cookie, so that the first paint already has it; empty follows the system."""
    request = context.get("request")
    theme = request.COOKIES.get("vigil_theme", "") if request else ""
    return theme if theme in THEMES else ""


@register.simple_tag(takes_context=True)
def may(context: Context, role: str, project: Project) -> bool:
    """True when the person's role in the project is `role` or more."""
    user = context.get("user")
    return user is not None and has_role(user=user, project_id=project.pk, at_least=Role(role))


@register.filter
def clock(duration_ms: int | None) -> str:
    """Milliseconds as people read them: 1:02:03, 2:03."""
    if duration_ms is None:
        return ""
    seconds = round(duration_ms / 1000)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes}:{seconds % 60:02d}"


@register.simple_tag(takes_context=True)
def address_with(context: Context, **changes: object) -> str:
    """This page's query string with some parameters changed; None or empty drops one. Paging restarts."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def word(value: str | None) -> str:
    """A state, split or label of the database in the reader's language (projects/words.py has them all)."""
    return gettext(value) if value else ""


@register.filter
def titled(label: str, project: Project) -> str:
    """What the label is called in the reader's language."""
    return label_title(label, project)


@register.filter
def failure(reason: str) -> str:
    """Why work failed, in the reader's language (projects/failures.py has the commonest reasons)."""
    return failure_told(reason)


@register.filter
def get(mapping: Mapping[object, object], key: object) -> object:
    """`mapping[key]`, or None."""
    return mapping.get(key)
