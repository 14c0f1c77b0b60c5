"""A limit of time: the months and the best list found come back, and what was not reached is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from places import CASES
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.results.folder import read_result
from rampart.results.result import Result
from rampart.sustainment.allowed_time import AllowedTime
from rampart.sustainment.answer import sustain
from rampart.sustainment.availability_by_month import availability_by_month
from rampart.sustainment.fleet import read_support
from rampart.sustainment.promise import Promises

AT_ONCE, NEVER = 1e-9, 1e6
LEFT = ("exchange", "mix", "conflict", "simulation", "bands", "swings")
"""What is begun only where time is left, in its order."""


@pytest.fixture(scope="module")
def tiny() -> Case:
    return read_case(CASES / "fleet-tiny")


@pytest.fixture(scope="module")
def whole(tiny: Case) -> Result:
    return sustain(tiny, target=0.9, draws=2, simulate=2)


class Asked(AllowedTime):
    """The time is up when it has been asked for so often: as if each step took as long."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    @property
    def up(self) -> bool:
        self.left -= 1
        return self.left < 0


def test_what_there_is_no_time_for_is_named_and_the_months_stand(tiny: Case, whole: Result) -> None:
    answer = sustain(tiny, target=0.9, draws=2, simulate=2, time_limit=AT_ONCE)
    assert answer.status == "time limit"
    unfinished = answer.manifest["unfinished"]
    assert {"curve", *LEFT} <= set(unfinished) <= {"list", "curve", *LEFT}
    for name in ("exchange", "exchange_months", "simulation", "conflict", "swings", "mix"):
        assert answer[name].is_empty(), name
    known = [c for c in whole["availability"].columns if c not in ("low", "high")]
    assert answer["availability"].select(known).equals(whole["availability"].select(known))
    assert answer["availability"]["low"].null_count() == answer["availability"].height
    assert answer.manifest["draws"] == 0
    marked = answer["points"].filter(marked=True)
    assert marked.height == 1 and marked["supply_availability"][0] >= 0.9, (
        "a list that reaches the target, if a dear one"
    )
    (said,) = [f for f in answer.findings if f.code == "fleet-time-up"]
    assert "the bands" in said.sentence("en") and "les fourchettes" in said.sentence("fr")
    assert not [f for f in answer.findings if f.code == "target-out-of-reach"]


def test_a_limit_that_is_not_reached_changes_nothing(tiny: Case, whole: Result) -> None:
    limited = sustain(tiny, target=0.9, draws=2, simulate=2, time_limit=NEVER)
    assert limited.status == whole.status == "optimal"
    for name, table in whole.tables.items():
        assert limited[name].equals(table), name


@pytest.mark.parametrize("asked", [{"target": 0.97}, {"budget": 2e6}])
def test_more_time_never_makes_a_list_worse(tiny: Case, asked: dict[str, float]) -> None:
    """Cut after so many steps, from none to all: the target is reached each time, and the money kept to."""
    support = read_support(tiny)
    promises = Promises(support, availability_by_month(support), len(support.months) - 1)
    found = []
    for steps in range(40):  # what a list gives is worked out once for all of them
        time = promises.time = Asked(steps)
        one = promises.reaching(asked["target"]) if "target" in asked else promises.within(asked["budget"])
        assert one is not None
        if "target" in asked:
            assert one.availability >= asked["target"]
        else:
            assert one.cost <= asked["budget"] * (1 + 1e-9)
        found.append((one.cost if "target" in asked else -one.availability, time.cut))
        if not time.cut:
            break
    assert found[-1][1] == [] and all(cut == ["list"] for _, cut in found[:-1])
    worth = [value for value, _ in found]
    assert worth == sorted(worth, reverse=True)


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan")])
def test_no_time_at_all_is_refused(tiny: Case, wrong: float) -> None:
    with pytest.raises(ValueError, match="expected seconds above 0"):
        sustain(tiny, time_limit=wrong)


def test_the_command_takes_a_limit(tmp_path: Path) -> None:
    folder = tmp_path / "answer"
    said = CliRunner().invoke(
        main, ["sustain", str(CASES / "fleet-tiny"), "--time-limit", "0.000001", "--no-report", "-o", str(folder)]
    )
    assert said.exit_code == 0, said.output
    assert "time was up" in said.output
    assert read_result(folder).status == "time limit"
