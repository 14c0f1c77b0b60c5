"""Numbers as they are typed: what can only be meant one way is taken, what may be two is not."""

from __future__ import annotations

import pytest

from rampart.web.tables.typed_numbers import number_typed, pointed, to_type


@pytest.mark.parametrize(
    ("text", "meant"),
    [("1234,5", 1234.5), ("1\u202f234,50", 1234.5), ("1 234", 1234), ("1.234,5", 1234.5), ("1,234.5", 1234.5),
     ("1,234,567", 1234567), ("1.234.567", 1234567), ("0,125", 0.125), ("2,1250", 2.125), ("-3,5", -3.5),
     ("\u22123,5", -3.5), ("1,234", None), ("12.345", None), ("1,5,3", None), ("1e30", None), ("nan", None),
     ("12 34", None), ("", None), ("10 M€", None)],
)  # fmt: skip
def test_one_meaning_or_none(text: str, meant: float | None) -> None:
    assert number_typed(text) == meant
    if meant is not None:
        assert float(pointed(text)) == meant


@pytest.mark.parametrize(
    ("kept", "shown"),
    [("1234.5", "1234,5"), ("2.125", "2,1250"), ("0.85", "0,85"), ("12", "12"), ("1.50", "1.50"), ("1,234", "1,234")],
)
def test_what_is_shown_in_french_comes_back_the_same(kept: str, shown: str) -> None:
    assert to_type(kept, "fr") == shown and pointed(shown) == kept
    assert to_type(kept, "en") == kept
