"""Every page and its JSON twin, through Django: what can be reached, in which language, with which headers."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from rampart.web.pages.every import PAGES
from web.opened import client


class Links(HTMLParser):
    """Addresses that a page leads to, and scripts and styles that stand in it."""

    def __init__(self) -> None:
        super().__init__()
        self.to: set[str] = set()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        self.to |= {of[name] or "" for name in ("href", "src") if name in of}
        self.inline += [f"{tag} {name}" for name in of if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in of):
            self.inline.append(tag)


def links(html: str) -> Links:
    found = Links()
    found.feed(html)
    return found


@pytest.mark.parametrize(("name", "language"), [("paula", "en"), ("edith", "fr")])
def test_every_link_leads_somewhere(client_of: Any, cases: Any, name: str, language: str) -> None:
    browser = client_of(name)
    browser.cookies["rampart_language"] = language
    waiting, seen = ["/"], set()
    while waiting:
        address = waiting.pop()
        shape = re.sub(r"=[^&]*", "=", address)  # one question of a kind for each page
        # One chart, one paper: making them takes long.
        drawn = any(kind in address and any(kind in one for one in seen) for kind in (".svg", "/papers/"))
        if shape in seen or drawn or address.startswith(("#", "/static/", "http")):
            continue
        seen.add(shape)
        answer = browser.get(address)
        assert answer.status_code == 200, address
        if answer.headers["Content-Type"].startswith("text/html") and "Content-Disposition" not in answer.headers:
            found = links(answer.content.decode())
            assert found.inline == [], address
            assert f'<html lang="{language}"' in answer.content.decode()
            waiting += sorted(found.to)
    assert {"/plans/tiny", "/plans/tiny/decisions", "/plans/tiny/sources", "/plans/tiny/nations/XAA"} <= seen
    assert any("/why?" in one for one in seen) and any(one.endswith(".svg") or ".svg?" in one for one in seen)


def test_every_page_has_a_twin_in_one_document(client_of: Any) -> None:
    browser = client_of("paula")
    document = browser.get("/api/openapi.json").json()
    assert {of["get"]["operationId"] for of in document["paths"].values() if "get" in of} == {
        page.key for page in PAGES
    }
    for address in ("/", "/plans/tiny", "/plans/tiny/items/round", "/plans/tiny/why?holder=XUU&item=round"):
        said = browser.get("/api" + address).json()
        title = said.get("title") or said["newest"]["title"]
        assert title in browser.get(address).content.decode()


def test_a_table_is_asked_the_same_on_the_page_and_by_a_program(client_of: Any) -> None:
    browser = client_of("paula")
    query = "?filter=holder:XAA&sort=-month&show=holder&show=closing&size=3"
    said = browser.get(f"/api/plans/tiny/tables/stock{query}").json()["table"]
    assert said["size"] == 3 and len(said["rows"]) == 3 and len(said["rows"][0]) == 2
    html = browser.get(f"/plans/tiny/tables/stock{query}").content.decode()
    for row in said["rows"]:
        assert f">{row[1]['text']}<" in html
    span = browser.get("/plans/tiny/tables/stock?from.month=2025-03&to.month=2025-04&show=month").content.decode()
    assert "Mar 2025" in span and "May 2025" not in span


@pytest.mark.parametrize(
    "query", ["?sort=nothing", "?size=1001", "?page=x", "?filter=quantity", "?filter=closing:a..b"]
)
def test_a_wrong_question_is_answered_in_words(client_of: Any, query: str) -> None:
    browser = client_of("paula")
    assert browser.get(f"/plans/tiny/tables/stock{query}").status_code == 422
    assert browser.get(f"/api/plans/tiny/tables/stock{query}").status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/returns/99999999999999999999",
        "/planning/99999999999999999999",
        "/planning/cases/tiny/versions/99999999999999999999",
        "/returns?page=999999",
        "/ledger?known=9999-12-31",
        "/ledger?on=0001-01-01",
        "/ledger/documents?page=1000000&size=1000",
        "/planning/cases/%00/tables/stocks",
        "/planning/cases/tiny/tables/stocks?page=x",
    ],
)
def test_numbers_and_days_beyond_all_bounds_are_no_defect(client_of: Any, cases: Any, path: str) -> None:
    browser = client_of("paula")
    assert browser.get(path).status_code in (200, 404, 422), path
    assert browser.get("/api" + path).status_code in (200, 404, 422), path


def test_who_is_not_signed_in_gets_nothing() -> None:
    browser = client()
    for address in ("/", "/plans/tiny", "/plans/tiny/charts/stock.svg", "/plans/tiny/tables/stock.csv", "/account"):
        answer = browser.get(address)
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in?next=/"), address
    for address in ("/api/", "/api/plans/tiny"):
        assert browser.get(address).status_code == 401, address


@pytest.mark.parametrize("name", ["ben", "adam"])
def test_why_another_nation_is_short_and_one_that_is_not_there_are_alike(client_of: Any, name: str) -> None:
    browser = client_of(name)
    theirs, nowhere = (browser.get(f"/api/plans/tiny/why?holder={code}") for code in ("XAA", "XZZ"))
    assert (theirs.status_code, theirs.content) == (nowhere.status_code, nowhere.content)
    assert theirs.status_code == (403 if name == "adam" else 404)


def test_headers_are_strict_and_no_answer_is_kept(client_of: Any) -> None:
    for address in ("/", "/api/", "/plans/tiny/charts/stock.svg", "/nowhere"):
        answer = client_of("paula").get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Cookie" in answer.headers["Vary"]


def test_a_foreign_host_is_refused(client_of: Any) -> None:
    assert client_of("paula").get("/", headers={"host": "evil.example"}).status_code == 400


def test_the_language_of_one_reader_is_not_served_to_another(client_of: Any) -> None:
    french, english = client_of("paula"), client_of("vera")
    french.cookies["rampart_language"] = "fr"
    for _ in range(2):
        assert "Vue d’ensemble" in french.get("/").content.decode()
        assert "Overview" in english.get("/").content.decode()
    assert "43" not in english.get("/sign-in").headers.get("Content-Language", "")


def test_only_this_application_is_led_back_to(client_of: Any) -> None:
    for away in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""):
        answer = client_of("paula").post("/look", {"language": "fr", "next": away})
        assert answer.headers["Location"] == "/", away
    assert (
        client_of("paula").post("/look", {"theme": "dark", "next": "/plans/tiny"}).headers["Location"] == "/plans/tiny"
    )


def test_the_masked_mode_gives_no_figure_away(client_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from django.conf import settings

    browser = client_of("paula")
    plain = browser.get("/plans/tiny/decisions").content.decode()
    monkeypatch.setattr(settings, "OF_THE_STORE", replace(settings.OF_THE_STORE, masked=True))
    covered = browser.get("/plans/tiny/decisions").content.decode()
    cells = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)

    def figures(page: str) -> list[str]:
        told = [unescape(re.sub(r"<[^>]*>", "", one)) for one in cells.findall(page)]
        return [one for one in told if re.search(r"\d", one)]

    assert figures(plain)
    assert figures(covered) == []
    for address in ("/api/plans/tiny/decisions", "/api/plans/tiny", "/plans/tiny/decisions.csv"):
        assert browser.get(address).status_code == 403, address
