"""Distributions of a pipeline: units in repair, in transit or owed by the supplier, and what is short of them.

A pipeline X has a mean m and a variance v, both in units and units squared. With s spares the backorders are
``B = max(X - s, 0)``. Everything here takes arrays of any shape that broadcast together.

    family chosen from (m, v)                                     used where
    m = 0                        nothing is ever short            no demand
    v = m                        Poisson(m)                       Palm's theorem, one site
    v > m                        negative binomial, p = m/v, rho = m^2/(v-m)
    f(1-f) <= v < m, f = frac m  mixture of two binomials         Adan, van Eenige and Resing 1995
    v below that                 no whole number has such a variance: v is raised to the bound (``bound_variance``)

Sources: Palm 1938; Sherbrooke 2004; Slay 1984 (negative binomial).
"""

from __future__ import annotations

from math import exp, log1p
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SAME = 1e-9
"""Variance-to-mean ratios closer to one than this are Poisson."""
QUICK = 500.0
"""Mean below which the recursion holds: P(X = 0) is a number that is not zero."""


def least_variance(mean: ArrayLike) -> Floats:
    """Smallest variance a whole-number quantity of this mean can have: f(1-f), f the fraction of the mean."""
    m = np.asarray(mean, dtype=float)
    fraction = m - np.floor(m)
    return np.asarray(fraction * (1.0 - fraction))


def bound_variance(mean: ArrayLike, variance: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """The variance, raised where no whole-number quantity has one so small, and where that was done."""
    m, v = np.broadcast_arrays(np.asarray(mean, float), np.asarray(variance, float))
    least = least_variance(m)
    raised = v < least * (1 - SAME) - 1e-15
    return np.where(raised, least, v), raised


def exceeds(mean: ArrayLike, variance: ArrayLike, stock: ArrayLike) -> Floats:
    """P(X > s): the probability that a spare is missing, and the fall of expected backorders by one more."""
    return _by_family(mean, variance, stock)[0]


def backorders(mean: ArrayLike, variance: ArrayLike, stock: ArrayLike) -> tuple[Floats, Floats]:
    """Mean and variance of B = max(X - s, 0), units and units squared.

    EBO = E[X; X > s] - s P(X > s);  E[B^2] = E[X(X-1); X > s] + (1-2s) E[X; X > s] + s^2 P(X > s).
    """
    return _short(*_by_family(mean, variance, stock))


def in_closed_form(mean: Floats, variance: Floats, stock: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean and variance of B, P(X >= s) and P(X > s), of cells (n,) that hold something."""
    n = len(mean)
    over, first, second, s = _by_family(np.tile(mean, 2), np.tile(variance, 2), np.concatenate((stock, stock - 1.0)))
    return *_short(over[:n], first[:n], second[:n], s[:n]), over[n:], over[:n]


def _short(over: Floats, first: Floats, second: Floats, s: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of B from P(X > s), E[X; X > s] and E[X(X-1); X > s]."""
    expected = np.maximum(first - s * over, 0.0)
    square = np.maximum(second + (1.0 - 2.0 * s) * first + s * s * over, 0.0)
    return expected, np.maximum(square - expected**2, 0.0)


def expected_backorders(mean: ArrayLike, variance: ArrayLike, stock: ArrayLike) -> Floats:
    """EBO(s) = E max(X - s, 0), units."""
    return backorders(mean, variance, stock)[0]


def fill_rate(mean: ArrayLike, variance: ArrayLike, stock: ArrayLike) -> Floats:
    """P(X < s): the share of demands met at once."""
    s = np.asarray(stock, float)
    return np.where(s > 0, 1.0 - exceeds(mean, variance, np.maximum(s - 1, 0)), 0.0)


def ready_rate(mean: ArrayLike, variance: ArrayLike, stock: ArrayLike) -> Floats:
    """P(X <= s): the share of time with nothing owed. Not the fill rate."""
    return 1.0 - exceeds(mean, variance, stock)


def recurs(mean: Floats, variance: Floats) -> NDArray[np.bool_]:
    """Where ``backorder_table`` goes from one unit to the next; elsewhere it takes the closed forms."""
    return np.asarray((mean < QUICK) & (variance >= mean * (1 - SAME)))


def backorder_table(mean: ArrayLike, variance: ArrayLike, most: int) -> Floats:
    """EBO(0), ..., EBO(most) along a new last axis; the fast way to whole curves.

    Poisson and negative binomial share one recursion (Panjer), x = v/m - 1, p = m/v:
    ``P(X=0) = exp(-m log(1+x)/x)``, ``P(X=k+1) = P(X=k) (m p + k (1-p)) / (k+1)``.
    Means above 500 take P(X > s) from the incomplete gamma and beta, variances below the mean the closed forms.
    """
    m, v = np.broadcast_arrays(np.asarray(mean, float), np.asarray(variance, float))
    quick = recurs(m, v)
    table = np.empty((*m.shape, most + 1) if not quick.all() else 0)
    long = (m >= QUICK) & (v >= m * (1 - SAME))
    if long.any():
        table[long] = _long_table(m[long][:, None], v[long][:, None], most)
    slow = ~quick & ~long
    if slow.any():
        table[slow] = expected_backorders(m[slow][:, None], v[slow][:, None], np.arange(most + 1))
    if not quick.any():
        return table
    mq, vq = m[quick], v[quick]
    safe = np.where(mq > 0, mq, 1.0)
    x = np.where(mq > 0, np.maximum(vq / safe - 1.0, 0.0), 0.0)
    p = 1.0 / (1.0 + x)
    ratio = np.where(x > SAME, np.log1p(x) / np.where(x > SAME, x, 1.0), 1.0)
    mass = np.exp(-mq * ratio)
    over = 1.0 - mass
    rows = np.empty((most + 1, mq.size))
    rows[0] = mq
    step, rest = mq * p - (1.0 - p), 1.0 - p
    factor = np.empty_like(mq)
    for k in range(most):
        np.subtract(rows[k], over, out=rows[k + 1])
        # (m p + k (1-p)) / (k+1) = (m p - (1-p)) / (k+1) + (1-p)
        np.multiply(step, 1.0 / (k + 1.0), out=factor)
        factor += rest
        mass *= factor
        over -= mass
    np.maximum(rows, 0.0, out=rows)
    if quick.all():
        return rows.T.reshape(*m.shape, most + 1)
    table[quick] = rows.T
    return table


def _long_table(m: Floats, v: Floats, most: int) -> Floats:
    """EBO(0..most) by taking P(X > s) off one at a time, for Poisson and negative binomial (rows, 1)."""
    s = np.arange(most, dtype=float)
    wide = v > m * (1 + SAME)
    over = _gamma_below(s + 1.0, m)
    if wide.any():
        w = wide[:, 0]
        mw, vw = m[w], v[w]
        over[w] = _beta_below(s + 1.0, mw * mw / (vw - mw), (vw - mw) / vw)
    return np.asarray(np.maximum(np.concatenate((m, m - np.cumsum(over, axis=1)), axis=1), 0.0))


def enough(mean: float, variance: float, tail: float) -> int:
    """Smallest s with P(X > s) <= tail. A variance below the mean is taken as the mean, which is on the safe side."""
    if mean <= 0:
        return 0
    wide = max(variance, mean) > mean * (1 + SAME)
    if mean < QUICK:
        x = variance / mean - 1.0 if wide else 0.0
        mass = exp(-mean * (log1p(x) / x if wide else 1.0))
        step, rest = mean / (1.0 + x), x / (1.0 + x)
        over, s = 1.0 - mass, 0
        while over > tail:
            mass *= (step + s * rest) / (s + 1.0)
            over -= mass
            s += 1
        return s
    rho, q = (mean * mean / (variance - mean), (variance - mean) / variance) if wide else (0.0, 0.0)

    def beyond(s: int) -> float:
        return float(_beta_below(s + 1.0, rho, q) if wide else _gamma_below(s + 1.0, mean))

    low, high = -1, max(1, int(np.ceil(mean)))
    while beyond(high) > tail:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if beyond(middle) <= tail else (middle, high)
    return high


def _gamma_below(a: Any, x: Any) -> Any:
    """Regularised lower incomplete gamma function: P(Poisson(x) >= a). Loading it takes a tenth of a small command."""
    from scipy import special

    return special.gammainc(a, x)


def _beta_below(a: Any, b: Any, x: Any) -> Any:
    """Regularised incomplete beta function."""
    from scipy import special

    return special.betainc(a, b, x)


def _by_family(mean: ArrayLike, variance: ArrayLike, stock: ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    """P(X > s), E[X; X > s], E[X(X-1); X > s] and s, each of the broadcast shape."""
    m, v, s = (
        np.array(a, dtype=float) for a in np.broadcast_arrays(*(np.asarray(a, float) for a in (mean, variance, stock)))
    )
    if np.any(s < 0) or np.any(s != np.floor(s)):
        raise ValueError("stock must be whole and not negative")
    if np.any(m < 0) or np.any(np.isnan(m)) or np.any(np.isnan(v)):
        raise ValueError("a pipeline needs a mean and a variance that are known and not negative")
    v, _ = bound_variance(m, v)
    over, first, second = (np.zeros_like(m) for _ in range(3))
    poisson = (m > 0) & (np.abs(v - m) <= SAME * m)
    wide = (m > 0) & ~poisson & (v > m)
    narrow = (m > 0) & ~poisson & (v < m)
    for chosen, law in ((poisson, _poisson), (wide, _negative_binomial), (narrow, _two_binomials)):
        if np.any(chosen):
            over[chosen], first[chosen], second[chosen] = law(m[chosen], v[chosen], s[chosen])
    return over, first, second, s


def _poisson(m: Floats, _v: Floats, s: Floats) -> tuple[Any, Any, Any]:
    over = _gamma_below(s + 1.0, m)
    first = m * _from(s, lambda j: _gamma_below(j, m))
    second = m * m * _from(s - 1.0, lambda j: _gamma_below(j, m))
    return over, first, second


def _negative_binomial(m: Floats, v: Floats, s: Floats) -> tuple[Any, Any, Any]:
    rho, q = m * m / (v - m), (v - m) / v
    over = _beta_below(s + 1.0, rho, q)
    first = m * _from(s, lambda j: _beta_below(j, rho + 1.0, q))
    second = m * m * (1.0 + 1.0 / rho) * _from(s - 1.0, lambda j: _beta_below(j, rho + 2.0, q))
    return over, first, second


def _from(j: Floats, tail: Any) -> Floats:
    """P(Y >= j): one for j <= 0."""
    return np.where(j <= 0, 1.0, tail(np.maximum(j, 1.0)))


def _two_binomials(m: Floats, v: Floats, s: Floats) -> tuple[Any, Any, Any]:
    """X is Bin(k, p) with probability w, else Bin(k+1, p): both moments kept."""
    a = v / (m * m) - 1.0 / m
    k = np.maximum(np.floor(-1.0 / a + 1e-12), 1.0)
    root = np.sqrt(np.maximum(-a * k * (1.0 + k) - k, 0.0))
    flat = 1.0 + a < 1e-12
    w = np.where(flat, 1.0, (1.0 + a * (1.0 + k) + root) / np.where(flat, 1.0, 1.0 + a))
    w = np.clip(w, 0.0, 1.0)
    p = np.clip(m / (k + 1.0 - w), 0.0, 1.0)
    parts = [
        (share, (_binomial_from(n, p, s + 1), n * p * _binomial_from(n - 1, p, s), n * (n - 1) * p * p
                 * _binomial_from(n - 2, p, s - 1)))
        for share, n in ((w, k), (1.0 - w, k + 1.0))
    ]  # fmt: skip
    return tuple(sum(share * moments[i] for share, moments in parts) for i in range(3))  # type: ignore[return-value]


def _binomial_from(n: Floats, p: Floats, j: Floats) -> Floats:
    """P(Bin(n, p) >= j)."""
    inside = (j >= 1) & (j <= n)
    safe_j, safe_n = np.where(inside, j, 1.0), np.where(inside, n, 1.0)
    return np.where(j <= 0, 1.0, np.where(inside, _beta_below(safe_j, safe_n - safe_j + 1.0, p), 0.0))
