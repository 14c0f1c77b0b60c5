"""Agreed departures in the second programme: what leaves first, and what stock does not allow."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from independent.facts import Row

if TYPE_CHECKING:
    from independent.builder import Builder


def add_agreed(b: Builder) -> None:
    """What leaves as agreed with others; what stock does not allow breaks a rule."""
    f = b.f
    groups: dict[tuple[str, str, str | None, int], list[Row]] = defaultdict(list)
    for r in f.rows("agreed"):
        b.pairs.add((r["holder"], r["item"]))
        t = f.period(f.month(r["month"], f.first))
        if t is not None and r["quantity"]:
            groups[r["holder"], r["item"], r["to"], t].append(r)
    for (holder, item, to, t), rows in groups.items():
        name, quantity = f"{holder}|{item}|{to}|{t}", sum(r["quantity"] for r in rows)
        out, kept = b.p.column(f"hand|{name}"), b.p.column(f"withheld|{name}", quantity)
        b.p.row(f"agreed|{name}", [(out, 1.0), (kept, 1.0)], quantity, quantity)
        b.outflow[(holder, item), t].append((out, 1.0))
        b.slack.append((kept, 1 / quantity))
        money = sum(r["quantity"] * r["cost"] for r in rows) / quantity / f.unit
        b.money.append((out, money))
        for month, share in f.effects(0, t):
            for kind in ("commitments", "payments"):
                b.spend(holder, month, "transport", kind, (out, share * money))
