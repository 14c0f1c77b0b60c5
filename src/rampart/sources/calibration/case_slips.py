"""What public schedules say of delays, as the table ``slips`` of a case, and dates at a confidence for any case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rampart.beliefs.slips import FARTHEST, SlipModel
from rampart.beliefs.streams import NEW
from rampart.case.from_rows import Row
from rampart.findings import Finding
from rampart.sources.calibration.expected import ACCOUNTS, SOURCE, model_state, packaged_model, with_source

if TYPE_CHECKING:
    from rampart.case.tables import Case

SHARES = (50, 80, 90)
OWN = ("munition", "rocket", "missile", "component")
"""Kinds of which the books speak; for others those of an account stand."""


def with_slips(case: Case, *, model: SlipModel | None = None, appropriation: str = "") -> Case:
    """The case with the slips of public schedules in place of its own.

    model          distributions of slip; by default those of the package
    appropriation  the one whose orders the case holds, as "2034A"; blank: any of the account of the kind
    A row a kind of item on order or made, state, length of one, two or three years and share of 50, 80 and 90 in a hundred.
    """
    import polars as pl

    rows = list(_rows(case, model or packaged_model(), appropriation))
    empty = case.tables["slips"].clear()
    table = pl.DataFrame([{c: row.get(c) for c in empty.columns} for row in rows], schema=empty.schema)
    return replace(case, tables={**case.tables, "slips": table, "sources": with_source(case.tables["sources"])})


def _rows(case: Case, model: SlipModel, appropriation: str) -> list[Row]:
    kind_of = dict(case["items"].select("item", "kind").iter_rows())
    states = sorted(set(case["orders"]["state"])) + ([] if case["lines"].is_empty() else [NEW])
    items = {*case["orders"]["item"], *case["lines"]["item"]}
    found: list[Row] = []
    for kind in sorted({kind_of[item] for item in items}):
        account = ACCOUNTS[kind]
        where = f"{account} books ({appropriation})" if appropriation else f"{account} books"
        said = f"Moves of first deliveries in United States {where}, in peace."
        for state in states:
            for books in range(1, FARTHEST + 1):
                slip = model.slip(account, model_state(state), books, appropriation)
                found += [
                    {"kind": kind, "state": state, "ahead": 12.0 * books, "chance": float(share),
                     "delay": slip.quantile(share / 100), "source": SOURCE,
                     "grade": "derived" if kind in OWN else "assumed", "note": said}
                    for share in SHARES
                ]  # fmt: skip
    return found


def at_confidence(case: Case, confidence: int) -> Case:
    """The case whose orders come in the months by which ``confidence`` in a hundred such orders have come.

    By the table ``slips`` of the case; where it has none, those of public schedules that come with the package are written
    into it, which is a finding of the case that comes back. Raises as ``rampart.beliefs.confidence.at_confidence`` does.
    """
    from rampart.beliefs.confidence import at_confidence as at

    if case["slips"].is_empty():
        note = Finding("slips-of-package", "slips", value=str(confidence))
        case = replace(with_slips(case), findings=(*case.findings, note))
    return at(case, confidence)
