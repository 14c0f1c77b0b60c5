"""From missing parts to systems available: Ao, DTO, k of n, maintenance, and fleets so short that use falls.

    A = product over parts of (1 - EBO_i / (N Z_i))^Z_i      holes at random, no cannibalisation

N systems, Z installed of each part in a system. A is the *supply* availability: the share of systems without a hole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def part_factor(ebo: ArrayLike, systems: ArrayLike, installed: ArrayLike, needed: ArrayLike | None = None) -> Floats:
    """Share of systems that a part leaves whole; zero where every place is empty.

    needed  places that must be filled of those installed (k of n); by default all of them:
            P(Bin(Z, 1 - EBO/(N Z)) >= k)
    """
    e, n, z = (np.asarray(a, float) for a in (ebo, systems, installed))
    places = n * z
    empty = np.divide(e, places, out=np.ones(np.broadcast(e, places).shape), where=places > 0)
    filled = np.clip(1.0 - np.where(e > 0, empty, 0.0), 0.0, 1.0)
    if needed is None:
        return np.asarray(filled**z)
    from scipy import special

    k = np.asarray(needed, float)
    return np.where(k <= 0, 1.0, special.betainc(np.maximum(k, 1e-9), z - k + 1.0, filled))


def supply_availability(
    ebo: ArrayLike, systems: ArrayLike, installed: ArrayLike, needed: ArrayLike | None = None
) -> float:
    """Product of the part factors over the first axis of ``ebo``."""
    return float(np.prod(part_factor(ebo, systems, installed, needed), axis=0))


def operational(supply: ArrayLike, between: ArrayLike, maintenance: ArrayLike, *, harmonic: bool = False) -> Floats:
    """Ao from supply availability and maintenance on the system.

    between      mean time between maintenance, maintenance its mean duration, one unit of time for both
    harmonic     ``1 / (1/A + MMT/MTBM)``: maintenance only while the system works; by default the product
                 ``A MTBM/(MTBM + MMT)``
    """
    a, up, down = (np.asarray(x, float) for x in (supply, between, maintenance))
    if harmonic:
        return np.asarray(np.where(a > 0, 1.0 / (1.0 / np.where(a > 0, a, 1.0) + down / up), 0.0))
    return np.asarray(a * up / (up + down))


def technical_availability(available: ArrayLike, needed: ArrayLike) -> Floats:
    """DTO, disponibilité technique opérationnelle: systems available over systems *needed*, which may pass one."""
    n = np.asarray(needed, float)
    return np.asarray(np.divide(available, n, out=np.full(np.broadcast(available, n).shape, np.nan), where=n > 0))


def closed_fleet(systems: int, spares: int, rate: float, days: float, bays: float = np.inf) -> tuple[float, float]:
    """Expected backorders and availability where systems that are down use up nothing: a birth-death chain.

    State x units in repair, 0..N+s: births ``rate x min(N, N+s-x)``, deaths ``min(x, bays)/days``. One part, one
    of it in each system, exponential repair.
    """
    x = np.arange(systems + spares + 1)
    birth = rate * np.minimum(systems, systems + spares - x)
    death = np.minimum(x, bays) / days
    weights = np.concatenate(([0.0], np.cumsum(np.log(birth[:-1]) - np.log(death[1:]))))
    p = np.exp(weights - weights.max())
    p /= p.sum()
    short = np.maximum(x - spares, 0)
    expected = float(short @ p)
    return expected, 1.0 - expected / systems
