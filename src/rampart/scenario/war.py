"""One plan when nobody knows how long the war lasts: the tree, the plan on it, what it is worth to know or to wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rampart.beliefs.chain import Chain, regimes_of
from rampart.beliefs.supply import Supply
from rampart.case.calendar import month_text
from rampart.case.soundness import require_sound
from rampart.case.tables import Case
from rampart.case.without_fleets import without_fleets
from rampart.catalogues.results import frame
from rampart.catalogues.showing import must_be
from rampart.engine.highs import NoPlan
from rampart.findings import CaseError, Finding
from rampart.network.lags import Floats
from rampart.network.tree import Tree
from rampart.plan.parts.need import monthly_need
from rampart.requirements.implied_chance import implied_chances
from rampart.results.manifest import origin_of
from rampart.results.result import Result
from rampart.scenario import branching, policy
from rampart.scenario.by_branch import seen_at, turns
from rampart.scenario.decided import decided_everywhere, first_decided
from rampart.scenario.drawn import Draw, drawn_tree, known_together, manifest_of, values_of_draw
from rampart.scenario.frontier import frontier
from rampart.scenario.left_over import left_over
from rampart.scenario.nonanticipativity import foresight
from rampart.scenario.relief import relief
from rampart.scenario.risk import Risk
from rampart.scenario.sensitivity import sensitivity
from rampart.scenario.tree_programme import Answer, Effort, TreeProgramme, by_name, cvar

if TYPE_CHECKING:
    import polars as pl

Shape = Literal["auto", "comb", "regimes", "given", "drawn"]
Say = Callable[[str], None]
Rolling = Callable[[str, int, int], None]
"""Name of a policy that is carried out, plans made at its nodes, and plans to make."""
MOST_COLUMNS = 300_000  # of a programme over a tree that is solved whole
MANY = 60  # paths that are known from the start in one programme rather than one by one


def tree_of(case: Case, shape: Shape = "auto", draw: Draw | None = None) -> tuple[Tree, Chain | None]:
    """The tree of a case and its chain (none where branches are given). ``draw``: how, where ``shape`` is drawn."""
    supply = Supply.of(case)
    if shape == "given" or (shape == "auto" and not case["branches"].is_empty()):
        tree = branching.given(case, regimes_of(case)[0])
        return tree if supply is None else branching.with_supply(tree, supply), None
    chain = Chain.of(case)
    if shape == "drawn" and supply is None:
        return drawn_tree(case, chain, draw or Draw()), chain
    if shape == "drawn":  # what has come would have to be drawn with it
        raise CaseError([Finding("tree-too-large", "settings", column="revise_every", value=str(branching.MOST_NODES))])
    tree = branching.grow(case, chain, regimes=shape == "regimes")
    return tree if supply is None else branching.with_supply(tree, supply), chain


def war_plan(
    case: Case,
    *,
    shape: Shape = "auto",
    objective: str | None = None,
    risk: Risk | None = None,
    regret: bool = False,
    compare: bool = True,
    effort: Effort | None = None,
    draw: Draw | None = None,
    say: Say | None = None,
    rolling: Rolling | None = None,
    workers: int = 1,
) -> Result:
    """Plan a case over what may happen. Fleets are taken out by the change of the case that does so.

    shape      comb (the war ends or goes on; the default), regimes (a branch for each), given (the table ``branches``,
               the default where it has rows), drawn (the regimes on paths of the chain, as many as ``draw`` says)
    objective  the pass that counts; by default all at their worth (priorities, column ``worth``), else the last
    risk       weigh the costly paths more than the mean does, in place of what the priorities say (columns ``cvar``)
    regret     make the largest regret over the paths small, not the mean; needs one objective or a worth for all
    effort     how exactly, and until when whole numbers count: ``Effort(gap=1e-3, whole_until=first_look(tree))`` on large
               cases. Where later ones may be fractions, values are lower bounds, and policies still decide in whole numbers
    compare    whether to work out what knowing the future or planning otherwise would give, which takes several plans;
               only where one objective counts or all have a worth. Where supply slips on the tree, what knowing gives alone
    rolling    called as ways of planning are carried out node by node: name, plans made, plans to make
    workers    processes that plan at the nodes

    CaseError where the tree is too large to be solved whole: ``plan_on_paths`` draws paths instead.
    """
    must_be(case, Case, "rampart.read_case")
    say = say or (lambda _: None)
    require_sound(case)
    case = without_fleets(case)
    tree, chain = tree_of(case, shape, draw)
    ends = np.array(regimes_of(case)[1], dtype=bool)
    say("plan")
    problem = TreeProgramme(case, tree, objective=objective, effort=effort)
    if problem.layout.matrix.shape[1] > MOST_COLUMNS:
        raise CaseError([Finding("tree-too-large", "settings", column="revise_every", value=str(len(tree)))])
    if regret and not problem.one_scale:
        raise ValueError("regret needs one scale: state what the objectives are worth (priorities, column 'worth')")
    known = _known(case, tree, objective, effort) if regret else None
    if regret:
        risk = None if known is None else Risk(regret=known)
    answer = problem.solve(risk=risk, stated=risk is None, cut_short=True)
    comparable = problem.one_scale and not problem.broken(answer)
    if compare and comparable and answer.status == "optimal" and known is None:
        known = _known(case, tree, objective, effort)
    if regret and not comparable and answer.status == "optimal":
        raise ValueError("regret needs rules that can be kept: mend what the plan of this case breaks")
    tables = {
        "decisions": first_decided(problem, answer), "nodes": nodes_of(problem.tree, ends),
        "policy": decided_everywhere(problem, answer), "holdings": _holdings(problem, answer),
        "supply": supply_of(problem, answer, ends), "left": left_over(problem, answer, ends),
    }  # fmt: skip
    values: list[tuple[str, float]] = [("plan", float(answer.path_cost @ problem.chance))]
    draw = (draw or Draw()) if shape == "drawn" else None
    if draw and chain:
        values += values_of_draw(problem, answer, chain, draw, objective=objective)
    values += [("counts", answer.value)] if risk else []
    values += [("cvar_90", cvar(answer.path_cost, problem.chance, 0.9)), ("worst", float(answer.path_cost.max()))]
    # held one after another, objectives cannot be compared between plans: what one loses in the first it gains in the last
    compare = compare and comparable and known is not None
    known = np.full(problem.chance.size, np.nan) if known is None or not comparable else known
    rivals: dict[str, Floats] = {}
    if compare:
        try:
            say("values")
            if tree.supply is None:
                values += _values(case, problem, answer, ends, known, objective)
                rivals = _rivals(case, problem, ends, objective, say, rolling, workers)
            else:
                values += _known_values(problem, answer, known)
            values += [(name, float(cost @ problem.chance)) for name, cost in rivals.items()]
            say("frontier")
            tables["frontier"] = frame("war", "frontier", frontier(problem))
            tables["sensitivity"] = frame("war", "sensitivity", sensitivity(problem, first_look(tree)))
            say("relief")
            tables["relief"] = frame("war", "relief", relief(problem))
        except NoPlan:
            if not problem.effort.out_of_time:
                raise
    tables["implied"] = implied_of(case)
    tables["risks"] = frame("war", "risks", risks_of(problem, answer))
    tables["turns"] = frame("war", "turns", turns(problem, answer, ends))
    tables["values"] = frame("war", "values", values)
    tables["ends"] = ends_of(problem, answer, ends, known, rivals)
    if chain is not None:
        tables |= length_of_war(case, chain)
    matrix = problem.layout.matrix
    manifest = origin_of(case) | {
        "solver": {"name": "HiGHS", "threads": 1, "mip_gap": problem.effort.gap}, **_how_far(answer, problem),
        "tree": shape, "paths": len(tree.leaves), "nodes": len(tree), "rows": matrix.shape[0], "columns": matrix.shape[1],
        "nonzeros": int(matrix.nnz), "objective": objective_of(problem),
        "risk": risk_of(None if regret else risk, regret=regret), **(manifest_of(draw) if draw else {}),
        **supply_said(Supply.of(case), ways=len(problem.parts)),
    }  # fmt: skip
    return result_of(case, tables, manifest)


def supply_said(supply: Supply | None, *, ways: int) -> dict[str, Any]:
    """What the manifest says of supply that slips: how much of it does, and the ways in which it may come that were planned
    over.
    """
    return {} if supply is None else {"supply": {"things": len(supply.things), "ways": ways}}


def _how_far(answer: Answer, problem: TreeProgramme) -> dict[str, Any]:
    """Status for the manifest; where time ran out also the gap, and whether anything was decided at all."""
    if answer.status == "optimal" and not problem.effort.out_of_time:
        return {"status": "optimal"}
    gap = None if np.isnan(answer.gap) else answer.gap
    return {"status": "time limit", "gap": gap, "idle": answer.status == "idle"}


def result_of(case: Case, tables: dict[str, pl.DataFrame], manifest: dict[str, Any]) -> Result:
    """The result. RuntimeError, a defect, where it decides differently though nothing distinguishes two paths of the war."""
    follows = () if case.says_yes("shipments_wait") else ("send",)
    found = foresight(tables, follows=follows)
    if found:
        raise RuntimeError(f"the plan knows more than can be seen: {found[:3]}")
    return Result.of("war", case, tables, manifest)


def implied_of(case: Case) -> pl.DataFrame:
    """What must be held, with the chance that goes with its worth (table ``implied``)."""
    rows = [asdict(each) for each in implied_chances(case)]
    return frame("war", "implied", [{name: v for name, v in row.items() if name != "lost"} for row in rows])


def risks_of(problem: TreeProgramme, answer: Answer) -> list[dict[str, Any]]:
    """Objectives of which the priorities weigh the bad paths: mean and CVaR over the paths, in the objective's unit."""
    found = []
    for part in (part for aim in problem.aims for part in aim.parts if part.cvar > 0):
        cost = np.asarray(problem.by_path(problem.costs(part.measure)) @ answer.level)
        found.append({
            "objective": part.measure.name, "weight": part.cvar, "level": part.level,
            "mean": float(cost @ problem.chance), "cvar": cvar(cost, problem.chance, part.level),
        })  # fmt: skip
    return found


def objective_of(problem: TreeProgramme) -> dict[str, str]:
    """Name and unit of the objective that counts: of all costs, values and regrets."""
    parts = problem.aims[-1].parts
    if len(parts) > 1:
        return {"name": "worth", "unit": "money unit"}
    return {"name": parts[0].measure.name, "unit": parts[0].measure.unit}


def risk_of(risk: Risk | None, *, regret: bool) -> dict[str, float | str] | None:
    """What counts in place of the mean, for the manifest; none: the mean, or what the priorities say."""
    if regret:
        return {"counts": "largest regret"}
    return None if risk is None else {"counts": "mean and worst", "weight": 1 - risk.mean, "level": risk.level}


def length_of_war(case: Case, chain: Chain) -> dict[str, pl.DataFrame]:
    """Tables of how long the chain lets the war last: chance that it goes on by month, and the closed forms."""
    months = case.calendar.last - case.calendar.first + 1
    survival = chain.survival(max(months, 60))
    rows = [{"measure": "over_within", "of": str(m), "value": float(1 - survival[m])} for m in (12, 24, 60)]
    expected = chain.expected_months()
    rows += [{"measure": "months_in", "of": regime, "value": float(m)} for regime, m in expected.items()]
    rows.append({"measure": "months_in", "of": "", "value": float(sum(expected.values()))})
    rows.append({"measure": "hazard", "of": "", "value": float(chain.long_run_hazard)})
    goes_on = survival[: months + 1]
    return {
        "survival": frame("war", "survival", {"months": range(months + 1), "goes_on": goes_on}),
        "lasting": frame("war", "lasting", rows),
    }


def nodes_of(tree: Tree, ends: Any) -> pl.DataFrame:
    """The tree as a table."""
    return frame(
        "war", "nodes", {
            "node": list(range(len(tree))), "parent": tree.parent.tolist(), "period": tree.period.tolist(),
            "month": [month_text(int(m)) for m in tree.first_month],
            "regime": [seen_at(tree, n) for n in range(len(tree))],
            "over": (tree.mix @ ends > 0.5).tolist() if tree.mix is not None else [False] * len(tree),
            "looked": tree.looks.tolist(), "came": list(tree.came) if tree.came else [None] * len(tree),
            "probability": tree.probability.tolist(),
        }
    )  # fmt: skip


def _holdings(problem: TreeProgramme, answer: Answer) -> pl.DataFrame:
    rows = []
    for family in ("stock", "serve"):
        for (key, node), amount in sorted(problem.decided(answer, family).items()):
            rows.append((family, *key[:2], node, amount))
    steps, unmet = problem.programme.need_steps, np.zeros(problem.programme.need.shape)
    np.add.at(unmet, steps.demand, problem.amounts(answer, "unmet") * steps.short)
    asked = problem.programme.exists("serve")
    for n, demand in enumerate(problem.programme.network.demands):
        rows += [("unmet", *demand[:2], node, float(unmet[n, node])) for node in np.flatnonzero(asked[n]).tolist()]
    return frame("war", "holdings", rows)


def _known(case: Case, tree: Tree, objective: str | None, effort: Effort | None) -> Floats | None:
    """Least cost of each path if it were known from the start, in the order of the leaves, shape (paths,); None where the
    time does not allow to know.
    """
    found, many = [], len(tree.leaves) > MANY and tree.supply is None
    try:
        together = known_together(case, tree, objective, effort) if many else None
    except NoPlan:
        together = None
    if together is not None:
        return together
    for leaf in tree.leaves:
        alone = branching.fan(tree, shared=0, leaves=np.array([leaf]), chance=np.ones(1))
        try:
            found.append(TreeProgramme(case, alone, objective=objective, effort=effort).solve().value)
        except NoPlan:
            if effort is None or not effort.out_of_time:
                raise
            return None
    return np.array(found)


def first_look(tree: Tree) -> int:
    """Period in which something is seen for the first time; the number of periods where nothing ever is."""
    seen = tree.looked
    children = np.bincount(seen.parent[seen.parent >= 0], minlength=len(seen))
    split = seen.period[children > 1]
    return int(split.min()) + 1 if split.size else int(tree.period.max()) + 1


def _values(
    case: Case, problem: TreeProgramme, answer: Answer, ends: Any, known: Floats, objective: str | None
) -> list[tuple[str, float]]:
    """Wait and see, two-stage bound, best plan without recourse, plan for the mean, and the differences."""
    tree = problem.tree
    here = float(answer.path_cost @ problem.chance)
    result = _known_values(problem, answer, known)
    effort = problem.effort
    bound = (
        TreeProgramme(case, branching.fan(tree, shared=first_look(tree)), objective=objective, effort=effort)
        .solve()
        .value
    )
    over = policy.over_at(tree, ends)[tree.last_look]  # as far as it is seen
    static = _value(problem, problem.solve(together=problem.together(np.where(over, -1, tree.period))))
    result += [("two_stage_bound", bound), ("no_recourse", static), ("recourse", static - here)]
    mean = branching.mean_path(tree)
    ahead = TreeProgramme(case, mean, objective=objective, effort=effort)
    expected = ahead.solve()
    result.append(("mean_problem", expected.value))
    first = first_look(tree)
    trunk = [int(np.flatnonzero(tree.period == t)[0]) for t in range(first)]
    amounts = [
        (family, key, trunk[t], amount)
        for family in ahead.decisions
        for (key, t), amount in ahead.decided(expected, family).items()
        if t < first
    ]
    try:
        mean_first = _value(problem, problem.solve(fixed=by_name(problem, amounts)))
        result += [("mean_plan_first", mean_first), ("planning_for_the_tree", mean_first - here)]
    except NoPlan:
        result += [("mean_plan_first", float("nan")), ("planning_for_the_tree", float("nan"))]
    return result


def _known_values(problem: TreeProgramme, answer: Answer, known: Floats) -> list[tuple[str, float]]:
    """What each path costs if it is known from the start, what knowing is worth, and the largest regret."""
    here, wait = float(answer.path_cost @ problem.chance), float(known @ problem.chance)
    regret = answer.path_cost - known
    return [("wait_and_see", wait), ("knowing", here - wait), ("largest_regret", float(regret.max()))]


def _value(problem: TreeProgramme, answer: Answer) -> float:
    """Value of an answer, not comparable where rules that the plan keeps give way."""
    return float("nan") if problem.broken(answer) else answer.value


def _rivals(
    case: Case,
    problem: TreeProgramme,
    ends: Any,
    objective: str | None,
    say: Say,
    rolling: Rolling | None,
    workers: int,
) -> dict[str, Floats]:
    """Cost by path of the ways in which people plan: as if it lasts five years, year by year, for the mean path, for the
    worth expected (``rampart plan``, again at each look), by the two-stage lookahead.
    """
    tree = problem.tree
    if tree.mix is None or not ends.any():
        return {}
    found = {}
    for name, ahead in (
        ("as_if_five_years", policy.Lasting(60)), ("year_by_year", policy.Lasting(12)),
        ("mean_while_it_lasts", policy.mean_while_it_lasts), ("plan_again", policy.plan_again),
        ("two_stage_policy", policy.two_stage),
    ):  # fmt: skip
        say(name)
        try:
            rolled = policy.roll(
                case, ends, tree, ahead, objective=objective, effort=problem.effort, workers=workers,
                progress=None if rolling is None else partial(rolling, name),
            )  # fmt: skip
        except NoPlan:
            rolled = None
        kept = rolled is not None and not rolled.problem.broken(rolled.answer)
        found[name] = rolled.answer.path_cost if rolled and kept else np.full(problem.chance.size, np.nan)
    return found


def ends_of(
    problem: TreeProgramme, answer: Answer, ends: Any, known: Floats, rivals: dict[str, Floats]
) -> pl.DataFrame:
    """By path: when the war ends, its chance, cost, regret, and what was served until then."""
    tree = problem.tree
    over = tree.mix @ ends > 0.5 if tree.mix is not None else np.zeros(len(tree), dtype=bool)
    table = tree.ancestor[problem.leaves]
    rows: dict[str, list[Any]] = {
        "path": [], "ends": [], "probability": problem.chance.tolist(), "cost": answer.path_cost.tolist(),
        "known": known.tolist(), "regret": (answer.path_cost - known).tolist(),
    }  # fmt: skip
    served, need = _months_of_need(problem, answer)
    extra: dict[str, list[float]] = {"served_share": []}
    for n, nodes in enumerate(table):
        path = nodes[nodes >= 0]
        ended = path[over[path]]
        rows["path"].append(n)
        rows["ends"].append(month_text(int(tree.first_month[ended[0]])) if ended.size else None)
        fought = path[~over[path]]
        extra["served_share"].append(
            float(served[fought].sum() / need[fought].sum()) if need[fought].sum() > 0 else 1.0
        )
    for name, cost in rivals.items():
        rows[f"regret_{name}"] = (cost - known).tolist()
    return frame("war", "ends", rows | extra)


def supply_of(problem: TreeProgramme, answer: Answer, ends: Any) -> pl.DataFrame:
    """By path, recipient and item: what is served and needed a month in the last twelve months of the war.

    Talks rest on what can be sustained, so the last year before the end counts, not the mean of the war.
    """
    tree, network = problem.tree, problem.programme.network
    over = policy.over_at(tree, ends)
    served, need = problem.decided(answer, "serve"), problem.programme.need
    rows = []
    for n, nodes in enumerate(tree.ancestor[problem.leaves]):
        path = nodes[nodes >= 0]
        fought = path[~over[path]]
        if not fought.size:
            continue
        last = int(tree.last_month[fought[-1]])
        kept = fought[tree.first_month[fought] > last - 12]
        months = float(tree.months[kept].sum())
        done = path[over[path]]
        end = month_text(int(tree.first_month[done[0]])) if done.size else None
        totals: dict[tuple[str, str], list[float]] = {}
        for d, demand in enumerate(network.demands):
            if demand.holder in network.recipients:
                both = totals.setdefault((demand.holder, demand.item), [0.0, 0.0])
                both[0] += sum(served.get((demand, int(k)), 0.0) for k in kept)
                both[1] += float(need[d, kept].sum())
        rows += [
            (n, end, holder, item, s / months, w / months)
            for (holder, item), (s, w) in totals.items()
            if w > 0 or s > 0
        ]
    return frame("war", "supply", rows)


def _months_of_need(problem: TreeProgramme, answer: Answer) -> tuple[Floats, Floats]:
    """What recipients (or all, where there is none) are served and need at each node, shape (nodes,) each.

    In months of each need: quantities of different items are not added.
    """
    network = problem.programme.network
    monthly = monthly_need(problem.programme)
    months = np.divide(1.0, monthly, out=np.zeros_like(monthly), where=monthly > 0)
    theirs = np.array([demand.holder in network.recipients for demand in network.demands], dtype=bool)
    months = np.where(theirs | ~theirs.any(), months, 0.0)
    number = problem.programme["serve"].index
    served = np.zeros(len(problem.tree))
    need, late = problem.programme.need, network.late
    for (key, node), amount in problem.decided(answer, "serve").items():
        at = number[key]  # what is served beyond the need of the month counts where something is due from before
        served[node] += (amount if late[at] else min(amount, float(need[at, node]))) * months[at]
    return served, months @ need
