"""A bookkeeper that holds every unit by itself, and looks at every day, agrees with the engine on random ledgers."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from ledger.small_ledgers import doc, refused, stock
from rampart.ledger.documents import Document
from rampart.ledger.ledger import open_ledger

EXPIRES = {"A": "2024-02-20", "B": "2024-04-10", "C": "2030-01-01"}
DAYS = [f"2024-{month:02}-{day:02}" for month in range(1, 6) for day in (5, 15, 25)]


class ByUnit:
    """Moves of single units, (day, lot, +1 or -1); every rule is looked up by going through all of them."""

    def __init__(self) -> None:
        self.moves: list[tuple[str, str, int]] = []

    def there(self, lot: str, day: str) -> int:
        return sum(n for when, which, n in self.moves if which == lot and when <= day)

    def free(self, lot: str, day: str) -> int:
        return min(self.there(lot, later) for later in DAYS if later >= day)

    def post(self, document: Document) -> bool:
        (line,), day = document.lines, document.day
        if document.kind == "production":
            self.moves += [(day, line.lot, 1)] * line.quantity
            return True
        lots = [line.lot] if line.lot != "*" else sorted(EXPIRES, key=lambda lot: EXPIRES[lot])
        units = [lot for lot in lots if EXPIRES[lot] >= day for _ in range(self.free(lot, day))]
        if len(units) < line.quantity:
            return False
        self.moves += [(day, lot, -1) for lot in units[: line.quantity]]
        return True


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(n, marks=pytest.mark.slow) for n in range(6, 300))])
def test_unit_by_unit(tmp_path: Path, seed: int) -> None:
    rng, brute, kept = random.Random(seed), ByUnit(), 0
    with open_ledger(tmp_path / "a", create=True) as ledger:
        for n in range(40):
            lot = rng.choice("ABC")
            if rng.random() < 0.4:
                document = doc(
                    f"k{n}", "production", rng.choice(DAYS), rng.randint(1, 6), lot=lot, expires=EXPIRES[lot]
                )
            else:
                document = doc(f"k{n}", "use", rng.choice(DAYS), rng.randint(1, 5), lot=rng.choice([lot, "*"]))
            accepted = brute.post(document)
            assert (not refused(ledger, document)) == accepted, document
            kept += accepted
            day = rng.choice(DAYS)
            want = Counter({which: brute.there(which, day) for which in EXPIRES})
            assert stock(ledger, on=day) == dict(+want)
        assert 5 < kept < 40
        assert ledger.verify() == []
