"""Orders cancelled when the war ends, against a programme written down a second time, node by node, for scipy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import strategies as st
from scipy.optimize import linprog

from cases_random import make_case
from drawn import drawn
from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.case.tables import Case
from rampart.network.tree import Tree
from rampart.report.pages.war import html
from rampart.scenario import branching, policy
from rampart.scenario.nonanticipativity import foresight
from rampart.scenario.sampled import Sampling, plan_on_paths
from rampart.scenario.tree_programme import TreeProgramme
from rampart.scenario.war import tree_of, war_plan

MONTHS = 9


@dataclass(frozen=True)
class Deal:
    """One contract for one item of one component."""

    admin: int
    production: int
    offset: int
    advance: float
    owed: float | None
    price: float = 10.0
    hazard: float = 0.2
    rate: float = 8.0
    paid: float = math.inf

    @property
    def lead(self) -> int:
        return max(self.admin + self.production, self.offset)


NEED, UNMET, HOLDING, BODIES, BODY_VALUE = 6.0, 40.0, 0.4, 30.0, 1.5


def a_case(deal: Deal) -> Case:
    ends = (("attrition", NEED), ("ended", 0.0))
    rows: dict[str, list[dict[str, Any]]] = {
        "nations": [{"nation": n, "name_en": n, "role": r, "fiscal_year_start": 1}
                    for n, r in (("AAA", "member"), ("UUU", "recipient"))],
        "items": [{"item": "shell", "name_en": "Shell", "kind": "munition", "unit": "u", "holding_cost": HOLDING},
                  {"item": "body", "name_en": "Body", "kind": "component", "unit": "u", "holding_cost": 0.0}],
        "storage": [{"holder": "AAA", "item": "body", "limit": math.inf, "end_value": BODY_VALUE}],
        "stocks": [{"holder": "UUU", "item": "shell", "quantity": 4.0}, {"holder": "AAA", "item": "body", "quantity": BODIES}],
        "regimes": [{"regime": r, "ends": r == "ended"} for r, _ in ends],
        "transitions": [{"from_regime": "attrition", "to_regime": "ended", "after": 0, "probability": deal.hazard}],
        "lines": [{"line": "plant", "nation": "AAA", "item": "shell", "state": "hot", "rate_per": "month",
                   "max_rate": deal.rate, "admin_lead_time": float(deal.admin), "lead_time": float(deal.production)}],
        "bills": [{"item": "shell", "component": "body", "quantity": 1.0, "offset": float(deal.offset)}],
        "contracts": [{"contract": "deal", "line": "plant", "buyer": "AAA", "ship_to": "UUU", "max_quantity": math.inf,
                       "price": deal.price, "advance": deal.advance, "cancellation": deal.owed}],
        "demand": [{"holder": "UUU", "item": "shell", "purpose": "operations", "regime": r, "rate_per": "month",
                    "need": need, "unmet_cost": UNMET} for r, need in ends],
        "priorities": [{"rank": 1, "objective": "money", "tolerance": 0.0}],
    }  # fmt: skip
    if math.isfinite(deal.paid):
        rows["budgets"] = [{"nation": "AAA", "fiscal_year": y, "purpose": "all", "commitments": math.inf,
                            "payments": deal.paid} for y in (2024, 2025)]  # fmt: skip
    # nine months over two fiscal years
    settings_ = {"start": "2024-07", "end": "2025-03", "regime": "attrition", "revise_every": "2"}
    return make_case(settings_, rows)


def again(deal: Deal, tree: Tree) -> float:
    """Least expected cost, each node a handful of rows: nothing of the model is used but the shape of the tree."""
    n, parent, period, p = len(tree), tree.parent, tree.period, tree.probability
    assert tree.mix is not None
    over = tree.mix[:, list(tree.regimes).index("ended")] > 0.5

    def way(node: int) -> list[int]:
        found = [node]
        while parent[found[0]] >= 0:
            found.insert(0, int(parent[found[0]]))
        return found

    look = tree.last_look  # the end is known where it is looked at
    ends = [e for e in range(n) if look[e] == e and over[e] and parent[e] >= 0 and not over[look[parent[e]]]]
    pairs = [] if deal.owed is None else [
        (s, e) for e in ends for s in way(e)[:-1] if period[e] <= period[s] + deal.lead < MONTHS
    ]  # fmt: skip
    count = 4 * n + len(pairs) + 2 * n  # orders, stock, serve, unmet; cancelled; bodies, over budget
    order, stock, serve, unmet, bodies, above = (np.arange(n) + k * n for k in (0, 1, 2, 3, 4, 5))
    gone = {pair: 6 * n + k for k, pair in enumerate(pairs)}
    cost = np.zeros(count)
    late = period + deal.lead < MONTHS  # an order without a delivery in the horizon does not exist
    upper: list[float | None] = [None if late[s] else 0.0 for s in range(n)] + [None] * (count - n)
    equal, given, less, most = [], [], [], []
    leaves = set(range(n)) - set(parent.tolist())

    def arriving(node: int, shift: int) -> dict[int, float]:
        """Orders that do something ``shift`` months later at this node, less those cancelled on the way to it."""
        path = way(node)
        found: dict[int, float] = {}
        for s in path:
            if period[s] + shift == period[node] and late[s]:
                found[int(order[s])] = 1.0
                for e in path:
                    if (s, e) in gone:
                        found[gone[s, e]] = -1.0
        return found

    for node in range(n):
        path, last = way(node), node in leaves
        cost[order[node]] += p[node] * deal.price
        cost[stock[node]] += p[node] * HOLDING
        cost[unmet[node]] += p[node] * UNMET
        cost[bodies[node]] -= p[node] * BODY_VALUE * last
        before = parent[node]
        row = np.zeros(count)
        row[stock[node]] = row[serve[node]] = 1.0
        if before >= 0:
            row[stock[before]] = -1.0
        come = arriving(node, deal.lead)
        for at, share in come.items():
            row[at] -= share
        equal.append(row)
        given.append(4.0 if before < 0 else 0.0)
        row = np.zeros(count)
        row[serve[node]] = row[unmet[node]] = 1.0
        equal.append(row)
        given.append(0.0 if over[node] else NEED)
        row = np.zeros(count)
        row[bodies[node]] = 1.0
        if before >= 0:
            row[bodies[before]] = -1.0
        for at, share in arriving(node, deal.lead - deal.offset).items():
            row[at] += share
        equal.append(row)
        given.append(BODIES if before < 0 else 0.0)
        row = np.zeros(count)
        for at, share in come.items():
            row[at] += share
        less.append(row)
        most.append(deal.rate)
        if math.isfinite(deal.paid) and (period[node] == 5 or last):  # December, or March
            row = np.zeros(count)
            row[above[node]] = -1.0
            for at_node in path:
                if (period[at_node] <= 5) == (period[node] == 5):
                    for shift, share in ((deal.admin, deal.advance), (deal.lead, 1 - deal.advance)):
                        for at, sign in arriving(at_node, shift).items():
                            row[at] += sign * share * deal.price
                    for (s, e), at in gone.items():
                        if e == at_node and period[s] + deal.admin < period[e]:
                            row[at] += (deal.owed - deal.advance) * deal.price
            less.append(row)
            most.append(deal.paid)
    for (s, e), at in gone.items():
        under = period[s] + deal.admin < period[e]
        cost[at] += p[e] * deal.price * ((deal.owed if under else 0.0) - 1.0)
        row = np.zeros(count)
        row[at], row[order[s]] = 1.0, -1.0
        less.append(row)
        most.append(0.0)
    alike = tree.group  # between two looks what is decided does not hang on what happens
    twins: dict[tuple[int, int], int] = {}
    for s, at in [*((s, int(order[s])) for s in range(n)), *(((s, e), at) for (s, e), at in gone.items())]:
        same = (-1, int(alike[s])) if isinstance(s, int) else (int(alike[s[0]]), int(alike[s[1]]))
        if (first := twins.setdefault(same, at)) != at:
            row = np.zeros(count)
            row[at], row[first] = 1.0, -1.0
            equal.append(row)
            given.append(0.0)
    cost[above] += 1e6
    found = linprog(cost, A_ub=np.array(less), b_ub=most, A_eq=np.array(equal), b_eq=given,
                    bounds=[(0, u) for u in upper], method="highs")  # fmt: skip
    assert found.status == 0
    assert found.x[above].max() < 1e-7
    return float(found.fun)


deals = st.builds(
    Deal, admin=st.integers(0, 2), production=st.integers(1, 4), offset=st.integers(0, 3),
    advance=st.sampled_from([0.0, 0.2, 0.3]), owed=st.one_of(st.none(), st.floats(0.3, 1.0)),
    price=st.floats(2.0, 25.0), hazard=st.floats(0.05, 0.6), rate=st.floats(4.0, 12.0),
)  # fmt: skip


@drawn(8, 40, deal=deals)
def test_the_second_programme_agrees(deal: Deal) -> None:
    case = a_case(deal)
    tree, _ = tree_of(case, "comb")
    made = war_plan(case, compare=False)
    assert made["values"]["value"][0] == pytest.approx(again(deal, tree), rel=1e-6, abs=1e-6)
    assert not foresight(made.tables)


@drawn(5, 20, deal=deals, paid=st.floats(60.0, 300.0))
def test_money_due_keeps_within_the_years_of_a_budget(deal: Deal, paid: float) -> None:
    deal = Deal(**{**deal.__dict__, "paid": paid})
    case = a_case(deal)
    tree, _ = tree_of(case, "comb")
    made = war_plan(case, compare=False)
    assert made["values"]["value"][0] == pytest.approx(again(deal, tree), rel=1e-6, abs=1e-6)


def value(deal: Deal) -> float:
    return float(war_plan(a_case(deal), compare=False)["values"]["value"][0])


def test_the_right_to_cancel_is_worth_something_and_never_costs() -> None:
    kept = value(Deal(1, 3, 1, 0.2, None))
    worth = [kept - value(Deal(1, 3, 1, 0.2, owed)) for owed in (0.2, 0.5, 0.8, 1.0)]
    assert worth[0] > 1.0
    assert worth == sorted(worth, reverse=True)
    assert worth[-1] >= -1e-9


def test_what_is_cancelled_is_told() -> None:
    made = war_plan(a_case(Deal(1, 3, 0, 0.2, 0.3)))
    cancelled = made["policy"].filter(kind="cancel")
    assert cancelled.height
    assert (cancelled["what"].str.split("|").list.get(2) < cancelled["month"]).all()
    left = made["left"]
    assert left.filter(measure="cancelled")["quantity"].sum() > 0
    # owed: 30 % of the price of what was awarded, nothing for the rest
    share = left.filter(measure="cancelled")["money"].sum() / (
        left.filter(measure="cancelled")["quantity"].sum() * 10.0
    )
    assert 0 < share <= 0.3 + 1e-9
    # each end: what was ordered and had not come is either still to come or cancelled
    whole = (
        left.filter(pl.col("measure").is_in(["cancelled", "still_to_come"]))
        .group_by("path")
        .agg(pl.col("quantity").sum())
    )
    kept = war_plan(a_case(Deal(1, 3, 0, 0.2, None)), compare=False)
    assert "cancelled" not in kept["left"]["measure"].to_list()
    assert whole["quantity"].min() > 0
    for language, said in (("en", "Shell"), ("fr", "résiliation")):
        page = html(made, language)
        assert said in page
        assert "plant|deal" not in page


def test_over_sampled_paths_too() -> None:
    case = a_case(Deal(1, 3, 1, 0.2, 0.3))
    chain = Chain.of(case)
    made, answer = plan_on_paths(case, Sampling(paths=20, gap=1e-7, capacity=False))
    drawn = draws.onward(case, chain, np.array([chain.start]), 20, seed=(0, 0), by_end=True)
    first = draws.revision_periods(case)[0]
    tree = branching.from_paths(case, chain.regimes, drawn, np.full(20, 1 / 20), shared=first, ends=chain.ends,
                                looks=draws.revision_periods(case))  # fmt: skip
    assert answer.value == pytest.approx(TreeProgramme(case, tree).solve().value, rel=1e-6)
    assert made["left"].filter(measure="cancelled")["quantity"].sum() > 0


def test_planning_again_may_cancel_as_well() -> None:
    """Each look a new plan: never better than the plan over the tree, and better than it without the right to cancel."""
    case = a_case(Deal(1, 3, 1, 0.2, 0.3))
    tree, chain = tree_of(case, "comb")
    assert chain is not None
    rolled = policy.roll(case, chain.ends, tree, policy.two_stage)
    cost = float(rolled.answer.path_cost @ rolled.problem.chance)
    assert cost >= value(Deal(1, 3, 1, 0.2, 0.3)) - 1e-6
    bound = dict(war_plan(case)["values"].iter_rows())
    assert bound["wait_and_see"] <= bound["two_stage_bound"] + 1e-6 <= bound["plan"] + 2e-6
    firm = policy.roll(a_case(Deal(1, 3, 1, 0.2, None)), chain.ends, tree, policy.two_stage)
    assert cost < float(firm.answer.path_cost @ firm.problem.chance)
