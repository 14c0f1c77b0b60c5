"""Chapter: what would be given and kept at other chances of being called upon."""

from __future__ import annotations

from collections import Counter

import polars as pl

from rampart.language.giving_and_keeping import chance_text, worth_label
from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Chapter, Head, Listing, listing
from rampart.report.chapters.stock import chapter, item_cell


def give_or_keep_chapter(answer: InWords) -> Chapter | None:
    """Gifts at each chance, what all serve and miss, break-evens; nothing where no requirement states a chance."""
    if answer["give_or_keep"].is_empty():
        return None
    words = answer.words
    says = words("chapter.give_or_keep.says"), words("chapter.give_or_keep.home", unit=worth_label(answer))
    listings = (_break_even(answer), _gifts(answer), _together(answer))
    return chapter(answer, "give_or_keep", figures=("give_or_keep",), listings=listings, says=says)


def _break_even(answer: InWords) -> Listing:
    words = answer.words
    keys = ("item", "donor", "given_first_year", "chance_stated", "break_even_month", "break_even_year")
    heads = [Head(words(f"head.{key}"), numeric=n > 1) for n, key in enumerate(keys)]
    rows = []
    for r in answer["break_even"].sort("item", "donor").iter_rows(named=True):
        found = [chance_text(words, r[f"break_even_{span}"]) for span in ("month", "year")]
        if r["why"] is not None:
            found = [words.choice("why", r["why"]), words("none")]
        given = [words.number(r["gifts"], digits=0), chance_text(words, r["chance_month"])]
        rows.append([item_cell(answer, r["item"]), answer.nation(r["donor"]), *given, *found])
    return listing(answer, words("table.break_even"), heads, rows, repeat=1)


def _gifts(answer: InWords) -> Listing:
    """First-year gifts by donor and item, a column a chance; what is nothing at every chance is left out, and of one donor
    alone the sum.
    """
    words, table = answer.words, answer["give_or_keep"].filter(pl.col("gifts").is_not_null())
    chances = sorted(set(table["chance_year"]))
    heads = [Head(words("head.item")), Head(words("head.donor"))]
    heads += [Head(words("head.at_chance", chance=chance_text(words, chance)), numeric=True) for chance in chances]
    rows, givers = [], Counter[str]()
    for (item, donor), own in table.sort("item", "donor", nulls_last=True).group_by(
        "item", "donor", maintain_order=True
    ):
        amounts = own.sort("chance_year")["gifts"].to_list()
        if any(amounts) and (donor is not None or givers[str(item)] > 1):
            givers[str(item)] += 1
            name = words("blank.every_donor") if donor is None else answer.nation(str(donor))
            rows.append([item_cell(answer, str(item)), name, *(words.number(amount, digits=0) for amount in amounts)])
    return listing(answer, words("table.give_or_keep"), heads, rows, repeat=1)


def _together(answer: InWords) -> Listing:
    words, unit = answer.words, worth_label(answer)
    heads = [Head(words(f"head.{key}"), numeric=True) for key in ("chance_year", "chance_month")]
    figures = ("worth_served", "cost_of_call", "cost_at_home")
    heads += [Head(words(f"head.{key}", unit=unit), numeric=True) for key in figures]
    table = answer["give_or_keep"].filter(pl.col("donor").is_null() & pl.col("item").is_null()).sort("chance_year")
    rows = [
        [
            chance_text(words, r["chance_year"]),
            chance_text(words, r["chance_month"]),
            *(words.number(r[k]) for k in figures),
        ]
        for r in table.iter_rows(named=True)
    ]
    return listing(answer, words("table.give_or_keep.together"), heads, rows)
