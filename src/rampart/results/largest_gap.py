"""The largest thing that stays missing in a plan, by what it would cost to buy, and how it goes from year to year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rampart.results.measures import measure
from rampart.results.most_short import NOTICEABLE, recipients_of
from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl

NEED, REQUIREMENT = "need", "requirement"


@dataclass(frozen=True, slots=True)
class Gap:
    """What is asked of an item and what is had of it, by all who ask.

    objective  need: what recipients need over the whole plan; requirement: what must be held at its end
    asked, had in the item's unit; had counts up to what each asks
    years      (year, asked, had): of a need in the year, of a requirement at its end
    """

    objective: str
    item: str
    asked: float
    had: float
    years: tuple[tuple[int, float, float], ...]

    @property
    def missing(self) -> float:
        """What is asked and not had."""
        return self.asked - self.had

    @property
    def share(self) -> float:
        """What is had of what is asked."""
        return self.had / self.asked


def gaps(plan: Result) -> list[Gap]:
    """Needs and requirements of which a noticeable share stays missing, the dearest first.

    Sizes are compared at the replacement cost of the items (table ``items``), and where it is not known at what a unit of
    the need is worth; rounds and howitzers are otherwise not to be compared. What has neither stands last, by its share.
    """
    import polars as pl

    found = [*_of_needs(plan), *_of_requirements(plan)]
    value = pl.coalesce(*(pl.col(c).cast(pl.Float64) for c in ("price", "worth")))
    prices = dict(plan.case["items"].select("item", value).iter_rows())
    noticed = [gap for gap in found if gap.missing >= NOTICEABLE * gap.asked]
    return sorted(noticed, key=lambda g: (-(prices.get(g.item) or 0.0) * g.missing, g.share, g.objective))


def _of_needs(plan: Result) -> list[Gap]:
    import polars as pl

    recipients = recipients_of(plan)
    frames = []
    for name in ("need", "met"):
        rows = measure(plan, name, by=("nation", "item"), time="year").filter(pl.col("nation").is_in(recipients))
        frames.append(rows.group_by("item", "year").agg(pl.col("value").sum().alias(name)))
    return _gaps(NEED, frames[0].join(frames[1], on=["item", "year"]), summed=True)


def _of_requirements(plan: Result) -> list[Gap]:
    import polars as pl

    by = ("nation", "item")
    asked = measure(plan, "requirement", by=by, time="year").rename({"value": "need"})
    short = measure(plan, "shortfall", by=by, time="year").rename({"value": "short"})
    both = asked.join(short, on=[*by, "year"]).with_columns(met=pl.col("need") - pl.col("short").fill_null(0.0))
    return _gaps(REQUIREMENT, both.group_by("item", "year").agg(pl.col("need", "met").sum()), summed=False)


def _gaps(objective: str, table: pl.DataFrame, *, summed: bool) -> list[Gap]:
    found = []
    for (item,), own in table.sort("item", "year").group_by("item", maintain_order=True):
        years = tuple(own.select("year", "need", "met").rows())
        asked, had = (sum(column) if summed else column[-1] for column in (own["need"], own["met"]))
        if asked > 0:
            found.append(Gap(objective, str(item), asked, had, years))
    return found
