"""Seconds that signing in takes while 100,000 entries are imported into the ledger of the same store, against an idle server.

``python -m benchmarks.sign_in`` makes a store, serves it as `rampart serve` does, and prints median and longest of each. Two
stores are the reason: on one file a sign-in waited 8 to 12 seconds for the batch.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from benchmarks.ledger import document

PASSWORD = "a wall of many stones"
LINES = 100
"""Entries of a document, half of them lots that come in."""


def sign_in(address: str) -> float:
    """Seconds from the page to the first page after it, for a browser that nobody has used."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    begun = time.perf_counter()
    with opener.open(f"{address}/sign-in", timeout=600) as answer:
        token = answer.read().decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "username": "vera", "password": PASSWORD}).encode()
    with opener.open(urllib.request.Request(f"{address}/sign-in", form, {"Referer": address}), timeout=600) as answer:
        assert "sign-in" not in answer.url, answer.url
    return time.perf_counter() - begun


def importing(ledger: Path, entries: int) -> None:
    """Post so many entries in one batch; a process of its own calls it."""
    from rampart.ledger.ledger import open_ledger

    with open_ledger(ledger) as there:
        there.post(*[document(n, LINES // 2) for n in range(entries // LINES)])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--import-into", type=Path, default=None, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.import_into is not None:
        importing(asked.import_into, asked.entries)
        return
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(scratch) / "staff"
        rampart = [sys.executable, "-m", "rampart"]
        subprocess.run([*rampart, "db", "upgrade", "--store", str(store)], check=True, stdout=subprocess.DEVNULL)
        add = [*rampart, "people", "add", "vera", "--role", "viewer", "--nation", "*", "--store", str(store)]
        subprocess.run(add, input=PASSWORD + "\n", text=True, check=True, stdout=subprocess.DEVNULL)
        serve = [*rampart, "serve", "--store", str(store), "--port", "0"]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
            try:
                assert server.stdout is not None
                line = server.stdout.readline()
                address = line[line.index("http") :].split()[0].rstrip("/")
                told("idle", [sign_in(address) for _ in range(8)])
                ledger = ["--entries", str(asked.entries), "--import-into", str(store / "alliance.ledger")]
                begun, taken = time.perf_counter(), []
                with subprocess.Popen([sys.executable, "-m", "benchmarks.sign_in", *ledger]) as batch:
                    while batch.poll() is None:
                        taken.append(sign_in(address))
                assert batch.returncode == 0
                told(f"during an import of {asked.entries:,} entries ({time.perf_counter() - begun:.1f} s)", taken)
            finally:
                server.terminate()


def told(what: str, seconds: list[float]) -> None:
    """A line of the answer."""
    print(
        f"{what}: median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s, {len(seconds)} sign-ins",
        flush=True,
    )


if __name__ == "__main__":
    main()
