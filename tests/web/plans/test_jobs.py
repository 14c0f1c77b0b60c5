"""Plans made in the background: who may ask, what is refused, how they end when the server or its child does."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from places import CASES
from web.opened import PASSWORD
from web.served import new_store, rampart_says, served

PATIENCE = 600.0
"""Seconds after which a test gives up: far more than the slowest machine needs."""


@pytest.mark.parametrize("name", ["vera", "edith", "arthur", "adam", "audrey"])
def test_only_planners_ask_for_plans(client_of: Any, cases: Path, name: str) -> None:
    browser = client_of(name)
    for address in ("/planning", "/planning/cases/tiny", "/planning/1"):
        assert browser.get(address).status_code == 403, address
        assert browser.get("/api" + address).status_code == 403, address
    assert browser.post("/planning/cases/tiny/ask").status_code == 403
    assert browser.post("/planning/1/stop").status_code == 403
    assert browser.post("/api/planning/cases/tiny/ask", {}, "application/json").status_code == 403


def test_what_cannot_be_planned_is_refused_in_words(client_of: Any, cases: Path, store: Path) -> None:
    from rampart.web.audit import Entry
    from rampart.web.plans.job import Job

    browser = client_of("paula")
    assert browser.get("/planning/cases/nothing").status_code == 404
    assert browser.post("/planning/cases/..%2Ftiny/ask").status_code == 404
    asked: list[tuple[dict[str, Any], str]] = [
        ({"change": "no-such"}, "no such named change: no-such"),
        ({"name": "../out"}, "name has letters"),
        ({"name": "tiny"}, "There is a result of the name tiny already"),
    ]
    for given, said in asked:
        answer = browser.post("/planning/cases/tiny/ask", given)
        assert answer.status_code == 422 and said in answer.content.decode()
    assert not Job.objects.exists()
    last = Entry.objects.order_by("-pk")[0]
    assert (last.verb, last.outcome) == ("plan.ask", "refused")

    first = browser.post("/planning/cases/tiny/ask", {"change": "offensive"}).headers["Location"]
    job = Job.objects.get()
    assert first == f"/planning/{job.pk}" and job.name == "tiny-offensive" and job.overrides == ["offensive"]
    entry = Entry.objects.order_by("-pk")[0]
    assert (entry.verb, entry.outcome, entry.facts["job"]) == ("plan.ask", "done", job.pk)
    assert browser.post("/planning/cases/tiny/ask", {"name": "tiny-offensive"}).status_code == 422
    made = browser.post("/api/planning/cases/tiny/ask", {"changes": ["offensive"]}, "application/json")
    assert made.status_code == 201 and made.json()["job"]["name"] == "tiny-offensive-2"


def test_a_case_that_is_not_sound_says_what_is_wrong(client_of: Any, cases: Path) -> None:
    bad = cases / "bad"
    bad.mkdir()
    for file in (CASES / "tiny").glob("*.csv"):
        (bad / file.name).write_bytes(file.read_bytes())
    text = (bad / "items.csv").read_text(encoding="utf-8")
    (bad / "items.csv").write_text(text.replace("item,", "itme,", 1), encoding="utf-8")
    try:
        page = client_of("paula").get("/planning/cases/bad").content.decode()
        assert "cannot be planned as it stands" in page and "itme" in page
        assert client_of("paula").post("/planning/cases/bad/ask").status_code == 422
    finally:
        for file in bad.iterdir():
            file.unlink()
        bad.rmdir()


def test_one_that_waits_is_stopped_at_once_and_one_that_was_lost_shows_as_failed(client_of: Any, cases: Path) -> None:
    from django.utils import timezone

    from rampart.web.plans.job import LEASE, Job

    browser = client_of("paula")
    browser.post("/planning/cases/tiny/ask", {"name": "one"})
    number = Job.objects.get().pk
    assert browser.post(f"/planning/{number}/stop").status_code == 302
    assert browser.get(f"/api/planning/{number}").json()["job"]["state"] == "stopped"
    assert browser.post(f"/planning/{number}/stop").status_code == 422
    assert browser.post("/planning/999999/stop").status_code == 404

    long_ago = timezone.now() - LEASE - timedelta(seconds=5)
    lost = Job.objects.create(name="two", case="tiny", language="fr", asked_by="paula", state="running", heard=long_ago)
    said = browser.get(f"/api/planning/{lost.pk}").json()
    assert said["job"]["state"] == "failed" and not said["open"]
    assert "with its server or by itself" in browser.get(f"/planning/{lost.pk}").content.decode()


def test_jobs_are_looked_after_one_after_another(client_of: Any, cases: Path, store: Path) -> None:
    from rampart.web.plans.job import Job
    from rampart.web.plans.runner import Runner

    browser, runner = client_of("paula"), Runner(store / "plans", cases)

    def state(of: Job) -> str:
        of.refresh_from_db()
        return of.state

    def turned(until_state: str, of: Job) -> bool:
        runner.turn()
        return state(of) == until_state

    made = "turned-made"
    for name in (made, "turned-stopped", "turned-closed"):
        browser.post("/planning/cases/tiny/ask", {"name": name})
    first, second, third = Job.objects.order_by("pk")
    taken = Job.objects.create(name="tiny", case="tiny", language="en", asked_by="paula")  # since it was asked for
    try:
        until(lambda: turned("done", first))
        assert first.step["total"] > 0 and browser.get(f"/api/planning/{first.pk}").json()["plan"] == f"/plans/{made}"
        runner.turn()
        assert (state(second), state(third)) == ("running", "waiting")
        assert "encore" in browser.get(f"/planning/{second.pk}", headers={"accept-language": "fr"}).content.decode()
        browser.post(f"/planning/{second.pk}/stop")
        until(lambda: turned("stopped", second))
        until(lambda: turned("running", third))
        Job.objects.filter(pk=third.pk).update(runner="another")  # as if another server had taken it up
        until(lambda: turned("failed", taken))
        assert not runner.children and "nothing was written over" in taken.said
    finally:
        for child in runner.children:
            child.end()
        shutil.rmtree(store / "plans" / made, ignore_errors=True)
    assert not (store / "plans" / "turned-stopped").exists()


def test_a_runner_that_is_closed_ends_its_child(client_of: Any, cases: Path, store: Path) -> None:
    from rampart.web.plans.job import Job
    from rampart.web.plans.runner import Runner

    client_of("paula").post("/planning/cases/tiny/ask", {"name": "closed"})
    runner = Runner(store / "plans", cases)
    runner.start()
    until(lambda: bool(runner.children))
    (child,) = runner.children
    runner.close()
    assert child.process.poll() is not None
    job = Job.objects.get()
    assert job.state == "failed" and not (store / "plans" / "closed").exists()


# -- with a server and its children ----------------------------------------------------------------------------------


class Browser:
    """A browser that knows cookies and forms only."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self.opener.open(self.address + path, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def send(self, on: str, path: str, **fields: str) -> str:
        """Send the form of a page; gives where that led."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(on))
        assert token
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        request = urllib.request.Request(self.address + path, body, headers={"Referer": self.address + on})
        with self.opener.open(request, timeout=PATIENCE) as answer:
            return str(answer.url)


def planner(address: str) -> Browser:
    browser = Browser(address)
    browser.send("/sign-in", "/sign-in", username="paula", password=PASSWORD)
    return browser


def rows(store: Path, what: str) -> list[Any]:
    with sqlite3.connect(store / "store.sqlite3", timeout=30) as stored:
        return stored.execute(f"SELECT {what} FROM jobs ORDER BY id").fetchall()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.1)


def children_of(parent: int) -> list[int]:
    """Processes that a process started."""
    return [int(p) for p in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()] + [
        int(p)
        for task in Path(f"/proc/{parent}/task").iterdir()
        if task.name != str(parent)
        for p in (task / "children").read_text().split()
    ]


def lives(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def staff(tmp_path: Path) -> Path:
    store = new_store(tmp_path / "staff", paula=("alliance_planner", ""))
    for name in ("tiny", "alliance-2023"):
        (store / "cases" / name).symlink_to(CASES / name)
    return store


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")


@pytest.mark.docs
@linux
def test_a_plan_is_made_followed_and_read_and_others_are_stopped_or_fail(tmp_path: Path) -> None:
    store = staff(tmp_path)
    with served(store) as (address, process):
        said = rampart_says("serve", "--store", str(store), "--port", "0", code=1)
        assert "served already" in said
        browser = planner(address)
        led = browser.send("/planning/cases/tiny", "/planning/cases/tiny/ask", change="offensive", name="first")
        until(lambda: rows(store, "state")[0][0] == "done")
        page = browser.get(led.removeprefix(address))
        assert 'href="/plans/first"' in page and "hx-trigger" not in page
        assert "half as much again" in browser.get("/planning/cases/tiny")
        assert "Plan" in browser.get("/plans/first")
        by_hand = rampart_says(
            "plan", str(CASES / "tiny"), "--with", "offensive", "-o", str(tmp_path / "by-hand"), "--no-report"
        )
        assert by_hand
        for table in ("stock", "orders"):
            mine = (store / "plans" / "first" / f"{table}.parquet").read_bytes()
            assert mine == (tmp_path / "by-hand" / f"{table}.parquet").read_bytes()

        # One runs, one waits; the one that runs is stopped, the next begins, and fails when its child is killed.
        browser.send(
            "/planning/cases/alliance-2023", "/planning/cases/alliance-2023/ask", change="no-fleets", name="long"
        )
        browser.send(
            "/planning/cases/alliance-2023", "/planning/cases/alliance-2023/ask", change="no-fleets", name="next"
        )
        until(lambda: rows(store, "state, step")[1][1] != "{}")
        assert [state for (state,) in rows(store, "state")] == ["done", "running", "waiting"]
        page = browser.get("/planning/2")
        assert "<progress" in page and "hx-trigger" in page and "Working at" in page
        (child,) = children_of(process.pid)
        browser.send("/planning/2", "/planning/2/stop")
        until(lambda: rows(store, "state")[1][0] == "stopped")
        assert not lives(child) and not (store / "plans" / "long").exists()
        until(lambda: len(children_of(process.pid)) == 1 and children_of(process.pid) != [child])
        os.kill(children_of(process.pid)[0], signal.SIGKILL)
        until(lambda: rows(store, "state")[2][0] == "failed")


@pytest.mark.docs
@linux
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_no_child_outlives_its_server(tmp_path: Path, how: signal.Signals) -> None:
    store = staff(tmp_path)
    with served(store) as (address, process):
        browser = planner(address)
        browser.send(
            "/planning/cases/alliance-2023", "/planning/cases/alliance-2023/ask", change="no-fleets", name="long"
        )
        until(lambda: rows(store, "step")[0][0] != "{}")  # in the midst of solving
        (child,) = children_of(process.pid)
        process.send_signal(how)
        process.wait(PATIENCE)
        until(lambda: not lives(child))
    with sqlite3.connect(store / "store.sqlite3") as stored:  # as if the lease had run out
        stored.execute("UPDATE jobs SET heard = '2020-01-01 00:00:00'")
    with served(store):
        until(lambda: rows(store, "state")[0][0] == "failed")
    assert not (store / "plans" / "long").exists()


def test_the_child_ends_when_nobody_holds_its_input(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "rampart.web.plans.child", "plan", str(CASES / "alliance-2023"), "-o"]
    with subprocess.Popen([*words, str(tmp_path / "made")], stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(PATIENCE) == 143
    assert not (tmp_path / "made").exists()
