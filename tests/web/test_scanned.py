"""wapiti3, a scanner that nobody here wrote, signed in as a planner and as an editor, finds nothing that stands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import rampart
from places import CASES
from web.opened import PASSWORD
from web.served import new_store, served

WAPITI = os.environ.get("WAPITI") or shutil.which("wapiti")
ATTACKS = (
    "xss,permanentxss,sql,exec,file,crlf,redirect,csrf,cookieflags,http_headers,csp,methods,backup,htaccess,xxe,upload"
)
ON_THIS_MACHINE = {"Secure Flag cookie"}
"""Said of every server that is asked without TLS: with ``https`` in its settings cookies carry the flag, and a scanner without
TLS could not sign in."""


@pytest.mark.slow
@pytest.mark.skipif(
    WAPITI is None, reason="no wapiti: install wapiti3 in an environment of its own, and name it in WAPITI"
)
@pytest.mark.parametrize("name", ["paula", "edith"])
def test_a_scanner_finds_nothing(tmp_path: Path, tiny_plan: rampart.Result, name: str) -> None:
    store = new_store(tmp_path / "staff", paula=("alliance_planner", ""), edith=("nation_editor", "XAA"))
    tiny_plan.save(store / "plans" / "tiny")
    shutil.copytree(CASES / "tiny", store / "cases" / "tiny")
    report = tmp_path / "report.json"
    with served(store) as (address, process):
        command = [
            str(WAPITI), "-u", f"{address}/", "--scope", "folder", "--form-user", name, "--form-password", PASSWORD,
            "--form-url", f"{address}/sign-in", "-x", f"{address}/sign-out", "-x", f"{address}/account/sessions", "-d", "3",
            "--max-links-per-page", "30", "--max-files-per-dir", "15", "--max-parameters", "8", "--max-scan-time", "120",
            "--max-attack-time", "120", "-m", ATTACKS, "-l", "1", "-f", "json", "-o", str(report), "--flush-session",
            "--no-bugreport", "--store-session", str(tmp_path / "session"), "--store-config", str(tmp_path / "config"),
        ]  # fmt: skip
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=3600, env={**os.environ, "HOME": str(tmp_path)}
        )
        assert "Login success" in ran.stdout, ran.stdout + ran.stderr
        assert process.poll() is None
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["infos"]["crawled_pages_nbr"] > 20
    found = {**told["vulnerabilities"], **told["anomalies"]}
    assert {kind: [one["info"] for one in of] for kind, of in found.items() if of and kind not in ON_THIS_MACHINE} == {}
