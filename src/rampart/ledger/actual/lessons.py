"""Lessons: what was used in each regime of the war, and what need stands behind it, beside the planning factor in force.

Observed use is rationed supply. A month at whose end something was left shows what was needed; a month that ended with nothing
left shows only that at least so much was. The two are separated by the normal law with values known from below: the mean and
the spread that make what was seen most likely (Tobin, "Estimation of relationships for limited dependent variables", 1958).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from rampart.case.calendar import month_number, month_text
from rampart.ledger.actual.estimates import CONFIDENCE, FEWEST
from rampart.ledger.actual.happened import movements
from rampart.ledger.opening_stock import LAST

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.ledger.ledger import Ledger
    from rampart.ledger.store.reading import Booked

DAYS = 365.25 / 12
"""Days of a month."""


class Lesson(NamedTuple):
    """What months of one regime say of a holder's need of an item, units a month; blank where too little is published.

    points    months of use that is not graded assumed; ``rationed`` of them at whose end nothing was left, or it is not known
    used      mean of what was used in them; ``need`` the mean need behind it, with its interval ``low`` to ``high``
    factor    what the case asks for in the regime; ``change`` of what must be held, by its days of supply, if the need is right
    """

    regime: str
    holder: str
    item: str
    points: int
    rationed: int
    used: float | None
    need: float | None
    low: float | None
    high: float | None
    factor: float | None
    change: float | None


def regimes(documents: Iterable[Booked], case: Case) -> dict[str, str]:
    """The regime of each month from the start on in which one held throughout.

    The one of the case (setting ``regime``), until a document of the kind ``regime`` says another from its day on.
    """
    every = list(documents)
    back = {(b.nation, b.reverses) for b in every if b.reverses}
    said: dict[str, set[str]] = {}
    for b in every:
        if b.kind == "regime" and (b.nation, b.key) not in back:
            said.setdefault(b.day, set()).add(b.document.of)
    present, days = str(case.settings["regime"] or ""), sorted(said)
    found: dict[str, str] = {}
    first = month_number(str(case.settings["start"]))
    last = max((month_number(b.day[:7]) for b in every), default=first)
    for number in range(min(first, *(month_number(d[:7]) for d in days)) if days else first, last + 1):
        start, end = f"{month_text(number)}-01", _last_day(number)
        for day in (d for d in days if d <= start):
            present = next(iter(said[day])) if len(said[day]) == 1 else ""  # two tell otherwise: neither is taken
        if present and not any(start < d <= end for d in days):
            found[month_text(number)] = present
    return found


def _last_day(number: int) -> str:
    return (date.fromisoformat(f"{month_text(number + 1)}-01") - timedelta(days=1)).isoformat()


def lessons(ledger: Ledger, case: Case, *, known: str | None = None) -> list[Lesson]:
    """What each regime so far says of each holder's need of an item."""
    documents = ledger.documents(known=known)
    of_month = regimes(documents, case)
    used: Counter[tuple[str, str, str]] = Counter()
    assumed: set[tuple[str, str, str]] = set()
    for s in movements(documents):
        if s.at.kind == "use" and s.at.month in of_month:
            at = (s.at.nation, s.at.item, s.at.month)
            used[at] += s.quantity
            if s.grade == "assumed":
                assumed.add(at)
    left: dict[str, dict[tuple[str, str], int]] = {}
    for month in {month for *_, month in used}:
        there = left.setdefault(month, {})
        for x in ledger.stock_lots(on=_last_day(month_number(month)), known=known, called_on=LAST):
            if x.condition == "serviceable":
                there[x.holder, x.item] = there.get((x.holder, x.item), 0) + x.quantity
    points: dict[tuple[str, str, str], list[tuple[float, bool]]] = {}
    for holder, item, month in sorted(used):
        quantity = used[holder, item, month]
        points.setdefault((of_month[month], holder, item), [])
        if (holder, item, month) not in assumed:
            # less than a day's use left, or nobody knows: no more could be used, as far as anybody can tell
            short = left[month].get((holder, item), 0) < quantity / DAYS or quantity == 0
            points[of_month[month], holder, item].append((float(quantity), short))
    return [_lesson(*at, of, case) for at, of in sorted(points.items())]


def _lesson(regime: str, holder: str, item: str, points: Sequence[tuple[float, bool]], case: Case) -> Lesson:
    rationed = sum(short for _, short in points)
    mean = sum(q for q, _ in points) / len(points) if points else None
    need, low, high = behind(points)
    factor, days = factor_of(case, regime, holder, item), days_of_supply(case, holder, item)
    change = None if need is None or factor is None or not days else (need - factor) / DAYS * days
    return Lesson(regime, holder, item, len(points), rationed, mean, need, low, high, factor, change)


def behind(points: Sequence[tuple[float, bool]]) -> tuple[float | None, float | None, float | None]:
    """Mean need behind what was used, and its interval (by likelihood ratio); None where fewer than six months show it.

    points  use of a month, and whether it was rationed: then need was at least so much
    """
    free = [q for q, short in points if not short]
    if len(free) < FEWEST:
        return None, None, None
    import numpy as np
    from scipy.optimize import brentq, minimize_scalar
    from scipy.stats import chi2, norm

    seen, least = np.array(free), np.array([q for q, short in points if short])
    scale = max(float(seen.std()), 1e-6 * max(1.0, float(seen.mean())))

    def likelihood(mean: float) -> float:
        """The highest log-likelihood of a mean, over the spread."""

        def of(spread: float) -> float:
            s = float(np.exp(spread))
            return -float(norm.logpdf(seen, mean, s).sum() + norm.logsf(least, mean, s).sum())

        around = float(np.log(scale + abs(mean - float(seen.mean()))))
        return -float(minimize_scalar(of, bounds=(around - 6, around + 3), method="bounded").fun)

    top = float(max(seen.max(), least.max(initial=0.0))) + 5 * scale
    best = minimize_scalar(lambda m: -likelihood(m), bounds=(float(seen.min()) - scale, top), method="bounded")
    middle, most = float(best.x), -float(best.fun)
    away = most - float(chi2.ppf(CONFIDENCE, 1)) / 2

    def end(step: float) -> float:
        far = middle + step
        while likelihood(far) > away:
            step *= 2
            far = middle + step
        return float(brentq(lambda m: likelihood(m) - away, min(middle, far), max(middle, far)))

    return middle, max(0.0, end(-scale)), end(scale)


def factor_of(case: Case, regime: str, holder: str, item: str) -> float | None:
    """Units a month that the case asks for in a regime, over all purposes, by the last rows; None where none does."""
    rows: dict[str, Mapping[str, object]] = {}
    for r in case["demand"].filter(holder=holder, item=item).sort("from", nulls_last=False).iter_rows(named=True):
        if r["regime"] in (None, regime) and not (r["regime"] is None and rows.get(r["purpose"], {}).get("regime")):
            rows[r["purpose"]] = r
    asked = [float(r["need"]) / (12 if r["rate_per"] == "year" else 1) for r in rows.values()]  # type: ignore[arg-type]
    return sum(asked) if asked else None


def days_of_supply(case: Case, holder: str, item: str) -> float:
    """Days for which a stock must last at the daily rate; the most that any posture asks for."""
    rows = case["requirements"].filter(holder=holder, item=item, layer="days_of_supply")
    return max((d for d in rows["days"] if d is not None), default=0.0)
