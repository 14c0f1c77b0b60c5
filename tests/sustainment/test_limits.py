"""Known limits, shapes that must hold for any figures, and the greedy curve against enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rampart.sustainment import (
    availability,
    batches,
    enumeration,
    exchange,
    marginal,
    pipelines,
    shops,
    surge,
    wear,
)
from rampart.sustainment.allocation import Allocation, Fleets
from rampart.sustainment.echelon_network import Network
from rampart.sustainment.echelons import evaluate
from rampart.sustainment.past import Past
from rampart.sustainment.spares import Problem, availability_by_site, curve
from sustainment.published_networks import F1, G2, I2, base_network, f1_curve, printed


def test_without_depot_stock_times_add_up() -> None:
    state = evaluate(base_network([0.1, 0.2], [0, 0], [0, 0], [5, 5], 20), np.array([[0, 2, 3]]))
    for base, rate, stock in ((1, 0.1, 2), (2, 0.2, 3)):
        assert state.ebo[0, base] == pytest.approx(
            float(pipelines.expected_backorders(25 * rate, 25 * rate, stock)), rel=1e-9
        )


def test_one_site_gives_the_textbook_backorders() -> None:
    one = np.ones((3, 1))
    rate = np.array([[0.1], [0.5], [0.0]])
    net = Network(np.array([-1]), rate, one, 0 * one, 8 * one, 0 * one, np.zeros(3))
    stock = np.array([[1], [4], [0]])
    assert evaluate(net, stock).ebo == pytest.approx(pipelines.expected_backorders(8 * rate, 8 * rate, stock))
    assert evaluate(net, stock).ebo[2, 0] == 0.0  # no demand, nothing short


@pytest.mark.parametrize("bays", [60, np.inf])
def test_shops_with_bays_enough_are_palm(bays: float) -> None:
    queue = shops.shop_queue(2.0, 5.0, bays)
    assert (queue.mean, queue.variance) == (pytest.approx(10.0), pytest.approx(10.0))


def test_a_shop_that_cannot_keep_up_says_so() -> None:
    queue = shops.shop_queue(2.0, 5.0, 8)
    assert not queue.stable
    assert queue.growth == pytest.approx(2.0 - 8 / 5.0)
    with pytest.raises(ValueError, match="cannot keep up"):
        shops.shop_distribution(2.0, 5.0, 8)


def test_a_shop_with_fixed_and_with_exponential_times() -> None:
    assert shops.several_bays(0.4, 2.0, 1, 0.0).mean == pytest.approx(shops.one_bay(0.4, 2.0, 0.0).mean)
    assert shops.one_bay(0.4, 2.0, 1.0).mean == pytest.approx(shops.shop_queue(0.4, 2.0, 1).mean)
    assert shops.one_bay(0.4, 2.0, 1.0).variance == pytest.approx(shops.shop_queue(0.4, 2.0, 1).variance)


means = st.floats(1e-4, 40.0)


@given(means, st.floats(0.3, 6.0))
@settings(max_examples=80, deadline=None)
def test_backorders_are_convex_falling_and_the_table_agrees(mean: float, ratio: float) -> None:
    variance, _ = pipelines.bound_variance(mean, ratio * mean)
    s = np.arange(30)
    short = pipelines.expected_backorders(mean, variance, s)
    falls = short[:-1] - short[1:]
    assert np.all(falls >= -1e-11)
    assert np.all(np.diff(falls) <= 1e-10)
    assert short[0] == pytest.approx(mean)
    assert pipelines.backorder_table(mean, variance, 29) == pytest.approx(short, abs=1e-9)
    assert falls == pytest.approx(pipelines.exceeds(mean, variance, s[:-1]), abs=1e-9)
    assert pipelines.backorders(mean, variance, 0)[1] == pytest.approx(float(variance), rel=1e-6)


def test_a_variance_that_no_whole_number_has_is_raised_and_shown() -> None:
    variance, raised = pipelines.bound_variance([2.5, 2.0, 2.5], [0.1, 0.0, 0.3])
    assert list(raised) == [True, False, False]
    assert list(variance) == [0.25, 0.0, 0.3]
    assert pipelines.expected_backorders(2.5, 0.1, 2) == pytest.approx(0.5)


@pytest.mark.parametrize("wrong", [(-1.0, 1.0, 0), (1.0, 1.0, -1), (1.0, 1.0, 0.5), (np.nan, 1.0, 0)])
def test_what_is_no_pipeline_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match=r"stock must be whole|needs a mean"):
        pipelines.expected_backorders(*wrong)


@given(st.floats(0.1, 8.0), st.integers(1, 12), st.integers(0, 20))
@settings(max_examples=40, deadline=None)
def test_batches_are_a_uniform_in_the_pipeline(mean: float, batch: int, position: int) -> None:
    pmf = np.convolve(enumeration.poisson(mean), np.full(batch, 1.0 / batch))
    exact = enumeration.moments(enumeration.short_of(pmf, position))[0]
    assert batches.batch_backorders(mean, mean, position, batch) == pytest.approx(exact, abs=1e-9)
    extra, spread = batches.added(batch)
    assert enumeration.moments(pmf) == (pytest.approx(mean + extra), pytest.approx(mean + spread))


def test_batches_of_one_are_one_for_one() -> None:
    assert batches.batch_backorders(4.0, 4.0, 4, 1) == printed(0.7814672593)
    assert batches.economic_batch(100.0, 50.0, 4.0) == 50


@given(st.floats(0.0, 30.0), st.integers(1, 20), st.integers(1, 6), st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_k_of_n(ebo: float, systems: int, installed: int, needed: int) -> None:
    needed = min(needed, installed)
    p = max(0.0, 1 - ebo / (systems * installed))
    from scipy.stats import binom

    found = float(availability.part_factor(ebo, systems, installed, needed))
    assert found == pytest.approx(float(binom.sf(needed - 1, installed, p)), abs=1e-9)
    assert float(availability.part_factor(ebo, systems, installed)) == pytest.approx(p**installed, abs=1e-12)


def test_dto_has_the_need_below_the_line() -> None:
    assert availability.technical_availability(np.array([80.0]), np.array([120.0])) == pytest.approx(80 / 120)
    assert np.isnan(availability.technical_availability(np.array([80.0]), np.array([0.0])))[0]


def test_windows_of_what_was_sent_are_the_surge_of_the_equations() -> None:
    """Steps of four days, a month at each rate: what is under way, what waits for ever, what waits for its replacement."""
    month, step = 365.25 / 12, 365.25 / 12 / 8
    rates = np.array([0.2, 1.0, 0.4, 0.4])
    profile = surge.Profile(month * np.arange(4), rates, np.array(0.2))
    sent = Past(np.zeros(1), np.array([0.2]))
    for rate in np.repeat(rates, 8):
        sent.put(sent.times[sent.length - 1] + step, sent.last + rate * step)
    t = step * np.arange(1, 33)
    for days in (17.0, 40.0):
        under_way = [float((sent.at(now) - sent.at(now - days))[0]) for now in t]
        assert under_way == pytest.approx(surge.fixed(profile, t, days))
        assert under_way == pytest.approx(surge.condemned(profile, t, days))
    assert [float(sent.at(now)[0]) for now in t] == pytest.approx(surge.condemned(profile, t, np.nan))


def test_wear_in_the_long_run_and_from_an_age() -> None:
    x = np.array([0.0, 3000.0, 9000.0])
    assert wear.replacements(x, 1500, 0.2, worn=None) == pytest.approx(x / 1500)
    new = wear.replacements(x, 1500, 0.2)
    assert new[2] == pytest.approx(x[2] / 1500 - (1 - 0.04) / 2, abs=2e-2)
    assert wear.replacements(x, 1500, 0.2, worn=1e-9) == pytest.approx(new, abs=2e-4)
    assert np.all(wear.replacements(x[1:], 1500, 0.2, worn=0.5) > new[1:])
    rng = np.random.default_rng(3)
    lives = rng.gamma(25, 60.0, (40_000, 4))
    first = lives[:, 0][lives[:, 0] > 600.0] - 600.0
    count = (np.cumsum(np.column_stack((first, lives[: len(first), 1:])), 1) <= 2000.0).sum(1)
    assert wear.replacements(np.array(2000.0), 1500, 0.2, worn=0.4) == pytest.approx(
        count.mean(), abs=4 * count.std() / 200
    )
    assert list(wear.replacements(np.array([100.0, 1500.0, 3100.0]), 1500, 0.0)) == [0.0, 1.0, 2.0]


class TestCurve:
    def test_greedy_is_the_hull_of_enumeration(self) -> None:
        """F1, the first 25 points: nothing enumerated lies beyond the curve."""
        found = f1_curve()
        tables = [pipelines.backorder_table(m, m, 14) for m in F1["mean"]]
        terms = [marginal.penalty(t, 20.0, z) for t, z in zip(tables, F1["installed"], strict=True)]
        top = found.bought(25, 6) + 1
        cost, value = np.zeros(1), np.zeros(1)
        for i in range(6):
            n = np.arange(top[i] + 1)
            cost = (cost[:, None] + n * F1["price"][i]).ravel()
            value = (value[:, None] + terms[i][n]).ravel()
        order = np.lexsort((value, cost))
        best = marginal.hull(cost[order], value[order])
        for point in best:
            c, v = cost[order][point], value[order][point]
            if c <= found.cost[25]:
                step = found.within(c)
                # Ties in gain per euro may leave out a corner of a straight edge, never a better point.
                line = np.interp(c, found.cost, -found.logarithm)
                assert line == pytest.approx(v, abs=1e-9), step
        for step in range(26):
            assert np.min(value[cost <= found.cost[step] + 1e-9]) == pytest.approx(-found.logarithm[step], abs=1e-9)

    @settings(max_examples=40, deadline=None)
    @given(
        parts=st.lists(
            st.tuples(st.floats(0.05, 3.0), st.floats(0.5, 10.0), st.integers(1, 3), st.floats(1.0, 3.0)),
            min_size=1, max_size=3,
        ),
        systems=st.integers(5, 40),
    )  # fmt: skip
    def test_greedy_is_the_hull_of_enumeration_whatever_the_parts(
        self, parts: list[tuple[float, float, int, float]], systems: int
    ) -> None:
        """Random means, prices, places and spreads: no stock that can be listed lies below the curve, and all steps are hit."""
        mean, price, installed, ratio = (np.array(x, float) for x in zip(*parts, strict=True))
        found = marginal.curve(mean, mean * ratio, price, systems=float(systems), installed=installed)
        last = min(12, len(found.cost) - 1)
        top = found.bought(last, len(parts)) + 2
        cost, value = np.zeros(1), np.zeros(1)
        for i, most in enumerate(top):
            table = pipelines.backorder_table(mean[i], mean[i] * ratio[i], int(most))
            term = marginal.penalty(table, float(systems), installed[i])
            cost = (cost[:, None] + np.arange(most + 1) * price[i]).ravel()
            value = (value[:, None] + term).ravel()
        line = np.interp(cost, found.cost, -found.logarithm)
        assert np.all(line <= value + 1e-9)
        for step in range(last + 1):
            mine = np.abs(cost - found.cost[step]) < 1e-9
            assert np.min(value[mine]) == pytest.approx(-found.logarithm[step], abs=1e-9)

    def test_five_bases_are_not_convex(self) -> None:
        """A-62 to A-64: best total backorders for each number of units, the hull skips seven."""
        net = base_network([0.05] * 5, [0] * 5, [0] * 5, [5] * 5, 20)
        systems = 1e10
        split = Allocation(net, Fleets.of(np.array([0.0] + [systems] * 5), np.ones(1)), tail=1e-9)
        best = split.values()[0] * systems * 5
        wanted = {0: 6.25, 3: 3.42181765, 6: 1.74329750, 7: 1.45824768, 8: 1.03165596, 9: 0.69676408, 11: 0.31804838,
                  15: 0.08550935, 16: 0.04771245}  # fmt: skip
        assert {n: best[n] for n in wanted} == {n: pytest.approx(v, abs=6e-9) for n, v in wanted.items()}
        assert 7 not in split.steps().total
        assert split.stocks(np.array([6])).tolist() == [[6, 0, 0, 0, 0, 0]]
        assert split.stocks(np.array([8]))[0, 0] == 3

    @pytest.mark.parametrize("levels", [2, 3])
    def test_allocation_is_the_best_of_all(self, levels: int) -> None:
        """Two parts over depot and bases, and over three levels: every split of every total enumerated."""
        supplier = np.array([-1, 0, 0]) if levels == 2 else np.array([-1, 0, 1])
        demand = np.array([[0.0, 0.10, 0.06], [0.0, 0.05, 0.12]])
        repaired = np.array([[1.0, 0.3, 0.2], [1.0, 0.0, 0.0]])
        times = np.array([[15.0, 4, 3], [20.0, 4, 3]])
        ship = np.array([[0.0, 6, 9], [0.0, 6, 9]])
        net = Network(supplier, demand, repaired, 0 * demand, times, ship, np.zeros(2))
        fleets = Fleets.of(np.array([0.0, 12.0, 9.0]), np.array([1.0, 2.0]))
        split = Allocation(net, fleets, tail=1e-6)
        values = split.values()
        problem = Problem(net, fleets, np.ones(2), tail=1e-6)
        for total in range(6):
            best = np.full(2, np.inf)
            for stock in itertools.product(range(total + 1), repeat=3):
                if sum(stock) == total:
                    state = evaluate(net, np.tile(stock, (2, 1)))
                    here = sum(problem._site_penalty(state.ebo[:, n], n) for n in range(3))
                    best = np.minimum(best, here)
            assert values[:, total] == pytest.approx(best, abs=1e-12)
            placed = split.stocks(np.array([total, total]))
            state = evaluate(net, placed)
            here = sum(problem._site_penalty(state.ebo[:, n], n) for n in range(3))
            assert here == pytest.approx(best, abs=1e-12)

    def test_spares_that_are_held_stay(self) -> None:
        fleets = Fleets.of(np.array([0.0, 10.0, 10.0]), np.ones(1))
        held = np.array([[1, 2, 0]])
        found = curve(G2, fleets, np.array([3.0]), held=held)
        assert found.stock(0).tolist() == held.tolist()
        for step in range(0, len(found.cost), 3):
            stock = found.stock(step)
            assert np.all(stock >= held)
            assert (stock - held).sum() * 3.0 == pytest.approx(found.cost[step])

    def test_what_the_curve_promises_the_network_gives(self) -> None:
        """I2 with SRUs: every point evaluated again, and no worse than enumeration of small stocks."""
        fleets = Fleets(np.array([[0, 10.0, 5]] + [[0, 0, 0]] * 2), np.array([1.0, 1, 1]), np.array([1.0, 1, 1]),
                        np.array([[0, 2 / 3, 1 / 3]] + [[0, 0, 0]] * 2))  # fmt: skip
        price = np.array([10.0, 3, 4])
        found = curve(I2, fleets, price, tail=1e-4)
        for step in range(0, 16, 3):
            stock = found.stock(step)
            share = availability_by_site(found.problem, stock)
            assert np.dot([2 / 3, 1 / 3], np.log(share[1:])) == pytest.approx(found.logarithm[step], abs=1e-10)
            assert (stock.sum(1) * price).sum() == pytest.approx(found.cost[step])
        assert found.reaching(0.999999) is None or found.availability[-1] >= 0.999999
        cost, value = [], []
        for lru in itertools.product(range(2), range(2), range(2)):
            for sru in itertools.product(range(3), range(2), range(2)):
                stock = np.array([lru, sru, (sru[0], sru[1], 0)])
                state = evaluate(I2, stock)
                cost.append(float((stock.sum(1) * price).sum()))
                value.append(float(-np.dot([2 / 3, 1 / 3], np.log1p(-state.ebo[0, 1:] / [10.0, 5.0]))))
        line = np.interp(cost, found.cost, -found.logarithm)
        assert np.all(line <= np.array(value) * 1.02 + 1e-12)  # SRU path: at most two hundredths behind here

    def test_a_target_that_no_spares_reach(self) -> None:
        found = f1_curve()
        assert found.reaching(1.5) is None
        assert found.reaching(0.98) == found.within(56)

    def test_parts_without_demand_are_not_bought(self) -> None:
        found = marginal.curve([0.0, 1.0], [0.0, 1.0], [1.0, 1.0], systems=10, installed=1)
        assert 0 not in found.item


class TestExchange:
    def test_the_linear_programme_of_systems_and_support(self) -> None:
        """A-69 to A-72: the perspective of F1's curve, 12 for a system, 360 to spend."""
        found = f1_curve()
        alpha, beta = exchange.pieces(found.cost / 20.0, found.availability)
        best = exchange.best_mix(alpha, beta, float(found.availability[-1]), 12.0, 360.0)
        assert best.systems == printed(26.5682656827)
        assert best.support == printed(41.1808118081)
        assert best.available == printed(24.9814194137)
        assert best.worth == printed(0.0693928317)
        more = exchange.best_mix(alpha, beta, float(found.availability[-1]), 12.0, 361.0)
        assert more.available - best.available == pytest.approx(best.worth, rel=1e-6)

    def test_the_hull_at_whole_systems(self) -> None:
        """A-72: the curve of a fleet of that size, its hull at what is left of the money."""
        for systems, value in ((26, 24.9547520513), (27, 25.2661149555)):
            found = f1_curve(float(systems))
            alpha, beta = exchange.pieces(found.cost, found.availability)
            assert systems * float(np.min(alpha + beta * (360.0 - 12.0 * systems))) == printed(value)

    def test_whole_systems_by_enumeration(self) -> None:
        best = {}
        for n in (26, 27, 28):
            found = f1_curve(float(n))
            best[n] = n * float(found.availability[found.within(360.0 - 12.0 * n)])
        assert best == {26: printed(24.6712014491, 9), 27: printed(25.2388967214, 9), 28: printed(24.6861472755, 9)}

    def test_small_fleets_cost_more(self) -> None:
        mean = F1["mean"] / 20.0
        apart, together = exchange.mix_penalty(mean, F1["price"], F1["installed"], [5.0] * 4, 0.95)
        assert apart > 1.3 * together
        one, same = exchange.mix_penalty(mean, F1["price"], F1["installed"], [20.0], 0.95)
        assert one == same
