"""Adds pgvector to the database, and says what to do where the server does not have it."""

from typing import Any

from django.contrib.postgres.operations import CreateExtension
from django.db import DatabaseError

from vigil.projects.errors import Invalid

CURE = (
    "PostgreSQL here lacks the extension pgvector, which finds moments that are alike. Install it for the server "
    "(Debian: apt-get install postgresql-16-pgvector; the image pgvector/pgvector has it), or let a superuser say "
    "CREATE EXTENSION vector in this database, then run this again"
)


class VectorExtension(CreateExtension):
    """`CREATE EXTENSION vector`, with the cure in the error."""

    def __init__(self) -> None:
        super().__init__("vector")

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Raises:
        Invalid: the server has no pgvector, or this role may not add it.
        """
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except DatabaseError as error:
            raise Invalid(f"{CURE} ({error})") from error
