"""Whatever the order in which documents are booked, the balances are the same; and what was known at a moment stays known so.

The sums beside the ledger are a plain dictionary by day, nation, account and lot; what each kind moves is said here again.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from drawn import seeds
from ledger.small_ledgers import doc, refused
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, open_ledger, written

MOVES = {
    "production": (("stock", 1), ("made", -1)),
    "use": (("stock", -1), ("used", 1)),
    "issue": (("stock", -1), ("issued", 1)),
    "dispatch": (("stock", -1), ("transit", 1)),
    "demilitarisation": (("stock", -1), ("disposed", 1)),
}
AFTER = {"received": "delivered", "lost": "lost", "returned": "stock"}
"""Where in the sender's book a part of a delivery goes that left its transit account."""
DAYS = [f"2024-{month:02}-{day:02}" for month in range(1, 6) for day in (5, 15, 25)]
Where = tuple[str, str, str]
"""Nation, account and lot."""


def made_up(rng: random.Random, *, chosen: bool) -> list[Document]:
    """Documents of two nations that can all be booked in some order; with ``chosen`` the store chooses most lots."""
    lots = {"A": "2030-01-01", "B": "2031-01-01", "C": "2032-01-01"}
    found = [
        doc(f"p{n}", "production", rng.choice(DAYS[:4]), rng.randint(20, 40), lot=lot, expires=lots[lot])
        for n, lot in enumerate((*lots, rng.choice("ABC")))
    ]
    for n in range(rng.randint(3, 6)):
        lot = "*" if chosen else rng.choice("ABC")
        kind = rng.choice(("use", "issue", "demilitarisation"))
        found.append(doc(f"o{n}", kind, rng.choice(DAYS[4:]), rng.randint(1, 3), lot=lot))
    for n in range(2):
        lot, sent = rng.choice("ABC"), DAYS[5 + n]
        found.append(doc(f"d{n}", "dispatch", sent, 5, lot=lot, to="XUU"))
        for m, outcome in enumerate(rng.sample(list(AFTER), 2)):
            line = Line(
                "round", rng.randint(1, 2), lot=lot, outcome=outcome, reason="" if outcome == "received" else "seen"
            )
            said = {"nation": "XUU", "sender": "XAA", "of": f"d{n}", "lines": [line]}
            found.append(doc(f"r{n}{m}", "receipt", rng.choice(DAYS[8:]), **said))
    found.append(doc("wrong", "production", DAYS[3], 7, lot="A", expires=lots["A"]))
    found.append(doc("back", "reversal", DAYS[9], reverses="wrong"))
    found.append(doc("k", "count", DAYS[7], rng.randint(0, 99), lot="A", stands=rng.choice(("before", "after"))))
    return found


def by_hand(documents: list[Document], on: str) -> Counter[Where]:
    """Every account at the end of a day."""
    found: Counter[Where] = Counter()
    for d in documents:
        taken_back = d.key == "wrong"  # a document is taken back as of its own day
        if d.day > on or taken_back or d.kind in ("reversal", "count"):
            continue
        for line in d.lines:
            moves = [(d.nation, account, sign) for account, sign in MOVES.get(d.kind, ())]
            if d.kind == "receipt":
                moves = [("XAA", "transit", -1), ("XAA", AFTER[line.outcome], 1)]
                moves += [("XUU", "stock", 1), ("XUU", "arrived", -1)] if line.outcome == "received" else []
            for nation, account, sign in moves:
                found[nation, account, line.lot] += sign * line.quantity
    return Counter({where: n for where, n in found.items() if n})


def told(ledger: Ledger, on: str, known: str | None = None) -> Counter[Where]:
    found: Counter[Where] = Counter()
    for b in ledger.balances(on=on, known=known):
        found[b.nation, b.account.kind, b.account.lot] += b.quantity
    return Counter({where: n for where, n in found.items() if n})


def booked(path: Path, documents: list[Document], rng: random.Random) -> tuple[Ledger, list[Document]]:
    """A ledger of the documents in some order; those that are refused come again later, until none goes in any more."""
    ledger, todo = open_ledger(path, create=True), rng.sample(documents, len(documents))
    while todo:
        left = [d for d in todo if refused(ledger, d)]
        if len(left) == len(todo):
            break
        todo = left
    return ledger, todo


@pytest.mark.parametrize("seed", seeds(6, 300))
def test_documents_that_name_their_lots_give_the_same_balances_by_day_and_lot(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    documents = made_up(rng, chosen=False)
    for turn in range(2):
        ledger, left = booked(tmp_path / f"{turn}", documents, rng)
        with ledger:
            assert not left
            for day in DAYS:
                assert told(ledger, day) == by_hand(documents, day), day
            assert ledger.verify() == []


@pytest.mark.parametrize("seed", seeds(6, 300))
def test_where_the_store_chose_the_lots_the_balances_by_item_are_the_same(tmp_path: Path, seed: int) -> None:
    """Lots may differ, as each was chosen among those there when it was booked; what is there of the item does not."""
    rng = random.Random(1000 + seed)
    documents = made_up(rng, chosen=True)
    whole = 0
    for turn in range(2):
        ledger, left = booked(tmp_path / f"{turn}", documents, rng)
        with ledger:
            whole += not left
            kept = [d for d in documents if d not in left]
            for day in DAYS:
                assert by_item(told(ledger, day)) == by_item(by_hand(kept, day)), day
            assert ledger.verify() == []
    assert whole, "an order in which a lot was chosen that a later document names is no accepted one; one at least is"


def by_item(of: Counter[Where]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for (nation, account, _), quantity in of.items():
        found[nation, account] += quantity
    return Counter({where: n for where, n in found.items() if n})


@pytest.mark.parametrize("seed", seeds(3, 100))
def test_what_was_known_at_a_moment_stays_known_so(tmp_path: Path, seed: int) -> None:
    """Balances, deliveries and counts printed after each posting are those that are asked for later, as known then."""
    rng = random.Random(seed)
    documents = sorted(
        made_up(rng, chosen=True), key=lambda d: (d.kind != "production", d.kind == "receipt", rng.random())
    )
    printed = {}

    def all_of(known: str | None = None) -> list[object]:
        return [told(ledger, day, known) for day in DAYS[::3]] + [
            ledger.deliveries(known=known),
            ledger.counts(known=known),
        ]

    with open_ledger(tmp_path / "a", create=True) as ledger:
        for document in documents:
            if not refused(ledger, document):
                printed[written(newest(ledger))] = all_of()
        assert len(printed) > len(documents) / 2
        for known, then in printed.items():
            assert all_of(known) == then, known


def newest(ledger: Ledger) -> int:
    return max(d.booked for d in ledger.documents())
