"""The tables of a ledger as the program asks them; ``migrations`` makes them, and a test holds that the two agree.

Text sorts by its bytes (on PostgreSQL COLLATE "C"), so that both stores give the same rows in the same order.
"""

from __future__ import annotations

import sqlalchemy as sa

APPLICATION = 0x52504C47
"""What SQLite keeps in the file to say whose it is ("RPLG")."""
VERSION = 5
"""The version that this program reads and writes: the last step of ``migrations``."""
SCHEMA = "rampart"
"""Where the tables lie on a server; the path of every connection leads there."""

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData()
documents = sa.Table(
    "documents",
    metadata,
    sa.Column("nation", TEXT, primary_key=True),
    sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
    *(sa.Column(name, TEXT, nullable=False) for name in ("key", "kind", "day")),
    sa.Column("booked", WHOLE, nullable=False),
    *(sa.Column(name, TEXT, nullable=False) for name in ("asked", "body", "hash")),
    sa.Column("reverses", TEXT),
    sa.UniqueConstraint("nation", "key"),
    sa.UniqueConstraint("nation", "reverses"),
    sa.Index(
        "documents_that_rename", "nation", "number",
        sqlite_where=sa.text("kind = 'renaming'"), postgresql_where=sa.text("kind = 'renaming'"),
    ),
    sa.Index("documents_by_moment", "booked", "nation", "number"),
    sqlite_strict=True,
)  # fmt: skip
"""Documents as they were booked, each in the chain of its nation."""

ACCOUNT = ("account", "owner", "holder", "site", "item", "lot", "condition", "of")
"""The columns of an account, in the order of ``accounts.Account``."""
entries = sa.Table(
    "entries",
    metadata,
    sa.Column("nation", TEXT, primary_key=True),
    sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    *(sa.Column(name, TEXT, nullable=False) for name in (*ACCOUNT, "day")),
    sa.Column("booked", WHOLE, nullable=False),
    sa.Column("quantity", WHOLE, nullable=False),
    sa.Column("expires", TEXT, nullable=False),
    sa.ForeignKeyConstraint(["nation", "number"], ["documents.nation", "documents.number"]),
    sa.Index("entries_by_account", "nation", *ACCOUNT, "day", "booked", "quantity"),
    sa.Index(
        "entries_by_lot", "nation", "item", "lot", "expires",
        sqlite_where=sa.text("expires <> ''"), postgresql_where=sa.text("expires <> ''"),
    ),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip
"""Both halves of every movement, as the documents have them."""
