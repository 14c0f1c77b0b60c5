"""A plan and a plan for a war of one case side by side: what each decides before the next look, and what deciding it as the
other does costs.

    cost of a difference     min {E f : x in X, sum over t of x[d,t] = q[d]} - min {E f : x in X}

d, t  a decision by kind and object, and the periods before the next look; q[d] its amount in the plan, over all of them
X, f  the plan for the war (``tree_programme``), whole numbers as fractions, and what counts of it; over sampled paths those of
      ten that stand for all (``stand_ins``)

A difference is solved again where it is above a fifth of the money of the decision, or of its amount where it costs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case
from rampart.catalogues.results import frame
from rampart.engine.highs import NoPlan, Sparse, sparse
from rampart.engine.linear_programme import LinearProgramme
from rampart.findings import Finding, ResultError
from rampart.network.keys import Key, parts, text
from rampart.network.lags import Floats, Integers
from rampart.network.taken import DECIDED, decisions_taken
from rampart.network.taking import decided_before
from rampart.results.comparison import NAMES
from rampart.results.result import Result
from rampart.scenario import branching
from rampart.scenario.decided import SEEN, item_of, unit_money
from rampart.scenario.drawn import Draw
from rampart.scenario.one_path import Material
from rampart.scenario.sampled import PATHS
from rampart.scenario.stand_ins import StandIns
from rampart.scenario.tree_programme import Effort, TreeProgramme
from rampart.scenario.war import first_look, tree_of

APART = 0.2  # share of its money by which a decision differs before it is solved again
STANDING = 10  # of sampled paths, those that stand for all
LARGE = 20_000  # columns from which the first optimum is sought from inside
Decision = tuple[str, str]  # family, and the text of the key


@dataclass(frozen=True, eq=False)
class Ground:
    """What is solved again.

    problem   the programme; together: its columns that take one value
    until     periods before the next look
    paths     that stand for all; none where the programme is the whole tree
    """

    problem: TreeProgramme
    together: Integers | None
    until: int
    paths: int | None


def require_beside(case: Case, plan: Result) -> None:
    """ResultError where a result is no plan of the case."""
    if plan.kind != "plan":
        name, name_fr = NAMES[plan.kind]
        raise ResultError([Finding("beside-no-plan", details={"kind": name, "kind_fr": name_fr})])
    if plan.case.hash() != case.hash():
        raise ResultError([Finding("beside-other-case", value=str(plan.manifest["case"]))])


def lay_beside(made: Result, plan: Result) -> Result:
    """The plan for a war with the table ``beside``: its first decisions next to those of a plan of the same case.

    ResultError where ``plan`` is none, or of another case, or where the objectives stand on no one scale.
    """
    require_beside(made.case, plan)
    ground = _ground(made)
    if not ground.problem.one_scale:
        raise ResultError([Finding("beside-no-scale", "priorities", column="worth")])
    theirs, ours = _of_plan(plan, ground), _of_war(made, ground)
    price = _money(ground)
    again = _Again(ground)
    rows, apart = [], []
    for family, name in sorted({*theirs, *ours}):
        a, b = theirs.get((family, name), {}), ours.get((family, name), {})
        amount, money = [sum(x.values()) for x in (a, b)], [price(family, name, x) for x in (a, b)]
        if max(amount) <= SEEN:
            continue
        size = [abs(m) for m in money if m is not None] if None not in money and any(money) else amount
        differs = abs(size[0] - size[1]) > APART * max(size)
        if differs:
            apart.append((family, name))
        key = again.key_of.get((family, name))
        rows.append({
            "kind": family, "what": name, "key": parts(key) if key else [], "item": item_of(made.case)(key) if key else None,
            "in_plan": amount[0], "in_war": amount[1], "money_plan": money[0], "money_war": money[1], "apart": differs,
            "cost": again.cost((family, name), amount[0]) if differs else None,
        })  # fmt: skip
    whole = {of: sum(theirs.get(of, {}).values()) for of in again.row_of}
    said = {
        "until": month_text(int(made.case.calendar.starts[ground.until])) if ground.until < len(made.case.calendar) else None,
        "paths": ground.paths, "all": again.cost_of_all(whole),
    }  # fmt: skip
    tables = {**made.tables, "beside": frame("war", "beside", rows)}
    return replace(made, tables=tables, manifest={**made.manifest, "beside": said})


def _ground(made: Result) -> Ground:
    """The programme of a saved plan for a war, made again from what its manifest says."""
    case, sampling = made.case, made.manifest.get("sampling")
    counts = made.manifest["objective"]["name"]
    objective = None if counts == "worth" else counts
    if sampling is None or "capacity" not in sampling:
        draw = None if sampling is None else Draw(**sampling)
        tree, _ = tree_of(case, made.manifest["tree"], draw)
        problem = TreeProgramme(case, tree, objective=objective)
        return Ground(problem, problem.by_look, first_look(tree), None)
    chain, looks = Chain.of(case), draws.revision_periods(case)
    first = looks[0] if looks else len(case.calendar)
    number, seed = sampling["paths"], (sampling["seed"], PATHS)
    drawn = draws.onward(case, chain, np.array([chain.start]), number, seed=seed, by_end=True)
    few, weight, _ = branching.reduced(case, chain.regimes, drawn, np.full(number, 1 / number), min(STANDING, number))
    material = Material(case, chain.regimes, chain.ends, drawn, first, objective, sampling["capacity"])
    stand_ins = StandIns(material, few, weight, Effort())
    return Ground(stand_ins.problem, stand_ins.together, first, len(few))


Amounts = Mapping[Decision, Mapping[int, float]]


def _of_plan(plan: Result, ground: Ground) -> Amounts:
    """Amounts of a plan before the next look, by decision and period."""
    calendar = plan.case.calendar
    end = calendar.starts[ground.until] if ground.until < len(calendar) else calendar.last + 1
    found: dict[Decision, dict[int, float]] = {}
    for one in decisions_taken(decided_before(plan.tables, calendar, end), calendar):
        if one.family in ground.problem.waiting:
            found.setdefault((one.family, text(one.key)), {})[one.period] = one.quantity
    return found


def _of_war(made: Result, ground: Ground) -> Amounts:
    """The same of a plan for a war."""
    calendar = made.case.calendar
    found: dict[Decision, dict[int, float]] = {}
    for kind, what, month, amount in made["decisions"].select("kind", "what", "month", "quantity").iter_rows():
        period = calendar.period(month_number(month.strftime("%Y-%m")))
        if period is not None and period < ground.until and kind in ground.problem.waiting:
            of = found.setdefault((kind, what), {})
            of[period] = of.get(period, 0.0) + amount
    return found


def _money(ground: Ground) -> Any:
    """Money of the amounts of a decision; none where the plan counts no money or has no such decision."""
    each = unit_money(ground.problem)
    families = ground.problem.programme.families

    def money(family: str, name: str, amounts: Mapping[int, float]) -> float | None:
        key = next((key for key in families[family].keys if text(key) == name), None) if family in families else None
        of = [None if key is None else each(family, key, period) for period in amounts]
        if any(unit is None for unit in of):
            return None
        return sum(unit * amount for unit, amount in zip(of, amounts.values(), strict=True) if unit is not None)

    return money


class _Again:
    """The programme solved again and again, each time with other decisions at other amounts.

    row_of  the row that sums a decision over the periods before the next look; key_of: its key
    """

    def __init__(self, ground: Ground) -> None:
        p = ground.problem
        merge, lower, upper = p.merged(p.lower, p.upper, ground.together)
        rows = sparse(p.layout.matrix @ merge)
        self.lp = LinearProgramme(rows, p.row_lower, p.row_upper, lower, upper)
        self.row_of: dict[Decision, int] = {}
        self.key_of: dict[Decision, Key] = {}
        self.scale: dict[Decision, float] = {}
        self._sum_up(ground, merge)
        if lower.size > LARGE:
            self.lp.option("solver", "ipm")
        for aim in p.aims[:-1]:
            held = p.mean_cost(aim) @ merge
            best, _, _ = self.lp.minimise(held)
            self.lp.hold_best(held, best, aim.tolerance)
        self.objective: Floats = p.mean_cost(p.aims[-1]) @ merge
        self.least, _, _ = self.lp.minimise(self.objective)
        self.lp.option("solver", "simplex")

    def _sum_up(self, ground: Ground, merge: Sparse) -> None:
        p = ground.problem
        layout, families = p.layout, p.programme.families
        waits = [family for family in p.waiting if family in {family for family, _ in DECIDED.values()}]
        of: dict[Decision, dict[int, float]] = {}
        for j in p.columns(waits).tolist():
            if p.tree.period[layout.column_node[j]] < ground.until:
                key = families[layout.column_family[j]].keys[layout.column_key[j]]
                at = layout.column_family[j], text(key)
                self.key_of[at] = key
                of.setdefault(at, {})[int(merge.indices[j])] = float(layout.column_scale[j])
        for at, columns in of.items():
            self.scale[at] = max(columns.values())
            self.row_of[at] = self.lp.row_count
            each = np.array(list(columns.values())) / self.scale[at]
            self.lp.add_row(np.array(list(columns)), each, np.inf)

    def cost(self, of: Decision, amount: float) -> float | None:
        """What a decision at an amount costs more than the best; none where it leaves no way on."""
        return self.cost_of_all({of: amount}) if of in self.row_of else None

    def cost_of_all(self, amounts: Mapping[Decision, float]) -> float | None:
        """The same of several at once."""
        for of, amount in amounts.items():
            self.lp.set_row_bound(self.row_of[of], amount / self.scale[of], amount / self.scale[of])
        try:
            found = self.lp.minimise(self.objective)[0]
        except NoPlan:
            return None
        finally:
            for of in amounts:
                self.lp.set_row_bound(self.row_of[of], -np.inf, np.inf)
        return max(0.0, found - self.least)
