from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from rampart.results.measures import MEASURES, measure
from report.report_sample import without


def test_coverage_counts_each_holder_up_to_its_own_requirement(plan):
    # By hand: end of plan, interceptors: Norway holds 709 of 330, so only 330 count.
    end = plan["stock"].filter((pl.col("period") == 19) & (pl.col("item") == "interceptor"))
    rows = {r["holder"]: r for r in end.iter_rows(named=True) if r["requirement"]}
    expected = (rows["FRA"]["closing"] + rows["DEU"]["closing"] + 330.0) / (420.0 + 600.0 + 330.0)
    got = measure(plan, "coverage", by="item").filter(pl.col("item") == "interceptor")["value"][0]
    assert got == pytest.approx(expected)


def test_coverage_over_items_is_their_plain_mean(plan):
    by_item = measure(plan, "coverage", by="item")["value"]
    assert measure(plan, "coverage")["value"][0] == pytest.approx(by_item.mean())


@pytest.mark.parametrize("name", ["need", "served", "met", "unmet", "deliveries", "production", "capacity"])
def test_flows_add_up_over_time(plan, name):
    whole = dict(measure(plan, name, by="item").iter_rows())
    for time in ("period", "year"):
        parts = measure(plan, name, by="item", time=time).group_by("item").agg(pl.col("value").sum())
        assert dict(parts.iter_rows()) == pytest.approx(whole)


def test_stocks_are_read_at_the_end_of_the_slot(plan):
    by_year = measure(plan, "stock", by=("item", "nation"), time="year")
    last = plan["stock"].filter(pl.col("period") == 11)  # December 2024
    for holder, item, closing in last.select("holder", "item", "closing").iter_rows():
        row = by_year.filter((pl.col("nation") == holder) & (pl.col("item") == item) & (pl.col("year") == 2024))
        assert row["value"][0] == closing


def test_a_period_over_the_new_year_is_shared_by_months(plan):
    # Quarters from November: the second covers November to January.
    periods = pl.DataFrame({"period": [0, 1], "month": [date(2024, 8, 1), date(2024, 11, 1)], "months": [3, 3]})
    rows = plan["production"].filter((pl.col("line") == "fr-shell") & (pl.col("period") < 2))
    tables = dict(plan.tables) | {
        "periods": periods,
        "production": rows.with_columns(output=pl.Series([30.0, 60.0])),
    }
    odd = type(plan)(plan.case, tables, plan.manifest)
    got = measure(odd, "production", by="item", time="year").select("year", "months", "value").rows()
    assert got == [(2024, 5, pytest.approx(70.0)), (2025, 1, pytest.approx(20.0))]


def test_deliveries_split_into_their_sources(plan):
    stock = plan["stock"].filter((pl.col("holder") == "UKR") & (pl.col("item") == "shell"))
    rows = measure(plan, "deliveries", by=("item", "source")).filter(pl.col("item") == "shell")
    got = dict(rows.select("source", "value").iter_rows())
    assert got == pytest.approx({s: stock[s].sum() for s in ("received", "made", "bought", "ordered")})


def test_utilisation_leaves_out_lines_without_limit(plan):
    by_line = dict(measure(plan, "utilisation", by="line").iter_rows())
    assert "de-charge" not in by_line
    assert all(0 < v <= 1 for v in by_line.values())


def test_what_cannot_be_measured_is_refused_with_the_choices(plan):
    with pytest.raises(ValueError, match="did you mean 'coverage'"):
        measure(plan, "coverge")
    with pytest.raises(ValueError, match="group by item"):
        measure(plan, "production", by="nation")
    with pytest.raises(ValueError, match="nation, item"):
        measure(plan, "stock", by=("item", "line"))
    with pytest.raises(ValueError, match="fiscal year"):
        measure(plan, "payments", time="period")


@pytest.mark.parametrize("name", list(MEASURES))
@pytest.mark.parametrize("time", ["period", "year", None])
def test_an_empty_plan_measures_nothing(plan, name, time):
    if name in ("commitments", "payments") and time == "period":
        return
    by = ("item",) if "item" in MEASURES[name][1] else ()
    table = measure(without(plan), name, by=by, time=time)
    assert table.drop_nulls().filter(pl.col("value") != 0).is_empty()


def test_row_order_does_not_matter(plan):
    shuffled = {n: f.sample(fraction=1.0, shuffle=True, seed=3) for n, f in plan.tables.items()}
    other = type(plan)(plan.case, shuffled, plan.manifest)
    for name in ("coverage", "deliveries", "production"):
        by = ("item", "nation")
        left, right = (measure(p, name, by=by, time="year") for p in (plan, other))
        assert left.drop("value").equals(right.drop("value"))
        assert left["value"].to_list() == pytest.approx(right["value"].to_list())
