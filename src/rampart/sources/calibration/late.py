"""A case in which orders come when they should be expected, or later: what a plan has to stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rampart.beliefs.slips import SlipModel
from rampart.beliefs.streams import RUNNING, moved
from rampart.sources.calibration.expected import ACCOUNTS, model_state, packaged_model, slip_until, with_source

if TYPE_CHECKING:
    from rampart.case.tables import Case


def late_case(case: Case, *, level: float | None = None, model: SlipModel | None = None) -> Case:
    """The case with every order on order in its expected month, and production lead times longer by the expected slip.

    level  instead of the mean, the quantile of the slip: at 0.9 nine orders in ten have come. Of all orders at once that is
           worse than nine cases in ten, since slips are not the same for all
    model  distributions of slip; by default those of the package
    One slip an order or stream (``beliefs.streams``). Lead times of an order not yet placed take the slip of planned orders,
    but for hot lines, whose next orders follow in their stream; they never get shorter. Nothing comes before the case.
    """
    from rampart.case.tables import Case

    if level is not None and not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    chosen = model or packaged_model()
    account = {item: ACCOUNTS[kind] for item, kind in case["items"].select("item", "kind").iter_rows()}

    def slip(item: str, line: str | None, state: str, ahead: float) -> float:
        if state == RUNNING:
            return 0.0
        found = slip_until(chosen, account[item], model_state(state), ahead)
        return found.mean if level is None else found.quantile(level)

    said = "expected month" if level is None else f"month in which {level:.0%} of such orders have come"
    later = moved(case, slip, said=said, past=True)
    return Case(tables={**later.tables, "sources": with_source(case.tables["sources"])})
