"""Documents of one to three lines, for the tests of the ledger."""

from __future__ import annotations

from typing import Any

from rampart.findings import FindingsError
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger

LINE = {"quantity", "lot", "site", "condition", "owner", "holder", "expires", "outcome", "reason"}


def doc(key: str, kind: str, day: str, quantity: int | None = None, **said: Any) -> Document:
    """A document of XAA about rounds, of one line where a quantity is given."""
    line = {name: said.pop(name) for name in LINE & set(said)}
    lines = said.pop("lines", () if quantity is None else (Line(said.pop("item", "round"), quantity, **line),))
    about = {"nation": "XAA", "author": "clerk", "source": "voucher"} | said
    return Document(key=key, kind=kind, day=day, lines=tuple(lines), **about)


def refused(ledger: Ledger, *documents: Document) -> list[str]:
    """Codes of what stands against posting; none where it was posted."""
    try:
        ledger.post(*documents)
    except FindingsError as wrong:
        return [f.code for f in wrong.findings]
    return []


def stock(ledger: Ledger, nation: str = "XAA", kind: str = "stock", **when: Any) -> dict[str, int]:
    """Quantities by lot."""
    found: dict[str, int] = {}
    for b in ledger.balances(**when):
        if b.nation == nation and b.account.kind == kind:
            found[b.account.lot] = found.get(b.account.lot, 0) + b.quantity
    return found
