"""What leaves a holder's stock as agreed with others outside the plan: units and cost by period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from rampart.case.calendar import Calendar, month_number
from rampart.network.keys import Agreed
from rampart.network.lags import Floats
from rampart.network.ways import Row


def agreed_keys(rows: Iterable[Row]) -> list[Agreed]:
    """Holder, item and destination of rows of the table ``agreed``, sorted; a blank destination is an empty text."""
    return sorted({Agreed(r["holder"], r["item"], r["to"] or "") for r in rows})


def agreed_quantities(rows: Iterable[Row], keys: Sequence[Agreed], calendar: Calendar) -> tuple[Floats, Floats]:
    """Units that leave in each period, and the mean cost of sending one of them, currency. Shape (keys, periods) each.

    Rows before the first month or after the last are outside the plan. Where nothing leaves the cost is 0.
    """
    at = {key: n for n, key in enumerate(keys)}
    quantity, money = np.zeros((2, len(keys), len(calendar)))
    for r in rows:
        period = calendar.period(month_number(r["month"]))
        if period is not None:
            n = at[Agreed(r["holder"], r["item"], r["to"] or "")]
            quantity[n, period] += r["quantity"]
            money[n, period] += r["quantity"] * r["cost"]
    return quantity, np.divide(money, quantity, out=np.zeros_like(money), where=quantity > 0)
