"""A third bookkeeper that nobody here wrote, Tryton, agrees: what its locations hold by day and lot, and what counts expected.

It comes from the package index into an environment of its own, so only where it is asked for:
``make test-slow TRYTON=install``, or ``TRYTON=PATH`` of a Python that has trytond, trytond_stock_lot and proteus.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.small_ledgers import doc, refused
from ledger.test_postgres import AT, story
from rampart.ledger.exporting import _account_name, export
from rampart.ledger.ledger import open_ledger
from rampart.ledger.store.opening import LedgerError

ASKED = os.environ.get("TRYTON", "")
SEEDS = range(200, 210)
DAYS = ("2024-02-29", "2024-03-31", "2024-12-31")
PACKAGES = ("trytond>=8,<9", "trytond_stock_lot>=8,<9", "proteus>=8,<9")


@pytest.fixture(scope="module")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python that has Tryton."""
    if not ASKED:
        pytest.skip("Tryton is installed from the package index only where TRYTON=install asks for it")
    if ASKED != "install":
        return ASKED
    place = tmp_path_factory.mktemp("tryton")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    subprocess.run([place / "bin" / "pip", "install", "-q", *PACKAGES], check=True, timeout=600)
    return str(place / "bin" / "python")


@pytest.mark.slow
def test_tryton_agrees_on_random_ledgers(tryton: str, tmp_path: Path) -> None:
    texts, want = [], []
    for seed in SEEDS:
        with open_ledger(tmp_path / f"{seed}", create=True) as ledger:
            for n, posting in enumerate(story(random.Random(seed))):
                try:
                    ledger.post(*posting, at=AT + n)
                except LedgerError:
                    continue
            assert refused(ledger, doc("c1", "count", "2024-06-30", 1, lot="A", stands="after")) == []
            texts.append(export(ledger.documents(), "beancount"))
            balances = {
                day: sorted(
                    [_account_name(b.nation, b.account), b.account.item, b.account.lot, b.quantity]
                    for b in ledger.balances(on=day)
                    if b.quantity
                )
                for day in DAYS
            }
            want.append((balances, sorted((c.counted, c.booked) for c in ledger.counts())))
    driver = Path(__file__).with_name("in_tryton.py")
    run = subprocess.run(
        [tryton, str(driver)], input=json.dumps({"ledgers": texts, "days": DAYS}), capture_output=True, text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, timeout=800,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    for seed, answer, (balances, counts) in zip(SEEDS, json.loads(run.stdout), want, strict=True):
        assert {day: sorted(rows) for day, rows in answer["days"].items()} == balances, seed
        assert sorted(map(tuple, answer["counts"])) == counts, seed
    assert sum(len(b[DAYS[-1]]) for b, _ in want) > 100 and sum(len(c) for _, c in want) > 20
