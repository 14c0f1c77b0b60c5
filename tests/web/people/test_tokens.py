"""Tokens of programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from rampart.web.people.person import Person
from rampart.web.people.tokens import Token, new_token, token_of
from web.opened import PASSWORD, client

pytestmark = pytest.mark.usefixtures("store")


def someone(name: str, role: str = "nation_editor", nation: str = "XAA") -> Person:
    return Person.objects.create_person(name, PASSWORD, role=role, nation=nation)


def ask(text: str, address: str = "/api/plans/tiny/nations/XAA") -> Any:
    return client().get(address, headers={"authorization": f"Bearer {text}"})


def test_a_token_reads_as_its_account_and_the_store_does_not_know_it() -> None:
    token, text = new_token(someone("robot"), "nightly", role="viewer", days=3)
    assert ask(text).status_code == 200
    assert ask(text, "/api/plans/tiny/why?holder=XBB").status_code == 404
    assert text not in str(Token.objects.filter(pk=token.pk).values())
    assert ask(text + "x").status_code == ask("").status_code == 401
    assert client().get("/plans/tiny", headers={"authorization": f"Bearer {text}"}).status_code == 302


def test_a_token_ends_is_revoked_and_falls_with_its_account() -> None:
    person = someone("robot2")
    token, text = new_token(person, "a", role="nation_editor", days=1)
    for changes in ({"ends": timezone.now() - timedelta(seconds=1)}, {"revoked": timezone.now()}):
        Token.objects.filter(pk=token.pk).update(**changes)
        assert token_of(text) is None
        Token.objects.filter(pk=token.pk).update(ends=token.ends, revoked=None)
    assert token_of(text) == token
    Person.objects.filter(pk=person.pk).update(role="viewer")
    assert token_of(text) is None  # the account may no longer what the token may
    Person.objects.filter(pk=person.pk).update(role="nation_editor", is_active=False)
    assert ask(text).status_code == 401


def test_a_token_never_may_more_than_its_account() -> None:
    with pytest.raises(ValueError, match="no token that is alliance_planner"):
        new_token(someone("robot3"), "a", role="alliance_planner", days=1)
    for days in (0, 367):
        with pytest.raises(ValueError, match="lasts"):
            new_token(someone(f"robot4-{days}"), "a", role="viewer", days=days)
