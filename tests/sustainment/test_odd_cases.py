"""Cases that a planner may well write and that break what is usual: each is answered, or the answer says what is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from places import CASES
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.findings import CaseError
from rampart.report.pages.fleet import html
from rampart.sustainment import allocation, pipelines, shops
from rampart.sustainment.allocation import Allocation, Fleets
from rampart.sustainment.answer import sustain
from rampart.sustainment.availability_by_month import UNSETTLED, availability_by_month
from rampart.sustainment.echelon_network import Network
from rampart.sustainment.fleet import read_support, with_more
from rampart.sustainment.setting import Setting
from rampart.sustainment.start import Start, steady_state


@pytest.fixture(scope="module")
def tiny() -> Case:
    return read_case(CASES / "fleet-tiny")


def with_column(case: Case, table: str, where: pl.Expr, **values: object) -> Case:
    frame = case.tables[table]
    for name, value in values.items():
        cell = pl.when(where).then(pl.lit(value, dtype=frame.schema[name])).otherwise(pl.col(name))
        frame = frame.with_columns(cell.alias(name))
    frame = frame.with_columns(
        pl.lit(None, frame.schema[end]).alias(end) for end in ("low", "high") if end in frame.columns
    )
    return replace(case, tables={**case.tables, table: frame})


def test_a_case_changed_in_python_is_checked_first(tiny: Case) -> None:
    nobody = with_column(tiny, "fleets", pl.col("fleet") == "home-fleet", holder="NOBODY")
    with pytest.raises(CaseError, match="NOBODY"):
        sustain(nobody, draws=0)


def test_a_fleet_that_has_no_parts_is_never_held_back_by_one(tiny: Case) -> None:
    case = with_column(tiny, "fleets", pl.col("fleet") == "home-fleet", type="tank")
    answer = sustain(case, draws=0)
    home = answer["availability"].filter(fleet="home-fleet")
    assert (home["available"] + home["maintenance"]).to_list() == pytest.approx(home["held"].to_list())


def test_a_case_without_any_part_is_answered(tiny: Case) -> None:
    none = {name: tiny.tables[name].clear() for name in ("parts", "breakdown", "repairs", "part_stocks")}
    answer = sustain(replace(tiny, tables={**tiny.tables, **none}), draws=0)
    assert answer["availability"]["available"].min() > 0
    assert html(answer, "fr")


def test_where_parts_are_very_short_use_and_availability_still_agree(tiny: Case) -> None:
    """Systems that wait for years are not used, so that next round they seem whole: shorter steps end the swinging."""
    for table, where, values in (
        ("sites", pl.col("site") == "partner", {"order_ship": 10000.0}),
        ("breakdown", pl.col("part") == "engine", {"life": 100.0}),
    ):
        found = availability_by_month(read_support(with_column(tiny, table, where, **values)))
        assert found.residual < 1e-3
        assert np.all(found.available <= found.held + 1e-9)


def test_where_they_do_not_agree_the_answer_says_so(tiny: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    from rampart.sustainment import start

    monkeypatch.setattr(start, "ROUNDS", 2)
    answer = sustain(tiny, draws=0)
    assert answer.manifest["use"]["residual"] > UNSETTLED
    found = [f for f in answer.findings if f.code.endswith("-unsettled")]
    # Once of the months, once of the lists that the curve and its points are made of.
    assert [(f.code, f.table) for f in found] == [("use-unsettled", "fleet_use"), ("lists-unsettled", "part_stocks")]
    assert "The curve and the list bought" in found[1].sentence("en") and "La courbe" in found[1].sentence("fr")
    assert all("2 rounds" in f.sentence("en") for f in found)
    assert "do not agree" in html(answer, "en")
    assert "ne s’accordent pas" in html(answer, "fr").replace("&#39;", "'")


@pytest.mark.parametrize("bays", [0.5, 1.5, 2.25])
def test_a_part_of_a_bay_works_that_much_more_slowly(tiny: Case, bays: float) -> None:
    answer = sustain(with_column(tiny, "shop_bays", pl.lit(True), bays=bays), draws=0)
    assert answer["shops"]["bays"].to_list() == [bays] * 12
    queue = shops.shop_queue(0.4, 1.0, bays)
    pmf = shops.shop_distribution(0.4, 1.0, bays)
    k = np.arange(len(pmf))
    # What comes in goes out: the balance of every state, written out.
    assert 0.4 * pmf[:-1] == pytest.approx(np.minimum(k[1:], bays) * pmf[1:], rel=1e-9)
    assert queue.mean == pytest.approx(float(k @ pmf))
    assert shops.shop_queue(0.4, 1.0, bays).mean > shops.shop_queue(0.4, 1.0, np.ceil(bays)).mean


NAN = float("nan")


@pytest.mark.parametrize(
    "asked", [{"target": NAN}, {"budget": NAN}, {"target": 1.5}, {"budget": -1.0}, {"target": 0.9, "budget": 1.0}]
)
def test_what_cannot_be_asked_for_is_refused(tiny: Case, asked: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"target|budget"):
        sustain(tiny, draws=0, **asked)


def test_a_target_out_of_reach_names_the_parts_without_a_price(tiny: Case) -> None:
    case = with_column(tiny, "parts", pl.lit(True), price=None)
    answer = sustain(case, draws=0, target=0.99)
    found = next(f for f in answer.findings if f.code == "target-out-of-reach")
    assert "No price is known of: engine, gearbox, pump." in found.sentence("en")
    assert "Aucun prix n’est connu de : engine, gearbox, pump." in found.sentence("fr").replace("\u00a0", " ")
    whole = next(f for f in sustain(tiny, draws=0, target=1.0).findings if f.code == "target-out-of-reach")
    assert "100.0%" in whole.sentence("en")
    assert "it is 99.99" in whole.sentence("en")  # not 100 % below 100 %


def busy_before(case: Case, extra: int) -> tuple[Start, float]:
    """The start of a case with so many more of each spare at each site, and the bays of its hall that are busy in it."""
    support = read_support(case)
    setting = Setting(replace(support, stock=with_more(support.stock, np.full(support.stock.shape[1:], extra))))
    start = steady_state(setting, support.at_start.copy())
    line = start.now.lines[0]
    n = np.arange(len(line.p))
    return start, float(np.minimum(n, support.bays[0, 0]) @ line.p)


def test_past_what_its_shop_repairs_a_fleet_of_hundreds_settles_with_all_bays_busy(tiny: Case) -> None:
    """No spares help in the long run: they wait for the two bays, which end as much as is brought."""
    case = with_column(tiny, "fleet_arrivals", pl.lit(True), quantity=300.0)
    start, busy = busy_before(case, 400)
    assert start.difference.max() < UNSETTLED / 10
    assert busy == pytest.approx(2.0, abs=1e-3)
    # Work brought: engines of home and partner, gearboxes, damaged systems; by hand from the tables of the case.
    home, partner = start.now.up / 30.0
    engines = 0.95 * (0.7 * home * 150 / 9000 + partner * (900 / 9000 + 0.2 * 0.02))
    gearboxes = 0.9 * (home * 150 / 14000 + partner * (900 / 14000 + 0.1 * 0.02))
    work = 20 * 0.02 * partner + 6 * engines + 4 * gearboxes
    assert work == pytest.approx(2.0, rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("which", ["hundreds of systems", "hundreds of places"])
def test_curves_past_what_a_shop_repairs_settle_and_stay_below_what_it_can(tiny: Case, which: str) -> None:
    case = with_column(tiny, "fleet_arrivals", pl.lit(True), quantity=300.0)
    if which == "hundreds of places":
        case = with_column(tiny, "breakdown", pl.col("part") == "engine", quantity=200, needed=None)
        case = with_column(case, "part_stocks", pl.lit(True), quantity=0)
    answer = sustain(case, draws=0)
    assert not [f for f in answer.findings if f.code in ("use-unsettled", "lists-unsettled")]
    assert np.isfinite(answer["curve"]["cost"].to_numpy()).all()
    gives = answer["curve"]["supply_availability"].to_numpy()
    # The two bays end 10 engines a month: 20 systems at home of 67 engines a month each keep up with 0.2 of themselves.
    assert ((gives > 0) & (gives < 0.5)).all()


def test_a_factor_below_what_a_number_holds_has_a_finite_penalty() -> None:
    assert np.isfinite(allocation.penalty(*(np.array([v]) for v in (2400.0, 12.0, 1.0, 200.0, 200.0)))).all()


@pytest.mark.slow
def test_starts_of_odd_fleets_settle(tiny: Case) -> None:
    """Thirty fleets from two systems to six hundred, with shops from hardly used to far past what they repair."""
    rng = np.random.default_rng(7)
    for _ in range(30):
        case = with_column(tiny, "fleet_arrivals", pl.lit(True), quantity=float(round(10 ** rng.uniform(0.3, 2.8))))
        for part in ("engine", "gearbox"):
            life, quantity = float(10 ** rng.uniform(2.5, 5)), int(rng.choice([1, 1, 2, 8, 50]))
            case = with_column(case, "breakdown", pl.col("part") == part, quantity=quantity, life=life)
        bays = float(rng.choice([0.5, 1, 2, 3, 5, 20]))
        start, busy = busy_before(
            with_column(case, "shop_bays", pl.lit(True), bays=bays), int(rng.choice([0, 5, 40, 200]))
        )
        assert start.difference.max() < UNSETTLED
        assert busy <= bays + 1e-9


@pytest.mark.parametrize("pooled", [True, pytest.param(False, marks=pytest.mark.slow)])
@pytest.mark.docs
def test_a_mountain_of_spares_is_as_good_as_enough_of_them(tiny: Case, pooled: bool) -> None:
    case = with_column(tiny, "sites", pl.lit(True), pool="all", lateral_days=1.0) if pooled else tiny
    enough = sustain(with_column(case, "part_stocks", pl.lit(True), quantity=200), draws=0)
    mountain = sustain(with_column(case, "part_stocks", pl.lit(True), quantity=10**12), draws=0)
    assert mountain["availability"]["available"].to_list() == pytest.approx(
        enough["availability"]["available"].to_list(), abs=1e-6
    )
    assert mountain["curve"]["supply_availability"][0] == pytest.approx(
        enough["curve"]["supply_availability"][0], abs=1e-6
    )


def test_what_is_never_bought_again_waits_for_no_batch(tiny: Case) -> None:
    engine = pl.col("part") == "engine"
    mended = with_column(tiny, "repairs", engine & (pl.col("site") == "depot"), repaired=1.0, condemned=0.0)
    plain = availability_by_month(read_support(mended)).available
    assert availability_by_month(
        read_support(with_column(mended, "parts", engine, batch=50))
    ).available == pytest.approx(plain)
    thrown = availability_by_month(read_support(with_column(tiny, "parts", engine, batch=50))).available
    assert thrown.sum() < plain.sum()


def test_a_supplier_sees_a_part_of_each_cluster() -> None:
    """Removals in clusters (compound Poisson, ratio 3): what four bases send up, drawn, against the ratio computed."""
    from rampart.sustainment.owed import clusters
    from rampart.sustainment.setting import Setting

    sent = np.array([0.2, 0.4, 0.5, 0.7])
    rate = np.array([0.3, 0.2, 0.4, 0.1])
    support = read_support(read_case(CASES / "fleet-tiny"))
    row, shape = {**support.part_rows[0], "spread": 3.0}, (1, 1, 5)
    repaired = np.concatenate(([1.0], 1.0 - sent)).reshape(shape)
    one = np.ones((4, 1))
    support = replace(
        support, months=("2025-01",), parts=("one",), sites=tuple("abcde"), part_rows=(row,), shops=(), shop_rows=(),
        fleets=tuple("wxyz"), fleet_rows=(support.fleet_rows[0] | {"repair_shop": None, "cannibalise": False},) * 4,
        supplier=np.array([-1, 0, 0, 0, 0]), order_ship=np.zeros(5), pool=(None,) * 5, lateral_days=np.full(5, np.nan),
        fleet_site=np.arange(1, 5), at_start=100.0 * one[:, 0], arrivals=0 * one, use=one, damage=0 * one, losses=0 * one,
        installed=one, needed=one, life=one, life_cv=np.nan * one, worn=np.nan * one, damage_share=0 * one,
        service_share=0 * one,
        parent=np.zeros(0, int), child=np.zeros(0, int), share=np.zeros(0), repaired=repaired, condemned=np.zeros(shape),
        turnaround=np.zeros(shape), bench=np.zeros(shape), shop=np.full(shape, -1), stock=np.zeros(shape),
        bays=np.zeros((1, 0)),
    )  # fmt: skip
    setting = Setting(support)
    flows = setting.supply.months[0]
    asked = setting.supply.requests(flows, setting.at_sites(rate[:, None]))
    found = clusters(setting, flows, asked, rate[:, None])[:, 0]
    assert found[1:] == pytest.approx(3.0)
    rng = np.random.default_rng(4)
    days, draws = 30.0, 60_000
    drawn = np.zeros(draws)
    for r, u in zip(rate, sent, strict=True):
        # A negative binomial of mean m and ratio 3 has m/2 for its size; each unit goes up by itself.
        removals = rng.negative_binomial(r * days / 2.0, 1.0 / 3.0, draws)
        drawn += rng.binomial(removals, u)
    assert drawn.var() / drawn.mean() == pytest.approx(found[0], rel=0.03)  # 0.6 % is one standard error


def test_stocks_tried_in_blocks_are_stocks_tried_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    supplier, shape = np.array([-1, 0, 0, 1]), (3, 4)
    rng = np.random.default_rng(3)
    demand = np.where(np.arange(4) >= 2, rng.uniform(0.05, 0.4, shape), 0.0)
    half = np.full(shape, 0.5)
    net = Network(supplier, demand, np.where(supplier < 0, 1.0, half), 0 * half, 8 * half, 6 * half, np.zeros(3))
    fleets = Fleets.of(np.array([0.0, 0.0, 12.0, 9.0]), np.ones(3))
    whole = Allocation(net, fleets).values()
    monkeypatch.setattr(allocation, "CELLS", 1)
    single = Allocation(net, fleets)
    for part in range(3):
        alone = single.values(np.array([part]))[0]
        assert alone == pytest.approx(whole[part][: len(alone)], rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("ratio", [1.0, 1.8])
def test_tables_of_long_pipelines_are_the_closed_form(ratio: float) -> None:
    mean = np.array([600.0, 1500.0])
    table = pipelines.backorder_table(mean, ratio * mean, 1700)
    at = np.array([0, 500, 1000, 1500, 1700])
    closed = pipelines.expected_backorders(mean[:, None], ratio * mean[:, None], at)
    assert table[:, at] == pytest.approx(closed, rel=1e-6, abs=1e-8)
