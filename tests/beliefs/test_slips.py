"""Slips by account and state against hand-worked mixtures."""

from __future__ import annotations

import polars as pl
import pytest

from rampart.beliefs.slips import SlipModel


def seen(rows: list[tuple[int, str, str, int]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["ahead", "account", "state", "slip"], orient="row")


def test_a_group_counts_as_its_sample_grows() -> None:
    rows = [(1, "ammunition", "planned", 0)] * 30 + [(1, "missiles", "awarded", 12)] * 30
    model = SlipModel.of(seen(rows))
    # Half of a group of 30 is its own, a quarter its account's, the rest everybody's.
    assert model.slip("missiles", "awarded", 1).mean == pytest.approx(0.5 * 12 + 0.25 * 12 + 0.25 * 6)
    assert model.slip("missiles", "planned", 1).mean == pytest.approx(0.5 * 12 + 0.5 * 6)
    assert model.slip("other", "planned", 1).mean == pytest.approx(6)


def test_years_without_pairs_are_added_up() -> None:
    model = SlipModel.of(seen([(1, "ammunition", "planned", s) for s in [0, 4] * 20]))
    two = model.slip("ammunition", "planned", 2)
    assert dict(zip(two.values.tolist(), two.weights.round(6).tolist(), strict=True)) == {0: 0.25, 4: 0.5, 8: 0.25}
    assert model.slip("ammunition", "planned", 3).mean == pytest.approx(6)
    assert not SlipModel.of(seen([])).ready
    with pytest.raises(ValueError, match="no two following books"):
        SlipModel.of(seen([])).slip("ammunition", "planned", 1)


def test_an_appropriation_counts_as_far_as_it_was_seen():
    rows = [(1, "missiles", "awarded", 0)] * 30 + [(1, "missiles", "awarded", 12)] * 30
    frame = seen(rows).with_columns(appropriation=pl.Series(["1507N"] * 30 + ["2032A"] * 30))
    model = SlipModel.of(frame)
    # All 6, the account 6 (two thirds of 60 in 90), the appropriation of 30 half of what is left, the state half again.
    assert model.slip("missiles", "awarded", 1, "2032A").mean == pytest.approx(0.75 * 12 + 0.25 * 6)
    assert model.slip("missiles", "awarded", 1, "1507N").mean == pytest.approx(0.25 * 6)
    assert (
        model.slip("missiles", "awarded", 1).mean
        == model.slip("missiles", "awarded", 1, "3020F").mean
        == pytest.approx(6)
    )
    assert SlipModel.of(seen(rows)).slip("missiles", "awarded", 1, "2032A").mean == pytest.approx(6)
