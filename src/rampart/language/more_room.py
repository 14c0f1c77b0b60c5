"""What a tenth of a per cent more room of each objective would buy below, a line an objective."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rampart.language.decisions_and_causes import pass_amount
from rampart.language.in_words import InWords
from rampart.network.units_of_worth import IN_MONEY

LITTLE = 0.1
"""Money units below which amounts are told by their first digits."""


def bought_by_room(answer: InWords) -> list[tuple[str, str, str]]:
    """Each objective that gives, how much that is, and what that buys in the objectives below, in words."""
    words = answer.words
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in answer["more_room"].iter_rows(named=True):
        found.setdefault(row["objective"], []).append(row)
    return [
        (
            words.choice("objective", name), _amount(answer, name, rows[0]["gives"]),
            "; ".join(_bought(answer, row) for row in rows),
        )
        for name, rows in found.items()
    ]  # fmt: skip


def _amount(answer: InWords, objective: str, amount: float) -> str:
    """An amount in the unit of an objective; of money so little that two digits would show nothing with its first ones."""
    words, unit = answer.words, dict(answer["passes"].select("objective", "unit").iter_rows()).get(objective)
    if unit in ("money unit", IN_MONEY) and abs(amount) < LITTLE:
        return words("quantity", number=words.number(amount), unit=answer.objective_unit(unit))
    return words.money(amount) if unit == "money unit" else pass_amount(answer, objective, amount)


def _bought(answer: InWords, row: Mapping[str, Any]) -> str:
    words = answer.words
    below = words.choice("objective", row["below"])
    if row["gain"] is None:
        return words("more_room.unknown", below=below)
    amount = _amount(answer, row["below"], row["gain"])
    if row["share"] is None:
        return words("more_room.buys", below=below, amount=amount)
    digits = min(4, max(0, math.ceil(-1 - math.log10(row["share"])))) if row["share"] > 0 else 0
    return words("more_room.buys_share", below=below, amount=amount, share=words.share(row["share"], digits=digits))
