"""An import is killed at any statement, on both stores: a month that was acknowledged is there whole, any other not at all."""

from __future__ import annotations

import csv
import os
import random
import signal
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.returns.filled_in import TINY, in_this_process
from ledger.servers import Server, server
from ledger.small_ledgers import stock
from ledger.test_store import Counted, child, forks
from rampart.case.calendar import month_number, month_text
from rampart.ledger.ledger import open_ledger
from rampart.ledger.returns import figures
from rampart.ledger.returns.checking import Checked, check_return, post_return
from rampart.ledger.store import opening

__all__ = ["server"]
FIRST = month_number("1920-01")  # a thousand months from here on are past


def handed_in(folder: Path, month: str) -> Path:
    """A return as two CSV files: five made, two used."""
    folder.mkdir()
    with (folder / "return_head.csv").open("w", encoding="utf-8", newline="") as file:
        head = {"nation": "XAA", "month": month, "revision": 1, "author": "clerk", "source": "list"}
        csv.writer(file).writerows([head, head.values()])
    with (folder / "return_figures.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [("kind", "item", "quantity", "lot"), ("produced", "round", 5, "00123"), ("used", "round", 2, "00123")]
        csv.writer(file).writerows(rows)
    return folder


def post_and_tell(place: Any, checked: Checked, month: str, told: Path) -> None:
    """Post a checked return; its month is written down once it was acknowledged."""
    with open_ledger(place) as ledger, told.open("a") as out:
        post_return(ledger, checked)
        print(month, file=out, flush=True)


@forks
@pytest.mark.parametrize(
    "turns", [pytest.param(50, marks=pytest.mark.docs), pytest.param(1000, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("kind", ["file", "server"])
def test_an_import_that_is_killed_is_there_whole_or_not_at_all(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, turns: int
) -> None:
    place: Any = tmp_path / "a.ledger"
    left = [10**9]
    if kind == "server":
        on: Server = request.getfixturevalue("server")
        place = on.login("login_a", "XAA", database=on.fresh("imports"))
        runs = psycopg.Connection.execute

        def counted(self: object, *said: object, **how: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return runs(self, *said, **how)  # type: ignore[arg-type]

        monkeypatch.setattr(psycopg.Connection, "execute", counted)
    else:
        open_ledger(place, create=True).close()
        connects = sqlite3.connect
        monkeypatch.setattr(opening.sqlite3, "connect", lambda *a, **k: connects(*a, factory=Counted, **k))
    monkeypatch.setattr(figures, "layouts_outside", in_this_process)
    told, rng, killed = tmp_path / "told", random.Random(17), 0
    told.touch()
    for turn in range(turns):
        month = month_text(FIRST + turn)
        path = handed_in(tmp_path / f"{turn}", month)
        with open_ledger(place) as ledger:  # in this process: threads of what reads tables outlive no fork
            checked = check_return(ledger, TINY, path)
        assert checked.sound, checked.findings
        Counted.left = left[0] = rng.randint(0, 40)
        killed += child(lambda c=checked, m=month: post_and_tell(place, c, m, told)) == -signal.SIGKILL  # type: ignore[misc]
        Counted.left = left[0] = 10**9
    assert turns / 4 < killed < turns
    with open_ledger(place) as ledger:
        kinds: dict[str, list[str]] = {}
        for d in ledger.documents():
            kinds.setdefault(d.day[:7], []).append(d.kind)
        assert {month for month in told.read_text().split()} <= set(kinds)
        assert all(sorted(of) == ["production", "return", "use"] for of in kinds.values())
        assert stock(ledger) == {"00123": 3 * len(kinds)} and ledger.verify() == []
