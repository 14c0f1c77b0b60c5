"""Charts of fleets say of bands only where there are some."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

import rampart
from places import CASES
from rampart.language.in_words import InWords
from rampart.report.charts.fleet import availability_chart


def test_a_band_that_is_not_drawn_is_not_explained() -> None:
    answer = rampart.sustain(rampart.read_case(CASES / "fleet-tiny"), draws=0)
    drawn = answer["availability"].with_columns(low=pl.col("available"), high=pl.col("available"))
    with_bands = replace(answer, tables={**answer.tables, "availability": drawn})
    notes = []
    for one in (answer, with_bands):
        notes.append(availability_chart(one, InWords(one, "en").words, lambda code, _: code).note)
    assert notes[0] == "" and notes[1].startswith("The band holds")
