"""Who may call which route with which method: the table that `test_permissions` walks the URLconf with.

A new route fails the test until it has a line here.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    """The least that a caller must be."""

    ANYBODY = 0
    LOGGED_IN = 1
    VIEWER = 2
    ANNOTATOR = 3
    REVIEWER = 4
    MANAGER = 5
    OWNER = 6
    SUPERUSER = 7


@dataclass(frozen=True)
class Rule:
    """Methods and the level each needs; a method left out is refused to everybody."""

    methods: dict[str, Level]
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    is_json: bool = False


def page(level: Level) -> Rule:
    return Rule({"GET": level, "HEAD": level})


def form(level: Level, **body: Any) -> Rule:
    return Rule({"POST": level}, body)


def api(method: str, level: Level, headers: dict[str, str] | None = None, **body: Any) -> Rule:
    return Rule({method: level}, body, headers or {}, is_json=True)


EMPTY_DOCUMENT: dict[str, Any] = {"segments": [], "is_fully_watched": False, "spent_ms": 0}
DRAFT: dict[str, Any] = {"kind": "explanation", "start_ms": 0, "end_ms": 1_000, "label": "Fighting"}
IF_MATCH = {"If-Match": '"0"'}

RULES: dict[str, Rule] = {
    "healthz": page(Level.ANYBODY),
    "login": Rule({"GET": Level.ANYBODY, "HEAD": Level.ANYBODY, "POST": Level.ANYBODY}),
    "logout": form(Level.ANYBODY),
    "": page(Level.LOGGED_IN),
    "projects/": form(Level.SUPERUSER, name="Another project"),
    "settings/": page(Level.LOGGED_IN),
    "settings/language": form(Level.ANYBODY, language="en"),
    "api/me/preferences": Rule(
        {"GET": Level.LOGGED_IN, "PUT": Level.LOGGED_IN},
        {"keys": {"preset": "vigil", "uses_single_keys": True, "bindings": {}}},
        is_json=True,
    ),
    "projects/<slug:slug>/": page(Level.VIEWER),
    "projects/<slug:slug>/search/": page(Level.VIEWER),
    "projects/<slug:slug>/questions/": page(Level.VIEWER),
    "videos/<int:video_id>/": page(Level.VIEWER),
    # videos
    "projects/<slug:slug>/upload/": Rule({"GET": Level.MANAGER, "HEAD": Level.MANAGER, "POST": Level.MANAGER}),
    "projects/<slug:slug>/imports/<int:import_id>/": page(Level.MANAGER),
    "videos/<int:video_id>/retry/": form(Level.MANAGER),
    "media/videos/<int:video_id>/<slug:kind>": page(Level.VIEWER),
    # retraining
    "projects/<slug:slug>/training/": page(Level.MANAGER),
    "projects/<slug:slug>/training/live/": page(Level.MANAGER),
    "projects/<slug:slug>/training/start/": form(Level.MANAGER, phases=["1"], profile="tiny"),
    "projects/<slug:slug>/training/rollback/": form(Level.MANAGER),
    "projects/<slug:slug>/training/models/<slug:name>/promote/": form(Level.MANAGER),
    "training-runs/<int:run_id>/cancel/": form(Level.MANAGER),
    "training-runs/<int:run_id>/retry/": form(Level.MANAGER),
    # interop
    "projects/<slug:slug>/export/": page(Level.MANAGER),
    "projects/<slug:slug>/export/live/": page(Level.MANAGER),
    "projects/<slug:slug>/export/start/": form(Level.MANAGER, format="llava"),
    "exports/<int:export_id>/download/": page(Level.MANAGER),
    # the API
    "api/openapi.json": page(Level.LOGGED_IN),
    "api/videos/<int:video_id>/workbench": api("GET", Level.VIEWER),
    "api/videos/<int:video_id>/retry": api("POST", Level.MANAGER),
    "api/videos/<int:video_id>/frame-times": api("GET", Level.VIEWER),
    "api/videos/<int:video_id>/drafts": api("POST", Level.ANNOTATOR, **DRAFT),
    "api/projects/<slug:slug>/phrases": api("GET", Level.VIEWER),
    "api/drafts/<int:draft_id>": api("GET", Level.ANNOTATOR),
    "api/drafts/<int:draft_id>/cancel": api("POST", Level.ANNOTATOR),
    "api/videos/<int:video_id>/frame-times/packed": api("GET", Level.VIEWER),
    "api/videos/<int:video_id>/predictions/<int:prediction_id>/scores": api("GET", Level.VIEWER),
    "api/videos/<int:video_id>/similar": api("GET", Level.VIEWER),
    "api/annotations/<int:annotation_id>": api("PUT", Level.ANNOTATOR, IF_MATCH, **EMPTY_DOCUMENT),
    "api/annotations/<int:annotation_id>/submit": api("POST", Level.ANNOTATOR, IF_MATCH, question_id=None),
    "api/projects/<slug:slug>/questions/next": api("POST", Level.ANNOTATOR, kinds=None, exclude=[]),
    "api/projects/<slug:slug>/questions/renew": api("POST", Level.ANNOTATOR, ids=[]),
    "api/projects/<slug:slug>/questions/waiting": api("GET", Level.ANNOTATOR),
    "api/questions/<int:question_id>/answer": api("POST", Level.ANNOTATOR, payload={"verdict": "yes"}, spent_ms=1),
    "api/questions/<int:question_id>/skip": api("POST", Level.ANNOTATOR),
    "api/questions/<int:question_id>/withdraw": api("POST", Level.ANNOTATOR),
    "api/answers/<int:answer_id>/withdraw": api("POST", Level.ANNOTATOR),
    # members
    "projects/<slug:slug>/members/": page(Level.MANAGER),
    "projects/<slug:slug>/members/add/": form(Level.MANAGER, name="nobody", role="viewer"),
    "projects/<slug:slug>/members/<int:user_id>/role/": form(Level.MANAGER, role="viewer"),
    "projects/<slug:slug>/members/<int:user_id>/remove/": form(Level.MANAGER),
    # review
    "projects/<slug:slug>/review/": page(Level.ANNOTATOR),
    "projects/<slug:slug>/agreement/": page(Level.VIEWER),
    "projects/<slug:slug>/agreement/double/": form(Level.MANAGER, share_percent="10"),
    "videos/<int:video_id>/agreement/": page(Level.VIEWER),
    "api/videos/<int:video_id>/said": api("GET", Level.VIEWER),
    "api/videos/<int:video_id>/comments": Rule(
        {"GET": Level.VIEWER, "POST": Level.ANNOTATOR}, {"at_ms": 1, "text": "Look here."}, is_json=True
    ),
    "api/comments/<int:comment_id>/resolve": api("POST", Level.ANNOTATOR, is_resolved=True),
    "api/comments/<int:comment_id>": api("DELETE", Level.ANNOTATOR),
    "api/annotations/<int:annotation_id>/workbench": api("GET", Level.ANNOTATOR),
    "api/annotations/<int:annotation_id>/history": api("GET", Level.ANNOTATOR),
    "api/annotations/<int:annotation_id>/reviews": Rule(
        {"GET": Level.ANNOTATOR, "POST": Level.REVIEWER},
        {"segment_key": "00000000-0000-4000-8000-000000000000", "verdict": "accepted"},
        is_json=True,
    ),
    "api/annotations/<int:annotation_id>/reviews/end": api("POST", Level.REVIEWER, revision=0),
}

WITHOUT_A_VIEW = {"api/"}
"""django-ninja's root, which only gives the API its name."""
