"""Rates and times re-estimated from what happened, with intervals; none where too little is published to estimate from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from rampart.ledger.actual.happened import movements

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.ledger.store.reading import Booked

FEWEST = 6
"""Points below which nothing is estimated: the range of six brackets the median with a chance of 97 %."""
CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """What happened so far says of a line's monthly output, or of the days that a delivery is on the way.

    points  not graded assumed; where they are too few there is no figure
    """

    what: str
    code: str
    points: int
    middle: float | None
    low: float | None
    high: float | None
    assumed: float | None


def rates(documents: Iterable[Booked], case: Case) -> list[Estimate]:
    """Mean monthly output of each line with its interval (Student), beside the maximum rate that the case assumes.

    A month counts where something was booked of the line, and nothing of it is graded assumed.
    """
    makers: dict[str, list[str]] = {}
    for r in case["lines"].iter_rows(named=True):
        makers.setdefault(r["item"], []).append(r["line"])
    made: dict[tuple[str, str], int] = {}
    graded: set[tuple[str, str]] = set()
    for s in movements(documents):
        of = makers.get(s.at.item, [])
        line = s.of if s.of in of else of[0] if len(of) == 1 else ""
        if s.at.kind == "production" and line:
            made[line, s.at.month] = made.get((line, s.at.month), 0) + s.quantity
            if s.grade == "assumed":
                graded.add((line, s.at.month))
    found = []
    for r in case["lines"].iter_rows(named=True):
        per = 12.0 if r["rate_per"] == "year" else 1.0
        points = [float(q) for at, q in sorted(made.items()) if at[0] == r["line"] and at not in graded]
        found.append(Estimate("rate", r["line"], len(points), *_mean(points), r["max_rate"] / per))
    return found


def days_on_the_way(documents: Iterable[Booked], case: Case) -> list[Estimate]:
    """Median days from dispatch to receipt by route, with the interval that order statistics give."""
    every = {(b.nation, b.key): b for b in documents}
    back = {(b.nation, b.reverses) for b in every.values() if b.reverses}
    spans: dict[tuple[str, str], list[float]] = {}
    for (nation, key), b in every.items():
        sent = (
            every.get((b.document.sender, b.document.of)) if b.kind == "receipt" and (nation, key) not in back else None
        )
        if sent is not None and "assumed" not in (b.document.grade, sent.document.grade):
            days = (date.fromisoformat(b.day) - date.fromisoformat(sent.day)).days
            spans.setdefault((sent.nation, nation), []).append(float(days))
    stated = {(r["origin"], r["destination"]): r["months"] * 365.25 / 12 for r in case["routes"].iter_rows(named=True)}
    return [
        Estimate(
            "days on the way",
            f"{a} > {b}",
            len(spans.get((a, b), ())),
            *_median(spans.get((a, b), [])),
            stated.get((a, b)),
        )
        for a, b in sorted({*spans, *stated})
    ]


def _mean(points: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    if len(points) < FEWEST:
        return None, None, None
    import numpy as np
    from scipy.stats import t

    middle, n = float(np.mean(points)), len(points)
    half = float(t.ppf(0.5 + CONFIDENCE / 2, n - 1) * np.std(points, ddof=1) / n**0.5)
    return middle, max(0.0, middle - half), middle + half


def _median(points: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """Median, and the narrowest pair of order statistics that brackets it with the confidence (binomial)."""
    n = len(points)
    if n < FEWEST:
        return None, None, None
    from statistics import median

    from scipy.stats import binom

    ranked = sorted(points)
    k = int(binom.ppf((1 - CONFIDENCE) / 2, n, 0.5))
    k = k if k and binom.cdf(k - 1, n, 0.5) <= (1 - CONFIDENCE) / 2 else max(1, k)
    return float(median(ranked)), ranked[k - 1], ranked[n - k]
