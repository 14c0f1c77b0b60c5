"""Packs: a line may be counted in packs of the catalogue. The factor is written into the document, and converts exactly.

What is booked is the quantity in the item's smallest unit; packs and factor stand beside it. A factor that the catalogue
changes later changes nothing that was posted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from rampart.ledger.documents import Line

if TYPE_CHECKING:
    from rampart.case.tables import Case

Factors = Mapping[tuple[str, str], int]
"""Units in a pack, by item and pack."""
_PACKS = re.compile(r"\d{1,15}(\.\d{1,9})?|\d{1,15}/[1-9]\d{0,14}")


def packs_of(text: str) -> Fraction | None:
    """A number of packs (2, 2.5, 10/3) as it is, None where it is none."""
    return Fraction(text) if _PACKS.fullmatch(text) else None


def units(packs: str, factor: int) -> int | None:
    """Packs in units; None where they are no whole number of them, or no number."""
    found = packs_of(packs)
    whole = None if found is None else found * factor
    return int(whole) if whole is not None and whole.denominator == 1 else None


def in_packs(line: Line, quantity: int) -> Line:
    """A line of another quantity, in as many packs as that is: exactly, as a fraction where no decimals do."""
    if not line.pack or quantity == line.quantity:
        return replace(line, quantity=quantity)
    packs = Fraction(quantity, line.factor)
    rest = packs.denominator
    while rest % 2 == 0 or rest % 5 == 0:
        rest //= 2 if rest % 2 == 0 else 5
    text = str(packs)
    if rest == 1 and packs.denominator > 1:
        places = next(n for n in range(1, 64) if 10**n % packs.denominator == 0)
        if places <= 9:
            text = f"{packs.numerator // packs.denominator}.{packs % 1 * 10**places!s:0>{places}}"
    return replace(line, quantity=quantity, packs=text)


def factors_of(case: Case) -> dict[tuple[str, str], int]:
    """The packs of a case's catalogue."""
    return {(item, pack): units for item, pack, units in case["packs"].select("item", "pack", "units").iter_rows()}


def told(quantity: int, item: str, factors: Factors) -> str:
    """A quantity in the largest packs of the item that fit, and what is left in units: "3 pallet + 2 box + 5"."""
    parts = []
    for pack, factor in sorted(((p, f) for (i, p), f in factors.items() if i == item), key=lambda x: (-x[1], x[0])):
        if factor > 1 and quantity // factor > 0:
            parts.append(f"{quantity // factor} {pack}")
            quantity %= factor
    return " + ".join([*parts, *([str(quantity)] if quantity or not parts else [])])
