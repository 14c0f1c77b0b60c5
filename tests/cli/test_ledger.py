"""The verbs of the ledger, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.servers import Server, server
from places import ROOT
from rampart.cli.main import main

__all__ = ["server"]
ROWS = """nation,key,kind,day,author,source,to,stands,item,quantity,lot
XAA,p1,production,2024-01-10,clerk,voucher,,,round,100,00123
XAA,d1,dispatch,2024-02-01,clerk,voucher,XUU,,round,60,00123
XAA,c1,count,2024-02-02,clerk,list,,after,round,38,00123
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jan.csv").write_text(ROWS, encoding="utf-8")
    assert rampart("open a.ledger") == (
        0, "Ledger a.ledger: 0 chain(s), 0 document(s)\n"
        "On SQLite only this program keeps one nation's rows from another: guard the file.\n"
    )  # fmt: skip
    assert rampart("post a.ledger jan.csv") == (0, "3 document(s) posted, 0 there already\n")
    return tmp_path


def rampart(words: str, lang: str = "en") -> tuple[int, str]:
    run = CliRunner().invoke(main, ["ledger", *words.split(), "--lang", lang])
    return run.exit_code, run.output


def test_balances(here: Path) -> None:
    code, text = rampart("balance a.ledger", "fr")
    assert code == 0
    assert text.splitlines()[0].split() == [
        "nation", "compte", "propriétaire", "détenteur", "article", "lot", "état", "relatif", "à", "quantité",
    ]  # fmt: skip
    assert "XAA     stock" in text and text.splitlines()[1].endswith("40") and "serviceable" not in text
    assert "en route" in text and " bon " in text
    run = json.loads(rampart("balance a.ledger --json --on 2024-01-15 --item round")[1])
    assert [(row["kind"], row["quantity"]) for row in run] == [("stock", 100)]
    assert len(json.loads(rampart("balance a.ledger --json --all")[1])) == 3
    (delivery,) = json.loads(rampart("balance a.ledger --json --deliveries")[1])
    assert delivery["in_transit"] == 60 and delivery["delivered"] == 0
    assert rampart("balance a.ledger --item pen") == (0, "Nothing.\n")
    assert rampart("balance a.ledger --on soon")[0] == 2
    assert rampart("balance a.ledger --known soon")[0] == 1


def test_counts_and_audit(here: Path) -> None:
    (row,) = json.loads(rampart("count a.ledger --json")[1])
    assert (row["counted"], row["booked"], row["difference"]) == (38, 40, -2)
    code, text = rampart("audit a.ledger", "fr")
    assert code == 0 and "38 comptés" in text


def test_the_same_again_and_a_bad_file(here: Path) -> None:
    assert rampart("post a.ledger jan.csv", "fr") == (0, "0 document(s) comptabilisé(s), 3 déjà présent(s)\n")
    assert all(row["there"] for row in json.loads(rampart("post a.ledger jan.csv --json")[1]))
    (here / "feb.csv").write_text(ROWS.replace("p1", "p2").replace(",100,", ",many,"), encoding="utf-8")
    code, text = rampart("post a.ledger jan.csv feb.csv")
    assert code == 1 and "feb.csv, row 2, column quantity: “many”" in text
    assert rampart("post a.ledger jan.csv --nation XBB")[0] == 1
    assert rampart("balance none.ledger")[0] == 1


def test_seal_verify_export_backup_restore_upgrade(here: Path) -> None:
    assert rampart("seal a.ledger seal.json")[0] == 0
    assert rampart("seal a.ledger seal.json")[0] == 2  # never over what is there
    assert rampart("verify a.ledger --seal seal.json") == (0, "0 errors, 0 warnings and notes\n")
    assert rampart("export a.ledger out.json") == (0, "3 document(s): out.json\n")
    assert rampart("export a.ledger out.csv")[0] == 0 and (here / "out.csv").read_text().startswith("nation,key,")
    (here / "of.any.name").write_bytes((here / "out.json").read_bytes())
    assert rampart("post a.ledger out.csv of.any.name") == (0, "0 document(s) posted, 6 there already\n")
    assert rampart("backup a.ledger copy")[0] == 0
    assert rampart("restore copy b.ledger") == (0, "Ledger: b.ledger\n")
    assert rampart("post b.ledger out.json") == (0, "0 document(s) posted, 3 there already\n")
    assert rampart("restore copy b.ledger")[0] == 2
    assert rampart("upgrade b.ledger") == (0, "Version 5 before, 5 now\n")
    assert rampart("open c.ledger")[0] == 0
    code, text = rampart("verify c.ledger --seal seal.json")
    assert code == 1 and "rewritten or cut" in text


def test_a_case_that_starts_from_the_ledger(here: Path) -> None:
    tiny = ROOT / "cases" / "tiny"
    code, text = rampart(f"stock a.ledger {tiny} -o new --on 2024-02-10", "fr")
    assert code == 0 and "3 lignes de stock ne sont pas au registre le 2024-02-10" in text
    assert ",round,40,2024-01,serviceable," in (here / "new" / "stocks.csv").read_text(encoding="utf-8")
    assert rampart(f"stock a.ledger {tiny} -o new")[0] == 2
    assert rampart(f"stock a.ledger {tiny} -o new2 --on soon")[0] == 2


def test_an_export_for_the_public(here: Path) -> None:
    assert rampart("export a.ledger all.csv --as csv --for public") == (0, "0 document(s): all.csv\n")


def test_a_ledger_on_a_server(server: Server, here: Path) -> None:
    owner = server.url("owner", "postgres").replace("/postgres?", "/by_verbs?")
    server.sql("postgres", "DROP DATABASE IF EXISTS by_verbs", "CREATE DATABASE by_verbs OWNER owner")
    assert rampart(f"upgrade {owner}") == (0, "Version 0 before, 5 now\n")
    server.login("login_verbs", database="by_verbs")
    code, text = rampart(f"admit {owner} login_verbs --nation XAA")
    assert (code, text) == (0, "login_verbs speaks for: XAA\n")
    url = server.url("login_verbs", "by_verbs")
    assert rampart(f"post {url} jan.csv") == (0, "3 document(s) posted, 0 there already\n")
    assert "protéger" not in rampart(f"open {url}", "fr")[1]
    (row,) = json.loads(rampart(f"balance {url} --json --on 2024-01-15")[1])
    assert row["quantity"] == 100
    assert rampart(f"seal {url} heads.json")[0] == 0 and rampart(f"verify {url} --seal heads.json")[0] == 0
    assert rampart(f"backup {url} copy")[0] == 1 and rampart(f"restore copy {url}")[0] == 1
    assert rampart(f"open {owner}")[0] == 1
    assert rampart("admit a.ledger somebody")[0] == 2
