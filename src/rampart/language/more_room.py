"""What a tenth of a per cent more room of each objective would buy below, a line an objective."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rampart.language.decisions_and_causes import pass_amount
from rampart.language.in_words import InWords


def bought_by_room(answer: InWords) -> list[tuple[str, str, str]]:
    """Each objective that gives, how much that is, and what that buys in the objectives below, in words."""
    words = answer.words
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in answer["more_room"].iter_rows(named=True):
        found.setdefault(row["objective"], []).append(row)
    return [
        (
            words.choice("objective", name), pass_amount(answer, name, rows[0]["gives"]),
            "; ".join(_bought(answer, row) for row in rows),
        )
        for name, rows in found.items()
    ]  # fmt: skip


def _bought(answer: InWords, row: Mapping[str, Any]) -> str:
    words = answer.words
    below = words.choice("objective", row["below"])
    if row["gain"] is None:
        return words("more_room.unknown", below=below)
    amount = pass_amount(answer, row["below"], row["gain"])
    if row["share"] is None:
        return words("more_room.buys", below=below, amount=amount)
    digits = 0 if row["share"] >= 0.1 else 1 if row["share"] >= 0.01 else 2
    return words("more_room.buys_share", below=below, amount=amount, share=words.share(row["share"], digits=digits))
