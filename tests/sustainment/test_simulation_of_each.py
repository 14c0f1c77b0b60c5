"""One simulation for each approximation that the others do not cover: time, condemnation, batches, clusters, k of n."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import simpy

from rampart.sustainment import batches, cannibalisation, pipelines
from rampart.sustainment.availability import part_factor
from rampart.sustainment.condemnation import never_replaced, replaced
from rampart.sustainment.echelons import evaluate
from rampart.sustainment.history import share_since
from rampart.sustainment.past import Past
from sustainment.published_networks import G2
from sustainment.workshop import Watch

Draw = Callable[[np.random.Generator, int], np.ndarray]


def away(rng: np.random.Generator, rate: float, delay: Draw, times: np.ndarray, begin: float = 0.0) -> np.ndarray:
    """Units away at each time: removals one after another, each back after its own delay."""
    removed = begin + np.cumsum(rng.exponential(1.0 / rate, int(rate * (times[-1] - begin) * 1.2) + 200))
    back = np.sort(removed + delay(rng, len(removed)))
    return np.searchsorted(removed, times, "right") - np.searchsorted(back, times, "right")


def mean_and_error(samples: np.ndarray) -> tuple[float, float]:
    """Mean over runs (first axis) and its standard error."""
    means = samples.reshape(len(samples), -1).mean(axis=1)
    return float(means.mean()), float(means.std(ddof=1) / np.sqrt(len(means)))


def close(found: float, samples: np.ndarray, band: float = 0.0) -> None:
    """Within three standard errors of the simulation, and a band where the formula is an approximation."""
    seen, error = mean_and_error(samples)
    assert abs(found - seen) <= 3 * error + band * seen
    assert error < 0.05 * seen + 0.005  # else the test says little


def test_condemned_parts_bought_again() -> None:
    """A-55: a tenth is thrown away and waits for its purchase."""
    rng = np.random.default_rng(31)

    def delay(r: np.random.Generator, n: int) -> np.ndarray:
        return np.where(r.random(n) < 0.1, 180.0, r.gamma(3.0, 4.0, n))

    times = np.arange(400.0, 8000.0, 5.0)
    short = np.array([np.maximum(away(rng, 0.5, delay, times) - 15, 0) for _ in range(40)])
    mean = float(replaced(0.5, 0.1, 12, 180))
    close(float(pipelines.expected_backorders(mean, mean, 15)), short)


def test_condemned_parts_never_bought_again() -> None:
    """A-56: at day 90, repair of a fixed length, nothing bought."""
    rng = np.random.default_rng(32)

    def repaired(r: np.random.Generator, n: int) -> np.ndarray:
        return np.where(r.random(n) < 0.1, 0.0, 12.0)  # those condemned are counted below

    short = []
    for _ in range(3000):
        before = away(rng, 0.5, repaired, np.array([90.0]), begin=-30.0)  # in repair at day 90, whenever removed
        gone = rng.poisson(0.5 * 0.1 * 90)
        short.append(np.maximum(before + gone - 10, 0))
    mean = float(never_replaced(0.5, 0.1, 12, 90))
    close(float(pipelines.expected_backorders(mean, mean, 10)), np.array(short, float))


def test_removals_in_clusters_are_negative_binomial() -> None:
    """Mean 4 and variance 6: units go in clusters of log-series size that come back together."""
    rng, ratio = np.random.default_rng(33), 4.0 / 6.0
    events = 8.0 * -np.log(ratio) / 10.0
    short = []
    for _ in range(40):
        at = np.cumsum(rng.exponential(1.0 / events, 4000))
        size = rng.logseries(1.0 - ratio, 4000)
        total = np.concatenate(([0], np.cumsum(size)))
        times = np.arange(50.0, at[-1] - 50.0, 3.0)
        out = total[np.searchsorted(at, times, "right")] - total[np.searchsorted(at, times - 10.0, "right")]
        short.append(np.maximum(out - 4, 0)[:3000])
    close(float(pipelines.expected_backorders(4.0, 6.0, 4)), np.array(short, float))


def test_a_surge() -> None:
    """A-27 to A-30: use rises fivefold for thirty days; exponential repair of ten days, six spares."""
    rng, times = np.random.default_rng(34), np.array([5.0, 10.0, 30.0, 45.0])
    short = []
    for _ in range(8000):
        counts = rng.poisson([0.2 * 100, 1.0 * 30, 0.4 * 20])
        removed = np.concatenate(
            [rng.uniform(a, b, n) for (a, b), n in zip(((-100, 0), (0, 30), (30, 50)), counts, strict=True)]
        )
        back = removed + rng.exponential(10.0, len(removed))
        out = ((removed[:, None] <= times) & (back[:, None] > times)).sum(axis=0)
        short.append(np.maximum(out - 6, 0))
    seen = np.array(short, float)
    for n, mean in enumerate((5.1477547223, 7.0569644706, 9.6017034531, 5.2499089886)):
        close(float(pipelines.expected_backorders(mean, mean, 6)), seen[:, n])


def test_a_surge_over_two_echelons() -> None:
    """A-33, A-34: first come, first served at the depot, so the n-th request has the n-th unit that comes free."""
    rng, times = np.random.default_rng(35), np.array([10.0, 20.0, 40.0])
    short = []
    for _ in range(6000):
        counts = rng.poisson([0.2 * 100, 1.0 * 30, 0.4 * 20])
        asked = np.sort(np.concatenate(
            [rng.uniform(a, b, n) for (a, b), n in zip(((-100, 0), (0, 30), (30, 50)), counts, strict=True)]
        ))  # fmt: skip
        free = np.concatenate((np.full(4, -np.inf), asked + 12.0))[: len(asked)]
        there = np.maximum(asked, free) + 5.0
        mine = rng.random(len(asked)) < 0.5
        out = ((asked[mine, None] <= times) & (there[mine, None] > times)).sum(axis=0)
        short.append(np.maximum(out - 3, 0))
    seen = np.array(short, float)
    for n, (exact, fitted) in enumerate(((1.2449842642, 1.2417513217), (3.5789214358, 3.5733704059))):
        close(exact, seen[:, n])
        close(fitted, seen[:, n], band=0.005)


def test_batches_of_a_consumable() -> None:
    """Reorder point 2, batches of 4, eight on order on average."""
    env, rng = simpy.Environment(), np.random.default_rng(36)
    owed, state = Watch(env), {"net": 6, "position": 6}

    def arrives() -> object:
        yield env.timeout(20.0)
        before = max(-state["net"], 0)
        state["net"] += 4
        owed.change(max(-state["net"], 0) - before)

    def demand() -> object:
        while True:
            yield env.timeout(rng.exponential(1.0 / 0.4))
            before = max(-state["net"], 0)
            state["net"] -= 1
            state["position"] -= 1
            owed.change(max(-state["net"], 0) - before)
            if state["position"] == 2:
                state["position"] += 4
                env.process(arrives())

    env.process(demand())
    for _ in range(31):
        env.run(until=env.now + 3000.0)
        owed.cut(3000.0)
    seen, error = owed.mean()
    found = float(batches.batch_backorders(8.0, 8.0, 6, 4))
    assert abs(found - seen) <= 3 * error
    assert error < 0.03 * seen
    extra, spread = batches.added(np.array(4.0))
    fitted = float(pipelines.expected_backorders(8.0 + extra, 8.0 + spread, 6))
    assert abs(fitted - seen) <= 0.02 * seen + 3 * error  # what the months take: two moments


@pytest.mark.parametrize("needed", [2, 3, 4])
def test_k_of_n_by_drawing(needed: int) -> None:
    """Holes fall on places at random: 12 systems with four places, of which ``needed`` must be filled."""
    rng, systems, places, stock, mean = np.random.default_rng(37), 12, 4, 3, 9.0
    share = []
    for _ in range(6000):
        holes = min(max(rng.poisson(mean) - stock, 0), systems * places)
        at = rng.choice(systems * places, holes, replace=False) // places
        share.append(float((places - np.bincount(at, minlength=systems) >= needed).mean()))
    short = float(pipelines.expected_backorders(mean, mean, stock))
    found = float(part_factor(short, systems, places, needed))
    seen, error = mean_and_error(np.array(share)[:, None])
    # the spread of the number of holes counts twice where several may be empty: an approximation
    assert abs(found - seen) <= 0.02 + 3 * error


def test_holes_at_random_and_holes_gathered() -> None:
    """A-36 to A-38: the same shortages without cannibalisation, and with."""
    rng, systems = np.random.default_rng(38), 24
    mean, stock, installed = np.array([1.5, 0.8, 3.0]), np.array([2, 1, 3]), np.array([1, 1, 2])
    whole, gathered = [], []
    for _ in range(6000):
        short = np.maximum(rng.poisson(mean) - stock, 0)
        down = np.zeros(systems, bool)
        for holes, z in zip(short, installed, strict=True):
            down[rng.choice(systems * z, holes, replace=False) // z] = True
        whole.append(1 - down.mean())
        gathered.append(1 - np.ceil(short / installed).max() / systems)
    product = float(np.prod(part_factor(pipelines.expected_backorders(mean, mean, stock), systems, installed)))
    close(product, np.array(whole)[:, None], band=0.001)
    every = np.ones(3, bool)
    found = cannibalisation.availability(mean, mean, stock, systems=systems, installed=installed, movable=every)
    close(found, np.array(gathered)[:, None])


def test_metric_is_too_hopeful_and_is_not_the_default() -> None:
    stock = np.array([[3, 2, 1]])
    for base, exact in ((1, 0.7939076729), (2, 0.3698123476)):
        metric = evaluate(G2, stock, method="metric").ebo[0, base]
        default = evaluate(G2, stock).ebo[0, base]
        assert metric < default < exact
        assert default == pytest.approx(exact, rel=0.05)


def test_what_is_owed_is_shared_by_the_requests_it_goes_back_to() -> None:
    """One site alone asks for two months, then another asks as much: what was owed before is still the first one's."""
    steady, owed, month = np.array([[0.3]]), np.array([[20.0]]), 365.25 / 12
    asked, mine = Past(np.zeros((1, 1)), np.ones((1, 1))), Past(np.zeros((1, 1)), np.full((1, 1), 0.3))
    assert share_since(asked, mine, np.array([0]), np.array([0]), np.array([0.0]), owed, steady) == pytest.approx(0.3)
    mine = Past(np.zeros((1, 1)), np.zeros((1, 1)))
    shares = []
    for day in range(1, 184):
        asked.put(float(day), np.full((1, 1), float(day)))
        mine.put(float(day), np.full((1, 1), min(float(day), 2 * month)))
        last = np.full((1, 1), min(float(day), 60.0))  # the last sixty days' requests
        shares.append(
            share_since(asked, mine, np.array([0]), np.array([0]), np.array([float(day)]), last, steady)[0, 0]
        )
    assert shares[60 - 1] == pytest.approx(1.0, abs=1e-6)
    assert shares[91 - 1] == pytest.approx(
        1 - month / 60.0, abs=0.02
    )  # a month later: thirty of the sixty are the first one's
    assert shares[-1] == pytest.approx(0.0, abs=1e-6)
