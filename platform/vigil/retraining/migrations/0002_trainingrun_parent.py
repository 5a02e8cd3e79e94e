"""A run remembers the model that it builds on, so that taking it up again gives the same model."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial"), ("retraining", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="trainingrun",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                help_text="The model that a run without phase 1 builds on; empty when it starts from nothing",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="child_runs",
                to="registry.modelversion",
            ),
        ),
    ]
