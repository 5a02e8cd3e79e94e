from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('interop', '0002_export_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='importedannotation',
            name='segments',
            field=models.JSONField(default=list, help_text='What the last import brought: [{key, start_ms, end_ms, label, explanation}]'),
        ),
    ]
