"""What stays missing in a plan, the largest first by what it would cost to buy, and how it goes from year to year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from rampart.results.compensation import compensation
from rampart.results.measures import measure
from rampart.results.most_short import NOISE, NOTICEABLE, recipients_of
from rampart.results.replacement_cost import replacement_costs
from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl

NEED, OWN_USE, REQUIREMENT = "need", "own_use", "requirement"
LASTING = {
    "floors": ("stock", "holder", "floor", "below_floor"),
    "pledges": ("pledges", "donor", "pledged", "owed"),
    "backfill": ("backfill", "donor", "given", "owed"),
    "availability": ("fleets", "fleet", "needed", "lacking"),
}
"""Objectives of which a thing may be missing from month to month: their table, whose it is, what is asked and missing."""
FALLS_DUE = ("pledges", "backfill")
"""Of these what is asked in a month is what has fallen due by then."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What is asked of an item and what is had of it, by all who ask.

    objective  need, own_use: what recipients need, and members use, over the whole plan; requirement: what must be held at
               its end; floors, pledges, backfill, availability: as it stands in the month in which most is missing
    asked, had in the item's unit; had counts up to what each asks
    years      (year, asked, had): of a need in the year, of a requirement at its end, of what lasts in its worst month
    holders    those of whom something is missing, who lacks most first; of a pledge its donors
    when       month in which most is missing of what lasts
    good       of that, first month after it in which nothing is missing any more; None: never within the plan
    value      what the missing would cost to buy, 0 where no price is known
    """

    objective: str
    item: str
    asked: float
    had: float
    years: tuple[tuple[int, float, float], ...]
    holders: tuple[str, ...] = ()
    when: date | None = None
    good: date | None = None
    value: float = 0.0

    @property
    def missing(self) -> float:
        """What is asked and not had."""
        return self.asked - self.had

    @property
    def share(self) -> float:
        """What is had of what is asked."""
        return self.had / self.asked


def gaps(plan: Result, *, slight: bool = False) -> list[Gap]:
    """Everything asked for of which a noticeable share stays missing, the dearest first; slight: less, but more than noise.

    Sizes are compared at the replacement cost of the items. What has none stands last, by its share.
    """
    import polars as pl

    recipients = recipients_of(plan)
    theirs = pl.col("nation").is_in(recipients)
    found = [*_of_demand(plan, NEED, theirs), *_of_demand(plan, OWN_USE, ~theirs), *_of_requirements(plan)]
    for objective, (table, whose, asked, missing) in LASTING.items():
        of = compensation(plan) if objective == "backfill" else plan[table]
        rows = of.select(
            "period", "month", holder=whose, item="fleet" if objective == "availability" else "item",
            asked=pl.col(asked).fill_null(0.0), missing=pl.col(missing).fill_null(0.0),
        )  # fmt: skip
        found += _lasting(objective, rows)
    prices = replacement_costs(plan.case)
    priced = [
        replace(gap, value=prices.get(gap.item, 0.0) * gap.missing)
        for gap in found
        if (gap.missing < NOTICEABLE * gap.asked) is slight and gap.missing > NOISE * gap.asked
    ]
    return sorted(priced, key=lambda g: (-g.value, g.share, g.objective))


def by_objective(found: Iterable[Gap]) -> list[list[Gap]]:
    """Gaps by objective, each the dearest first; the objective of which most is missing, at its price, first."""
    kinds: dict[str, list[Gap]] = {}
    for gap in found:
        kinds.setdefault(gap.objective, []).append(gap)
    return sorted(kinds.values(), key=lambda of: -sum(gap.value for gap in of))


def by_rank(plan: Result, found: Iterable[Gap]) -> list[list[Gap]]:
    """Gaps by objective, each the dearest first; the objective that ranks first in the case first."""
    ranks = dict(plan.case["priorities"].select("objective", "rank").iter_rows())
    return sorted(by_objective(found), key=lambda of: ranks.get(of[0].objective, len(ranks) + 1))


def _of_demand(plan: Result, objective: str, whose: pl.Expr) -> list[Gap]:
    """What the plan is asked to serve, and how much of it is met."""
    import polars as pl

    need, met = (
        measure(plan, name, by=("nation", "item"), time="year").filter(whose).rename({"value": column})
        for name, column in (("need", "asked"), ("met", "had"))
    )
    keys = ["nation", "item", "year"]
    both = need.join(met, on=keys).with_columns(missing=pl.col("asked") - pl.col("had"))
    return _gaps(objective, both.rename({"nation": "holder"}), summed=True)


def _of_requirements(plan: Result) -> list[Gap]:
    import polars as pl

    by = ("nation", "item")
    asked = measure(plan, "requirement", by=by, time="year").rename({"value": "asked"})
    short = measure(plan, "shortfall", by=by, time="year").rename({"value": "missing"})
    both = asked.join(short, on=[*by, "year"]).with_columns(pl.col("missing").fill_null(0.0))
    both = both.with_columns(had=pl.col("asked") - pl.col("missing"))
    return _gaps(REQUIREMENT, both.rename({"nation": "holder"}), summed=False)


def _gaps(objective: str, table: pl.DataFrame, *, summed: bool) -> list[Gap]:
    """Gaps of a table of holder, item, year, asked, had and missing: over all years, or at the end of the last."""
    import polars as pl

    found = []
    for (item,), own in table.sort("item", "year").group_by("item", maintain_order=True):
        yearly = own.group_by("year", maintain_order=True).agg(pl.col("asked", "had").sum())
        years = tuple(yearly.rows())
        asked, had = (sum(column) if summed else column[-1] for column in (yearly["asked"], yearly["had"]))
        last = own if summed else own.filter(pl.col("year") == pl.col("year").max())
        if asked > 0:
            found.append(Gap(objective, str(item), asked, had, years, _who(last)))
    return found


def _lasting(objective: str, rows: pl.DataFrame) -> list[Gap]:
    """Gaps of what lasts, as they stand in the month in which most is missing."""
    import polars as pl

    found = []
    for (item,), own in rows.sort("item", "period").group_by("item", maintain_order=True):
        monthly = own.group_by("period", "month", maintain_order=True).agg(pl.col("asked", "missing").sum())
        monthly = monthly.with_columns(year=pl.col("month").dt.year()).sort(
            "missing", "period", descending=[True, False]
        )
        worst = monthly.row(0, named=True)
        yearly = monthly.group_by("year", maintain_order=True).first().sort("year")
        years = tuple((y, a, a - m) for y, a, m in yearly.select("year", "asked", "missing").iter_rows())
        if worst["asked"] > 0:
            who = _who(own.filter(pl.col("period") == worst["period"]))
            had = worst["asked"] - worst["missing"]
            after = monthly.filter((pl.col("month") > worst["month"]) & (pl.col("missing") <= NOISE * worst["asked"]))
            good = after["month"].min()
            found.append(Gap(objective, str(item), worst["asked"], had, years, who, worst["month"], good))  # type: ignore[arg-type]
    return found


def _who(rows: pl.DataFrame) -> tuple[str, ...]:
    """Holders of whom a noticeable share of all that is missing is missing, who lacks most first."""
    import polars as pl

    of = rows.group_by("holder").agg(pl.col("missing").sum()).sort("missing", "holder", descending=[True, False])
    least = NOTICEABLE * float(of["missing"].clip(lower_bound=0.0).sum())
    return tuple(of.filter((pl.col("missing") >= least) & (pl.col("missing") > 0))["holder"])
