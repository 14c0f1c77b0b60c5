"""What the plan of the alliance in 2023 decides for its partner, without what was promised or on the way.

The case is cut to 155 mm rounds and their parts, expansions divisible, so that a plan takes seconds. The thresholds are those
that a staff set before the plan was made, not figures of a plan.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from places import CASES
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.plan.planning import plan
from rampart.results.result import Result

pytestmark = pytest.mark.slow

KEPT = ("round155", "body155", "filling155", "charge155", "powder155", "fuze155")
DONORS = ("USA", "DEU", "FRA", "GBR", "XEU")


def cut(case: Case) -> Case:
    """The case with 155 mm rounds and their parts only, expansions divisible, nothing promised and nothing on the way."""
    tables = dict(case.tables)
    lines = tables["lines"].filter(pl.col("item").is_in(KEPT))["line"].to_list()
    for name, frame in tables.items():
        if "item" in frame.columns:
            frame = frame.filter(pl.col("item").is_null() | pl.col("item").is_in(KEPT))
        if "line" in frame.columns:
            frame = frame.filter(pl.col("line").is_null() | pl.col("line").is_in(lines))
        tables[name] = frame
    tables["expansions"] = tables["expansions"].with_columns(whole=pl.lit(value=False))
    tables["deliveries"] = tables["deliveries"].clear()
    return replace(case, tables=tables, path=None)


@cache
def planned(*overrides: str) -> Result:
    case = read_case(CASES / "alliance-2023", overrides=("no-fleets", *overrides))
    return plan(cut(case), reasons="none", give_or_keep=False)


@cache
def reaches(*overrides: str) -> tuple[float, ...]:
    """Rounds that reach the partner in each month of 2023 and 2024."""
    stock = (
        planned(*overrides)["stock"].filter((pl.col("holder") == "UKR") & (pl.col("item") == "round155")).sort("period")
    )
    return tuple(stock.select(pl.sum_horizontal("ordered", "made", "bought", "received")).to_series()[:24])


def test_the_partner_is_supplied_from_the_first_months_on_and_steadily():
    first, second = reaches()[:12], reaches()[12:]
    begun = next(n for n, rounds in enumerate(first) if rounds > 0)
    assert begun <= 2
    assert sum(first) >= 0.8e6
    assert min(first[begun:]) >= sum(first) / 12 / 2
    assert sum(second) >= sum(first) * 2 / 3


def test_no_donor_is_at_its_floor_in_the_first_quarter():
    stock = planned()["stock"].filter(
        (pl.col("item") == "round155") & pl.col("holder").is_in(DONORS) & (pl.col("period") < 3)
    )
    assert stock.height == 15
    assert stock.filter(pl.col("closing") <= pl.col("floor") + 1).select("holder", "month").rows() == []


def test_no_training_is_cut_with_rounds_in_hand():
    unmet = planned()["demand"].filter((pl.col("purpose") == "training") & (pl.col("unmet") > 1))
    held = planned()["stock"].filter((pl.col("item") == "round155") & (pl.col("closing") > pl.col("floor") + 1))
    assert unmet.join(held, on=["holder", "item", "period"]).height == 0


def test_an_offensive_known_beforehand_is_served():
    known, base = (sum(reaches(*names)[5:11]) for names in (("offensive-2023",), ()))
    assert known >= 1.1 * base


def test_no_line_breaks_its_ramp():
    """Where the placed book of orders itself does not jump."""
    ramps = dict(planned().case["lines"].select("line", "ramp").iter_rows())
    for (line,), mine in planned()["production"].sort("period").group_by("line", maintain_order=True):
        months = mine.filter(pl.col("month") < pl.date(2025, 1, 1))
        placed = months["placed"].diff().abs().fill_null(0.0)
        change = months["output"].diff().abs().fill_null(0.0)
        over = [c for c, p in zip(change[1:], placed[1:], strict=True) if c > ramps[str(line)] * 1.0001 + 1 and p == 0]
        assert over == [], line
