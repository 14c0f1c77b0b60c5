"""Sustainment at size: the whole cost-availability curve over a depot and bases, and a plain loop beside it.

``python -m benchmarks.sustain`` prints parts, sites, steps of the curve, CPU seconds, peak memory, and seconds per part as a
ratio to the smallest size. Beside it stands the flat analysis in plain NumPy, each base alone with all its pipeline and no
depot (``python -m benchmarks.sustain flat`` runs it alone, for its memory). A further peer is the same marginal analysis as a
plain Python loop over parts, at one site, where a loop can do it at all; stockpyl, which has no repairables, is asked for the
one figure it has, the Poisson loss.
"""

from __future__ import annotations

import heapq
import math
import resource
import sys
import time

import numpy as np

from rampart.sustainment.allocation import Fleets
from rampart.sustainment.echelon_network import Network
from rampart.sustainment.marginal import curve as one_site
from rampart.sustainment.pipelines import expected_backorders
from rampart.sustainment.spares import curve

SIZES = (12_500, 25_000, 50_000, 100_000)
SITES = 20


def system(parts: int, sites: int, seed: int = 1) -> tuple[Network, Fleets, np.ndarray]:
    """Parts with lognormal demand at a depot's bases; fifty systems at each base."""
    rng = np.random.default_rng(seed)
    bases = sites - 1
    rate = np.zeros((parts, sites))
    rate[:, 1:] = rng.lognormal(-7.5, 1.2, (parts, 1)) * rng.uniform(0.5, 1.5, (parts, bases))
    top = np.zeros((parts, sites))
    top[:, 0] = 1.0
    network = Network(
        np.array([-1] + [0] * bases), rate, top, np.zeros((parts, sites)), 45.0 * top, 10.0 * (1 - top), np.zeros(parts)
    )
    price = rng.lognormal(7.0, 1.5, parts)
    return network, Fleets.of(np.array([0.0] + [50.0] * bases), np.ones(parts)), price


def flat(parts: int, tail: float = 1e-6) -> int:
    """Marginal analysis of every part at every base by itself, in plain NumPy: Poisson by recursion, all gains sorted."""
    network, _, price = system(parts, SITES)
    pieces = []
    for rows in np.array_split(np.arange(parts), max(1, parts // 2_000)):
        mean = network.demand[rows, 1:] * 55.0
        mass, price_of = np.exp(-mean), price[rows]
        over, stock = 1.0 - mass, 0
        while (worth := over > tail).any():
            row = np.nonzero(worth)[0]
            pieces.append(over[worth] / price_of[row])
            stock += 1
            mass *= mean / stock
            over = np.maximum(over - mass, 0.0)
    slopes = np.concatenate(pieces)
    slopes.sort()
    return len(slopes)


def flat_line(parts: int) -> str:
    """Its line beside those of the curve."""
    begin = time.process_time()
    steps = flat(parts)
    spent = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{parts:<8} {SITES:<6} {steps:<10} {spent:<8.1f} {peak:<6.0f} flat, plain NumPy: each base alone"


def loop(mean: np.ndarray, price: np.ndarray, systems: float, steps: int) -> float:
    """Marginal analysis as one writes it first: a heap, one part at a time. Gives ln A after so many purchases."""

    def short(m: float, s: int) -> float:
        mass, below, total = math.exp(-m), 0.0, m
        for k in range(s):
            below += mass
            total -= 1.0 - below
            mass *= m / (k + 1)
        return max(total, 0.0)

    def value(m: float, s: int) -> float:
        return math.log(1.0 - short(m, s) / systems)

    stock = [0] * len(mean)
    total = sum(value(m, 0) for m in mean)
    heap = [(-(value(m, 1) - value(m, 0)) / c, i) for i, (m, c) in enumerate(zip(mean, price, strict=True))]
    heapq.heapify(heap)
    for _ in range(steps):
        gain, i = heapq.heappop(heap)
        stock[i] += 1
        total -= gain * price[i]
        more = value(mean[i], stock[i] + 1) - value(mean[i], stock[i])
        heapq.heappush(heap, (-more / price[i], i))
    return total


def main() -> None:
    if sys.argv[1:] == ["flat"]:
        print(flat_line(SIZES[-1]))
        return
    first = None
    print("parts    sites  steps      CPU s    MiB    seconds per part, ratio to the smallest")
    for parts in SIZES:
        network, fleets, price = system(parts, SITES)
        begin = time.process_time()
        found = curve(network, fleets, price, tail=1e-6)
        spent = time.process_time() - begin
        first = first or spent / parts
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{parts:<8} {SITES:<6} {len(found.family):<10} {spent:<8.1f} {peak:<6.0f} {spent / parts / first:.2f}")
    print(flat_line(SIZES[-1]))
    rng = np.random.default_rng(2)
    mean, price = rng.lognormal(-2.0, 1.2, 5_000), rng.lognormal(7.0, 1.5, 5_000)
    begin = time.process_time()
    whole = one_site(mean, mean, price, systems=500.0, installed=1, tail=1e-6)
    ours = time.process_time() - begin
    begin = time.process_time()
    total = loop(mean, price, 500.0, len(whole.item))
    theirs = time.process_time() - begin
    same = abs(total - whole.logarithm[-1])
    print(f"one site, 5,000 parts, {len(whole.item)} steps: plain loop / arrays = {theirs / ours:.1f} in time")
    print(f"   ln A at the end differs by {same:.1e} (the loop does not stop at the tail of each part)")
    peer(mean)


def peer(mean: np.ndarray) -> None:
    """The Poisson loss of stockpyl against ours, where it is installed."""
    try:
        from stockpyl.loss_functions import poisson_loss
    except ImportError:
        print("stockpyl is not installed here: pip install stockpyl into an environment of its own to compare")
        return
    begin = time.process_time()
    theirs = np.array([poisson_loss(2, float(m))[0] for m in mean])
    loop_seconds = time.process_time() - begin
    begin = time.process_time()
    ours = expected_backorders(mean, mean, 2)
    seconds = time.process_time() - begin
    off = np.abs(theirs - ours).max()
    print(
        f"Poisson loss of {len(mean)} parts: stockpyl / arrays = {loop_seconds / seconds:.0f} in time, apart {off:.1e}"
    )


if __name__ == "__main__":
    main()
