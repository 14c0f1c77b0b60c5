"""A number is read as what it says, or not at all."""

from __future__ import annotations

import math
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.case.cells import read_cell, read_cells
from rampart.catalogues.inputs import tables

QUANTITY = tables()["stocks"].columns["quantity"]
LIMIT = tables()["routes"].columns["capacity"]
WHOLE = tables()["items"].columns["shelf_life"]


def read(text, column=QUANTITY, locale="en"):
    value, problem = read_cell(text, column, locale)
    return value if problem is None else problem


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [
        ("1234", "en", 1234.0),
        ("-3.5", "en", -3.5),
        ("+2", "en", 2.0),
        ("1e3", "en", 1000.0),
        ("1 234", "en", 1234.0),
        ("1\u202f234\u202f567.5", "en", 1234567.5),
        ("1,234,567", "en", 1234567.0),
        ("1,234.5", "en", 1234.5),
        ("1.234", "en", 1.234),
        ("\u22125", "en", -5.0),
        ("1,5", "fr", 1.5),
        ("0,234", "fr", 0.234),
        ("1,2340", "fr", 1.234),
        ("1234,567", "fr", 1234.567),
        ("1 234,5", "fr", 1234.5),
        ("1\u00a0234", "fr", 1234.0),
        ("1.234,5", "fr", 1234.5),
        ("1.234.567", "fr", 1234567.0),
        ("2.5", "fr", 2.5),
        ("0.125", "fr", 0.125),
        ("2.5", "mixed", 2.5),
    ],
)
def test_a_number_with_one_reading_is_read(text, locale, value):
    assert read(text, locale=locale) == value


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("1,234", "en"),
        ("1,5", "en"),
        ("1 234,567", "en"),
        ("1.234,5", "en"),
        ("1.234", "fr"),
        ("8,000", "fr"),
        ("-1,234", "fr"),
        ("1,234.5", "fr"),
        ("1.234", "mixed"),
        ("1,234", "mixed"),
        ("1.2.3", "en"),
        ("1,23,4", "en"),
    ],
)
def test_a_number_with_two_readings_is_refused(text, locale):
    assert read(text, locale=locale) == "ambiguous-number"


def test_a_comma_is_decimal_where_nothing_reaches_a_thousand():
    share = replace(QUANTITY, maximum=100.0)
    assert read("12,500", share, "fr") == 12.5
    assert read("12,500", share, "mixed") == read("12,500", share, "en") == "ambiguous-number"


@pytest.mark.parametrize("locale", ["en", "fr", "mixed"])
@pytest.mark.parametrize(
    "text",
    ["nan", "inf", "-inf", "Infinity", "1e400", "-1e400", "1e-400", "0x1F", "1_000", "１２", "١٢", "12 34",
     "5 %", "10 t", "--1", "1e", ".", "1.", "unlimited", "two", "1\u200b2", "1\u0000", "=1+1", "½", "1²"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text, locale):
    assert read(text, locale=locale) in ("not-a-number", "ambiguous-number", "not-unlimited", "percent-in-text")


@pytest.mark.parametrize("text", ["unlimited", "Unlimited", "illimité", "ILLIMITÉE", "illimite"])
def test_unlimited_is_for_limits_only(text):
    assert read(text, LIMIT) == math.inf
    assert read(text, QUANTITY) == "not-unlimited"


def test_infinity_is_not_a_way_to_write_unlimited():
    assert read("inf", LIMIT) == "not-a-number"


def test_whole_numbers_stay_whole():
    assert read("12", WHOLE) == 12
    assert read("12.0", WHOLE) == 12
    assert read("12.5", WHOLE) == "not-whole"
    assert read("1e17", WHOLE) == "not-whole"


def test_numbers_that_the_file_holds_as_numbers_need_no_reading():
    frame = pl.DataFrame({"t": [None] * 4, "n": [1.234, math.nan, math.inf, None]}, schema={"t": str, "n": float})
    value, problem = read_cells(pl.col("t"), pl.col("n"), QUANTITY, "fr")
    cells = frame.select(value.alias("value"), problem.alias("problem"))
    assert cells["value"].to_list() == [1.234, None, None, None]
    assert cells["problem"].to_list() == [None, "not-a-number", "not-a-number", None]
    value, problem = read_cells(pl.col("t"), pl.col("n"), LIMIT, "fr")
    assert frame.select(value.alias("value"))["value"][2] == math.inf


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_survives_its_own_text(value):
    assert read(repr(value)) == value


@given(st.integers(-(10**15), 10**15), st.sampled_from([" ", "\u00a0", "\u202f"]), st.sampled_from(["en", "fr"]))
def test_spaces_between_thousands_are_read_in_both_languages(value, space, locale):
    assert read(f"{value:,}".replace(",", space), locale=locale) == value


@given(st.text(alphabet="0123456789.,eE+- \u00a0\u202f_xnaif%", max_size=12))
def test_no_text_is_read_as_a_number_that_python_reads_otherwise(text):
    value = read(text.strip() or None)
    if isinstance(value, float):
        plain = text.strip().replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
        assert value == float(plain.replace(",", "")) and ("," not in plain or plain.count(",") > 1 or "." in plain)
