"""One objective over a tree as a plain linear programme, to ask what knowing, waiting or hedging is worth.

The programme is that of the plan (``rampart.plan.model.build``); here its columns may be tied together, fixed, or weighed by
path instead of on average.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from rampart.case.likeness import Likeness
from rampart.case.tables import Case
from rampart.engine.highs import NoPlan, Sparse, identity, one_above_other, sparse
from rampart.engine.linear_programme import CutShort, LinearProgramme
from rampart.findings import CaseError, Finding
from rampart.network.keys import Key
from rampart.network.lags import Floats, Integers
from rampart.network.tree import Tree
from rampart.plan.model.passes import SETTLING
from rampart.plan.programme.measures import Measure, Pass
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.without_decisions import without_decisions
from rampart.requirements.implied_chance import follows, worth_that_follows
from rampart.scenario.risk import Risk, least_regret, least_risk, mean_of_worst
from rampart.scenario.slipping import costs, joined, part_of, parts_of

BROKEN = 1e-6  # sum of broken rules, each as a share, above which they count as broken


@dataclass(frozen=True, eq=False)
class Answer:
    """An optimum: its value, the level of every column, the cost of every path, and the row prices.

    status  optimal; time limit: the best found in the time; idle: in the time nothing was found, and nothing is decided
    gap     share of the value that a better plan may save at most; NaN where that is not known
    """

    value: float
    level: Floats
    path_cost: Floats
    price: Floats
    status: str = "optimal"
    gap: float = 0.0


class WeighedMeasure(NamedTuple):
    """A measure in an objective.

    worth  of one unit; 1 where the objective is the measure alone
    cvar   share of it that counts by the mean of the worst ``1 - level`` of the paths; the rest by the mean of all
    """

    measure: Measure
    worth: float
    cvar: float
    level: float


class Aim(NamedTuple):
    """An objective: the sum of its parts, and the share of its optimum that later ones may give away."""

    parts: list[WeighedMeasure]
    tolerance: float


@dataclass(frozen=True)
class Effort:
    """How exactly a programme is solved.

    gap          relative gap at which a search over whole numbers stops
    whole_until  period before which whole numbers count; later ones may be fractions, since they will be decided anew.
                 The value is then a lower bound. None: all count
    deadline     when to stop, on the clock of ``time.monotonic``; None: when it is solved
    """

    gap: float = 1e-9
    whole_until: int | None = None
    deadline: float | None = None

    @property
    def out_of_time(self) -> bool:
        """Whether the time is up."""
        return self.deadline is not None and time.monotonic() >= self.deadline


class TreeProgramme:
    """The programme of a case over a tree with one objective.

    objective  name of the pass that counts; passes before it are held at their own expected optimum. By default, where
               the priorities say what their objectives are worth, the sum of all at their worth; else the last pass
    effort     how exactly it is solved
    likeness   of the codes of the case, where another programme of it has worked it out
    programme  of the case over the tree, where it is built already
    """

    def __init__(
        self, case: Case, tree: Tree, *, objective: str | None = None, effort: Effort | None = None,
        likeness: Likeness | None = None, programme: Programme | None = None,
    ) -> None:  # fmt: skip
        self.case, self.tree, self.effort = case, tree, effort or Effort()
        known = None if programme is None else [part_of(programme, np.arange(len(tree)))]
        self.parts = known or parts_of(case, tree, likeness)
        self.programme, self.layout = joined(case, tree, self.parts)
        m = self.layout.matrices
        self.lower, self.upper, self.row_lower, self.row_upper = m.lower, m.upper, m.row_lower, m.row_upper
        self.aims = aims(self.programme, objective)
        if not self.aims:
            raise CaseError([Finding("nothing-to-plan")])
        whole = self._whole()
        until = self.effort.whole_until
        self.whole = whole if until is None else whole[tree.period[self.layout.column_node[whole]] < until]

    def _whole(self) -> Integers:
        """Columns that must be whole."""
        found, before = [], 0
        for part in self.parts:
            found.append(before + np.sort(part.programme.whole_labels))
            before += part.layout.columns
        return np.concatenate(found)

    @property
    def one_scale(self) -> bool:
        """Whether plans can be compared by one figure: one objective counts, and before it at most that rules are kept."""
        return all(part.measure.name == "rules" for aim in self.aims[:-1] for part in aim.parts)

    def broken(self, answer: Answer) -> bool:
        """Whether rules give way before the objective that counts."""
        before = [part.measure for aim in self.aims[:-1] for part in aim.parts if part.measure.name == "rules"]
        return any(float(self.costs(measure) @ answer.level) > BROKEN for measure in before)

    def costs(self, measure: Any) -> Floats:
        """Coefficient of every column in a measure."""
        return costs(self.parts, measure)

    @cached_property
    def cost(self) -> Floats:
        """Coefficient of every column in the objective, shape (columns,); weighed with the chance of the node."""
        return self.mean_cost(self.aims[-1])

    def mean_cost(self, aim: Aim) -> Floats:
        """Coefficient of every column in the mean of an objective, shape (columns,)."""
        cost = np.zeros(self.layout.matrix.shape[1])
        for part in aim.parts:
            cost += part.worth * self.costs(part.measure)
        return cost

    @cached_property
    def leaves(self) -> Integers:
        """Leaf of each path."""
        return self.tree.leaves

    @cached_property
    def chance(self) -> Floats:
        """Chance of each path, shape (paths,)."""
        return self.tree.probability[self.leaves]

    @cached_property
    def node_matrix(self) -> Sparse:
        """What a unit of each column costs once its node is reached, shape (nodes, columns)."""
        return self._once_reached(self.cost)

    @cached_property
    def path_matrix(self) -> Sparse:
        """What a unit of each column costs on each path, shape (paths, columns)."""
        return self.by_path(self.cost)

    def by_path(self, cost: Floats) -> Sparse:
        """The same for coefficients weighed with the chance of their nodes."""
        return sparse(self.tree.so_far[self.leaves] @ self._once_reached(cost))

    def _once_reached(self, cost: Floats) -> Sparse:
        chance = self.tree.probability[self.layout.column_node]
        share = np.divide(cost, chance, out=np.zeros_like(cost), where=chance > 0)
        at = self.layout.column_node, np.arange(share.size)
        return sparse((share, at), shape=(len(self.tree), share.size))

    @cached_property
    def decisions(self) -> list[str]:
        """Families that somebody decides, in their order."""
        return self.programme.named("decision")

    @cached_property
    def settled(self) -> list[str]:
        """Families that are settled for good at each node: decisions, and what flows at once."""
        return self.programme.named("decision", "flow")

    @cached_property
    def waiting(self) -> list[str]:
        """Families that wait for a look: whatever happens between two looks, they are decided as it looked at the last."""
        says, families = self.case.says_yes, self.programme.families
        follows = [] if says("shipments_wait") else [name for name in self.decisions if families[name].spec.ships]
        waits = self.settled if says("use_waits") else self.decisions
        return [name for name in waits if name not in follows]

    @cached_property
    def by_look(self) -> Integers | None:
        """First column of the group of each column, by what the looks saw; none where every period is looked at."""
        if self.tree.alike is None:
            return None
        return np.minimum(self._first_of(self.tree.group, self.waiting), self.by_life)

    @cached_property
    def by_life(self) -> Integers:
        """The same of what follows the war, by what happened."""
        if self.tree.lived is None:
            return np.arange(self.cost.size)
        return self._first_of(self.tree.lived, [name for name in self.settled if name not in self.waiting])

    def as_seen(self, answer: Answer, family: str) -> dict[tuple[Key, int], float]:
        """Amounts of a family by (key, node of ``tree.looked``): expected where it follows the war between two looks."""
        if self.tree.alike is None:
            return self.decided(answer, family)
        group, one = self.tree.group, self.tree.one_of
        share = self.tree.probability / self.tree.looked.probability[group]
        found: dict[tuple[Key, int], float] = {}
        for (key, node), amount in self.decided(answer, family).items():
            at = int(group[node])
            if family not in self.waiting:
                found[key, at] = found.get((key, at), 0.0) + amount * float(share[node])
            elif (key, at) not in found or node == one[at]:
                found[key, at] = amount
        return found

    def columns(self, families: Iterable[str] | None = None) -> Integers:
        """Columns of some families; by default of all decisions."""
        wanted = set(self.decisions if families is None else families)
        found = [at for family, at in self._columns_of.items() if family in wanted]
        return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)

    @cached_property
    def _columns_of(self) -> dict[str, Integers]:
        found: dict[str, list[int]] = {}
        for j, family in enumerate(self.layout.column_family):
            found.setdefault(family, []).append(j)
        return {family: np.array(at, dtype=np.int64) for family, at in found.items()}

    def amounts(self, answer: Answer, family: str) -> Floats:
        """Amounts of a family in plain units, shape (keys, nodes); 0 where there is no such decision."""
        result = np.zeros((len(self.programme.families[family]), len(self.tree)))
        at = self.columns([family])
        result[self.layout.column_key[at], self.layout.column_node[at]] = (
            answer.level[at] * self.layout.column_scale[at]
        )
        return result

    def decided(self, answer: Answer, family: str) -> dict[tuple[Key, int], float]:
        """Amounts of a family by (key, node) in plain units."""
        keys = self.programme.families[family].keys
        at = self.columns([family])
        plain = answer.level[at] * self.layout.column_scale[at]
        return {
            (keys[self.layout.column_key[j]], int(self.layout.column_node[j])): float(v)
            for j, v in zip(at, plain, strict=True)
        }

    def _weighed(self, problem: LinearProgramme, aim: Aim, merge: Sparse, *, stated: bool) -> Floats:
        """Objective of an aim: its mean, and where ``stated`` the bad paths of its parts."""
        objective: Floats = self.mean_cost(aim) @ merge
        for part in aim.parts if stated else ():
            if part.cvar > 0:
                cost = part.worth * self.costs(part.measure)
                worst = mean_of_worst(problem, sparse(self.by_path(cost) @ merge), self.chance, part.level)
                objective = np.append(objective, np.zeros(worst.size - objective.size)) + part.cvar * worst
                own = cost @ merge
                objective[: own.size] -= part.cvar * own
        return objective

    # -- groups of columns that take one value -------------------------------------------------------------------

    def together(self, group_of_node: Integers, families: Iterable[str] | None = None) -> Integers:
        """First column of the group of each column, shape (columns,): decisions of a key at nodes of one group (at
        least 0) take one value, and so does what waits wherever it looked alike: of these no group holds a part.
        """
        chosen = set(self.decisions if families is None else families)
        if self.tree.alike is None:
            return self._first_of(group_of_node, chosen)
        apart = np.where(group_of_node >= 0, group_of_node, int(group_of_node.max(initial=-1)) + 1 + self.tree.group)
        first = self._first_of(self.tree.group, [name for name in self.waiting if name not in chosen])
        both = self._first_of(apart, [name for name in chosen if name in self.waiting])
        alone = self._first_of(group_of_node, [name for name in chosen if name not in self.waiting])
        return np.minimum(np.minimum(np.minimum(first, both), alone), self.by_life)

    def _first_of(self, group_of_node: Integers, families: Iterable[str]) -> Integers:
        first = np.arange(self.cost.size)
        seen: dict[tuple[str, int, int], int] = {}
        for j in self.columns(families):
            group = int(group_of_node[self.layout.column_node[j]])
            if group >= 0:
                key = (self.layout.column_family[j], int(self.layout.column_key[j]), group)
                first[j] = seen.setdefault(key, int(j))
        return first

    def merged(self, lower: Floats, upper: Floats, together: Integers | None) -> tuple[Sparse, Floats, Floats]:
        """Which group each column is, shape (columns, groups), and the bounds of the groups."""
        size = lower.size
        if together is None:
            return identity(size, format="csr"), lower, upper
        kept = np.unique(together)
        merge: Sparse = sparse(
            (np.ones(size), (np.arange(size), np.searchsorted(kept, together))), shape=(size, kept.size)
        )
        low, high = np.full(kept.size, -np.inf), np.full(kept.size, np.inf)
        np.maximum.at(low, merge.indices, lower)
        np.minimum.at(high, merge.indices, upper)
        return merge, low, high

    def solve(
        self,
        *,
        together: Integers | None = None,
        fixed: Mapping[int, float] | None = None,
        risk: Risk | None = None,
        stated: bool = False,
        cut_short: bool = False,
        interior: bool = False,
    ) -> Answer:
        """The optimum. Raises NoPlan where there is none.

        together  columns that take one value (``together``); by default those of ``by_look``
        fixed     level of columns, in solver units
        risk      what counts in place of the mean over the paths in the last objective
        stated    weigh the bad paths of each objective as the priorities say, instead of the mean alone
        cut_short where time runs out, come back with the best found by then, at worst with nothing decided
        interior  stop inside, near the optimum (``LinearProgramme.stay_inside``); for fractions only
        """
        lower, upper = self.lower.copy(), self.upper.copy()
        for j, level in (fixed or {}).items():
            lower[j] = upper[j] = level
        merge, lower, upper = self.merged(lower, upper, self.by_look if together is None else together)
        whole = np.unique(merge.indices[self.whole]) if self.whole.size else np.zeros(0, dtype=np.int64)
        rows = sparse(self.layout.matrix @ merge)
        problem = LinearProgramme(
            rows,
            self.row_lower,
            self.row_upper,
            lower,
            upper,
            whole,
            gap=self.effort.gap,
            deadline=self.effort.deadline,
        )
        if interior:
            problem.stay_inside()
        found: Floats | None = None
        price: Floats = np.zeros(self.row_lower.size)
        value, gap = float("nan"), 0.0
        status, last = "optimal", False
        try:
            for aim in self.aims[:-1]:
                objective = self._weighed(problem, aim, merge, stated=stated)
                best, found, _ = problem.minimise(objective)
                problem.hold_best(objective, best, aim.tolerance)
            objective, last = self._last_objective(problem, merge, risk, stated=stated), True
            value, found, price = problem.minimise(objective)
            gap = problem.gap
        except CutShort as cut:
            if not cut_short:
                raise
            status, gap = "time limit", float("nan")
            if cut.columns is not None:
                found = cut.columns
                reached = float(objective @ cut.columns[: objective.size])
                if last and np.isfinite(cut.bound):
                    gap = (reached - cut.bound) / max(abs(reached), 1e-9)
        levels = None if found is None else merge @ found[: lower.size]
        if levels is None:
            status, levels = "idle", without_decisions(self.programme, self.layout)
            if levels is None:
                raise NoPlan("time limit")
        if status != "optimal":
            value = float(self.cost @ levels)
        return Answer(value, levels, np.asarray(self.path_matrix @ levels), price[: self.row_lower.size], status, gap)

    def _last_objective(self, problem: LinearProgramme, merge: Sparse, risk: Risk | None, *, stated: bool) -> Floats:
        """What counts in the last objective: its mean, the costly paths, or regret."""
        if risk is None:
            return self._weighed(problem, self.aims[-1], merge, stated=stated)
        if risk.regret is not None:
            return least_regret(problem, sparse(self.path_matrix @ merge), risk.regret)
        if risk.nested:
            parent, chance = self.tree.parent, self.tree.probability
            return least_risk(problem, sparse(self.node_matrix @ merge), parent, chance, risk)
        # all paths follow one root
        paths = sparse(self.path_matrix @ merge)
        rows = one_above_other([sparse((1, paths.shape[1])), paths])
        parent = np.append(-1, np.zeros(self.chance.size, dtype=np.int64))
        return least_risk(problem, rows, parent, np.append(1.0, self.chance), risk)


def aims(programme: Programme, objective: str | None) -> list[Aim]:
    """Objectives in order, of which the last counts and those before it are held."""
    said = {r["rank"]: (r["cvar"] or 0.0, r["cvar_level"] or 0.0) for r in programme.network.rows("priorities")}
    passes = [(each.rank, each.measure, each.stated) for each in weighed_passes(programme)]
    if objective is not None:
        names = [m.name for _, m, _ in passes]
        if objective not in names:
            raise ValueError(f"no objective {objective!r}; there are: {', '.join(names)}")
        passes = passes[: names.index(objective) + 1]
    elif weighed := weights(programme):
        rank_of = {m.name: rank for rank, m, _ in passes}
        return [Aim([WeighedMeasure(m, worth, *said.get(rank_of[m.name], (0.0, 0.0))) for m, worth in weighed], 0.0)]
    return [Aim([WeighedMeasure(m, 1.0, *said.get(rank, (0.0, 0.0)))], tolerance) for rank, m, tolerance in passes]


def weighed_passes(programme: Programme) -> list[Pass]:
    """Passes that are sums; ties, and what is shared fairly, are not weighed over the paths of a war."""
    return [each for each in programme.passes if each.name not in SETTLING and each.how != "fair"]


def weights(programme: Programme) -> list[tuple[Measure, float]]:
    """Objectives that count at their worth, in money units; none where the priorities state no worth and none follows from
    beliefs (``requirements.implied_chance``).
    """
    rows = programme.network.rows("priorities")
    worth = {r["rank"]: r["worth"] for r in rows}
    if follows(programme.case):
        believed = worth_that_follows(programme.case)
        worth = {r["rank"]: believed.get(r["objective"]) if r["worth"] is None else r["worth"] for r in rows}
    most = max((w for w in worth.values() if w is not None), default=None)
    if most is None:
        return []
    found = []
    for rank, measure in ((each.rank, each.measure) for each in weighed_passes(programme)):
        own = worth.get(rank)
        if rank == 0:  # rules that had to give way weigh more than anything that may be had by breaking them
            found.append((measure, 10.0 * most))
        elif measure.name == "money":
            found.append((measure, 1.0 if own is None else own))
        elif own is not None:  # worst-off and sum are two halves of one objective
            found.append((measure, own / 2 if measure.name.startswith("requirement") else own))
    return found


def cvar(cost: Floats, chance: Floats, level: float) -> float:
    """Mean cost of the worst 1 - level of the paths."""
    order = np.argsort(-cost)
    left, total = 1 - level, 0.0
    for s in order:
        take = min(left, float(chance[s]))
        total += take * float(cost[s])
        left -= take
        if left <= 1e-15:
            break
    return total / (1 - level)


def by_name(problem: TreeProgramme, amounts: Sequence[tuple[str, Key, int, float]]) -> dict[int, float]:
    """Columns to fix, from (family, key, node, amount in plain units); what does not exist there must be zero."""
    place = {
        (f, problem.programme.families[f].keys[k], int(n)): j
        for j, (f, k, n) in enumerate(
            zip(problem.layout.column_family, problem.layout.column_key, problem.layout.column_node, strict=True)
        )
    }
    result = {}
    for family, key, node, amount in amounts:
        j = place.get((family, key, node))
        if j is None:
            if abs(amount) > 1e-9:
                raise ValueError(f"{family} {key} cannot be decided at node {node}")
            continue
        result[j] = amount / problem.layout.column_scale[j]
    return result
