"""Every kind is balanced, and books as the plan does where the plan has it; the rules work on books in memory."""

from __future__ import annotations

import pytest

from ledger.small_ledgers import doc
from places import ROOT
from rampart.case.doors import read_case
from rampart.ledger.accounts import KINDS, Account, Leg, entries_of
from rampart.ledger.book import MemoryBook, accounts_of
from rampart.ledger.checks import balanced, below_zero, expired
from rampart.ledger.documents import OUTCOMES
from rampart.ledger.lots import choose
from rampart.network import accounts
from rampart.network.network import Network

SAME = {
    "made": "production", "bought": "purchase", "used": "use", "sent": "dispatch", "received": "receipt",
    "consumed": "consumption", "disposed": "demilitarisation",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_balanced(kind: str) -> None:
    for outcome in OUTCOMES:
        entries = list(entries_of(doc("k", kind, "2024-01-01", 3, to="XUU", of="d", outcome=outcome)))
        assert sum(e.quantity for e in entries) == 0


def test_kinds_of_the_plan_have_its_sign() -> None:
    network = Network(read_case(ROOT / "cases" / "tiny"))
    postings = [
        accounts.order_postings,
        accounts.transfer_postings,
        accounts.service_postings,
        accounts.purchase_postings,
    ]
    seen = {(p.kind, p.per_unit > 0) for rows in postings for p in rows(network) if p.account == "stock"}
    assert {kind for kind, _ in seen} >= {"made", "used", "sent", "received", "consumed"}
    for kind, comes_in in seen:
        assert KINDS[SAME[kind]][0] == Leg("stock", 1 if comes_in else -1)


def test_rules_work_without_a_store() -> None:
    book = MemoryBook()
    made = doc("p", "production", "2024-01-10", 5, lot="A")
    assert accounts_of(book.add(made)) == {
        Account(kind, "XAA", "XAA", "", "round", "A", "serviceable", "") for kind in ("stock", "made")
    }
    assert [f.code for f in below_zero.check([doc("u", "use", "2024-01-09", 1, lot="A")], book)] == [
        "ledger-below-zero"
    ]
    assert expired.check([made], book) == [] and balanced.check([made], book) == []
    chosen, wrong = choose(doc("u", "use", "2024-01-11", 1, lot="*"), book)
    assert chosen.lines[0].lot == "A" and wrong == []


def test_entries_that_do_not_balance_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "use", (Leg("stock", -1),))
    (finding,) = balanced.check([doc("u", "use", "2024-01-11", 2)], MemoryBook())
    assert finding.code == "ledger-unbalanced" and "-2" in finding.message()
