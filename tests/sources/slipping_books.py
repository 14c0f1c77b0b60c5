"""Books of following years whose orders slip by known months."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from rampart.sources.backtest.announcements import (
    month_text,
)
from rampart.sources.jbook.history import orders
from rampart.sources.jbook.tables import read_books
from sources.small_books import Item, Maker, Order, book, write


def month_of(number: int) -> str:
    return month_text(number)


def books_with_slips(folder: Path, slips: dict[int, Sequence[int]]) -> pl.DataFrame:
    """Books of following years: order n of fiscal year 2018 slips ``slips[year][n]`` months in the book of a year."""
    firsts = {n: 2019 * 12 for n in range(len(next(iter(slips.values()))))}
    for year, moved in slips.items():
        items = []
        for n, by in enumerate(moved):
            firsts[n] += by
            order = Order(2018, "2018-01", month_of(firsts[n]), 10 + n)
            items.append(Item(number=f"E{n}", makers=[Maker(orders=[order])]))
        write(folder, f"b{year}.xml", book(items, year=year))
    return orders(read_books([folder]).tables)


def slips_of(seed: int, years: Sequence[int]) -> dict[int, list[int]]:
    rng = np.random.default_rng(seed)
    draws = {year: rng.integers(-3, 20, 120).tolist() for year in years}
    return {**draws, years[0]: [0] * 120}
