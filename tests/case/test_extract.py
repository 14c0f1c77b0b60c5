"""A case of some nations cut out of a case of many: no row is lost in silence, and what others may supply is said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

import rampart
from places import CASES
from rampart.case.checking.checks import check
from rampart.case.draft import Draft
from rampart.case.extract import CUT_OFF, Extract, key_text
from rampart.case.overrides import apply
from rampart.case.tables import Case
from rampart.catalogues.inputs import tables
from rampart.findings import CaseError, TakenError

TINY, REAL = CASES / "tiny", CASES / "alliance-2023"


@pytest.fixture(scope="module")
def tiny() -> Case:
    return rampart.read_case(TINY)


@pytest.fixture(scope="module")
def real() -> Case:
    return rampart.read_case(REAL)


def keys(case: Case, table: str) -> Counter[str]:
    return Counter(key_text(table, row) for row in case.tables[table].iter_rows(named=True))


def codes(found: Extract, table: str) -> Counter[str]:
    return Counter(f.code for f in found.changes if f.table == table)


def changed(case: Case, **more: list[dict[str, Any]]) -> Case:
    """The case with rows added."""
    frames = dict(case.tables)
    for name, rows in more.items():
        schema = dict(frames[name].schema)
        frames[name] = pl.concat(
            [frames[name], pl.DataFrame([{c: r.get(c) for c in schema} for r in rows], schema=schema)]
        )
    return Case(frames)


@pytest.mark.parametrize("nations", [["DEU"], ["FRA"], ["USA"], ["DEU", "FRA"], ["UKR"]])
def test_every_row_is_kept_changed_or_cut(real: Case, nations: list[str]) -> None:
    found = rampart.extract(real, nations)
    for name in tables():
        notes = {change: Counter(f.value for f in found.changes if (f.table, f.code.split("-")[0]) == (name, change))
                 for change in ("cut", "changed", "added")}  # fmt: skip
        before, after = real.tables[name], found.case.tables[name]
        kept = [r for r in before.iter_rows(named=True)
                if key_text(name, r) not in notes["cut"] and key_text(name, r) not in notes["changed"]]  # fmt: skip
        assert before.height == len(kept) + notes["cut"].total() + notes["changed"].total(), name
        there = list(after.iter_rows(named=True))
        assert all(row in there for row in kept), name  # as it was, in every column
        for key in notes["added"]:
            assert key in keys(found.case, name), (name, key)
        new = keys(found.case, name) - Counter(key_text(name, row) for row in kept)
        assert new.total() <= notes["added"].total() + notes["changed"].total(), name


@pytest.mark.parametrize("nations", [["DEU"], ["FRA"], ["USA"], ["GBR"], ["XEU"], ["DEU", "FRA"]])
def test_what_is_left_is_sound(real: Case, nations: list[str]) -> None:
    found = check(Draft.of(rampart.extract(real, nations).case.tables))
    assert [f for f in found if f.severity == "error"] == []


def test_nothing_of_others_is_left_but_what_is_said(real: Case) -> None:
    found = rampart.extract(real, ["DEU"])
    for name, column in (("stocks", "holder"), ("requirements", "holder"), ("demand", "holder"), ("lines", "nation"),
                         ("budgets", "nation")):  # fmt: skip
        assert set(found.case[name][column]) <= {"DEU", "UKR"}, name
        before = real[name].filter(pl.col(column).is_in(["DEU", "UKR"]))
        assert found.case[name].equals(before), name
    assert set(found.case["deliveries"].filter(status="pledged")["donor"]) == {"DEU"}
    for name in ("priorities", "regimes", "transitions", "postures", "calendar"):
        assert found.case.tables[name].equals(real.tables[name])
    assert set(found.case["items"]["item"]) < set(real["items"]["item"])


def test_a_component_made_abroad_becomes_an_offer(tiny: Case) -> None:
    """Beta makes 400 powder a month, from May on 1,000; the route carries 1,000: over 18 months 4 x 400 + 14 x 1,000."""
    found = rampart.extract(tiny, ["XAA"])
    offer = found.case["market"].row(0, named=True)
    assert (offer["seller"], offer["item"], offer["buyer"]) == ("XBB", "powder", "XAA")
    assert (offer["quantity"], offer["price"], offer["delay"]) == (15_600.0, 0.0, 1.0)
    assert offer["max_rate"] == pytest.approx(15_600.0 / 18)
    assert codes(found, "routes") == {"cut-given-by-others": 1, "changed-to-offer": 1}
    assert codes(found, "market") == {"added-offer": 1}


def test_a_line_abroad_becomes_an_offer(tiny: Case) -> None:
    """The line of Alpha makes 1,200 a month at 2,000, two months to sign and four to make; 18 months."""
    found = rampart.extract(tiny, ["XBB"])
    offer = found.case["market"].row(0, named=True)
    assert (offer["offer"], offer["seller"], offer["buyer"]) == ("beta_buys", "XAA", "XBB")
    assert (offer["quantity"], offer["max_rate"], offer["price"], offer["delay"]) == (21_600.0, 1_200.0, 2_000.0, 6.0)
    assert codes(found, "contracts") == {"cut-line-of-others": 2, "changed-to-offer": 1}
    assert rampart.plan(found.case)["purchases"]["quantity"].sum() > 0


def test_an_offer_without_limit_or_price_is_not_made(tiny: Case) -> None:
    lines = tiny.tables["lines"].with_columns(
        max_rate=pl.when(pl.col("line") == "round_line").then(float("inf")).otherwise("max_rate")
    )
    found = rampart.extract(Case({**tiny.tables, "lines": lines}), ["XBB"])
    assert codes(found, "contracts") == {"cut-line-of-others": 2, "cut-no-limit-known": 1}
    items = tiny.tables["items"].with_columns(price=pl.lit(None, dtype=pl.Float64))
    found = rampart.extract(Case({**tiny.tables, "items": items}), ["XBB"])
    assert codes(found, "contracts")["cut-no-limit-known"] == 1


def test_a_line_that_only_others_order_from_stays_closed_to_its_nation(tiny: Case) -> None:
    others = tiny.tables["contracts"].filter(pl.col("contract") == "beta_buys")
    case = Case({**tiny.tables, "contracts": others})
    assert rampart.plan(case)["orders"].filter(line="round_line")["ship_to"].unique().to_list() == ["XBB"]
    found = rampart.extract(case, ["XAA"])
    assert codes(found, "contracts") == {"changed-nothing-to-order": 1}
    assert rampart.plan(found.case)["orders"].filter(line="round_line").is_empty()


def test_what_others_have_ordered_leaves_as_it_comes(tiny: Case) -> None:
    order = {"buyer": "XBB", "item": "round", "line": "round_line", "month": "2025-02", "quantity": 100.0, "due": 5.0}
    found = rampart.extract(changed(tiny, orders=[order]), ["XAA"])
    assert found.case["agreed"].select("holder", "item", "month", "quantity").rows() == [
        ("XBB", "round", "2025-02", 100.0)
    ]
    made = rampart.plan(found.case)["production"].filter((pl.col("line") == "round_line") & (pl.col("period") == 1))
    assert made["placed"].to_list() == [700.0]


def test_orders_of_lines_abroad_that_are_no_longer_named_are_added_up(tiny: Case) -> None:
    line = tiny.tables["lines"].filter(line="round_line").row(0, named=True)
    orders = [
        {"buyer": "XBB", "item": "round", "line": code, "month": "2025-02", "quantity": quantity, "due": due}
        for code, quantity, due in (("round_line", 100.0, 5.0), ("second", 300.0, 9.0))
    ]
    found = rampart.extract(changed(tiny, lines=[line | {"line": "second"}], orders=orders), ["XBB"])
    assert found.case["orders"].select("buyer", "line", "month", "quantity", "due").rows() == [
        ("XBB", None, "2025-02", 400.0, 8.0)
    ]
    assert codes(found, "orders")["changed-line-outside"] == 2


def test_overrides_that_still_apply_are_kept(real: Case) -> None:
    found = rampart.extract(real, ["DEU"])
    kept = set(found.case["overrides"]["override"])
    assert {"expeditionary", "long-lead-28", "no-expansion", "war-to-2028", "floors-half", "budget-plus-half"} <= kept
    assert not kept & {"joint-purchase", "no-korea", "motors-not-raised", "powder-late"}
    for name in sorted(kept):
        _, wrong = apply(Draft.of(found.case.tables), [name])
        assert [f for f in wrong if f.severity == "error"] == []


def test_an_override_that_names_what_is_gone_is_cut(tiny: Case) -> None:
    def step(number: int, **row: Any) -> dict[str, Any]:
        return {"override": "mixed", "step": number} | row

    rows = [
        step(1, table="stocks", where="holder=XBB", column="quantity", action="set", value="5"),
        step(2, table="stocks", where="holder=XAA; item=round", column="quantity", action="set", value="5"),
        step(3, table="expansions", where="expansion=more_charges", column="line", action="set", value="powder_line"),
        step(4, table="stocks", action="add", value="holder=XBB; item=charge; quantity=1"),
        step(5, table="lines", action="add", value="line=second; nation=XAA; item=round; state=hot; rate_per=month; "
             "max_rate=5; admin_lead_time=0; lead_time=1"),
        step(6, table="rates", action="add", value="line=second; from=2025-06; max_rate=9"),
        step(7, table="no such table", action="remove"),
    ]  # fmt: skip
    found = rampart.extract(changed(tiny, overrides=rows), ["XAA"])
    mine = found.case["overrides"].filter(override="mixed")
    assert mine["step"].to_list() == [2, 5, 6]


def test_decisions_taken_stay_where_they_are_the_nations_own(tiny: Case) -> None:
    rows = [
        {"kind": "order", "line": "round_line", "contract": "alpha_own"},
        {"kind": "order", "line": "round_line", "contract": "beta_buys"},
        {"kind": "order", "line": "powder_line"},
        {"kind": "expansion", "expansion": "more_charges"},
        {"kind": "transfer", "origin": "XAA", "destination": "XUU", "item": "round"},
        {"kind": "transfer", "origin": "XBB", "destination": "XUU", "item": "round"},
        {"kind": "purchase", "offer": "gone", "buyer": "XAA"},
    ]
    whole = changed(tiny, taken=[row | {"month": "2025-01", "quantity": 5.0} for row in rows])
    found = rampart.extract(whole, ["XAA"])
    assert found.case["taken"].select("kind", "contract", "origin").sort("kind").rows() == [
        ("expansion", None, None), ("order", "alpha_own", None), ("transfer", None, "XAA")
    ]  # fmt: skip
    assert codes(found, "taken") == {
        "cut-taken-by-others": 1,
        "cut-line-of-others": 1,
        "cut-others": 1,
        "cut-unused": 1,
    }


def test_the_title_says_whose_case_it_is(real: Case) -> None:
    settings = rampart.extract(real, ["FRA", "DEU"]).case.settings
    assert settings["title_en"] == "Germany, France by itself: Alliance munitions as known in early 2023"
    assert settings["title_fr"] == "Allemagne, France, à part : Munitions de l'alliance, état connu au début de 2023"


def test_compensation_that_others_owe_is_asked_of_nobody(tiny: Case) -> None:
    given = tiny.tables["deliveries"].with_columns(
        pl.lit("XBB").alias("backfill_by"), pl.lit("2026-01").alias("backfill_due")
    )
    found = rampart.extract(Case({**tiny.tables, "deliveries": given}), ["XAA"])
    assert codes(found, "deliveries") == {"changed-compensation": 2, "cut-owed-by-others": 1}
    assert found.case["deliveries"]["backfill_by"].is_null().all()
    found = rampart.extract(Case({**tiny.tables, "deliveries": given}), ["XBB"])
    assert codes(found, "deliveries") == {"changed-compensation": 1, "cut-compensation": 1}
    assert found.case["deliveries"].select("donor", "status", "backfill_by").rows() == [
        ("XAA", "in_transit", None), ("XBB", "pledged", "XBB")
    ]  # fmt: skip


@pytest.mark.parametrize(("nations", "code"), [([], "extract-nobody"), (["XAA", "XCC"], "extract-unknown")])
def test_a_nation_must_be_known(tiny: Case, nations: list[str], code: str) -> None:
    with pytest.raises(CaseError) as refused:
        rampart.extract(tiny, nations)
    assert [f.code for f in refused.value.findings] == [code]


@pytest.mark.parametrize("name", ["out", "out.xlsx"])
def test_saved_with_what_was_cut_off(tiny: Case, tmp_path: Path, name: str) -> None:
    found = rampart.extract(tiny, ["XAA"])
    place = found.save(tmp_path / name)
    again = rampart.read_case(place)
    assert again == found.case
    if name == "out":
        said = pl.read_csv(place / f"#{CUT_OFF}.csv")
        assert said.rows() == found.table.rows()
        (place / "mine.txt").write_text("mine")
    else:
        with CalamineWorkbook.from_path(str(place)) as book:
            rows = book.get_sheet_by_name(f"#{CUT_OFF}").to_python()
        assert rows[1:] == [list(row) for row in found.table.rows()]
    with pytest.raises(TakenError):
        found.save(place)
    rampart.extract(tiny, ["XBB"]).save(place, force=True)
    assert rampart.read_case(place).settings["title_en"] == "Betaland by itself: Two nations and a partner"
    if name == "out":
        assert (place / "mine.txt").read_text() == "mine"
        assert pl.read_csv(place / f"#{CUT_OFF}.csv").height != found.table.height
