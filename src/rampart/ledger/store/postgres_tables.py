"""The tables on PostgreSQL, version by version, up and down. A step once published is never edited.

Text sorts by its bytes (COLLATE "C"), as on SQLite, so that both stores give the same rows in the same order. Keys are unique
within a nation: that a key is taken elsewhere is nobody's news. Policies hold for the owner too (FORCE).
"""

from __future__ import annotations

_TEXT = 'text COLLATE "C" NOT NULL'
_MAY = "nation = ANY (string_to_array(current_setting('rampart.nations', true), ',')) AND rampart.speaks_for(nation)"
"""A row is seen where its nation is of the scope of the transaction, and the login speaks for it."""
_WHOLE = "current_setting('rampart.nations', true) = '*' AND rampart.speaks_for(nation)"
_SEEN = f"({_MAY}) OR ({_WHOLE})"

UP: tuple[tuple[str, ...], ...] = (
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
"""Statements that lead from each version to the next; the first from nothing."""

DOWN: tuple[tuple[str, ...], ...] = (
    ("DROP SCHEMA rampart CASCADE",),
    (
        *(
            statement
            for table in ("documents", "entries")
            for statement in (
                f"DROP POLICY own ON rampart.{table}",
                f"DROP POLICY whole ON rampart.{table}",
                f"ALTER TABLE rampart.{table} NO FORCE ROW LEVEL SECURITY",
                f"ALTER TABLE rampart.{table} DISABLE ROW LEVEL SECURITY",
                f"REVOKE ALL ON rampart.{table} FROM rampart_member, rampart_alliance",
                f"DROP TRIGGER {table}_only_added_to ON rampart.{table}",
            )
        ),
        "REVOKE USAGE ON SCHEMA rampart FROM rampart_member, rampart_alliance",
        "DROP FUNCTION rampart.version_number(), rampart.may_read(), rampart.speaks_for(text), rampart.only_added_to()",
        "DROP INDEX rampart.entries_by_lot, rampart.entries_by_account",
    ),
)
"""Statements that lead back from each version to the one before."""
VERSION = len(UP)
