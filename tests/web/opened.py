"""Accounts of the tests, and clients signed in as them."""

from __future__ import annotations

from typing import Any

PASSWORD = "a long enough word 7"
PEOPLE = {
    "vera": ("viewer", "*"),
    "victor": ("viewer", "XAA"),
    "edith": ("nation_editor", "XAA"),
    "arthur": ("nation_approver", "XAA"),
    "ben": ("nation_editor", "XBB"),
    "paula": ("alliance_planner", "*"),
    "adam": ("administrator", ""),
    "audrey": ("auditor", "*"),
}


def client(**more: Any) -> Any:
    """A browser that nobody is signed in with."""
    from django.test import Client

    return Client(SERVER_NAME="localhost", HTTP_ACCEPT_LANGUAGE="en", **more)


def opened(name: str, **more: Any) -> Any:
    """A browser that somebody is signed in with."""
    from rampart.web.people.person import Person

    made = client(**more)
    made.force_login(Person.objects.get(name=name), backend="django.contrib.auth.backends.ModelBackend")
    return made
