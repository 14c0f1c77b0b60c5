"""Accounts kept by a program: the writing requests of the OpenAPI document, through the same door as the forms."""

from __future__ import annotations

from typing import Literal

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja import NinjaAPI, Schema, Status
from pydantic import Field

from rampart.web.asked_by import asked_by, reader_of
from rampart.web.asking import NotAllowedError, NotThereError, WronglyAskedError
from rampart.web.audit_trail import note
from rampart.web.people.changing import add, change
from rampart.web.people.person import Person

RoleName = Literal["viewer", "nation_editor", "nation_approver", "alliance_planner", "administrator", "auditor"]


class NewPerson(Schema):
    """A new account. Where a provider signs people in, one without a password is opened by the provider."""

    name: str = Field(max_length=80)
    password: str = Field(default="", max_length=200)
    role: RoleName
    nation: str = Field(default="", max_length=24)


class ChangedPerson(Schema):
    """What is to change; what is left out stays. ``provider``: the provider signs it in from now on, the password ends."""

    role: RoleName | None = None
    nation: str | None = Field(default=None, max_length=24)
    active: bool | None = None
    password: str = Field(default="", max_length=200)
    provider: bool = False


class PersonSaid(Schema):
    """An account."""

    name: str
    role: str
    nation: str
    active: bool


def _by(request: HttpRequest) -> Person:
    """Who keeps the accounts. Raises NotAllowedError."""
    reader = reader_of(request)
    found = Person.objects.filter(name=reader.name).first()
    if found is None or not reader.may("people"):
        raise NotAllowedError("people")
    return found


def _said(person: Person) -> PersonSaid:
    return PersonSaid(name=person.name, role=person.role, nation=person.nation, active=person.is_active)


def add_people(api: NinjaAPI) -> None:
    """Add the requests that change accounts to the API."""

    @api.post("/people", response={201: PersonSaid}, operation_id="person_add", summary="Add an account.")
    def person_add(request: HttpRequest, given: NewPerson) -> Status[PersonSaid]:
        note(request, "person.add", given.name, role=given.role, nation=given.nation)
        _by(request)
        try:
            person = add(
                given.name, given.password, role=given.role, nation=given.nation, words=asked_by(request).words
            )
        except ValidationError as wrong:
            raise WronglyAskedError(" ".join(wrong.messages)) from wrong
        return Status(201, _said(person))

    @api.patch("/people/{name}", response=PersonSaid, operation_id="person_change", summary="Change an account.")
    def person_change(request: HttpRequest, name: str, given: ChangedPerson) -> PersonSaid:
        facts = given.model_dump(exclude={"password"}, exclude_none=True)
        note(request, "person.change", name, password=bool(given.password), **facts)
        by = _by(request)
        person = Person.objects.filter(name=name).first()
        if person is None:
            raise NotThereError(name)
        told = given.model_dump()
        try:
            change(person, by=by, words=asked_by(request).words, **told)
        except ValidationError as wrong:
            raise WronglyAskedError(" ".join(wrong.messages)) from wrong
        return _said(person)
