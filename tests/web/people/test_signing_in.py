"""Signing in: passwords, throttling, sessions, forms from elsewhere, and what the trail says of it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from rampart.web.audit import Entry, write
from rampart.web.people.person import Person
from rampart.web.people.sessions import SessionStore
from web.opened import PASSWORD, client, opened

pytestmark = pytest.mark.usefixtures("store")


def someone(name: str, role: str = "viewer", nation: str = "XAA") -> Person:
    return Person.objects.create_person(name, PASSWORD, role=role, nation=nation)


def enter(browser: object, name: str, password: str = PASSWORD, **more: str) -> object:
    return browser.post("/sign-in", {"username": name, "password": password}, **more)  # type: ignore[attr-defined]


def test_one_signs_in_and_out_and_the_trail_says_so() -> None:
    someone("olga")
    browser = client()
    assert enter(browser, "olga").status_code == 302
    assert browser.get("/").status_code == 200
    assert browser.post("/sign-out").status_code == 302
    assert browser.get("/").status_code == 302
    said = list(Entry.objects.filter(about="olga").order_by("pk").values_list("verb", "outcome", "who"))
    assert said == [("person.sign_in", "done", "olga"), ("person.sign_out", "done", "olga")]


def test_a_wrong_password_is_refused_and_counted_by_name_and_address() -> None:
    someone("guessed")
    for _ in range(4):
        assert enter(client(), "guessed", "wrong").status_code == 401
    assert enter(client(), "guessed", "wrong").status_code == 429
    assert enter(client(), "guessed").status_code == 429
    assert enter(client(), "guessed", REMOTE_ADDR="10.0.0.9").status_code == 302
    assert enter(client(), "nobody-at-all", "wrong").status_code == 401
    outcomes = list(Entry.objects.filter(about="guessed").values_list("outcome", flat=True))
    assert outcomes.count("refused") == 6 and outcomes.count("done") == 1
    assert PASSWORD not in str(list(Entry.objects.filter(about="guessed").values()))


def waits_for_the_disk(said: list[str]) -> int:
    """How often what a store was told is written through: each transaction that writes, and each statement outside of one."""
    found, inside, writes = 0, False, False
    for one in said:
        word = one.split(None, 1)[0]
        changes = word in ("INSERT", "UPDATE", "DELETE")
        if word == "BEGIN":
            inside, writes = True, False
        elif word == "COMMIT":
            found, inside = found + writes, False
        elif inside:
            writes |= changes
        else:
            found += changes
    return found


def test_signing_in_waits_for_the_disk_twice() -> None:
    """Once for all that it writes and its entry, and once for the session."""
    someone("quick")
    said: list[str] = []
    connection.ensure_connection()
    connection.connection.set_trace_callback(said.append)
    try:
        assert enter(client(), "quick").status_code == 302
    finally:
        connection.connection.set_trace_callback(None)
    assert waits_for_the_disk(said) == 2, said


def test_a_password_that_was_kept_another_way_is_kept_anew_at_the_next_sign_in() -> None:
    from django.contrib.auth.hashers import Argon2PasswordHasher

    class Before(Argon2PasswordHasher):
        time_cost, memory_cost, parallelism = 2, 128, 8

    person = someone("settled")
    person.password = Before().encode(PASSWORD, Before().salt())
    person.save()
    assert enter(client(), "settled").status_code == 302
    kept = Person.objects.get(name="settled").password
    assert "p=1$" in kept and "p=8$" in person.password
    assert enter(client(), "settled", "wrong").status_code == 401
    assert enter(client(), "settled").status_code == 302


def test_the_session_changes_when_one_signs_in_and_the_store_knows_only_a_hash() -> None:
    someone("fixed")
    browser = client()
    given = SessionStore()
    given["planted"] = True
    given.save()
    browser.cookies["rampart"] = given.session_key
    assert enter(browser, "fixed").status_code == 302
    key = browser.cookies["rampart"].value
    assert key != given.session_key
    assert not SessionStore().exists(given.session_key)
    with connection.cursor() as cursor:
        kept = [row[0] for row in cursor.execute("SELECT session_key FROM django_session")]
    assert key not in kept and len(kept) == len(set(kept))
    thief = client()
    thief.cookies["rampart"] = kept[-1]
    assert thief.get("/").status_code == 302


def test_who_is_deactivated_is_out_at_once_and_never_deleted() -> None:
    person = someone("leaver")
    browser = opened("leaver")
    assert browser.get("/").status_code == 200
    person.is_active = False
    person.save()
    assert browser.get("/").status_code == 302
    assert enter(client(), "leaver").status_code == 401
    with pytest.raises(TypeError):
        person.delete()


def test_a_new_password_ends_every_other_session() -> None:
    someone("mover")
    here, elsewhere = opened("mover"), opened("mover")
    wrong = {"old_password": "not it", "new_password1": "another long word 8", "new_password2": "another long word 8"}
    assert here.post("/account", wrong).status_code == 422
    assert (
        here.post(
            "/account", wrong | {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
        ).status_code
        == 422
    )
    assert here.post("/account", wrong | {"old_password": PASSWORD}).status_code == 302
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    said = list(Entry.objects.filter(about="mover").order_by("pk").values_list("verb", "outcome"))
    assert said == [("person.password", "refused"), ("person.password", "refused"), ("person.password", "done")]


def test_all_sessions_are_ended() -> None:
    someone("everywhere")
    here, elsewhere = opened("everywhere"), opened("everywhere")
    assert here.post("/account/sessions").status_code == 302
    assert here.get("/").status_code == elsewhere.get("/").status_code == 302


def test_a_form_from_elsewhere_is_refused_and_changes_nothing() -> None:
    someone("forged")
    browser = opened("forged", enforce_csrf_checks=True)
    for address in ("/account/language", "/account/sessions", "/account", "/sign-out", "/look"):
        assert browser.post(address, {"language": "fr"}).status_code == 403, address
    assert Person.objects.get(name="forged").language == ""
    assert browser.get("/").status_code == 200
    assert not Entry.objects.filter(who="forged", outcome="done").exists()


def test_who_is_not_signed_in_writes_nothing_and_no_entry() -> None:
    from rampart.web.addresses import urlpatterns

    before = Entry.objects.count()
    takes = {"number": 1, "version": 1, "job": 1, "pk": 1}
    asked = 0
    for pattern in urlpatterns:
        name = getattr(pattern, "name", None)
        if not name or name in ("sign-in", "look") or "provider" in name:
            continue
        address = reverse(name, kwargs={of: takes.get(of, "x") for of in pattern.pattern.converters})
        answer = client().post(address, {"base": "1"})
        asked += answer.status_code == 401
        assert answer.status_code in (401, 405), address
    assert asked > 20 and Entry.objects.count() == before
    answer = client().get("/returns", headers={"HX-Request": "true"})
    assert answer.status_code == 401 and "not signed in any more" in answer.content.decode()


def test_the_address_of_a_form_leads_to_its_page() -> None:
    browser = opened("paula")
    for address, page in (
        ("/returns/1/save", "/returns/1"), ("/returns/begin", "/returns"), ("/account/tokens", "/account"),
        ("/editing/tiny/tables/stocks/check", "/planning/cases/tiny/tables/stocks"), ("/together/close", "/together"),
    ):  # fmt: skip
        assert browser.get(address).headers["Location"] == page
    refused = browser.get("/people", headers={"Referer": "http://localhost/returns?q=x"}).content.decode()
    assert 'href="/returns?q=x"' in refused
    for elsewhere in ("http://evil.example/returns", "http://localhost//evil.example/x", "javascript:x"):
        assert "evil" not in browser.get("/people", headers={"Referer": elsewhere}).content.decode()


def test_reading_leaves_no_entry_and_looks_are_no_writing() -> None:
    browser = opened("paula")
    before = Entry.objects.count()
    browser.get("/")
    browser.post("/look", {"language": "fr", "next": "/"})
    assert Entry.objects.count() == before
    browser.post("/account/language", {"language": "fr"})
    assert Entry.objects.count() == before + 1
    browser.post("/account/language", {"language": ""})


@pytest.mark.parametrize("sql", ["UPDATE audit SET who = 'x'", "DELETE FROM audit"])
def test_nothing_changes_the_trail(sql: str) -> None:
    entry = write("test.entry", who="x")
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_names_and_passwords_that_will_not_do() -> None:
    from django.core.exceptions import ValidationError

    for name, password in (
        ("a b", PASSWORD),
        ("new", "short"),
        ("new", "qwerty123456"),
        ("new", "1234567890123"),
        ("adam", PASSWORD),
    ):
        with pytest.raises(ValidationError):
            Person.objects.create_person(name, password, role="viewer", nation="XAA")
    with pytest.raises(ValidationError):
        Person.objects.create_person("new", PASSWORD, role="nation_editor", nation="*")
