"""A trigger that refuses every UPDATE of a snapshot: what a model was trained on stays what it was."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION vigil_refuse_snapshot_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.manifest IS DISTINCT FROM OLD.manifest OR NEW.content_sha256 IS DISTINCT FROM OLD.content_sha256
       OR NEW.counts IS DISTINCT FROM OLD.counts OR NEW.project_id IS DISTINCT FROM OLD.project_id THEN
        RAISE EXCEPTION 'snapshots are immutable: take a new one instead' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER snapshot_is_immutable BEFORE UPDATE ON snapshots_snapshot
    FOR EACH ROW EXECUTE FUNCTION vigil_refuse_snapshot_update();
"""
ALLOW = """
DROP TRIGGER snapshot_is_immutable ON snapshots_snapshot;
DROP FUNCTION vigil_refuse_snapshot_update();
"""


class Migration(migrations.Migration):
    dependencies = [("snapshots", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
