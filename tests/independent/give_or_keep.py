"""What is missing at home in the second programme: one cost for each holder, item and period above every chord of a parabola.

The product fills twenty steps of what is missing; here the cost of what is missing lies above the straight lines between the
points R k/20 of (R - S)^2/(2 R).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from independent.facts import Row

if TYPE_CHECKING:
    from independent.builder import Builder

CHORDS = 20


def chance_of(b: Builder, pair: tuple[str, str]) -> float | None:
    """Chance a month that a pair's requirement is called upon, of the rows that count in the case's posture."""
    posture = b.f.case.settings["posture"]
    rows: list[Row] = [
        r for r in b.f.rows("requirements") if (r["holder"], r["item"]) == pair and r["posture"] in (None, posture)
    ]
    return next((r["called_upon"] for r in rows if r["called_upon"] is not None), None)


def add_at_home(b: Builder, pair: tuple[str, str], t: int, whole: float) -> None:
    """The cost of what is missing of a requirement at the end of a period, counted beside need."""
    chance = chance_of(b, pair)
    if chance is None or not whole:
        return
    name = f"{pair[0]}|{pair[1]}|{t}"
    cost = b.p.column(f"home|{name}")
    points = [(k * whole / CHORDS, (whole - k * whole / CHORDS) ** 2 / (2 * whole)) for k in range(CHORDS + 1)]
    for k in range(CHORDS):
        (s, high), (after, low) = points[k], points[k + 1]
        slope = (low - high) / (after - s)
        # cost >= high + slope (stock - s)
        b.p.row(f"home|{name}|{k}", [(cost, 1.0), (f"stock|{name}", -slope)], lower=high - slope * s)
    months = sum(b.worth.month(m) for m in b.f.months(t))
    home = float(b.f.case.settings["worth_at_home"])
    b.passes[_last_of_need(b)].append((cost, chance * home * b.worth.item[pair[1]] * months))


def _last_of_need(b: Builder) -> str:
    """The pass of the need that ranks last."""
    ranks = [r["rank"] or 1 for r in b.f.rows("demand") if b.f.nations[r["holder"]]["role"] == "recipient"]
    return "need" if max(ranks, default=1) == 1 else f"need_{max(ranks)}"
