"""The SQL of the search: fixed statements, put together by name; what a person gives comes in as parameters only.

Each expression stands in an index of the migrations word for word.
"""
# ruff: noqa: S608

from collections.abc import Mapping, Sequence

_QUERY = "(to_tsquery('english', %(english)s) && to_tsquery('simple', %(simple)s))"
_PEOPLE = "vigil_search_vector(s.explanation || ' ' || s.label)"
_DIALOGUE = "vigil_search_vector(vigil_dialogue_text(s.dialogue))"
_MODEL = "vigil_search_vector(p.explanation || ' ' || p.label)"
_JUDGEMENT = "vigil_search_vector(r.judgement ->> 'text')"
_VIDEO = "vigil_search_vector(v.name || ' ' || v.\"group\" || ' ' || v.classes::text)"
_OF_PEOPLE = """
    FROM annotations_segment s JOIN annotations_annotation a ON a.id = s.annotation_id
    JOIN videos_video v ON v.id = a.video_id LEFT JOIN accounts_user u ON u.id = a.user_id
    WHERE {vector} @@ {query} AND v.project_id = %(project)s AND NOT a.is_frozen_truth AND s.outcome <> 'rejected'
        AND (a.user_id = %(user)s OR a.state = 'submitted' AND v.id <> ALL(%(blind)s::bigint[]))
        AND (%(label)s = '' OR s.label = %(label)s) {also}
    ORDER BY s.id DESC LIMIT %(ranked)s"""
STATEMENTS: Mapping[str, tuple[str, ...]] = {
    "people": (
        "SELECT s.id, v.id AS video_id, v.name, s.start_ms, s.end_ms, s.label, s.explanation AS said,"
        f" u.username AS who, {_PEOPLE} AS vector" + _OF_PEOPLE.format(vector=_PEOPLE, query=_QUERY, also=""),
    ),
    "dialogue": (
        "SELECT s.id, v.id AS video_id, v.name, s.start_ms, s.end_ms, s.label,"
        " vigil_dialogue_text(s.dialogue) AS said,"
        f" u.username AS who, {_DIALOGUE} AS vector"
        + _OF_PEOPLE.format(vector=_DIALOGUE, query=_QUERY, also="AND s.dialogue <> '[]'::jsonb"),
    ),
    "model": (
        f"""SELECT p.id, v.id AS video_id, v.name, p.start_ms, p.end_ms, p.label, p.explanation AS said,
            %(model_name)s AS who, {_MODEL} AS vector
        FROM predictions_predictedsegment p JOIN predictions_prediction r ON r.id = p.prediction_id
        JOIN videos_video v ON v.id = r.video_id
        WHERE {_MODEL} @@ {_QUERY} AND r.model_version_id = %(model)s AND (%(label)s = '' OR p.label = %(label)s)
        ORDER BY p.id DESC LIMIT %(ranked)s""",
        f"""SELECT r.id, v.id AS video_id, v.name, coalesce((r.judgement ->> 'start_ms')::integer, 0),
            coalesce((r.judgement ->> 'end_ms')::integer, v.duration_ms::integer), '' AS label,
            r.judgement ->> 'text' AS said, %(model_name)s AS who, {_JUDGEMENT} AS vector
        FROM predictions_prediction r JOIN videos_video v ON v.id = r.video_id
        WHERE {_JUDGEMENT} @@ {_QUERY} AND r.judgement IS NOT NULL AND r.model_version_id = %(model)s
            AND %(label)s = ''
        ORDER BY r.id DESC LIMIT %(ranked)s""",
    ),
    "video": (
        f"""SELECT v.id, v.id AS video_id, v.name, 0 AS start_ms, v.duration_ms::integer AS end_ms, '' AS label,
            v.name || ' ' || v."group" AS said, '' AS who, {_VIDEO} AS vector
        FROM videos_video v
        WHERE {_VIDEO} @@ {_QUERY} AND v.project_id = %(project)s
            AND (%(label)s = '' OR v.classes @> jsonb_build_array(%(label)s::text))
        ORDER BY v.id DESC LIMIT %(ranked)s""",
    ),
}


def statement(sources: Sequence[str]) -> str:
    """Hits of each source, ranked; the page of them, with the number of each source in every row."""
    parts = [
        f"(SELECT '{source}' AS source, h.*, ts_rank(h.vector, {_QUERY}, 1) AS rank FROM ({one}) AS h"
        " (id, video_id, name, start_ms, end_ms, label, said, who, vector))"
        for source in sources
        for one in STATEMENTS[source]
    ]
    return f"""
    WITH hits AS MATERIALIZED ({" UNION ALL ".join(parts)}),
    counts AS (SELECT coalesce(jsonb_object_agg(source, n), '{{}}') AS of_source
               FROM (SELECT source, count(*) AS n FROM hits GROUP BY source) AS each),
    page AS (SELECT source, video_id, name, start_ms, end_ms, label, said, who, rank, id FROM hits
             ORDER BY rank DESC, source, id DESC LIMIT %(most)s OFFSET %(first)s)
    SELECT of_source, source, video_id, name, start_ms, end_ms, label, said, who
    FROM counts LEFT JOIN page ON true ORDER BY rank DESC, source, id DESC
    """
