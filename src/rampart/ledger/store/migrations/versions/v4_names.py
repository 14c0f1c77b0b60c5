"""An index of the few documents by which something got another name: every posting asks for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Add it."""
    said = sa.text("kind = 'renaming'")
    op.create_index(
        "documents_that_rename", "documents", ("nation", "number"), sqlite_where=said, postgresql_where=said
    )


def downgrade() -> None:
    """Take it out again."""
    op.drop_index("documents_that_rename", "documents")
