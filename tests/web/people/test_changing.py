"""Accounts kept on pages and by programs: one door, one entry in the trail for each writing request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rampart.web.audit import Entry
from rampart.web.people.person import Person
from rampart.web.plans.job import Job
from web.opened import PASSWORD, client, opened

pytestmark = pytest.mark.usefixtures("store")


def someone(name: str, role: str = "viewer", nation: str = "XAA") -> Person:
    return Person.objects.create_person(name, PASSWORD, role=role, nation=nation)


def program(role_of: str) -> tuple[str, Any]:
    from rampart.web.people.tokens import new_token

    person = Person.objects.get(name=role_of)
    _, text = new_token(person, f"for {Entry.objects.count()} {role_of}", role=person.role, days=1)
    return text, client()


def sent(how: str, text: str, address: str, given: dict[str, Any]) -> Any:
    send = getattr(client(), how)
    return send(
        address, json.dumps(given), content_type="application/json", headers={"authorization": f"Bearer {text}"}
    )


def test_an_account_is_added_and_changed_on_the_page() -> None:
    browser = opened("adam")
    assert "paula" in browser.get("/people").content.decode()
    new = {"name": "nina", "password": PASSWORD, "role": "nation_approver", "nation": "XBB"}
    assert browser.post("/people/add", new | {"password": "short"}).status_code == 422
    assert browser.post("/people/add", new | {"nation": ""}).status_code == 422
    assert browser.post("/people/add", new).status_code == 302
    again = browser.post("/people/add", new)
    assert again.status_code == 422 and "There is an account of the name nina" in again.content.decode()
    wrong = browser.post("/people/add", new | {"name": "Nina B."})
    assert wrong.status_code == 422 and "Nina B." in wrong.content.decode()
    assert "&lt;ul&gt;" not in browser.get("/account").content.decode()
    assert (Person.objects.get(name="nina").role, Person.objects.get(name="nina").nation) == ("nation_approver", "XBB")
    theirs = opened("nina")
    assert "nina" in browser.get("/people?q=nina").content.decode()
    assert browser.post("/people/nina/change", {"role": "viewer", "nation": "XAA", "active": "yes"}).status_code == 302
    assert theirs.get("/").status_code == 302  # its sessions have ended
    assert browser.post("/people/nina/change", {"active": "no"}).status_code == 302
    assert not Person.objects.get(name="nina").is_active
    assert browser.post("/people/nobody/change", {"active": "no"}).status_code == 404
    said = list(Entry.objects.filter(who="adam", about="nina").order_by("pk").values_list("verb", "outcome"))
    assert said == [
        ("person.add", "refused"), ("person.add", "refused"), ("person.add", "done"), ("person.add", "refused"),
        ("person.change", "done"), ("person.change", "done"),
    ]  # fmt: skip
    assert PASSWORD not in str(list(Entry.objects.filter(about="nina").values()))


@pytest.mark.parametrize("name", ["vera", "edith", "arthur", "paula", "audrey"])
def test_only_an_administrator_keeps_accounts(name: str) -> None:
    browser, before = opened(name), Person.objects.count()
    assert browser.get("/people").status_code == 403
    assert browser.post("/people/add", {"name": "x", "password": PASSWORD, "role": "auditor"}).status_code == 403
    assert browser.post("/people/vera/change", {"active": "no"}).status_code == 403
    assert browser.get("/api/people").status_code == 403
    assert browser.get("/audit").status_code == (200 if name == "audrey" else 403)
    assert Person.objects.count() == before and Person.objects.get(name="vera").is_active


def test_nobody_lifts_themselves_and_the_last_administrator_stays() -> None:
    browser = opened("adam")
    assert browser.post("/people/adam/change", {"role": "alliance_planner", "nation": "*"}).status_code == 422
    assert browser.post("/people/adam/change", {"active": "no"}).status_code == 422
    someone("aline", "administrator", "")
    other = opened("aline")
    assert other.post("/people/adam/change", {"active": "no"}).status_code == 302
    assert browser.get("/people").status_code == 302
    assert other.post("/people/adam/change", {"active": "yes"}).status_code == 302
    assert opened("adam").post("/people/aline/change", {"active": "no"}).status_code == 302


def test_every_writing_request_of_the_document_leaves_one_entry_done_or_refused(cases: Path) -> None:
    texts = {name: program(name)[0] for name in ("adam", "paula")}
    text = texts["adam"]
    document = client().get("/api/openapi.json", headers={"authorization": f"Bearer {text}"}).json()
    writing = {(how, path) for path, of in document["paths"].items() for how in of if how != "get"}
    new = {"name": "petra", "password": PASSWORD, "role": "viewer", "nation": "XAA"}
    tried = {
        ("post", "/api/people"): [("/api/people", new, 201), ("/api/people", new, 422), ("/api/people", {"name": "x"}, 422)],
        ("patch", "/api/people/{name}"): [
            ("/api/people/petra", {"nation": "XBB"}, 200), ("/api/people/petra", {"role": "auditor", "nation": "XBB"}, 422),
            ("/api/people/none", {}, 404), ("/api/people/petra", {"password": "short"}, 422),
        ],
        ("post", "/api/planning/cases/{case}/ask"): [
            ("/api/planning/cases/tiny/ask", {"name": "asked"}, 201), ("/api/planning/cases/tiny/ask", {"name": "asked"}, 422),
            ("/api/planning/cases/none/ask", {}, 404),
        ],
        ("post", "/api/planning/{job}/stop"): [
            ("/api/planning/{job}/stop", {}, 200), ("/api/planning/{job}/stop", {}, 422), ("/api/planning/0/stop", {}, 404),
        ],
    }  # fmt: skip
    assert set(tried) <= writing  # the others are tried in test_audit_entries
    for (how, path), requests in tried.items():
        who = "paula" if "planning" in path else "adam"
        for shape, given, status in requests:
            before, last = Entry.objects.count(), Job.objects.last()
            address = shape.format(job=last.pk if last else 0)
            assert sent(how, texts[who], address, given).status_code == status, (address, given)
            assert Entry.objects.count() == before + 1, (address, given)
            newest = Entry.objects.latest("pk")
            assert newest.outcome == ("done" if status < 300 else "refused")
            assert newest.who == who and newest.through.startswith("for ")
    assert Person.objects.get(name="petra").nation == "XBB"
    assert (
        sent("post", texts["paula"], "/api/people", new | {"name": "lifted", "role": "administrator"}).status_code
        == 403
    )
    assert not Person.objects.filter(name="lifted").exists()
    before = Entry.objects.count()
    assert sent("post", "no token", "/api/people", new).status_code == 401
    assert Entry.objects.count() == before  # nobody could fill the trail


def test_a_refused_change_is_rolled_back_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry and the change stand or fall together: where the trail cannot be written nothing is changed."""
    from rampart.web import audit_trail

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(audit_trail, "write", fails)
    browser = opened("adam")
    with pytest.raises(RuntimeError, match="no room"):
        browser.post("/people/add", {"name": "ghost", "password": PASSWORD, "role": "viewer", "nation": "XAA"})
    assert not Person.objects.filter(name="ghost").exists()


def test_the_trail_is_read_page_by_page() -> None:
    browser = opened("audrey")
    said = browser.get("/api/audit?size=2&q=person").json()["table"]
    assert len(said["rows"]) == min(2, said["matching"]) and said["total"] >= said["matching"]
    assert browser.get("/audit?page=2&size=25").status_code == 200


def test_tokens_are_made_and_ended_on_the_account_page() -> None:
    for name in ("y" * 81, " ", ""):
        assert (
            opened("victor").post("/account/tokens", {"name": name, "role": "viewer", "days": "3"}).status_code == 422
        )
    someone("tess", "nation_editor", "XAA")
    browser = opened("tess")
    assert (
        browser.post("/account/tokens", {"name": "nightly", "role": "alliance_planner", "days": "3"}).status_code == 422
    )
    assert browser.post("/account/tokens", {"name": "nightly", "role": "viewer", "days": "many"}).status_code == 422
    html = browser.post("/account/tokens", {"name": "nightly", "role": "viewer", "days": "3"}).content.decode()
    text = html.split('class="token">')[1].split("<")[0]
    assert client().get("/api/plans/tiny", headers={"authorization": f"Bearer {text}"}).status_code == 200
    assert browser.post("/account/tokens", {"name": "nightly", "role": "viewer", "days": "3"}).status_code == 422
    number = Person.objects.get(name="tess").tokens.get().pk
    assert "nightly" in browser.get("/account").content.decode()
    assert opened("vera").post(f"/account/tokens/{number}/revoke").status_code == 404
    assert browser.post(f"/account/tokens/{number}/revoke").status_code == 302
    assert client().get("/api/plans/tiny", headers={"authorization": f"Bearer {text}"}).status_code == 401
    assert text not in str(list(Entry.objects.values()))
