"""The store itself refuses to change or remove an entry of the audit trail."""

from __future__ import annotations

from django.db import migrations

REFUSES = """
CREATE TRIGGER audit_never_{what} BEFORE {what} ON audit BEGIN
    SELECT RAISE(ABORT, 'an entry of the audit trail is never changed or removed');
END
"""


class Migration(migrations.Migration):
    """Two triggers."""

    dependencies = [("web", "0001_first")]
    operations = [
        migrations.RunSQL(REFUSES.format(what=what), f"DROP TRIGGER audit_never_{what}")
        for what in ("UPDATE", "DELETE")
    ]
