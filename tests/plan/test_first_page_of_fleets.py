"""Deliver or repair on a plan's first page: each figure of its sentences by hand from the tables, in both languages.

In the real case as in the small one: what a million more brings by lever, what the support bought brings on the whole and for
each million, and the systems of each fleet at the start and at the end.
"""

from __future__ import annotations

import pytest

import rampart
from places import CASES
from rampart.language.headlines import sentences
from rampart.language.in_words import InWords
from rampart.results.result import Result


def by_hand(plan: Result) -> dict[str, float]:
    """Systems x months of the support bought, its money, and the best gain of a million by lever, row by row."""
    lengths = plan.case.calendar.lengths
    gain = 0.0
    for row in plan["fleets"].iter_rows(named=True):
        gain += (row["available"] - row["unsupported"]) * lengths[row["period"]]
    money = sum(row["money"] for row in plan["support"].iter_rows(named=True))
    rates: dict[tuple[str, str], float] = {}
    for row in plan["exchange"].iter_rows(named=True):
        if row["period"] == 0:
            key = row["lever"], row["code"]
            rates[key] = rates.get(key, 0.0) + row["gain"]
    best: dict[str, float] = {}
    for (lever, _), rate in rates.items():
        best[lever] = max(best.get(lever, 0.0), rate)
    return {"gain": gain, "money": money, **best}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "apart"), [("deliver-or-repair", 0.2), ("alliance-2023", 2.0)])
def test_the_first_page_tells_what_the_tables_hold(name: str, apart: float) -> None:
    """And what the plan buys, played through in whole spares, differs from its own figure by so many systems at most."""
    plan = rampart.plan(rampart.read_case(CASES / name), reasons="none", give_or_keep=False)
    coupling = plan.manifest["coupling"]
    assert coupling["converged"], coupling
    assert coupling["largest_difference"] <= apart
    found = by_hand(plan)
    for language in ("en", "fr"):
        answer = InWords(plan, language)
        words, told = answer.words, " ".join(str(one) for one in sentences(answer))
        for lever in ("spares", "bays", "systems"):
            if found.get(lever, 0.0) >= 0.05:
                assert words.number(found[lever]) in told, (lever, told)
        for figure in (found["gain"], found["gain"] / found["money"]):
            assert words.number(figure) in told, told
        assert words.money(found["money"]) in told
        for fleet, own in plan["fleets"].sort("period").group_by("fleet", maintain_order=True):
            assert words.number(own["available"][0]) in told, fleet
            assert words.number(own["available"][-1]) in told, fleet
