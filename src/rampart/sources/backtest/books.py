"""First deliveries forecast from the book of one year, scored on the books of the next three.

Time-respecting: the forecast from the book of year Y has learned only from books up to Y. The rival is the naive
forecast that the book is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from rampart.beliefs.distribution import pinball
from rampart.beliefs.slips import SlipModel
from rampart.sources.calibration.slips import opened, pairs
from rampart.sources.jbook.matching import distinct_orders

LEVELS = (0.1, 0.5, 0.9)
_SHARE = 0.8
_DRAWS = 400
_SEED = 20130401


@dataclass(frozen=True, eq=False)
class BookScores:
    """How the forecasts did.

    forecasts  a row a forecast: what was promised, forecast, and what the later book says
    summary    by origin and later book, by account and appropriation, and over all: n, clusters, coverage with its 90 %
               interval, CRPS and pinball loss of model and rival, in months; and the share of open orders that were not
               found again in the later books, with the coverage if all of these had come outside the interval, or inside
    skipped    origins that could not be forecast because no two earlier books were there to learn from
    """

    forecasts: pl.DataFrame
    summary: pl.DataFrame
    skipped: tuple[int, ...]


def score_books(
    bought: pl.DataFrame, *, leave_out: bool = False, origins: Iterable[int] | None = None, earlier: pl.DataFrame | None = None
) -> BookScores:  # fmt: skip
    """Forecast and score every origin year that the orders hold.

    bought     orders of the books (``rampart.sources.jbook.history.orders``)
    leave_out  instead of learning from the past only, learn from all pairs that touch neither the scored later
               book nor start at the origin: a check of the estimate, not a forecast
    earlier    slips known from elsewhere (``expected.packaged_slips``), taken for pairs of books and appropriations
               that the orders do not hold; of these too only what lies before the origin is learned from
    """
    seen = pairs(bought)
    learnable = seen.select(_LEARNED)
    if earlier is not None and not leave_out:
        others = earlier.select(_LEARNED).join(learnable, on=["budget_year", "later_year", "appropriation"], how="anti")
        learnable = pl.concat([learnable, others], how="vertical_relaxed")
    wanted = set(origins) if origins is not None else set(seen["budget_year"])
    rows: list[pl.DataFrame] = []
    lost: list[pl.DataFrame] = []
    skipped = []
    still = opened(distinct_orders(bought))
    for origin in sorted(wanted):
        of_origin = seen.filter(pl.col("budget_year") == origin)
        for ahead in sorted(set(of_origin["ahead"])):
            scored = of_origin.filter(pl.col("ahead") == ahead)
            if leave_out:
                later = origin + ahead
                start, end = pl.col("budget_year"), pl.col("later_year")
                known = learnable.filter((start != origin) & (start != later) & (end != later))
            else:
                known = learnable.filter(pl.col("later_year") <= origin)
            model = SlipModel.of(known)
            if not model.ready:
                skipped.append(origin)
                continue
            rows.append(_forecast(scored, model, len(known)))
            lost.append(_not_found(still, scored, origin, ahead))
    forecasts = pl.concat(rows) if rows else pl.DataFrame(schema=_SCHEMA)
    missing = pl.concat(lost) if lost else pl.DataFrame(schema=_MISSING)
    return BookScores(forecasts, summarise(forecasts, missing), tuple(sorted(set(skipped))))


_MISSING = {"origin": pl.Int64, "later": pl.Int64, "ahead": pl.Int64, "account": pl.String, "appropriation": pl.String,
            "missing": pl.Int64}  # fmt: skip


def _not_found(still: pl.DataFrame, scored: pl.DataFrame, origin: int, ahead: int) -> pl.DataFrame:
    """Open orders of an origin that the later book does not show, in appropriations that have a later book.

    What becomes of them nobody sees: cancelled, renamed, delivered and dropped, or merged with another order.
    """
    here = still.filter(
        (pl.col("budget_year") == origin) & pl.col("appropriation").is_in(scored["appropriation"].unique().to_list())
    )
    gone = here.join(scored, on=["document", "order"], how="anti")
    return gone.group_by("account", "appropriation").agg(pl.len().cast(pl.Int64).alias("missing")).select(
        pl.lit(origin, pl.Int64).alias("origin"), pl.lit(origin + ahead, pl.Int64).alias("later"),
        pl.lit(ahead, pl.Int64).alias("ahead"), "account", "appropriation", "missing",
    )  # fmt: skip


_LEARNED = ("budget_year", "later_year", "appropriation", "ahead", "account", "state", "slip")
_SCHEMA = {
    "origin": pl.Int64, "later": pl.Int64, "ahead": pl.Int64, "account": pl.String, "state": pl.String,
    "appropriation": pl.String, "line_item": pl.String, "item": pl.String, "maker": pl.String, "fiscal_year": pl.Int64,
    "promised": pl.String, "came": pl.String, "slip": pl.Int64, "expected": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "inside": pl.Boolean, "crps": pl.Float64, "crps_naive": pl.Float64, "pinball": pl.Float64,
    "pinball_naive": pl.Float64, "learned_from": pl.Int64,
}  # fmt: skip


def _forecast(scored: pl.DataFrame, model: SlipModel, size: int) -> pl.DataFrame:
    rows = []
    for row in scored.iter_rows(named=True):
        forecast = model.slip(row["account"], row["state"], row["ahead"], row["appropriation"])
        low, high = forecast.interval(_SHARE)
        slip = row["slip"]
        naive = float(np.mean([pinball(0.0, slip, level) for level in LEVELS]))
        rows.append(
            (
                row["budget_year"], row["later_year"], row["ahead"], row["account"], row["state"], row["appropriation"],
                row["number"], row["element_name"], row["maker"], row["fiscal_year"], row["first_delivery"],
                row["first_delivery_later"], slip, forecast.mean, low, high, low <= slip <= high, forecast.crps(slip),
                abs(slip), forecast.pinball(slip, LEVELS), naive, size,
            )
        )  # fmt: skip
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def summarise(forecasts: pl.DataFrame, missing: pl.DataFrame | None = None) -> pl.DataFrame:
    """Scores by origin and later book, by account and appropriation, by years ahead, and over all.

    missing  open orders that were not found again, by origin, later book, years ahead, account and appropriation
    """
    lost = pl.DataFrame(schema=_MISSING) if missing is None else missing
    cuts: list[tuple[str, list[str]]] = [
        ("all", []), ("years ahead", ["ahead"]), ("later book", ["later"]), ("account", ["account"]),
        ("appropriation", ["appropriation"]),
        ("origin and later book", ["origin", "later"]),
    ]  # fmt: skip
    parts = []
    for cut, by in cuts:
        grouped = forecasts.group_by(by, maintain_order=True) if by else [((), forecasts)]
        for key, part in grouped:
            if len(part):
                alike = [pl.col(name) == value for name, value in zip(by, key, strict=True)]
                gone = int((lost.filter(*alike) if alike else lost)["missing"].sum())
                parts.append((cut, " to ".join(str(k) for k in key), *_scores(part), *_bounds(part, gone)))
    schema = {
        "cut": pl.String, "value": pl.String, "n": pl.Int64, "line_items": pl.Int64, "coverage": pl.Float64,
        "coverage_low": pl.Float64, "coverage_high": pl.Float64, "crps": pl.Float64, "crps_naive": pl.Float64,
        "pinball": pl.Float64, "pinball_naive": pl.Float64, "width": pl.Float64, "not_found": pl.Float64,
        "coverage_least": pl.Float64, "coverage_most": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(parts, schema=schema, orient="row").sort("cut", "value")


def _scores(part: pl.DataFrame) -> tuple[float, ...]:
    """Means, and a 90 % interval of the coverage by drawing line items anew: orders of one line move together."""
    clusters = part.group_by("appropriation", "line_item").agg(pl.col("inside").sum().alias("k"), pl.len().alias("n"))
    clusters = clusters.sort("appropriation", "line_item")
    inside, sizes = clusters["k"].to_numpy().astype(float), clusters["n"].to_numpy().astype(float)
    draws = np.random.default_rng(_SEED).integers(0, len(clusters), (_DRAWS, len(clusters)))
    shares = inside[draws].sum(axis=1) / sizes[draws].sum(axis=1)
    means = part.select(
        pl.col("inside").cast(pl.Float64), "crps", "crps_naive", "pinball", "pinball_naive", w=pl.col("high") - pl.col("low")
    ).mean().row(0)  # fmt: skip
    low, high = np.quantile(shares, [0.05, 0.95])
    return (len(part), len(clusters), means[0], float(low), float(high), *means[1:])


def _bounds(part: pl.DataFrame, gone: int) -> tuple[float, float, float]:
    """Share not found again, and the coverage of all if those had come outside every interval, or inside."""
    inside, whole = int(part["inside"].sum()), len(part) + gone
    return gone / whole, inside / whole, (inside + gone) / whole
