"""The check values of the methods note, to the printed digits (issue 4, METHODS part A)."""

from __future__ import annotations

import numpy as np
import pytest

from rampart.sustainment import (
    availability,
    cannibalisation,
    condemnation,
    enumeration,
    marginal,
    pipelines,
    shops,
    surge,
    wear,
)
from rampart.sustainment.echelon_network import Network
from rampart.sustainment.echelons import evaluate
from sustainment.published_networks import A17, G1, G2, I2, I2_STOCK, f1_curve, printed


def ebo(mean: float, variance: float, *stocks: int) -> list[float]:
    return [float(x) for x in pipelines.expected_backorders(mean, variance, np.array(stocks))]


class TestOneSite:
    def test_poisson(self) -> None:
        assert ebo(4, 4, 0, 1, 2, 3, 4) == [
            printed(x) for x in (4, 3.0183156389, 2.1098938333, 1.3479971389, 0.7814672593)
        ]
        assert ebo(4, 4, 5, 6, 7, 8) == [printed(x) for x in (0.4103041944, 0.1954345815, 0.0847606031, 0.0336269873)]
        assert pipelines.backorders(4, 4, 4)[1] == printed(1.6554284412)
        assert pipelines.fill_rate(4, 4, 4) == printed(0.4334701204)
        assert pipelines.ready_rate(4, 4, 4) == printed(0.6288369352)

    @pytest.mark.parametrize("mean", [0.02, 3.7, 80.0, 499.0, 501.0])
    @pytest.mark.parametrize("wide", [1.0, 1.8, 30.0])
    def test_enough_is_the_first_stock_that_is_hardly_exceeded(self, mean: float, wide: float) -> None:
        most = pipelines.enough(mean, mean * wide, 1e-7)
        assert pipelines.exceeds(mean, mean * wide, most) <= 1e-7 < pipelines.exceeds(mean, mean * wide, most - 1)

    def test_negative_binomial(self) -> None:
        assert ebo(4, 6, 1, 2, 4, 8) == [printed(x) for x in (3.0390184423, 2.1820860641, 0.9537841454, 0.1063030097)]
        assert pipelines.backorders(4, 6, 3)[1] == printed(3.8825287580)
        assert ebo(1.2, 6, 2) == [printed(0.582156, 6)]

    def test_two_binomials(self) -> None:
        assert ebo(2, 1.5, 1, 2, 3) == [printed(x) for x in (1.1001129150, 0.4671936035, 0.1457366943)]
        assert ebo(2.3, 1.1, 1, 2, 3, 5) == [printed(x) for x in (1.3378342606, 0.5617054116, 0.1346715278, 0)]

    def test_small_and_large_means(self) -> None:
        assert ebo(1e-3, 1e-3, 1)[0] == pytest.approx(4.9983337499e-07, rel=1e-9)
        assert ebo(1e-3, 1e-3, 2)[0] == pytest.approx(1.6658335833e-10, rel=1e-9)
        assert ebo(1000, 1000, 1000, 1050) == [printed(12.6146113487), printed(0.7980484866)]
        assert ebo(15, 15, 18)[0] == pytest.approx(0.5176095282584724, abs=1e-13)  # stockpyl documentation


class TestTwoEchelons:
    @pytest.mark.parametrize(
        ("network", "stock", "base", "metric", "vari", "exact"),
        [
            (G1, [4, 1, 1, 1], 1, 0.5324669078, 0.5673571895, 0.5714685229),
            (G1, [4, 2, 2, 2], 1, 0.1791329300, 0.2228711332, 0.2245413877),
            (G1, [4, 3, 3, 3], 3, 0.0488666125, 0.0782309099, 0.0768111454),
            (G1, [0, 2, 2, 2], 2, 0.8693824938, 0.8693824938, 0.8693824938),
            (G1, [8, 2, 2, 2], 1, 0.0274835963, 0.0366175564, 0.0370921984),
            (G2, [3, 2, 1], 1, 0.7136091138, 0.7880398744, 0.7939076729),
            (G2, [3, 2, 1], 2, 0.3487656329, 0.3688242163, 0.3698123476),
            (A17, [5, 3], 1, 2.0128500198, 2.1541475582, 2.1813615477),
        ],
    )
    def test_base(self, network, stock, base, metric, vari, exact) -> None:
        table = np.array([stock])
        assert evaluate(network, table, method="metric").ebo[0, base] == printed(metric)
        assert evaluate(network, table).ebo[0, base] == printed(vari)
        state = evaluate(network, table)
        own = network.rate * (network.repaired * network.turnaround + network.upwards * network.order_ship)
        shares = network.rate[0, 1:] * network.upwards[0, 1:] / network.rate[0, 0]
        found = enumeration.two_echelons(
            enumeration.poisson(float(state.mean[0, 0])), stock[0], list(shares), list(own[0, 1:]), stock[1:]
        )
        assert found[base - 1] == printed(exact)

    def test_moments(self) -> None:
        state = evaluate(G1, np.array([[4, 1, 1, 1]]))
        assert (state.ebo[0, 0], state.vbo[0, 0]) == (printed(2.2330027046), printed(4.5724810338))
        assert (state.mean[0, 1], state.variance[0, 1]) == (printed(1.2443342349), printed(1.5042762714))
        state = evaluate(G2, np.array([[3, 2, 1]]))
        assert list(state.mean[0, 1:]) == [printed(2.2737218309), printed(0.9694887324)]
        assert list(state.variance[0, 1:]) == [printed(2.9665792644), printed(1.0803459217)]


class TestIndentures:
    def network(self) -> Network:
        """I1: one site, an LRU and three SRUs."""
        one = np.ones((4, 1))
        return Network(
            supplier=np.array([-1]),
            demand=np.array([[0.3], [0], [0], [0]]),
            repaired=one,
            condemned=0 * one,
            turnaround=np.array([[4.0], [10], [20], [15]]),
            order_ship=0 * one,
            replacement=np.zeros(4),
            parent=np.array([0, 0, 0]),
            child=np.array([1, 2, 3]),
            share=np.array([0.5, 0.3, 0.2]),
        )

    @pytest.mark.parametrize(
        ("stock", "mod", "vari", "exact"),
        [
            (2, 0.6755111487, 0.7358378992, 0.7365331521),
            (4, 0.1102927177, 0.1625067580, 0.1627521472),
            (6, 0.0104293637, 0.0266197378, 0.0261270406),
        ],
    )
    def test_one_site(self, stock: int, mod: float, vari: float, exact: float) -> None:
        held = np.array([[stock], [2], [2], [1]])
        state = evaluate(self.network(), held)
        assert list(state.ebo[1:, 0]) == [printed(x) for x in (0.2809555605, 0.4281357752, 0.3065696597)]
        assert (state.mean[0, 0], state.variance[0, 0]) == (printed(2.2156609955), printed(2.7512596825))
        assert state.ebo[0, 0] == printed(vari)
        assert evaluate(self.network(), held, method="metric").ebo[0, 0] == printed(mod)
        assert enumeration.two_indentures(1.2, [1.5, 1.8, 0.9], [2, 2, 1], stock) == printed(exact)

    def test_two_echelons(self) -> None:
        """I2, whose simulation is in test_simulation."""
        state = evaluate(I2, I2_STOCK)
        assert list(state.ebo[1:, 0]) == [printed(1.4988473696), printed(1.1439886747)]
        assert (state.mean[0, 0], state.variance[0, 0]) == (printed(3.1667527687), printed(3.6363950092))
        assert state.ebo[0, 0] == printed(1.4150669025)
        assert (state.mean[0, 1], state.variance[0, 1]) == (printed(2.1709783727), printed(2.7975371522))
        assert list(state.ebo[0, 1:]) == [printed(0.7180601658), printed(0.8605334226)]
        plain = evaluate(I2, I2_STOCK, method="metric")
        assert plain.ebo[0, 0] == printed(1.3844808412)
        assert plain.mean[0, 1] == printed(2.1216601315)
        assert list(plain.ebo[0, 1:]) == [printed(0.6155690744), printed(0.8242255724)]


SURGE = surge.Profile(np.array([0.0, 30.0]), np.array([1.0, 0.4]), np.array(0.2))


class TestSurge:
    def test_repair_times(self) -> None:
        t = np.array([5.0, 10, 30, 45])
        assert list(surge.fixed(SURGE, t, 10.0)) == [printed(x) for x in (6, 10, 10, 4)]
        single = surge.exponential(SURGE, t, 10.0)
        double = surge.exponential(SURGE, t, 10.0, stages=2)
        assert list(single) == [printed(x) for x in (5.1477547223, 7.0569644706, 9.6017034531, 5.2499089886)]
        assert list(double) == [printed(x) for x in (5.5854467059, 7.8346354682, 9.9206799303, 4.7413759941)]
        assert [ebo(m, m, 6)[0] for m in surge.fixed(SURGE, t, 10.0)] == [
            printed(x) for x in (0.9637388463, 4.1099888965, 4.1099888965, 0.1954345815)
        ]
        assert [ebo(m, m, 6)[0] for m in single] == [
            printed(x) for x in (0.5519557962, 1.6333492766, 3.7416206600, 0.5947461662)
        ]
        assert [ebo(m, m, 6)[0] for m in double] == [
            printed(x) for x in (0.7480394832, 2.2178948317, 4.0361106933, 0.3998372266)
        ]
        more = {5: 5.1477547223, 10: 7.0569644706, 20: 8.9173177341, 30: 9.6017034531, 35: 7.3976048909,
                45: 5.2499089886, 60: 4.2788923928}  # fmt: skip
        found = surge.exponential(SURGE, np.array(list(more), float), 10.0)
        assert list(found) == [printed(x) for x in more.values()]

    def test_repair_that_begins_late(self) -> None:
        found = surge.exponential(SURGE, np.array([20.0, 30, 45]), 10.0, opens=20.0)
        assert list(found) == [printed(x) for x in (22, 14.4145532941, 6.3238009444)]

    def test_two_echelons(self) -> None:
        t = np.array([10.0, 20, 40])
        mean, variance = surge.two_echelons(SURGE, t, share=0.5, order_ship=5.0, turnaround=12.0, depot_stock=4)
        assert (mean[0], variance[0]) == (printed(3.7896000298), printed(4.4389817950))
        owing = float(surge.fixed(SURGE, t[:1] - 5.0, 12.0)[0])
        assert ebo(owing, owing, 4)[0] == printed(2.5792000596)
        assert ebo(mean[0], mean[0], 3)[0] == printed(1.1910524509)
        assert ebo(mean[0], variance[0], 3)[0] == printed(1.2417513217)
        assert ebo(mean[1], mean[1], 3)[0] == printed(3.5572028439)
        assert ebo(mean[1], variance[1], 3)[0] == printed(3.5733704059)
        exact = {0: 0.0052217056, 5: 0.4513581296, 10: 1.2449842642, 20: 3.5789214358, 40: 1.0863110630,
                 60: 0.1673119422}  # fmt: skip
        for at, value in exact.items():
            depot = float(surge.fixed(SURGE, np.array([at - 5.0]), 12.0)[0])
            own = 0.5 * float(SURGE.within(np.array([float(at)]), 5.0)[0])
            found = enumeration.two_echelons(enumeration.poisson(depot), 4, [0.5], [own], [3])[0]
            assert found == printed(value), at


class TestAvailability:
    MEAN = np.array([1.5, 0.8, 3.0])
    STOCK = np.array([2, 1, 3])
    INSTALLED = np.array([1, 1, 2])

    def test_no_cannibalisation(self) -> None:
        short = pipelines.expected_backorders(self.MEAN, self.MEAN, self.STOCK)
        product = availability.supply_availability(short, 24, self.INSTALLED)
        assert product == printed(0.9508283404)
        exact = [
            enumeration.placed_at_random(enumeration.short_of(enumeration.poisson(m), s), 24, z)
            for m, s, z in zip(self.MEAN, self.STOCK, self.INSTALLED, strict=True)
        ]
        assert np.prod(exact) == printed(0.9510953742)
        assert availability.operational(product, 40, 3) == printed(0.8844914794)
        assert availability.operational(product, 40, 3, harmonic=True) == printed(0.8875362442)

    def test_cannibalisation(self) -> None:
        arrays = (self.MEAN, self.MEAN, self.STOCK)
        below = cannibalisation.systems_down(*arrays, systems=24, installed=self.INSTALLED)
        assert cannibalisation.expected_down(below) == printed(0.8086626048)
        assert 1 - cannibalisation.expected_down(below) / 24 == printed(0.9663057248)
        assert list(below[:3]) == [printed(x) for x in (0.4234119532, 0.8153568983, 0.9609355896)]
        some = np.array([True, False, True])
        below = cannibalisation.systems_down(*(a[some] for a in arrays), systems=24, installed=self.INSTALLED[some])
        assert cannibalisation.expected_down(below) == printed(0.6575560832)
        found = cannibalisation.availability(*arrays, systems=24, installed=self.INSTALLED, movable=some)
        assert found == printed(0.9624977546)

    def test_closed_fleet(self) -> None:
        assert ebo(4, 4, 2)[0] == printed(2.1098938333)
        assert availability.closed_fleet(10, 2, 0.05, 8.0)[0] == printed(1.5269669390)
        assert availability.closed_fleet(10, 2, 0.05, 8.0, 3) == (printed(3.0564230368), printed(0.6943576963))


class TestShops:
    def test_two_bays(self) -> None:
        queue = shops.shop_queue(0.8, 2.0, 2)
        assert (queue.waits, queue.mean) == (printed(0.7111111111), printed(4.4444444444))
        assert queue.variance == printed(20.2469135802)
        pmf = shops.shop_distribution(0.8, 2.0, 2)
        short = {0: 4.4444444444, 2: 2.8444444444, 3: 2.2755555556, 4: 1.8204444444, 6: 1.1650844444, 8: 0.7456540444}
        for s, value in short.items():
            assert enumeration.moments(enumeration.short_of(pmf, s))[0] == printed(value)
        assert ebo(1.6, 1.6, 2, 4) == [printed(0.3268274648), printed(0.0313724674)]
        assert ebo(queue.mean, queue.variance, 2, 4, 8) == [
            printed(x) for x in (2.8915389058, 1.8514745775, 0.7407468891)
        ]
        assert [shops.shop_queue(0.8, 2.0, c).mean for c in (3, 4, 5)] == [
            printed(x) for x in (1.9129106188, 1.6604664895, 1.6121814353)
        ]

    def test_share_of_a_shop(self) -> None:
        mean, variance = shops.shared(4.4444444444444446, 20.246913580246915, np.array(0.3))
        assert (mean, variance) == (printed(1.3333333333), printed(2.7555555556))
        pmf = enumeration.thinned(shops.shop_distribution(0.8, 2.0, 2), 0.3)
        assert [enumeration.moments(enumeration.short_of(pmf, s))[0] for s in (1, 2, 3)] == [
            printed(x) for x in (0.7272727273, 0.3966942149, 0.2163786627)
        ]

    def test_fixed_repair_time(self) -> None:
        queue = shops.one_bay(0.4, 2.0, 0.0)
        assert (queue.mean, queue.variance) == (printed(2.4), printed(5.8133333333))
        # at departures the queue is an embedded chain: its stationary distribution gives the backorders exactly
        arrivals = np.exp(-0.8) * np.cumprod(np.append(1.0, 0.8 / np.arange(1, 160)))
        left = np.zeros(160)
        left[0] = 0.2
        for n in range(159):
            before = left[0] * arrivals[n] + left[1 : n + 1] @ arrivals[n:0:-1]
            left[n + 1] = (left[n] - before) / arrivals[0]
        short = [float(np.maximum(np.arange(160) - s, 0) @ left.clip(min=0)) for s in (1, 2, 3, 4)]
        assert short == [printed(x, 8) for x in (1.6, 1.0451081857, 0.6796281220, 0.4417276418)]

    def test_depot_shop(self) -> None:
        """A-51: three bases on a depot with two bays."""
        pmf = shops.shop_distribution(0.3, 5.0, 2)
        assert enumeration.moments(enumeration.short_of(pmf, 2)) == (printed(1.9285714286), printed(9.7806122449))
        for stock, exact in ((1, 0.5544315191), (2, 0.2692712252)):
            found = enumeration.two_echelons(pmf, 2, [1 / 3] * 3, [0.5] * 3, [stock] * 3)
            assert found == [printed(exact)] * 3
        assert enumeration.two_echelons(enumeration.poisson(1.5), 2, [1 / 3], [0.5], [2]) == [printed(0.0291895035)]
        owed, spread = enumeration.moments(enumeration.short_of(pmf, 2))
        mean, variance = surge.below(owed, spread, 1 / 3, 0.5)
        assert ebo(float(mean), float(variance), 2)[0] == printed(0.2755998947)

    def test_surge(self) -> None:
        """A-53, A-54: a shop with three bays through twenty days of double demand."""
        start = shops.shop_distribution(1.0, 2.0, 3)
        spans = [(5.0, 2.0, 2.0, 3.0)] * 4 + [(5.0, 1.0, 2.0, 3.0)] * 8
        mean, _, _ = shops.shop_over_time(spans, start=start, states=250)
        assert start @ np.arange(len(start)) == printed(2.8888888889)
        wanted = {5: 6.51178686, 10: 9.40488956, 20: 14.74759530, 25: 12.50426636, 30: 10.57688489, 40: 7.65016839,
                  60: 4.58368798}  # fmt: skip
        assert {t: mean[t // 5 - 1] for t in wanted} == {t: printed(v, 8) for t, v in wanted.items()}
        for t, value in ((10, 4.08459088), (20, 9.01544342), (40, 3.53976058)):
            pmf = shops.shop_over_time(spans[: t // 5], start=start, states=250)[2]
            assert enumeration.moments(enumeration.short_of(pmf, 6))[0] == printed(value, 8)


class TestCondemnation:
    def test_replaced(self) -> None:
        mean = float(condemnation.replaced(0.5, 0.1, 12, 180))
        assert mean == printed(14.4)
        assert ebo(mean, mean, 10, 15, 20) == [printed(x) for x in (4.5850725387, 1.2345812552, 0.1469279295)]

    def test_never_replaced(self) -> None:
        for days, mean, short in ((30, 6.9, 0.1848722441), (90, 9.9, 1.1975209218)):
            found = float(condemnation.never_replaced(0.5, 0.1, 12, days))
            assert found == printed(mean)
            assert ebo(found, found, 10)[0] == printed(short)


class TestMarginal:
    def test_order_of_purchases(self) -> None:
        """A-57, A-58: by backorders, which is what availability becomes in a very large fleet."""
        mean = np.array([1.0, 4.0])
        found = marginal.curve(mean, mean, [5.0, 1.0], systems=1e7, installed=1)
        assert list(found.item[:12]) == [1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0]
        for cost, short in ((6, 1.1954345815), (11, 0.5633140226), (18, 0.1372653108), (24, 0.0356004792)):
            step = found.within(cost)
            assert found.cost[step] == cost
            assert pipelines.expected_backorders(mean, mean, found.bought(step, 2)).sum() == printed(short)

    def test_fleet(self) -> None:
        found = f1_curve()
        wanted = {0: 0.6350300274, 6.5: 0.7828572052, 17.5: 0.8831965469, 33.5: 0.9454179424, 56: 0.9813250657}
        for cost, value in wanted.items():
            step = found.within(cost)
            assert found.cost[step] == cost
            assert found.availability[step] == printed(value)
        assert list(found.bought(found.within(56), 6)) == [1, 3, 6, 0, 8, 2]

    def test_equal_items(self) -> None:
        found = marginal.curve([2.0] * 40, [2.0] * 40, 1.0, systems=10, installed=1)
        wanted = (0.00013292, 0.00806292, 0.10794002, 0.41407134, 0.73956067, 0.91388251)
        assert [found.availability[40 * s] for s in range(6)] == [printed(x, 8) for x in wanted]


class TestWear:
    def test_all_new(self) -> None:
        wanted = {1000: 0.0336022121, 1500: 0.5266084847, 2250: 1.0165850073, 3000: 1.5193515210, 4500: 2.5178049920,
                  7500: 4.5187260527}  # fmt: skip
        found = wear.replacements(np.array(list(wanted), float), 1500, 0.2)
        assert list(found) == [printed(x) for x in wanted.values()]
        assert wear.count_variance(4500, 1500, 0.2) == printed(0.2581960634)

    def test_fleet_by_month(self) -> None:
        monthly = 40 * np.diff(wear.replacements(300.0 * np.arange(12), 1500, 0.2))
        wanted = {4: 5.82431416, 5: 14.79343402, 6: 12.66673518, 8: 3.53526091, 10: 10.91886771}
        assert [monthly[m - 1] for m in wanted] == [printed(x, 8) for x in wanted.values()]
