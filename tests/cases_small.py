"""One member, its partner and one item: cases small enough to be worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import rampart
from cases_random import START, make_case
from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case

Row = dict[str, Any]


NEED_FIRST = ("need", "own_use", "money")


ITEM = {"item": "shell", "name_en": "shell", "kind": "munition", "unit": "rounds"}


KEPT = ITEM | {"holding_cost": 1.0}


CONTRACT = {"contract": "deal", "line": "plant", "buyer": "AAA", "max_quantity": math.inf}


def month(number: int) -> str:
    """Month of the plan counted from 0."""
    return month_text(month_number(START) + number)


def case(
    months: int,
    priorities: Sequence[str] = NEED_FIRST,
    *,
    settings: Mapping[str, str] | None = None,
    **rows: Sequence[Row],
) -> Case:
    """One member, its partner and one item, with the tables given."""
    nations = [{"nation": "AAA", "role": "member"}, {"nation": "UUU", "role": "recipient"}]
    base: dict[str, Sequence[Row]] = {
        "nations": [row | {"name_en": row["nation"], "fiscal_year_start": 3} for row in nations],
        "items": [ITEM],
        "priorities": [
            {"rank": rank, "objective": name, "tolerance": 0.0} for rank, name in enumerate(priorities, start=1)
        ],
    }
    return make_case({"start": START, "end": month(months - 1)} | dict(settings or {}), base | rows)


def line(**changes: Any) -> Row:
    """A line that makes up to 10 a month at once at 1 each."""
    row: Row = {"line": "plant", "nation": "AAA", "item": "shell", "state": "hot", "rate_per": "month"}
    row |= {"max_rate": 10.0, "admin_lead_time": 0.0, "lead_time": 0.0, "unit_cost": 1.0}
    return row | changes


def need(quantity: float, **changes: Any) -> Row:
    """Monthly need of the member."""
    row: Row = {"holder": "AAA", "item": "shell", "purpose": "training", "rate_per": "month"}
    return row | {"need": quantity} | changes


def values(of: Case) -> dict[str, float]:
    """Passes of the plan as a reader counts them (of a need, months unmet), the tie-breaking pass left out."""
    found = rampart.plan(of)["passes"].select("objective", "value", "plain").iter_rows()
    return {name: value if plain is None else plain for name, value, plain in found if name != "ties"}
