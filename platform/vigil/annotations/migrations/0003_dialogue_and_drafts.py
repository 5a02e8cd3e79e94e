"""The dialogue of a segment, and what the current model writes anew."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotations', '0002_skip_history'),
        ('registry', '0001_initial'),
        ('videos', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='segment',
            name='dialogue',
            field=models.JSONField(blank=True, default=list, help_text='[{"role": "user"|"assistant", "text"}]: questions, each with its answer'),
        ),
        migrations.AlterField(
            model_name='answer',
            name='kind',
            field=models.CharField(choices=[('glance', 'Glance'), ('verify', 'Verify'), ('bounds', 'Bounds'), ('explain', 'Explain'), ('dialogue', 'Dialogue'), ('full', 'Full')], max_length=10),
        ),
        migrations.AlterField(
            model_name='question',
            name='kind',
            field=models.CharField(choices=[('glance', 'Glance'), ('verify', 'Verify'), ('bounds', 'Bounds'), ('explain', 'Explain'), ('dialogue', 'Dialogue'), ('full', 'Full')], max_length=10),
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], db_index=True, default='queued', max_length=12)),
                ('error', models.TextField(blank=True, help_text='Why it failed, in words for the page')),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('claimed_by', models.CharField(blank=True, max_length=200)),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('kind', models.CharField(choices=[('explanation', 'Explanation'), ('answer', 'Answer')], max_length=12)),
                ('start_ms', models.IntegerField()),
                ('end_ms', models.IntegerField()),
                ('label', models.CharField(max_length=120)),
                ('question', models.TextField(blank=True, help_text='What an answer answers')),
                ('text', models.TextField(blank=True)),
                ('confidence', models.FloatField(blank=True, help_text='None: the template spoke for the model', null=True)),
                ('model_version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='registry.modelversion')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to=settings.AUTH_USER_MODEL)),
                ('video', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='videos.video')),
            ],
        ),
        migrations.AddField(
            model_name='segment',
            name='draft',
            field=models.ForeignKey(blank=True, help_text='Where that sentence is newer', null=True, on_delete=django.db.models.deletion.SET_NULL, to='annotations.draft'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('start_ms__gte', 0), ('end_ms__gt', models.F('start_ms'))), name='draft_is_about_an_interval'),
        ),
    ]
