"""What the months say beside what histories played event by event say, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rampart.catalogues.results import frame
from rampart.sustainment.allowed_time import AllowedTime
from rampart.sustainment.availability_by_month import AvailabilityByMonth
from rampart.sustainment.fleet import Support
from rampart.sustainment.play_through import Played, left_out, play

if TYPE_CHECKING:
    import polars as pl

    from rampart.findings import Finding

LIKELY = 1.96
"""Standard errors of an interval of nineteen in twenty."""


def side_by_side(
    s: Support, c: AvailabilityByMonth, runs: int, seed: int, time: AllowedTime
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """Tables ``simulation`` and ``simulation_parts``, and what the histories leave out; empty for no runs, and where no time is
    left.
    """
    from rampart.findings import Finding

    if not runs or not time.leaves("simulation"):
        return {name: frame("fleet", name, []) for name in ("simulation", "simulation_parts")}, []
    played = play(s, runs=runs, seed=seed, time=time)
    missing = left_out(s)
    found = [Finding("simulation-leaves-out", details=dict.fromkeys(missing, "yes"))] if missing else []
    return {"simulation": _systems(s, c, played), "simulation_parts": _parts(s, c, played)}, found


def _systems(s: Support, c: AvailabilityByMonth, played: Played) -> pl.DataFrame:
    rows = []
    for f, fleet in enumerate(s.fleets):
        for m, month in enumerate(s.months):
            below = played.below[f, m]
            rows.append(
                (fleet, month, float(c.available[f, m]), float(played.available[f, m]), LIKELY * float(played.error[f, m]),
                 s.fleet_rows[f]["needed"], None if below != below else float(below))
            )  # fmt: skip
    return frame("fleet", "simulation", rows)


def _parts(s: Support, c: AvailabilityByMonth, played: Played) -> pl.DataFrame:
    rows = [
        (
            part,
            site,
            month,
            float(c.ebo[m, p, n]),
            float(played.owed[m, p, n]),
            LIKELY * float(played.owed_error[m, p, n]),
        )
        for p, part in enumerate(s.parts)
        for n, site in enumerate(s.sites)
        if c.demand[:, p, n].sum() > 0
        for m, month in enumerate(s.months)
    ]
    return frame("fleet", "simulation_parts", rows)
