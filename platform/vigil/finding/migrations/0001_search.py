"""What is searched, as indexes over the tables where it stands: nothing is copied, so nothing can lag behind.

English words are stemmed. Chinese and Japanese have no blanks between words: each character and its successor is one
term, which finds every word of two characters and more, wherever it stands.
"""

from django.db import migrations

FUNCTION = r"""
CREATE FUNCTION vigil_search_vector(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.english', translate(
            regexp_replace(left(said, 20000), '[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+', ' ', 'g'),
            '_./\-:"', '       '))
        || CASE WHEN said ~ '[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]' THEN to_tsvector('pg_catalog.simple', (
            SELECT string_agg(substr(run[1], place, 2), ' ' ORDER BY number, place)
            FROM regexp_matches(left(said, 20000), '[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+', 'g')
                WITH ORDINALITY AS found (run, number), generate_series(1, length(run[1])) AS place
        )) ELSE ''::tsvector END
$$;
"""
INDEXES = {
    "search_people": "annotations_segment USING gin (vigil_search_vector(explanation || ' ' || label))",
    "search_dialogue": "annotations_segment USING gin (vigil_search_vector(jsonb_path_query_array(dialogue, "
    "'$[*].text')::text)) WHERE dialogue <> '[]'::jsonb",
    "search_model": "predictions_predictedsegment USING gin (vigil_search_vector(explanation || ' ' || label))",
    "search_judgement": "predictions_prediction USING gin (vigil_search_vector(judgement ->> 'text')) "
    "WHERE judgement IS NOT NULL",
    "search_video": "videos_video USING gin (vigil_search_vector(name || ' ' || \"group\" || ' ' || classes::text))",
}


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0003_dialogue_and_drafts"),
        ("predictions", "0003_moments"),
        ("videos", "0002_recorded_at"),
    ]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION vigil_search_vector(text)"),
        *(
            migrations.RunSQL(f"CREATE INDEX {name} ON {expression}", f"DROP INDEX {name}")
            for name, expression in INDEXES.items()
        ),
    ]
