"""The tables of the store, version by version. A step once published is never edited: a later one changes what it made."""

from __future__ import annotations

APPLICATION = 0x52504C47
"""What SQLite keeps in the file to say whose it is ("RPLG")."""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE documents (
            nation TEXT NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, day TEXT NOT NULL,
            booked INTEGER NOT NULL, asked TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL, reverses TEXT,
            PRIMARY KEY (nation, number), UNIQUE (nation, key), UNIQUE (nation, reverses)
        ) STRICT""",
        """CREATE TABLE entries (
            nation TEXT NOT NULL, number INTEGER NOT NULL, place INTEGER NOT NULL, account TEXT NOT NULL,
            owner TEXT NOT NULL, holder TEXT NOT NULL, site TEXT NOT NULL, item TEXT NOT NULL, lot TEXT NOT NULL,
            condition TEXT NOT NULL, "of" TEXT NOT NULL, day TEXT NOT NULL, booked INTEGER NOT NULL,
            quantity INTEGER NOT NULL, expires TEXT NOT NULL,
            PRIMARY KEY (nation, number, place), FOREIGN KEY (nation, number) REFERENCES documents
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE INDEX entries_by_account ON entries
            (nation, account, owner, holder, site, item, lot, condition, "of", day, booked, quantity)""",
        "CREATE INDEX entries_by_lot ON entries (nation, item, lot, expires) WHERE expires <> ''",
        *(
            f"""CREATE TRIGGER {table}_never_{verb.lower()}d BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END"""
            for table in ("documents", "entries")
            for verb in ("UPDATE", "DELETE")
        ),
    ),
)
"""Statements that lead from each version to the next; the first from an empty file."""

VERSION = len(STEPS)
ACCOUNT = 'account, owner, holder, site, item, lot, condition, "of"'
"""The columns of an account, in the order of ``accounts.Account``."""
