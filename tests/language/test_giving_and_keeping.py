"""What is given and kept, in sentences."""

from __future__ import annotations

import pytest

import rampart
from plan.parts.test_give_or_keep import PLEDGE, donor


def told(plan: rampart.Result, language: str = "en", **of: str) -> list[str]:
    lines = [line.replace("\u00a0", " ") for line in rampart.explain(plan, language=language, **of)]
    head = {"en": "Giving and keeping:", "fr": "Donner et garder :"}[language]
    return lines[lines.index(head) + 1 :] if head in lines else []


def test_other_chances_and_the_break_even_are_told() -> None:
    every, one = told(rampart.plan(donor(600, 0.01)))[:2]
    assert every == (
        "shell: were what must be held called upon with another chance a year, given in the first year: "
        "100 at 0%, 100 at 2%, 40 at 5%, 20 at 10% and 10 at 20% (rounds)."
    )
    # 600 q (n - 1/2)/20 = 1: at q = 0.01 three steps are given, 15 rounds; the third is kept from q = 20/1500 on
    assert one == (
        "AAA, shell: gives 15 rounds in the first year. It would give a tenth less if what it must hold were called upon "
        "with a chance of 1.3% a month (15% a year); the case states 1% (11% a year)."
    )


@pytest.mark.parametrize(("plan_of", "says"), [
    (lambda: donor(24, 0.2, held=50.0), "gives nothing in the first year"),
    (lambda: donor(24, 0.1, held=300.0), "it need not hold it"),
    (lambda: donor(24, 0.1, priorities=("pledges", "need"), deliveries=[PLEDGE | {"quantity": 40.0}]), "a higher rank"),
])  # fmt: skip
def test_why_there_is_no_break_even(plan_of, says: str) -> None:
    plan = rampart.plan(plan_of())
    assert any(says in line for line in told(plan))
    assert len(told(plan, "fr")) == len(told(plan))


@pytest.mark.parametrize(("order", "first"), [
    (("need", "requirement"), "the recipient's need comes first"), (("requirement", "need"), "what must be held comes first"),
])  # fmt: skip
def test_under_ranks_alone_the_rank_decides(order: tuple[str, ...], first: str) -> None:
    (line,) = told(rampart.plan(donor(24, None, priorities=order)))[:1]
    assert line.startswith("No requirement states the chance") and first in line


def test_it_is_said_where_the_tables_were_left_out() -> None:
    (line, *_) = told(rampart.plan(donor(24, 0.1, priorities=("need", "requirement")), give_or_keep=False))
    assert line.endswith("was not worked out.")


def test_one_donor_may_be_asked_for() -> None:
    plan = rampart.plan(donor(24, 0.1))
    assert len(told(plan, holder="AAA")) == 1
    assert told(plan, holder="UUU") == []
