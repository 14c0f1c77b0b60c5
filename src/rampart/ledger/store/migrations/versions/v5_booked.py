"""An index of documents by when they were booked: the newest are found however long the chains are."""

from __future__ import annotations

from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    """Add it."""
    op.create_index("documents_by_moment", "documents", ("booked", "nation", "number"))


def downgrade() -> None:
    """Take it out again."""
    op.drop_index("documents_by_moment", "documents")
