"""``rampart sustain`` as a command at size: a depot and nineteen bases, twelve months, twice the use for three of them.

``python -m benchmarks.fleet_command [PARTS ...]`` writes a case of so many parts, runs the command as a user does, without
draws, first without a report, then with it, and prints CPU seconds and peak memory. Removals of a system do not grow with the
number of parts. Imports are those of an installed package, so run it twice where bytecode is not there yet.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

SITES, SYSTEMS, USE = 20, 20, 100
MONTH = 365.25 / 12


def write_case(folder: Path, parts: int, seed: int = 1) -> Path:
    """A case of so many parts; a part in two is repaired at its base now and then."""
    rng = np.random.default_rng(seed)
    rate = rng.lognormal(0.0, 1.2, parts)
    rate *= 0.02 / rate.sum()  # removals of a system in use a day, all parts together
    days, price = rng.uniform(10.0, 45.0, parts).round(1), rng.lognormal(7.0, 1.5, parts).round(2)
    held = np.ceil(0.7 * rate * SYSTEMS * (SITES - 1) * days)
    names, bases = [f"p{n}" for n in range(parts)], [f"b{n}" for n in range(SITES - 1)]
    folder.mkdir(parents=True)

    def table(name: str, heads: str, rows: Iterable[Sequence[object]]) -> None:
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(heads.split())
            writer.writerows(rows)

    table("settings", "setting value", [("title_en", "size"), ("start", "2025-01"), ("end", "2025-12"),
                                        ("currency", "EUR"), ("money_unit", "one")])  # fmt: skip
    table("nations", "nation name_en role", [("XAA", "A", "member")])
    table(
        "sites", "site name_en supplier order_ship", [("depot", "depot", "", ""), *((b, b, "depot", 8) for b in bases)]
    )
    table("parts", "part name_en price lead_time", ((p, p, price[n], 90) for n, p in enumerate(names)))
    table("breakdown", "parent part quantity life",
          (("system", p, 1, USE / MONTH / rate[n]) for n, p in enumerate(names)))  # fmt: skip
    table("fleets", "fleet name_en type holder site needed price lead_time",
          ((f"f-{b}", b, "system", "XAA", b, SYSTEMS, 3e6, 12) for b in bases))  # fmt: skip
    table("fleet_arrivals", "fleet quantity", ((f"f-{b}", SYSTEMS) for b in bases))
    table("fleet_use", "fleet from use",
          ((f"f-{b}", m, u) for b in bases for m, u in (("", USE), ("2025-04", 2 * USE), ("2025-07", USE))))  # fmt: skip
    repairs = [(p, "depot", 1, days[n]) for n, p in enumerate(names)]
    table("repairs", "part site repaired turnaround", [*repairs, *((p, b, 0.2, 8) for p in names[::2] for b in bases)])
    table("part_stocks", "part site quantity", ((p, "depot", int(held[n])) for n, p in enumerate(names)))
    return folder


def run(case: Path, *words: str) -> tuple[float, float]:
    """CPU seconds and peak MiB of one command."""
    command = [
        sys.executable,
        "-m",
        "rampart",
        "sustain",
        str(case),
        "--draws",
        "0",
        "-o",
        str(case.parent / "out"),
        "--force",
    ]
    child = subprocess.Popen([*command, *words], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"rampart sustain ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    print("parts     report   CPU s    MiB")
    for parts in [int(one) for one in sys.argv[1:]] or [100, 300, 1000]:
        with TemporaryDirectory() as folder:
            case = write_case(Path(folder) / "case", parts)
            for told, words in (("without", ("--no-report",)), ("with", ())):
                seconds, memory = run(case, *words)
                print(f"{parts:<9} {told:<8} {seconds:<8.2f} {memory:.0f}", flush=True)


if __name__ == "__main__":
    main()
