"""The plan over sampled paths: what is decided until the next look, and capacity, for a hundred paths of the war at once.

Solved by decomposition (``decompose``), with the gap proven; how far the value itself rests on the luck of the draw is told
by fresh batches of paths (Mak, Morton and Wood 1999), and how the policy fares as time goes on by running it forward.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.beliefs.supply import Supply
from rampart.case.calendar import month_text
from rampart.case.tables import Case
from rampart.case.without_fleets import without_fleets
from rampart.catalogues.results import frame
from rampart.engine.highs import NoPlan
from rampart.engine.pool import Pool
from rampart.network.keys import Key, parts, text
from rampart.network.lags import Floats, Integers
from rampart.network.tree import Tree
from rampart.results.manifest import origin_of
from rampart.results.result import Result
from rampart.scenario import branching, forward, war
from rampart.scenario.decided import SEEN, Row, decisions_table, unit_money
from rampart.scenario.decompose import Round, TwoStage, processes_for, two_stage
from rampart.scenario.frontier import FACTORS, frontier
from rampart.scenario.left_over import left_over
from rampart.scenario.one_path import Material, first_columns, names_of, widest
from rampart.scenario.policy import Lasting, Situation
from rampart.scenario.risk import Risk
from rampart.scenario.sensitivity import sensitivity
from rampart.scenario.standard_error import standard_error
from rampart.scenario.tree_programme import Answer, Effort, TreeProgramme, cvar

if TYPE_CHECKING:
    import polars as pl

WEIGHED = (0.0, 0.5, 1.0, 2.0)  # times that readiness at home is weighed, on paths that stand for all
LEFT = 1e-2  # of a solver unit, up to which an amount is what a programme solved from inside leaves, and no decision
PATHS, BATCH, SUPPLY = 0, 3, 4  # streams of random numbers beside those of ``forward``


@dataclass(frozen=True)
class Sampling:
    """How the plan over paths is made.

    paths      drawn from the chain, as many that end in each month as it says
    keep       paths that stand for all of them (``branching.reduced``); none: all stand for themselves
    seed       root of all random numbers
    capacity   whether all expansions are decided now, whenever they begin; else only those before the next look
    gap        relative gap at which to stop; seconds, ``time_limit``, after which to stop with what there is: at least one
               round, so that there is a plan on every path, and nothing that is worked out beside the plan
    batches    of as many paths drawn anew, each solved to bound the value from below; at least two make an interval
    fresh      paths drawn anew on which policies are run forward; ``ahead``: paths that a lookahead draws each time
    compare    whether to weigh the first decisions of others on the same paths
    frontier   of the paths, so many that stand for all when the partner, readiness and money are weighed otherwise; 0: none
    """

    paths: int = 100
    keep: int | None = None
    seed: int = 0
    capacity: bool = True
    gap: float = 0.01
    time_limit: float | None = None
    batches: int = 0
    fresh: int = 0
    ahead: int = 5
    compare: bool = True
    frontier: int = 0


def plan_on_paths(
    case: Case,
    sampling: Sampling | None = None,
    *,
    objective: str | None = None,
    risk: Risk | None = None,
    regret: bool = False,
    workers: int | None = 1,
    progress: Callable[[Round], None] | None = None,
    rolling: Callable[[str, int, int], None] | None = None,
    say: war.Say | None = None,
) -> tuple[Result, TwoStage]:
    """Plan a case over sampled paths, as ``war_plan`` does over a tree; the answer of the decomposition comes with it.

    workers   processes; None: one a core, where there is as much to do
    risk      weigh the costly paths more than the mean does; ``regret``: make the largest regret over the paths small.
              Batches and policies run forward know the mean only: one or the other
    progress  called after every round with the bound, the best plan and the gap
    rolling   called as policies are run forward: name, plans made, plans to make
    Ctrl-C or the time limit leaves the best plan found with its gap (``TwoStage.status``).
    """
    sampling, begun = sampling or Sampling(), time.monotonic()
    deadline = np.inf if sampling.time_limit is None else begun + sampling.time_limit
    if (risk or regret) and (sampling.batches or sampling.fresh):
        raise ValueError("batches and policies run forward count the mean: leave them out, or risk and regret")
    case = without_fleets(case)
    chain = Chain.of(case)
    looks = draws.revision_periods(case)
    first = looks[0] if looks else len(case.calendar)
    drawn = draws.onward(case, chain, np.array([chain.start]), sampling.paths, seed=(sampling.seed, PATHS), by_end=True)
    chance, error = np.full(sampling.paths, 1 / sampling.paths), 0.0
    supply = Supply.of(case)
    slips = None if supply is None else supply.drawn(sampling.paths, seed=(sampling.seed, SUPPLY))
    if sampling.keep is not None:
        kept, chance, error = branching.reduced(case, chain.regimes, drawn, chance, sampling.keep)
        drawn, slips = drawn[kept], None if slips is None else slips[kept]
    material = Material(case, chain.regimes, chain.ends, drawn, first, objective, sampling.capacity, slips)
    wide = widest(material)
    processes = workers or processes_for(len(drawn), wide)
    rivals = partial(first_decisions, case, chain, material, chance, deadline) if sampling.compare else None
    left = None if sampling.time_limit is None else max(0.0, deadline - time.monotonic())
    answer = two_stage(
        case, chain.regimes, chain.ends, drawn, chance, first=first, capacity=sampling.capacity, objective=objective,
        gap=sampling.gap, time_limit=left, workers=processes, risk=risk, regret=regret, rivals=rivals, progress=progress,
        slips=slips, tell=path_tables,
    )  # fmt: skip
    tree = branching.from_paths(case, chain.regimes, drawn, chance, shared=first, ends=chain.ends, looks=looks)
    tables = _tables(case, chain, tree, material, wide, answer, chance)
    values = _values(answer, chance, weighed=regret or risk is not None)
    if sampling.keep is not None:
        values.append(("reduction_error", error))
    in_time = answer.status == "optimal" and time.monotonic() < deadline
    if sampling.frontier and in_time:
        if say:
            say("frontier")
        asked = (case, chain, drawn, chance, first, sampling.frontier, objective)
        points = [("frontier", factor) for factor in FACTORS] + [("sensitivity", factor) for factor in WEIGHED]
        hands = min(processes, len(points))
        with Pool(asked, workers=hands) as pool:
            told = pool.map(_weighed_otherwise, [(points[n::hands],) for n in range(hands)])
        found, moved = ([row for rows, _ in told for row in rows[table]] for table in ("frontier", "sensitivity"))
        if found:
            tables["frontier"] = frame("war", "frontier", sorted(found, key=_factor))
            values.append(("frontier_error", told[0][1]))
        tables["sensitivity"] = frame("war", "sensitivity", sorted(moved, key=_factor))
    if sampling.batches and in_time:
        values += _batch_bounds(case, chain, answer, first, sampling, objective, processes, supply)
    if sampling.fresh and in_time:
        compared = forward.policies(case, chain, paths_ahead=sampling.ahead, seed=sampling.seed)
        run = forward.run_forward(
            case, chain, compared, paths=sampling.fresh, seed=sampling.seed, objective=objective,
            effort=Effort(gap=1e-3, whole_until=first), workers=processes, progress=rolling,
        )  # fmt: skip
        tables["forward"] = forward_table(run)
        values += [("fresh_bound", run.bound), ("fresh_known", float(run.known.mean()))]
    tables["values"] = frame("war", "values", values)
    manifest = origin_of(case) | {
        "solver": {"name": "HiGHS", "threads": 1, "gap": sampling.gap, "workers": processes},
        "status": "optimal" if answer.status == "optimal" else "time limit", "idle": answer.status == "idle",
        "gap": answer.gap, "sampling": asdict(sampling), "paths": len(chance), "nodes": len(tree),
        "objective": war.objective_of(wide), "risk": war.risk_of(risk, regret=regret),
        **war.supply_said(supply, ways=len(chance)),
    }  # fmt: skip
    return war.result_of(case, tables, manifest), answer


def path_tables(
    problem: TreeProgramme, material: Material, level: Floats, cost: Floats, known: Floats
) -> list[tuple[pl.DataFrame, ...]]:
    """Tables ``ends``, ``supply`` and ``left`` of each path of a programme of some, in the order of its leaves."""
    import polars as pl

    answer = Answer(0.0, level, cost, np.zeros(0))
    tables = (
        war.ends_of(problem, answer, material.ends, known, {}),
        war.supply_of(problem, answer, material.ends),
        left_over(problem, answer, material.ends),
    )
    return [tuple(table.filter(pl.col("path") == n) for table in tables) for n in range(cost.size)]


def _tables(
    case: Case, chain: Chain, tree: Tree, material: Material, longest: TreeProgramme, answer: TwoStage, chance: Floats
) -> dict[str, pl.DataFrame]:
    import polars as pl

    first = material.first
    at_period = [np.flatnonzero(tree.period == t) for t in range(len(case.calendar))]
    months = [month_text(m) for m in case.calendar.starts]
    made = answer.told
    ends = [of[0] for of in made]
    supply, left = ([of[k].with_columns(path=pl.lit(n, pl.Int64)) for n, of in enumerate(made)] for k in (1, 2))
    price, kinds = unit_money(longest), set(longest.decisions)
    mine = first_columns(longest, material)
    noise = LEFT if answer.rounds[-1].stand_ins < len(material.paths) else 0.0
    least = dict(zip(names_of(longest, mine), (noise * longest.layout.column_scale[mine]).tolist(), strict=True))
    decided = [(f, key, t, v) for (f, key, t), v in zip(answer.names, answer.amounts.tolist(), strict=True)
               if f in kinds and v > max(SEEN, least[f, key, t])]  # fmt: skip
    now: list[Row] = []
    for f, key, t, v in decided:
        each_unit = price(f, key, t)
        money = None if each_unit is None else each_unit * v
        now += [(f, key, int(n), int(case.calendar.starts[t]), v, money) for n in at_period[t][:1]]
    at_nodes = [(f, text(key), parts(key), int(n), months[t], v) for f, key, t, v in decided for n in at_period[t]]
    policy = frame("war", "policy", sorted(at_nodes, key=lambda row: (*row[:2], row[3])))
    by_path = pl.concat(ends).with_columns(path=pl.int_range(pl.len()), probability=pl.Series(chance))
    by_path = by_path.with_columns(
        **{f"regret_{n}": pl.Series(cost - answer.known).fill_nan(None) for n, cost in answer.rivals.items()}
    )
    rounds = answer.rounds
    return war.length_of_war(case, chain) | {
        "implied": war.implied_of(case),
        "decisions": decisions_table(case, now),
        "nodes": war.nodes_of(tree, chain.ends),
        "policy": policy.filter((pl.col("node") >= 0) & pl.lit(first > 0)),
        "ends": by_path,
        "supply": pl.concat(supply),
        "left": pl.concat(left),
        "rounds": frame("war", "rounds", [asdict(r) for r in rounds]),
    }


def _values(answer: TwoStage, chance: Floats, *, weighed: bool) -> list[tuple[str, float]]:
    cost = answer.path_cost
    plan, wait = float(cost @ chance), float(answer.known @ chance)
    found = [("plan", plan)] + ([("counts", answer.value)] if weighed else [])
    found += [
        ("standard_error", standard_error(cost, chance)),
        ("lower_bound", answer.bound), ("gap", answer.gap), ("cvar_90", cvar(cost, chance, 0.9)),
        ("worst", float(cost.max())), ("wait_and_see", wait), ("knowing", plan - wait),
        ("largest_regret", float((cost - answer.known).max())),
    ]  # fmt: skip
    for name, rival in answer.rivals.items():
        found.append((f"first_{name}", float(rival @ chance)))
    mean = answer.rivals.get("mean_while_it_lasts")
    if mean is not None:
        found.append(("planning_for_the_tree", float(mean @ chance) - plan))
    return found


def _weighed_otherwise(
    asked: tuple[Case, Chain, Integers, Floats, int, int, str | None], points: list[tuple[str, float]]
) -> tuple[dict[str, list[dict[str, Any]]], float]:
    """Rows of the tables ``frontier`` and ``sensitivity`` at some of their factors, with supply as promised, and the error of
    standing for all paths.
    """
    few, error = _few(*asked)
    of = {name: tuple(factor for table, factor in points if table == name) for name in ("frontier", "sensitivity")}
    rows = {
        "frontier": frontier(few, of["frontier"]),
        "sensitivity": sensitivity(few, asked[4], factors=of["sensitivity"]),
    }
    return rows, error


def _factor(row: dict[str, Any]) -> float:
    return float(row["factor"])


def _few(
    case: Case, chain: Chain, paths: Integers, chance: Floats, first: int, keep: int, objective: str | None
) -> tuple[TreeProgramme, float]:
    """The programme of paths that stand for all, to weigh otherwise, and the error of standing for them."""
    looks = draws.revision_periods(case)
    kept, weight, error = branching.reduced(case, chain.regimes, paths, chance, min(keep, len(paths)))
    tree = branching.from_paths(case, chain.regimes, paths[kept], weight, shared=first, ends=chain.ends, looks=looks)
    return TreeProgramme(case, tree, objective=objective), error


def first_decisions(
    case: Case, chain: Chain, material: Material, chance: Floats, deadline: float = np.inf
) -> dict[str, dict[tuple[str, Key, int], float]]:
    """What others would decide first: for the mean of the paths, as if it lasts five years, year by year; those for which
    there is time.
    """
    first = material.first
    effort = Effort(gap=1e-3, whole_until=None if material.capacity else first, deadline=deadline)
    looks = draws.revision_periods(case)  # until the first of them nobody knows how any path goes on
    tree = branching.from_paths(case, chain.regimes, material.paths, chance, ends=None, looks=looks)
    root = int(np.flatnonzero(tree.parent < 0)[0])
    now = Situation(tree, root, tree.leaves, tree.probability[tree.leaves], chain.ends, first)
    ahead: Mapping[str, Callable[[], Tree]] = {
        "mean_while_it_lasts": lambda: branching.mean_path(tree, alive=~chain.ends),
        "as_if_five_years": lambda: Lasting(60)(now),
        "year_by_year": lambda: Lasting(12)(now),
    }
    found = {}
    for name, make in ahead.items():
        problem = TreeProgramme(case, make(), objective=material.objective, effort=effort)
        try:
            answer = problem.solve()
        except NoPlan:
            continue
        period = problem.tree.period
        found[name] = {
            (family, key, int(period[node])): amount
            for family in problem.programme.families
            for (key, node), amount in problem.decided(answer, family).items()
        }
    return found


def _batch_bounds(
    case: Case,
    chain: Chain,
    answer: TwoStage,
    first: int,
    sampling: Sampling,
    objective: str | None,
    workers: int,
    supply: Supply | None,
) -> list[tuple[str, float]]:
    """Bound on the value from below, and on the plan's gap from above, with 95 % confidence, from batches of fresh paths.

    The mean of the batches' own optima is at most the true optimum; the plan's decisions weighed on the same paths cost
    more by a gap whose mean is at least the true one.
    """
    from scipy.stats import t

    plan = dict(zip(answer.names, answer.amounts.tolist(), strict=True))
    bounds, gaps = [], []
    for batch in range(sampling.batches):
        drawn = draws.onward(
            case, chain, np.array([chain.start]), sampling.paths, seed=(sampling.seed, BATCH, batch), by_end=True
        )
        slips = None if supply is None else supply.drawn(sampling.paths, seed=(sampling.seed, SUPPLY, batch))
        found = two_stage(
            case, chain.regimes, chain.ends, drawn, np.full(sampling.paths, 1 / sampling.paths), first=first,
            capacity=sampling.capacity, objective=objective, gap=sampling.gap, workers=workers, rivals={"plan": plan},
            slips=slips,
        )  # fmt: skip
        bounds.append(found.bound)
        gaps.append(float(found.rivals["plan"].mean()) - found.bound)
    below = forward.interval(np.array(bounds))
    result = [("batch_bound", below.mean), ("batch_bound_low", below.low), ("batch_bound_high", below.high),
              ("batch_gap", float(np.mean(gaps)))]  # fmt: skip
    if len(gaps) > 1:
        half = t.ppf(0.95, len(gaps) - 1) * np.std(gaps, ddof=1) / np.sqrt(len(gaps))
        result.append(("batch_gap_most", float(np.mean(gaps) + half)))
    return result


def forward_table(run: forward.Forward) -> pl.DataFrame:
    """Costs of the policies on the fresh paths: mean and interval, and what each costs more than the two-stage policy."""
    rows: dict[str, list[Any]] = {name: [] for name in (
        "policy", "paths", "mean", "low", "high", "above_bound", "more", "more_low", "more_high")}  # fmt: skip
    base = next(iter(run.cost.values()))
    for name, cost in run.cost.items():
        own, more = forward.interval(cost), forward.interval(cost - base)
        figures = (
            name,
            cost.size,
            own.mean,
            own.low,
            own.high,
            (own.mean - run.bound) / abs(run.bound) if run.bound else float("nan"),
            more.mean,
            more.low,
            more.high,
        )
        for column, figure in zip(rows, figures, strict=True):
            rows[column].append(figure)
    return frame("war", "forward", rows)
