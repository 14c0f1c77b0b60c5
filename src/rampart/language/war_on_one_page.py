"""The decision of a plan for a war on one page: what to decide before the next look, whatever the war does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from rampart.language.branches import amount
from rampart.language.headlines import KeyFigure
from rampart.language.in_words import InWords
from rampart.language.not_met import rough
from rampart.language.what_to_do import cost, last_period, next_look
from rampart.results.ends_of_war import goes_on_to_the_end, known_sum

MOST_MONTHS = 6
MOST_NAMED = 3
"""Decisions named of one month."""


@dataclass(frozen=True, slots=True)
class DecidedIn:
    """What is decided in a month, the dearest first, and the money of it that is known."""

    month: str
    decisions: str
    money: float | None


def headline(answer: InWords) -> str:
    """How many decisions, for how much, before the war is looked at again."""
    words, table, look = answer.words, answer["decisions"], next_look(answer)
    if table.is_empty():
        return words("paper.headline.none")
    n = table.select("kind", "what").unique().height
    key = "war.headline.never" if look is None else "war.headline"
    said = words(key, n=words.number(n), money=words.money(known_money(table)), look=words.month(look))
    return words("war.headline.recur", said=said) if n < table.height else said


def known_money(table: pl.DataFrame) -> float | None:
    """Money of decisions, as far as it is known; None where none of it is."""
    known = table["money"].drop_nulls()
    return float(known.sum()) if len(known) else None


def figures(answer: InWords) -> list[KeyFigure]:
    """Up to four numbers to remember: how likely the war still goes on at the end, what is served, what it costs, and the
    worst tenth. The chance is that of the chain; means are over the paths of the plan, as all its values are.
    """
    words, values, manifest = answer.words, dict(answer["values"].iter_rows()), answer.result.manifest
    paths = ".on_paths" if "sampling" in manifest else ""
    on = words.share(goes_on_to_the_end(answer.result), digits=1)
    found = [KeyFigure(on, words("war.key.goes_on", month=words.month(last_period(answer))))]
    served = answer["ends"].filter(pl.col("served_share").is_not_null() & (pl.col("probability") > 0))
    if served.height:
        weighed, whole = (served["served_share"] * served["probability"]).sum(), served["probability"].sum()
        mean = float(weighed) / float(whole)
        found.append(KeyFigure(words.share(mean), words(f"war.key.served{paths}", n=words.number(manifest["paths"]))))
    at_worth = ".at_worth" if manifest["objective"]["name"] == "worth" else ""  # not money alone
    found.append(KeyFigure(cost(answer, values["plan"]), words(f"war.key.cost{at_worth}{paths}")))
    if values.get("cvar_90") is not None:
        found.append(KeyFigure(cost(answer, values["cvar_90"]), words(f"war.key.worst{paths}")))
    return found


def decided_by_month(answer: InWords) -> list[DecidedIn]:
    """First decisions by month, the first months one by one, the later ones together."""
    words = answer.words
    months = [
        rows
        for _, rows in answer["decisions"].sort("month", maintain_order=True).group_by("month", maintain_order=True)
    ]
    shown = months if len(months) <= MOST_MONTHS else months[: MOST_MONTHS - 1]
    found = [_decided(answer, words.month(rows["month"][0], short=True), rows) for rows in shown]
    later = months[len(shown) :]
    return [*found, _decided(answer, words("paper.later"), pl.concat(later))] if later else found


def _decided(answer: InWords, month: str, rows: pl.DataFrame) -> DecidedIn:
    words = answer.words
    sums = rows.group_by("kind", "what", maintain_order=True).agg(
        pl.col("key", "item").first(), pl.col("quantity").sum(), known_sum(pl.col("money"))
    )
    each = sums.sort("money", "quantity", descending=True, nulls_last=True, maintain_order=True)
    named = [briefly(answer, row) for row in each.head(MOST_NAMED).iter_rows(named=True)]
    left = each.height - len(named)
    named += [words.count("paper.more", left)] if left else []
    return DecidedIn(month, words("between.semicolon").join(named), known_money(rows))


def briefly(answer: InWords, row: dict[str, Any]) -> str:
    """A decision in a few words, with how much of it."""
    words, code = answer.words, {part["of"]: part["code"] for part in row["key"] or ()}
    if row["kind"] == "expand" and "expansion" in code:  # the verb says what the name of the expansion says
        lines = dict(answer.result.case["expansions"].select("expansion", "line").iter_rows())
        line = answer.name(lines.get(code["expansion"], code["expansion"]), table="lines")
        return words("paper.do.expansion", **answer.in_sentence("name", line))
    size = rough(row["quantity"])
    quantity = answer.quantity(size, row["item"]) if row["item"] else amount(answer, size)
    what = words("war.amount_of", item=answer.item(row["item"]), quantity=quantity) if row["item"] else quantity
    to = code.get("destination") or code.get("recipient")
    if row["kind"] == "order" and "line" in code:
        return words("war.do.order", **answer.in_sentence("name", answer.name(code["line"], table="lines")), item=what)
    if row["kind"] == "send" and to:
        return words("paper.do.transfer", item=what, to=answer.nation(to))
    return words("war.briefly", kind=words(f"war.kind.{row['kind']}"), what=answer.named(row["key"]), quantity=quantity)
