"""A plan is kept whole, comes out the same again, and its tables agree with one another."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import rampart
from places import ROOT
from rampart.case.tables import Case
from rampart.catalogues.results import result_tables, types_of
from rampart.results.folder import read_result
from rampart.results.result import Result

TINY = ROOT / "cases" / "tiny"
SMALL = ROOT / "tests" / "case" / "small"
CLOSE = 1e-6


def assert_same(first: Result, second: Result) -> None:
    """Every number of every table, to the last bit."""
    for name, table in first.tables.items():
        assert table.equals(second[name]), name


@pytest.fixture(scope="module")
def tiny() -> Result:
    return rampart.plan(rampart.read_case(TINY))


@pytest.fixture(scope="module")
def small() -> Result:
    """With whole lots, a shelf life, quarters, a market, and a budget that gives way."""
    return rampart.plan(rampart.read_case(SMALL))


@pytest.fixture(params=["tiny", "small"])
def plan(request: pytest.FixtureRequest) -> Result:
    return request.getfixturevalue(request.param)


def test_a_saved_plan_loads_back_equal(plan: Result, tmp_path: Path) -> None:
    again = read_result(plan.save(tmp_path / "plan"))
    assert again == plan
    assert again.case == plan.case
    assert_same(again, plan)


def test_a_plan_that_differs_is_not_equal(tiny: Result) -> None:
    other = Result(tiny.case, {**tiny.tables, "orders": tiny["orders"].head(1)}, tiny.manifest)
    assert other != tiny


def test_every_table_of_the_catalogue_is_there(plan: Result) -> None:
    assert list(plan.tables) == list(result_tables("plan"))
    for name in plan.tables:
        assert dict(plan[name].schema) == types_of("plan", name), name


def test_the_manifest_says_where_the_plan_comes_from(tiny: Result, tmp_path: Path) -> None:
    found = json.loads((tiny.save(tmp_path / "plan") / "manifest.json").read_text(encoding="utf-8"))
    files = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in TINY.glob("*.csv")}
    assert found["inputs"] == files
    assert found["case_hash"] == rampart.read_case(TINY).hash()
    assert found["overrides"] == []
    assert found["status"] == "optimal"
    assert found["solver"] == {"name": "HiGHS", "threads": 1, "seed": 0, "mip_gap": 1e-7}
    assert {"highspy", "polars", "numpy", "scipy"} <= set(found["versions"])
    assert found["rampart"] == rampart.__version__
    assert found["rows"] > 0
    assert found["nonzeros"] >= found["columns"] > 0


def test_the_manifest_names_the_overrides(tmp_path: Path) -> None:
    case = rampart.read_case(TINY, overrides=["offensive"])
    plan = rampart.plan(case)
    assert plan.manifest["overrides"] == ["offensive"]
    assert plan.manifest["case_hash"] != rampart.read_case(TINY).hash()
    assert read_result(plan.save(tmp_path / "plan")) == plan


PLANNED_AGAIN = pytest.mark.parametrize("plan", ["tiny", pytest.param("small", marks=pytest.mark.slow)], indirect=True)


@PLANNED_AGAIN
def test_two_runs_are_bit_identical(plan: Result) -> None:
    path = TINY if plan.manifest["case"] == "Two nations and a partner" else SMALL
    assert_same(rampart.plan(rampart.read_case(path)), plan)


@PLANNED_AGAIN
def test_the_order_of_rows_says_nothing(plan: Result) -> None:
    turned = Case({name: table.reverse() for name, table in plan.case.tables.items()})
    assert_same(rampart.plan(turned), plan)


def test_an_older_plan_is_replaced_and_nothing_else_is(tiny: Result, small: Result, tmp_path: Path) -> None:
    folder = small.save(tmp_path / "plan")
    assert tiny.save(folder) == folder
    assert read_result(folder) == tiny
    assert [p.name for p in tmp_path.iterdir()] == ["plan"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me")
    with pytest.raises(FileExistsError, match="not a plan folder"):
        tiny.save(tmp_path / "mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["letter.txt"]


class Stopped(BaseException):
    """Stands for Ctrl-C, which is no Exception either."""


@pytest.mark.parametrize("write", [1, 9, 19])
def test_a_save_that_stops_leaves_what_was_there(
    tiny: Result, small: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    folder = small.save(tmp_path / "plan")
    real, calls = pl.DataFrame.write_parquet, []

    def stops(frame: pl.DataFrame, *args: object, **options: object) -> None:
        calls.append(1)
        if len(calls) == write:
            raise Stopped
        real(frame, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(pl.DataFrame, "write_parquet", stops)
        for place in (folder, tmp_path / "new"):
            calls.clear()
            with pytest.raises(Stopped):
                tiny.save(place)
    assert read_result(folder) == small
    assert [p.name for p in tmp_path.iterdir()] == ["plan"]


@pytest.mark.parametrize("move", [1, 2])
def test_a_save_that_stops_between_its_last_moves_leaves_the_older_plan(
    tiny: Result, small: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, move: int
) -> None:
    """Where the system cannot exchange two folders at once; else there is no moment between two moves."""
    folder = small.save(tmp_path / "plan")
    real, calls = Path.rename, []
    monkeypatch.setattr("rampart.engine.staging.exchange", lambda *_: False)

    def stops(path: Path, target: Path) -> Path:
        if folder in (path, target):
            calls.append(1)
            if len(calls) == move:
                raise Stopped
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", stops)
        with pytest.raises(Stopped):
            tiny.save(folder)
    assert read_result(folder) == small
    assert [p.name for p in tmp_path.iterdir()] == ["plan"]


# -- the tables agree with one another ---------------------------------------------------------------------------


def test_the_stock_balances(plan: Result) -> None:
    stock = plan["stock"].sort("holder", "item", "period")
    come = pl.sum_horizontal("opening", "ordered", "made", "bought", "received")
    go = pl.sum_horizontal("used", "consumed", "sent", "disposed", "joined")
    # the age of stock is not a flow of its own, so what is left is exactly the closing stock
    off = stock.select((come - go - pl.col("closing")).abs() / (1 + come)).to_series()
    assert off.max() < CLOSE
    carried = stock.select(pl.col("opening") - pl.col("closing").shift(1).over("holder", "item"), "period").filter(
        pl.col("period") > 0
    )
    assert carried["opening"].abs().max() < CLOSE
    assert stock["closing"].min() >= 0


def test_the_opening_is_the_serviceable_stock_of_the_case(plan: Result) -> None:
    held: dict[tuple[str, str], float] = {}
    for row in plan.case["stocks"].iter_rows(named=True):
        if row["condition"] == "serviceable":
            held[row["holder"], row["item"]] = held.get((row["holder"], row["item"]), 0.0) + row["quantity"]
    first = plan["stock"].filter(pl.col("period") == 0)
    found = {(h, i): q for h, i, q in first.select("holder", "item", "opening").iter_rows() if q}
    assert found == pytest.approx({pair: q for pair, q in held.items() if q})


def test_shortages_are_those_of_the_other_tables(plan: Result) -> None:
    def total(table: str, column: str) -> float:
        return float(plan[table][column].fill_null(0.0).sum())

    amounts = dict(plan["shortages"].group_by("objective").agg(pl.col("amount").sum()).iter_rows())
    assert amounts.get("requirement", 0.0) == pytest.approx(total("stock", "shortfall"))
    assert amounts.get("floors", 0.0) == pytest.approx(total("stock", "below_floor"))
    assert amounts.get("pledges", 0.0) == pytest.approx(total("pledges", "owed"))
    unmet = amounts.get("need", 0.0) + amounts.get("own_use", 0.0)
    assert unmet == pytest.approx(total("demand", "unmet") + total("demand", "late"))


def test_a_shortfall_is_what_the_stock_lacks(plan: Result) -> None:
    asked = plan["stock"].filter(pl.col("requirement").is_not_null())
    lack = asked.select(pl.max_horizontal(0.0, pl.col("requirement") - pl.col("closing"))).to_series()
    assert asked["shortfall"].to_list() == pytest.approx(lack.to_list(), abs=1e-3)
    assert (asked["shortfall"] <= asked["requirement"] + CLOSE).all()


def test_no_line_makes_more_than_it_can(plan: Result) -> None:
    made = plan["production"].filter(pl.col("output") > pl.col("placed"))
    assert made.height > 0
    # orders in hand may lie above the rate; what the plan adds may not
    assert made.filter(pl.col("placed") == 0)["utilisation"].max() <= 1 + CLOSE
    over = made.filter((pl.col("output") > pl.col("capacity") * (1 + CLOSE)) & pl.col("capacity").is_finite())
    assert over.is_empty()


def test_days_of_supply_and_years_to_fill(plan: Result) -> None:
    stock = plan["stock"].filter(pl.col("daily_rate").is_not_null())
    days = (stock["closing"] / stock["daily_rate"]).to_list()
    assert stock["days_of_supply"].to_list() == pytest.approx(days)
    month = {t: (first, months) for t, first, months in plan["periods"].iter_rows()}
    start = plan.case.calendar.first
    for row in plan["fill"].iter_rows(named=True):
        mine = plan["stock"].filter((pl.col("holder") == row["holder"]) & (pl.col("item") == row["item"]))
        mine = mine.sort("period")
        assert row["closing"] == mine["closing"][-1]
        short = (mine["shortfall"].fill_null(0.0) > 1e-4 * mine["requirement"].fill_null(math.inf)).to_list()
        last = max((t for t, missing in enumerate(short) if missing), default=-1)
        if last == len(short) - 1:
            assert row["years"] is None
            assert row["filled"] is None
        else:
            first, months = month[last + 1]
            end = 12 * first.year + first.month - 1 + months - 1
            assert row["years"] == pytest.approx((end - start + 1) / 12)
            assert row["filled"] == date(end // 12, end % 12 + 1, 1)


def test_money_follows_the_decisions(tiny: Result) -> None:
    """In the tiny case everything ordered is delivered within the plan, so all of it is committed and paid."""
    spent = {(n, p): (c, d) for n, p, c, d in tiny["money"].group_by("nation", "purpose").agg(
        pl.col("commitments").sum(), pl.col("payments").sum()).iter_rows()}  # fmt: skip
    orders = dict(tiny["orders"].group_by("payer").agg(pl.col("commitment").sum()).iter_rows())
    assert {n for n, p in spent if p == "procurement"} == set(orders)
    for nation, commitment in orders.items():
        assert spent[nation, "procurement"] == pytest.approx((commitment, commitment))
    built = dict(tiny["expansions"].group_by("payer").agg(pl.col("cost").sum()).iter_rows())
    for nation, cost in built.items():
        assert spent[nation, "capacity"] == pytest.approx((cost, cost))
    # six months of 600 rounds in hand, 1,600 still due on each, in millions
    assert spent["XAA", "placed"] == pytest.approx((0.0, 6 * 600 * 1600 / 1e6))


def test_orders_cost_their_price(tiny: Result) -> None:
    orders = tiny["orders"].filter(pl.col("line") == "round_line")
    assert orders.height > 0
    assert (orders["commitment"] * 1e6).to_list() == pytest.approx((orders["quantity"] * 2000).to_list())


def test_budgets_count_the_money(plan: Result) -> None:
    covered = {"all": {"procurement", "capacity", "transport", "placed"}, "procurement": {"procurement", "placed"},
               "capacity": {"capacity"}}  # fmt: skip
    for row in plan["budgets"].iter_rows(named=True):
        mine = plan["money"].filter(
            (pl.col("nation") == row["nation"]) & (pl.col("fiscal_year") == row["fiscal_year"])
            & pl.col("purpose").is_in(sorted(covered[row["purpose"]]))
        )  # fmt: skip
        assert row["used"] == pytest.approx(mine[row["kind"]].sum(), abs=CLOSE)
        assert row["over"] == pytest.approx(max(0.0, row["used"] - row["limit"]), abs=1e-5)


def test_pledges_count_what_arrives(tiny: Result) -> None:
    sent = tiny["transfers"].filter((pl.col("origin") == "XBB") & (pl.col("destination") == "XUU"))
    for row in tiny["pledges"].iter_rows(named=True):
        arrived = sent.filter(pl.col("arrives") <= row["month"])["quantity"].sum()
        assert row["arrived"] == pytest.approx(arrived)
        assert row["owed"] == pytest.approx(max(0.0, row["pledged"] - arrived), abs=1e-3)


# -- a month's delay --------------------------------------------------------------------------------------------


def delayed(case: Case, contract: str, month: str) -> Case:
    """The case with a contract that opens in a month."""
    contracts = case.tables["contracts"]
    opens = pl.when(pl.col("contract") == contract).then(pl.lit(month)).otherwise(pl.col("from"))
    return Case({**case.tables, "contracts": contracts.with_columns(opens.alias("from"))})


def test_the_cost_of_a_delay_is_that_of_a_case_where_the_contract_opens_later() -> None:
    """Solved from the start, with nothing of the first plan, the pass that loses loses what was said."""
    case = rampart.read_case(TINY)
    by_parts = pl.lit(False).alias("whole")
    case = Case({**case.tables, "expansions": case.tables["expansions"].with_columns(by_parts)})
    plan = rampart.plan(case)
    before = dict(plan["passes"].select("objective", "value").iter_rows())
    contracts = {("XAA", "XUU"): "alpha_for_partner", ("XBB", "XBB"): "beta_buys", ("XAA", "XAA"): "alpha_own"}
    compared = 0
    for decision in plan["decisions"].filter(pl.col("kind") == "order").iter_rows(named=True):
        later = rampart.plan(delayed(case, contracts[decision["nation"], decision["to"]], "2025-02"))
        after = dict(later["passes"].select("objective", "value").iter_rows())
        lost = next((p for p in before if after[p] - before[p] > 1e-6 * max(1.0, abs(before[p]))), None)
        assert lost == decision["delay_objective"]
        if lost is not None:
            assert after[lost] - before[lost] == pytest.approx(decision["delay_cost"], rel=1e-5, abs=1e-6)
            assert decision["decide_by"] == date(2025, 1, 1)
            compared += 1
    assert compared >= 1


def test_no_delay_is_said_to_cost_without_end(plan: Result) -> None:
    costs = plan["decisions"]["delay_cost"].drop_nulls()
    assert costs.len() > 0
    assert costs.is_finite().all()
