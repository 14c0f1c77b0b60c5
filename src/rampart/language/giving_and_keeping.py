"""Giving and keeping in sentences: what other chances of being called upon would change, or that the rank decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from rampart.language.in_words import InWords
from rampart.language.words import Words


def chance_text(words: Words, chance: float | None) -> str:
    """A chance with as many decimals as its size deserves: 0.17 %, 4.5 %, 20 %."""
    if chance is None:
        return words("none")
    whole = abs(100.0 * chance - round(100.0 * chance)) < 1e-9
    return words.share(chance, digits=0 if whole or chance >= 0.1 else 1 if chance >= 0.01 else 2)


def worth_label(answer: InWords) -> str:
    """What worth is counted in: the money of the case, or units."""
    unit = answer["passes"].filter(pl.col("objective").str.starts_with("need"))["unit"].head(1)
    in_units = unit.to_list() == ["units"]
    return answer.words("unit.units") if in_units else answer.words.money_label


def giving_and_keeping(answer: InWords, holder: str | None = None, item: str | None = None) -> list[str]:
    """Sentences about the gifts of the chosen donor and item; nothing where the case has no members that must hold."""
    switches = answer["break_even"]
    for column, value in (("donor", holder), ("item", item)):
        switches = switches.filter(pl.col(column) == value) if value else switches
    if answer["break_even"].is_empty():
        return [] if holder or item else _rank_decides(answer)
    told = [] if holder else [_at_chances(answer, each) for each in _given_items(answer, item)]
    return told + [break_even_text(answer, row) for row in switches.iter_rows(named=True)]


def _rank_decides(answer: InWords) -> list[str]:
    """Under strict ranks the one that stands first gets all it can use; or the tables were left out."""
    words, case = answer.words, answer.result.case
    rank = dict(case["priorities"].select("objective", "rank").iter_rows())
    if case["requirements"]["called_upon"].is_not_null().any():
        return [words("explain.keep.left_out")]
    members = case["requirements"].filter(pl.col("holder").is_in(answer.roles("member")))
    if members.is_empty() or not answer.roles("recipient") or not {"need", "requirement"} <= rank.keys():
        return []
    need_first = rank["need"] < rank["requirement"]
    return [words(f"explain.keep.rank_{'need' if need_first else 'requirement'}")]


def _given_items(answer: InWords, item: str | None) -> list[str]:
    """Items of which something is given at some chance, in the order of the case."""
    given = answer["give_or_keep"].filter(pl.col("donor").is_null() & (pl.col("gifts") > 0))["item"].unique().to_list()
    return [i for i in answer.result.case["items"]["item"].to_list() if i in given and item in (None, i)]


def _at_chances(answer: InWords, item: str) -> str:
    """What all would give of an item in the first year, chance by chance."""
    words, table = answer.words, answer["give_or_keep"]
    own = table.filter(pl.col("donor").is_null() & (pl.col("item") == item)).sort("chance_year")
    parts = [
        words("explain.keep.at", chance=chance_text(words, chance), quantity=words.number(gifts))
        for chance, gifts in own.select("chance_year", "gifts").iter_rows()
    ]
    return words("explain.keep.item", item=answer.item(item), parts=words.list(parts), unit=answer.unit(item))


def break_even_text(answer: InWords, row: Mapping[str, Any]) -> str:
    """From which chance a donor would give less, or why at none."""
    words = answer.words
    places = {
        "donor": answer.nation(row["donor"]), "item": answer.item(row["item"]),
        "gifts": answer.quantity(row["gifts"], row["item"]),
        "stated": chance_text(words, row["chance_month"]), "stated_year": chance_text(words, row["chance_year"]),
    }  # fmt: skip
    if row["why"] is not None:
        return words(f"explain.keep.{row['why']}", **places)
    switch, yearly = (chance_text(words, row[f"break_even_{span}"]) for span in ("month", "year"))
    return words("explain.keep.break_even", switch=switch, yearly=yearly, **places)
