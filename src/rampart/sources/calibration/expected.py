"""For each order: the promised month, the expected month, and the interval that holds it four times in five."""

from __future__ import annotations

import io
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from rampart.beliefs.distribution import Distribution
from rampart.beliefs.slips import FARTHEST, STATES, SlipModel
from rampart.beliefs.streams import NEW, first_of_stream, whole_months
from rampart.case.calendar import month_number, month_text

if TYPE_CHECKING:
    from rampart.case.tables import Case


class Planned(Protocol):
    """What is read of a plan: its case, and the orders it places."""

    @property
    def case(self) -> Case:
        """The case it was made for."""

    def __getitem__(self, table: str) -> pl.DataFrame:
        """One result table."""


TABLE = "data/jbook_slips.csv"
SOURCE = "slips"
ACCOUNTS = {
    "munition": "ammunition", "component": "ammunition", "rocket": "missiles", "missile": "missiles",
    "spare": "ammunition", "system": "missiles",
}  # fmt: skip
"""Which account's slips stand for a kind of item; spares and systems have none of their own in these books."""
_COUNTED = ["ahead", "account", "state", "budget_year", "later_year", "appropriation", "slip"]
SCHEMA = {
    "buyer": pl.String, "item": pl.String, "line": pl.String, "ship_to": pl.String, "quantity": pl.Float64,
    "promised": pl.String, "expected": pl.String, "low": pl.String, "high": pl.String, "late": pl.Float64,
    "account": pl.String, "state": pl.String,
}  # fmt: skip


def write_slips(seen: pl.DataFrame, path: Path) -> None:
    """The slips seen, counted: what the package needs to make the distributions anew, and to know when each was seen."""
    counted = seen.group_by(_COUNTED).agg(pl.len().alias("times"))
    counted.sort(_COUNTED).write_csv(path)


@lru_cache(maxsize=1)
def packaged_slips() -> pl.DataFrame:
    """The slips that come with the package, from the books of 2013-2016: a row an order and pair of books."""
    text = files("rampart").joinpath(TABLE).read_text(encoding="utf-8")
    counted = pl.read_csv(io.BytesIO(text.encode()))
    return counted.select(pl.all().repeat_by("times").explode()).drop("times")


@lru_cache(maxsize=1)
def packaged_model() -> SlipModel:
    """The distributions of slip that come with the package."""
    return SlipModel.of(packaged_slips())


def slip_until(model: SlipModel, account: str, state: str, ahead: float) -> Distribution:
    """Slip of an order first promised ``ahead`` months from now, as it will have come out.

    The books are a year apart: an order promised in one, two or three years is seen as many books later. Between these, and
    from nothing at 0 months, every quantile runs straight, so that a month more ahead is never a leap of the slip; beyond
    the farthest it stays.
    """
    years = float(np.clip(ahead / 12, 0.0, FARTHEST))
    before = int(min(np.floor(years), FARTHEST - 1))
    earlier = model.slip(account, state, before) if before else Distribution.of([0.0])
    return earlier.towards(model.slip(account, state, before + 1), years - before)


def model_state(state: str) -> str:
    """State in the books of an order: what a plan orders itself is planned."""
    return STATES[0] if state == NEW else state


def with_source(sources: pl.DataFrame) -> pl.DataFrame:
    """The sources with that of the slips."""
    if SOURCE in sources["source"].to_list():
        return sources
    row = {
        "source": SOURCE, "publisher": "United States Department of Defense",
        "title": "Procurement justification books, budget years 2013 to 2016: moves of first deliveries between books",
    }  # fmt: skip
    own = {c: row.get(c) for c in sources.columns}
    return pl.concat([sources, pl.DataFrame([own], schema=sources.schema)])


def expected_deliveries(case: Case | Planned, *, model: SlipModel | None = None, share: float = 0.8) -> pl.DataFrame:
    """Deliveries already ordered in a case, and in a plan those it decides, with expected month and interval.

    case     a Case, or a Plan: what its case has on order counts by its state, what it orders itself as planned (state new)
    model    distributions of slip; by default those of the package
    Gives a row an order and month: promised, expected, low and high as "YYYY-MM", and the chance of being a month late.
    Deliveries of one stream slip alike (``beliefs.streams``). Nothing comes before the first month of the case. Where the
    case stands at a confidence, what a plan orders is left out: its lead times hold the slip already.
    """
    from rampart.case.tables import Case

    chosen = model or packaged_model()
    whole = case if isinstance(case, Case) else case.case
    kinds = dict(whole["items"].select("item", "kind").iter_rows())
    start = whole.calendar.first
    columns = ("buyer", "item", "line", "ship_to", "quantity", "month", "state")
    orders = whole["orders"].with_columns(month=pl.coalesce("promised", "month")).select(columns)
    if not isinstance(case, Case) and whole.settings["confidence"] is None:
        own = case["orders"].with_columns(pl.col("month").dt.strftime("%Y-%m"), state=pl.lit(NEW)).select(columns)
        orders = pl.concat([orders, own.cast(dict(orders.schema))])  # type: ignore[arg-type]
    found = []
    for row, first in zip(orders.iter_rows(), first_of_stream(orders), strict=True):
        buyer, item, line, ship_to, quantity, month, state = row
        promised = month_number(month)
        account = ACCOUNTS[kinds[item]]
        slip = slip_until(chosen, account, model_state(state), first - start)
        low, high = slip.interval(share)
        late = float(slip.weights[slip.values >= 0.5].sum())
        ends = [month_text(max(start, promised + whole_months(by))) for by in (slip.mean, low, high)]
        found.append((buyer, item, line, ship_to, quantity, month, *ends, late, account, state))
    return pl.DataFrame(found, schema=SCHEMA, orient="row").sort("promised", "buyer", "item", nulls_last=True)
