"""Plans that are made in the background."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("web", "0002_audit_stands"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("case", models.CharField(max_length=100)),
                ("overrides", models.JSONField(default=list)),
                ("language", models.CharField(max_length=2)),
                ("asked_by", models.CharField(max_length=80)),
                ("asked", models.DateTimeField(auto_now_add=True)),
                ("state", models.CharField(default="waiting", max_length=8)),
                ("stop_asked", models.BooleanField(default=False)),
                ("runner", models.CharField(blank=True, max_length=32)),
                ("started", models.DateTimeField(null=True)),
                ("heard", models.DateTimeField(null=True)),
                ("ended", models.DateTimeField(null=True)),
                ("step", models.JSONField(default=dict)),
                ("said", models.TextField(blank=True)),
            ],
            options={
                "db_table": "jobs",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("waiting", "running"))),
                        fields=("name",),
                        name="jobs_one_open_for_a_name",
                    )
                ],
            },
        ),
    ]
