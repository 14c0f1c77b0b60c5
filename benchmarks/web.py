"""The web application under load: ``python -m benchmarks.web``. Prints what readers wait for a page, idle and in company.

A store with a ledger of a million entries and a plan of 32 nations, 100 items and 120 months is served as `rampart serve`
does. One reader walks through the pages while nobody else does; then fifty, each thinking five seconds between two pages,
while a plan is made in the background. Measured at the reader, over the loopback, with what the page itself takes; by turns,
so that what else the machine does weighs on both alike.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks.large_plan import LARGE, large_plan

ROOT = Path(__file__).parents[1]
PASSWORD = "a wall of many stones"
PAGES = (
    "/", "/plans/large", "/plans/large/decisions", "/plans/large/schedule", "/plans/large/schedule?by=quarter",
    "/plans/large/tables/stock", "/plans/large/tables/stock?filter=holder:N03&sort=-closing",
    "/plans/large/tables/orders?q=N07", "/plans/large/nations/N03", "/plans/large/items/item-03",
    "/plans/large/lines/item-03-0", "/plans/large/why?holder=N03&item=item-03", "/plans/large/sources",
    "/plans/large/package", "/ledger", "/ledger?q=N03&sort=-quantity", "/ledger/documents", "/returns",
)  # fmt: skip
"""What readers look at, each as often as another."""


@dataclass(frozen=True)
class Turn:
    """Seconds that readers waited, by page: nobody else there, and then in company; and that the server worked at them."""

    idle: dict[str, list[float]]
    loaded: dict[str, list[float]]
    idle_work: float
    loaded_work: float

    @property
    def work(self) -> float:
        """How many times as much of the processor a page takes in company."""
        idle, loaded = (sum(len(of) for of in part.values()) for part in (self.idle, self.loaded))
        return (self.loaded_work / loaded) / (self.idle_work / idle)

    @property
    def waits(self) -> float:
        """How many times as long as the processor works a reader alone waits: about one where the machine does nothing else."""
        return sum(s for of in self.idle.values() for s in of) / self.idle_work

    @property
    def times(self) -> float:
        """How many times as long the median page takes in company."""
        idle, loaded = (statistics.median(s for of in part.values() for s in of) for part in (self.idle, self.loaded))
        return loaded / idle


@dataclass(frozen=True)
class Measured:
    """Turns of a reader alone and of readers in company."""

    turns: list[Turn]

    @property
    def work(self) -> float:
        """How many times as much of the processor a page takes in company, in the median turn."""
        return statistics.median(turn.work for turn in self.turns)

    @property
    def waits(self) -> float:
        """How many times as long as the processor works a reader alone waits, in the median turn."""
        return statistics.median(turn.waits for turn in self.turns)

    def of(self, part: str) -> dict[str, list[float]]:
        """Seconds by page, of all turns; ``idle`` or ``loaded``."""
        return {page: [s for turn in self.turns for s in getattr(turn, part)[page]] for page in PAGES}

    @property
    def medians(self) -> tuple[float, float]:
        """Of all pages, idle and loaded, seconds."""
        return tuple(statistics.median(s for of in self.of(p).values() for s in of) for p in ("idle", "loaded"))  # type: ignore[return-value]

    @property
    def times(self) -> float:
        """How many times as long the median page takes in company, in the median turn."""
        return statistics.median(turn.times for turn in self.turns)


def command(*words: str, given: str = "") -> None:
    """Run a verb of Rampart."""
    ran = subprocess.run([sys.executable, "-m", "rampart", *words], input=given, capture_output=True, text=True)
    if ran.returncode not in (0, 1, 3):
        raise RuntimeError(ran.stdout + ran.stderr)


def make_store(store: Path, *, entries: int) -> None:
    """A store with accounts, the plan and the ledger."""
    import rampart

    command("db", "upgrade", "--store", str(store))
    command("people", "add", "paula", "--role", "alliance_planner", "--store", str(store), given=PASSWORD + "\n")
    case = ROOT / "cases" / "alliance-2023"
    (store / "cases" / case.name).symlink_to(case)
    like = rampart.plan(rampart.read_case(ROOT / "cases" / "tiny"), reasons="all")
    large_plan(like).save(store / "plans" / "large")
    fill_ledger(store / "alliance.ledger", entries)


def fill_ledger(path: Path, entries: int) -> None:
    """Productions of every nation and item, in five lots each, until there are so many entries."""
    from rampart.ledger.documents import Document, Line
    from rampart.ledger.ledger import open_ledger

    case = large_case_codes()
    with open_ledger(path) as ledger:
        made: list[Document] = []
        for n in range(entries // 100):
            nation = case.nations[n % len(case.nations)]
            day = (date(2024, 1, 1) + timedelta(days=n * 70_000 // entries)).isoformat()
            first = n // len(case.nations) * 50
            items = [case.items[(first + k) % len(case.items)] for k in range(50)]
            lines = tuple(Line(item, 5, lot=f"L{n % 5}") for item in items)
            made.append(Document(nation, f"k{n}", "production", day, "clerk", "voucher", "published", lines))
            if len(made) == 200:
                ledger.post(*made)
                made = []
        ledger.post(*made)


@dataclass(frozen=True)
class Codes:
    """Nations and items of the large plan."""

    nations: list[str]
    items: list[str]


def large_case_codes() -> Codes:
    """Codes of the case of the large plan."""
    from benchmarks.cases import synthetic_case

    case = synthetic_case(LARGE)
    return Codes([n for n in case["nations"]["nation"] if n.startswith("N")], case["items"]["item"].to_list())


def worked(process: int) -> float:
    """Seconds of the processor that a process has taken, without its children."""
    user, system = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(store: Path) -> Iterator[tuple[str, int]]:
    """The address at which a store is served, and by which process."""
    words = [sys.executable, "-m", "rampart", "serve", "--store", str(store), "--port", "0"]
    told = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=told) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+/", process.stdout.readline())
            assert found
            yield found[0].rstrip("/"), process.pid
        finally:
            process.terminate()
            process.wait(timeout=120)


class Browser:
    """A reader that is signed in."""

    def __init__(self, address: str, name: str) -> None:
        self.address = address
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.post("/sign-in", f"{address}/sign-in", username=name, password=PASSWORD)

    def get(self, path: str) -> float:
        """Seconds until the whole page is there."""
        began = time.perf_counter()
        with self.opener.open(self.address + path, timeout=300) as answer:
            answer.read()
        return time.perf_counter() - began

    def post(self, form: str, to: str, **fields: str) -> str:
        """Send a form of a page; the address that is shown then."""
        with self.opener.open(self.address + form, timeout=300) as answer:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
        assert token
        data = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token[1]}).encode()
        with self.opener.open(urllib.request.Request(to, data, {"Referer": self.address}), timeout=300) as answer:
            return str(answer.url)


def measure(store: Path, *, readers: int, think: float, seconds: float, turns: int = 4) -> Measured:
    """Walk through the pages alone, then in company while a plan is made, by turns.

    seconds  in company, of all turns
    """
    found = []
    with served(store) as (address, server):
        first, *others = (Browser(address, "paula") for _ in range(1 + min(readers, 5)))
        for page in PAGES:
            first.get(page)  # what is made once is made
        for _ in range(turns):
            before = worked(server)
            idle = {page: [first.get(page), first.get(page)] for page in PAGES}
            alone = worked(server) - before
            ask = "/planning/cases/alliance-2023"
            plan = first.post(ask, f"{address}{ask}/ask", change="no-fleets", name=f"made-{time.time_ns()}")
            before = worked(server)
            loaded = in_company(others, readers=readers, think=think, seconds=seconds / turns)
            together = worked(server) - before
            first.post(plan.removeprefix(address), f"{plan}/stop")
            found.append(Turn(idle, loaded, alone, together))
    return Measured(found)


def in_company(browsers: list[Browser], *, readers: int, think: float, seconds: float) -> dict[str, list[float]]:
    """Seconds that readers waited who share these browsers, by page."""
    found: dict[str, list[float]] = {page: [] for page in PAGES}
    until = time.monotonic() + seconds

    def read(browser: Browser, draw: random.Random) -> None:
        time.sleep(draw.uniform(0, think))
        while time.monotonic() < until:
            page = draw.choice(PAGES)
            found[page].append(browser.get(page))
            time.sleep(draw.expovariate(1 / think))

    threads = [
        threading.Thread(target=read, args=(browsers[n % len(browsers)], random.Random(n))) for n in range(readers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web")
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries of the ledger")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--think", type=float, default=5.0, help="mean seconds between two pages")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the measurement in company")
    parser.add_argument(
        "--store", type=Path, help="a store made before; one is made and taken away where none is named"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rampart-bench-") as scratch:
        store = asked.store or Path(scratch) / "store"
        if not (store / "plans" / "large").is_dir():
            make_store(store, entries=asked.entries)
        found = measure(store, readers=asked.readers, think=asked.think, seconds=asked.seconds)
    print(f"{'page':<60} {'idle ms':>8} {'loaded ms':>10} {'times':>6}")
    in_company_s = found.of("loaded")
    for page, of in found.of("idle").items():
        there = in_company_s[page]
        said = f"{1000 * statistics.median(there):>10.0f} {len(there):>6}" if there else f"{'-':>10} {0:>6}"
        print(f"{page:<60} {1000 * statistics.median(of):>8.0f} {said}")
    idle, loaded = found.medians
    print(f"median page: idle {1000 * idle:.0f} ms, loaded {1000 * loaded:.0f} ms, {found.times:.2f} times")
    print(f"by turns: {', '.join(f'{turn.times:.2f}' for turn in found.turns)} times")
    print(f"processor a page: {found.work:.2f} times; alone a reader waits {found.waits:.1f} times as long as it works")
    print(f"load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
