"""Books are read whole in every form, and a bad document is a finding, in bounded time and memory."""

from __future__ import annotations

import io
import lzma
import tracemalloc
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import polars as pl
import pytest

from rampart.sources.calibration.facts import calibrate
from rampart.sources.calibration.slips import pairs
from rampart.sources.jbook import opening, parsing
from rampart.sources.jbook.case_tables import jbook_case
from rampart.sources.jbook.history import orders
from rampart.sources.jbook.tables import Books, read_books
from sources.small_books import JB, PROC, Item, Maker, Order, book, plain, tag, write


def codes(books: Books) -> set[str]:
    return {finding.code for finding in books.findings}


def errors(books: Books) -> set[str]:
    return {finding.code for finding in books.findings if finding.severity == "error"}


def packed(form: str, text: str) -> bytes:
    data = text.encode()
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("U_BOOK.xml", data)
    attached = inside.getvalue()
    head = b"%PDF-1.6\n1 0 obj <</Length 5>> stream\nhello\nendstream endobj\n"
    if form == "pdf":
        about = b"2 0 obj\n<</Type /EmbeddedFile /Length %d>>\n" % len(attached)
        return head + about + b"stream\r\n%b\r\nendstream\nendobj\n%%%%EOF" % attached
    if form == "packed.pdf":
        about = b"2 0 obj\n<</Type/EmbeddedFile/Filter/FlateDecode/Length 3 0 R>>\n"
        return head + about + b"stream\n%b\nendstream\nendobj" % zlib.compress(attached)
    return {"xml": data, "xml.xz": lzma.compress(data), "zip": attached}[form]


@pytest.mark.parametrize("form", ["xml", "xml.xz", "zip", "pdf", "packed.pdf"])
def test_every_form_gives_the_same_tables(form: str, tmp_path: Path) -> None:
    text = book([plain()])
    path = tmp_path / f"book.{form}"
    path.write_bytes(packed(form, text))
    books = read_books([path])
    assert errors(books) == set()
    assert books["orders"].select("fiscal_year", "award", "first_delivery", "quantity", "unit_cost").rows() == [
        (2016, "2016-01", "2017-01", 100.0, 100.0), (2015, "2014-12", "2016-01", 60.0, 100.0),
    ]  # fmt: skip
    assert books["deliveries"]["amount"].sum() == 200
    assert books["manufacturers"].select("min_rate", "economic_rate", "max_rate", "reorder_alt_after", "initial_plt").rows() \
        == [(10.0, 40.0, 80.0, 6.0, 12.0)]  # fmt: skip
    p1 = books["amounts"].filter(pl.col("block") == "ResourceSummary/NetProcurementP1")
    assert p1.select("fiscal_year", "value").rows() == [(2014, 12.5), (2016, 14.0)]


def same(text: str) -> str:
    """Numbers as one text, however they were written."""
    return f"{float(text):g}" if text.replace(".", "", 1).isdigit() else text


def test_every_value_of_a_document_lands_in_a_table_or_is_named(tmp_path: Path) -> None:
    strange = tag("Surprise", tag("Inner", "kept word")) + tag("P18Item", tag("Name", "spares"))
    item = plain()
    item.extra = strange
    path = write(tmp_path, "b.xml", book([item]))
    books = read_books([path])
    wanted = Counter()
    for element in ElementTree.parse(path).iter():
        if (element.text or "").strip():
            wanted[element.text.strip()] += 1
        wanted.update(v for k, v in element.attrib.items())
    own = {"document", "record", "parent", "line_item", "element", "exhibit", "within", "position", "path", "table",
           "block", "column", "measure"}  # fmt: skip
    found: Counter[str] = Counter()
    for name, frame in books.tables.items():
        derived = {"fiscal_year"} if name == "amounts" else set()
        for column in set(frame.columns) - own - derived:
            found.update(same(str(value)) for value in frame[column].drop_nulls())
    missing = Counter({same(text): 0 for text in wanted})
    for text, times in wanted.items():
        missing[same(text)] += times
    assert not missing - found
    counts = books.counts.row(0, named=True)
    assert counts["elements"] == sum(1 for _ in ElementTree.parse(path).iter())
    assert counts["elements"] == counts["in_tables"] + counts["in_rest"] + counts["containers"] + counts["blank"]
    assert ("line_items", "Surprise/Inner") in books.unnamed().select("table", "path").rows()


def test_a_truncated_file_keeps_what_stands_before_the_fault(tmp_path: Path) -> None:
    text = book([plain(), Item(number="E2", makers=[Maker()])])
    whole = read_books([write(tmp_path, "whole.xml", text)])
    cut = read_books([write(tmp_path, "cut.xml", text[: text.index("E2") + 40])])
    assert errors(cut) == {"jbook-broken"}
    assert cut["orders"].drop("document").equals(whole["orders"].drop("document"))
    squeezed = tmp_path / "cut.xml.xz"
    squeezed.write_bytes(lzma.compress(text.encode())[:-40])
    assert errors(read_books([squeezed])) == {"jbook-broken"}
    archive = tmp_path / "cut.zip"
    archive.write_bytes(packed("zip", text)[:-60])
    assert errors(read_books([archive])) == {"jbook-broken"}


def test_a_wrong_namespace_is_not_a_book(tmp_path: Path) -> None:
    books = read_books([write(tmp_path, "other.xml", book([plain()]).replace(JB, "http://example.org/other"))])
    assert errors(books) == {"jbook-not-a-book"}
    assert books["orders"].is_empty()
    assert "example.org" in next(iter(books.findings)).message()


def test_items_in_another_namespace_are_kept_apart(tmp_path: Path) -> None:
    books = read_books([write(tmp_path, "other.xml", book([plain()]).replace(PROC, "http://example.org/items"))])
    found = [f for f in books.findings if f.severity == "error"]
    assert [(f.code, f.value) for f in found] == [("jbook-namespace", "http://example.org/items")]
    assert books["line_items"].is_empty()
    assert "2017-01" in books["rest"]["value"].to_list()
    newer = read_books([write(tmp_path, "newer.xml", book([plain()]).replace("20100219", "20160101"))])
    assert errors(newer) == set()
    assert len(newer["orders"]) == 2


def test_too_many_elements_end_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MOST_ELEMENTS", 50)
    books = read_books([write(tmp_path, "many.xml", book([plain()]))])
    assert errors(books) == {"jbook-too-large"}
    assert books.counts["elements"].to_list() == [51]


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "declared",
    [
        f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE x [<!ENTITY out SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/never.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/never.dtd"> %p;]>',
    ],
)
def test_a_document_type_ends_the_reading(declared: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something was to be fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    text = book([plain()]).replace("?>", f"?>{declared}", 1).replace("Title of E1", "&l9;&out;")
    books = read_books([write(tmp_path, "b.xml", text)])
    assert errors(books) == {"jbook-doctype"}
    assert books["line_items"].is_empty()


def test_a_compressed_bomb_stops_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MOST_BYTES", 3_000_000)
    head, tail = book([plain()]).split("</jb:JustificationBook>")[0], ""
    path = tmp_path / "bomb.xml.xz"
    path.write_bytes(lzma.compress((head + "<jb:Title>a</jb:Title>" * 2_000_000 + tail).encode()))
    tracemalloc.start()
    books = read_books([path])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "jbook-too-large" in errors(books)
    assert most < 300_000_000


def test_depth_and_length_of_text_are_bounded(tmp_path: Path) -> None:
    deep = plain()
    deep.extra = "".join(f"<proc:d{i}>" for i in range(100)) + "".join(f"</proc:d{i}>" for i in reversed(range(100)))
    long = plain()
    long.extra = tag("Description", "word " * 500_000)
    assert "jbook-too-deep" in errors(read_books([write(tmp_path, "deep.xml", book([deep]))]))
    assert "jbook-too-large" in errors(read_books([write(tmp_path, "long.xml", book([long]))]))


def test_what_is_no_book_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("readme.txt", "no book")
    (tmp_path / "no.pdf").write_bytes(b"%PDF-1.4\n1 0 obj <<>> stream\nx\nendstream endobj")
    (tmp_path / "no.bin").write_bytes(b"\x00\x01\x02")
    write(tmp_path, "broken.xml", "<a><b></a>")
    for name, code in (
        ("empty", "jbook-no-document"), ("none.zip", "jbook-no-document"), ("no.pdf", "jbook-no-document"),
        ("no.bin", "jbook-no-document"), ("nowhere.xml", "jbook-no-path"), ("broken.xml", "jbook-not-a-book"),
    ):  # fmt: skip
        assert errors(read_books([tmp_path / name])) == {code}, name


def test_a_pdf_whose_stream_has_a_long_dictionary_with_escaped_names(tmp_path: Path) -> None:
    attached = zlib.compress(packed("zip", book([plain()])))
    about = b"2 0 obj\n<</Type/EmbeddedFile/Filter/F#6cateDecode/Desc (%b)/Length 3 0 R>>\n" % (b"x" * 5000)
    path = tmp_path / "long.pdf"
    path.write_bytes(b"%PDF-1.7\n" + about + b"stream\n%b\nendstream\nendobj" % attached)
    assert len(read_books([path])["orders"]) == 2


def test_an_encrypted_pdf_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(b"%PDF-1.6\n1 0 obj <<>> stream\n\x01\x02\nendstream endobj\ntrailer <</Encrypt 9 0 R>>")
    assert errors(read_books([path])) == {"jbook-encrypted"}


@pytest.mark.timeout(300)
def test_an_unfinished_tag_ends_the_reading_in_bounded_time(tmp_path: Path) -> None:
    text = book([plain()])
    for name, start in (("attribute", "<proc:x a='"), ("comment", "<!--"), ("instruction", "<?x ")):
        cut = text.index("</proc:LineItemList>")
        books = read_books([write(tmp_path, f"{name}.xml", text[:cut] + start + "v" * 20_000_000)])
        assert errors(books) == {"jbook-too-large"}, name
        assert len(books["orders"]) == 2


def test_what_a_zip_may_hold_in_all_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = len(ElementTree.fromstring(book([plain()])).findall(".//")) + 1
    monkeypatch.setattr(parsing, "MOST_ELEMENTS_IN_FILE", 2 * one + 1)
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(9):
            archive.writestr(f"{number}.xml", book([plain()]))
    books = read_books([path])
    assert errors(books) == {"jbook-too-large"}
    assert len(books.counts) == 3
    assert books.counts["elements"].sum() == 2 * one + 1


def test_members_past_the_limit_are_said_to_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_MEMBERS", 2)
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.xml", book([plain()]))
    books = read_books([path])
    assert errors(books) == {"jbook-too-large"}
    assert len(books.counts) == 2


def test_a_folder_stands_for_the_files_in_its_folders(tmp_path: Path) -> None:
    (tmp_path / "2016" / "army").mkdir(parents=True)
    write(tmp_path / "2016" / "army", "b.xml", book([plain()]))
    books = read_books([tmp_path])
    assert errors(books) == set()
    assert len(books["orders"]) == 2


def test_an_exhibit_file_of_line_items_alone_is_read(tmp_path: Path) -> None:
    text = book([plain()])
    start, end = text.index("<proc:LineItemList>"), text.rindex("</jb:")
    spaced = text[start:end].replace("<proc:LineItemList>", '<proc:LineItemList xmlns:proc="' + PROC + '">')
    books = read_books([write(tmp_path, "exhibits.xml", spaced)])
    assert errors(books) == set()
    assert books["amounts"].filter(pl.col("column") == "PriorYear")["fiscal_year"].to_list() == [2014]
    assert len(books["orders"]) == 2


def test_findings_speak_both_languages(tmp_path: Path) -> None:
    order = Order(2016, "2016-13", "2017-01", 10, schedules={"Army": [("2016-13", 5), ("2017-01", "five")]})
    books = read_books([write(tmp_path, "b.xml", book([Item(makers=[Maker(orders=[order])])]))])
    assert {"jbook-not-a-month", "jbook-not-a-number"} <= codes(books)
    for finding in books.findings:
        assert finding.message("en") != finding.message("fr")
        assert "{" not in finding.sentence("en") + finding.sentence("fr")


def test_a_file_of_several_compressed_streams_is_read_whole(tmp_path: Path) -> None:
    data = book([plain()]).encode()
    path = tmp_path / "two.xml.xz"
    path.write_bytes(lzma.compress(data[:700]) + lzma.compress(data[700:]))
    books = read_books([path])
    assert errors(books) == set()
    assert len(books["orders"]) == 2


def test_an_encoding_that_nobody_knows(tmp_path: Path) -> None:
    for name in ("klingon", "shift_jis", "utf-16"):
        text = book([plain()]).replace('encoding="UTF-8"', f'encoding="{name}"')
        assert errors(read_books([write(tmp_path, "b.xml", text)])) == {"jbook-broken"}, name
    wide = tmp_path / "wide.xml"
    wide.write_bytes(book([plain()]).replace('encoding="UTF-8"', 'encoding="utf-16"').encode("utf-16"))
    assert len(read_books([wide])["orders"]) == 2


@pytest.mark.parametrize("form", ["xml", "xml.xz", "zip", "pdf", "packed.pdf"])
def test_damaged_bytes_never_raise(form: str, tmp_path: Path) -> None:
    whole = packed(form, book([plain()]))
    chance = Random(7)
    path = tmp_path / f"damaged.{form}"
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            if chance.random() < 0.5:
                data[at] = chance.randrange(256)
            else:
                del data[at : at + chance.randint(1, 40)]
        path.write_bytes(bytes(data))
        books = read_books([path])
        for finding in books.findings:
            assert finding.sentence("en")
            assert finding.sentence("fr")


@pytest.mark.timeout(300)
def test_a_pdf_of_starts_without_an_end_is_read_in_bounded_time(tmp_path: Path) -> None:
    path = tmp_path / "starts.pdf"
    path.write_bytes(b"%PDF-1.4\n" + b"stream\nPK\x03\x04" * 300_000)
    assert errors(read_books([path])) == {"jbook-broken", "jbook-too-large", "more-errors"}


def test_books_of_one_name_in_two_folders_are_two_books(tmp_path: Path) -> None:
    for year in (2015, 2016, 2017):
        (tmp_path / str(year)).mkdir()
        write(tmp_path / str(year), "book.xml", book([plain(year)], year=year))
        write(tmp_path, f"{year}.xml", book([plain(year)], year=year))
    same = read_books([tmp_path / str(year) for year in (2015, 2016, 2017)])
    apart = read_books([tmp_path / f"{year}.xml" for year in (2015, 2016, 2017)])
    assert same["books"]["document"].to_list() == ["book.xml", "2016/book.xml", "2017/book.xml"]
    assert orders(same.tables).drop("document").equals(orders(apart.tables).drop("document"))


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path, "b.xml", book([plain()]))
    assert len(read_books([path, tmp_path, path])["orders"]) == 2


def test_later_versions_of_the_schema_are_read(tmp_path: Path) -> None:
    text = (
        book([plain()]).replace("schema/022009/jb", "schema/022017/jb").replace("schema/20100219/", "schema/20170219/")
    )
    books = read_books([write(tmp_path, "b.xml", text)])
    assert errors(books) == set()
    assert len(books["orders"]) == 2
    secure = read_books([write(tmp_path, "s.xml", text.replace("http://www", "https://www"))])
    assert errors(secure) == set()
    assert len(secure["orders"]) == 2
    other = text.replace("http://www.dtic.mil/comptroller/xml/schema/", "http://example.org/schema/")
    assert errors(read_books([write(tmp_path, "o.xml", other)])) == {"jbook-not-a-book"}


@pytest.mark.parametrize("written", ["1,450", "1 450", "1_450", "1.450,5", "١٤٥٠", "-", "TBD5"])
def test_a_number_written_otherwise_is_kept_as_text_and_said(written: str, tmp_path: Path) -> None:
    order = book([Item(makers=[Maker(orders=[Order(2016, "2016-01", "2017-01", 1450)])])])
    assert "<proc:Quantity>1450<" in order
    text = order.replace("<proc:Quantity>1450<", f"<proc:Quantity>{written}<")
    books = read_books([write(tmp_path, "b.xml", text)])
    assert books["orders"]["quantity"].to_list() == [None]
    assert written in [f.value for f in books.findings if f.code == "jbook-not-a-number"]


def test_an_amount_with_a_thousands_mark_is_said_and_a_tick_is_not(tmp_path: Path) -> None:
    text = book([plain()]).replace("<proc:PriorYear>12.5<", "<proc:PriorYear>1,012.5<")
    books = read_books([write(tmp_path, "b.xml", text.replace("<proc:BudgetYearOne>14<", "<proc:BudgetYearOne>true<"))])
    assert [f.value for f in books.findings if f.code == "jbook-not-a-number"] == ["1,012.5"]
    assert {"1,012.5", "true"} <= set(books["rest"]["value"])


@pytest.mark.parametrize("written", ["February 2015", "2015", "٢٠١٥-٠٢", "15-2"])
def test_odd_dates_are_findings_and_stop_nothing(written: str, tmp_path: Path) -> None:
    for year in (2016, 2017):
        text = book([plain(2016)], year=year).replace(f"SubmissionDate>{year - 1}-02<", f"SubmissionDate>{written}<")
        write(tmp_path, f"{year}.xml", text.replace("FirstDeliveryDate>2016-01<", f"FirstDeliveryDate>{written}<"))
    books = read_books([tmp_path])
    assert "jbook-not-a-month" in codes(books)
    assert books["books"]["submitted"].to_list() == [None, None]
    assert len(pairs(orders(books.tables))) == 1
    calibrate(books.tables)
    jbook_case(books)


def test_archives_inside_an_archive_are_said_not_to_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("book.xml", book([plain()]))
        archive.writestr("more.zip", packed("zip", book([plain()])))
    books = read_books([path])
    assert [(f.code, f.value) for f in books.findings if f.severity == "warning"] == [("jbook-nested", "more.zip")]
    assert len(books["orders"]) == 2


def modifications(*costs: float) -> str:
    def one(cost: float) -> str:
        money = tag("Procurement", tag("TotalCost", tag("TotalCost", tag("BudgetYearOne", cost))))
        return tag("ModificationItem", tag("Title", f"Mod of {cost}") + money)

    items = "".join(map(one, costs))
    return tag("ItemExhibitList", tag("P3AModificationItemGroup", tag("ModificationItemList", items)))


def test_every_amount_says_which_of_several_ancestors_it_belongs_to(tmp_path: Path) -> None:
    books = read_books([write(tmp_path, "b.xml", book([Item(extra=modifications(10, 20, 30))]))])
    amounts = books["amounts"].filter(pl.col("exhibit") == "P-3a")
    assert sorted(amounts.select("value", "column", "fiscal_year").rows()) == [
        (value, "BudgetYearOne", 2016) for value in (10.0, 20.0, 30.0)
    ]
    places = {block.split("ModificationItemList/")[1].split("/")[0]: value
              for block, value in amounts.select("block", "value").iter_rows()}  # fmt: skip
    assert places == {"ModificationItem": 10.0, "ModificationItem[2]": 20.0, "ModificationItem[3]": 30.0}
    titles = books["rest"].filter(pl.col("path").str.ends_with("Title"))
    assert {path.split("/")[-2]: text for path, text in titles.select("path", "value").iter_rows()} == {
        "ModificationItem": "Mod of 10", "ModificationItem[2]": "Mod of 20", "ModificationItem[3]": "Mod of 30",
    }  # fmt: skip
    assert books.unnamed().filter(pl.col("path").str.ends_with("ModificationItem/Title"))["times"].to_list() == [3]


def test_a_year_that_stands_twice_is_told_apart(tmp_path: Path) -> None:
    extra = tag("Other", tag("Cost", tag("BudgetYearOne", 1) + tag("BudgetYearOne", 2)))
    amounts = read_books([write(tmp_path, "b.xml", book([Item(extra=extra)]))])["amounts"]
    found = amounts.filter(pl.col("block").str.starts_with("Other/Cost"))
    assert found.select("block", "column", "fiscal_year", "value").rows() == [
        ("Other/Cost", "BudgetYearOne", 2016, 1.0), ("Other/Cost[2]", "BudgetYearOne", 2016, 2.0),
    ]  # fmt: skip


def test_a_research_book_is_told_apart(tmp_path: Path) -> None:
    project = tag("ProjectList", tag("Project", tag("ProjectNumber", "7") + tag("ProjectTitle", "A project")
                  + tag("Cost", tag("BudgetYearOne", 4))))  # fmt: skip
    element = tag(
        "ProgramElement", tag("ProgramElementNumber", "0601") + tag("ProgramElementTitle", "Research") + project
    )
    text = book([]).replace("<proc:LineItemList></proc:LineItemList>", tag("ProgramElementList", element))
    books = read_books([write(tmp_path, "r.xml", text)])
    assert books["program_elements"].select("number", "title").rows() == [("0601", "Research")]
    assert books["research_projects"].select("number", "title").rows() == [("7", "A project")]
    assert books["amounts"].select("table", "value").rows() == [("research_projects", 4.0)]
    (found,) = [f for f in books.findings if f.code == "jbook-research"]
    assert (found.severity, found.details["count"]) == ("note", 1)
    assert books["line_items"].is_empty()
