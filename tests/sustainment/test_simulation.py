"""Formulas against the simulation in ``workshop``: exact ones within three standard errors, others within their band."""

from __future__ import annotations

import numpy as np
import pytest

from rampart.sustainment import cannibalisation, enumeration, pipelines, shops
from rampart.sustainment.echelon_network import Network
from rampart.sustainment.echelons import evaluate
from rampart.sustainment.shop_line import Line, step_all
from sustainment.published_networks import G2, I2, I2_STOCK
from sustainment.workshop import Workshop


def simulate(network, stock, *, seed: int, length: float, batches: int = 21, **more) -> Workshop:
    """The network as the simulation has it."""
    kids: dict[int, list] = {}
    for p, c, q in zip(network.parent, network.child, network.share, strict=True):
        kids.setdefault(int(p), []).append((int(c), float(q)))
    shop = Workshop(seed=seed, supplier=list(network.supplier), stock=stock, demand=network.demand,
                    repaired=network.repaired, days=network.turnaround, ship=network.order_ship, kids=kids, **more)  # fmt: skip
    shop.run(length, batches)
    return shop


def test_two_echelons_are_exact() -> None:
    shop = simulate(G2, [[3, 2, 1]], seed=11, length=6000.0)
    for base, exact in ((1, 0.7939076729), (2, 0.3698123476)):
        mean, error = shop.owed[0, base].mean()
        assert abs(mean - exact) <= 3 * error
        assert error < 0.05 * exact + 0.01  # else the test says little


def test_two_indentures_within_the_band() -> None:
    shop = simulate(I2, I2_STOCK.tolist(), seed=12, length=6000.0)
    state = evaluate(I2, I2_STOCK)
    for base in (1, 2):
        mean, error = shop.owed[0, base].mean()
        assert abs(mean - state.ebo[0, base]) <= 0.05 * state.ebo[0, base] + 3 * error
        assert error < 0.03


def test_a_part_in_two_parents() -> None:
    """Two LRUs of one site share an SRU: what is owed of it falls on both by their share of its demand."""
    one = np.ones((3, 1))
    net = Network(np.array([-1]), np.array([[0.2], [0.1], [0.0]]), one, 0 * one, np.array([[4.0], [6.0], [20.0]]), 0 * one,
                  np.zeros(3), np.array([0, 1]), np.array([2, 2]), np.array([0.6, 0.9]))  # fmt: skip
    stock = np.array([[1], [1], [3]])
    state = evaluate(net, stock)
    assert state.rate[2, 0] == pytest.approx(0.2 * 0.6 + 0.1 * 0.9)
    shop = simulate(net, stock.tolist(), seed=16, length=6000.0)
    for part, band in ((0, 0.05), (1, 0.05), (2, 0.0)):
        mean, error = shop.owed[part, 0].mean()
        assert abs(mean - state.ebo[part, 0]) <= band * state.ebo[part, 0] + 3 * error
        assert error < 0.05


def test_a_depot_with_two_bays() -> None:
    """A-51: exponential repair in a shop of two; exact by thinning, 7 % for two moments."""
    rng = np.random.default_rng(5)
    shop = Workshop(seed=13, supplier=[-1, 0, 0, 0], stock=[[2, 2, 2, 2]], demand=[[0, 0.1, 0.1, 0.1]],
                    repaired=[[1, 0, 0, 0]], days=[[5.0, 0, 0, 0]], ship=[[0, 5.0, 5.0, 5.0]], bays=[2, None, None, None],
                    time=lambda mean: rng.exponential(mean))  # fmt: skip
    shop.run(8000.0, 21)
    owed = np.mean([shop.owed[0, b].mean()[0] for b in (1, 2, 3)])
    error = np.mean([shop.owed[0, b].mean()[1] for b in (1, 2, 3)])
    assert abs(owed - 0.2692712252) <= 3 * error
    assert pytest.approx(0.2692712252, rel=0.07) == 0.2755998947


def test_lateral_supply_within_its_band() -> None:
    """Three bases help each other at once: one stock; the approximation's exact limit."""
    from rampart.sustainment.laterals import pooled_backorders

    rate, days, stock = 0.1, 10.0, 1
    mean = np.full(3, rate * days)
    pooled = pooled_backorders(mean, mean, np.full(3, stock), np.full(3, rate), 0.0)
    shop = Workshop(seed=14, supplier=[-1], stock=[[3]], demand=[[0.3]], repaired=[[1]], days=[[days]], ship=[[0]])
    shop.run(6000.0, 21)
    seen, error = shop.owed[0, 0].mean()
    assert abs(pooled.sum() - seen) <= 3 * error
    alone = pipelines.expected_backorders(1.0, 1.0, 1)
    far = pooled_backorders(mean, mean, np.full(3, stock), np.full(3, rate), 1e6)
    assert far == pytest.approx(np.full(3, float(alone)))
    near = pooled_backorders(mean, mean, np.full(3, stock), np.full(3, rate), 2.0)
    assert pooled.sum() < near.sum() < 3 * alone


def lateral_simulation(days_between: float, seed: int) -> tuple[float, float]:
    """Bases that send each other a spare when one has it: its own event loop, units found by looking around."""
    import heapq

    rng = np.random.default_rng(seed)
    net, pending = [1, 1, 1], [0, 0, 0]
    events: list[tuple[float, int, int]] = [(float(rng.exponential(10.0)), 0, b) for b in range(3)]
    heapq.heapify(events)
    clock, area, means = 0.0, 0.0, []
    mark = 6000.0
    while len(means) < 21:
        at, kind, base = heapq.heappop(events)
        while at > mark:
            area += sum(pending) * (mark - clock)
            means.append(area / 6000.0)
            clock, area, mark = mark, 0.0, mark + 6000.0
        area += sum(pending) * (at - clock)
        clock = at
        if kind == 0:  # removal: the bad unit is mended in ten days
            heapq.heappush(events, (at + rng.exponential(10.0), 0, base))
            heapq.heappush(events, (at + 10.0, 1, base))
            pending[base] += 1
        elif kind == 1:
            net[base] += 1
        else:  # a spare arrives from another base
            pending[base] -= 1
            continue
        for b in range(3):
            while net[b] > 0 and pending[b] > waiting_for_truck(events, b):
                net[b] -= 1
                pending[b] -= 1
        for b in range(3):
            while pending[b] > waiting_for_truck(events, b) and max(net) > 0:
                net[int(np.argmax(net))] -= 1
                heapq.heappush(events, (at + days_between, 2, b))
    kept = np.array(means[1:])
    return float(kept.mean()), float(kept.std(ddof=1) / np.sqrt(len(kept)))


def waiting_for_truck(events: list[tuple[float, int, int]], base: int) -> int:
    return sum(1 for _, kind, b in events if kind == 2 and b == base)


def test_lateral_supply_that_takes_two_days() -> None:
    from rampart.sustainment.laterals import pooled_backorders

    mean = np.ones(3)
    found = pooled_backorders(mean, mean, np.ones(3), np.full(3, 0.1), 2.0).sum()
    seen, error = lateral_simulation(2.0, 21)
    assert abs(found - seen) <= 0.15 * seen + 3 * error


def test_a_closed_fleet() -> None:
    """A-42 by simulation: ten systems, two spares, use stops for systems that are down."""
    rng = np.random.default_rng(22)
    down, clock, area = 0, 0.0, 0.0
    for _ in range(400_000):
        up_rate, down_rate = 0.05 * min(10, 12 - down), down / 8.0
        step = rng.exponential(1.0 / (up_rate + down_rate))
        area += max(down - 2, 0) * step
        clock += step
        down += 1 if rng.random() * (up_rate + down_rate) < up_rate else -1
    assert area / clock == pytest.approx(1.5269669390, rel=0.02)


def test_cannibalisation_by_drawing() -> None:
    rng = np.random.default_rng(23)
    mean, stock, installed = np.array([1.5, 0.8, 3.0]), np.array([2, 1, 3]), np.array([1, 1, 2])
    short = np.maximum(rng.poisson(mean, (200_000, 3)) - stock, 0)
    down = np.ceil(short / installed).max(1)
    below = cannibalisation.systems_down(mean, mean, stock, systems=24, installed=installed)
    assert cannibalisation.expected_down(below) == pytest.approx(down.mean(), abs=4 * down.std() / np.sqrt(len(down)))


def test_the_shop_of_a_course_is_the_shop_of_the_equations() -> None:
    """Crank-Nicolson step by step against the stiff solver, through opening, surge and more bays; it begins empty."""
    step = 365.25 / 36
    rate = np.repeat([0.8] * 3 + [1.6] * 4 + [1.0] * 5, 3)
    bays = np.repeat([0.0] * 2 + [6.0] * 4 + [10.0] * 6, 3)
    line, mean, variance, jobs = Line(1), [], [], []
    line.settle(np.zeros(1), np.full(1, 6.0), 6.0, 0.0, 0.0)
    for r, c in zip(rate, bays, strict=True):
        for _ in range(4):
            step_all([line], step / 4, [np.array([r])], [np.array([6.0])], np.array([float(c)]), np.zeros(1))
        jobs.append(line.jobs)
        mean.append(float(np.arange(len(line.p)) @ line.p))
        variance.append(line.all_variance)
        assert line.queue <= line.jobs + 1e-9
    spans = [(step, r, 6.0, b) for r, b in zip(rate, bays, strict=True)]
    exact, spread, _ = shops.shop_over_time(spans, start=np.array([1.0]))
    assert mean == pytest.approx(exact, rel=2e-3, abs=5e-3)
    assert variance == pytest.approx(spread, rel=1e-2, abs=3e-2)
    assert jobs == pytest.approx(exact, rel=2e-2, abs=2e-2)  # those on bays by an equation of their own


def test_a_shop_shared_by_parts_is_thinned() -> None:
    """Two parts in one shop: each has its share of the queue."""
    rng = np.random.default_rng(7)
    shop = Workshop(seed=15, supplier=[-1], stock=[[1], [0]], demand=[[0.24], [0.56]], repaired=[[1], [1]],
                    days=[[2.0], [2.0]], ship=[[0], [0]], bays=[2], time=lambda mean: rng.exponential(mean))  # fmt: skip
    shop.run(6000.0, 21)
    pmf = enumeration.thinned(shops.shop_distribution(0.8, 2.0, 2), 0.3)
    exact = enumeration.moments(enumeration.short_of(pmf, 1))[0]
    mean, error = shop.owed[0, 0].mean()
    assert abs(mean - exact) <= 3 * error
