"""A tree too large to be written out: drawn, planned over, and carried out; what it costs is counted again by other means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import highspy
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from rampart.beliefs.chain import Chain
from rampart.case.doors import read_case
from rampart.cli.main import main
from rampart.findings import CaseError
from rampart.scenario import branching, drawn, war
from rampart.scenario.nonanticipativity import foresight
from rampart.scenario.tree_programme import TreeProgramme
from scenario import looked_war
from scenario.looked_war import (
    HOLDING,
    NEEDS,
    OFFENSIVE,
    RATE,
    SHORT,
    STARTING,
    UNMET,
    WIDER,
    Floats,
    all_months,
    carried_out,
    histories,
    mean_of_worst,
    optimum,
    saved_policy,
)

MONTHS, EVERY = 18, 6
BEST = 465.0267  # what eighteen months looked at every six cost at least: ``test_the_least_cost...``


def test_a_war_that_stands_still_between_looks_promises_what_cannot_be_kept() -> None:
    """Eighteen months looked at every six, regimes frozen in between: 378.8 and 753.9 promised; carried out on the months of
    the chain the row of the issue says 485.8 and 922.4, every history counted 487.5 and 926.3. The row is that of this old
    policy, not of the best one, and drawn: the costs spread by 226, so that 10,000 histories miss the mean by 2.3 (nine months
    looked at every three: 257.6 said, 259.0 counted, spread 137, 1.4; no other optimum of the frozen war gives less there).
    The best possible, which the row leaves open, is ``BEST``.
    """
    old = optimum(histories(MONTHS, EVERY, frozen=True), MONTHS, EVERY)
    assert old.value == pytest.approx(378.8, abs=0.05)
    assert mean_of_worst(old.cost, old.chance, 0.9) == pytest.approx(753.9, abs=0.05)
    cost, chance = carried_out(old.policy, MONTHS, EVERY)
    assert cost @ chance == pytest.approx(485.8, rel=5e-3)
    assert mean_of_worst(cost, chance, 0.9) == pytest.approx(922.4, rel=5e-3)


def test_a_drawn_tree_keeps_what_it_promises() -> None:
    """Its policy, played on all 262,143 histories, costs what the fresh paths said, and nearly the least that is possible."""
    case = looked_war.war(MONTHS, EVERY)
    with pytest.raises(CaseError) as large:
        war.tree_of(case, "regimes")
    assert [f.code for f in large.value.findings] == ["tree-too-large"]
    made = war.war_plan(case, shape="drawn", compare=False)
    assert not foresight(made.tables)
    values = dict(made["values"].iter_rows())
    cost, chance = carried_out(saved_policy(made, EVERY), MONTHS, EVERY)
    really = float(cost @ chance)
    assert BEST - 1e-3 < really < 1.02 * BEST
    assert abs(values["carried_out"] - really) < 3 * values["carried_out_error"]
    assert abs(values["plan"] - really) < 3 * values["standard_error"]
    assert made.manifest["paths"] == 300


@pytest.mark.slow
def test_the_least_cost_of_eighteen_months_looked_at_every_six() -> None:
    """By cuts: what waits for a look is chosen by a programme that knows, of the partner's stock, tangents only; every
    history of months says what a choice costs and how that changes. No history is left out, nothing of the model is used.
    """
    low, high = _least_cost()
    assert high - low < 1e-5 * high
    assert low < BEST + 1e-3
    assert high > BEST - 1e-3


def _partner(send: Floats, place: list[Floats], last: Floats, groups: int) -> tuple[Floats, Floats]:
    """Cost of the partner's stock and unmet need by the last group, and its slope by each shipment."""
    of = all_months(MONTHS, EVERY)
    theirs, cost, all_used = np.zeros(of.chance.size), np.zeros(of.chance.size), []
    for t in range(MONTHS):
        if t:
            theirs = theirs + send[place[t - 1]]
        need = NEEDS[of.regimes[:, t]]
        all_used.append(theirs <= need)
        used = np.minimum(theirs, need)
        theirs = theirs - used
        cost += HOLDING * theirs + UNMET / OFFENSIVE * (need - used)
    slope, each = np.zeros((groups, send.size)), np.zeros(of.chance.size)
    for t in range(MONTHS - 1, 0, -1):
        each = np.where(all_used[t], -UNMET / OFFENSIVE, HOLDING + each)
        at = last * send.size + place[t - 1]
        slope += np.bincount(at, of.chance * each, minlength=groups * send.size).reshape(groups, send.size)
    return np.bincount(last, of.chance * cost, minlength=groups), slope


def _least_cost() -> tuple[float, float]:
    """A bound from below and the cost of a policy."""
    of = all_months(MONTHS, EVERY)
    number = {(t, sight): n for n, (t, sight) in enumerate((t, s) for t in range(MONTHS) for s in of.sights[t])}
    size = len(number)
    place = [np.array([number[t, s] for s in of.sights[t]])[of.saw[t]] for t in range(MONTHS)]
    before = {n: number[t - 1, s if t % EVERY else s[:-1]] for (t, s), n in number.items() if t}

    def back(n: int, steps: int) -> int:
        for _ in range(steps):
            n = before[n]
        return n

    chance = sum(np.bincount(at, of.chance, minlength=size) for at in place)
    groups = len(of.sights[-1])
    order, widen, send, own, short = (k * size for k in range(5))
    master = highspy.Highs()
    master.setOptionValue("output_flag", False)
    nothing = np.array([], dtype=np.int32)
    ends = [("order", 1.0), ("widen", WIDER), ("send", 0.0), ("own", HOLDING), ("short", SHORT / 40.0)]
    for kind, each in ends:
        for (t, _), n in number.items():
            counts = t + {"order": 2, "send": 1}.get(kind, 0) < MONTHS
            master.addCol(each * chance[n], 0.0, np.inf if counts else 0.0, 0, nothing, np.array([]))
    for _ in range(groups):
        master.addCol(1.0, 0.0, np.inf, 0, nothing, np.array([]))

    def rows() -> Iterator[tuple[dict[int, float], float, float]]:
        for (t, _), n in number.items():
            begin = STARTING if t == 0 else 0.0
            stock = {own + n: 1.0, send + n: 1.0}
            if t:
                stock[own + before[n]] = -1.0
            if t >= 2:
                stock[order + back(n, 2)] = -1.0
                made = {order + back(n, 2): 1.0} | {widen + back(n, k): -1.0 for k in range(4, t + 1)}
                yield made, -np.inf, RATE
            yield stock, begin, begin
            yield {short + n: 1.0, own + n: 1.0}, 40.0, np.inf
            yield {widen + back(n, k): 1.0 for k in range(t + 1)}, -np.inf, 20.0

    for row, low, high in rows():
        master.addRow(low, high, len(row), np.array(list(row), dtype=np.int32), np.array(list(row.values())))
    best, best_x, bound = np.inf, None, -np.inf
    cost = np.array(master.getLp().col_cost_)[: 5 * size]
    for _ in range(100):
        master.run()
        bound, x = master.getInfo().objective_function_value, np.array(master.getSolution().col_value)
        for tried in [x] if best_x is None else [x, (x + best_x) / 2]:
            value, slope = _partner(tried[send:own], place, of.saw[-1], groups)
            total = float(cost @ tried[: 5 * size] + value.sum())
            if total < best:
                best, best_x = total, tried
            for g in range(groups):
                at = np.flatnonzero(slope[g])
                columns = np.append(send + at, 5 * size + g).astype(np.int32)
                master.addRow(
                    value[g] - slope[g] @ tried[send:own], np.inf, at.size + 1, columns, np.append(-slope[g][at], 1.0)
                )
        if best - bound < 1e-6 * best:
            break
    return bound, best


def test_paths_known_from_the_start_in_one_programme_cost_what_each_alone_does(monkeypatch: pytest.MonkeyPatch) -> None:
    case = looked_war.war(3, 2)
    tree = war.tree_of(case, "regimes")[0]
    one_by_one = war._known(case, tree, None, None)
    monkeypatch.setattr(war, "MANY", 2)
    together = war._known(case, tree, None, None)
    assert one_by_one is not None
    assert together is not None
    assert together == pytest.approx(one_by_one, rel=1e-9, abs=1e-9)


def test_what_no_path_saw_is_decided_as_after_the_likeliest_of_what_was_seen_instead() -> None:
    """A plan over war-war and war-ended, carried out where there is an offensive: as if the war went on."""
    case = looked_war.war(4, 2)
    chain = Chain.of(case)
    assert chain.regimes == ("war", "off", "ended")
    known = np.array([[0, 0, 0, 0]] * 3 + [[0, 0, 2, 2]])
    plan = TreeProgramme(case, drawn.tree_from(case, chain, known))
    answer = plan.solve()
    met, alike = (drawn.tree_from(case, chain, np.array([path])) for path in ([0, 0, 1, 1], [0, 0, 0, 0]))
    cost, same = (drawn.carried_out(plan, answer, other) for other in (met, alike))
    assert cost is not None
    assert same is not None
    assert same == pytest.approx(answer.path_cost[np.argmax(branching.paths_of(plan.tree)[1])])
    more = 2 * (OFFENSIVE - 10.0) * UNMET / OFFENSIVE  # two months need 14 more, which nobody foresaw
    assert cost == pytest.approx(same + more, abs=1.0)


def test_the_verb_draws_the_tree_says_so_and_carries_the_plan_out(tmp_path: Path) -> None:
    looked_war.war(14, 7).save(tmp_path / "case")
    asked = ["war", str(tmp_path / "case"), "--no-report", "--no-compare", "-o", str(tmp_path / "out")]
    run = CliRunner().invoke(main, [*asked, "--tree", "drawn", "--paths", "40", "--lang", "en"])
    assert run.exit_code == 0, run.output
    assert "The tree of every month is drawn: 40 sampled paths" in run.output
    assert "carried out on 1000 paths drawn anew" in " ".join(run.output.split())
    french = CliRunner().invoke(main, [*asked, "--tree", "drawn", "--paths", "40", "--lang", "fr", "--force"])
    assert "exécuté sur 1000 trajectoires tirées à nouveau" in " ".join(french.output.split())


PEEK = {
    "branches": "branch,after,from,regime,probability\nshort,,,war,0.5\nlong,,,war,0.5\n"
                "short-end,short,2025-04,ended,1\nlong-end,long,2025-09,ended,1\n",
    "demand": "holder,item,purpose,regime,rate_per,need\nUUU,shell,operations,war,month,10.0\n"
              "UUU,shell,operations,ended,month,0.0\n",
    "expansions": "expansion,line,added_rate,cost,construction,whole,max_units\nmore,plant,1,6.0,1,no,12.0\n",
    "items": "item,name_en,kind,unit,holding_cost\nshell,shell,munition,u,0.05\n",
    "lines": "line,nation,item,state,rate_per,max_rate,admin_lead_time,lead_time,unit_cost\n"
             "plant,AAA,shell,hot,month,9.0,0,0,2.0\n",
    "nations": "nation,name_en,role\nAAA,A,member\nUUU,U,recipient\n",
    "priorities": "rank,objective,tolerance,worth\n1,need,0,135.0\n2,requirement,0,33.0\n3,money,0,1\n",
    "regimes": "regime,name_en,ends\nwar,war,no\nended,ended,yes\n",
    "requirements": "holder,item,layer,quantity\nAAA,shell,stated,17.0\n",
    "routes": "origin,destination,item,months,capacity\nAAA,UUU,shell,1,unlimited\n",
    "settings": "setting,value\ntitle_en,small 1\ncurrency,EUR\nmoney_unit,one\nstart,2025-01\nend,2025-09\nregime,war\n"
                "revise_every,4\n",
    "stocks": "holder,item,quantity\nAAA,shell,34.0\nUUU,shell,0\n",
    "transitions": "from_regime,to_regime,probability\nwar,ended,0.191\n",
}  # fmt: skip
"""Two first branches of one regime, as they were found; without branches and looks, the case in which nothing branched."""


def test_branches_that_look_alike_decide_one_thing(tmp_path: Path) -> None:
    for table, text in PEEK.items():
        (tmp_path / f"{table}.csv").write_text(text, encoding="utf-8")
    asked = ["war", str(tmp_path), "--no-report", "--no-compare", "--lang", "en"]
    run = CliRunner().invoke(main, [*asked, "-o", str(tmp_path / "out")])
    assert run.exit_code == 0, run.output
    nodes = pl.read_parquet(next((tmp_path / "out").rglob("nodes.parquet")))
    assert nodes.group_by("period").len().sort("period")["len"].to_list() == [1, 1, 1, 2, 2, 2, 2, 2, 2]


def test_a_case_without_branches_is_refused_as_given_and_branches_as_a_chain(tmp_path: Path) -> None:
    for table, text in PEEK.items():
        if table != "branches":
            (tmp_path / f"{table}.csv").write_text(text.replace("revise_every,4\n", ""), encoding="utf-8")
    asked = ["war", str(tmp_path), "--no-report", "--no-compare", "--lang", "en", "-o"]
    given = CliRunner().invoke(main, [*asked, str(tmp_path / "given"), "--tree", "given"])
    assert given.exit_code == 1
    assert "Branches are asked for, and the table has none" in given.output
    case = read_case(tmp_path)
    looks = war.tree_of(case)[0]
    assert sorted(set(looks.period[looks.last_look == np.arange(len(looks))].tolist())) == [0, 3, 6]
    run = CliRunner().invoke(main, [*asked, str(tmp_path / "out")])
    assert run.exit_code == 0, run.output
    over = 1 - (1 - 0.191) ** 12
    assert f"{100 * over:.1f}%" in run.output  # over within twelve months
