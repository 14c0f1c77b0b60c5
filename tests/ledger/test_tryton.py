"""Another bookkeeper that nobody here wrote, Tryton's stock by lots, agrees: the same stocks and transits on every day.

It lives in an environment of its own, made for the test, since it needs packages that nothing else here does.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.small_ledgers import doc
from ledger.test_postgres import AT, story
from rampart.ledger.documents import OUTCOMES
from rampart.ledger.ledger import Ledger, open_ledger
from rampart.ledger.store.opening import LedgerError

PACKAGES = ("trytond-stock-lot>=8.2,<8.3",)
DAYS = ("2024-02-15", "2024-03-31", "2024-05-12", "2024-06-14", "2024-12-31")
OUTSIDE = {"production": "made", "use": "used", "issue": "issued"}
Move = tuple[str, str, str, int, str]
"""From, to, lot, quantity, day."""

SCRIPT = """
import datetime, json, os, sys
from unittest.mock import patch

os.environ.setdefault("DB_NAME", ":memory:")
from trytond.tests.test_tryton import activate_module, with_transaction
activate_module(["stock_lot"])
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.transaction import Transaction

asked = json.load(sys.stdin)

@with_transaction()
def books(story):
    pool = Pool()
    Location, Move, Lot = (pool.get(name) for name in ("stock.location", "stock.move", "stock.lot"))
    Product = pool.get("product.product")
    unit, = pool.get("product.uom").search([("name", "=", "Unit")])
    template, = pool.get("product.template").create([{"name": "round", "type": "goods", "default_uom": unit.id}])
    product, = Product.create([{"template": template.id}])
    company = create_company()
    with set_company(company), patch.object(Move, "check_origin", return_value=set()):
        names = sorted({place for move in story for place in move[:2]})
        made = Location.create([
            {"name": name, "type": "storage" if name.startswith(("stock", "transit")) else "lost_found"} for name in names
        ])
        place = dict(zip(names, made))
        numbers = sorted({move[2] for move in story if move[2]})
        lot = dict(zip(numbers, Lot.create([{"number": number, "product": product.id} for number in numbers])))
        moves = Move.create([
            {"product": product.id, "lot": lot[which].id if which else None, "unit": unit.id, "quantity": quantity,
             "from_location": place[one].id, "to_location": place[other].id, "company": company.id,
             "effective_date": datetime.date.fromisoformat(day), "planned_date": datetime.date.fromisoformat(day)}
            for one, other, which, quantity, day in story
        ])
        Move.do(moves)
        called = {of.id: number for number, of in lot.items()} | {None: ""}
        holding = {of.id: name for name, of in place.items() if of.type == "storage"}
        found = []
        for day in asked["days"]:
            with Transaction().set_context(stock_date_end=datetime.date.fromisoformat(day)):
                there = Product.products_by_location(
                    list(holding), grouping=("product", "lot"), grouping_filter=([product.id],)
                )
            found.append(sorted([holding[at], called[of], int(n)] for (at, _, of), n in there.items() if n))
    return found

print("told" + json.dumps([books(story) for story in asked["stories"]]))
"""


@pytest.fixture(scope="module")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment in which Tryton is; skipped where it cannot be installed."""
    place = tmp_path_factory.mktemp("tryton")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = place / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"{PACKAGES[0]} cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
    return python


def moves(ledger: Ledger) -> Iterator[Move]:
    """The documents of a ledger as another would book them; what is taken back never was."""
    documents = [b.document for b in ledger.documents()]
    back = {(d.nation, d.reverses) for d in documents if d.kind == "reversal"}
    for d in documents:
        if (d.nation, d.key) in back or d.kind.startswith("outcome"):
            continue  # what a receipt makes of the sender's transit is one move with it
        for line in d.lines:
            here, rest = f"stock {d.nation}", (line.lot, line.quantity, d.day)
            if d.kind == "production":
                yield ("made", here, *rest)
            elif d.kind in ("use", "issue"):
                yield (here, OUTSIDE[d.kind], *rest)
            elif d.kind == "dispatch":
                yield (here, f"transit {d.nation} {d.key}", *rest)
            elif d.kind == "receipt":
                to = {"received": here, "returned": f"stock {d.sender}"}.get(line.outcome, line.outcome)
                yield (f"transit {d.sender} {d.of}", to, *rest)


def arrive(ledger: Ledger, rng: random.Random) -> None:
    """Receipts of some units that are on the way, whatever becomes of each."""
    for n, b in enumerate(b for b in ledger.balances() if b.account.kind == "transit"):
        for k, outcome in enumerate(rng.sample(OUTCOMES, min(b.quantity, 3))):
            said = {"lot": b.account.lot, "outcome": outcome, "reason": "r", "sender": b.nation, "of": b.account.of}
            day = f"2024-06-1{rng.randint(0, 9)}"
            ledger.post(doc(f"in {n} {k}", "receipt", day, 1, nation=b.account.holder, **said))


@pytest.mark.slow
def test_tryton_agrees_on_random_ledgers(tryton: Path, tmp_path: Path) -> None:
    stories, want, kinds = list[list[Move]](), list[list[list[tuple[str, str, int]]]](), set[str]()
    for seed in range(20):
        with open_ledger(tmp_path / f"{seed}", create=True) as ledger:
            for n, posting in enumerate(story(random.Random(seed))):
                try:
                    ledger.post(*posting, at=AT + n)
                except LedgerError:
                    continue
            arrive(ledger, random.Random(f"arrives {seed}"))
            stories.append(list(moves(ledger)))
            kinds |= {to.split()[0] for _, to, *_ in stories[-1]}
            want.append([])
            for day in DAYS:
                there = [
                    (" ".join(filter(None, (b.account.kind, b.nation, b.account.of))), b.account.lot, b.quantity)
                    for b in ledger.balances(on=day)
                    if b.account.kind in ("stock", "transit")
                ]
                want[-1].append(sorted(there))
    assert kinds == {"stock", "transit", "used", "issued", "lost", "condemned"}, kinds
    asked = json.dumps({"stories": stories, "days": DAYS})
    done = subprocess.run(
        [tryton, "-c", SCRIPT], input=asked, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.partition("told")[2])
    assert told == json.loads(json.dumps(want))
    assert sum(len(day) for story_ in want for day in story_) > 300
