"""The steps between versions of the store, as Alembic runs them: ``versions``, one file a step, never edited once published."""
