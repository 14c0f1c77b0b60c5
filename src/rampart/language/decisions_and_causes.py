"""Decisions, causes and bottlenecks in a planner's words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from rampart.case.ranks import objective_of
from rampart.language.in_words import InWords
from rampart.language.not_met import rough
from rampart.network.units_of_worth import IN_MONEY

Codes = Sequence[Mapping[str, str]]
"""The codes that name a thing one by one, as a column of type key holds them."""


COMPONENT = "component"
"""The rule that what is made takes no more components than there are."""
RULES = "rules"
"""Objective of hard rules that give way: what of them waiting costs has no unit that a reader knows."""
ALIKE = ("nations", "items", "lines", "contracts", "expansions", "market", "resources", "fleets", "shops")
"""Tables whose codes a plan decides on or names as a reason."""


def equals(answer: InWords) -> str:
    """What is equal in every datum, so that the plan may as well have chosen the other; nothing where all things differ."""
    words, found = answer.words, []
    known: Mapping[str, Sequence[Sequence[str]]] = answer.result.manifest.get("alike") or {}
    for table in ALIKE:
        for group in known.get(table, ()):
            names = [answer.name(code, table=table) for code in group]
            if len(set(names)) < len(names):  # the same name twice says nothing without the code
                names = [words("alike.code", name=name, code=code) for name, code in zip(names, group, strict=True)]
            found.append(words("alike.group", names=words.list(names), table=words(f"alike.{table}")))
    return words("alike", groups=words("between.semicolon").join(found)) if found else ""


def bottleneck_name(answer: InWords, cause: str | None, key: Codes | None) -> str:
    """A bottleneck with the type of its cause: "Maximum rate of a line: Lower Saxony plant (Germany)"."""
    words = answer.words
    name, kind = bottleneck_parts(answer, cause, key)
    return words("cause_of", cause=kind, name=name) if kind else name


def bottleneck_parts(answer: InWords, cause: str | None, key: Codes | None) -> tuple[str, str]:
    """A bottleneck as its name and its cause; where no code names it, the cause alone."""
    kind = answer.words.choice("cause", cause)
    return (answer.named(key), kind) if key else (kind, "")


def decision_name(answer: InWords, row: Mapping[str, Any], *, short: bool = False) -> str:
    """What is to be decided: "Expand Gironde plant (France)"; long: with the item and for whom."""
    words = answer.words
    kind = row["kind"]
    places = {
        **answer.in_sentence("name", answer.without_nation(answer.named(row["key"]))),
        "item": answer.item(row["item"]),
        "to": answer.nation(row["to"]),
        "nation": answer.nation(row["nation"]),
    }
    key = f"decision.{kind}"
    if not words.has(key):
        return words("cause_of", cause=words.choice("kind", kind), name=places["name"])
    return words(f"{key}.short" if short else key, **places)


def how_much(answer: InWords, row: Mapping[str, Any]) -> str:
    """Quantity of a decision with its unit; expansions by the rate that they add."""
    words = answer.words
    if row["quantity"] is None:
        return words("unknown")
    if row["kind"] == "spares":
        return words.money(row["money"])
    if row["kind"] == "bays":
        return words.quantity(row["quantity"], "bays")
    if row["kind"] == "expansion":
        if added := rate_added(answer, row):
            return words("expansion_rate", rate=answer.rate(*added))
        return words.count("expansion_units", round(row["quantity"]))
    return answer.quantity(row["quantity"], row["item"])


def rate_added(answer: InWords, row: Mapping[str, Any]) -> tuple[float, str | None] | None:
    """Units a month that an expansion decided now adds, and of which item; None where it adds to something else."""
    started, now = answer["expansions"], answer["periods"]["month"].min()
    begun = (pl.col("expansion") == row["code"]) & (pl.col("decide") == now)
    started = started.filter(begun & pl.col("added_rate").is_not_null())
    if started.is_empty():
        return None
    made = dict(answer.result.case["lines"].select("line", "item").iter_rows())
    return float(started["added_rate"].sum()), made.get(started["line"][0])


def in_year(answer: InWords, row: Mapping[str, Any]) -> str:
    """What the plan decides in the same way over the first twelve months."""
    whole = row.get("year_quantity")
    if whole is None or row["kind"] == "expansion":
        return answer.words("none")
    if row["kind"] == "spares":
        return answer.words.money(whole)
    return answer.pieces(whole, row["item"])


def decided_now(answer: InWords) -> str:
    """Months that are decided now, of the case that was planned."""
    return str(answer.result.case.settings["decide_now"])


AT_MOST, SPLIT = "≤", "*"
"""Marks of a table: a month at the latest, and what is worked out as if whole things could be split."""


def marks(answer: InWords, rows: Sequence[Sequence[str]]) -> str:
    """What the marks in the cells of a table say, one after the other."""
    cells = [cell for row in rows for cell in row]
    told = [answer.words("decide.at_latest_note")] if any(cell.startswith(AT_MOST) for cell in cells) else []
    told += [answer.words("delay.split_note")] if any(cell.removesuffix(".").endswith(SPLIT) for cell in cells) else []
    return " ".join(told)


def deadline(answer: InWords, row: Mapping[str, Any], *, marked: bool = False) -> str:
    """The month by whose end something is to be decided, or the latest that it can be.

    marked  by a sign that ``marks`` explains
    """
    words = answer.words
    if not row["decide_by"]:
        return words("blank.decide_by")
    month = words.month(row["decide_by"], short=True)
    if marked and row["at_latest"]:
        return f"{AT_MOST}\u00a0{month}"
    return words("decide.at_latest", month=month) if row["at_latest"] else month


def delay(answer: InWords, row: Mapping[str, Any], *, marked: bool = False) -> str:
    """What a month's delay of a decision costs, in words; ``marked`` as in ``waiting``."""
    words = answer.words
    objective = row["delay_objective"]
    taken, quantity = row.get("taken") or 0.0, row["quantity"] or 0.0
    if objective is None and not row["decide_by"] and taken >= 0.999 * quantity > 0:
        return words("delay.taken")
    alone = _alone(answer, row)
    if objective is None and not (alone and alone.get("split")):
        if not row["decide_by"] or (alone is None and not row["at_latest"] and answer["delays"].height):
            return words("delay.unknown")
        return words("delay.unseen" if row["at_latest"] and alone is None else "delay.nothing")
    told = {"objective": objective, "cost": row["delay_cost"], "unit_months": row["delay_units"]}
    return waiting(answer, alone or told, row["item"], marked=marked)


def least_delay(answer: InWords) -> int:
    """Months of the shortest delay that is told: those of the first period."""
    return int(answer["periods"].sort("period")["months"].first() or 1)  # type: ignore[arg-type]


def delay_costs(answer: InWords, key: str) -> str:
    """Head of what the shortest delay costs."""
    months = least_delay(answer)
    return answer.words(key) if months == 1 else answer.words("delay.costs_of", n=months)


def _alone(answer: InWords, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a month's delay of the decision alone does; None in a result saved before that was told."""
    table = answer["delays"].filter((pl.col("together") == "") & (pl.col("months") == least_delay(answer)))
    of = [pl.col(name).eq_missing(pl.lit(row[name], pl.String)) for name in ("kind", "nation", "code", "item", "to")]
    return next(table.filter(*of).iter_rows(named=True), None)


def waiting(answer: InWords, row: Mapping[str, Any], item: str | None, *, marked: bool = False) -> str:
    """What a delay costs: who has how much less from when, made good or not; else the loss in the objective's unit. What was
    worked out as if whole things could be split says so.

    item    of the decision that waits
    marked  say so by a sign that ``marks`` explains, for tables
    """
    if not row.get("split"):
        return _waiting(answer, row, item)
    if row["objective"] is None:
        return answer.words("delay.split_nothing")
    return answer.words("delay.split_marked" if marked else "delay.split", loss=_waiting(answer, row, item))


def _waiting(answer: InWords, row: Mapping[str, Any], item: str | None) -> str:
    words, objective = answer.words, row["objective"]
    if objective is None:
        return words("delay.nothing")
    if objective == RULES and row.get("rule"):
        if row["rule"] == COMPONENT:
            return words("delay.rule_component", name=answer.named(row["rule_key"]))
        return words("delay.rule", rule=words.choice("rule", row["rule"]), name=answer.named(row["rule_key"]))
    if objective == RULES or (row["cost"] is not None and math.isinf(row["cost"])):
        return words("delay.rules")
    if objective == "money":
        return words("delay.money", amount=words.money(row["cost"]))
    if objective == "steady" and row["cost"] is not None:
        if row["cost"] < HARDLY:
            return words("delay.hardly")
        return words("delay.unsteady", share=words.share(row["cost"], digits=1))
    name = words.inside(words.choice("objective", objective))
    if row.get("most") is not None:
        if answer.is_part(row["most"], row["lacks"]):
            return words("delay.hardly")
        good = words("delay.not_good") if row["made_good"] is None else words(
            "delay.good", month=words.month(answer.end_of(row["made_good"]))
        )  # fmt: skip
        key = {"pledges": "delay.owed", "backfill": "delay.owed_to"}.get(objective_of(objective), "delay.fewer")
        return words(
            key if row["month"] == row["from"] else f"{key}_most",
            what=_what(answer, row["most"], row["lacks"], item), holder=answer.nation(row["holder"]), objective=name,
            month=words.month(answer.end_of(row["month"])), good=good, others=_others(answer, row),
            **{"from": words.month(row["from"])},
        )  # fmt: skip
    if row["unit_months"] is None:
        if row.get("share") is not None and row["share"] < LITTLE:
            return words("delay.hardly")
        if row["cost"] is None:
            return words("delay.objective", objective=name)
        if objective_of(objective) in ("need", "own_use"):  # nobody has fewer, only later or for what is worth less
            return words("delay.worth_less", amount=words.money(row["cost"]), objective=name)
        key = "delay.availability" if objective_of(objective) == "availability" else "delay.cost"
        return words(key, amount=pass_amount(answer, objective, row["cost"]), objective=name)
    # The units short belong to the end item that waits, which for a component is another one: only a unit
    # that all end items of the case share can be named.
    lacks = row.get("lacks") or item
    lacks = of_end_items(answer) if is_component(answer, lacks) else lacks
    if objective_of(objective) in ("need", "own_use"):
        return words("delay.lost", quantity=answer.quantity(row["unit_months"], lacks), objective=name)
    return words("delay.units", number=words.number(row["unit_months"]), unit=answer.unit(lacks), objective=name)


def what_waits(answer: InWords, row: Mapping[str, Any], most: int | None, *, kind: str = "delays") -> str:
    """The decision that waits, or all that wait together, of which at most so many are named.

    kind  of words: those of a table, or "paper.waits" for those of a sentence
    """
    words = answer.words
    if not row["together"]:
        return decision_name(answer, row)
    names = list(dict.fromkeys(answer.without_nation(answer.named([part])) for part in row["key"]))
    told = words.list(names)
    if most is not None and len(names) > most:
        told = f"{', '.join(names[:most])} {words.count('paper.more', len(names) - most)}"
    return words(f"{kind}.{row['together']}", names=told)


def _others(answer: InWords, row: Mapping[str, Any]) -> str:
    """Of a requirement units short times months; that others lack by the same delay, and how much in all of the same item."""
    words, others = answer.words, row.get("others")
    said = ""
    if row["objective"].startswith("requirement") and row["unit_months"]:
        number = words.number(row["unit_months"])
        said = words("delay.short_months", number=number, unit=answer.unit(row["lacks"]))
    if not others:
        return said
    if row["in_all"] <= row["most"] * (1.0 + TOLD):
        return said + words.count("delay.others_else", others)
    return said + words.count("delay.others", others, total=answer.quantity(rough(row["in_all"]), row["lacks"]))


def gained(answer: InWords, row: Mapping[str, Any]) -> str:
    """Who gains by a delay, and how much."""
    if row["gained"] is None or answer.is_part(row["gained"], row["gained_item"]):
        return answer.words("none")
    what = _what(answer, row["gained"], row["gained_item"], None)
    return answer.words("delay.gained", holder=answer.nation(row["gains"]), what=what)


def _what(answer: InWords, amount: float, lacks: str, item: str | None) -> str:
    """An amount with its unit, to three figures, and of what where that is not what waits."""
    quantity = answer.quantity(rough(amount), lacks)
    return quantity if lacks == item else answer.words("delay.what", quantity=quantity, item=answer.item(lacks))


LITTLE = 1e-5
"""Share of an objective of which nobody can be named who has fewer."""
HARDLY = 5e-4
"""Part of a line's full rate below which output that is less even is hardly a loss."""
TOLD = 1e-4
"""Loss by rounding, as a share of an objective, from which it is told."""


def rounding(answer: InWords) -> str:
    """What it costs that decisions are told to three figures; nothing where none was rounded."""
    words, table, manifest = answer.words, answer["rounding"], answer.result.manifest
    if manifest.get("rounding") == "none":
        return words("rounding.exact")
    if table.is_empty():
        return ""
    lost = table.filter(pl.col("loss") > TOLD * pl.col("value").abs().clip(lower_bound=1.0))
    losses = []
    for row in lost.iter_rows(named=True):
        name, unit = (
            words.choice("objective", row["objective"]),
            words.counted("objective_unit", row["unit"], row["loss"]),
        )
        amount = words("quantity", number=words.number(row["loss"]), unit=unit)
        if row["objective"] == "money":
            amount = words.money(row["loss"])
        elif row["unit"] == IN_MONEY:
            amount = words("worth_amount", money=words.money(row["loss"]))
        elif words.has(f"rounding.of.{row['unit']}"):  # a unit of sums of shares says nothing to a reader
            amount = words(f"rounding.of.{row['unit']}", share=words.share(row["loss"], digits=2))
        losses.append(words("rounding.loss", objective=words.inside(name), amount=amount))
    said = words("rounding.costs", losses=words.list(losses)) if losses else words("rounding.free")
    return f"{said} {words('rounding.year', n=decided_now(answer))}"


def pass_amount(answer: InWords, objective: str, cost: float) -> str:
    """An amount in the unit of an objective pass: worth as money, less than a month in days."""
    words = answer.words
    unit = dict(answer["passes"].select("objective", "unit").iter_rows()).get(objective) or ""
    if unit == IN_MONEY:
        return words("worth_amount", money=words.money(cost))
    days = unit.replace("months", "days", 1)
    if cost < 1 and unit.startswith("months") and words.has(f"objective_unit.{days}"):
        cost, unit = cost * 365.25 / 12, days
    return words("quantity", number=words.number(cost), unit=words.counted("objective_unit", unit, cost))


def is_component(answer: InWords, item: str | None) -> bool:
    """Whether an item goes into others."""
    return item in set(answer.result.case["bills"]["component"].to_list())


def of_end_items(answer: InWords) -> str | None:
    """An end item whose unit all end items share; None where they have several."""
    components = set(answer.result.case["bills"]["component"].to_list())
    units = {unit: item for item, unit in answer.units.items() if item not in components}
    return next(iter(units.values())) if len(units) == 1 else None
