"""Ledgers as they were made before Alembic kept their versions: the statements of then, word for word, never edited.

A ledger of version 1 or 2 that somebody has is upgraded without loss; these make one.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

APPLICATION = 0x52504C47

ON_A_FILE: tuple[tuple[str, ...], ...] = (
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

_TEXT = 'text COLLATE "C" NOT NULL'
_MAY = "nation = ANY (string_to_array(current_setting('rampart.nations', true), ',')) AND rampart.speaks_for(nation)"
_WHOLE = "current_setting('rampart.nations', true) = '*' AND rampart.speaks_for(nation)"
_SEEN = f"({_MAY}) OR ({_WHOLE})"

ON_A_SERVER: tuple[tuple[str, ...], ...] = (
    (
        "CREATE SCHEMA rampart",
        *(
            f"""DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')
            THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"""
            for role in ("rampart_member", "rampart_alliance")
        ),
        "CREATE TABLE rampart.version (number integer NOT NULL)",
        "INSERT INTO rampart.version VALUES (0)",
        f"CREATE TABLE rampart.readers (login {_TEXT}, nation {_TEXT}, PRIMARY KEY (login, nation))",
        f"""CREATE TABLE rampart.documents (
            nation {_TEXT}, number bigint NOT NULL, key {_TEXT}, kind {_TEXT}, day {_TEXT}, booked bigint NOT NULL,
            asked {_TEXT}, body {_TEXT}, hash {_TEXT}, reverses text COLLATE "C",
            PRIMARY KEY (nation, number), UNIQUE (nation, key), UNIQUE (nation, reverses)
        )""",
        f"""CREATE TABLE rampart.entries (
            nation {_TEXT}, number bigint NOT NULL, place integer NOT NULL, account {_TEXT}, owner {_TEXT}, holder {_TEXT},
            site {_TEXT}, item {_TEXT}, lot {_TEXT}, condition {_TEXT}, "of" {_TEXT}, day {_TEXT}, booked bigint NOT NULL,
            quantity bigint NOT NULL, expires {_TEXT},
            PRIMARY KEY (nation, number, place), FOREIGN KEY (nation, number) REFERENCES rampart.documents
        )""",
    ),
    (
        """CREATE INDEX entries_by_account ON rampart.entries
            (nation, account, owner, holder, site, item, lot, condition, "of", day, booked, quantity)""",
        "CREATE INDEX entries_by_lot ON rampart.entries (nation, item, lot, expires) WHERE expires <> ''",
        """CREATE FUNCTION rampart.only_added_to() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the ledger is only added to'; END $$""",
        *(
            f"""CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON rampart.{table}
            FOR EACH STATEMENT EXECUTE FUNCTION rampart.only_added_to()"""
            for table in ("documents", "entries")
        ),
        # What a login may see is looked up as the owner: the table of readers itself is nobody's to read.
        """CREATE FUNCTION rampart.speaks_for(asked text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = rampart, pg_temp AS
            $$ SELECT EXISTS (SELECT FROM readers WHERE login = session_user AND nation IN (asked, '*')) $$""",
        """CREATE FUNCTION rampart.may_read() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = rampart, pg_temp AS $$ SELECT nation FROM readers WHERE login = session_user $$""",
        """CREATE FUNCTION rampart.version_number() RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = rampart, pg_temp AS $$ SELECT number FROM version $$""",
        "GRANT USAGE ON SCHEMA rampart TO rampart_member, rampart_alliance",
        *(
            statement
            for table in ("documents", "entries")
            for statement in (
                f"GRANT SELECT, INSERT ON rampart.{table} TO rampart_member, rampart_alliance",
                f"ALTER TABLE rampart.{table} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE rampart.{table} FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY own ON rampart.{table} TO rampart_member USING ({_SEEN}) WITH CHECK ({_SEEN})",
                f"CREATE POLICY whole ON rampart.{table} TO rampart_alliance USING (true) WITH CHECK (true)",
            )
        ),
    ),
)


def make_file(path: Path, version: int) -> None:
    """An empty ledger of then in a file."""
    raw = sqlite3.connect(path, isolation_level=None)
    for statement in (s for step in ON_A_FILE[:version] for s in step):
        raw.execute(statement)
    raw.execute(f"PRAGMA application_id = {APPLICATION}")
    raw.execute(f"PRAGMA user_version = {version}")
    raw.execute("PRAGMA journal_mode = WAL")
    raw.close()


def make_on_server(url: str, version: int) -> None:
    """An empty ledger of then on a server, as the owner of its tables."""
    import psycopg

    with psycopg.connect(url) as connection:
        for statement in (s for step in ON_A_SERVER[:version] for s in step):
            connection.execute(statement)  # type: ignore[call-overload]
        connection.execute("UPDATE rampart.version SET number = %s", (version,))
