"""What would relieve the partner in a war, worked out again without anything of the model, and told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rampart.catalogues.results import frame
from rampart.language.in_words import InWords
from rampart.report.chapters.war import relief_listing
from rampart.scenario.relief import relief
from rampart.scenario.tree_programme import TreeProgramme
from rampart.scenario.war import tree_of, war_plan
from scenario.looked_war import histories, optimum, war

MONTHS, EVERY, RATE = 6, 3, 4.0


def test_a_tenth_more_of_a_line_brings_what_an_independent_programme_says_and_is_told() -> None:
    """A line of 4 a month, and of 4.4: what the war costs less; what it takes from the shelf at home it gives the partner."""
    case = war(MONTHS, EVERY, rate=RATE)
    rows = relief(TreeProgramme(case, tree_of(case, "regimes")[0]))
    found = {row["cause"]: row for row in rows}
    ways = histories(MONTHS, EVERY)
    as_it_is, more = (optimum(ways, MONTHS, EVERY, rate=rate).value for rate in (RATE, 1.1 * RATE))
    assert found["capacity"]["gain"] == pytest.approx(as_it_is - more, rel=1e-6)
    assert found["capacity"]["relief"] > 0
    assert found["route_time"]["relief"] > found["lead_time"]["relief"] > 0
    made = war_plan(case, shape="regimes", compare=False)
    made = replace(made, tables={**made.tables, "relief": frame("war", "relief", rows)})
    told = {language: made.explain(language=language) for language in ("en", "fr")}
    for language, head in (("en", "What would relieve it"), ("fr", "Ce qui y remédierait")):
        at = next(n for n, line in enumerate(told[language]) if line.startswith(head))
        assert "%" in told[language][at + 1]
        listing = relief_listing(InWords(made, language))
        assert listing is not None
        assert len(listing.rows) == len(rows)
