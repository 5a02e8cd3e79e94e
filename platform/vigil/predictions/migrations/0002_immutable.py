"""Triggers that refuse every UPDATE of a prediction. A DELETE comes only with its video or model version."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION vigil_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are immutable: store a prediction of a new model version instead', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER prediction_is_immutable BEFORE UPDATE ON predictions_prediction
    FOR EACH ROW EXECUTE FUNCTION vigil_refuse_update();
CREATE TRIGGER predicted_segment_is_immutable BEFORE UPDATE ON predictions_predictedsegment
    FOR EACH ROW EXECUTE FUNCTION vigil_refuse_update();
"""
ALLOW = """
DROP TRIGGER predicted_segment_is_immutable ON predictions_predictedsegment;
DROP TRIGGER prediction_is_immutable ON predictions_prediction;
DROP FUNCTION vigil_refuse_update();
"""


class Migration(migrations.Migration):
    dependencies = [("predictions", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
