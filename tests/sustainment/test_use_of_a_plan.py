"""Use that a plan divides between the systems of a fleet: bounded for each, and none of it before the plan."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import rampart
from places import CASES
from rampart.sustainment.availability_by_month import availability_by_month
from rampart.sustainment.fleet import Support, read_support
from rampart.sustainment.marching import March
from rampart.sustainment.setting import Setting


@cache
def support() -> Support:
    return read_support(rampart.read_case(CASES / "deliver-or-repair"))


def fed(rounds: float, most: float = np.inf) -> Support:
    """The fleet with so many rounds a month for all of it."""
    s = support()
    return replace(s, used=np.full(s.use.shape, rounds), most=np.full(len(s.fleets), most))


def test_more_than_all_can_fire_is_as_much_as_each_can_fire() -> None:
    """Rounds without end and a bound of 200 a gun are 200 a gun, with maintenance, wear, shop and queue as they are then."""
    each, whole = availability_by_month(support()), availability_by_month(fed(1e9, 200.0))
    assert support().use[0, 0] == 200.0
    for name in ("available", "held", "down", "demand", "queue"):
        assert np.allclose(getattr(whole, name), getattr(each, name), rtol=1e-3, atol=1e-3), name


def test_the_plan_begins_with_what_the_stated_use_has_worn() -> None:
    """Nothing fired from the first month on does not mean that nothing was fired before."""
    first, quiet = March(support()), March(fed(0.0))
    assert quiet.now.up == pytest.approx(first.now.up)
    course = availability_by_month(fed(0.0))
    assert course.ao[0, 0] < 0.95 < course.ao[0, -1]


def test_maintenance_follows_what_is_fired() -> None:
    """600 rounds between maintenance of two days: 3,000 a month are five a month, each of which idles a gun for two days."""
    setting = Setting(fed(3000.0))
    days = 365.25 / 12
    assert setting.in_action(0, np.array([16.0])) == pytest.approx([16.0 - 5 * 2 / days])
    assert setting.in_action(0, np.array([16.0]), before=True) == pytest.approx([16.0 / (1 + 200 * 2 / 600 / days)])
    bounded = Setting(fed(3000.0, 100.0))
    (active,) = bounded.in_action(0, np.array([16.0]))
    assert active == pytest.approx(16.0 / (1 + 100 * 2 / 600 / days))
    assert bounded.use_of(0, np.array([active])) == pytest.approx([100.0 * active])


def test_wear_follows_what_is_fired() -> None:
    """Half the rounds, half the use of a gun: barrels of 1,800 rounds go by what is fired, not by the stated use."""
    half, full = (availability_by_month(fed(rounds)) for rounds in (1500.0, 3000.0))
    barrel = support().parts.index("barrel")
    asked = [float(c.demand[1:, barrel].sum()) for c in (half, full)]
    assert asked[0] < 0.75 * asked[1]
