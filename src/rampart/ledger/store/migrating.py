"""Bringing a store up or down, step by step, by Alembic: whole, or not at all.

Version N is revision "000N". Before version 3 a store carried no record of Alembic's: a file its version in ``user_version``, a
server in ``version``. Both are still kept in step, so that a program of before says that the ledger is newer.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from rampart.ledger.store.tables import APPLICATION, SCHEMA, VERSION

if TYPE_CHECKING:
    from alembic.config import Config

RECORD = "alembic_version"


def revision(version: int) -> str:
    """Name of the step that leads to a version."""
    return f"{version:04d}" if version else "base"


def bring(core: sa.Connection, *, to: int = VERSION) -> int:
    """Bring the tables to a version inside the transaction that is open; the version that they had is given back.

    Down to 0 takes everything out.
    """
    from alembic import command

    server = core.dialect.name == "postgresql"
    if server:
        core.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        core.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")
    had = version_of(core)
    config = _config()
    config.attributes["connection"] = core
    if had and not sa.inspect(core).has_table(RECORD):
        command.stamp(config, revision(had))
    (command.upgrade if to >= had else command.downgrade)(config, revision(to))
    if not to:
        core.exec_driver_sql(f"DROP SCHEMA {SCHEMA} CASCADE" if server else f"DROP TABLE {RECORD}")
    if not server:
        core.exec_driver_sql(f"PRAGMA application_id = {APPLICATION if to else 0}")
        core.exec_driver_sql(f"PRAGMA user_version = {to}")
    return had


def version_of(core: sa.Connection) -> int:
    """The version of the tables; 0 where there are none."""
    if core.dialect.name == "sqlite":
        return int(core.exec_driver_sql("PRAGMA user_version").scalar_one())
    if not core.exec_driver_sql(f"SELECT to_regclass('{SCHEMA}.version') IS NOT NULL").scalar_one():
        return 0
    return int(core.exec_driver_sql(f"SELECT number FROM {SCHEMA}.version").scalar_one())  # noqa: S608


@lru_cache(maxsize=1)
def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
