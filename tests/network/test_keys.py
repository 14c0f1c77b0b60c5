"""Keys are told apart whatever signs their codes hold, and their numbers hang on what the codes are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rampart.case.likeness import Likeness
from rampart.network.keys import Contract, Lane, Pair, number, parts, text

CODES = st.text(alphabet='ab|"#>[] ', min_size=1, max_size=6)


@given(st.tuples(CODES, CODES), st.tuples(CODES, CODES))
def test_two_pairs_are_one_only_where_both_codes_are(first: tuple[str, str], second: tuple[str, str]) -> None:
    assert (Pair(*first) == Pair(*second)) == (first == second)
    assert [part["code"] for part in parts(Pair(*first))] == list(first)


def test_a_bar_inside_a_code_is_seen() -> None:
    assert text(Pair("A|B", "C")) != text(Pair("A", "B|C"))
    assert text(Pair("A", "B")) == "A|B"


def test_parts_say_what_they_are_of() -> None:
    assert [part["of"] for part in parts(Lane("A", "B", "shell"))] == ["origin", "destination", "item"]


def test_the_number_of_a_key_follows_its_codes_not_their_spelling() -> None:
    here = Likeness({"lines": {"x": 1}, "contracts": {"y": 2}})
    there = Likeness({"lines": {"a|b": 1}, "contracts": {"[c]": 2}})
    assert number(Contract("x", "y"), here) == number(Contract("a|b", "[c]"), there)
    assert number(Contract("x", "y"), here) != number(Contract("y", "x"), here)
