"""``rampart``: one thin command per verb. Heavy imports happen inside the commands, so ``--help`` is quick."""

from __future__ import annotations

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
    doctor,
)
"""Files whose commands hang on the group."""

__all__ = ["VERBS", "main"]
