"""National returns: every bad cell named, posted whole or not at all, revisions as corrections, blank is not nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from ledger.returns.filled_in import TINY, codes, editing, fill, hand_in, ledger, row, template
from ledger.small_ledgers import doc, stock
from rampart.case.annotating import write_annotated
from rampart.ledger.documents import Line
from rampart.ledger.ledger import Ledger
from rampart.ledger.returns.booking import figures_of
from rampart.ledger.returns.checking import check_return, post_return
from rampart.ledger.returns.figures import read_return
from rampart.ledger.store.opening import LedgerError

__all__ = ["ledger"]
OPEN = row("opening stock", 4000, lot="00123")


def keys(ledger: Ledger) -> set[str]:
    return {d.key for d in ledger.documents()}


def test_a_month_is_posted_whole_and_the_same_again_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    rows = [OPEN, row("produced", 600, lot="1E5", expires="2035-01-31"), row("used", 100, lot="00123"),
            row("stock at the end", 3900, lot="00123"), row("stock at the end", 600, lot="1E5"), row("issued", 0),
            row("decision taken", item=None, of="round_line", note="by the board")]  # fmt: skip
    first = hand_in(ledger, tmp_path / "r.xlsx", *rows)
    assert codes(first) == []
    assert stock(ledger) == {"00123": 3900, "1E5": 600}
    assert [c.difference for c in ledger.counts()] == [0, 0]
    again = check_return(ledger, TINY, tmp_path / "r.xlsx")
    assert again.sound and again.booking.documents == () and post_return(ledger, again) == 0
    said = next(d for d in ledger.documents() if d.kind == "return").document
    told = {(f.kind, f.line.lot): f.line.quantity for f in figures_of(said)}
    assert told["issue", ""] == 0 and told["production", "1E5"] == 600
    assert not any(d.kind == "issue" for d in ledger.documents()), "nothing is no movement"
    assert ledger.verify() == []


def test_other_content_under_the_same_revision_is_refused_with_its_cells(ledger: Ledger, tmp_path: Path) -> None:
    hand_in(ledger, tmp_path / "r.xlsx", OPEN, row("used", 100, lot="00123"), row("issued", 7, lot="00123"))
    other = fill(template(ledger, tmp_path / "s.xlsx"), OPEN, row("used", 120, lot="00123"), revision=1, author="other")
    checked = check_return(ledger, TINY, other)
    found = {f.code: f for f in checked.findings if f.severity == "error"}
    assert set(found) == {"return-other-content", "return-content-gone", "return-other-head"}
    assert found["return-other-content"].cell == "C3" and "100" in found["return-other-content"].message()
    assert not checked.sound
    with pytest.raises(LedgerError):
        post_return(ledger, checked)


def test_a_revision_posts_only_the_differences_as_corrections(ledger: Ledger, tmp_path: Path) -> None:
    hand_in(ledger, tmp_path / "r.xlsx", OPEN, row("used", 100, lot="00123"), row("issued", 7, lot="00123"),
            row("produced", 0))  # fmt: skip
    before = keys(ledger)
    second = hand_in(ledger, tmp_path / "s.xlsx", OPEN, row("used", 120, lot="00123"), row("produced", 5))
    assert second.made is not None and second.made.revision == 2
    changed = {(d.kind, d.before, d.now) for d in second.differences}
    assert changed == {("use", 100, 120), ("issue", 7, None), ("production", 0, 5)}
    new = sorted((d.kind, d.document.reverses.split("|")[1] if d.document.reverses else "") for d in ledger.documents()
                 if d.key not in before)  # fmt: skip
    assert new == [("production", ""), ("return", ""), ("reversal", "issue"), ("reversal", "use"), ("use", "")]
    assert stock(ledger) == {"00123": 3880, "": 5}
    third = hand_in(ledger, tmp_path / "t.xlsx", OPEN, row("used", 100, lot="00123"), row("produced", 5))
    assert third.sound and stock(ledger) == {"00123": 3900, "": 5}
    assert [d.kind for d in third.booking.documents] == ["reversal", "use", "return"]
    gap = fill(template(ledger, tmp_path / "u.xlsx"), OPEN, revision=9)
    assert codes(check_return(ledger, TINY, gap)) == ["return-revision"]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_template_of_a_correction_repeats_what_was_reported(ledger: Ledger, tmp_path: Path, lang: str) -> None:
    """Handed back as it is it changes nothing; with one figure changed it changes that one, and a count that stands is told
    beside what the movements give by then.
    """
    rows = [row("opening stock", 4000, lot="00123", expires="2030-12-31"), row("produced", 0, item="charge"),
            row("used", 100, lot="*"), row("sent", 15, lot="00123", to="XUU", reference="W17", day="2025-01-12"),
            row("stock at the end", 3885, lot="00123"), row("decision taken", None, item=None, of="x")]  # fmt: skip
    first = hand_in(ledger, tmp_path / "r.xlsx", *rows, grade="derived", release="partners")
    assert first.sound and not first.findings
    post_return(ledger, first)
    path = fill(template(ledger, tmp_path / f"{lang}.xlsx", lang=lang), clear=False)
    again = check_return(ledger, TINY, path)
    assert again.made and again.made.revision == 2 and (again.made.grade, again.made.release) == ("derived", "partners")
    assert again.sound and again.booking.differences == () and [d.kind for d in again.booking.documents] == ["return"]
    with editing(path) as book:
        for cells in book[book.sheetnames[-1]].iter_rows(min_row=2):
            if cells[0].value in ("used", "consommé") and cells[2].value == 100:
                cells[2].value = 120
    changed = check_return(ledger, TINY, path)
    assert [(d.kind, d.before, d.now) for d in changed.booking.differences] == [("use", 100, 120)]
    (told,) = changed.findings
    assert told.code == "return-count-differs" and told.details == {"booked": 3865, "item": "round / 00123"}
    assert post_return(ledger, changed) == 3


def test_to_whom_a_return_may_be_shown_is_part_of_it(ledger: Ledger, tmp_path: Path) -> None:
    hand_in(ledger, tmp_path / "r.xlsx", OPEN, release="partners")
    assert {d.document.release for d in ledger.documents()} == {"partners"}
    other = check_return(ledger, TINY, fill(template(ledger, tmp_path / "s.xlsx"), OPEN, revision=1, release="public"))
    assert codes(other) == ["return-other-head"]


def test_the_order_of_rows_is_no_content(ledger: Ledger, tmp_path: Path) -> None:
    rows = [OPEN, row("used", 100, lot="00123"), row("produced", 5, lot="B"), row("produced", 6, lot="C")]
    hand_in(ledger, tmp_path / "r.xlsx", *rows)
    other = fill(template(ledger, tmp_path / "s.xlsx"), *reversed(rows), revision=1)
    checked = check_return(ledger, TINY, other)
    assert checked.sound and checked.booking.documents == ()


BAD = [
    (row("produzed", 1), "return-word", "A2"),
    (row("used", 1.5), "not-whole", "C2"),
    (row("used", -1), "below-minimum", "C2"),
    (row("used", "8,000"), "ambiguous-number", "C2"),
    (row("used", "8.000"), "ambiguous-number", "C2"),
    (row("used", "many"), "not-a-number", "C2"),
    (row("used", 1, lot=123), "return-lot", "D2"),
    (row("used", 1, day="2025-02-01"), "return-day", "E2"),
    (row("used", 1, day="next week"), "not-a-date", "E2"),
    (row("used", 1, condition="rusty"), "return-word", "G2"),
    (row("used", 1, expires="2030"), "return-expiry", "I2"),
    (row("sent", 1, reference="w1"), "ledger-blank", "J2"),
    (row("sent", 1, to="XUU"), "ledger-blank", "N2"),
    (row("received", 1, of="d"), "ledger-blank", "K2"),
    (row("received", 1, of="d", sender="XBB", outcome="lost"), "ledger-blank", "O2"),
    (row("used", 1, item=None), "ledger-blank", "B2"),
    (row("used", 1, item="shell"), "return-code", "B2"),
    (row("sent", 1, to="XZZ", reference="w"), "return-code", "J2"),
    (row("used", 1), "ledger-below-zero", "C2"),
    (row("used", 1, lot="*"), "ledger-lots-short", "D2"),
    (row("received", 1, of="none", sender="XBB"), "ledger-no-document", "L2"),
]


@pytest.mark.parametrize(("bad", "code", "cell"), BAD, ids=[f"{n}-{code}" for n, (_, code, _) in enumerate(BAD)])
def test_every_bad_cell_is_named_and_nothing_posted(
    ledger: Ledger, tmp_path: Path, bad: dict[str, object], code: str, cell: str
) -> None:
    checked = hand_in(ledger, tmp_path / "r.xlsx", bad, row("produced", 5, item="charge"))
    errors = [(f.code, f.cell) for f in checked.findings if f.severity == "error"]
    assert errors == [(code, cell)]
    assert ledger.documents() == []


def test_every_bad_cell_at_once(ledger: Ledger, tmp_path: Path) -> None:
    """Unknown codes in the same round; of a day in another order what to write, or which two it may be."""
    days = [row("used", 1, day=day) for day in ("31/01/2025", "02.01.2025", "31/13/2025")]
    wrong = [bad for bad, _, _ in BAD[:7] if bad["quantity"] != "8.000"]
    checked = hand_in(ledger, tmp_path / "r.xlsx", *wrong, *days, row("used", 1, item="shell"))
    assert {f.cell for f in checked.findings} >= {"A2", "C3", "C4", "C5", "C6", "D7", "E8", "E9", "E10", "B11"}
    said = {f.cell: (f.remedy(), f.remedy("fr")) for f in checked.findings}
    assert all(text.endswith(": 2025-01-31.") for text in said["E8"])
    assert all("2025-01-02" in text and "2025-02-01" in text for text in said["E9"]) and "2025" not in said["E10"][0]


def test_a_french_return_reads_french(ledger: Ledger, tmp_path: Path) -> None:
    path = template(ledger, tmp_path / "r.xlsx", lang="fr")
    fill(path, row("Stock d'ouverture", "4 000", lot="3/10"), row("consommé", "100,0", lot="3/10", condition="bon"),
         row("stock en fin de mois", 3900, lot="3/10"))  # fmt: skip
    checked = check_return(ledger, TINY, path)
    assert codes(checked) == [] and post_return(ledger, checked) == 4
    assert stock(ledger) == {"3/10": 3900}
    path = fill(template(ledger, tmp_path / "s.xlsx", "2025-02", lang="fr"), row("consommé", "8,000"))
    assert codes(check_return(ledger, TINY, path)) == ["ambiguous-number"]
    path = fill(template(ledger, tmp_path / "t.xlsx", "2025-02", lang="fr"), row("volé", 8))
    (finding,) = check_return(ledger, TINY, path).findings
    assert "stock en fin de mois" in finding.expected("fr") and "stock at the end" in finding.expected()


def test_hidden_rows_text_days_and_a_sheet_in_front_are_read(ledger: Ledger, tmp_path: Path) -> None:
    import datetime as dt

    path = fill(template(ledger, tmp_path / "r.xlsx"), OPEN, row("used", 100, lot="00123", day="2025-01-10"),
                row("used", "30", lot="00123", day=dt.datetime(2025, 1, 12)))  # fmt: skip
    with editing(path) as book:
        book[book.sheetnames[-1]].row_dimensions[3].hidden = True
        book.create_sheet("#mine", 0)["A1"] = "my notes"
    checked = check_return(ledger, TINY, path)
    assert codes(checked) == ["hidden-rows"] and post_return(ledger, checked) == 4
    assert stock(ledger, on="2025-01-11") == {"00123": 3900} and stock(ledger) == {"00123": 3870}


def test_one_figure_in_two_rows_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    checked = hand_in(ledger, tmp_path / "r.xlsx", row("produced", 5), row("produced", 5))
    assert [(f.code, f.cell) for f in checked.findings] == [("return-twice", "A3")]
    unread = hand_in(ledger, tmp_path / "u.xlsx", row("produzed", 1), row("usd", 2))
    assert {f.code for f in unread.findings} == {"return-word"}, "what they are about is not known"
    told_apart = [row("produced", 5, reference="v1"), row("produced", 5, reference="v2"), row("produced")]
    assert hand_in(ledger, tmp_path / "s.xlsx", *told_apart).sound and stock(ledger) == {"": 10}


def test_the_annotated_copy_once_mended_is_a_valid_return(ledger: Ledger, tmp_path: Path) -> None:
    path = fill(template(ledger, tmp_path / "r.xlsx"), OPEN, row("used", 5000, lot="00123"), row("produced", "x"))
    checked = check_return(ledger, TINY, path)
    copy = write_annotated(path, checked.findings, tmp_path / "marked.xlsx", language="fr")
    with editing(copy) as book:
        assert book.sheetnames[0] == "#findings"
        sheet = book[book.sheetnames[-1]]
        assert sheet["C4"].comment is not None
        sheet["C3"], sheet["C4"] = 50, 6
    mended = check_return(ledger, TINY, copy)
    assert codes(mended) == [] and post_return(ledger, mended) == 4


def test_a_blank_shows_the_age_of_the_last_figure(ledger: Ledger, tmp_path: Path) -> None:
    hand_in(ledger, tmp_path / "r.xlsx", OPEN, row("used", 100, lot="00123"), row("issued", 0))
    hand_in(ledger, tmp_path / "s.xlsx", row("produced", 3), month="2025-02")
    third = hand_in(ledger, tmp_path / "t.xlsx", row("used"), row("produced", 30), row("issued", 5, lot="00123"),
                    month="2025-03")  # fmt: skip
    rows = {(r.kind, r.item): r for r in third.compared}
    used = rows["use", "round"]
    assert (used.reported, used.last, used.last_month, used.age) == (None, 100, "2025-01", 2)
    assert rows["issue", "round"].last == 0 and rows["issue", "round"].age is None
    found = {f.code: f for f in third.findings}
    assert found["return-not-reported"].severity == "warning"
    assert "30" in found["return-unlike-last"].message() and found["return-unlike-last"].cell == "C3"
    assert third.sound and ("opening", "round") not in rows, "what is reported once is not asked for again"
    fifth = hand_in(ledger, tmp_path / "v.xlsx", OPEN, month="2025-05")
    told = {f.code: f.value for f in fifth.findings}
    assert fifth.sound and told["return-month-left-out"] == "2025-04" and told["return-opened-again"] == "4000"
    assert codes(check_return(ledger, TINY, tmp_path / "none.xlsx")) == ["ledger-no-file"]


def test_what_the_movements_do_not_explain_is_a_warning(ledger: Ledger, tmp_path: Path) -> None:
    checked = hand_in(ledger, tmp_path / "r.xlsx", OPEN, row("stock at the end", 3990, lot="00123"))
    (finding,) = checked.findings
    assert (finding.code, finding.cell, finding.details["booked"]) == ("return-count-differs", "C3", 4000)
    assert checked.sound and [c.difference for c in ledger.counts()] == [-10]


def test_deliveries_between_two_returns(ledger: Ledger, tmp_path: Path) -> None:
    hand_in(ledger, tmp_path / "r.xlsx", OPEN, row("sent", 300, lot="00123", to="XUU", reference="waybill 17"),
            row("sent", 50, lot="00123", site="A", to="XUU", reference="waybill 18"))  # fmt: skip
    assert ledger.documents() == [], "the second leaves a site that has nothing"
    hand_in(ledger, tmp_path / "r.xlsx", OPEN, row("sent", 300, lot="00123", to="XUU", reference="waybill 17"))
    asked = read_return(fill(template(ledger, tmp_path / "s.xlsx", nation="XUU"), clear=False))[0]
    assert asked is not None
    waits = [f for f in asked.figures if f.kind == "receipt"]
    assert [(f.sender, f.of, f.line.lot, f.reported) for f in waits] == [("XAA", "waybill 17", "00123", False)]
    hand_in(ledger, tmp_path / "s.xlsx", row("received", 280, lot="00123", sender="XAA", of="waybill 17"),
            row("received", 20, lot="00123", sender="XAA", of="waybill 17", outcome="lost", reason="fire"),
            nation="XUU")  # fmt: skip
    (delivery,) = ledger.deliveries()
    assert (delivery.in_transit, delivery.delivered) == (0, 280)
    corrected = hand_in(ledger, tmp_path / "t.xlsx", OPEN,
                        row("sent", 100, lot="00123", to="XUU", reference="waybill 17"))  # fmt: skip
    assert not corrected.sound, "what was received cannot be unsent"


def test_a_template_of_an_older_catalogue(ledger: Ledger, tmp_path: Path) -> None:
    path = fill(template(ledger, tmp_path / "r.xlsx"), OPEN, row("used", 10, "shot", lot="00123"), catalogue="older")
    refused = check_return(ledger, TINY, path)
    assert codes(refused) == ["return-code", "return-older-refused"]
    assert "shot" in refused.findings[1].message()
    ledger.post(doc("n0", "renaming", "2024-12-01", of="ball", to="shot"),
                doc("n1", "renaming", "2025-01-01", of="shot", to="round"))  # fmt: skip
    names = ledger.names()["XAA"]
    assert [names.of("item", "ball", day) for day in ("2024-11-30", "2024-12-31", "2025-01-01")] == [
        "ball",
        "shot",
        "round",
    ]
    mapped = check_return(ledger, TINY, path)
    assert codes(mapped) == ["return-renamed", "return-older"] and mapped.sound
    post_return(ledger, mapped)
    assert stock(ledger) == {"00123": 3990}
    assert post_return(ledger, check_return(ledger, TINY, path)) == 0


def test_heads_that_are_wrong(ledger: Ledger, tmp_path: Path) -> None:
    path = fill(template(ledger, tmp_path / "r.xlsx"), OPEN)
    with editing(path) as book:
        book[book.sheetnames[1]]["A3"] = "XBB"
        for name, value in zip("BDE", ("2025-01", "x", "y"), strict=True):
            book[book.sheetnames[1]][f"{name}3"] = value
    assert codes(check_return(ledger, TINY, path)) == ["return-one-head"]
    with editing(path) as book:
        book.remove(book["figures"])
    (lost,) = check_return(ledger, TINY, path).findings
    assert lost.code == "return-no-sheet" and "no sheet “figures”" in lost.message()
    fill(template(ledger, path), OPEN, nation="XZZ")
    with editing(path) as book:
        book[book.sheetnames[1]].delete_rows(3)
    assert "return-nation" in codes(check_return(ledger, TINY, path))
    with pytest.raises(ValueError, match="XZZ"):
        template(ledger, tmp_path / "x.xlsx", nation="XZZ")
    Workbook().save(tmp_path / "empty.xlsx")
    assert not check_return(ledger, TINY, tmp_path / "empty.xlsx").sound


def test_the_store_chooses_lots_once_also_for_a_return(ledger: Ledger, tmp_path: Path) -> None:
    rows = [row("produced", 5, lot="A", expires="2030-01-01"), row("produced", 5, lot="B", expires="2029-01-01"),
            row("used", 7, lot="*")]  # fmt: skip
    hand_in(ledger, tmp_path / "r.xlsx", *rows)
    assert stock(ledger) == {"A": 3, "B": 0} or stock(ledger) == {"A": 3}
    checked = check_return(ledger, TINY, fill(template(ledger, tmp_path / "s.xlsx"), *rows, revision=1))
    assert checked.sound and checked.booking.documents == ()
    second = hand_in(ledger, tmp_path / "t.xlsx", *rows[:2], row("used", 6, lot="*"))
    assert second.sound and sum(stock(ledger).values()) == 4


def test_a_line_of_a_return_says_nothing_that_moves() -> None:
    assert Line("round", 0, about="issue").about == "issue"
