"""By when something is due, from what is known of some delays."""

from __future__ import annotations

from collections.abc import Sequence

from rampart.plan.reading.due import Due, last_months
from rampart.plan.reading.loss import Loss

MONTHS = range(100, 130)
STEPS = (1, 6, 12, 24)


def due(told: dict[int, list[Loss | None]], worth: Sequence[float], *, split: bool = False) -> list[Due]:
    """worth  share lost with so many months of delay"""

    def losses(which: Sequence[int], periods: Sequence[int]) -> list[Loss | None]:
        return [Loss("need", 1.0, worth[n], split=split) for n in periods]

    return last_months(told, losses, STEPS, 0.001, list(MONTHS), 129)


def test_it_is_the_last_month_that_costs_next_to_nothing() -> None:
    worth = [0.0] * 4 + [0.5] * 30
    told: dict[int, list[Loss | None]] = {1: [Loss()], 6: [Loss("need", 1.0, 0.5)]}
    assert due(told, worth) == [Due(103)]


def test_of_what_was_split_it_is_the_latest() -> None:
    worth = [0.0] * 4 + [0.5] * 30
    told: dict[int, list[Loss | None]] = {1: [Loss(split=True)], 6: [Loss("need", 1.0, 0.5, split=True)]}
    assert due(told, worth, split=True) == [Due(103, at_latest=True)]


def test_what_costs_too_much_at_once_is_due_at_once_split_or_not() -> None:
    told: dict[int, list[Loss | None]] = {
        1: [Loss("need", 1.0, 0.5, split=True)],
        6: [Loss("need", 1.0, 0.5, split=True)],
    }
    assert [each.month for each in due(told, [0.0] * 40)] == [100]


def test_where_nothing_is_known_nothing_says_that_it_can_wait() -> None:
    told: dict[int, list[Loss | None]] = {1: [None], 6: [None]}
    assert due(told, [0.0] * 40) == [Due(100)]


def test_what_is_not_solved_again_may_ask_for_it_sooner() -> None:
    told: dict[int, list[Loss | None]] = {1: [Loss(unseen=True)], 6: [Loss("need", 1.0, 0.5)]}
    assert due(told, [0.0] * 3 + [0.5] * 40)[0].at_latest
