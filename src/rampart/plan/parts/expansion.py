"""Expansions of lines: when they may be decided, how many, what they cost and what is left of them at the end.

    expansion limit   sum over s up to t of expand[e,s] <= max_units[e]

e            expansion
expand[e,s]  units decided at node s, whole where it is due now (``settings.decide_now``) and not said to be divisible;
             nodes whose first month lies between ``earliest`` and
             ``latest``
t            the last nodes of the tree
max_units    units over the whole plan: ``expansions.max_units``

What a unit adds to its line while that is open, and what it takes while it is built, stands in ``network.accounts``.
Money: committed in the first month, paid evenly over the months of construction. At the end of the plan a unit is worth
its stated end value if it is ready by then, else what is left of its cost when it is written off evenly over its life from
the month in which it is ready; without a life, or on a line that is closed by then, nothing.
Source: the announced works of the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.accounts import Posting, expansion_postings
from rampart.network.keys import Expansion
from rampart.network.lags import Floats, all_there
from rampart.network.limits import Limit, expansion_limits
from rampart.network.payments import Flow, expansion_flows
from rampart.network.ways import expansion_key
from rampart.plan.parts.part import Decision, Part, Weight, first_year
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl


class Expansions(Part):
    """Which lines grow, by how much, when."""

    name = "expansion"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``expand``: units."""
        network, tree = p.network, p.tree
        first, last = network.calendar.first, network.calendar.last
        windows = [(network.month(e["earliest"], first), network.month(e["latest"], last)) for e in network.expansions]
        may = [(tree.first_month >= a) & (tree.first_month <= b) for a, b in windows]
        yield FamilySpec(
            "expand", [expansion_key(e) for e in network.expansions], "decision",
            exists=np.array(may, dtype=bool).reshape(-1, len(tree)), tie=4.0,
            prefer=tuple(np.array([e[name] for e in network.expansions], dtype=float) for name in ("cost", "construction")),
            worth=np.array([e["cost"] for e in network.expansions], dtype=float),
            whole=np.array([bool(e["whole"]) for e in network.expansions], dtype=bool)[:, None] & p.due_now,
        )  # fmt: skip

    def postings(self, p: Programme) -> Iterable[Posting]:
        """Capacity of its line, components, resources."""
        return expansion_postings(p.network)

    def flows(self, p: Programme) -> Iterable[Flow]:
        """Committed at once, paid over the construction."""
        for e in p.network.expansions:
            yield from expansion_flows(e, payer_of(p, e), len(p.tree))

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``expansion limit``."""
        expansions = p.network.expansions
        most = {Expansion(e["expansion"]): e["max_units"] for e in expansions}
        place = {key: n for n, key in enumerate(most)}
        at = np.array([place[Expansion(e["expansion"])] for e in expansions], dtype=np.int64)
        rows = Rows(p.tree, "expansion limit", list(most)).add(p["expand"], p.tree.so_far, row=at)
        yield rows.hold("<=", np.array(list(most.values())).reshape(-1, 1), where=p.tree.at_end[None, :])

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Its cost, less what it is worth at the end."""
        yield Weight("money", "expand", net_cost(p))

    def limits(self, p: Programme) -> Iterable[Limit]:
        """How long an expansion takes, how many there may be, and when they may be decided."""
        return expansion_limits(p.network)

    def decisions(self, v: Values) -> Iterable[Decision]:
        """What to build now."""
        for n, e in enumerate(v.network.expansions):
            units, item = float(v["expand"][n, 0]), v.network.lines[e["line"]]["item"]
            yield Decision(
                "expansion", payer_of(v.programme, e), Expansion(e["expansion"]), item, e["line"], units,
                first_year(v, "expand", n), units * e["cost"], e["construction"], "expand", n,
            )  # fmt: skip

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``expansions``."""
        rows: list[tuple[Any, ...]] = []
        for n, e in enumerate(v.network.expansions):
            for node in np.flatnonzero(v["expand"][n] > 0):
                units = float(v["expand"][n, node])
                ready = all_there(int(v.tree.first_month[node]), e["construction"])
                rows.append((
                    e["expansion"], e["line"], payer_of(v.programme, e), v.months[node], month_text(ready), units,
                    units * v.network.monthly_rate(e["line"], e["added_rate"]), units * e["cost"],
                ))  # fmt: skip
        return {"expansions": frame("plan", "expansions", rows)}


def payer_of(p: Programme, expansion: dict[str, Any]) -> str:
    """Who pays: the stated payer, else the nation of the line."""
    return str(expansion["payer"] or p.network.lines[expansion["line"]]["nation"])


def net_cost(p: Programme) -> Floats:
    """Cost of a unit less its value at the end of the plan, money units, shape (expansions, nodes)."""
    last = p.network.calendar.last
    result = np.zeros((len(p.network.expansions), len(p.tree)))
    for n, e in enumerate(p.network.expansions):
        ready = p.tree.first_month + e["construction"]
        value = np.zeros(len(p.tree))
        if e["end_value"] is not None:
            value = np.where(ready <= last, e["end_value"], 0.0)
        elif e["life"] is not None and p.network.open_months(e["line"])[1] >= last:
            service = np.maximum(0.0, last + 1 - ready)
            value = e["cost"] * np.maximum(0.0, 1 - service / e["life"])
        result[n] = e["cost"] - value
    return result
