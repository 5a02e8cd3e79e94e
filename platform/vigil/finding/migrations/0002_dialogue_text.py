"""Dialogues are searched as people wrote them: as JSON, a line break was a backslash and an n, which ran into the word
behind it."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION vigil_dialogue_text(dialogue jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg(turn ->> 'text', ' — ' ORDER BY number)
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(dialogue) = 'array' THEN dialogue ELSE '[]'::jsonb END)
        WITH ORDINALITY AS found (turn, number)
$$;
"""
INDEX = "CREATE INDEX search_dialogue ON annotations_segment USING gin (vigil_search_vector({said})) {where}"
WHERE = "WHERE dialogue <> '[]'::jsonb"
BEFORE = INDEX.format(said="jsonb_path_query_array(dialogue, '$[*].text')::text", where=WHERE)


class Migration(migrations.Migration):
    dependencies = [("finding", "0001_search")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION vigil_dialogue_text(jsonb)"),
        migrations.RunSQL("DROP INDEX search_dialogue", BEFORE),
        migrations.RunSQL(INDEX.format(said="vigil_dialogue_text(dialogue)", where=WHERE), "DROP INDEX search_dialogue"),
    ]
