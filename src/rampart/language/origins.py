"""Where the difference to another plan comes from, in sentences: the months, the stocks and the supplies, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from rampart.language.in_words import InWords

MOST_MONTHS, MOST_NEEDS = 6, 3
NEED = ("holder", "item", "from", "until", "before", "gain")
LOST = ("within", "later")
"""Kinds of rows that say what is served less."""
SMALL = 0.005
"""Share of the gain below which a source is not named."""


def origins_told(answer: InWords) -> list[str]:
    """A few sentences for each need that gets more than in the other plan, the dearest gain first; then those that lose."""
    price = dict(answer.result.case["items"].select("item", "price").iter_rows())

    def worth(one: tuple[tuple[Any, ...], pl.DataFrame]) -> tuple[float, tuple[int, str]]:
        _, item, *_, gain = one[0]
        return -round((price[item] or 0.0) * gain, 6), answer.place("items", item)

    needs = sorted(answer["origins"].group_by(NEED, maintain_order=True), key=worth)
    return [_need(answer, dict(zip(NEED, need, strict=True)), rows) for need, rows in needs[:MOST_NEEDS]]


def _need(answer: InWords, need: Mapping[str, Any], rows: pl.DataFrame) -> str:
    words, item = answer.words, need["item"]
    if need["gain"] < 0:
        return words(
            "origins.lost", holder=answer.nation(need["holder"]), item=answer.item(item),
            span=_when(answer, need["from"], need["until"]), lost=answer.quantity(-need["gain"], item),
            before=answer.quantity(need["before"], item),
        )  # fmt: skip
    gain, lost = need["gain"], rows.filter(pl.col("kind").is_in(LOST))["quantity"].sum()
    text = words(
        "origins.gain_but_less" if lost - gain > SMALL * gain else "origins.gain", holder=answer.nation(need["holder"]),
        item=answer.item(item), span=_when(answer, need["from"], need["until"]), gain=answer.quantity(gain, item),
        less=answer.quantity(lost - gain, item), before=answer.quantity(need["before"], item), share=_share(answer, need),
    )  # fmt: skip
    gives, takes = _sources(answer, rows, need)
    if parts := [*_earlier(answer, rows, need), *gives]:
        text += " " + words("origins.from", parts=words.list(parts))
    if takes:
        text += " " + words("origins.against", parts=words.list(takes))
    for kind in LOST:
        less = rows.filter(pl.col("kind") == kind).sort("month")
        total = float(less["quantity"].sum()) if less.height else 0.0
        if total > SMALL * need["gain"]:
            first, last = less["month"][0], less["month"][-1]
            span = _when(answer, first, answer.end_of(last))
            text += " " + words(f"origins.{kind}", quantity=answer.quantity(total, item), span=span)
    return text


def _when(answer: InWords, first: Any, last: Any) -> str:
    """In a month, or from one to another."""
    words = answer.words
    return words("origins.in_month", month=words.month(first)) if first == last else words.span(first, last)


def _share(answer: InWords, need: Mapping[str, Any]) -> str:
    words = answer.words
    return words("origins.share", share=words.share(need["gain"] / need["before"])) if need["before"] > 0 else ""


def _earlier(answer: InWords, rows: pl.DataFrame, need: Mapping[str, Any]) -> Iterable[str]:
    """The months before in which less is served, each with how much; the largest where they are many."""
    words, less = answer.words, rows.filter(pl.col("kind") == "earlier")
    total = float(less["quantity"].sum()) if less.height else 0.0
    if total <= SMALL * need["gain"]:
        return
    most = less.filter(pl.col("quantity") > 0).sort("quantity", "month", descending=[True, False]).head(MOST_MONTHS)
    months = [
        words("origins.month", month=words.month(month), number=words.number(quantity))
        for month, quantity in most.sort("month").select("month", "quantity").iter_rows()
    ]
    yield words("origins.earlier", quantity=answer.quantity(total, need["item"]), months=words.list(months))


def _sources(answer: InWords, rows: pl.DataFrame, need: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Stocks and supplies that give more, and those that give less, kind by kind, the largest first, with whose they are."""
    words = answer.words
    other = rows.filter(~pl.col("kind").is_in(["earlier", "within", "later"]) & (pl.col("quantity") != 0))
    found: dict[str, list[str]] = {"more": [], "less": []}
    kinds = (
        other.with_columns(gives=pl.col("quantity") > 0, quantity=pl.col("quantity").abs())
        .group_by("kind", "gives")
        .agg(pl.col("quantity").sum())
        .sort(pl.col("quantity").round(6), "kind", descending=[True, False])
    )
    for kind, gives, total in kinds.iter_rows():
        if total <= SMALL * need["gain"]:
            continue
        way = "more" if gives else "less"
        mine = other.filter((pl.col("kind") == kind) & ((pl.col("quantity") > 0) == gives))
        found[way].append(words(
            f"origins.{kind}.{way}" if words.has(f"origins.{kind}.{way}") else f"origins.other.{way}",
            kind=words.inside(words.choice("origin", kind)), quantity=answer.quantity(total, need["item"]),
            month=words.month(need["until"]), of=_holders(answer, mine, total),
        ))  # fmt: skip
    return found["more"], found["less"]


def _holders(answer: InWords, rows: pl.DataFrame, total: float) -> str:
    """Whose they are, the largest share of the total first."""
    words = answer.words
    named = [
        (-round(abs(quantity), 6), answer.place("nations", of), of)
        for of, quantity in rows.drop_nulls("of").select("of", "quantity").iter_rows()
        if abs(quantity) > SMALL * total
    ]
    if len(named) == 1:
        return answer.nation(named[0][2])
    parts = [
        words("origins.month", month=answer.nation(of), number=words.number(-less)) for less, _, of in sorted(named)
    ]
    return words.list(parts)
