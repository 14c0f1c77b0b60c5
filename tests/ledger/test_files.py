"""Documents from files and back: every cell that is wrong is named, and nothing is read in part."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.small_ledgers import doc, stock
from rampart.ledger.documents import Document, Line, document_of
from rampart.ledger.exporting import export, releasable
from rampart.ledger.handed_in import read_documents
from rampart.ledger.ledger import open_ledger
from rampart.ledger.store.opening import LedgerError

HEAD = "nation,key,kind,day,author,source,item,quantity,lot"


def codes(path: Path) -> list[tuple[str, int | None, str]]:
    with pytest.raises(LedgerError) as wrong:
        read_documents(path)
    return [(f.code, f.row, f.column) for f in wrong.value.findings]


def csv(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    file = tmp_path / "in.csv"
    file.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8-sig")
    return file


def test_rows_with_one_key_are_one_document_and_lots_stay_text(tmp_path: Path) -> None:
    lots = ("00123", "1E5", "3/10")
    rows = [f"XAA,p,production,2024-01-10,clerk,voucher,round,{n},{lot}" for n, lot in enumerate(lots, 1)]
    (document,) = read_documents(csv(tmp_path, *rows, "", ",,,,,,,,"))
    assert document == doc(
        "p", "production", "2024-01-10", lines=[Line("round", n, lot=x) for n, x in enumerate(lots, 1)]
    )
    decision = csv(tmp_path, *(row.replace(",", ";") for row in ("XAA,d,decision taken,2024-01-10,clerk,minutes,,,",)),
                   head=HEAD.replace(",", ";"))  # fmt: skip
    assert read_documents(decision) == [doc("d", "decision taken", "2024-01-10", source="minutes")]


def test_every_bad_cell_is_named(tmp_path: Path) -> None:
    bad = csv(
        tmp_path,
        *(f"XAA,p{n},production,2024-01-10,clerk,voucher,round,{q},L" for n, q in enumerate(("", "-3", "1.5", "3 000", "1e3"))),
        "XAA,p0,production,2024-01-11,clerk,voucher,round,1,L",
        "XAA,p9,production",
    )  # fmt: skip
    assert codes(bad) == [*(("ledger-quantity", n, "quantity") for n in range(2, 7)), ("ledger-two-words", 7, "day"),
                          ("ledger-cells", 8, "")]  # fmt: skip


def test_bad_quantities_and_bad_words_are_told_in_one_round(tmp_path: Path) -> None:
    """What a document says wrongly is told by its key; of a line whose quantity cannot be read nothing is told that is not."""
    bad = csv(
        tmp_path,
        "XAA,p,produktion,2024-13-01,clerk,voucher,round,-3,L",
        "XAA,r,receipt,2024-01-10,clerk,voucher,round,1e3,",
    )
    rows = [("ledger-quantity", 2, "quantity"), ("ledger-quantity", 3, "quantity")]
    words = [("ledger-choice", None, "kind"), ("ledger-day", None, "day"),
             *(("ledger-blank", None, name) for name in ("sender", "of")), ("ledger-choice", 1, "outcome")]  # fmt: skip
    assert codes(bad) == rows + words
    said = {"nation": "XAA", "kind": "production", "day": "2024-01-10", "author": "a", "source": "s"}
    told = [
        said | {"key": "a", "lines": [{"item": "round", "quantity": "3"}, {"quantity": 1}]},
        said | {"key": "b", "kind": "produktion", "lines": [{"item": "round", "quantity": 1}]},
    ]
    file = tmp_path / "in.json"
    file.write_text(json.dumps(told))
    assert codes(file) == [
        ("ledger-strange-value", 1, "quantity"), ("ledger-strange-value", 1, "item"), ("ledger-choice", None, "kind"),
    ]  # fmt: skip


def test_heads_that_are_wrong(tmp_path: Path) -> None:
    found = codes(csv(tmp_path, head="nation,key,key,kind,day,author,colour"))
    assert [code for code, *_ in found] == ["ledger-no-column", "ledger-column-twice", "ledger-strange-column"]
    with pytest.raises(LedgerError) as wrong:
        read_documents(csv(tmp_path, head="nation,key,kind,day,author,source,quantty,colour"))
    told = [f.sentence() for f in wrong.value.findings]
    assert "Correct its name: quantity, or" in told[0] and "lot" in told[1] and "Correct its name, or" in told[1]
    assert [code for code, *_ in codes(csv(tmp_path, head=";;"))][:6] == ["ledger-no-column"] * 6
    assert codes(csv(tmp_path, head="")) == [("ledger-nothing", None, "")]
    assert codes(csv(tmp_path)) == [("ledger-nothing", None, "")]
    assert codes(csv(tmp_path, '"never closed')) == [("ledger-unreadable", None, "")]


def test_blank_fields_reach_the_rules(tmp_path: Path) -> None:
    file = csv(tmp_path, "XAA,p,production,,clerk,,round,1,")
    with open_ledger(tmp_path / "a", create=True) as ledger, pytest.raises(LedgerError) as wrong:
        ledger.post(*read_documents(file))
    assert [f.column for f in wrong.value.findings] == ["day", "source"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert codes(tmp_path / "none.csv") == [("ledger-no-file", None, "")]
    file = tmp_path / "in.json"
    file.write_bytes(b"\xff\xfe\x00")
    assert codes(file) == [("ledger-unreadable", None, "")]
    file.write_text("{")
    assert codes(file) == [("ledger-unreadable", None, "")]
    good = doc("p", "production", "2024-01-10", 1).as_dict()
    wrong = [
        3, {"lines": 3}, good | {"lines": [3]}, good | {"lines": [{"item": "x", "quantity": True}]},
        good | {"lines": [{"item": "x", "quantity": 1.0, "colour": "red"}]}, good | {"day": 20240110},
        {k: v for k, v in good.items() if k != "author"},
    ]  # fmt: skip
    file.write_text(json.dumps(wrong))
    names = ["", "", "lines", "quantity", "colour", "quantity", "day", "author"]
    assert [column for _, _, column in codes(file)] == names
    file.write_text(json.dumps(good))
    assert read_documents(file) == [document_of(good)]


@pytest.mark.parametrize("shape", ["json", "csv"])
def test_an_export_can_be_posted_again(tmp_path: Path, shape: str) -> None:
    received = Line("round", 4, lot="00123", outcome="received")
    documents = [
        doc("p", "production", "2024-01-10", 9, lot="00123", expires="2030-01-01"),
        doc("d", "dispatch", "2024-01-11", 4, lot="*", to="XUU"),
        doc("r", "receipt", "2024-01-20", nation="XUU", sender="XAA", of="d", lines=[received]),
        doc("n", "decision taken", "2024-01-11", note="é, \"quoted\""),
    ]  # fmt: skip
    with open_ledger(tmp_path / "a", create=True) as one, open_ledger(tmp_path / "b", create=True) as two:
        one.post(*documents)
        file = tmp_path / f"out.{shape}"
        file.write_text(export(one.documents(), shape), encoding="utf-8")
        again = read_documents(file)
        two.post(*again)
        assert stock(two, "XUU") == {"00123": 4}
        assert two.balances() == one.balances()
        assert all(r.there for r in one.post(*again))
        assert {d.key for d in two.documents()} == {d.key for d in one.documents()}


def test_beancount_has_every_entry(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a", create=True) as ledger:
        ledger.post(doc("p", "production", "2024-01-10", 9, lot="3/10"), doc("u", "use", "2024-01-12", 2, lot="3/10"))
        text = export(ledger.documents(), "beancount")
    assert "Assets:XXAA:Xstock:XXAA:XXAA:X:Xserviceable:X  9 C0" in text
    assert '  lot: "3/10"' in text
    assert '2024-01-12 * "XAA 2 use u"' in text


def test_what_is_not_said_is_not_written() -> None:
    document = Document("XAA", "k", "use", "2024-01-01", "a", "b", lines=(Line("x", 1),))
    assert document.as_dict()["lines"] == [{"item": "x", "quantity": 1}]
    assert "note" not in document.as_dict()


def test_an_export_for_others_holds_only_what_may_go(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a", create=True) as ledger:
        ledger.post(
            doc("own", "production", "2024-01-10", 9), doc("shared", "production", "2024-01-11", 5, release="partners"),
            doc("told", "pledge", "2024-01-12", 4, to="XUU", release="public"),
            doc("back own", "reversal", "2024-01-13", reverses="own", release="public"),
            doc("back told", "reversal", "2024-01-13", reverses="told"),
        )  # fmt: skip
        assert {d.key for d in releasable(ledger.documents(), "partners")} == {"shared", "told", "back told"}
        assert {d.key for d in releasable(ledger.documents(), "public")} == {"told", "back told"}
        with pytest.raises(LedgerError, match="partners, public"):
            ledger.post(doc("x", "production", "2024-01-10", 9, release="everybody"))
