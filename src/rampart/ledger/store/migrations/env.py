"""What Alembic runs: steps on the connection that ``migrating`` hands in, inside the transaction that is open there."""

from __future__ import annotations

from alembic import context

from rampart.ledger.store.tables import SCHEMA, metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table_schema=SCHEMA if connection.dialect.name == "postgresql" else None,
)
context.run_migrations()
