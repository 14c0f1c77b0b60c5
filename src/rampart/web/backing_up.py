"""A copy of a store and its ledger while it is served: a folder that can be served itself."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rampart.findings import Finding, PlaceError, TakenError
from rampart.web.books import Books

BESIDE = ("secret.key", "settings.toml")


@dataclass(frozen=True)
class Copied:
    """What was copied.

    ledger  whether the ledger is in it: one that lies on a server, or in a file elsewhere, is not
    """

    folder: Path
    ledger: bool


def back_up(store: Path, to: Path) -> Copied:
    """Copy accounts, audit trail, returns, kept cases and the ledger of a store that this process has started on.

    The web store comes first, then what its rows name: the ledger is never older than what the store says was posted. Plans and
    cases are plain folders and are left out. Raises TakenError where something is there, PlaceError where it cannot be written.
    """
    from django.conf import settings

    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise TakenError([Finding("web-backup-taken", file=str(to))])
    try:
        to.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (
            closing(sqlite3.connect(store / "store.sqlite3")) as source,
            closing(sqlite3.connect(to / "store.sqlite3")) as target,
        ):
            source.backup(target)
        for name in BESIDE:
            if (store / name).is_file():
                shutil.copy2(store / name, to / name)
        if (store / "kept").is_dir():
            shutil.copytree(store / "kept", to / "kept")
    except (OSError, sqlite3.Error) as wrong:
        raise PlaceError([Finding("web-store-not-writable", file=str(to), value=str(wrong))]) from wrong
    own = not settings.OF_THE_STORE.ledger
    return Copied(to, own and Books(settings.LEDGER).there and Books(settings.LEDGER).copy(to / "alliance.ledger"))
