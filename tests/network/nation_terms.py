"""What each objective of a plan of a whole case owes to some of its nations, worked out from the plan's tables.

The objectives are those of the independent builder, its columns filled from the tables: nothing here comes from
``rampart.plan``.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any

from independent.builder import Builder
from independent.facts import Channel, Facts
from independent.give_or_keep import CHORDS
from rampart.results.result import Result

Values = dict[str, float]


def terms_of(plan: Result, nations: Collection[str]) -> Values:
    """Value of each pass restricted to what is the nations': a recipient goes with them, whoever they are.

    What is only told of requirement_sum on the way to fair shares is in no table, and left out. Of requirement_worst,
    which is not theirs alone: where one of them must hold an item, the worst-off of all.
    """
    facts = Facts(plan.case)
    mine = set(nations) | {n for n, row in facts.nations.items() if row["role"] == "recipient"}
    builder = Builder(facts)
    programme = builder.programme()
    known, owned = _columns(plan, facts, builder), _Owned(facts, mine)
    found: Values = {}
    for objective in programme.objectives:
        if objective.how == "told":
            continue
        found[objective.name] = sum(
            coefficient * known.get(column, 0.0) for column, coefficient in objective.terms if owned.of(column)
        )
    if "money" in found:
        found["money"] -= sum(_price(facts, c, int(s)) * known.get(f"order|{c.code}|{s}", 0.0)
                              for c in facts.channels if owned.made_for_others(c) for s in facts.periods)  # fmt: skip
    return found


class _Owned:
    """Whose each column of the builder is."""

    def __init__(self, facts: Facts, mine: set[str]) -> None:
        self.f, self.mine = facts, mine
        self.channels = {c.code: c for c in facts.channels}
        self.lines = {code for code, row in facts.lines.items() if row["nation"] in mine}
        items = {r["item"] for r in facts.rows("requirements")}
        self.asked = {
            (item, str(t)) for item in items for t in facts.periods if any(facts.required(n, item, t)[0] for n in mine)
        }

    def of(self, column: str) -> bool:
        """Whether it counts as theirs."""
        family, *key = column.split("|")
        if family == "order":
            c = self.channels[key[0]]
            return c.line in self.lines
        if family == "expand":
            return self.f.expansions[key[0]]["line"] in self.lines
        if family in ("output", "runs", "lots", "idle", "rise", "fall", "steep"):
            return key[0] in self.lines
        if family == "worst":
            return (key[0], key[1]) in self.asked
        if family == "buy":
            return key[1] in self.mine
        if family == "over_budget":
            return key[0] in self.mine
        if family == "due_back":  # what they owe to others is in what they send there
            return {key[0], key[1]} <= self.mine
        return key[0] in self.mine  # holder, donor or origin

    def made_for_others(self, c: Channel) -> bool:
        """Whether it is made on one of their lines for others, who pay."""
        return c.line in self.lines and c.ship_to not in self.mine and c.payer not in self.mine


def _price(facts: Facts, c: Channel, s: int) -> float:
    """What a unit ordered in a period costs on delivery within the plan, money units."""
    return sum(share * facts.price(c, m) for m, share in facts.effects(c.lead, s) if m <= facts.last) / facts.unit


def _columns(plan: Result, f: Facts, builder: Builder) -> Values:
    """Columns of the builder, from the tables of a plan."""
    found: Values = {}
    period = {f"{m:%Y-%m}": p for p, m in plan["periods"].select("period", "month").iter_rows()}

    def put(name: str, *key: Any, value: float) -> None:
        column = "|".join((name, *(str(part) for part in key)))
        found[column] = found.get(column, 0.0) + value

    for r in plan["orders"].iter_rows(named=True):
        later = f"+{r['later']}" if r["later"] else ""
        put("order", f"{r['contract'] or r['line']}{later}", period[f"{r['decide']:%Y-%m}"], value=r["quantity"])
    for r in plan["expansions"].iter_rows(named=True):
        put("expand", r["expansion"], period[f"{r['decide']:%Y-%m}"], value=r["units"])
    for r in plan["purchases"].iter_rows(named=True):
        put("buy", r["offer"], r["buyer"], r["period"], value=r["quantity"])
    for r in plan["transfers"].iter_rows(named=True):
        put("send", r["origin"], r["destination"], r["item"], r["period"], value=r["quantity"])
    for r in plan["demand"].iter_rows(named=True):
        key = r["holder"], r["item"], r["purpose"], r["period"]
        put("serve", *key, value=r["served"])
        steps, left = _steps(builder, key), r["served"]
        for column, width in steps:  # the first unit is served first
            found[column] = max(0.0, width - max(0.0, left))
            left -= width
        if not steps:
            put("unmet", *key, value=r["unmet"] + r["late"])
    for r in plan["pledges"].iter_rows(named=True):
        put("owed", r["donor"], r["recipient"], r["item"], r["period"], value=r["owed"])
    before = {code: row["rate_before"] for code, row in f.lines.items()}
    for r in plan["production"].sort("period").iter_rows(named=True):
        put("runs", r["line"], r["period"], value=float(r["output"] - r["placed"] > 1e-9))
        rate = r["output"] / f.lengths[r["period"]]
        if before[r["line"]] is not None:
            put("rise", r["line"], r["period"], value=max(0.0, rate - before[r["line"]]))
            put("fall", r["line"], r["period"], value=max(0.0, before[r["line"]] - rate))
        before[r["line"]] = rate
    worst: dict[tuple[str, int], float] = {}
    for r in plan["stock"].iter_rows(named=True):
        key = r["holder"], r["item"], r["period"]
        put("stock", *key, value=r["closing"])
        put("short", *key, value=r["shortfall"] or 0.0)
        put("below", *key, value=r["below_floor"] or 0.0)
        if asked := f.if_called(*key):
            put("home", *key, value=_at_home(r["closing"], asked))
        if r["requirement"]:
            at = r["item"], r["period"]
            worst[at] = max(worst.get(at, f.short_elsewhere(*at)), (r["shortfall"] or 0.0) / r["requirement"])
    for at, share in worst.items():
        put("worst", *at, value=share)
    for r in plan["backfill"].iter_rows(named=True):
        put("due_back", r["owing"], r["donor"], r["item"], r["period"], value=r["owed"])
    for r in f.rows("agreed"):  # none is withheld where the rules are kept
        t = f.period(f.month(r["month"], f.first))
        if t is not None:
            put("hand", r["holder"], r["item"], r["to"], t, value=r["quantity"])
    return found


def _steps(builder: Builder, key: tuple[Any, ...]) -> list[tuple[str, float]]:
    """Steps of a need in a period, from the first unit on: column and width; none where it may be served late."""
    p, name, found = builder.p, "|".join(("unmet", *(str(part) for part in key))), []
    while f"{name}|{len(found)}" in p.columns:
        column = f"{name}|{len(found)}"
        found.append((column, p.upper[p.columns[column]]))
    return found


def _at_home(stock: float, asked: float) -> float:
    """What is missing at home, (R - S)^2 / (2 R) between twenty points, straight lines between them."""
    points = [(k * asked / CHORDS, (asked - k * asked / CHORDS) ** 2 / (2 * asked)) for k in range(CHORDS + 1)]
    chords = [high + (low - high) / (after - s) * (stock - s) for (s, high), (after, low) in pairwise(points)]
    return max(0.0, *chords)
