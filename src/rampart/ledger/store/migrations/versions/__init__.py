"""One file a step, up and down, on SQLite and on PostgreSQL. A step once published is never edited."""
