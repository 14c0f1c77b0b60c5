"""What a store says of itself: the file ``settings.toml`` in its folder, each value with what a blank means."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rampart.findings import Finding, FindingsError
from rampart.web.people.roles import RIGHTS, fits, nation_of

FILE = "settings.toml"
LEAST = 3
"""Of ``least_holders``: with two, each would know the other's."""
KINDS: dict[type, tuple[str, str]] = {
    str: ("text", "un texte"), bool: ("true or false", "true ou false"), tuple: ("a list of texts", "une liste de textes"),
    int: (f"a whole number from {LEAST}", f"un nombre entier à partir de {LEAST}"),
}  # fmt: skip
"""What a setting must be, in both languages."""
PROVIDER = "oidc"


@dataclass(frozen=True, slots=True)
class Provider:
    """Who signs people in by OpenID Connect: the table ``[oidc]``.

    issuer  address of the provider, as its tokens name it
    client  name under which it knows this application
    secret  what it and this application share; blank: none, a public client
    name    claim that names the account
    groups  claim that lists the groups of a person
    scope   what is asked of the provider; blank: openid and profile
    roles   role and nation by group; blank: accounts and their roles are those of the store
    """

    issuer: str
    client: str
    secret: str = ""
    name: str = "preferred_username"
    groups: str = "groups"
    scope: str = "openid profile"
    roles: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """How the application is served.

    banner         classification or handling text at the head and foot of every page; blank: none
    prefix         path under which a proxy serves the pages, as "/rampart"; blank: at the root
    hosts          names under which the pages are asked for, beside those of this machine
    https          whether a proxy serves the pages over TLS; cookies are then sent over TLS only
    trusted_proxy  address of the proxy whose word on the reader's address is taken; blank: nobody's
    user_header    header in which that proxy names the account that it has signed in, as "X-Remote-User"; blank: none
    plans          folder of saved results; blank: ``plans`` in the store
    cases          folder of cases that can be planned; blank: ``cases`` in the store
    ledger         the ledger: a file, or ``postgresql://...``; blank: ``alliance.ledger`` in the store
    catalogue      name of the case against which returns are held; blank: the only one that there is
    least_holders  nations that a total of closed months sums at least beside the reader, for nations to see it
    masked         show no figures, for demonstrations
    oidc           who signs people in beside this application; blank: nobody
    """

    banner: str = ""
    prefix: str = ""
    hosts: tuple[str, ...] = ()
    https: bool = False
    trusted_proxy: str = ""
    user_header: str = ""
    plans: str = ""
    cases: str = ""
    ledger: str = ""
    catalogue: str = ""
    least_holders: int = 3
    masked: bool = False
    oidc: Provider | None = None


def read_settings(store: Path) -> StoreSettings:
    """The settings of a store; all blank where it has no such file. Raises FindingsError that names each wrong value."""
    file = store / FILE
    if not file.is_file():
        return StoreSettings()
    try:
        given: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise FindingsError([Finding("web-settings-unreadable", file=str(file), value=str(wrong))]) from wrong
    known = {f.name: f.default for f in fields(StoreSettings)}
    found: list[Finding] = []
    told = given.pop(PROVIDER, None)
    for name, value in given.items():
        if name not in known:
            found.append(
                Finding("web-setting-unknown", file=str(file), value=name, details={"names": ", ".join(known)})
            )
        elif not _fits(name, value, known[name]):
            kind, kind_fr = KINDS[type(known[name])]
            kind, kind_fr = ("a path as /rampart", "un chemin comme /rampart") if name == "prefix" else (kind, kind_fr)
            details = {"kind": kind, "kind_fr": kind_fr}
            found.append(Finding("web-setting-wrong", file=str(file), column=name, value=str(value), details=details))
    if given.get("user_header") and not given.get("trusted_proxy"):
        details = {"kind": "a trusted_proxy beside it", "kind_fr": "un trusted_proxy à côté"}
        value = str(given["user_header"])
        found.append(Finding("web-setting-wrong", file=str(file), column="user_header", value=value, details=details))
    provider = None if told is None else _provider(file, told, found)
    if found:
        raise FindingsError(found)
    if "hosts" in given:
        given["hosts"] = tuple(given["hosts"])
    return StoreSettings(**given, oidc=provider)


def _provider(file: Path, told: Any, found: list[Finding]) -> Provider | None:
    """The table of the provider; what is wrong with it is added to what was found."""

    def wrong(name: str, value: object, kind: str, kind_fr: str) -> None:
        details = {"kind": kind, "kind_fr": kind_fr}
        found.append(Finding("web-setting-wrong", file=str(file), column=name, value=str(value)[:80], details=details))

    if not isinstance(told, dict):
        wrong(PROVIDER, told, "a table of settings", "une table de réglages")
        return None
    before = len(found)
    known = {f.name: f.default is MISSING and f.default_factory is MISSING for f in fields(Provider)}
    for name in told.keys() - known.keys():
        details = {"names": ", ".join(known)}
        found.append(Finding("web-setting-unknown", file=str(file), value=f"{PROVIDER}.{name}", details=details))
    roles: dict[str, tuple[str, str]] = {}
    for name, needed in known.items():
        value = told.get(name, "")
        if name == "roles" or not (needed or name in told):
            continue
        if not isinstance(value, str) or not value:
            wrong(f"{PROVIDER}.{name}", value, "text", "un texte")
        elif name == "issuer" and not safe_address(value):
            wrong(
                f"{PROVIDER}.{name}",
                value,
                "an address that begins with https://",
                "une adresse qui commence par https://",
            )
        elif name == "scope" and "openid" not in value.split():
            wrong(f"{PROVIDER}.{name}", value, "openid among others", "openid parmi d’autres")
    given = told.get("roles", {})
    for group, value in given.items() if isinstance(given, dict) else [("", given)]:
        role, _, nation = value.partition(" ") if isinstance(value, str) else ("", "", "")
        nation = nation_of(role, nation.strip())
        if role not in RIGHTS or not fits(role, nation):
            kind = "a role and the nation that goes with it, as nation_editor FRA"
            kind_fr = "un rôle et la nation qui va avec, comme nation_editor FRA"
            wrong(f"{PROVIDER}.roles.{group}", value, kind, kind_fr)
        roles[group] = (role, nation)
    if len(found) > before:
        return None
    return Provider(**{name: value for name, value in told.items() if name != "roles"}, roles=roles)


def safe_address(address: str) -> bool:
    """Whether an address is asked over TLS, or is one of this machine."""
    parts = urlsplit(address)
    if not parts.hostname or parts.username or parts.fragment:
        return False
    try:
        here = parts.hostname == "localhost" or ip_address(parts.hostname).is_loopback
    except ValueError:
        here = False
    return parts.scheme == "https" or (parts.scheme == "http" and here)


def _fits(name: str, value: Any, default: Any) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, list) and all(isinstance(one, str) and one and "*" not in one for one in value)
    if name == "prefix":
        return value == "" or (isinstance(value, str) and value[0] == "/" and len(value) > 1 and value[-1] != "/")
    if isinstance(default, int) and not isinstance(default, bool):
        return isinstance(value, int) and not isinstance(value, bool) and value >= LEAST
    return isinstance(value, type(default))
