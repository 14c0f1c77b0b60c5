"""The P-21 layout: what is written reads back equal, what does not add up is said."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from places import CASES
from rampart.case.doors import check_case, read_case
from rampart.case.tables import Case
from rampart.plan.planning import plan
from rampart.results.result import Result
from rampart.sources.p21 import MONTHS, columns, fiscal_year, p21_case, read_p21, schedule, schema, write_p21

TINY = CASES / "tiny"


@pytest.fixture(scope="module")
def tiny() -> Case:
    return read_case(TINY)


@pytest.fixture(scope="module")
def made(tiny: Case) -> Result:
    return plan(tiny)


def totals(frame: pl.DataFrame) -> dict[tuple[str, str], float]:
    summed = frame.with_columns(total=pl.sum_horizontal(pl.col(*MONTHS).fill_null(0)))
    return {(i, b): q for i, b, q in summed.group_by("item", "buyer").agg(pl.col("total").sum()).iter_rows()}


def test_fiscal_years_begin_in_october() -> None:
    assert [fiscal_year(2023 * 12 + m) for m in (8, 9, 11)] == [2023, 2024, 2024]


def test_a_plans_schedule_holds_every_delivery_of_its_lines(tiny: Case, made: Result) -> None:
    frame = schedule(made)
    ordered = pl.concat([
        made["orders"].select("item", "buyer", "quantity"),
        tiny["orders"].filter(pl.col("line").is_not_null()).select("item", "buyer", "quantity"),
    ])  # fmt: skip
    wanted = {(i, b): q for i, b, q in ordered.group_by("item", "buyer").agg(pl.col("quantity").sum()).iter_rows() if q}
    assert totals(frame) == pytest.approx(wanted)
    for row in frame.iter_rows(named=True):
        parts = [row[c] or 0 for c in ("accepted_before", *MONTHS, "balance_after")]
        assert sum(parts) == pytest.approx(row["quantity"])
    assert frame["fiscal_year"].drop_nulls().len() > 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_reads_back_equal(kind: str, language: str, made: Result, tmp_path: Path) -> None:
    frame = schedule(made)
    path = write_p21(frame, tmp_path / f"p21.{kind}", language=language)  # type: ignore[arg-type]
    back, findings = read_p21(path)
    assert findings == ()
    assert back.equals(frame)


def test_the_template_is_empty_and_reads_back(tmp_path: Path) -> None:
    path = write_p21(pl.DataFrame(schema=schema()), tmp_path / "template.xlsx", language="fr")
    back, findings = read_p21(path)
    assert findings == ()
    assert back.schema == pl.Schema(schema())
    assert back.is_empty()


def test_a_schedule_becomes_a_sound_case(made: Result, tmp_path: Path) -> None:
    frame = schedule(made)
    case = p21_case(frame)
    case.save(tmp_path / "case")
    again, findings = check_case(tmp_path / "case")
    assert [f for f in findings if f.severity == "error"] == []
    assert again is not None
    assert again == case
    assert totals(schedule(case)) == pytest.approx(totals(frame))


def row(**changes: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "item": "round", "line": "works", "nation": "XAA", "rate_per": "month", "max_rate": 50, "admin_lead_time": 3,
        "lead_time": 6, "buyer": "XAA", "quantity": 100, "window": 2026, "m01": 40, "m02": 60,
    }  # fmt: skip
    return {**plain, **changes}


def written(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "p.csv"
    lines = [",".join(columns())]
    lines += [",".join(str(r.get(c, "")) for c in columns()) for r in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_months_stand_in_their_window(tmp_path: Path) -> None:
    frame, findings = read_p21(written(tmp_path, row()))
    assert findings == ()
    case = p21_case(frame)
    assert case["orders"].select("month", "quantity").rows() == [("2025-10", 40.0), ("2025-11", 60.0)]
    assert case["lines"]["min_rate"].to_list() == [None]


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"quantity": 90}, "p21-sum", ""),
        ({"m03": -5}, "below-minimum", "m03"),
        ({"m03": "many"}, "not-a-number", "m03"),
        ({"m03": "inf"}, "not-a-number", "m03"),
        ({"m03": "NaN"}, "not-a-number", "m03"),
        ({"m03": '"1,200"'}, "ambiguous-number", "m03"),
        ({"rate_per": "week"}, "not-a-choice", "rate_per"),
        ({"window": 2026.5}, "not-whole", "window"),
        ({"window": 26}, "below-minimum", "window"),
        ({"max_rate": ""}, "blank", "max_rate"),
        ({"min_rate": 60}, "min-above-max", "min_rate"),
    ],
)
def test_what_cannot_stand_is_a_finding(changes: dict[str, object], code: str, column: str, tmp_path: Path) -> None:
    _, findings = read_p21(written(tmp_path, row(), row(**changes)))
    assert [(f.code, f.row, f.column) for f in findings if f.code == code] == [(code, 3, column)]
    assert all("{" not in f.sentence("fr") for f in findings)


def test_windows_of_one_buy_go_on_from_one_another(tmp_path: Path) -> None:
    first = row(quantity=300, balance_after=200)
    second = row(quantity=300, window=2027, accepted_before=100, balance_after=100)
    assert read_p21(written(tmp_path, first, second))[1] == ()
    for changes in ({"accepted_before": 50, "balance_after": 150}, {"quantity": 320, "balance_after": 120}):
        _, findings = read_p21(written(tmp_path, first, {**second, **changes}))
        assert [(f.code, f.severity, f.row) for f in findings] == [("p21-windows-apart", "warning", 3)]
        assert "{" not in findings[0].sentence("fr")


def test_a_row_that_stands_twice_is_said(tmp_path: Path) -> None:
    _, findings = read_p21(written(tmp_path, row(), row(m01=30, m02=70), row()))
    assert [(f.code, f.severity, f.row, f.details["first"]) for f in findings] == [("p21-row-twice", "warning", 4, 2)]


def test_a_french_workbook_is_read_with_french_rules(tmp_path: Path, made: Result) -> None:
    path = write_p21(schedule(made), tmp_path / "p.xlsx", language="fr")
    book = openpyxl.load_workbook(path)
    sheet = book["P-21"]
    place = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, place["cadence maximale"]).value = "1.200"
    sheet.cell(3, place["cadence maximale"]).value = "=2*600"
    sheet.cell(1, place["prix unitaire"]).value = "prix unitare"
    book.save(path)
    findings = [f for f in read_p21(path)[1] if f.severity == "error"]
    assert [(f.code, f.row) for f in findings] == [
        ("formula-without-value", 3), ("unknown-column", None), ("ambiguous-number", 2),
    ]  # fmt: skip


def test_missing_columns_and_files(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("item,line\nround,works\n")
    frame, findings = read_p21(tmp_path / "x.csv")
    assert frame.is_empty()
    assert {f.code for f in findings} == {"missing-column"}
    (tmp_path / "y.xlsx").write_bytes(b"no workbook")
    for name, code in (("y.xlsx", "not-a-workbook"), ("nowhere.csv", "unreadable")):
        assert [f.code for f in read_p21(tmp_path / name)[1]] == [code]


def test_a_line_told_in_two_ways_and_a_schedule_without_deliveries_are_findings(tmp_path: Path) -> None:
    _, findings = read_p21(written(tmp_path, row(), row(max_rate=77.0, nation="XXX")))
    assert [(f.code, f.row, f.details["what_fr"], f.details["first"]) for f in findings] == [
        ("p21-line-twice", 3, "nation de la chaîne, cadence maximale", 2)
    ]
    none = dict.fromkeys(MONTHS, "")
    _, findings = read_p21(written(tmp_path, row(**none, balance_after=100)))
    assert [f.code for f in findings] == ["p21-no-delivery"]
