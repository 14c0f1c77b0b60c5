"""Where the ledger lies: one SQLite file."""
