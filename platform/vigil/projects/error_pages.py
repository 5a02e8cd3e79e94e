"""Turns the error tree into answers in one place: JSON for the API, a page for people."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from vigil.projects.errors import VigilError


class VigilErrorMiddleware:
    """Answers every `VigilError` that a view raised."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, VigilError):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(error.body(), status=error.status)
        return render(request, "error.html", {"error": error, "status": error.status}, status=error.status)
