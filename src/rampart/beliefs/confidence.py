"""Delivery dates at a confidence: what the table ``slips`` of a case says of orders, and the case that plans with it.

The delay of an order is that of the rows that name most of it: its line before its item, that before its kind, and its state
before none. Between two lengths, and between two shares, it runs straight, from nothing at 0 months ahead.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from rampart.beliefs.streams import NEW, RUNNING, WORKS, moved
from rampart.findings import CaseError, Finding

if TYPE_CHECKING:
    from rampart.case.tables import Case

Selector = tuple[str | None, str | None, str | None, str | None]
"""Line, item, kind and state that a row of the table names."""


@dataclass(frozen=True, eq=False)
class SlipTable:
    """Rows of ``slips`` by what they are about.

    curves  by selector and share come (in a hundred) the months ahead and the delays, rising in months ahead
    kinds   kind of each item
    """

    curves: dict[Selector, dict[float, tuple[list[float], list[float]]]]
    kinds: dict[str, str]
    missing: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, case: Case) -> SlipTable:
        """Of a case."""
        curves: dict[Selector, dict[float, tuple[list[float], list[float]]]] = {}
        for r in case["slips"].sort("ahead", maintain_order=True).iter_rows(named=True):
            of = curves.setdefault((r["line"], r["item"], r["kind"], r["state"]), {})
            ahead, delay = of.setdefault(r["chance"], ([], []))
            ahead.append(r["ahead"])
            delay.append(r["delay"])
        return cls(curves, dict(case["items"].select("item", "kind").iter_rows()))

    def delay(self, item: str, line: str | None, state: str, ahead: float, *, confidence: float) -> float:
        """Months by which that share of such orders has come; nothing, and noted, where no row is about it.

        Raises CaseError where the rows about it state no share as large, or none as small.
        """
        curve = self.curve(item, line, state, ahead)
        if curve is None:
            self.missing.add((item, state))
            return 0.0
        shares, delays = curve
        if not shares[0] <= confidence <= shares[-1]:
            details = {"least": shares[0], "most": shares[-1], "state": state}
            raise CaseError([Finding("slips-without-chance", "slips", column="chance", value=item, details=details)])
        return float(np.interp(confidence, shares, delays))

    def curve(self, item: str, line: str | None, state: str, ahead: float) -> tuple[list[float], list[float]] | None:
        """Shares in a hundred, rising, and the months by which they have come; none where no row is about it."""
        own = (line, item, self.kinds[item], NEW if state == RUNNING else state)
        about = [of for of in self.curves if all(named in (None, mine) for named, mine in zip(of, own, strict=True))]
        if state in (NEW, RUNNING, WORKS):
            about = [of for of in about if of[3] == own[3] and (state != RUNNING or of[0] is not None)]
        if not about:
            return None
        found = self.curves[max(about, key=lambda of: [named is not None for named in of])]
        shares = sorted(found)
        return shares, [_at(ahead, *found[share]) for share in shares]


def _at(ahead: float, months: list[float], delays: list[float]) -> float:
    """Delay so many months ahead: straight between the rows, from nothing at 0, and as in the last row after it."""
    if months[0] > 0:
        months, delays = [0.0, *months], [0.0, *delays]
    return float(np.interp(ahead, months, delays))


def at_confidence(case: Case, confidence: int) -> Case:
    """The case whose orders come in the months by which ``confidence`` in a hundred such orders have come.

    One slip a stream (``beliefs.streams``). Lead times of lines grow where the table has rows of the state new, that of a hot
    line only by rows that name it, and works by rows of the state works. What no row is about stays as promised, and is a
    finding of the case that comes back.
    Raises CaseError where the case stands at a confidence already, or the table does not state it; ValueError where the
    confidence is not between 0 and 100.
    """
    import polars as pl

    if not 0 < confidence < 100:
        raise ValueError(f"confidence must lie between 0 and 100, not {confidence}")
    if (before := case.settings["confidence"]) is not None:
        raise CaseError([Finding("confidence-twice", "settings", column="value", value=before)])
    table = SlipTable.of(case)
    said = f"month by which {confidence} in a hundred of such orders have come"

    def slip(item: str, line: str | None, state: str, ahead: float) -> float:
        return table.delay(item, line, state, ahead, confidence=confidence)

    later = moved(case, slip, said=said, past=False)
    placed = sorted((item, state) for item, state in table.missing if state not in (NEW, RUNNING, WORKS))
    found = [Finding("slips-missing", "slips", value=item, details={"state": state}) for item, state in placed]
    row = pl.DataFrame({"setting": ["confidence"], "value": [str(confidence)]})
    settings = pl.concat([case.tables["settings"].filter(pl.col("setting") != "confidence"), row])
    return replace(
        case, tables={**later.tables, "settings": settings}, findings=(*case.findings, *found),
        overrides=(*case.overrides, f"confidence-{confidence}"),
    )  # fmt: skip
