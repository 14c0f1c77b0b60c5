"""Months that were closed, with the totals that nations may see."""

from __future__ import annotations

from django.db import migrations, models

REFUSES = """
CREATE TRIGGER closed_months_never_{what} BEFORE {what} ON closed_months BEGIN
    SELECT RAISE(ABORT, 'a closed month is never changed or removed');
END
"""


class Migration(migrations.Migration):
    """The table, and two triggers that keep it as it is."""

    dependencies = [("web", "0006_by_provider")]

    operations = [
        migrations.CreateModel(
            name="ClosedMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.CharField(max_length=7, unique=True)),
                ("closed", models.DateTimeField(auto_now_add=True)),
                ("who", models.CharField(max_length=80)),
                ("figures", models.JSONField()),
                ("shown", models.JSONField()),
                ("least", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "closed_months",
                "ordering": ["month"],
            },
        ),
        *(
            migrations.RunSQL(REFUSES.format(what=what), f"DROP TRIGGER closed_months_never_{what}")
            for what in ("UPDATE", "DELETE")
        ),
    ]
