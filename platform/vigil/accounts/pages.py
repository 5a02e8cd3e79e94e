"""The page of what a person sets for themselves: language, theme, keys."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
@login_required
def personal_settings(request: HttpRequest) -> HttpResponse:
    """Language and theme of this browser, and the keys of this person."""
    return render(request, "accounts/settings.html", {"languages": settings.LANGUAGES})
