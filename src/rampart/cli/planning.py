"""Planning with progress, for every verb that plans."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from rampart.cli.group import leave_unbounded, show_findings
from rampart.cli.options import FINDINGS, INFEASIBLE, TIME_LIMIT

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.findings import Language
    from rampart.plan.planning import Worked
    from rampart.results.result import Result


def make_plan(
    case: Case, language: Language, *, time_limit: float | None = None, quiet: bool = False, give_or_keep: bool = True,
    reasons: Worked | None = None, lines: bool = False,
) -> Result:  # fmt: skip
    """Plan with progress, as lines of JSON where a program watches.

    Leaves with exit code 4 where the time ran out before any plan, 1 where the case allows none.
    """
    from rampart.findings import CaseError
    from rampart.plan.planning import plan
    from rampart.plan.solving.linear_passes import NotSolved
    from rampart.report.console.progress import Watch

    if case["priorities"].is_empty():  # fleets alone are sustained, not planned
        from rampart.findings import Finding

        show_findings((Finding("no-priorities", table="priorities"),), language, as_json=quiet)
        sys.exit(FINDINGS)
    try:
        with Watch(language, quiet=quiet, lines=lines) as watch:
            return plan(
                case, time_limit=time_limit, progress=watch.callback, give_or_keep=give_or_keep, reasons=reasons
            )
    except CaseError as wrong:
        show_findings(wrong.findings, language, as_json=quiet)
        sys.exit(FINDINGS)
    except NotSolved as stopped:
        leave_unbounded(stopped.status, language, as_json=quiet)
        click.echo(str(stopped), err=True)
        sys.exit(TIME_LIMIT if stopped.status == "time limit" else INFEASIBLE)
