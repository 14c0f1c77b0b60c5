"""Indexes, and what guards the rows: nothing is changed or taken out; on a server no nation sees another's.

Policies hold for the owner too (FORCE).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"

TABLES = ("documents", "entries")
_MAY = "nation = ANY (string_to_array(current_setting('rampart.nations', true), ',')) AND rampart.speaks_for(nation)"
"""A row is seen where its nation is of the scope of the transaction, and the login speaks for it."""
_WHOLE = "current_setting('rampart.nations', true) = '*' AND rampart.speaks_for(nation)"
_SEEN = f"({_MAY}) OR ({_WHOLE})"
_LOOKED_UP = {
    "speaks_for(asked text) RETURNS boolean": (
        "SELECT EXISTS (SELECT FROM readers WHERE login = session_user AND nation IN (asked, '*'))"
    ),
    "may_read() RETURNS SETOF text": "SELECT nation FROM readers WHERE login = session_user",
    "version_number() RETURNS integer": "SELECT number FROM version",
}
"""What a login may see is looked up as the owner: the table of readers itself is nobody's to read."""


def upgrade() -> None:
    """Add them."""
    account = (
        "nation",
        "account",
        "owner",
        "holder",
        "site",
        "item",
        "lot",
        "condition",
        "of",
        "day",
        "booked",
        "quantity",
    )
    said = sa.text("expires <> ''")
    op.create_index("entries_by_account", "entries", account)
    op.create_index(
        "entries_by_lot", "entries", ("nation", "item", "lot", "expires"), sqlite_where=said, postgresql_where=said
    )
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_never_{verb.lower()}d BEFORE {verb} ON {table}"
                    " BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the ledger is only added to'; END $$"
    )
    for function, query in _LOOKED_UP.items():
        op.execute(
            f"CREATE FUNCTION {function} LANGUAGE sql STABLE SECURITY DEFINER SET search_path = rampart, pg_temp"
            f" AS $$ {query} $$"
        )
    op.execute("GRANT USAGE ON SCHEMA rampart TO rampart_member, rampart_alliance")
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO rampart_member, rampart_alliance")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own ON {table} TO rampart_member USING ({_SEEN}) WITH CHECK ({_SEEN})")
        op.execute(f"CREATE POLICY whole ON {table} TO rampart_alliance USING (true) WITH CHECK (true)")
    op.execute("UPDATE version SET number = 2")


def downgrade() -> None:
    """Take them out again; the rows stay."""
    op.drop_index("entries_by_lot", "entries")
    op.drop_index("entries_by_account", "entries")
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for verb in ("updated", "deleted"):
                op.execute(f"DROP TRIGGER {table}_never_{verb}")
        return
    for table in TABLES:
        op.execute(f"DROP POLICY own ON {table}")
        op.execute(f"DROP POLICY whole ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"REVOKE ALL ON {table} FROM rampart_member, rampart_alliance")
        op.execute(f"DROP TRIGGER {table}_only_added_to ON {table}")
    op.execute("REVOKE USAGE ON SCHEMA rampart FROM rampart_member, rampart_alliance")
    op.execute("DROP FUNCTION version_number(), may_read(), speaks_for(text), only_added_to()")
    op.execute("UPDATE version SET number = 1")
