"""The case as it stood when reasons began, as one command: ``python -m benchmarks.first_case``.

CPU seconds of whole processes, from start to the tables written: with everything but reasons and give-or-keep; and with
delays as they were told then, for the sixteen largest decisions the first pass that loses by a month, further months where
none does, without who lacks what, waiting together and deadlines, which were not told.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rampart.plan.parts.part import Part
from rampart.plan.programme.values import Values
from rampart.plan.reading import decisions
from rampart.plan.reading.delays import Delays
from rampart.plan.reading.waiting import Waiting
from rampart.plan.solving.solution import Solution

CASE = Path(__file__).parent / "alliance-2023-first"
PROBED, PERIODS = 16, (1, 2, 3, 6, 12)
"""Decisions whose delay was worked out, the largest first; periods of delay, the longer ones where a shorter lost nothing."""


def told_then(v: Values, solution: Solution, parts: Sequence[Part]) -> decisions.Delayed:
    """Delays as they were told then."""
    before, delays = decisions.taken_now(v), Delays(v, solution, parts)
    free = [d for d in decisions.decisions_now(v, parts) if not before.get((d.family, d.key))][:PROBED]
    waiting = [Waiting("", (d,)) for d in free]
    first, left = {}, list(range(len(waiting)))
    for periods in PERIODS:
        losses = delays.losses([waiting[n] for n in left], [periods] * len(left), most=np.inf)
        if periods == PERIODS[0]:
            first = {n: loss for n, loss in zip(left, losses, strict=True) if loss is not None}
        left = [n for n, loss in zip(left, losses, strict=True) if loss is None or not loss.objective]
    alone = {(d.family, d.key): {1: first[n]} for n, d in enumerate(free) if n in first}
    return decisions.Delayed(alone, {}, (), waiting, 1)


def planned(*, as_then: bool) -> None:
    """Plan the case as the command does."""
    from rampart.cli.main import main

    if as_then:
        decisions.delays_of = told_then
    with tempfile.TemporaryDirectory() as folder:
        sys.argv = [
            "rampart",
            "plan",
            str(CASE),
            "-o",
            f"{folder}/plan",
            "--reasons",
            "none",
            "--no-give-or-keep",
            "--no-report",
        ]
        main()


def seconds_of(*arguments: str) -> float:
    """CPU seconds of a process of this module."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "benchmarks.first_case", *arguments], check=False, capture_output=True)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--plan", choices=["now", "then"])
    asked = parser.parse_args()
    if asked.plan is not None:
        planned(as_then=asked.plan == "then")
    else:
        for how in ("then", "now"):
            found = min(seconds_of("--plan", how) for _ in range(3))
            print(f"delays as told {how}: {found:.1f} CPU s, the least of three")
