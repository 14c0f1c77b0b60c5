"""The version is what Alembic's record says: on a server ``version`` becomes a view of it, which older programs read too."""

from __future__ import annotations

from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """The table gives way to a view."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TABLE version")
        op.execute("CREATE VIEW version AS SELECT version_num::integer AS number FROM alembic_version")


def downgrade() -> None:
    """Back to a table."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP VIEW version")
        op.execute("CREATE TABLE version (number integer NOT NULL)")
        op.execute("INSERT INTO version VALUES (2)")
