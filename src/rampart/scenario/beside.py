"""A plan and a plan for a war of one case side by side: what each decides before the next look, and what deciding it as the
other does costs.

    cost of a difference     min {E f : x in X, sum over t of x[d,t] = q[d]} - min {E f : x in X}

d, t  a decision by kind and object, and the periods before the next look; q[d] its amount in the plan, over all of them
X, f  the plan for the war (``tree_programme``), whole numbers as fractions, and what counts of it; over sampled paths those of
      ten that stand for all (``stand_ins``)

A difference is solved again where it is above a fifth of the money of the decision, or of its amount where it costs none: the
``MOST`` largest, each from the optimum without it by the dual simplex, in which nothing is traded for speed: what it costs
rises from nothing towards the cost, so that where it is stopped after ``STEPS`` steps the decision costs at least so much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.beliefs.supply import Supply
from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case
from rampart.catalogues.results import frame
from rampart.engine.highs import INFEASIBLE, OPTIMAL, STEPS_REACHED, Sparse, sparse
from rampart.engine.linear_programme import LinearProgramme
from rampart.findings import Finding, ResultError
from rampart.network.keys import Key, parts, text
from rampart.network.lags import Integers
from rampart.network.taken import DECIDED, decisions_taken
from rampart.network.taking import decided_before
from rampart.results.comparison import NAMES
from rampart.results.result import Result
from rampart.scenario import branching
from rampart.scenario.decided import SEEN, item_of, unit_money
from rampart.scenario.drawn import Draw
from rampart.scenario.one_path import Material
from rampart.scenario.sampled import PATHS, SUPPLY
from rampart.scenario.stand_ins import StandIns
from rampart.scenario.tree_programme import Effort, TreeProgramme
from rampart.scenario.war import first_look, tree_of

APART = 0.2  # share of its money by which a decision differs before it is solved again
STANDING = 5  # of sampled paths, those that stand for all
MOST = 60  # differences that are solved again, those that concern most money first; the others are named
LEAST = (
    0.5  # units in either plan from which a decision differs: less is what the arithmetic of large programmes leaves
)
STEPS = 4_000  # of the simplex for each of them
DUAL = 1e-6  # infeasibility of prices up to which what was reached bounds the cost from below
Decision = tuple[str, str]  # family, and the text of the key
How = Literal["solved", "at_least", "no_way", "left"]
Progress = Callable[[int, int], None]
Amounts = Mapping[Decision, Mapping[int, float]]
Price = Callable[[str, str, Mapping[int, float]], float | None]


class Cost(NamedTuple):
    """What deciding as the plan does costs the war more.

    how  solved: so much; at_least: stopped on the way, and no less; no_way: it leaves no way on; left: not solved again
    """

    value: float | None
    how: How


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


def lay_beside(
    made: Result, plan: Result, *, most: int = MOST, steps: int = STEPS, progress: Progress | None = None
) -> Result:
    """The plan for a war with the table ``beside``: its first decisions next to those of a plan of the same case.

    most      differences that are solved again, those that concern most money first
    steps     of the simplex for each of them
    progress  called before each: how many are done, and how many there are to do, all together the last

    ResultError where ``plan`` is none, or of another case, or where the objectives stand on no one scale.
    """
    require_beside(made.case, plan)
    ground = _ground(made)
    if not ground.problem.one_scale:
        raise ResultError([Finding("beside-no-scale", "priorities", column="worth")])
    theirs, ours = _of_plan(plan, ground), _of_war(made, ground)
    pairs = [pair for pair in _pairs(theirs, ours, _money(ground)) if max(pair.amount) > SEEN]
    apart = sorted((pair for pair in pairs if pair.apart), key=lambda pair: (-pair.size, pair.of))
    tell = progress or (lambda done, total: None)
    tell(0, min(most, len(apart)) + 1)
    again = _Again(ground, steps)
    cost = {pair.of: Cost(None, "left") for pair in apart}
    for n, pair in enumerate(apart[:most]):
        cost[pair.of] = again.cost({pair.of: pair.amount[0]})
        tell(n + 1, min(most, len(apart)) + 1)
    item, rows = item_of(made.case), []
    for pair in pairs:
        key, found = again.key_of.get(pair.of), cost.get(pair.of, Cost(None, "left"))
        rows.append({
            "kind": pair.of[0], "what": pair.of[1], "key": parts(key) if key else [], "item": item(key) if key else None,
            "in_plan": pair.amount[0], "in_war": pair.amount[1], "money_plan": pair.money[0], "money_war": pair.money[1],
            "apart": pair.apart, "cost": found.value, "how": found.how if pair.apart else None,
        })  # fmt: skip
    whole = again.cost({of: sum(theirs.get(of, {}).values()) for of in again.row_of})
    said = {
        "until": month_text(int(made.case.calendar.starts[ground.until])) if ground.until < len(made.case.calendar) else None,
        "paths": ground.paths, "all": whole.value, "all_how": whole.how, "least": again.least,
    }  # fmt: skip
    tables = {**made.tables, "beside": frame("war", "beside", rows)}
    return replace(made, tables=tables, manifest={**made.manifest, "beside": said})


class _Pair(NamedTuple):
    """A decision in the plan and in the plan for a war.

    amount, money  before the next look in the one and in the other; no money where none is counted
    apart, size    whether they differ by more than a fifth, of half a unit or more, and by how much money; nothing where none
                   is counted
    """

    of: Decision
    amount: tuple[float, float]
    money: tuple[float | None, float | None]
    apart: bool
    size: float


def _pairs(theirs: Amounts, ours: Amounts, price: Price) -> list[_Pair]:
    """Decisions of either, by kind and object."""
    found = []
    for of in sorted({*theirs, *ours}):
        a, b = theirs.get(of, {}), ours.get(of, {})
        amount, money = (sum(a.values()), sum(b.values())), (price(*of, a), price(*of, b))
        counted = [abs(m) for m in money if m is not None]
        by_money = len(counted) == len(money) and any(counted)
        size = counted if by_money else list(amount)
        off = abs(size[0] - size[1])
        found.append(
            _Pair(of, amount, money, off > APART * max(size) and max(amount) >= LEAST, off if by_money else 0.0)
        )
    return found


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
    drawn, slips = draws.onward(case, chain, np.array([chain.start]), number, seed=seed, by_end=True), None
    if supply := Supply.of(case):
        slips = supply.drawn(number, seed=(sampling["seed"], SUPPLY))
    few, weight, _ = branching.reduced(case, chain.regimes, drawn, np.full(number, 1 / number), min(STANDING, number))
    material = Material(case, chain.regimes, chain.ends, drawn, first, objective, sampling["capacity"], slips)
    stand_ins = StandIns(material, few, weight, Effort())
    return Ground(stand_ins.problem, stand_ins.together, first, len(few))


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


def _money(ground: Ground) -> Price:
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
    least   what counts at its best; basis: where that stands
    """

    def __init__(self, ground: Ground, steps: int) -> None:
        p = ground.problem
        merge, lower, upper = p.merged(p.lower, p.upper, ground.together)
        rows = sparse(p.layout.matrix @ merge)
        self.lp = LinearProgramme(rows, p.row_lower, p.row_upper, lower, upper)
        self.row_of: dict[Decision, int] = {}
        self.key_of: dict[Decision, Key] = {}
        self.scale: dict[Decision, float] = {}
        self._sum_up(ground, merge)
        self.lp.seek_inside()
        for aim in p.aims[:-1]:
            held = p.mean_cost(aim) @ merge
            best, _, _ = self.lp.minimise(held)
            self.lp.hold_best(held, best, aim.tolerance)
        self.least, _, _ = self.lp.minimise(p.mean_cost(p.aims[-1]) @ merge)
        self.lp.option("solver", "simplex")
        self.lp.option("presolve", "off")
        self.basis: Any = self.lp.basis_as_it_is()
        # costs as they are on the way, so that what is reached bounds what they come to
        self.lp.option("dual_simplex_cost_perturbation_multiplier", 0.0)
        self.lp.option("simplex_iteration_limit", steps)

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

    def cost(self, amounts: Mapping[Decision, float]) -> Cost:
        """What some decisions at some amounts cost more than the best, all others at their best."""
        if not amounts.keys() <= self.row_of.keys():
            return Cost(None, "no_way")
        self.lp.begin_as(self.basis)
        for of, amount in amounts.items():
            self.lp.set_row_bound(self.row_of[of], amount / self.scale[of], amount / self.scale[of])
        status, more = self.lp.run(), max(0.0, self.lp.value - self.least)
        bounds = self.lp.info.max_dual_infeasibility < DUAL
        for of in amounts:
            self.lp.set_row_bound(self.row_of[of], -np.inf, np.inf)
        if status == OPTIMAL:
            return Cost(more, "solved")
        if status == INFEASIBLE:
            return Cost(None, "no_way")
        return Cost(more, "at_least") if status == STEPS_REACHED and bounds else Cost(None, "left")
