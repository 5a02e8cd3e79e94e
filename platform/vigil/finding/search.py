"""Searches what people and models said, in one project: one statement over the indexes of migration 0001."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop

from vigil.accounts.models import User
from vigil.finding.statements import statement
from vigil.finding.words import Piece, Wanted, marked, wanted
from vigil.projects.models import Project
from vigil.registry.models import ModelVersion
from vigil.review.double import blind_videos

SOURCES: Mapping[str, str] = {
    "people": gettext_noop("People's sentences"),
    "dialogue": gettext_noop("Dialogues"),
    "model": gettext_noop("The model's sentences"),
    "video": gettext_noop("Names and cameras"),
}
RANKED = 1000
"""Of each source so many hits, the newest, are ranked; of a word that stands everywhere nobody reads the rest."""
HITS_A_PAGE = 25


@dataclass(frozen=True)
class Hit:
    """A sentence that was found: where, who said it, and its words with those searched for marked."""

    source: str
    video_id: int
    video_name: str
    start_ms: int
    end_ms: int
    label: str
    who: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Hits:
    """One page of hits, the best first, and how many there are of each source."""

    hits: list[Hit]
    counts: Mapping[str, int]
    is_capped: bool
    """There are more hits than were ranked."""

    @property
    def found(self) -> int:
        return sum(self.counts.values())


def sentences_found(
    *,
    project: Project,
    user: User,
    model: ModelVersion | None,
    text: str,
    sources: Sequence[str] = (),
    label: str = "",
    first: int = 0,
    most: int = HITS_A_PAGE,
) -> Hits:
    """What was said about the project's videos, the best hit first.

    Args:
        user: what is blind to them is not found.
        model: whose sentences are searched; None for no model's.
        sources: keys of `SOURCES`; none for all.
        label: only sentences about segments of this label.
        first: how many hits to pass over.
    """
    asked = wanted(text)
    if asked.is_empty:
        return Hits([], {}, False)
    given: dict[str, Any] = {
        "english": asked.english,
        "simple": asked.simple,
        "project": project.pk,
        "user": user.pk,
        "blind": list(blind_videos(project=project, user=user)),
        "label": label,
        "model": model.pk if model else 0,
        "model_name": model.name if model else "",
        "ranked": RANKED,
        "first": first,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement([one for one in SOURCES if one in sources or not sources]), given)
        rows = cursor.fetchall()
    counts: dict[str, int] = json.loads(rows[0][0])
    return Hits([_hit(row[1:], asked) for row in rows if row[1]], counts, RANKED in counts.values())


def _hit(row: tuple[Any, ...], asked: Wanted) -> Hit:
    source, video_id, name, start_ms, end_ms, label, said, who = row
    return Hit(source, video_id, name, start_ms, end_ms, label, who or "", marked(said or "", asked.marks))
