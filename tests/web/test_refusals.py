"""What is sent to do harm is refused, and the server stands: forged heads, foreign hosts, bodies and workbooks that swell."""

from __future__ import annotations

import io
import json
import socket
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from places import CASES
from web.opened import PASSWORD, client, opened
from web.served import new_store, served

FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "=cmd|' /C calc'!A0")


def test_forged_heads_and_hosts_lead_nowhere(store: Path) -> None:
    browser = client()
    forged = {
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.1",
        "Forwarded": "host=evil.example;for=10.0.0.1", "X-Original-URL": "/people", "X-Rewrite-URL": "/people",
        "X-HTTP-Method-Override": "DELETE", "X-Remote-User": "adam", "Remote-User": "adam", "Authorization": "Basic YWRhbTph",
    }  # fmt: skip
    for path in ("/", "/people", "/api/people", "/sign-in"):
        answer = browser.get(path, headers=forged)
        assert answer.status_code == {"/sign-in": 200, "/api/people": 401}.get(path, 302)
        assert "evil" not in answer.headers.get("Location", "") + answer.content.decode()
    for host in ("evil.example", "localhost.evil.example", "localhost@evil.example", "", "127.0.0.1:80:80"):
        assert browser.get("/sign-in", HTTP_HOST=host, SERVER_NAME="evil.example").status_code == 400, host
    for back in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = browser.post("/sign-in", {"username": "vera", "password": PASSWORD, "next": back})
        assert answer.status_code == 302 and answer.headers["Location"] == "/"
        browser.post("/sign-out")
        assert browser.post("/look", {"language": "en", "next": back}).headers["Location"] == "/"


def test_a_form_or_a_request_from_elsewhere_changes_nothing(store: Path) -> None:
    browser = opened("adam", enforce_csrf_checks=True)
    new = {"name": "smuggled", "password": PASSWORD, "role": "viewer", "nation": "XAA"}
    assert browser.post("/people/add", new).status_code == 403
    assert browser.post("/api/people", json.dumps(new), "application/json").status_code == 403
    assert browser.post("/api/people", json.dumps(new), "text/plain").status_code == 403
    given = browser.get("/people").cookies["csrftoken"].value
    headers = {"X-CSRFToken": given, "Origin": "https://evil.example"}
    assert browser.post("/people/add", new, headers=headers).status_code == 403
    assert browser.post("/people/add", new, headers=headers | {"Origin": "http://localhost"}).status_code == 302


@pytest.mark.docs
def test_bodies_that_are_too_large_or_nonsense_are_refused(store: Path) -> None:
    browser = opened("adam")
    kind = "application/json"
    assert browser.post("/api/people", "[" * 200_000, kind).status_code in (400, 422)
    assert browser.post(
        "/api/people", '{"name": ' + '"a' * 10 + "\ud800".encode("utf-8", "surrogatepass").hex(), kind
    ).status_code in (400, 422)
    assert browser.post("/api/people", b"\xff\xfe{}", kind).status_code in (400, 422)
    assert browser.post("/api/people", json.dumps({"name": "x" * 2_100_000}), kind).status_code in (400, 413)
    assert browser.post("/people/add", {"name": "x" * 2_100_000}).status_code in (400, 413)
    many = {f"cell.new{n}.note": "" for n in range(20_001)}
    assert browser.post("/people/add", many).status_code in (400, 413)
    for text in ("%00", "%FF", "..%2f..%2fsecret.key", "%2e%2e/secret.key", "\u202e"):
        for path in (f"/plans/{text}", f"/api/plans/{text}", f"/planning/cases/{text}", f"/static/{text}"):
            assert opened("paula").get(path).status_code in (400, 404), path
    for query in (
        "q=%00",
        "sort=%00",
        "filter=%FF",
        "page=99999999999999999999",
        "size=-1",
        "filter=closing:1e999..nan",
    ):
        answer = opened("paula").get(f"/api/plans/tiny/tables/stock?{query}")
        assert answer.status_code in (200, 422), query
    assert browser.get("/people").status_code == 200


def workbook(template: bytes, cell: str) -> bytes:
    """A workbook with one more cell on each sheet, far from the others, of which the sheet says nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for part in parts.namelist():
            content = parts.read(part)
            if part.startswith("xl/worksheets/"):
                row = "".join(sign for sign in cell if sign.isdigit())
                more = f'<row r="{row}"><c r="{cell}" t="inlineStr"><is><t>1</t></is></c></row></sheetData>'
                content = content.replace(b"</sheetData>", more.encode())
            made.writestr(part, content)
    return out.getvalue()


def expanding(template: bytes) -> bytes:
    """A workbook whose text is an entity that unfolds a billionfold."""
    lol = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a0 "lol">{lol}]>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for part in parts.namelist():
            content = parts.read(part)
            if part.startswith("xl/worksheets/"):
                text = content.decode().split("?>", 1)[1]
                content = (
                    bomb + text.replace("<sheetData>", "<sheetData><row r='9'><c r='A9' t='str'><v>&a9;</v></c></row>")
                ).encode()
            made.writestr(part, content)
    return out.getvalue()


def harmful(template: bytes) -> dict[str, tuple[str, bytes]]:
    """Workbooks that are to do harm: name and content."""
    quine = io.BytesIO()
    with zipfile.ZipFile(quine, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/../../../../tmp/out-of-the-folder.xml", "x")
    return {
        "a far cell": ("far.xlsx", workbook(template, "XFD1048576")),
        "a far row": ("row.xlsx", workbook(template, "A1048576")),
        "unfolding": ("lol.xlsx", expanding(template)),
        "no workbook": ("none.xlsx", b"MZ" + bytes(1000)),
        "half": ("half.xlsx", template[: len(template) // 2]),
        "names that climb": ("climb.xlsx", quine.getvalue()),
        "another kind": ("page.html", b"<script>alert(1)</script>"),
        "too large": ("large.xlsx", bytes(10_000_001)),
    }


def upload(browser: Any, number: int, name: str, content: bytes, **more: str) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return browser.post(f"/returns/{number}/upload", {"file": SimpleUploadedFile(name, content), **more})


@pytest.mark.docs
def test_harmful_workbooks_are_refused_in_words(store: Path, cases: Path) -> None:
    browser = opened("edith")
    number = int(browser.post("/returns/begin", {"month": "2023-03"}).headers["Location"].rpartition("/")[2])
    template = browser.get("/returns/template.xlsx?month=2023-03").content
    for what, (name, content) in harmful(template).items():
        for more in ({}, {"what": "mark"}):
            answer = upload(browser, number, name, content, **more)
            assert answer.status_code == 422, (what, answer.status_code)
            assert "<li>" in answer.content.decode() or "<p>" in answer.content.decode()
    assert not Path("/tmp/out-of-the-folder.xml").exists()
    assert browser.get(f"/api/returns/{number}").json()["version"] == 1
    planner = opened("paula")
    assert planner.post("/editing/tiny/keep", {"name": "harmed"}).status_code == 302
    from django.core.files.uploadedfile import SimpleUploadedFile

    for what, (name, content) in harmful(planner.get("/planning/cases/tiny/case.xlsx").content).items():
        given = {"file": SimpleUploadedFile(name, content), "base": "1"}
        answer = planner.post("/editing/harmed/take-in", given)
        assert answer.status_code == 422, (what, answer.status_code)


@pytest.mark.docs
def test_no_cell_that_is_typed_becomes_a_formula_in_a_download(store: Path, cases: Path) -> None:
    """Neither in the workbook of a case, nor in what is made of the ledger or the trail."""
    import csv

    planner = opened("paula")
    planner.post("/editing/tiny/keep", {"name": "typed"})
    rows = {str(n): {"note": text} for n, text in enumerate(FORMULAS, 1)}
    answer = planner.patch(
        "/api/editing/typed/tables/requirements", {"rows": rows, "why": FORMULAS[0]}, "application/json",
        headers={"If-Match": '"1"'},
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    book = load_workbook(io.BytesIO(planner.get("/planning/cases/typed/case.xlsx").content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.value for cell in cells} >= {text.strip() for text in FORMULAS}
    assert all(cell.data_type != "f" for cell in cells)
    text = planner.get("/ledger.csv?on=2030-01-01").content.decode("utf-8-sig")
    assert all(not cell.startswith(("=", "@", "\t")) for line in csv.reader(io.StringIO(text)) for cell in line)


@pytest.mark.docs
def test_the_server_stands_after_all_of_it(tmp_path: Path) -> None:
    """The same on a server of its own, and what only a socket can send."""
    store = new_store(tmp_path / "staff", edith=("nation_editor", "XAA"))
    (store / "cases" / "tiny").symlink_to(CASES / "tiny")
    with served(store) as (address, process):
        port = int(address.rpartition(":")[2])
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

        def asks(path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
            request = urllib.request.Request(address + path, body, headers={"Referer": f"{address}/", **headers})
            try:
                with opener.open(request, timeout=300) as answer:
                    return answer.status, answer.read()
            except urllib.error.HTTPError as wrong:
                with wrong:
                    return wrong.code, wrong.read()

        def raw(sent: bytes) -> bytes:
            """What is answered; a line that is cut while one still sends is a refusal too."""
            with socket.create_connection(("127.0.0.1", port), timeout=300) as line:
                try:
                    line.sendall(sent)
                    line.shutdown(socket.SHUT_WR)
                    return b"".join(iter(lambda: line.recv(65536), b""))
                except TimeoutError:
                    raise
                except OSError:
                    return b" 400 413 431 "

        def token(page: bytes) -> str:
            return page.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]

        for wrong in (*["wrong"] * 5, PASSWORD):  # whoever says to be elsewhere is counted here
            form = {"csrfmiddlewaretoken": token(asks("/sign-in")[1]), "username": "other", "password": wrong}
            status, _ = asks(
                "/sign-in", urllib.parse.urlencode(form).encode(), **{"X-Forwarded-For": f"10.0.0.{len(wrong)}"}
            )
        assert status == 429
        assert asks("/sign-in", Host="evil.example")[0] == 400
        head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n".encode()
        assert b" 413 " in raw(head + b"Content-Length: 30000001\r\n\r\n" + b"x" * 1000)[:40]
        assert b" 431 " in raw(head + b"X-Long: " + b"x" * 300_000 + b"\r\n\r\n")[:40]
        assert b" 400 " in raw(head + b"Content-Length: -1\r\n\r\n")[:40]
        assert b" 400 " in raw(head + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nzz\r\n")[:40]
        assert b" 400 " in raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500) + b"\r\n\r\n")[:40]
        assert b" 40" in raw(f"TRACE /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())[:40]
        form = {"csrfmiddlewaretoken": token(asks("/sign-in")[1]), "username": "edith", "password": PASSWORD}
        assert asks("/sign-in", urllib.parse.urlencode(form).encode())[0] == 200
        _, page = asks("/returns")
        begun = urllib.parse.urlencode({"csrfmiddlewaretoken": token(page), "month": "2024-03"}).encode()
        status, page = asks("/returns/begin", begun)
        number = page.decode().split('action="/returns/')[1].split("/")[0]
        template = asks("/returns/template.xlsx?month=2024-03")[1]
        for what, (name, content) in harmful(template).items():
            edge = "edge7391edge"
            fields = "".join(
                f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
                for key, value in {"csrfmiddlewaretoken": token(page), "what": "mark"}.items()
            )
            file = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
            body = fields.encode() + file.encode() + content + f"\r\n--{edge}--\r\n".encode()
            status, _ = asks(
                f"/returns/{number}/upload", body, **{"Content-Type": f"multipart/form-data; boundary={edge}"}
            )
            assert status == 422, what
        assert process.poll() is None and asks("/returns")[0] == 200
