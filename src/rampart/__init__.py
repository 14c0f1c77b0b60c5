"""Rampart plans how an alliance rebuilds its stocks, raises production and keeps a partner supplied.

``case = rampart.read_case(path)``, ``plan = rampart.plan(case)``, ``plan.coverage(by="nation")``.
Public names are loaded when they are first used, so that ``import rampart`` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Case": "rampart.case",
    "read_case": "rampart.case",
    "check_case": "rampart.case",
    "Plan": "rampart.plan",
    "plan": "rampart.plan",
    "read_plan": "rampart.plan",
    "WarPlan": "rampart.scenario.war",
    "war_plan": "rampart.scenario.war",
    "write_report": "rampart.report",
    "write_template": "rampart.case.template",
    "Finding": "rampart.findings",
    "CaseError": "rampart.findings",
}
__all__ = [
    "Case", "CaseError", "Finding", "Plan", "WarPlan", "__version__", "check_case", "plan", "read_case", "read_plan",
    "war_plan", "write_report", "write_template",
]  # fmt: skip

if TYPE_CHECKING:
    from rampart.case import Case, check_case, read_case
    from rampart.case.template import write_template
    from rampart.findings import CaseError, Finding
    from rampart.plan import Plan, plan, read_plan
    from rampart.report import write_report
    from rampart.scenario.war import WarPlan, war_plan


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'rampart' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
