"""The traps of the public books: each is a finding, and none is silently mended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from rampart.findings import Finding
from rampart.sources.calibration.facts import calibrate
from rampart.sources.jbook.case_tables import jbook_case
from rampart.sources.jbook.history import initials, lines, manufacturers, orders, unnamed
from rampart.sources.jbook.matching import distinct_orders, later_view, match_rates
from rampart.sources.jbook.tables import Books, read_books
from sources.small_books import Item, Maker, Order, book, plain, write


def read(folder: Path, *items: Item, year: int = 2016, name: str = "b.xml") -> Books:
    return read_books([write(folder, name, book(items, year=year))])


def of(books: Books, code: str) -> list[Finding]:
    return [finding for finding in books.findings if finding.code == code]


def months(first: str, amounts: Sequence[float]) -> list[tuple[str, float]]:
    start = int(first[:4]) * 12 + int(first[5:]) - 1
    return [(f"{(start + i) // 12}-{(start + i) % 12 + 1:02d}", a) for i, a in enumerate(amounts)]


def test_a_sound_book_has_no_warning(tmp_path: Path) -> None:
    books = read(tmp_path, plain())
    assert {f.code for f in books.findings} <= {"jbook-other-customers"}


def test_rates_a_month_and_a_year_are_told_apart(tmp_path: Path) -> None:
    yearly, unknown = plain(), plain()
    yearly.number, yearly.units, unknown.number, unknown.units = "E2", "Yearly", "E3", None
    books = read(tmp_path, plain(), yearly, unknown)
    rates = manufacturers(books.tables).sort("number").select("min_rate", "economic_rate", "max_rate").rows()
    assert rates == [(10.0, 40.0, 80.0), (10 / 12, 40 / 12, 80 / 12), (None, None, None)]
    assert of(books, "jbook-rate-units-mixed")[0].details == {"monthly": 1, "yearly": 1}
    assert of(books, "jbook-rate-unit-unknown")[0].details["count"] == 1


def test_rates_that_cannot_be_in_one_unit_are_shown(tmp_path: Path) -> None:
    odd = Item(
        makers=[
            Maker(rates=(2280, 13.7e6, 41e6)),
            Maker("Beta Works", rates=(50, 40, 80)),
            Maker("Gamma", rates=(0, 40, 80)),
        ]
    )
    books = read(tmp_path, odd)
    assert [f.value for f in of(books, "jbook-rates-apart")] == ["2280 / 1.37e+07 / 4.1e+07", "50 / 40 / 80"]
    assert books["manufacturers"]["min_rate"].to_list() == [2280, 50, 0]


def test_zero_means_not_reported(tmp_path: Path) -> None:
    books = read(tmp_path, Item(makers=[Maker(rates=(0, 40, 80), alt=0, plt=0), Maker("Beta Works")]))
    made = manufacturers(books.tables)
    assert made["min_rate"].to_list() == [None, 10.0]
    assert made["reorder_plt"].to_list() == [None, 12.0]
    assert made["initial_alt_after"].to_list() == [None, 6.0]
    assert of(books, "jbook-zero-not-reported")[0].details["count"] == 5
    assert books["manufacturers"]["reorder_plt"].to_list() == [0.0, 12.0]


def test_all_customers_are_not_the_own_service(tmp_path: Path) -> None:
    both = {"Army": months("2017-01", [30, 30]), "Navy": months("2017-01", [20])}
    books = read(tmp_path, Item(makers=[Maker(orders=[Order(2016, "2016-01", "2017-01", 60, schedules=both)])]))
    finding = of(books, "jbook-other-customers")[0]
    assert (finding.value, finding.details["scheduled"]) == ("60", "80")
    row = orders(books.tables).row(0, named=True)
    assert (row["quantity_ordered"], row["scheduled"], row["customers"]) == (60, 80, 2)


def test_a_master_book_repeats_the_service_books(tmp_path: Path) -> None:
    write(tmp_path, "army.xml", book([plain()]))
    write(tmp_path, "master.xml", book([plain()], root="MasterJustificationBook"))
    books = read_books([tmp_path])
    again = of(books, "jbook-line-item-twice")
    assert [(f.file, f.value, f.details["other"]) for f in again] == [("master.xml", "E1", "army.xml")]
    assert len(books["orders"]) == 4
    assert len(distinct_orders(orders(books.tables))) == 2


def test_makers_without_a_name(tmp_path: Path) -> None:
    names = ["Various", "TBD", "TBD/To be selected", "Multiple", "", "Variousness Inc", "Tbilisi Works", "Alpha"]
    assert [unnamed(name) for name in names] == [True] * 5 + [False] * 3
    books = read(tmp_path, Item(makers=[Maker("Various"), Maker("Alpha Works")]))
    assert [f.value for f in of(books, "jbook-maker-unnamed")] == ["Various"]


def test_plans_below_the_minimum_rate_count_the_whole_line(tmp_path: Path) -> None:
    slow = Order(2016, "2016-01", "2017-01", 24, schedules={"Army": months("2017-01", [6, 6, 6, 6])})
    other = Order(2015, "2015-01", "2017-01", 24, schedules={"Navy": months("2017-01", [5, 5, 5, 5])})
    books = read(tmp_path, Item(makers=[Maker(orders=[slow]), Maker("Beta Works", orders=[slow, other])]))
    made = lines(books.tables)
    assert made.select("mean", "peak", "months").rows() == [(6.0, 6.0, 4), (11.0, 11.0, 4)]
    assert [(f.value, f.details["minimum"], f.details["maker"]) for f in of(books, "jbook-below-minimum")] == [
        ("6", "10", "Alpha Works")
    ]


def test_a_schedule_of_thirteen_months(tmp_path: Path) -> None:
    long = Order(2016, "2016-01", "2017-01", 130, schedules={"Army": months("2017-01", [10] * 13)})
    impossible = Order(2015, "2015-01", "2016-01", 20, schedules={"Army": [("2016-12", 10), ("2016-13", 10)]})
    twice = Order(2014, "2014-01", "2015-01", 20, schedules={"Army": [("2015-01", 10), ("2015-01", 10)]})
    books = read(tmp_path, Item(makers=[Maker(orders=[long, impossible, twice])]))
    assert [f.value for f in of(books, "jbook-schedule-long")] == ["13"]
    assert [f.value for f in of(books, "jbook-not-a-month")] == ["2016-13"]
    assert [f.value for f in of(books, "jbook-month-twice")] == ["2015-01"]
    assert orders(books.tables)["months"].to_list() == [13, 1, 1]
    assert "2016-13" in books["rest"]["value"].to_list()


def renamed(year: int, element: str, maker: str, first: str, quantity: float = 100) -> Item:
    return Item(element=element, makers=[Maker(maker, orders=[Order(2014, "2013-12", first, quantity)])])


def test_names_that_drift_are_matched_and_the_rate_is_told(tmp_path: Path) -> None:
    first = renamed(2015, "1.2) Round, all types (A1)", "General Works Inc.", "2016-01")
    later = renamed(2016, "3.1) ROUND, ALL TYPES (A1)", "GENERAL WORKS, INC", "2016-05")
    write(tmp_path, "a.xml", book([first], year=2015))
    write(tmp_path, "b.xml", book([later], year=2016))
    books = read_books([tmp_path])
    assert initials("1.2) Round, all types (A1)") == initials("3.1) ROUND, ALL TYPES (A1)")
    bought = orders(books.tables)
    assert match_rates(bought).rows() == [("ammunition", 2015, 2016, 1, 0, 1)]
    assert of(books, "jbook-names-matched")[0].details["share"] == "100"
    view = later_view(bought, 1)
    assert view.select("first_delivery", "first_delivery_later").rows() == [("2016-01", "2016-05")]


def test_two_orders_alike_are_not_taken_for_each_other(tmp_path: Path) -> None:
    def item(firsts: Sequence[tuple[float, str]]) -> Item:
        return Item(makers=[Maker(orders=[Order(2014, "2013-12", first, n) for n, first in firsts])])

    write(tmp_path, "a.xml", book([item([(100, "2016-01"), (100, "2016-06"), (70, "2016-03")])], year=2015))
    write(tmp_path, "b.xml", book([item([(100, "2016-02"), (100, "2016-07"), (70, "2016-09")])], year=2016))
    view = later_view(orders(read_books([tmp_path]).tables), 1)
    assert view.select("quantity_ordered", "first_delivery", "first_delivery_later").rows() == [
        (70, "2016-03", "2016-09")
    ]


def test_a_maker_named_since_is_found(tmp_path: Path) -> None:
    write(tmp_path, "a.xml", book([renamed(2015, "Round", "TBD", "2016-01")], year=2015))
    write(tmp_path, "b.xml", book([renamed(2016, "Round", "Alpha Works", "2016-04")], year=2016))
    view = later_view(orders(read_books([tmp_path]).tables), 1)
    assert view.select("maker", "first_delivery_later").rows() == [("TBD", "2016-04")]
    assert pl.Series(view["ahead"]).to_list() == [1]


def test_line_items_that_cannot_be_found_again_are_said(tmp_path: Path) -> None:
    text = book([plain(), Item(number="E2")]).replace("<proc:AppropriationNumber>2034A</proc:AppropriationNumber>", "")
    assert of(read_books([write(tmp_path, "b.xml", text)]), "jbook-not-identified") == []
    text = text.replace("<jb:AppropriationCode>2034A</jb:AppropriationCode>", "")
    text = text.replace("<proc:LineItemNumber>E2</proc:LineItemNumber>", "").replace(
        "BudgetYear>2016<", "BudgetYear>FY16<"
    )
    found = of(read_books([write(tmp_path, "b.xml", text)]), "jbook-not-identified")
    assert [(f.value, f.details["count"]) for f in found] == [
        ("BudgetYear", 2), ("AppropriationNumber", 2), ("LineItemNumber", 1),
    ]  # fmt: skip


def test_what_is_below_zero_is_said_and_not_used(tmp_path: Path) -> None:
    sold = Order(2016, "2016-01", "2017-01", -60, schedules={"Army": months("2017-01", [-30, 30])})
    books = read(
        tmp_path, Item(makers=[Maker(orders=[sold], rates=(-1, -40, 80), plt=-3), Maker("Beta", rates=(1, 2, -3))])
    )
    assert [(f.table, f.details["count"]) for f in of(books, "jbook-negative")] == [
        ("orders", 1), ("deliveries", 1), ("manufacturers", 2),
    ]  # fmt: skip
    case, left_out = jbook_case(books)
    assert case["lines"].select("min_rate", "economic_rate", "max_rate").rows() == [(None, None, 80.0)]
    assert case["orders"]["quantity"].to_list() == [30.0]
    assert "chaîne sans cadence maximale" in next(iter(left_out)).message("fr")


def test_what_stands_in_two_books_of_a_year_is_one_fact(tmp_path: Path) -> None:
    items = [Item(number=f"E{n}", makers=[Maker(plt=10 + n)]) for n in range(6)]
    write(tmp_path, "army.xml", book(items))
    once = calibrate(read_books([tmp_path]).tables)
    write(tmp_path, "master.xml", book(items, root="MasterJustificationBook"))
    assert calibrate(read_books([tmp_path]).tables).equals(once)
    assert set(once.filter(pl.col("fact") == "reorder production lead time")["n"]) == {6}
