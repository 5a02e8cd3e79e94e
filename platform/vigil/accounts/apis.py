"""The API of what a person sets for themselves. Nobody reads or writes anybody else's."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from vigil.accounts.schemas import Preferences
from vigil.accounts.selectors import preferences_of
from vigil.accounts.services import preferences_set

router = Router(tags=["me"])


@router.get("/me/preferences", response=Preferences)
def preferences(request: HttpRequest) -> Preferences:
    """What the person has set, with what holds where they have set nothing."""
    user: Any = request.user
    return preferences_of(user=user)


@router.put("/me/preferences", response=Preferences)
def preferences_save(request: HttpRequest, wanted: Preferences) -> Preferences:
    """Keeps what the person sets."""
    user: Any = request.user
    return preferences_set(user=user, wanted=wanted)
