"""Columns of a result table with a row for each key and node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rampart.network.lags import Booleans, Floats
from rampart.plan.programme.values import Values


def by_node(v: Values, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Whole columns: of each key one value, or arrays of shape (keys, nodes); ``period`` and ``month`` are added."""
    nodes = len(v.tree)
    keys = len(next(iter(columns.values())))
    whole = {
        name: values.ravel() if isinstance(values, np.ndarray) else [x for x in values for _ in range(nodes)]
        for name, values in columns.items()
    }
    return whole | {"period": np.tile(v.tree.period, keys), "month": v.months * keys}


def where_known(known: Booleans, values: Floats) -> Floats:
    """The values where they are known, else blank."""
    found: Floats = np.where(known, values, np.nan)
    return found
