"""What a plan carried on intends in fractions, and must now decide whole: it was far off, and a month later it is due now.

Decisions due now (``settings.decide_now``) come whole where things are: expansions, systems, multiples, lots of a line.
Where none of a chain of items is intended in fractions there, whole numbers move nothing of that chain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rampart.case.calendar import month_number

if TYPE_CHECKING:
    from rampart.case.tables import Case

LITTLE = 1e-6
"""Part of a whole by which an amount may miss it and be whole: what the solver leaves."""


def newly_whole(case: Case) -> set[str]:
    """Items about which something due now is intended in an amount that is not whole."""
    last = month_number(str(case.settings["start"])) + int(str(case.settings["decide_now"]))
    lines = {r["line"]: r for r in case["lines"].iter_rows(named=True)}
    intended = case["taken"].filter(~case["taken"]["in_hand"])
    return {
        item
        for r in intended.iter_rows(named=True) if month_number(r["month"]) < last
        for item, whole in _comes_in(case, lines, r) if abs(r["quantity"] / whole - round(r["quantity"] / whole)) > LITTLE
    }  # fmt: skip


def _comes_in(
    case: Case, lines: Mapping[str, Mapping[str, Any]], taken: Mapping[str, Any]
) -> Iterator[tuple[str, float]]:
    """The item that a decision is about and the amounts that it comes in whole multiples of; nothing where in any amount."""
    if taken["kind"] == "expansion":
        for of in case["expansions"].filter(expansion=taken["expansion"]).iter_rows(named=True):
            if of["whole"] and of["line"] in lines:
                yield lines[of["line"]]["item"], 1.0
        return
    line = lines.get(taken["line"], {})
    item: str | None = taken["item"] or line.get("item") or _offered(case, taken["offer"])
    if item is None:
        return
    for of in case["items"].filter(item=item).iter_rows(named=True):
        if multiple := of["multiple"] or (1.0 if of["kind"] == "system" else None):
            yield item, multiple
    if line.get("lot"):
        yield item, line["lot"]


def _offered(case: Case, offer: str | None) -> str | None:
    return next((r["item"] for r in case["market"].iter_rows(named=True) if r["offer"] == offer), None)
