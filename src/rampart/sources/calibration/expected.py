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
    """Slip of a delivery promised ``ahead`` months from now, as it will have come out.

    The books are a year apart, so a promise is looked at again every year until it falls due: as many books as
    years are left, at least one and at most as many as are known.
    """
    books = int(np.clip(np.ceil(ahead / 12), 1, FARTHEST))
    return model.slip(account, state, books)


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def expected_deliveries(case: Case | Planned, *, model: SlipModel | None = None, share: float = 0.8) -> pl.DataFrame:
    """Deliveries already ordered in a case, and in a plan those it decides, with expected month and interval.

    case     a Case, or a Plan: what its case has on order is taken as awarded, what it orders itself as planned
    model    distributions of slip; by default those of the package
    Gives a row an order and month: promised, expected, low and high as "YYYY-MM", and the chance of being late.
    Nothing comes before the first month of the case.
    """
    from rampart.case.tables import Case

    chosen = model or packaged_model()
    whole = case if isinstance(case, Case) else case.case
    kinds = dict(whole["items"].select("item", "kind").iter_rows())
    start = _number(str(whole.settings["start"]))
    columns = ("buyer", "item", "line", "ship_to", "quantity", "month")
    rows = [(*row, STATES[2]) for row in whole["orders"].select(columns).iter_rows()]
    if not isinstance(case, Case):
        planned = case["orders"].with_columns(pl.col("month").dt.strftime("%Y-%m"))
        rows += [(*row, STATES[0]) for row in planned.select(columns).iter_rows()]
    found = []
    for buyer, item, line, ship_to, quantity, month, state in rows:
        promised = _number(month)
        account = ACCOUNTS[kinds[item]]
        slip = slip_until(chosen, account, state, promised - start)
        low, high = slip.interval(share)
        late = float(slip.weights[slip.values > 0].sum())
        ends = [_month(max(start, promised + round(by))) for by in (slip.mean, low, high)]
        found.append((buyer, item, line, ship_to, quantity, month, *ends, late, account, state))
    return pl.DataFrame(found, schema=SCHEMA, orient="row").sort("promised", "buyer", "item", nulls_last=True)
