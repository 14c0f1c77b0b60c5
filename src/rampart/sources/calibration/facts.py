"""Facts from justification books: lead times, rate ratios, slips, price against quantity, each with its interval.

``python -m rampart.sources.calibration.facts FOLDER`` rebuilds the table in the package from a folder of books.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import polars as pl

from rampart.beliefs.distribution import Numbers
from rampart.beliefs.slips import FARTHEST, STATES
from rampart.sources.calibration.slips import pairs
from rampart.sources.calibration.works import projects, works_slips
from rampart.sources.jbook.history import RATES, lines, orders, unnamed
from rampart.sources.jbook.matching import distinct_orders
from rampart.sources.jbook.traps import repeated_line_items

TABLE = "data/jbook_facts.csv"
SCHEMA = {
    "fact": pl.String, "account": pl.String, "group": pl.String, "statistic": pl.String, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "unit": pl.String, "n": pl.Int64, "line_items": pl.Int64, "books": pl.String,
}  # fmt: skip
_DRAWS = 200
_SEED = 20130402
Statistic = Callable[[Numbers], float]


def _quantile(level: float) -> Statistic:
    return lambda x: float(np.quantile(x, level))


def _mean(x: Numbers) -> float:
    return float(np.mean(x))


_QUARTILES: Mapping[str, Statistic] = {
    "first quartile": _quantile(0.25), "median": _quantile(0.5), "third quartile": _quantile(0.75),
}  # fmt: skip
_SPREAD: Mapping[str, Statistic] = {**_QUARTILES, "mean": _mean}
_SLIP: Mapping[str, Statistic] = {
    "mean": _mean, "median": _quantile(0.5), "third quartile": _quantile(0.75), "ninth decile": _quantile(0.9),
    "tenth centile": _quantile(0.1), "share late": lambda x: float(np.mean(x > 0)),
}  # fmt: skip
_MEAN: Mapping[str, Statistic] = {"mean": _mean}


def calibrate(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """All facts of the books: a row a fact, account (or appropriation), group and statistic.

    low, high   90 % interval: line items drawn anew, since orders of one line item move together
    n           how many figures the statistic is of; ``line_items`` how many independent groups they fall into
    """
    years = tables["line_items"]["budget_year"].drop_nulls().unique().sort().to_list()
    said = f"{years[0]}-{years[-1]}" if years else ""
    rows = [(*row, said) for row in _all(tables)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _all(tables: Mapping[str, pl.DataFrame]) -> Iterator[tuple[object, ...]]:
    again = repeated_line_items(tables).select("document", "line_item")
    made = lines(tables).filter(pl.col("account").is_not_null())
    # What stands in two documents of a budget year, as in a service's book and the master book, counts once.
    made = made.join(again, on=["document", "line_item"], how="anti", maintain_order="left")
    bought = orders(tables)
    low, middle, high = (pl.col(name) for name in RATES)
    # Only where the book states the unit of its rates: elsewhere the three are often not in one unit.
    rated = made.filter((low <= middle) & (middle <= high))
    yield from _facts("maximum rate / one-shift rate", "ratio", rated.with_columns(x=high / middle), _QUARTILES)
    yield from _facts("one-shift rate / minimum rate", "ratio", rated.with_columns(x=middle / low), _QUARTILES)
    for block in ("reorder", "initial"):
        for name, words in (("alt_after", "administrative"), ("plt", "production"), ("total", "total")):
            for group, frame in (("all that report", made), ("lines with all three rates", rated)):
                known = frame.with_columns(x=pl.col(f"{block}_{name}"))
                yield from _facts(f"{block} {words} lead time", "months", known, _SPREAD, group=group)
    mean, peak = pl.col("mean"), pl.col("peak")
    yield from _facts("mean planned rate / one-shift rate", "ratio", rated.with_columns(x=mean / middle), _QUARTILES)
    yield from _facts("peak planned rate / maximum rate", "ratio", rated.with_columns(x=peak / high), _QUARTILES)
    # What tooling can do beyond what a line really makes in peace: room for a ramp-up without new works.
    yield from _facts("maximum rate / mean planned rate", "ratio", rated.with_columns(x=high / mean), _QUARTILES)
    below = rated.filter(mean.is_not_null()).with_columns(x=(mean < low).cast(pl.Float64))
    yield from _facts("lines planned below their minimum rate", "share", below, _MEAN)
    named = made.filter(~pl.col("name").map_elements(unnamed, return_dtype=pl.Boolean, skip_nulls=False))
    single = named.group_by("document", "appropriation", "account", "number", "element_key").agg(
        (pl.col("maker_key").n_unique() == 1).cast(pl.Float64).alias("x")
    )
    yield from _facts("elements with a single manufacturer", "share", single, _MEAN)
    yield from _slips(bought)
    yield from _works(tables)
    yield from _elasticity(distinct_orders(bought))


def _slips(bought: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    every, seen = pairs(bought, only_open=False), pairs(bought)
    for ahead in range(1, FARTHEST + 1):
        part = seen.filter(pl.col("ahead") == ahead)
        books = f"{ahead} book{'s' if ahead > 1 else ''} later"
        whole = every.filter(pl.col("ahead") == ahead)
        for group, chosen in (
            ("all matched", whole),
            ("all open", part),
            *((s, part.filter(pl.col("state") == s)) for s in STATES),
        ):
            for column, words, statistics in (
                ("slip", "slip of first delivery", _SLIP),
                ("award_slip", "award slip", _MEAN),
                ("production_slip", "production slip", _MEAN),
            ):
                frame = chosen.with_columns(x=pl.col(column).cast(pl.Float64))
                yield from _facts(f"{words}, {books}", "months", frame, statistics, group=group)


def _works(tables: Mapping[str, pl.DataFrame]) -> Iterator[tuple[object, ...]]:
    # A project moves with its plant, not with the budget line that all projects share.
    slips = works_slips(tables).with_columns(pl.col("plant_key").alias("number"), x=pl.col("slip").cast(pl.Float64))
    yield from _facts("slip of completion of works, 1 book later", "months", slips, _SLIP)
    lasting = projects(tables).with_columns(pl.col("plant_key").alias("number"), x=pl.col("duration").cast(pl.Float64))
    yield from _facts("works, first award to proved out", "months", lasting.filter(pl.col("x") > 0), _SPREAD)


def _facts(
    fact: str, unit: str, frame: pl.DataFrame, statistics: Mapping[str, Statistic], *, group: str = ""
) -> Iterator[tuple[object, ...]]:
    """Rows for each account and each appropriation; figures that are unknown do not count."""
    # Sorted, so that the draws fall on the same line items whatever the order of the rows.
    known = frame.filter(pl.col("x").is_not_null() & pl.col("x").is_finite()).sort("appropriation", "number", "x")
    # The split by state is for the two accounts only: single appropriations have too few of each.
    for column in ("account",) if group in STATES else ("account", "appropriation"):
        for (account,), part in known.group_by(column, maintain_order=True):
            if account is None or len(part) < 5:
                continue
            clusters = [g["x"].to_numpy() for _, g in part.group_by("appropriation", "number", maintain_order=True)]
            for name, statistic in statistics.items():
                low, high = _interval(clusters, statistic)
                whole = statistic(part["x"].to_numpy())
                yield (fact, account, group, name, whole, low, high, unit, len(part), len(clusters))


def _interval(clusters: list[Numbers], statistic: Statistic) -> tuple[float, float]:
    rng = np.random.default_rng(_SEED)
    draws = rng.integers(0, len(clusters), (_DRAWS, len(clusters)))
    found = [statistic(np.concatenate([clusters[i] for i in draw])) for draw in draws]
    return float(np.quantile(found, 0.05)), float(np.quantile(found, 0.95))


def _elasticity(planned: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    """Price against quantity within an item over fiscal years: slope of logs about the item's means.

    One figure an item and fiscal year, from the latest book that has it.
    """
    item = ["appropriation", "number", "element_key"]
    known = (
        planned.filter((pl.col("price") > 0) & (pl.col("quantity_ordered") > 0))
        .sort("budget_year", "document", "order")
        .group_by(*item, "account", "fiscal_year", maintain_order=True)
        .agg(pl.col("price").last().log().alias("p"), pl.col("quantity_ordered").last().log().alias("q"))
        .with_columns((pl.col(c) - pl.col(c).mean().over(item)).alias(c) for c in ("p", "q"))
        .filter(pl.len().over(item) > 1)
        .sort(*item, "fiscal_year")
    )
    for column in ("account", "appropriation"):
        for (account,), part in known.group_by(column, maintain_order=True):
            sums = part.group_by(item, maintain_order=True).agg(
                (pl.col("p") * pl.col("q")).sum().alias("pq"), (pl.col("q") ** 2).sum().alias("qq")
            )
            pq, qq = sums["pq"].to_numpy(), sums["qq"].to_numpy()
            if len(sums) < 5 or qq.sum() <= 0:
                continue
            draws = np.random.default_rng(_SEED).integers(0, len(sums), (_DRAWS, len(sums)))
            found = pq[draws].sum(axis=1) / qq[draws].sum(axis=1)
            low, high = np.quantile(found, [0.05, 0.95])
            slope = float(pq.sum() / qq.sum())
            yield ("price-quantity elasticity", account, "within an item over years", "slope", slope, float(low),
                   float(high), "log/log", len(part), len(sums))  # fmt: skip


@lru_cache(maxsize=1)
def packaged() -> pl.DataFrame:
    """The facts that come with the package: made from the books of 2013-2016 by this module."""
    text = files("rampart").joinpath(TABLE).read_text(encoding="utf-8")
    return pl.read_csv(text.encode(), schema=SCHEMA)


def median(fact: str, account: str) -> float:
    """Median of a fact of the package for an account, over all that report it. Raises KeyError where there is none."""
    same = (pl.col("fact") == fact) & (pl.col("account") == account) & (pl.col("statistic") == "median")
    found = packaged().filter(same & pl.col("group").fill_null("").is_in(["", "all that report"]))
    if found.is_empty():
        raise KeyError(f"{fact}, {account}")
    return float(found["value"][0])


def write_facts(facts: pl.DataFrame, path: Path) -> None:
    """The table as CSV, numbers to four significant digits."""
    facts.with_columns(pl.col("value", "low", "high").round_sig_figs(4)).write_csv(path)


def rebuild(folder: Path, target: Path) -> None:
    """Read the books of a folder and write the tables of the package: the facts, and the slips seen."""
    from rampart.sources.calibration.expected import write_slips
    from rampart.sources.calibration.works import write_works
    from rampart.sources.jbook.tables import read_books

    books = read_books([folder])
    write_facts(calibrate(books.tables), target / "jbook_facts.csv")
    write_slips(pairs(orders(books.tables)), target / "jbook_slips.csv")
    write_works(works_slips(books.tables), target / "jbook_works.csv")


if __name__ == "__main__":
    import sys

    rebuild(Path(sys.argv[1]), Path(str(files("rampart").joinpath("data"))))
