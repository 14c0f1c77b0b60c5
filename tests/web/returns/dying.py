"""Approves a return in a process of its own that dies at a moment: ``python dying.py STORE MOMENT NUMBER HASH``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from rampart.web.starting import start

if __name__ == "__main__":
    store, moment, number, seen = sys.argv[1:]
    start(Path(store))
    from rampart.web.books import Books
    from web.opened import opened

    posts = Books.post

    def dies(self: Books, *given: Any) -> None:
        """Before the ledger has it, or after it has and before the web store knows."""
        if moment == "after":
            posts(self, *given)
        os.kill(os.getpid(), signal.SIGKILL)

    Books.post = dies  # type: ignore[method-assign, assignment]
    opened("arthur").post(f"/returns/{number}/approve", {"hash": seen})
