"""A nation's return on screen: entered, told of a bad cell, mended, submitted, approved by another person, posted; and what
stands in the way of everything else.
"""

from __future__ import annotations

import io
import itertools
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

MONTHS = (f"{2025 + n // 12}-{n % 12 + 1:02d}" for n in itertools.count())
"""A month of its own for each test: what is posted stays."""


@pytest.fixture
def month(cases: Path) -> str:
    return next(MONTHS)


def begun(browser: Any, month: str) -> int:
    answer = browser.post("/returns/begin", {"month": month})
    assert answer.status_code == 302, answer.content.decode()
    return int(answer.headers["Location"].rpartition("/")[2])


def form(rows: dict[str, dict[str, str]], *, base: int, **head: str) -> dict[str, str]:
    given = {f"cell.{number}.{column}": text for number, cells in rows.items() for column, text in cells.items()}
    return given | {"base": str(base), "head.source": head.get("source", "inventory list 1")}


def opening(month: str, quantity: str) -> dict[str, str]:
    return {"kind": "opening stock", "item": "round", "quantity": quantity}


def entries(verb: str) -> list[Any]:
    from rampart.web.audit import Entry

    return list(Entry.objects.filter(verb=verb).order_by("pk"))


def test_from_a_bad_cell_to_the_stock(client_of: Any, month: str) -> None:
    editor, approver = client_of("edith"), client_of("arthur")
    number = begun(editor, month)
    assert begun(editor, month) == number  # who begins it again is led to it
    page = editor.get(f"/returns/{number}").content.decode()
    assert "stock at the end" in page and "Round" in page and "Return of Alphaland" in page
    assert 'class="note called">Round<' in page
    before = held(approver)
    made = {"new1": {"kind": "produced", "item": "round", "quantity": "4000"}}
    bad = {"new1": {**made["new1"], "quantity": "4OOO"}}
    told = editor.post(f"/returns/{number}/check", form(bad, base=1)).content.decode()
    assert "4OOO" in told and 'data-cell="cell.' in told
    assert not [e for e in entries("return.save") if e.outcome == "done" and e.facts.get("number") == number]
    assert editor.post(f"/returns/{number}/save", form(bad, base=1)).status_code == 302
    refused = editor.post(f"/returns/{number}/submit", {"base": "2"})
    assert refused.status_code == 422 and "4OOO" in refused.content.decode()
    assert '<a href="#found">' in refused.content.decode()  # it is said at the head, the finding stands far below
    assert editor.post(f"/returns/{number}/save", form(made, base=2)).status_code == 302
    assert editor.post(f"/returns/{number}/submit", {"base": "3"}).status_code == 302
    seen = approver.get(f"/api/returns/{number}").json()
    assert seen["state"] == "submitted" and seen["may_approve"] and seen["authors"] == ["edith"]
    answer = approver.post(f"/returns/{number}/approve", {"hash": seen["hash"]})
    assert answer.status_code == 302, answer.content.decode()
    assert approver.get(f"/api/returns/{number}").json()["state"] == "posted"
    assert held(approver) == before + 4000
    (entry,) = [e for e in entries("return.approve") if e.facts["number"] == number]
    assert (entry.outcome, entry.who, entry.facts["key"]) == ("done", "arthur", f"return {month} r1")
    documents = approver.get("/ledger/documents").content.decode()
    assert "return" in documents and "Alphaland" in documents and "Round: 4,000" in documents and " UTC" in documents


def held(browser: Any) -> float:
    rows = browser.get("/api/ledger?on=9998-12-31&filter=item:round&show=quantity").json()["table"]["rows"]
    return sum(row[0]["value"] for row in rows)


def submitted(editor: Any, month: str, quantity: str = "7") -> tuple[int, str]:
    number = begun(editor, month)
    rows = {"new1": {"kind": "produced", "item": "round", "quantity": quantity}}
    assert editor.post(f"/returns/{number}/save", form(rows, base=1)).status_code == 302
    assert editor.post(f"/returns/{number}/submit", {"base": "2"}).status_code == 302
    return number, editor.get(f"/api/returns/{number}").json()["hash"]


def test_nobody_approves_what_they_entered_under_any_role_token_or_session(client_of: Any, month: str) -> None:
    from rampart.web.people.person import Person
    from rampart.web.people.tokens import new_token

    editor = client_of("edith")
    number, seen = submitted(editor, month)
    assert editor.post(f"/returns/{number}/approve", {"hash": seen}).status_code == 403
    edith = Person.objects.get(name="edith")
    edith.role = "nation_approver"
    edith.save()
    try:
        answer = client_of("edith").post(f"/returns/{number}/approve", {"hash": seen})
        assert answer.status_code == 422 and "does not approve it" in answer.content.decode()
        _, text = new_token(edith, f"approve {month}", role="nation_approver", days=1)
        program = client_of("vera")
        program.logout()
        answer = program.post(
            f"/api/returns/{number}/approve", {"hash": seen}, "application/json",
            headers={"Authorization": f"Bearer {text}"},
        )  # fmt: skip
        assert answer.status_code == 422
    finally:
        edith.role = "nation_editor"
        edith.save()
    assert client_of("ben").post(f"/returns/{number}/approve", {"hash": seen}).status_code == 403
    assert not [e for e in entries("return.approve") if e.outcome == "done" and e.facts.get("number") == number]


def test_a_later_change_voids_what_was_seen(client_of: Any, month: str) -> None:
    editor, approver = client_of("edith"), client_of("arthur")
    number, seen = submitted(editor, month)
    rows = {"new1": {"kind": "produced", "item": "round", "quantity": "9"}}
    assert editor.post(f"/returns/{number}/save", form(rows, base=2)).status_code == 302
    answer = approver.post(f"/returns/{number}/approve", {"hash": seen})
    assert answer.status_code == 422  # it is a draft again
    assert editor.post(f"/returns/{number}/submit", {"base": "3"}).status_code == 302
    answer = approver.post(f"/returns/{number}/approve", {"hash": seen})
    assert answer.status_code == 422 and "changed since you looked" in answer.content.decode()
    assert approver.get(f"/api/returns/{number}").json()["state"] == "submitted"
    assert approver.post(f"/returns/{number}/give-back", {"why": "count again"}).status_code == 302
    assert "count again" in editor.get(f"/returns/{number}").content.decode()
    assert editor.post(f"/returns/{number}/submit", {"base": "3"}).status_code == 302
    assert "count again" not in editor.get(f"/returns/{number}").content.decode()


def test_the_second_save_is_refused_shows_both_and_merges_cell_by_cell(client_of: Any, month: str) -> None:
    first, second = client_of("edith"), client_of("edith")
    number = begun(first, month)
    rows = {
        "new1": {"kind": "produced", "item": "round", "quantity": "5"},
        "new2": {"kind": "used", "item": "round", "quantity": "1"},
    }
    assert first.post(f"/returns/{number}/save", form(rows, base=1)).status_code == 302
    seen = first.get(f"/api/returns/{number}").json()
    one, two = sorted(row["number"] for row in seen["grid"]["rows"] if not row["number"].startswith("new"))[-2:]

    def changed(a: str, b: str, note: str = "") -> dict[str, dict[str, str]]:
        return {
            one: {**rows["new1"], "quantity": a} | ({"note": note} if note else {}),
            two: {**rows["new2"], "quantity": b},
        }

    assert first.post(f"/returns/{number}/save", form(changed("6", "1"), base=2)).status_code == 302
    late = second.post(f"/returns/{number}/save", form(changed("5", "3", note="seen"), base=2))
    page = late.content.decode()
    assert late.status_code == 409 and "edith has saved another version" in page
    assert f'name="cell.{one}.quantity" id="cell.{one}.quantity" value="6"' in page  # theirs alone changed it
    assert f'name="cell.{two}.quantity" id="cell.{two}.quantity" value="3"' in page and 'value="seen"' in page
    assert first.get(f"/api/returns/{number}").json()["version"] == 3  # nothing was kept
    for way in ("save", "check", "submit"):  # a save from the page that answers would build on what stands
        late = second.post(f"/returns/{number}/{way}", form(changed("8", "1"), base=2))
        assert late.status_code == 409 and "the other version: 6" in late.content.decode(), way
    put = {"rows": [{"number": int(one), "cells": {**rows["new1"], "quantity": "8"}}], "source": "inventory list 1"}
    for version, status in (("2", 412), ("3", 200)):
        answer = second.put(f"/api/returns/{number}", put, "application/json", headers={"If-Match": f'"{version}"'})
        assert answer.status_code == status, answer.content
    assert answer.headers["ETag"] == '"4"'
    assert second.put(f"/api/returns/{number}", put, "application/json").status_code == 422
    assert second.post(f"/returns/{number}/restore/2").status_code == 302
    assert second.get(f"/api/returns/{number}").json()["versions"][0]["why"] == "version 2 restored"


def test_a_decimal_comma_is_taken_and_shown_in_french(client_of: Any, month: str) -> None:
    editor = client_of("edith")
    number = begun(editor, month)
    rows = {
        "new1": {"kind": "produit", "item": "round", "quantity": "1\u202f234,0", "note": "1,5"},
        "new2": {"kind": "consommé", "item": "round", "quantity": "1,234"},
    }
    told = editor.post(f"/returns/{number}/check", form(rows, base=1) | {"base": "1"}).content.decode()
    assert "can be read as two different numbers" in told and "1,234" in told and "1\u202f234,0" not in told
    rows["new2"]["quantity"] = "10,5"
    assert editor.post(f"/returns/{number}/save", form(rows, base=1)).status_code == 302
    seen = {language: editor.get(f"/api/returns/{number}", headers={"Accept-Language": language}).json()
            for language in ("en", "fr")}  # fmt: skip
    texts = {one: [c["text"] for row in said["grid"]["rows"] for c in row["cells"]] for one, said in seen.items()}
    assert {"1234", "10.5", "1,5", "produced"} <= set(texts["en"])  # words that were typed in French
    assert {"1234", "10,5", "1,5", "produit", "consommé"} <= set(texts["fr"])
    assert [c["text"] for c in seen["fr"]["head"][1]["choices"]][:1] == ["publié"]


def test_another_nation_learns_nothing(client_of: Any, month: str) -> None:
    number, _ = submitted(client_of("edith"), month)
    ben, paula = client_of("ben"), client_of("paula")
    nowhere = ben.get("/api/returns/999999")
    for path in (f"/api/returns/{number}", f"/api/returns/{number}?version=1"):
        answer = ben.get(path)
        assert (answer.status_code, answer.content) == (404, nowhere.content)
    assert ben.post(f"/returns/{number}/save", form({}, base=2)).status_code == 404
    assert ben.post(f"/returns/{number}/check").status_code == 404
    assert ben.get(f"/api/returns?filter=month:{month}").json()["table"]["total"] == 0
    assert paula.get(f"/api/returns/{number}").status_code == 404  # a draft is its nation's own
    assert paula.get("/api/returns?q=submitted").json()["table"]["matching"] >= 1
    assert client_of("adam").get("/returns").status_code == 403
    assert {row[0]["value"] for row in ben.get("/api/ledger?show=nation").json()["table"]["rows"]} <= {"XBB"}


def test_a_workbook_is_handed_in_or_given_back_marked(client_of: Any, month: str) -> None:
    editor = client_of("edith")
    number = begun(editor, month)
    made = editor.get(f"/returns/template.xlsx?month={month}")
    book = load_workbook(io.BytesIO(made.content))
    book["return"]["E2"] = "list 7"
    figures = book["figures"]
    row = next(r for r in figures.iter_rows(min_row=2) if r[0].value == "produced")
    row[2].value = "many"

    def given() -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        out = io.BytesIO()
        book.save(out)
        return SimpleUploadedFile("return.xlsx", out.getvalue())

    if book["return"]["D2"].value is None:
        book["return"]["D2"] = "clerk"
    bad = editor.post(f"/returns/{number}/upload", {"file": given()})
    assert bad.status_code == 422 and "many" in bad.content.decode()
    marked = editor.post(f"/returns/{number}/upload", {"file": given(), "what": "mark"})
    assert marked.status_code == 200
    notes = [
        c.comment.text for r in load_workbook(io.BytesIO(marked.content))["figures"].iter_rows() for c in r if c.comment
    ]
    assert any("many" in note for note in notes)
    row[2].value = 12
    late = editor.post(f"/returns/{number}/upload", {"file": given(), "base": "0"})
    assert late.status_code == 409 and "hand the workbook in again" in late.content.decode()
    assert editor.post(f"/returns/{number}/upload", {"file": given()}).status_code == 302
    seen = editor.get(f"/api/returns/{number}").json()
    assert seen["version"] == 2 and seen["head"][0]["text"] == "list 7"
    assert any(c["text"] == "12" for r in seen["grid"]["rows"] for c in r["cells"])


def test_what_was_approved_is_posted_after_a_kill_and_once(
    client_of: Any, month: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rampart.web.asked_by import books
    from rampart.web.returns import handing_in
    from rampart.web.returns.completing import complete
    from rampart.web.returns.staged import StagedReturn

    number, seen = submitted(client_of("edith"), month)
    approver = client_of("arthur")
    before = held(approver)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    def of_this() -> list[tuple[str, str, str, str]]:
        of = [e for e in entries("return.approve") if e.facts["number"] == number]
        return [(e.outcome, e.who, e.role, e.facts["key"]) for e in of]

    with monkeypatch.context() as patch:
        patch.setattr(handing_in, "post", killed)
        with pytest.raises(KeyboardInterrupt):
            approver.post(f"/returns/{number}/approve", {"hash": seen})
    assert StagedReturn.objects.get(pk=number).state == "approved" and held(approver) == before
    assert of_this() == []  # what became of it is not known yet
    assert complete() == 1 and complete() == 0
    assert of_this() == [("done", "arthur", "nation_approver", f"return {month} r1")]
    assert StagedReturn.objects.get(pk=number).state == "posted" and held(approver) == before + 7
    StagedReturn.objects.filter(pk=number).update(state="approved")  # killed after the ledger had it
    assert complete() == 1 and held(approver) == before + 7
    assert books().has("XAA", month, 1) and len(of_this()) == 1


@pytest.mark.parametrize("how", ["page", "program"])
def test_an_approval_that_the_ledger_refuses_leaves_no_entry_that_says_done(
    client_of: Any, month: str, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Between the check and the posting another return of the month comes into the ledger."""
    from rampart.findings import Finding
    from rampart.web.books import Books, LedgerError

    number, seen = submitted(client_of("edith"), month)
    approver = client_of("arthur")
    before = held(approver)
    with monkeypatch.context() as patch:

        def refuses(*_: Any) -> int:
            raise LedgerError([Finding("ledger-key-taken", value=f"return {month} r1")])

        patch.setattr(Books, "post", refuses)
        if how == "page":
            answer = approver.post(f"/returns/{number}/approve", {"hash": seen})
        else:
            answer = approver.post(f"/api/returns/{number}/approve", {"hash": seen}, "application/json")
    assert answer.status_code == 422 and f"return {month} r1" in answer.content.decode()
    told = approver.get(f"/api/returns/{number}").json()
    assert told["state"] == "draft" and f"return {month} r1" in told["said"] and held(approver) == before
    (entry,) = [e for e in entries("return.approve") if e.facts["number"] == number]
    assert (entry.outcome, entry.who, entry.facts["key"]) == ("refused", "arthur", f"return {month} r1")
    editor = client_of("edith")
    assert editor.post(f"/returns/{number}/submit", {"base": "2"}).status_code == 302
    assert approver.post(f"/returns/{number}/approve", {"hash": seen}).status_code == 302
    told = [e.outcome for e in entries("return.approve") if e.facts["number"] == number]
    assert told == ["refused", "done"] and held(approver) == before + 7


@pytest.mark.parametrize("millions", [30, 600])
def test_a_workbook_that_swells_is_not_opened_in_the_server(
    client_of: Any, month: str, monkeypatch: pytest.MonkeyPatch, millions: int
) -> None:
    """Small as it is sent, and large once unpacked: past what is read at all, and past what is marked."""
    from rampart.web.returns import handing_in

    editor = client_of("edith")
    number = begun(editor, month)
    template = editor.get(f"/returns/template.xlsx?month={month}").content
    swollen = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as parts, zipfile.ZipFile(swollen, "w", zipfile.ZIP_DEFLATED) as out:
        for part in parts.namelist():
            with out.open(part, "w", force_zip64=True) as file:
                file.write(parts.read(part))
                if part == "xl/styles.xml":
                    file.writelines(b"<!--" + b" " * 999_993 + b"-->" for _ in range(millions))
    assert len(swollen.getvalue()) < 2_000_000
    monkeypatch.setattr(handing_in, "write_annotated", lambda *_, **__: pytest.fail("opened in the server"))
    swollen.seek(0)
    swollen.name = "swollen.xlsx"
    answer = editor.post(f"/returns/{number}/upload", {"file": swollen, "what": "mark"})
    assert answer.status_code == 422 and " MB" in answer.content.decode()
    assert editor.get(f"/returns/{number}").status_code == 200
