"""Fleets through the months: balance, limits, exchange rates as differences, and the case of 2022."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from places import CASES
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.sustainment.answer import sustain
from rampart.sustainment.availability import closed_fleet
from rampart.sustainment.availability_by_month import availability_by_month
from rampart.sustainment.exchange import conflict, gain, levers, without_holder
from rampart.sustainment.fleet import MONTH, read_support
from rampart.sustainment.ranges import drawn


@pytest.fixture(scope="module")
def tiny() -> Case:
    return read_case(CASES / "fleet-tiny")


def changed(case: Case, table: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Case:
    return replace(case, tables={**case.tables, table: change(case.tables[table])})


def add(case: Case, table: str, **cells: object) -> Case:
    """The case with one more row."""

    def more(frame: pl.DataFrame) -> pl.DataFrame:
        return pl.concat([frame, pl.DataFrame([{**dict.fromkeys(frame.columns), **cells}], schema=frame.schema)])

    return changed(case, table, more)


def test_systems_are_held_damaged_kept_up_short_or_available(tiny: Case) -> None:
    answer = sustain(tiny, draws=0)
    by = ("fleet", "month")
    causes = answer["holding_back"].group_by(by).agg(out=pl.col("systems").sum())
    table = answer["availability"].join(causes, on=by, how="left").with_columns(pl.col("out").fill_null(0.0))
    rest = (table["held"] - table["available"] - table["out"]).abs()
    assert rest.max() < 1e-6
    assert answer.manifest["use"]["residual"] < 1e-3
    partner = answer["availability"].filter(pl.col("fleet") == "partner-fleet")
    assert partner["dto"].to_list() == pytest.approx((partner["available"] / 14).to_list())
    assert partner["held"][3] == pytest.approx(partner["held"][2] + 4, abs=0.3)  # four arrive, a few are lost
    assert set(partner["regime"]) == {"attrition", "offensive"}


def test_use_stops_for_systems_that_are_down() -> None:
    """A fleet with one part and steady use: near the closed chain of A-42, far from the open one."""
    case = read_case(CASES / "fleet-tiny")
    months = {"start": "2025-01", "end": "2027-12"}
    rows = case.tables["settings"].with_columns(
        value=pl.when(pl.col("setting").is_in(list(months)))
        .then(pl.col("setting").replace(months))
        .otherwise(pl.col("value"))
    )
    support = read_support(replace(case, tables={**case.tables, "settings": rows}))
    f, p = support.fleets.index("partner-fleet"), support.parts.index("gearbox")
    zero = np.zeros_like(support.life)
    alone = replace(
        support,
        at_start=np.where(np.arange(2) == f, 10.0, 0.0),
        arrivals=np.zeros_like(support.arrivals),
        damage=np.zeros_like(support.damage),
        losses=np.zeros_like(support.losses),
        use=np.full_like(support.use, 0.05 * MONTH),
        installed=np.where(np.arange(3) == p, 1.0, 0.0)[None, :] + zero,
        needed=np.where(np.arange(3) == p, 1.0, 0.0)[None, :] + zero,
        life=np.where(np.arange(3) == p, 1.0, np.nan)[None, :] + zero,
        repaired=np.ones_like(support.repaired),
        condemned=np.zeros_like(support.condemned),
        turnaround=np.full_like(support.turnaround, 8.0),
        shop=np.full_like(support.shop, -1),
        stock=np.where(np.arange(3) == p, 2.0, 0.0)[None, :, None] + np.zeros_like(support.stock),
        fleet_rows=tuple({**row, "mtbm": None} for row in support.fleet_rows),
    )
    found = availability_by_month(alone)
    closed, _ = closed_fleet(10, 2, 0.05, 8.0)
    open_chain = 2.1098938333
    short = 10 - found.available[f, -1]
    assert abs(short - closed) < 0.25 * (open_chain - closed)


def test_demand_of_zero_keeps_every_system(tiny: Case) -> None:
    idle = changed(tiny, "fleet_use", lambda f: f.with_columns(use=0.0, damage=0.0, losses=0.0, low=None, high=None))
    found = availability_by_month(read_support(idle))
    assert found.available == pytest.approx(found.held)
    answer = sustain(idle, draws=0)
    assert answer["points"]["supply_availability"].to_list() == pytest.approx([1.0] * answer["points"].height)
    assert answer["buys"].is_empty()
    assert not any(np.isnan(v).any() for v in (found.available, found.ebo, found.queue))


def test_a_turnaround_of_zero(tiny: Case) -> None:
    quick = changed(
        tiny,
        "repairs",
        lambda f: f.with_columns(turnaround=0.0, bench=0.0, condemned=0.0, repaired=1.0, shop=pl.lit(None, pl.String)),
    )
    quick = changed(quick, "sites", lambda f: f.with_columns(order_ship=0.0))
    found = availability_by_month(read_support(quick))
    assert found.ebo.max() < 1e-9


def test_no_bays_hold_everything_up_and_many_are_palm(tiny: Case) -> None:
    none = availability_by_month(read_support(changed(tiny, "shop_bays", lambda f: f.with_columns(bays=0.0))))
    some = availability_by_month(read_support(tiny))
    many = availability_by_month(read_support(changed(tiny, "shop_bays", lambda f: f.with_columns(bays=float("inf")))))
    f = some.support.fleets.index("partner-fleet")
    assert none.available[f, -1] < some.available[f, -1] < many.available[f, -1] + 1e-9
    # Infinite shops: jobs are the work that comes, once three repair times have passed since use changed in July.
    steady = [0, 1, 2, 9, 10, 11]
    assert many.queue[steady] == pytest.approx(many.load[steady], rel=0.03)
    assert many.queue[6] < many.load[6]  # in the month of the change they are still coming


def test_cannibalisation_helps(tiny: Case) -> None:
    without, moved = (
        availability_by_month(
            read_support(changed(tiny, "fleets", lambda f, yes=yes: f.with_columns(cannibalise=pl.lit(yes))))
        )
        for yes in (False, True)
    )
    assert np.all(moved.available >= without.available - 1e-6)
    assert moved.available.sum() > without.available.sum() + 0.5


def test_lateral_supply_helps(tiny: Case) -> None:
    def pooled(days: float) -> Case:
        return changed(
            tiny, "sites",
            lambda f: f.with_columns(pool=pl.when(pl.col("supplier").is_not_null()).then(pl.lit("all")), lateral_days=days),
        )  # fmt: skip

    base, near, far = (availability_by_month(read_support(c)).ebo.sum() for c in (tiny, pooled(1.0), pooled(1e9)))
    assert near < base - 0.5 / 3  # means of months; a month had three instants
    assert far == pytest.approx(base, rel=1e-6)


def test_batches_and_redundancy(tiny: Case) -> None:
    base = availability_by_month(read_support(tiny))
    packed = availability_by_month(
        read_support(changed(tiny, "parts", lambda f: f.with_columns(batch=pl.lit(4, dtype=pl.Int64))))
    )
    assert packed.ebo.sum() > base.ebo.sum()
    spare_places = changed(
        tiny, "breakdown", lambda f: f.with_columns(quantity=pl.lit(2, pl.Int64), needed=pl.lit(1, pl.Int64))
    )
    both = changed(
        tiny, "breakdown", lambda f: f.with_columns(quantity=pl.lit(2, pl.Int64), needed=pl.lit(2, pl.Int64))
    )
    one_of_two, all_of_two = (
        availability_by_month(read_support(spare_places)),
        availability_by_month(read_support(both)),
    )
    assert one_of_two.available.sum() > all_of_two.available.sum() + 1


def test_variance_below_the_mean_is_a_finding(tiny: Case) -> None:
    steady = changed(tiny, "parts", lambda f: f.with_columns(spread=pl.lit(0.0)))
    found = availability_by_month(read_support(steady))
    assert found.raised.any()
    codes = {f.code for f in sustain(steady, draws=0).findings}
    assert "variance-raised" in codes


@pytest.mark.parametrize("kind", ["spare", "bay", "system"])
def test_the_exchange_rate_is_the_difference_of_cases_solved_anew(tiny: Case, kind: str) -> None:
    """The rate of the answer against two whole cases, one written with the unit bought."""
    answer = sustain(tiny, draws=0)
    rates = answer["exchange"].with_columns(pl.col("from").dt.strftime("%Y-%m"))
    row = rates.filter(pl.col("lever") == kind).row(0, named=True)
    if kind == "spare":
        more = add(tiny, "part_stocks", part=row["code"], site=row["site"], month=row["from"], quantity=1)
    elif kind == "system":
        held = tiny.tables["fleet_arrivals"].filter((pl.col("fleet") == row["code"]) & (pl.col("month") == row["from"]))
        assert held.is_empty()
        more = add(tiny, "fleet_arrivals", fleet=row["code"], month=row["from"], quantity=1.0)
    else:
        more = add(tiny, "shop_bays", **{"shop": row["code"], "from": row["from"], "bays": 3.0})
    base, after = (availability_by_month(read_support(c)).available.sum() for c in (tiny, more))
    assert row["system_months"] == pytest.approx(after - base, abs=2e-3)
    assert row["per_million"] == pytest.approx((after - base) * 1e6 / row["cost"], rel=0.02, abs=0.02)


def test_what_cannot_arrive_in_time_or_has_no_price_is_no_lever(tiny: Case) -> None:
    base = availability_by_month(read_support(tiny))
    names = {lever.code for lever in levers(base.support, base)}
    assert {"engine", "gearbox", "hall", "partner-fleet"} <= names
    blank = changed(tiny, "parts", lambda f: f.with_columns(lead_time=pl.lit(None, pl.Float64)))
    support = read_support(blank)
    assert not {lever.code for lever in levers(support, availability_by_month(support))} & {"engine", "gearbox", "pump"}
    far = read_support(changed(tiny, "fleets", lambda f: f.with_columns(lead_time=pl.lit(60, pl.Int64))))
    assert not [lever for lever in levers(far, availability_by_month(far)) if lever.kind == "system"]


def test_more_of_anything_never_hurts_the_type_that_buys(tiny: Case) -> None:
    base = availability_by_month(read_support(tiny))
    for lever in levers(base.support, base):
        assert gain(base.support, base, lever).sum() > -1e-2, lever


def test_donor_and_recipient_on_common_pools(tiny: Case) -> None:
    base = availability_by_month(read_support(tiny))
    lost = {(holder, f): values for holder, f, values in conflict(base.support, base)}
    home, partner = base.support.fleets.index("home-fleet"), base.support.fleets.index("partner-fleet")
    alone = availability_by_month(without_holder(base.support, "XUU"))
    assert lost["XUU", home] == pytest.approx(alone.available[home] - base.available[home], abs=2e-3)
    assert lost["XUU", home][-1] > 0.01
    assert lost["XAA", partner].sum() > 0


def test_bands_hold_the_figure_and_do_not_depend_on_order(tiny: Case) -> None:
    answer = sustain(tiny, draws=12, seed=3)
    table = answer["availability"]
    inside = ((table["low"] <= table["available"] + 0.3) & (table["high"] >= table["available"] - 0.3)).mean()
    assert inside > 0.9
    shuffled = changed(tiny, "fleet_use", lambda f: f.reverse())
    one, two = (drawn(c, seed=3, number=5) for c in (tiny, shuffled))
    key = ["fleet", "from"]
    assert one.tables["fleet_use"].sort(key).equals(two.tables["fleet_use"].sort(key))
    figures = one.tables["fleet_use"].select("low", "use", "high").drop_nulls()
    assert ((figures["low"] <= figures["use"]) & (figures["use"] <= figures["high"])).all()


def test_rows_in_another_order_give_the_same_answer(tiny: Case) -> None:
    turned = replace(tiny, tables={n: f.reverse() for n, f in tiny.tables.items()})
    one, two = (sustain(c, draws=0) for c in (tiny, turned))
    for table in ("availability", "points", "stock_list", "exchange"):
        keys = [c for c, t in one[table].schema.items() if t != pl.Float64]
        left, right = (a[table].sort(keys) for a in (one, two))
        for column in left.columns:
            if left.schema[column] == pl.Float64:
                assert left[column].to_numpy() == pytest.approx(right[column].to_numpy(), abs=2e-3, nan_ok=True)
            else:
                assert left[column].to_list() == right[column].to_list()


def test_many_small_fleets_cost_more_spares_than_one_type() -> None:
    """The case's own nine types: the penalty by the largest, computed again from the pipelines of the month."""
    from rampart.sustainment.exchange import mixed_fleets
    from rampart.sustainment.marginal import curve

    base = availability_by_month(read_support(read_case(CASES / "fleet-2023")))
    s, m = base.support, base.support.months.index("2022-11")
    (found,) = [one for one in mixed_fleets(s, base, m, 0.9) if one.holder == "UKR"]
    assert found.types == 8
    assert found.apart > found.together > 0
    f = next(n for n, row in enumerate(s.fleet_rows) if row["type"] == found.type)
    present = float((base.held - base.damaged)[f, m])
    out = base.mean[m, :, s.fleet_site[f]] * base.sharing[m, f] / present
    parts = np.flatnonzero(s.installed[f] > 0)
    one = curve(out[parts] * found.systems, out[parts] * found.systems, s.price[parts], systems=found.systems,
                installed=s.installed[f, parts])  # fmt: skip
    step = one.reaching(0.9)
    assert step is not None
    assert one.cost[step] == pytest.approx(found.together)


def test_a_month_outside_the_plan_is_refused(tiny: Case) -> None:
    with pytest.raises(ValueError, match="2031-01"):
        sustain(tiny, month="2031-01")


def test_a_target_out_of_reach_is_a_finding(tiny: Case) -> None:
    answer = sustain(tiny, draws=0, target=1.0)
    assert [f.code for f in answer.findings if f.code == "target-out-of-reach"]
    assert not answer["points"]["marked"].any()
    reached = sustain(tiny, draws=0, target=0.9)
    marked = reached["points"].filter(pl.col("marked"))
    assert marked["supply_availability"][0] >= 0.9
    budget = sustain(tiny, draws=0, budget=float(marked["cost"][0]) / tiny.money_unit)["points"].filter(
        pl.col("marked")
    )
    assert budget["cost"][0] <= marked["cost"][0] + 1e-6  # the same money
    assert budget["supply_availability"][0] >= marked["supply_availability"][0] - 1e-9  # brings no less


SLOW_CHANGES = ("low-charges", "twice-the-bays")


class TestHowitzersOf2022:
    """Orders of magnitude that were reported, from figures that were not fitted to them."""

    @staticmethod
    def out(overrides: tuple[str, ...] = ()) -> tuple[dict[str, float], dict[str, float]]:
        found = availability_by_month(read_support(read_case(CASES / "fleet-2023", overrides=overrides)))
        s = found.support
        mine = np.array([row["holder"] == "UKR" for row in s.fleet_rows])
        m = s.months.index("2022-11")
        down = found.systems_down()[mine, :, m].sum(0)
        kinds = {
            k: sum(float(d) for p, d in zip(s.parts, down, strict=True) if p.endswith(k)) for k in ("-gun", "-recoil")
        }
        held, there = found.held[mine, m].sum(), found.available[mine, m].sum()
        return {"held": held, "out": 1 - there / held}, kinds

    def test_a_third_out_of_action_and_barrels_hold_them(self) -> None:
        stated, kinds = self.out()
        assert 320 <= stated["held"] <= 360  # "about 350 guns"
        assert 0.25 <= stated["out"] <= 0.42  # "a third at any time"
        assert kinds["-gun"] > 1.5 * kinds["-recoil"]

    @pytest.mark.parametrize(
        "change",
        [
            "hub-in-june",
            "barrels-with-the-guns",
            *(pytest.param(each, marks=pytest.mark.slow) for each in SLOW_CHANGES),
        ],
    )
    def test_what_would_have_changed_it(self, change: str) -> None:
        assert self.out((change,))[0]["out"] < self.out()[0]["out"] - 0.001


def test_the_figures_on_which_the_answer_hangs_are_ranked(tiny: Case) -> None:
    """Each end is the case with that one figure there, worked out anew; those that change most come first."""
    answer = sustain(tiny, draws=1)
    ranked = answer["swings"]
    assert ranked["swing"].to_list() == sorted(ranked["swing"].to_list(), reverse=True)
    ranged = sum(
        tiny[t].filter(pl.col("low").is_not_null() | pl.col("high").is_not_null()).height
        for t in ("sites", "shop_bays", "fleets", "fleet_arrivals", "fleet_use", "breakdown", "repairs", "part_stocks")
    )
    assert 0 < ranked.height <= ranged
    first = next(r for r in ranked.iter_rows(named=True) if r["table"] == "breakdown")
    for end in ("low", "high"):
        moved = changed(tiny, "breakdown", lambda f, end=end: f.with_columns(
            life=pl.when(pl.col("part") == first["part"]).then(pl.col(end)).otherwise(pl.col("life"))))  # fmt: skip
        right = availability_by_month(read_support(moved)).available.sum()
        assert first[f"at_{end}"] == pytest.approx(right, rel=2e-3)
