"""What an end of the war leaves behind: stock beyond the requirement, orders to honour, capacity without work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.lags import Integers, arrivals
from rampart.network.network import Network
from rampart.plan.parts.cancellation import cost_of_cancelling
from rampart.plan.parts.line import line_capacity
from rampart.scenario import policy
from rampart.scenario.tree_programme import Answer, TreeProgramme

if TYPE_CHECKING:
    import polars as pl

MEASURES = ("beyond_need", "still_to_come", "cancelled", "placed_to_come", "idle")
"""Stock beyond the requirement; orders of the plan that come after the end, or are cancelled; orders placed before the
plan; idle output."""
LEAST = 1e-6
"""Units below which nothing is left."""


def left_over(problem: TreeProgramme, answer: Answer, ends: Any) -> pl.DataFrame:
    """Table of what is left, by path on which the war ends, measure and item: units, and money units where prices are known.

    beyond_need     stock of all holders above what they must hold, when the first period without war is over
    still_to_come   ordered by the plan before the end and delivered from that period on, at the price on delivery
    cancelled       ordered by the plan before the end and cancelled at it; money is what they cost all the same
    placed_to_come  as still_to_come, for orders that the case gives; money is what is still to be paid on them
    idle            unit-months: what lines could make, chosen expansions included, and do not, from the end to the horizon
    """
    left = _Left(problem, answer)
    over = policy.over_at(problem.tree, ends)
    seen_over = over[problem.tree.last_look]  # only then is anything left undone for it
    rows = []
    for n, nodes in enumerate(problem.tree.ancestor[problem.leaves]):
        path = nodes[nodes >= 0]
        done = path[seen_over[path]]
        if done.size:
            end = month_text(int(problem.tree.first_month[path[over[path]][0]]))
            for measure, item, quantity, money in left.by(path[~seen_over[path]], done):
                rows.append((n, end, measure, item, quantity, money))
    return frame("war", "left", rows)


class _Left:
    """Amounts of one answer as arrays, and what remains of them at an end."""

    def __init__(self, problem: TreeProgramme, answer: Answer) -> None:
        p, network, tree = problem.programme, problem.programme.network, problem.tree
        self.network, self.tree, self.unit = network, tree, p.unit
        self.beyond = np.maximum(problem.amounts(answer, "stock") - p.requirement, 0.0)
        self.orders = problem.amounts(answer, "order")
        self.undone, self.withdrawn = p["order"].undone, problem.amounts(answer, "cancel")
        self.owed = cost_of_cancelling(p).owed
        self.price = {item: np.nan if r["price"] is None else float(r["price"]) for item, r in network.items.items()}
        self.on_delivery = p.delivery_price
        self.idle = np.zeros((len(network.lines), len(tree)))
        self.network_at: dict[int, Network] = {}
        amounts = {name: problem.amounts(answer, name) for name in p.families}
        for part in problem.parts:
            at, own = part.nodes, part.programme.network
            capacity = line_capacity(part.programme, {name: each[:, at] for name, each in amounts.items()})
            made = amounts["make"][:, at] + own.placed_by_line[:, tree.period[at]]
            self.idle[:, at] = np.where(np.isfinite(capacity), np.maximum(capacity - made, 0.0), 0.0)
            self.network_at |= dict.fromkeys(at.tolist(), own)

    def by(self, before: Integers, after: Integers) -> Iterator[tuple[str, str, float, float]]:
        """Measure, item, units and money left by an end that parts a path into the nodes before and after it."""
        network = self.network
        found: dict[str, dict[str, list[float]]] = {m: {item: [0.0, 0.0] for item in network.items} for m in MEASURES}

        def add(measure: str, item: str, units: float, price: float) -> None:
            if units > LEAST:
                found[measure][item][0] += units
                found[measure][item][1] += units * price / self.unit

        for n, (_, item) in enumerate(network.pairs):
            add("beyond_need", item, float(self.beyond[n, after[0]]), self.price[item])
        end = int(self.tree.first_month[after[0]])
        for n, channel in enumerate(network.channels):
            item = str(network.lines[channel.line]["item"])
            cancelled = dict.fromkeys(before.tolist(), 0.0)
            for own, node in self._cancelled(n, int(after[0])):
                units = float(self.withdrawn[own, after[0]])
                cancelled[node] += units
                coming = sum(u for u, _ in self._to_come(n, node, units, end))
                if coming > LEAST:
                    add("cancelled", item, coming, self.unit * float(self.owed[own, after[0]]) * units / coming)
            for node, less in cancelled.items():
                for units, price in self._to_come(n, node, float(self.orders[n, node]) - less, end):
                    add("still_to_come", item, units, price)
        for row in self.network_at[int(after[0])].placed:
            if row["number"] >= end:
                due = np.nan if row["due"] is None else float(row["due"])
                add("placed_to_come", row["item"], float(row["quantity"]), due)
        for n, line in enumerate(network.lines.values()):
            add("idle", line["item"], float(self.idle[n, after].sum()), self.price[line["item"]])
        for measure, by_item in found.items():
            for item, (units, money) in by_item.items():
                if units > 0:
                    yield measure, item, units, money

    def _cancelled(self, channel: int, end: int) -> Iterator[tuple[int, int]]:
        """Key of each cancellation of a channel's orders at a node, and the node of the order."""
        if self.undone is not None:
            at = (self.undone.key == channel) & (self.undone.since == end)
            yield from zip(self.undone.own[at].tolist(), self.undone.cause[at].tolist(), strict=True)

    def _to_come(self, channel: int, node: int, ordered: float, end: int) -> Iterator[tuple[float, float]]:
        """Units of those ordered at a node, evenly over its months, that come in a month from the end on; price."""
        if ordered <= LEAST:
            return
        lead, price = self.network_at[node].channels[channel].lead, self.on_delivery[channel]
        start, length = int(self.tree.first_month[node]), int(self.tree.months[node])
        for _, month, share in arrivals(start, length, lead):
            if month >= end:
                at = min(month - self.network.calendar.first, len(price) - 1)  # beyond the horizon the last price holds
                yield ordered * share, float(price[at])
