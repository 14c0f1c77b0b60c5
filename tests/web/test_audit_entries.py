"""Every writing request of the OpenAPI document leaves exactly one entry; a refused one none that says done."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rampart.language.words import Words
from web.opened import PASSWORD

MONTH = "2026-09"
SOURCE = Path(__file__).parents[2] / "src/rampart/web"
Ask = Callable[[Any, str, str, dict[str, Any], str], Any]


def entries() -> list[tuple[str, str, str]]:
    from rampart.web.audit import Entry

    return list(Entry.objects.order_by("pk").values_list("verb", "who", "outcome"))


def ask(browser: Any, method: str, path: str, given: dict[str, Any], if_match: str = "") -> Any:
    headers = {"If-Match": f'"{if_match}"'} if if_match else {}
    return getattr(browser, method)(f"/api{path}", given, "application/json", headers=headers)


def test_one_entry_each(client_of: Any, cases: Path) -> None:
    from rampart.web.editing.kept import CaseVersion

    adam, paula, edith, arthur = (client_of(name) for name in ("adam", "paula", "edith", "arthur"))
    document = paula.get("/api/openapi.json").json()["paths"].values()
    writing = {of["operationId"] for path in document for verb, of in path.items() if verb != "get"}
    done: dict[str, Any] = {}

    def once(operation: str, browser: Any, method: str, path: str, given: dict[str, Any], if_match: str = "") -> Any:
        before = entries()
        answer = ask(browser, method, path, given, if_match)
        assert answer.status_code in (200, 201), (operation, answer.content)
        new = entries()[len(before) :]
        reads = operation == "return_check"
        assert [outcome for _, _, outcome in new] == ([] if reads else ["done"]), operation
        done[operation] = answer.json()
        stranger = client_of("victor")
        for wrong in () if reads else (stranger, client_of("audrey")):
            before = entries()
            assert ask(wrong, method, path, given, if_match).status_code in (403, 404, 412, 422), operation
            assert all(outcome == "refused" for _, _, outcome in entries()[len(before) :]), operation
        return answer.json()

    once(
        "person_add", adam, "post", "/people", {"name": "nora", "password": PASSWORD, "role": "viewer", "nation": "XAA"}
    )
    once("person_change", adam, "patch", "/people/nora", {"active": False})
    job = once("plan_ask", paula, "post", "/planning/cases/tiny/ask", {"name": "of-the-trail"})["job"]["number"]
    once("plan_stop", paula, "post", f"/planning/{job}/stop", {})
    number = once("return_begin", edith, "post", "/returns", {"month": MONTH})["number"]
    rows = {"rows": [{"cells": {"kind": "produced", "item": "round", "quantity": "3"}}], "source": "list"}
    once("return_save", edith, "put", f"/returns/{number}", rows, "1")
    once("return_check", edith, "post", f"/returns/{number}/check", {})
    once("return_submit", edith, "post", f"/returns/{number}/submit", {}, "2")
    once("return_give_back", arthur, "post", f"/returns/{number}/give-back", {"why": "again"})
    submitted = once("return_submit", edith, "post", f"/returns/{number}/submit", {}, "2")
    posted = once("return_approve", arthur, "post", f"/returns/{number}/approve", {"hash": submitted["hash"]})
    assert posted["state"] == "posted"
    once("month_close", paula, "post", "/together/close", {"month": MONTH})
    once("case_keep", paula, "post", "/editing/tiny/keep", {"name": "of-the-trail"})
    table = "/editing/of-the-trail/tables/stocks"
    once("case_save", paula, "patch", table, {"rows": {"1": {"quantity": "3900"}}}, "1")
    once("case_restore", paula, "post", "/editing/of-the-trail/restore/1", {})
    CaseVersion.objects.all().delete()
    assert set(done) == writing, "an operation that this test does not know"


def test_every_verb_of_the_trail_is_called_by_words_and_found_by_them(client_of: Any) -> None:
    """The store keeps the verb; a page shows what was done, in the reader's language."""
    from rampart.web.audit import write
    from rampart.web.pages.audit import verbs

    noted = re.compile(r'(?:note\(request, |write\(|APPROVAL = |SIGN_IN = )"([a-z]+\.[a-z_]+)"')
    used = {verb for path in SOURCE.rglob("*.py") for verb in noted.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 20 and used == set(verbs(Words("fr"))) == set(verbs(Words("en")))
    adam = client_of("adam")
    write("person.sign_in", who="adam")
    write("token.revoke", who="adam")
    sign_in, revoked = ("person.sign_in", "sign-in"), ("token.revoke", "token revoked")
    for asked, found in (("q=sign-in", sign_in), ("q=person.sign_in", sign_in), ("q=token+revoked", revoked)):
        rows = adam.get(f"/api/audit?{asked}").json()["table"]["rows"]
        assert {(row[5]["value"], row[5]["text"]) for row in rows} == {found}
