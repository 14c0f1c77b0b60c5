"""What the benchmark of the ledger compares with is the same: rows, hashes and entries that verify."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.ledger import Alone, document, main

from rampart.ledger.ledger import open_ledger


def test_both_write_the_same_ledger(tmp_path: Path) -> None:
    alone = Alone(tmp_path / "alone")
    documents = [document(n, 3) for n in range(4)]
    alone.write(*documents[:3])
    alone.write(documents[3])
    alone.store.close()
    with open_ledger(tmp_path / "ours", create=True) as ours, open_ledger(tmp_path / "alone") as other:
        ours.post(*documents)
        assert other.verify() == [] and ours.balances() == other.balances()
        assert [(d.key, d.asked, d.body) for d in ours.documents()] == [
            (d.key, d.asked, d.body) for d in other.documents()
        ]


def test_it_prints_shares(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["ledger", "--single", "3", "--batch", "200", "--rounds", "3"])
    main()
    assert capsys.readouterr().out.count("sqlite3 alone") == 4
