"""Networks and figures of the methods note that several tests use."""

from __future__ import annotations

import numpy as np
import pytest

from rampart.sustainment import (
    marginal,
)
from rampart.sustainment.echelon_network import Network


def printed(value: float, digits: int = 10) -> object:
    """Equal to a figure printed with so many decimals."""
    return pytest.approx(value, abs=10.0**-digits)


def base_network(rate, repaired, days, order_ship, depot_days) -> Network:
    """A depot (first site) and its bases, one part."""
    n = len(rate)
    zero = np.zeros((1, n + 1))
    return Network(
        supplier=np.array([-1] + [0] * n),
        demand=np.array([[0.0, *rate]]),
        repaired=np.array([[1.0, *repaired]]),
        condemned=zero,
        turnaround=np.array([[depot_days, *days]]),
        order_ship=np.array([[0.0, *order_ship]]),
        replacement=np.zeros(1),
    )


G1 = base_network([0.1] * 3, [0] * 3, [0] * 3, [5] * 3, 20)


G2 = base_network([0.2, 0.05], [0.5, 0.2], [4, 6], [8, 12], 30)


A17 = base_network([0.3], [0], [0], [7], 25)


I2 = Network(
    supplier=np.array([-1, 0, 0]),
    demand=np.array([[0.0, 0.2, 0.1], [0, 0, 0], [0, 0, 0]]),
    repaired=np.array([[1.0, 0.6, 0.4], [1.0, 0.4, 0.4], [1.0, 0.2, 0.2]]),
    condemned=np.zeros((3, 3)),
    turnaround=np.array([[12.0, 3, 3], [20, 5, 5], [25, 8, 8]]),
    order_ship=np.array([[0.0, 6, 10], [0, 6, 10], [0, 6, 10]]),
    replacement=np.zeros(3),
    parent=np.array([0, 0]),
    child=np.array([1, 2]),
    share=np.array([0.7, 0.3]),
)


I2_STOCK = np.array([[2, 2, 1], [2, 1, 1], [1, 1, 0]])


F1 = {
    "mean": np.array([0.4, 1.1, 2.5, 0.15, 3.8, 0.9]),
    "price": np.array([9, 4, 2.5, 30, 1, 6]),
    "installed": np.array([1, 1, 2, 1, 4, 1]),
}


def f1_curve(systems: float = 20.0) -> marginal.Curve:
    mean = F1["mean"] * systems / 20.0
    return marginal.curve(mean, mean, F1["price"], systems=systems, installed=F1["installed"])
