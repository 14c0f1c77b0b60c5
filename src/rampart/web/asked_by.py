"""From a request of Django's to the question of a reader."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest

from rampart.case.tables import Case
from rampart.findings import Language, curly
from rampart.web.asking import Asked
from rampart.web.books import Books
from rampart.web.people.in_language import language_of
from rampart.web.people.person import Person
from rampart.web.people.roles import NO_NATION, Reader
from rampart.web.plans.cases import Cases
from rampart.web.plans.shelf import Shelf

NOBODY = Reader("", "", NO_NATION)


@cache
def shelf() -> Shelf:
    """The shelf of the store that this process serves."""
    return Shelf(settings.PLANS)


@cache
def cases() -> Cases:
    """The cases of the store that this process serves."""
    return Cases(settings.CASES)


@cache
def books() -> Books:
    """The ledger of the store that this process serves."""
    return Books(settings.LEDGER)


def catalogue() -> Case | None:
    """The case against which returns are held: that which is named, else the only one in the folder; None where none is."""
    names = cases().in_folder()
    name = settings.OF_THE_STORE.catalogue or (names[0] if len(names) == 1 else "")
    return cases().read(name)[0] if name else None


def names(table: str, language: Language) -> dict[str, str]:
    """What the catalogue calls nations or items, by code; nothing where there is none."""
    case = catalogue()
    found = {} if case is None else case.names(table, language)
    return {code: curly(name) if language == "fr" else name for code, name in found.items()}


def reader_of(request: HttpRequest) -> Reader:
    """Who asks: the token's account with the token's role, else who is signed in, else nobody."""
    token = getattr(request, "rampart_token", None)
    if token is not None:
        return token.reader  # type: ignore[no-any-return]
    user = getattr(request, "user", None)  # a request refused early has none yet
    return user.reader if isinstance(user, Person) else NOBODY


def asked_by(request: HttpRequest) -> Asked:
    """The question of a request."""
    return Asked(reader_of(request), language_of(request), shelf())
