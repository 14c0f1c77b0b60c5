"""Where the difference to another plan comes from, in sentences: the months, the stocks and the supplies, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from rampart.language.in_words import InWords

MOST_MONTHS, MOST_NEEDS = 6, 3
NEED = ("holder", "item", "from", "until", "before", "gain")
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
    text = words(
        "origins.gain", holder=answer.nation(need["holder"]), item=answer.item(item),
        span=_when(answer, need["from"], need["until"]),
        gain=answer.quantity(need["gain"], item), before=answer.quantity(need["before"], item), share=_share(answer, need),
    )  # fmt: skip
    parts = [*_earlier(answer, rows, need), *_sources(answer, rows, need)]
    if parts:
        text += " " + words("origins.from", parts=words.list(parts))
    for kind in ("within", "later"):
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


def _sources(answer: InWords, rows: pl.DataFrame, need: Mapping[str, Any]) -> Iterable[str]:
    """Stocks and supplies that give, kind by kind, the largest first, each with whose they are; what takes comes last."""
    words = answer.words
    other = rows.filter(~pl.col("kind").is_in(["earlier", "within", "later"]))
    kinds = (
        other.group_by("kind")
        .agg(pl.col("quantity").sum())
        .sort(pl.col("quantity").round(6), "kind", descending=[True, False])
    )
    for kind, total in kinds.iter_rows():
        if abs(total) <= SMALL * need["gain"]:
            continue
        sign = "more" if total > 0 else "less"
        yield words(
            f"origins.{kind}.{sign}" if words.has(f"origins.{kind}.{sign}") else f"origins.other.{sign}",
            kind=words.inside(words.choice("origin", kind)), quantity=answer.quantity(abs(total), need["item"]),
            month=words.month(need["until"]), of=_holders(answer, other.filter(pl.col("kind") == kind), total),
        )  # fmt: skip


def _holders(answer: InWords, rows: pl.DataFrame, total: float) -> str:
    """Whose they are, the largest share of the total first."""
    words, sign = answer.words, 1.0 if total > 0 else -1.0
    named = [
        (sign * q, answer.place("nations", of), of)
        for of, q in rows.drop_nulls("of").select("of", "quantity").iter_rows()
    ]
    found = sorted((-round(q, 6), place, of) for q, place, of in named if abs(q) > SMALL * abs(total))
    if len(found) == 1:
        return answer.nation(found[0][2])
    return words.list([words("origins.month", month=answer.nation(of), number=words.number(-q)) for q, _, of in found])
