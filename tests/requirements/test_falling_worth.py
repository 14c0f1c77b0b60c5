"""Steps of a falling worth, by hand: trapezia under the line."""

import numpy as np
import pytest

from rampart.requirements.falling_worth import Falling, steps

LEVELS = Falling((0.0, 36.0, 100.0), (1.0, 0.5, 0.25), 5.0)


def test_worth_of_all_units_so_far_is_the_area_under_the_line():
    # to 36: (1 + .5) / 2 * 36 = 27; to 100: + (.5 + .25) / 2 * 64 = 24; half way to 36: (1 + .75) / 2 * 18 = 15.75
    assert LEVELS.of(np.array([0.0, 18.0, 36.0, 100.0, 150.0])).tolist() == [0.0, 15.75, 27.0, 51.0, 51.0]


def test_a_flat_worth_is_one_step():
    found = steps([Falling.flat(20.0)])
    assert found.width.tolist() == [20.0] and found.worth.tolist() == [1.0]


def test_a_falling_worth_is_cut_into_steps_no_wider_than_allowed_that_end_at_the_bends():
    found = steps([LEVELS])
    assert found.width.max() <= 5.0 and found.width.sum() == pytest.approx(100.0)
    assert 36.0 in np.cumsum(found.width)
    assert found.width @ found.worth == pytest.approx(51.0)
    assert (np.diff(found.worth) < 0).all()
    # 36 / 5 is cut into 8 steps of 4.5: the first falls from 1 to 1 - 4.5 / 72, so .96875 on the whole
    assert found.width[0] == pytest.approx(4.5) and found.worth[0] == pytest.approx(0.96875)


def test_a_requirement_falls_to_nothing_and_costs_half_of_it_where_all_is_missing():
    found = steps([Falling.to_nothing(40.0)])
    assert found.width.size == 20 and found.width @ found.worth == pytest.approx(20.0)
    # what is missing of 40 when 10 are there: 30 * 30 / 80
    assert found.width[5:] @ found.worth[5:] == pytest.approx(11.25)


def test_curves_of_several_regimes_are_merged():
    found = steps([Falling.flat(10.0, 0.25), Falling.flat(30.0, 0.75)])
    assert found.width.tolist() == [10.0, 20.0] and found.worth.tolist() == [1.0, 0.75]


def test_what_falls_in_one_regime_alone_is_cut_only_as_far_as_it_falls():
    found = steps([Falling((0.0, 10.0), (1.0, 0.5), 0.5), Falling.flat(100.0, 1.0)])
    assert found.width.size == 21 and found.width[-1] == pytest.approx(90.0)


def test_without_a_curve_there_is_no_step():
    assert steps([]).width.size == 0
    assert steps([Falling.flat(0.0)]).width.size == 0
