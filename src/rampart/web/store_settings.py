"""What a store says of itself: the file ``settings.toml`` in its folder, each value with what a blank means."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rampart.findings import Finding, FindingsError

FILE = "settings.toml"


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
    masked         show no figures, for demonstrations
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
    masked: bool = False


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
    found = []
    for name, value in given.items():
        if name not in known:
            found.append(
                Finding("web-setting-unknown", file=str(file), value=name, details={"names": ", ".join(known)})
            )
        elif not _fits(name, value, known[name]):
            kind = {str: "text", bool: "true or false", tuple: "a list of texts"}[type(known[name])]
            kind_fr = {str: "un texte", bool: "true ou false", tuple: "une liste de textes"}[type(known[name])]
            kind, kind_fr = ("a path as /rampart", "un chemin comme /rampart") if name == "prefix" else (kind, kind_fr)
            details = {"kind": kind, "kind_fr": kind_fr}
            found.append(Finding("web-setting-wrong", file=str(file), column=name, value=str(value), details=details))
    if given.get("user_header") and not given.get("trusted_proxy"):
        details = {"kind": "a trusted_proxy beside it", "kind_fr": "un trusted_proxy à côté"}
        value = str(given["user_header"])
        found.append(Finding("web-setting-wrong", file=str(file), column="user_header", value=value, details=details))
    if found:
        raise FindingsError(found)
    if "hosts" in given:
        given["hosts"] = tuple(given["hosts"])
    return StoreSettings(**given)


def _fits(name: str, value: Any, default: Any) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, list) and all(isinstance(one, str) and one and "*" not in one for one in value)
    if name == "prefix":
        return value == "" or (isinstance(value, str) and value[0] == "/" and len(value) > 1 and value[-1] != "/")
    return isinstance(value, type(default))
