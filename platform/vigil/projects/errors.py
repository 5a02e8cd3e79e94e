"""The one small tree of errors that services raise; `error_pages` turns each into an answer in one place."""

from typing import Any


class VigilError(Exception):
    """Something a person can act on. The text names the thing and the cure."""

    status = 400
    word = "VigilError"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # An app's own error answers under the word of the tree that it belongs to.
        if VigilError in cls.__bases__:
            cls.word = cls.__name__

    def body(self) -> dict[str, Any]:
        """What the API answers."""
        return {"error": self.word, "detail": str(self)}


class Invalid(VigilError):
    """What was sent cannot be used as it is."""

    status = 422


class NotAllowed(VigilError):
    """The person's role does not reach this far."""

    status = 403


class Missing(VigilError):
    """No such thing, or none that this person may see."""

    status = 404


class Conflict(VigilError):
    """Somebody else was first: a newer revision, a lease that ran out, a name already taken."""

    status = 409


class Gone(VigilError):
    """The thing existed and does no more."""

    status = 410


class RevisionNotNamed(VigilError):
    """A write did not say which revision it builds on."""

    status = 428
