"""What differs between two plans, worked out by hand."""

from __future__ import annotations

import pytest

from rampart.results.comparison import compare
from results.short_plan import MONTHS, short_plan


def test_a_plan_does_not_differ_from_itself() -> None:
    assert all(frame.is_empty() for frame in compare(short_plan(4.0), short_plan(4.0)).values())


def test_a_faster_line_serves_more_and_costs_more() -> None:
    """3 more a month for three months at 2 each."""
    found = compare(short_plan(4.0), short_plan(7.0))
    (demand,) = found["demand"].to_dicts()
    assert (demand["served"], demand["served second"], demand["served change"]) == pytest.approx((12.0, 21.0, 9.0))
    assert demand["unmet change"] == pytest.approx(-9.0)
    (money,) = found["money"].to_dicts()
    assert money["commitments change"] == pytest.approx(2.0 * 3.0 * MONTHS)
    (output,) = found["production"].to_dicts()
    assert output["output change"] == pytest.approx(9.0)
    assert found["donations"].is_empty()
    assert found["expansions"].is_empty()
    assert found["case"].height > 0


def test_the_other_way_round_every_change_has_the_other_sign() -> None:
    there, back = compare(short_plan(4.0), short_plan(7.0)), compare(short_plan(7.0), short_plan(4.0))
    for name in there:
        for column in (c for c in there[name].columns if c.endswith(" change")):
            assert there[name][column].to_list() == pytest.approx([-x for x in back[name][column]]), (name, column)
