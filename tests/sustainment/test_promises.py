"""What a planner acts on holds when played through: closed fleets, time, shops at their limit, batches, budgets, targets."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from independent.plays import Base
from places import CASES
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.sustainment import pipelines
from rampart.sustainment.answer import sustain
from rampart.sustainment.availability import closed_fleet
from rampart.sustainment.availability_by_month import availability_by_month
from rampart.sustainment.fleet import read_support
from rampart.sustainment.play_through import play
from rampart.sustainment.promise import Promises
from rampart.sustainment.purchases import usual_path
from rampart.sustainment.shortfall import Cells, batched
from rampart.sustainment.spend import Options, spent
from sustainment.small_fleets import MONTH, case_of, mended


@pytest.mark.parametrize("parts", [1, 2, 6])
def test_a_fleet_without_spares_is_the_chain_of_machines(tmp_path: Path, parts: int) -> None:
    """Removals times repair time are one in all: available is N / (1 + 1), however many parts share it (Gordon and Newell)."""
    case = case_of(tmp_path, systems=20, removals=[1 / 30 / parts] * parts, repairs=mended(parts, 30.0))
    assert availability_by_month(read_support(case)).available == pytest.approx(10.0, abs=1e-3)


def test_one_part_with_spares_is_near_its_chain(tmp_path: Path) -> None:
    case = case_of(tmp_path, systems=10, removals=[0.05], repairs=mended(1, 8.0), stocks={("P0", "base"): 2})
    found = availability_by_month(read_support(case)).available[0]
    assert found == pytest.approx(10 - closed_fleet(10, 2, 0.05, 8.0)[0], abs=0.15)


@pytest.mark.parametrize(
    ("pipeline", "stock", "right"), [(4, (4, 4, 4, 3, 3, 3), 0.817), (8, (5, 5, 5, 5, 5, 4), 0.663)]
)
def test_six_parts_with_the_lists_that_once_promised_95_per_cent(
    tmp_path: Path, pipeline: int, stock: tuple[int, ...], right: float
) -> None:
    """Simulated to 0.0003, elsewhere: 0.817 and 0.663."""
    stocks = {(f"P{n}", "base"): s for n, s in enumerate(stock)}
    case = case_of(tmp_path, systems=20, removals=[pipeline / 20 / 30] * 6, repairs=mended(6, 30.0), stocks=stocks)
    assert availability_by_month(read_support(case)).available[0] / 20 == pytest.approx(right, abs=0.008)


def test_months_of_a_surge_are_integrals(tmp_path: Path) -> None:
    """One removal a day in place of 0.2 for the second month, ten days of repair, six spares: means by fine integration."""
    case = case_of(tmp_path, systems=1e6, removals=[0.2 / 1e6], repairs=mended(1, 10.0), months=4,
                   stocks={("P0", "base"): 6}, surge=("2025-02", "2025-03", 5.0))  # fmt: skip
    t = np.linspace(0.0, MONTH, 4001)
    up = 2.0 + 8.0 * (1.0 - np.exp(-t / 10.0))
    down = 2.0 + (up[-1] - 2.0) * np.exp(-t / 10.0)
    right = [np.trapezoid(pipelines.expected_backorders(m, m, 6), t) / MONTH for m in (up, down)]
    found = availability_by_month(read_support(case)).ebo[:, 0, 0]
    assert found[1:3] == pytest.approx(right, rel=0.004)


@pytest.mark.parametrize(("load", "jobs"), [(0.95, 19.0), (0.975, 39.0)])
def test_a_bay_near_its_limit_holds_what_the_long_run_holds(tmp_path: Path, load: float, jobs: float) -> None:
    case = case_of(tmp_path, systems=1e6, removals=[load / 10 / 1e6], repairs=mended(1, 10.0, shop="hall"), bays=1)
    answer = sustain(case, draws=0)
    assert answer["shops"]["jobs"].to_list() == pytest.approx([jobs] * 6, rel=0.005)
    assert {"not-to-be-relied-on"} & {f.code for f in answer.findings} == {"not-to-be-relied-on"}  # one bay at a base


def test_a_shop_past_saturation_has_a_steady_state_since_its_queue_slows_it(tmp_path: Path) -> None:
    """Twenty systems, one bay, twice the work that it can do: the chain of machines with one repairman."""
    case = case_of(tmp_path, systems=20, removals=[0.01], repairs=mended(1, 10.0, shop="hall"), bays=1)
    down = closed_fleet(20, 0, 0.01, 10.0, 1)[0]
    found = availability_by_month(read_support(case))
    assert found.queue == pytest.approx(down, rel=0.01)
    assert found.available == pytest.approx(20 - down, rel=0.01)


@pytest.mark.parametrize(
    ("systems", "spares", "rate", "days", "bays"),
    [(20, 15, 0.05, 10.0, 1), (30, 40, 0.1, 4.0, 2), (300, 200, 0.05, 6.0, 2)],
)
def test_spares_past_saturation_wait_for_the_bays_from_the_start(
    tmp_path: Path, systems: int, spares: int, rate: float, days: float, bays: int
) -> None:
    """Many times the work that can be done: what is available is what the bays keep up with, by the exact chain."""
    case = case_of(tmp_path, systems=systems, removals=[rate], repairs=mended(1, days, shop="hall"), bays=bays, months=2,
                   stocks={("P0", "base"): spares})  # fmt: skip
    found = availability_by_month(read_support(case))
    assert found.residual < 1e-3
    assert found.available[0] == pytest.approx(systems - closed_fleet(systems, spares, rate, days, bays)[0], rel=1e-3)


@pytest.mark.parametrize(("point", "batch", "right"), [(8, 40, 0.1282), (3, 10, None), (0, 4, None)])
def test_batches_are_exact(tmp_path: Path, point: int, batch: int, right: float | None) -> None:
    """The position is uniform on r+1..r+Q: half a removal a day, twenty days of lead time."""
    row = [{"part": "P0", "site": "base", "repaired": 0, "condemned": 1}]
    case = case_of(tmp_path, systems=1e6, removals=[0.5 / 1e6], repairs=row, stocks={("P0", "base"): point + batch},
                   parts={"batch": batch, "lead_time": 20})  # fmt: skip
    sums = [float(pipelines.expected_backorders(10.0, 10.0, j)) for j in range(point + 1, point + batch + 1)]
    found = availability_by_month(read_support(case)).ebo[:, 0, 0]
    assert found == pytest.approx(np.mean(sums), rel=1e-4)
    if right is not None:
        assert found == pytest.approx(right, abs=5e-5)


def test_batches_below_zero_are_owed_at_once() -> None:
    at = [float(pipelines.expected_backorders(3.0, 3.0, max(j, 0))) + max(-j, 0) for j in range(-4, 2)]
    assert batched(np.array([3.0]), np.array([3.0]), np.array([1.0]), np.array([6.0])) == pytest.approx(np.mean(at))


def five_bases(folder: Path) -> Case:
    """Sherbrooke's five bases: a fifth repaired at the base, the rest at the depot."""
    bases = [f"b{n}" for n in range(5)]
    sites = [{"site": "depot"}, *({"site": b, "supplier": "depot", "order_ship": 3.6525} for b in bases)]
    rows = [{"part": "P0", "site": "depot", "repaired": 1, "turnaround": 9.2444775}]
    rows += [{"part": "P0", "site": b, "repaired": 0.2, "turnaround": 3.6525} for b in bases]
    rate = 100.0 / (100.0 / 0.030437500000000003 * 15743.53448275862) / MONTH
    return case_of(
        folder, systems=1e6, removals=[rate], repairs=rows, months=2, sites=sites, fleets=bases, parts={"price": 1}
    )


def test_money_for_five_spares_buys_five(tmp_path: Path) -> None:
    """Two at the depot and one at each of three bases: 0.986 owed, where the hull alone stops at three spares."""
    case = five_bases(tmp_path)
    point = sustain(case, draws=0, budget=5.0)["points"].filter(pl.col("marked")).row(0, named=True)
    assert (point["cost"], point["unspent"]) == (5.0, 0.0)
    assert point["gap"] == pytest.approx(0.0, abs=1e-9)
    support = read_support(case)
    promises = Promises(support, availability_by_month(support), 1)
    best = promises.within(5.0)
    depot = support.sites.index("depot")
    assert best.stock[0, depot] == 2
    bases = [n for n in range(6) if n != depot]
    assert best.course.ebo[1, 0, bases].sum() == pytest.approx(0.986, abs=2e-3)


def test_spending_is_the_best_of_all_mixes() -> None:
    rng = np.random.default_rng(5)
    for _ in range(60):
        options = []
        for _ in range(rng.integers(2, 5)):
            size = int(rng.integers(2, 6))
            cost = np.concatenate(([0.0], np.cumsum(rng.uniform(1, 9, size))))
            options.append(Options(cost, np.concatenate(([1.0], 1.0 - np.cumsum(rng.dirichlet(np.ones(size)))))))
        budget = float(rng.uniform(5, 40))
        chosen, proven = spent(options, np.zeros(len(options), np.int64), budget)
        mixes = [mix for mix in product(*(range(len(o.cost)) for o in options))
                 if sum(o.cost[c] for o, c in zip(options, mix, strict=True)) <= budget]  # fmt: skip
        best = min(sum(o.lack[c] for o, c in zip(options, mix, strict=True)) for mix in mixes)
        assert proven
        assert sum(o.lack[c] for o, c in zip(options, chosen, strict=True)) == pytest.approx(best)


def entered(case: Case, answer: object, point: int) -> Case:
    """The case with the stock list of a point entered in place of its stocks."""
    rows = answer["stock_list"].filter(pl.col("point") == point)  # type: ignore[index]
    old = case.tables["part_stocks"]
    new = pl.DataFrame(
        [{**dict.fromkeys(old.columns), "part": r["part"], "site": r["site"], "quantity": int(r["stock"])}
         for r in rows.iter_rows(named=True) if r["stock"]], schema=old.schema)  # fmt: skip
    return replace(case, tables={**case.tables, "part_stocks": new})


def test_a_target_is_kept_when_its_list_is_entered() -> None:
    """fleet-tiny, 95 per cent: the same figure to a thousandth, and what histories of every part give to a half point."""
    case = read_case(CASES / "fleet-tiny")
    answer = sustain(case, draws=0, target=0.95)
    point = answer["points"].filter(pl.col("marked")).row(0, named=True)
    assert point["supply_availability"] >= 0.95
    again = read_support(entered(case, answer, point["point"]))
    found = availability_by_month(again)
    present = (found.held - found.damaged)[:, -1].sum()
    whole = (found.available + found.maintenance)[:, -1].sum()
    assert whole / present == pytest.approx(point["supply_availability"], rel=1e-3)
    assert found.available[:, -1].sum() == pytest.approx(point["systems"], rel=1e-3)
    played = play(again, runs=400, seed=3)
    assert played.available[:, -1].sum() == pytest.approx(point["systems"], abs=0.02 * present)


def test_what_cannot_arrive_is_not_sold(tmp_path: Path) -> None:
    case = case_of(
        tmp_path, systems=20, removals=[0.01, 0.01], repairs=mended(2, 30.0), months=3, parts={"lead_time": 70}
    )
    for month, sold in (("2025-02", False), ("2025-03", True)):
        answer = sustain(case, draws=0, month=month)
        assert (answer["curve"]["cost"].max() > 0) is sold


@pytest.mark.parametrize(("stock", "ship", "bays"), [((2, 1), None, None), ((1, 1), 6.0, None), ((1, 1), 6.0, 2)])
def test_histories_and_months_are_what_another_simulation_gives(
    tmp_path: Path, stock: tuple[int, int], ship: float | None, bays: int | None
) -> None:
    """A surge for one month, 12 systems: SimPy written apart, the product's histories, and its months."""
    surge, runs = (MONTH, 2 * MONTH, 2.0), 150
    warm = 300.0
    depot = None if ship is None else [1, 1]
    seen = np.array([
        [base.mean_up(warm + m * MONTH, warm + (m + 1) * MONTH) for m in range(3)]
        for base in (Base(n, systems=12, rates=[0.012, 0.02], days=9.0, stock=list(stock), depot=depot, ship=ship, bays=bays,
                          surge=(warm + surge[0], warm + surge[1], surge[2])) for n in range(runs))
    ])  # fmt: skip
    last = "base" if ship is None else "depot"
    sites = [{"site": last}, *([] if ship is None else [{"site": "base", "supplier": "depot", "order_ship": ship}])]
    rows = [row | {"site": last, "shop": "hall" if bays else ""} for row in mended(2, 9.0)]
    stocks = {(f"P{n}", "base"): s for n, s in enumerate(stock)}
    stocks |= {} if ship is None else {(f"P{n}", "depot"): 1 for n in range(2)}
    case = case_of(tmp_path, systems=12, removals=[0.012, 0.02], repairs=rows, months=3, sites=sites, stocks=stocks,
                   surge=("2025-02", "2025-03", 2.0), bays=bays)  # fmt: skip
    support = read_support(case)
    error = seen.std(axis=0, ddof=1) / np.sqrt(runs)
    played = play(support, runs=300)
    assert np.all(np.abs(played.available[0] - seen.mean(axis=0)) <= 3.5 * np.hypot(error, played.error[0]))
    assert np.all(np.abs(availability_by_month(support).available[0] - seen.mean(axis=0)) <= 0.02 * 12 + 3 * error)


def test_cells_are_the_closed_forms() -> None:
    rng = np.random.default_rng(2)
    mean, ratio, stock = rng.uniform(0, 15, 400), rng.uniform(1.0, 3.0, 400), rng.integers(0, 20, 400).astype(float)
    short, spread, at_least, over = Cells(stock).shortfall(mean, mean * ratio, exceeded=True)
    right, wide = pipelines.backorders(mean, mean * ratio, stock)
    assert short == pytest.approx(right, abs=1e-9)
    assert spread == pytest.approx(wide, abs=1e-8)
    assert over == pytest.approx(pipelines.exceeds(mean, mean * ratio, stock), abs=1e-9)
    assert at_least[stock > 0] == pytest.approx(
        pipelines.exceeds(mean, mean * ratio, np.maximum(stock - 1, 0))[stock > 0], abs=1e-9
    )


def test_simulation_stands_beside_the_months() -> None:
    case = read_case(CASES / "fleet-tiny")
    answer = sustain(case, draws=0, simulate=60)
    table = answer["simulation"]
    assert table.height == 24
    assert ((table["available"] - table["simulated"]).abs() <= table["range"] + 0.6).all()
    assert table["below"].is_between(0, 1).all()
    assert answer["simulation_parts"].height > 0
    assert sustain(case, draws=0)["simulation"].is_empty()


@pytest.mark.parametrize(("systems", "parts", "removals", "repair"), [(20, 6, 0.02, 30.0), (20, 1, 0.1, 30.0)])
def test_the_curve_is_what_its_lists_give_also_between_its_points(
    tmp_path: Path, systems: float, parts: int, removals: float, repair: float
) -> None:
    """Systems that come back are used, and use up more than a path at less use says: the curve follows the courses."""
    case = case_of(tmp_path, systems=systems, removals=[removals] * parts, repairs=mended(parts, repair))
    curve, support = sustain(case, draws=0)["curve"].sort("step"), read_support(case)
    promises = Promises(support, availability_by_month(support), 0)
    path = usual_path(promises)
    assert (np.diff(curve["supply_availability"].to_numpy()) >= -1e-9).all()
    for cost, said in curve.select("cost", "supply_availability").gather_every(5).iter_rows():
        assert said == pytest.approx(promises.of(path.stock(path.within(cost))).availability, abs=0.02)
