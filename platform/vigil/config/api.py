"""The API: one django-ninja instance that puts the apps' routers together and answers every error in one shape."""

import logging
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from vigil.accounts.apis import router as accounts
from vigil.active_learning.apis import router as active_learning
from vigil.annotations.apis import router as annotations
from vigil.annotations.packed_apis import router as packed
from vigil.config.page_auth import PageAuth, SomebodyElse
from vigil.finding.apis import router as finding
from vigil.projects.errors import VigilError
from vigil.projects.validation_words import fault_in_words
from vigil.review.apis import router as review
from vigil.videos.apis import router as videos

log = logging.getLogger(__name__)

# Session login; it also checks the CSRF token of every request that changes something.
api = NinjaAPI(
    title="Vigil",
    version="1",
    auth=PageAuth(),
    docs_url=None,
    openapi_url="/openapi.json",
    docs_decorator=lambda view: require_safe(login_required(view)),
)
api.add_router("", accounts)
api.add_router("", videos)
api.add_router("", annotations)
api.add_router("", packed)
api.add_router("", active_learning)
api.add_router("", review)
api.add_router("", finding)


@api.exception_handler(VigilError)
def _vigil_error(request: HttpRequest, error: VigilError) -> HttpResponse:
    return api.create_response(request, error.body(), status=error.status)


@api.exception_handler(AuthenticationError)
def _not_logged_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    return _refused(request, "NotLoggedIn", _("Your login has expired. Log in again; what you did here is kept."), 401)


@api.exception_handler(SomebodyElse)
def _somebody_else(request: HttpRequest, error: SomebodyElse) -> HttpResponse:
    return _refused(request, "SomebodyElse", str(error), 401)


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 403:
        return _refused(
            request, "StaleToken", _("The CSRF token is missing or old. Reload the page and try again."), 403
        )
    return _refused(request, "Invalid", str(error), error.status_code)


@api.exception_handler(ValidationError)
def _validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    refused = {"error": "Invalid", "detail": "; ".join(_fault(fault) for fault in error.errors[:3])}
    place = _place(error.errors[0])
    return api.create_response(request, {**refused, "place": place} if place else refused, status=422)


def _place(fault: dict[str, Any]) -> list[str | int]:
    """Where in the body the fault is, without the wrapper that ninja puts around it: `["segments", 3, "label"]`."""
    place = list(fault.get("loc", ()))
    return place[2:] if place[:1] == ["body"] else place


def _fault(fault: dict[str, Any]) -> str:
    """One fault in words: where it is, without the wrapper that ninja puts around a body, and what is wrong there."""
    place = [str(part) for part in fault.get("loc", ())]
    where = ".".join(place[2:] if place[:1] == ["body"] else place[1:]) or ".".join(place)
    return f"{where}: {fault_in_words(fault)}"


def _refused(request: HttpRequest, word: str, detail: str, status: int) -> HttpResponse:
    return api.create_response(request, {"error": word, "detail": detail}, status=status)
