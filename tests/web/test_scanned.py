"""wapiti3, a scanner that nobody here wrote, signed in as a planner and as an editor, finds nothing that stands. On the same
pages, within the same limits, it finds what is taken out on purpose.

A scan ends by its limits: those of the crawl, and of each kind of attack.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import rampart
from places import CASES
from web.opened import PASSWORD
from web.served import new_store, served
from web.test_generated_requests import answered_here

WAPITI = os.environ.get("WAPITI") or shutil.which("wapiti")
CRAWL, ATTACK = 45, 20
"""Seconds of the crawl, and of each kind of attack."""
ATTACKS = (
    "xss,sql,redirect,crlf,file,exec,permanentxss,csrf,cookieflags,http_headers,csp,methods,backup,htaccess,xxe,upload"
)
ASKED_FIRST = (
    "/ledger?q=round", "/plans/tiny/why?holder=XUU&item=round", "/results/tiny/beside?other=tiny",
    "/plans/tiny/tables/stock?q=round&size=25", "/plans/tiny/schedule?by=quarter",
)  # fmt: skip
"""Addresses with the parameters that pages take: forms of tables have more of them than a scan can try."""
NOT_SCANNED = ("/sign-out", "/account/sessions", "/account/password", "/static/*", "/results/tiny/papers/*")
"""What ends the session of the scanner, and files that are the same whatever is asked."""
ON_THIS_MACHINE = {"Secure Flag cookie"}
"""Said of every server that is asked without TLS: with ``https`` in its settings cookies carry the flag, and a scanner without
TLS could not sign in."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        WAPITI is None, reason="no wapiti: install wapiti3 in an environment of its own, and name it in WAPITI"
    ),
    pytest.mark.timeout(CRAWL + ATTACK * (ATTACKS.count(",") + 1) + 900),
]


def scan(address: str, name: str, scratch: Path) -> dict[str, list[str]]:
    """What the scanner finds, signed in as somebody: where, by kind."""
    report = scratch / "report.json"
    left_out = [word for path in NOT_SCANNED for word in ("-x", f"{address}{path}")]
    begun_at = [word for path in ASKED_FIRST for word in ("-s", f"{address}{path}")]
    command = [
        str(WAPITI), "-u", f"{address}/", "--scope", "folder", "--form-user", name, "--form-password", PASSWORD,
        "--form-url", f"{address}/sign-in", *left_out, *begun_at, "-d", "3", "--max-links-per-page", "30",
        "--max-files-per-dir", "6", "--max-parameters", "8", "--max-scan-time", str(CRAWL), "--max-attack-time", str(ATTACK),
        "-m", ATTACKS, "-l", "1", "-f", "json", "-o", str(report), "--flush-session", "--no-bugreport",
        "--store-session", str(scratch / "session"), "--store-config", str(scratch / "config"),
    ]  # fmt: skip
    environment = {**os.environ, "HOME": str(scratch)}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=3600, env=environment)
    assert "Login success" in ran.stdout, ran.stdout + ran.stderr
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["infos"]["crawled_pages_nbr"] > 40
    found = {**told["vulnerabilities"], **told["anomalies"]}
    return {kind: [f"{one['path']}: {one['info']}" for one in of] for kind, of in found.items() if of}


@pytest.mark.parametrize("name", ["paula", "edith"])
def test_a_scanner_finds_nothing(tmp_path: Path, tiny_plan: rampart.Result, name: str) -> None:
    store = new_store(tmp_path / "staff", paula=("alliance_planner", ""), edith=("nation_editor", "XAA"))
    tiny_plan.save(store / "plans" / "tiny")
    shutil.copytree(CASES / "tiny", store / "cases" / "tiny")
    with served(store) as (address, process):
        found = scan(address, name, tmp_path)
        assert process.poll() is None
    assert {kind: of for kind, of in found.items() if kind not in ON_THIS_MACHINE} == {}


def test_a_scanner_finds_what_is_taken_out(store: Path, cases: Path, tmp_path: Path, settings_without: Any) -> None:
    """Pages write what they are asked as it came, there is no policy, and scripts may read the cookie of a session."""
    with answered_here() as address:
        found = scan(address, "paula", tmp_path)
    expected = {"Reflected Cross Site Scripting", "Content Security Policy Configuration", "HttpOnly Flag cookie"}
    assert expected <= set(found), found


@pytest.fixture
def settings_without(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The application of this process with its guards taken out."""
    from django.conf import settings
    from django.template import engines
    from django.test import override_settings

    kept = [one for one in settings.MIDDLEWARE if "csp" not in one]
    monkeypatch.setattr(engines["jinja2"].env, "autoescape", False)
    with override_settings(MIDDLEWARE=kept, SESSION_COOKIE_HTTPONLY=False):
        yield
