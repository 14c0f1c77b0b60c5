"""A second bookkeeper that nobody here wrote, beancount, agrees: the same balances, and the same counts that differ."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from ledger.small_ledgers import doc, refused
from ledger.test_postgres import AT, story
from rampart.ledger.exporting import _account_name, export
from rampart.ledger.ledger import open_ledger
from rampart.ledger.store.opening import LedgerError


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 60))])
def test_beancount_agrees_on_random_ledgers(tmp_path: Path, seed: int) -> None:
    from beancount.core import realization
    from beancount.loader import load_string

    with open_ledger(tmp_path / "a", create=True) as ledger:
        for n, posting in enumerate(story(random.Random(seed))):
            try:
                ledger.post(*posting, at=AT + n)
            except LedgerError:
                continue
        wrong = doc("c0", "count", "2024-06-30", 999, lot="A", stands="after")  # taken back, and no assertion any more
        back = doc("c0 back", "reversal", "2024-06-30", reverses="c0")
        assert refused(ledger, wrong, back, doc("c1", "count", "2024-06-30", 1, lot="A", stands="after")) == []
        entries, errors, options = load_string(export(ledger.documents(), "beancount"))
        commodities = {e.currency: (e.meta["item"], e.meta["lot"]) for e in entries if type(e).__name__ == "Commodity"}
        found = {}
        for account in realization.iter_children(realization.realize(entries)):
            for (currency, _), position in account.balance.items():
                found[account.account, *commodities[currency]] = int(position.units.number)
        want = {
            (_account_name(b.nation, b.account), b.account.item, b.account.lot): b.quantity for b in ledger.balances()
        }
        assert {k: v for k, v in found.items() if v} == want
        assert all(type(e).__name__ == "BalanceError" for e in errors)
        off = sorted(abs(c.difference) for c in ledger.counts() if c.difference)
        assert sorted(int(re.search(r"\(?(\d+) too", e.message)[1]) for e in errors) == off  # type: ignore[index]
        assert options["booking_method"].name == "STRICT"
