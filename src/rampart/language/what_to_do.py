"""A plan for a war in a few sentences: what to do now, what it protects against, what it costs if the war ends soon."""

from __future__ import annotations

import math
from datetime import date

import polars as pl

from rampart.case.calendar import month_text
from rampart.language.in_words import InWords
from rampart.results.ends_of_war import by_end, known_sum, left_by_end

WAYS = ("as_if_five_years", "year_by_year", "mean_while_it_lasts")
LEFT = ("beyond_need", "still_to_come", "placed_to_come")
"""What is there or still comes when the war is over; works without orders are no stock that is left."""
KINDS = ("expand", "order", "buy", "send", "cancel")


def what_to_do(answer: InWords) -> list[str]:
    """The sentences, in their order."""
    made = (_now, _cost, _supply, _start, _protects, _soon, _long)
    return [said for said in (sentence(answer) for sentence in made) if said]


def cost(answer: InWords, value: float) -> str:
    """A cost in the unit of what counts."""
    unit = answer.result.manifest["objective"]["unit"]
    if unit == "money unit":
        return answer.words.money(value)
    number = answer.words.number(round(value, 2) if abs(value) < 100 else round(value))
    return answer.words("quantity", number=number, unit=answer.objective_unit(unit))


def next_look(answer: InWords) -> date | None:
    """First month in which the war is looked at again; none where it never is, or nothing can be seen then."""
    nodes = answer["nodes"]
    later = nodes.filter(pl.col("looked") & (pl.col("period") > 0))
    return None if later.is_empty() else later["month"].min()  # type: ignore[return-value]


def last_period(answer: InWords) -> str:
    """First month of the last period of the plan."""
    return month_text(int(answer.result.case.calendar.starts[-1]))


def _now(answer: InWords) -> str:
    words, table, look = answer.words, answer["decisions"], next_look(answer)
    when = words("war.says.never") if look is None else words("war.says.until", month=words.month(look))
    if table.is_empty():
        return words("war.says.nothing", when=when)
    does = []
    for kind in KINDS:
        rows = table.filter(pl.col("kind") == kind)
        if rows.is_empty():
            continue
        money = float(rows["money"].sum()) if rows["money"].null_count() < rows.height else 0.0
        weigh = "money" if money > 0 else "quantity"
        most = rows.group_by("what", maintain_order=True).agg(pl.col("key").first(), pl.col(weigh).sum())
        largest = answer.named(most.sort(weigh, descending=True, maintain_order=True)["key"].to_list()[0])
        what, alone = words.count(f"war.says.{kind}", most.height), "_one" if most.height == 1 else ""
        does.append(
            words(f"war.says.for_money{alone}", what=what, money=words.money(money), largest=largest)
            if money > 0
            else words(f"war.says.without_money{alone}", what=what, largest=largest)
        )
    return words("war.says.now", when=when, does=words("war.says.then").join(does))


def _cost(answer: InWords) -> str:
    words, values = answer.words, dict(answer["values"].iter_rows())
    all_at_worth = answer.result.manifest["objective"]["name"] == "worth"
    also = " " + words("war.says.at_worth") if all_at_worth else ""
    if "standard_error" not in values:
        return words("war.says.cost", plan=cost(answer, values["plan"]), worst=cost(answer, values["cvar_90"])) + also
    n, error = answer.result.manifest["paths"], cost(answer, values["standard_error"])
    if "carried_out" in values:
        return words(
            "war.says.cost_drawn", n=n, plan=cost(answer, values["plan"]), carried=cost(answer, values["carried_out"]),
            fresh=answer.result.manifest["sampling"]["fresh"], error=cost(answer, values["carried_out_error"]),
        ) + also  # fmt: skip
    if "lower_bound" not in values:
        return words("war.says.cost_own", n=n, plan=cost(answer, values["plan"]), error=error) + also
    said = words(
        "war.says.cost_paths", n=n, plan=cost(answer, values["plan"]), bound=cost(answer, values["lower_bound"]), error=error,
    )  # fmt: skip
    return said + also


def _supply(answer: InWords) -> str:
    """That supply slips at random."""
    said = answer.result.manifest.get("supply")
    if said is None:
        return ""
    on_paths = "sampling" in answer.result.manifest
    return answer.words("war.says.supply_paths" if on_paths else "war.says.supply", **said)


def _start(answer: InWords) -> str:
    """That the first regime is not known."""
    words, regimes = answer.words, answer.result.case["regimes"].filter(pl.col("at_start") > 0)
    if regimes.height < 2:
        return ""
    each = [
        words("war.says.start_of", regime=answer.name(code, table="regimes"), chance=words.share(chance, digits=1))
        for code, chance in regimes.sort("at_start", descending=True).select("regime", "at_start").iter_rows()
    ]
    return words("war.says.start", regimes=words.list(each))


def _protects(answer: InWords) -> str:
    """What the ways in which people plan would cost more."""
    words = answer.words
    more = [
        words("war.says.way", way=words(f"war.says.{way}"), more=cost(answer, excess))
        for way, excess in otherwise(answer)
    ]
    return words("war.says.protects", ways=words.list(more)) if more else ""


def otherwise(answer: InWords) -> list[tuple[str, float]]:
    """Ways in which people plan, with what each costs more than this plan, on average; those that were worked out."""
    values, found = dict(answer["values"].iter_rows()), []
    for way in WAYS:
        value = values.get(way if way in values else f"first_{way}", math.nan)
        if math.isfinite(value):
            found.append((way, max(0.0, value - values["plan"])))
    return found


def _soon(answer: InWords) -> str:
    words, table = answer.words, by_end(answer.result)
    over = table.drop_nulls("ends")
    if over.is_empty():
        return ""
    row = over.row(0, named=True)
    left = left_by_end(answer.result).filter((pl.col("ends") == row["ends"]) & pl.col("measure").is_in(LEFT))
    money = left.select(known_sum(pl.col("money")))["money"][0] if left.height else None
    leaves = "war.says.leaves_at_least" if left["unpriced"].sum() else "war.says.leaves"
    told = words("war.says.soon", month=words.month(row["ends"]), chance=words.share(row["chance"], digits=1))
    if row["regret"] is not None and math.isfinite(row["regret"]):
        told += words("war.says.regret", regret=cost(answer, max(0.0, row["regret"])))
    if money:
        told += words(leaves, money=words.money(money))
    return told + "." if told[-1] != "." else told


def _long(answer: InWords) -> str:
    words = answer.words
    table = by_end(answer.result).filter(pl.col("ends").is_null())
    if table.is_empty():
        return ""
    row = table.row(0, named=True)
    told = words(
        "war.says.long", month=words.month(last_period(answer)), chance=words.share(row["chance"], digits=1),
        served=words.share(row["served_share"]),
    )  # fmt: skip
    if row["regret"] is not None and math.isfinite(row["regret"]):
        told += words("war.says.regret_too", regret=cost(answer, max(0.0, row["regret"])))
    return told + "."
