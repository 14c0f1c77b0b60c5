"""Thousands of requests that schemathesis makes from the OpenAPI document, as each role: none is answered by a defect, and none
tells a nation of another. With the scope taken out of any one page the same run fails.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import rampart
from places import CASES
from rampart.web.pages.every import PAGES
from rampart.web.people.roles import EDITOR, Reader
from web.marked import MARKS, marked_plan, told_of
from web.opened import PASSWORD, PEOPLE, opened

pytestmark = [pytest.mark.docs, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
MONTHS = {"XAA": ("2024-05", "2024-06"), "XBB": ("2024-05", "2024-06")}
"""Of each nation a return that is posted, and a draft."""
OF = {"XAA": ("edith", "arthur"), "XBB": ("ben", "bella")}


@dataclass
class Peers:
    """What two nations have in one store.

    ids         real values by the name of a parameter
    tokens      of each account
    operations  of the document, those that read first, and the requests that can be made of each
    """

    ids: dict[str, list[str]]
    tokens: dict[str, str]
    operations: list[tuple[Any, Any]]


@pytest.fixture(scope="module")
def peers(store: Path, tiny_plan: rampart.Result) -> Iterator[Peers]:
    import schemathesis
    from django.core.wsgi import get_wsgi_application

    from rampart.web.editing.kept import CaseVersion
    from rampart.web.people.person import Person
    from rampart.web.people.tokens import new_token
    from rampart.web.plans.job import Job

    marked_plan(tiny_plan).save(store / "plans" / "marked")
    (store / "cases" / "tiny").symlink_to(CASES / "tiny")
    Person.objects.create_person("bella", PASSWORD, role="nation_approver", nation="XBB")
    numbers = [draft for nation in OF for draft in _returns(nation)]
    tokens = {}
    for name in (*PEOPLE, "bella"):
        person = Person.objects.get(name=name)
        tokens[name] = new_token(person, "generated requests", role=person.role, days=1)[1]
    keys = [f"return {month} r1" for month in MONTHS["XAA"]]
    ids = {
        "plan": ["marked"], "result": ["marked"], "war": ["marked"], "fleet": ["marked"], "case": ["tiny"],
        "number": numbers, "nation": ["XAA", "XBB", "XUU"], "holder": ["XAA", "XBB", "XUU", ""],
        "item": ["round", "charge", ""],
        "contract": ["alpha_own", "beta_buys", "alpha_for_partner"], "by": ["month", "quarter"],
        "look": ["round_line:2025-07", "powder_line:2025-07"],
        "line": ["round_line", "charge_line"], "name": sorted(tiny_plan.tables), "table": ["stocks", "requirements"],
        "version": ["1", "2"], "job": ["1"], "other": ["tiny", "marked"], "key": keys, "known": ["", "2999-12-31"],
        "on": ["", "2999-12-31"], "give": ["XAA:round:2000:2025-03", "XBB:round:500:2025-03"], "year": ["2025", "2026"],
        "q": ["", "XAA", "XBB", "Betaland", "return", "7391"], "month": ["2024-05"],
        "filter": ["holder:XAA", "holder:XBB", "nation:XBB", "quantity:70000000..99999999"],
        "size": ["1000"], "page": ["1", "2"],
    }  # fmt: skip
    header = {"Authorization": f"Bearer {tokens['paula']}"}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application(), headers=header)
    found = [one.ok() for one in schema.get_all_operations()]
    found.sort(key=lambda one: one.method.lower() != "get")  # what is written changes what is read
    yield Peers(ids, tokens, [(one, one.as_strategy()) for one in found])
    (store / "cases" / "tiny").unlink()
    shutil.rmtree(store / "plans" / "marked")
    Job.objects.all().delete()
    CaseVersion.objects.all().delete()


def _returns(nation: str) -> list[str]:
    """One return that is posted and a draft, with figures that say whose they are."""
    editor, approver = (opened(name) for name in OF[nation])
    found = []
    for month in MONTHS[nation]:
        made = editor.post("/returns/begin", {"month": month}).headers["Location"].rpartition("/")[2]
        rows = {"kind": "produced", "item": "round", "quantity": f"{MARKS[nation]}{len(found):03d}"}
        given = {f"cell.new1.{name}": text for name, text in rows.items()} | {
            "base": "1",
            "head.source": f"list of {nation}",
        }
        assert editor.post(f"/returns/{made}/save", given).status_code == 302
        found.append(made)
    answer = editor.post(f"/returns/{found[0]}/submit", {"base": "2"})
    assert answer.status_code == 302, answer.content.decode()
    seen = approver.get(f"/api/returns/{found[0]}").json()["hash"]
    assert approver.post(f"/returns/{found[0]}/approve", {"hash": seen}).status_code == 302
    return found


def real(case: Any, ids: dict[str, list[str]], chance: random.Random) -> None:
    """Put values that there are in place of three in four generated ones."""
    for values in (case.path_parameters, case.query):
        for name in list(values or {}):
            if name in ids and chance.random() < 0.75:
                one = chance.choice(ids[name])
                values[name] = [one] if isinstance(values[name], list) else one
    if case.query is not None:
        for parameter in case.operation.query:
            if parameter.name in ids and chance.random() < 0.3:
                case.query.setdefault(parameter.name, chance.choice(ids[parameter.name]))


def run(peers: Peers, name: str, *, most: int, wanted: Callable[[Any], bool], also_shown: bool = False) -> list[str]:
    """Requests of every operation that is wanted, as somebody: what was told of other nations, and where.

    also_shown  whether the page of each twin is asked for too
    """
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.checks import not_a_server_error

    header = {"Authorization": f"Bearer {peers.tokens[name]}"}
    nation = PEOPLE.get(name, ("", "XBB"))[1]
    own = set(MARKS) if nation == "*" else {nation}
    leaks: list[str] = []
    browser = opened(name) if also_shown else None

    def asks(operation: Any, requests: Any) -> None:
        @settings(
            max_examples=most, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=requests)
        def ask(case: Any) -> None:
            real(case, peers.ids, chance)
            answer = case.call(headers=header)
            case.validate_response(answer, checks=[not_a_server_error], headers=header)
            texts = {operation.label: answer.text}
            if browser is not None and operation.method.lower() == "get":
                shown = browser.get(case.formatted_path.removeprefix("/api"), case.query or {})
                assert shown.status_code < 500, shown.request["PATH_INFO"]
                texts[f"page of {operation.label}"] = shown.content.decode()
            for label, text in texts.items():
                if told_of(text) - own:
                    leaks.append(f"{label}: {sorted(told_of(text) - own)}")

        chance = random.Random(f"{name} {operation.label}")
        ask()

    for operation, requests in peers.operations:
        if wanted(operation):
            asks(operation, requests)
    return leaks


@pytest.mark.parametrize("name", [*PEOPLE, "bella"])
def test_no_request_is_answered_by_a_defect_or_tells_a_nation_of_another(peers: Peers, name: str) -> None:
    assert run(peers, name, most=6, wanted=lambda _: True, also_shown=name == "ben") == []


LIFTED = (
    "nation", "table", "item", "decisions", "why", "contract", "schedule", "one_return", "ledger", "documents",
)  # fmt: skip


@pytest.mark.parametrize("key", LIFTED)
def test_with_the_scope_taken_out_of_one_page_the_run_fails(peers: Peers, key: str) -> None:
    """The page answers whoever asks as if it were the editor of the other nation."""
    page = next(one for one in PAGES if one.key == key)
    whole = page.data

    def lifted(asked: Any, **given: Any) -> Any:
        return whole(replace(asked, reader=Reader("edith", EDITOR, "XAA")), **given)

    object.__setattr__(page, "data", lifted)
    try:
        leaks = run(peers, "ben", most=40, wanted=lambda one: one.definition.raw.get("operationId") == key)
    finally:
        object.__setattr__(page, "data", whole)
    assert leaks


@contextmanager
def answered_here() -> Iterator[str]:
    """The application of this process at an address of its own: what a test takes out is out there too."""
    import waitress
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    server = waitress.create_server(get_wsgi_application(), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(60)
    connections.close_all()


def peers_read(peers: Peers, address: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What schemathesis says when each of two nations reads what the other has begun."""
    users = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {peers.tokens[name]}"}]}
        for name in ("edith", "ben")
    ]
    (folder / "users.json").write_text(json.dumps({"auth": users}), encoding="utf-8")
    told = f'[auth.wfc]\npath = "{folder / "users.json"}"\npeers = ["edith", "ben"]\n'
    (folder / "schemathesis.toml").write_text(told, encoding="utf-8")
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(folder / "schemathesis.toml"), "run",
        f"{address}/api/openapi.json", "--header", f"Authorization: Bearer {peers.tokens['edith']}", "--phases", "stateful",
        "--include-operation-id", "return_begin", "--include-operation-id", "one_return", "--checks",
        "object_level_authorization,not_a_server_error", "--mode", "positive", "--max-examples", "20", "--seed", "1",
        "--no-shrink", "--workers", "1", "--no-color",
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=800, cwd=folder)


def test_the_check_of_schemathesis_finds_a_scope_that_is_out(
    peers: Peers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`object_level_authorization`: what one nation has begun is not told to the other, unless the scope is out."""
    from rampart.web.pages import one_return
    from rampart.web.returns.staged import StagedReturn

    with answered_here() as address:
        as_it_is = peers_read(peers, address, tmp_path)
        assert as_it_is.returncode == 0, as_it_is.stdout
        monkeypatch.setattr(one_return, "own", lambda asked, number, right="read": StagedReturn.objects.get(pk=number))
        out = peers_read(peers, address, tmp_path)
    assert out.returncode == 1 and "authorization" in out.stdout, out.stdout
