"""Packs: what was counted in packs is booked in units, exactly or not at all, and a factor changed later changes nothing."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ledger.actual.went_as_planned import tiny
from ledger.small_ledgers import doc, refused
from rampart.case.from_rows import frame_of
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.ledger.documents import Line
from rampart.ledger.exporting import export
from rampart.ledger.handed_in import read_documents
from rampart.ledger.ledger import open_ledger
from rampart.ledger.packs import factors_of, in_packs, packs_of, told, units
from rampart.ledger.store.opening import LedgerError

HEAD = "nation,key,kind,day,author,source,item,quantity,pack,packs,factor\n"
ROW = "XAA,p,production,2024-01-10,clerk,voucher,round,{},{},{},{}\n"


def packed(units: int = 40) -> Case:
    rows = [{"item": "round", "pack": "pallet", "units": units}, {"item": "round", "pack": "third", "units": 3}]
    return tiny().with_tables({"packs": frame_of("packs", rows)})


def handed_in(folder: Path, *cells: object, factors: dict[tuple[str, str], int] | None = None) -> Line | list[str]:
    """The line of a file with one row, or the codes of what stands against it."""
    (folder / "f.csv").write_text(HEAD + ROW.format(*cells), encoding="utf-8")
    try:
        return read_documents(folder / "f.csv", factors=factors)[0].lines[0]
    except LedgerError as wrong:
        return [f.code for f in wrong.findings]


def test_the_factor_is_written_into_the_document(tmp_path: Path) -> None:
    now, later = factors_of(packed(40)), factors_of(packed(44))
    line = handed_in(tmp_path, "", "pallet", "2.5", "", factors=now)
    assert line == Line("round", 100, pack="pallet", packs="2.5", factor=40)
    with open_ledger(tmp_path / "a", create=True) as ledger:
        ledger.post(doc("p", "production", "2024-01-10", lines=[line]))
        (tmp_path / "out.csv").write_text(export(ledger.documents(), "csv"), encoding="utf-8")
        (tmp_path / "out.json").write_text(export(ledger.documents(), "json"), encoding="utf-8")
        for file in ("out.csv", "out.json"):  # both figures are in an export, which is the same document again
            (again,) = ledger.post(*read_documents(tmp_path / file))
            assert again.there
        assert [b.quantity for b in ledger.balances() if b.account.kind == "stock"] == [100]
        assert ledger.verify() == []
    assert handed_in(tmp_path, "", "pallet", "2.5", "", factors=later) == Line(
        "round", 110, pack="pallet", packs="2.5", factor=44
    )


def test_what_does_not_convert_exactly_is_refused(tmp_path: Path) -> None:
    now = factors_of(packed())
    for cells, code in {
        ("", "pallet", "2.51", ""): "ledger-pack-no-units", ("", "pallet", "two", ""): "ledger-pack-no-units",
        ("", "crate", "2", ""): "ledger-pack-unknown", ("", "pallet", "2", "41"): "ledger-pack-other",
    }.items():  # fmt: skip
        assert handed_in(tmp_path, *cells, factors=now) == [code]
    assert handed_in(tmp_path, "", "pallet", "2", "") == ["ledger-blank"], "no catalogue, no factor"
    assert handed_in(tmp_path, "", "pallet", "2", "4.5") == ["ledger-quantity"]
    with open_ledger(tmp_path / "a", create=True) as ledger:
        for said, code in (
            ({"packs": "2"}, "ledger-packs-differ"), ({"packs": "2,5"}, "ledger-packs"), ({"packs": ""}, "ledger-blank"),
            ({"factor": 0}, "ledger-quantity"), ({"pack": ""}, "ledger-blank"),
        ):  # fmt: skip
            line = Line("round", 100, **({"pack": "pallet", "packs": "2.5", "factor": 40} | said))  # type: ignore[arg-type]
            assert refused(ledger, doc("p", "production", "2024-01-10", lines=[line])) == [code], said


def test_lots_that_the_store_chooses_are_told_in_packs_too(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a", create=True) as ledger:
        for lot, quantity in (("A", 10), ("B", 30)):
            ledger.post(doc(lot, "production", "2024-01-10", quantity, lot=lot, expires=f"203{quantity // 10}-01-01"))
        ledger.post(
            doc("u", "use", "2024-02-01", lines=[Line("round", 30, lot="*", pack="third", packs="10", factor=3)])
        )
        (used,) = (d.document for d in ledger.documents() if d.kind == "use")
        assert [(x.lot, x.quantity, x.packs) for x in used.lines] == [("A", 10, "10/3"), ("B", 20, "20/3")]
        assert ledger.verify() == []


@given(st.integers(1, 10_000), st.integers(1, 5000), st.integers(1, 9999))
def test_packs_and_units_are_one_quantity(whole: int, factor: int, part: int) -> None:
    line = Line("round", whole * factor, pack="p", packs=str(whole), factor=factor)
    other = in_packs(line, part)
    assert packs_of(other.packs) == Fraction(part, factor) if part != line.quantity else other == line
    assert units(other.packs, factor) == part
    assert units(f"{whole}.5", factor) == (None if factor % 2 else whole * factor + factor // 2)


def test_a_balance_in_packs() -> None:
    factors = {("round", "pallet"): 40, ("round", "box"): 4, ("other", "sack"): 2}
    assert [told(n, "round", factors) for n in (0, 3, 47, 160)] == ["0", "3", "1 pallet + 1 box + 3", "4 pallet"]
    assert told(47, "powder", factors) == "47"


def test_the_verbs(tmp_path: Path) -> None:
    case, file = packed().save(tmp_path / "case"), tmp_path / "f.csv"
    file.write_text(HEAD + ROW.format("", "pallet", 3, ""), encoding="utf-8")
    run = CliRunner().invoke(main, ["ledger", "open", str(tmp_path / "a")])
    assert run.exit_code == 0, run.output
    run = CliRunner().invoke(main, ["ledger", "post", str(tmp_path / "a"), str(file), "--case", str(case)])
    assert run.exit_code == 0, run.output
    run = CliRunner().invoke(main, ["ledger", "balance", str(tmp_path / "a"), "--case", str(case), "--json"])
    assert [(r["quantity"], r["packs"]) for r in json.loads(run.output)] == [(120, "3 pallet")]


@pytest.mark.parametrize("factor", [40, 0])
def test_a_return_in_packs(tmp_path: Path, factor: int) -> None:
    from ledger.returns.filled_in import fill, row
    from rampart.ledger.returns.checking import check_return, post_return
    from rampart.ledger.returns.template import write_return_template

    case = packed(factor) if factor else tiny()
    with open_ledger(tmp_path / "a", create=True) as ledger:
        path = write_return_template(tmp_path / "r.xlsx", ledger, case, nation="XAA", month="2025-01")
        fill(path, row("produced", 3, pack="pallet"))
        checked = check_return(ledger, case, path)
        if not factor:
            assert [f.code for f in checked.findings if f.severity == "error"] == ["ledger-pack-unknown"]
            return
        assert checked.sound, checked.findings
        post_return(ledger, checked)
        assert [b.quantity for b in ledger.balances() if b.account.kind == "stock"] == [120]
        (made,) = (d.document.lines[0] for d in ledger.documents() if d.kind == "production")
        assert (made.pack, made.packs, made.factor) == ("pallet", "3", 40)
        assert post_return(ledger, check_return(ledger, case, path)) == 0
        other = check_return(ledger, packed(44), path)
        assert "return-other-content" in [f.code for f in other.findings], "the same packs, other units"
