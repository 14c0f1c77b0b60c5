"""How far first deliveries move between a book and later ones, and the distribution that forecasts it.

The forecast for an order of a book is the mixture, by sample size, of what was seen for all orders, for those of
its account, of its appropriation, and of its state there. Where no pair of books lies as many years apart as asked,
years are added up as independent steps.
"""

from __future__ import annotations

import polars as pl

from rampart.beliefs.slips import FARTHEST
from rampart.sources.jbook.history import months, state_of_order
from rampart.sources.jbook.matching import later_view


def opened(bought: pl.DataFrame) -> pl.DataFrame:
    """Orders that a book still forecasts: a quantity, and a first delivery after the month of its submission.

    state   see ``state_of_order``
    ahead_of_delivery   months from submission to the promised first delivery
    """
    return (
        bought.filter(pl.col("quantity_ordered") > 0)
        .with_columns(
            (months("first_delivery") - months("submitted")).alias("ahead_of_delivery"),
            state_of_order(),
        )
        .filter(pl.col("ahead_of_delivery") > 0)
    )


def pairs(bought: pl.DataFrame, *, only_open: bool = True) -> pl.DataFrame:
    """Every order beside itself in the books one, two and three years later, with its slips in months.

    slip              later first delivery less the promised one
    award_slip        the same of the award; null where a date is missing
    production_slip   what is left of the slip when the award slip is taken off
    """
    looked = []
    for ahead in range(1, FARTHEST + 1):
        view = later_view(bought, ahead).with_columns(
            (months("first_delivery_later") - months("first_delivery")).alias("slip"),
            (months("award_later") - months("award")).alias("award_slip"),
        )
        looked.append(view.with_columns((pl.col("slip") - pl.col("award_slip")).alias("production_slip")))
    both = pl.concat(looked, how="diagonal_relaxed").filter(pl.col("slip").is_not_null())
    both = both.sort("budget_year", "ahead", "document", "order")
    return opened(both) if only_open else both
