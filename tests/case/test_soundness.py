"""A case is checked once: again where its tables no longer say what was found sound."""

from __future__ import annotations

import pickle

import polars as pl
import pytest

import rampart
from places import CASES
from rampart.case.soundness import require_sound
from rampart.findings import CaseError


def test_what_is_changed_in_place_is_checked_again() -> None:
    """Reading checks a case; a figure written over in the frame itself is met all the same."""
    case = rampart.read_case(CASES / "tiny")
    require_sound(case)
    case.tables["stocks"][0, "quantity"] = -5.0
    with pytest.raises(CaseError):
        require_sound(case)


def test_tables_put_in_place_are_checked() -> None:
    case = rampart.read_case(CASES / "tiny")
    wrong = case.tables["stocks"].with_columns(pl.lit("NOWHERE").alias("holder"))
    with pytest.raises(CaseError):
        require_sound(case.with_tables({"stocks": wrong}))


def test_what_was_found_is_not_sent_to_other_processes() -> None:
    """A case that is sent is no longer than its tables, and is checked where it arrives."""
    case = rampart.read_case(CASES / "tiny")
    require_sound(case)
    sent = pickle.loads(pickle.dumps(case))
    assert "_sound" not in vars(sent)
    require_sound(sent)
    sent.tables["stocks"][0, "quantity"] = -5.0
    with pytest.raises(CaseError):
        require_sound(sent)
