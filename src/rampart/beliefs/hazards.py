"""Chances from what people say about how long the war lasts: shares of wars over after some months.

With one figure a war has the same chance of ending each month. With several, the chance changes at each of the given
months and is constant in between, so that the chain returns exactly the shares that were stated.
"""

from __future__ import annotations

from collections.abc import Mapping


def hazards(over_after: Mapping[int, float]) -> list[tuple[int, float]]:
    """Chance of ending in a month, by the month from which it holds: (months the war has lasted, chance).

    over_after  share of wars over after so many months: {1: 0.1, 12: 0.4, 120: 0.9}; shares rise and stay below one

    Between two points with survival S1 at month a and S2 at month b the chance is 1 - (S2 / S1)^(1 / (b - a)); the last
    one holds on.
    """
    points = sorted(over_after.items())
    if not points:
        raise ValueError("no share of wars over is stated")
    result, month, survival = [], 0, 1.0
    for later, over in points:
        left = 1.0 - over
        if later <= month or not 0 < left <= survival:
            raise ValueError(f"shares of wars over must rise with the months and stay below one: {dict(points)}")
        result.append((month, 1.0 - (left / survival) ** (1.0 / (later - month))))
        month, survival = later, left
    return result
