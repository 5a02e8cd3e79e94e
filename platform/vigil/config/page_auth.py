"""Who calls the API: the person of the session, as long as it is the one for whom the calling page was made."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.session import SessionAuth

PAGE_PERSON = "X-Vigil-User"
"""Header with the id of the person for whom a page was made. A page may outlive its login; without this header its
unsaved work would be stored under the name of whoever logs in next in the same browser."""


class SomebodyElse(Exception):
    """The page belongs to one person, the session to another."""


class PageAuth(SessionAuth):
    """Session login with CSRF check; a page that names its person is answered for that person alone."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        """The person of the session, or None.

        Raises:
            SomebodyElse: the page was made for another person.
        """
        person = super().authenticate(request, key)
        expected = request.headers.get(PAGE_PERSON)
        if person is None or expected is None or expected == str(person.pk):
            return person
        raise SomebodyElse(
            _("%(name)s is logged in in this browser now. Log in as yourself again; what you did here is kept.")
            % {"name": person.get_username()}
        )
