"""Rampart plans how an alliance rebuilds its stocks, raises production and keeps a partner supplied.

``case = rampart.read_case(path)``, ``plan = rampart.plan(case)``, ``plan.coverage(by="nation")``.
Public names are loaded when they are first used, so that ``import rampart`` stays fast.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Case": "rampart.case.tables",
    "read_case": "rampart.case.doors",
    "check_case": "rampart.case.doors",
    "replace": "rampart.case.replacing",
    "Result": "rampart.results.result",
    "read_result": "rampart.results.folder",
    "plan": "rampart.plan.planning",
    "at_confidence": "rampart.sources.calibration.case_slips",
    "sweep": "rampart.scenario.sweep",
    "Sweep": "rampart.scenario.sweep",
    "war_plan": "rampart.scenario.war",
    "sustain": "rampart.sustainment.answer",
    "take": "rampart.network.taking",
    "beside": "rampart.results.origins",
    "extract": "rampart.network.alone",
    "explain": "rampart.language.explaining",
    "compare": "rampart.results.comparison",
    "plot": "rampart.report.plots",
    "Plots": "rampart.report.plots",
    "Picture": "rampart.report.plots",
    "write_report": "rampart.report.report",
    "write_comparison": "rampart.report.comparison",
    "write_paper": "rampart.report.papers.paper",
    "write_slides": "rampart.report.papers.slides",
    "open_ledger": "rampart.ledger.ledger",
    "write_template": "rampart.case.template",
    "Finding": "rampart.findings",
    "CaseError": "rampart.findings",
    "PlaceError": "rampart.findings",
    "ResultError": "rampart.findings",
    "TakenError": "rampart.findings",
}
_OLDER = {"Plan": "Result", "WarPlan": "Result", "read_plan": "read_result"}
"""Names of version 0.1, and what they are called now."""
__all__ = [
    "Case", "CaseError", "Finding", "Picture", "PlaceError", "Plots", "Result", "ResultError", "Sweep",
    "TakenError", "__version__", "at_confidence", "beside", "check_case", "compare", "explain", "extract",
    "open_ledger", "plan", "plot", "read_case", "read_result", "replace", "sustain", "sweep", "take",
    "war_plan", "write_comparison", "write_paper", "write_report", "write_slides", "write_template",
]  # fmt: skip

if TYPE_CHECKING:
    from rampart.case.doors import check_case, read_case
    from rampart.case.replacing import replace
    from rampart.case.tables import Case
    from rampart.case.template import write_template
    from rampart.findings import CaseError, Finding, PlaceError, ResultError, TakenError
    from rampart.language.explaining import explain
    from rampart.ledger.ledger import open_ledger
    from rampart.network.alone import extract
    from rampart.network.taking import take
    from rampart.plan.planning import plan
    from rampart.report.comparison import write_comparison
    from rampart.report.papers.paper import write_paper
    from rampart.report.papers.slides import write_slides
    from rampart.report.plots import Picture, Plots, plot
    from rampart.report.report import write_report
    from rampart.results.comparison import compare
    from rampart.results.folder import read_result
    from rampart.results.origins import beside
    from rampart.results.result import Result
    from rampart.scenario.sweep import Sweep, sweep
    from rampart.scenario.war import war_plan
    from rampart.sources.calibration.case_slips import at_confidence
    from rampart.sustainment.answer import sustain


class _Rampart(ModuleType):
    """The package as a module whose ``plan`` is the verb: importing any file of the room ``rampart.plan`` would otherwise
    lay the room over it.
    """

    @property
    def plan(self) -> Any:
        """The verb ``plan``."""
        return import_module(_HOMES["plan"]).plan

    @plan.setter
    def plan(self, room: ModuleType) -> None:
        """The room is imported; the name stays the verb's."""

    def __getattr__(self, name: str) -> Any:
        name = _OLDER.get(name, name)
        if name in _HOMES:
            return getattr(import_module(_HOMES[name]), name)
        from difflib import get_close_matches

        near = get_close_matches(name, _HOMES, 1, cutoff=0.6)
        hint = f"; did you mean {near[0]!r}?" if near and not name.startswith("_") else ""
        raise AttributeError(f"module 'rampart' has no attribute {name!r}{hint}")

    def __dir__(self) -> list[str]:
        return sorted({*_HOMES, "__doc__", "__file__", "__name__", "__version__"})


sys.modules[__name__].__class__ = _Rampart
