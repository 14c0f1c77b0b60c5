"""Progress of long work, for people and for programs."""

from __future__ import annotations

import json

import pytest

from rampart.plan.solving.passes_in_turn import Step
from rampart.report.console.progress import Watch

STEPS = (
    Step(1, 2, "need", False, None, None, 0.1),
    Step(1, 2, "need", True, 12.5, 0.0, 0.7),
    Step(2, 2, "money", True, 3.0, 1e-5, 1.2),
)


def test_a_program_gets_a_line_of_json_for_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    with Watch(lines=True) as watch:
        for step in STEPS:
            watch.callback(step)
    said = [json.loads(line)["progress"] for line in capsys.readouterr().err.splitlines()]
    assert [(s["number"], s["name"], s["done"], s["value"], s["gap"]) for s in said] == [
        (s.number, s.name, s.done, s.value, s.gap) for s in STEPS
    ]


def test_where_nobody_watches_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with Watch() as watch:
        for step in STEPS:
            watch.callback(step)
    assert capsys.readouterr().err == ""
