"""Documents and their entries; on a server also the roles, who speaks for whom, and the version.

Keys are unique within a nation: that a key is taken elsewhere is nobody's news.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ROLES = ("rampart_member", "rampart_alliance")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, WHOLE, nullable=False, autoincrement=False)


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "documents",
        *_text("nation"), _whole("number"), *_text("key", "kind", "day"), _whole("booked"), *_text("asked", "body", "hash"),
        sa.Column("reverses", TEXT),
        sa.PrimaryKeyConstraint("nation", "number"),
        sa.UniqueConstraint("nation", "key"),
        sa.UniqueConstraint("nation", "reverses"),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "entries",
        *_text("nation"), _whole("number"), sa.Column("place", sa.Integer, nullable=False, autoincrement=False),
        *_text("account", "owner", "holder", "site", "item", "lot", "condition", "of", "day"),
        _whole("booked"), _whole("quantity"), *_text("expires"),
        sa.PrimaryKeyConstraint("nation", "number", "place"),
        sa.ForeignKeyConstraint(["nation", "number"], ["documents.nation", "documents.number"]),
        sqlite_strict=True, sqlite_with_rowid=False,
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        for role in ROLES:
            op.execute(
                f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
                f" THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
            )
        op.create_table("version", sa.Column("number", sa.Integer, nullable=False))
        op.execute("INSERT INTO version VALUES (1)")
        op.create_table("readers", *_text("login", "nation"), sa.PrimaryKeyConstraint("login", "nation"))


def downgrade() -> None:
    """Take everything out; the roles stay, since other ledgers of the server may use them."""
    op.drop_table("entries")
    op.drop_table("documents")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_table("readers")
        op.drop_table("version")
