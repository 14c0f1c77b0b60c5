"""``rampart``: one thin command per verb. Heavy imports happen inside the commands, so ``--help`` is quick."""

from __future__ import annotations

import os

from rampart.cli import (
    alone,
    case,
    doctor,
    editions,
    forecast,
    ledger,
    ledger_actual,
    ledger_returns,
    ledger_year,
    plan,
    replan,
    results,
    sources,
    sustain,
    war,
    web,
)
from rampart.cli.group import main

VERBS = (
    case,
    alone,
    editions,
    plan,
    replan,
    war,
    sustain,
    results,
    sources,
    forecast,
    ledger,
    ledger_returns,
    ledger_actual,
    ledger_year,
    web,
    doctor,
)
"""Files whose commands hang on the group."""

__all__ = ["VERBS", "main"]

# Products of vectors are short in a plan: threads that the library of matrices starts for them only wait, a quarter of the
# time of a plan of 10,000 columns. It reads this as it is loaded, within a command; who wants threads says so.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
