"""Two editions of a case made one: disjoint changes meet, what both changed is named, and the order does not matter."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from case.editing import SMALL, Sheets
from cases_random import random_case
from places import CASES
from rampart.case.doors import read_case
from rampart.case.editions import cells_that_differ, difference, key_columns
from rampart.case.merging import Conflict, merge, merged_case
from rampart.case.tables import Case
from rampart.case.template import write_template
from rampart.catalogues.choices import offered
from rampart.catalogues.inputs import main_figures, tables
from rampart.cli.main import main
from rampart.findings import CaseError

BASE = read_case(SMALL)
FREE = [name for name in tables() if name != "settings" and BASE.tables[name].height]
"""Tables of the small case that have rows."""
LEAST = 30
"""Cells that are drawn from: fewer would say little."""


def numbers(table: str) -> list[str]:
    """Columns of numbers that are no key and belong to no range."""
    own = (*main_figures(tables()[table]), "low", "high", *tables()[table].key)
    return [c.name for c in tables()[table].columns.values() if c.kind == "number" and c.name not in own]


CELLS = [(t, row, c) for t in FREE for row in range(BASE.tables[t].height) for c in numbers(t)]


def changed(case: Case, cells: dict[tuple[str, int, str], float]) -> Case:
    made = dict(case.tables)
    for (table, row, column), value in cells.items():
        frame = made[table]
        at = pl.int_range(pl.len()) == row
        made[table] = frame.with_columns(pl.when(at).then(pl.lit(value)).otherwise(pl.col(column)).alias(column))
    return Case(made)


def edits() -> st.SearchStrategy[dict[tuple[str, int, str], float]]:
    value = st.integers(10_000, 10_999).map(float)  # none that the case has already
    return st.dictionaries(st.sampled_from(CELLS), value, max_size=5)


def test_there_is_enough_to_draw_from() -> None:
    assert len(CELLS) > LEAST


@given(edits())
def test_against_the_common_edition_the_other_is_taken_whole(cells: dict[Any, float]) -> None:
    other = changed(BASE, cells)
    for made in (merge(BASE, other, BASE), merge(BASE, BASE, other), merge(BASE, other, other)):
        assert made.conflicts == ()
        assert Case(made.tables) == Case(other.tables)


@given(edits(), edits())
def test_disjoint_changes_meet_and_others_are_conflicts_whichever_comes_first(
    one: dict[Any, float], two: dict[Any, float]
) -> None:
    first, second = changed(BASE, one), changed(BASE, two)
    there, back = merge(BASE, first, second), merge(BASE, second, first)
    clash = {cell for cell in one.keys() & two.keys() if one[cell] != two[cell]}
    assert len(there.conflicts) == len(clash)
    assert {(c.table, c.column, c.first, c.second) for c in there.conflicts} == {
        (table, column, f"{one[table, row, column]:.0f}", f"{two[table, row, column]:.0f}") for table, row, column in clash
    }  # fmt: skip
    assert [(c.table, c.key, c.column, c.second, c.first) for c in back.conflicts] == [
        (c.table, c.key, c.column, c.first, c.second) for c in there.conflicts
    ]
    both = {cell: value for cell, value in (one | two).items() if cell not in clash}
    expected = changed(BASE, both)
    assert all(
        there.tables[n].equals(expected.tables[n]) and back.tables[n].equals(expected.tables[n]) for n in tables()
    )


@given(st.randoms(use_true_random=False), st.data())
def test_rows_added_and_taken_away_apart_meet(chance: Any, data: st.DataObject) -> None:
    """Of random cases: each edition drops rows of its own; the one made of both lacks them all and nothing else."""
    case = random_case(chance)
    drops: dict[str, tuple[set[int], set[int]]] = {}
    for name in ("demand", "stocks", "budgets", "requirements"):
        rows = range(case.tables[name].height)
        chosen = data.draw(
            st.lists(st.sampled_from(["keep", "first", "second"]), min_size=len(rows), max_size=len(rows))
        )
        drops[name] = ({n for n in rows if chosen[n] == "first"}, {n for n in rows if chosen[n] == "second"})

    def without(*sides: int) -> Case:
        made = dict(case.tables)
        for name, sets in drops.items():
            gone = set().union(*(sets[side] for side in sides))
            made[name] = made[name].filter(~pl.int_range(pl.len()).is_in(list(gone)))
        return Case(made)

    found = merge(case, without(0), without(1))
    assert found.conflicts == ()
    assert Case(found.tables) == without(0, 1)
    again = merge(without(0, 1), without(0), without(1))  # the same the other way round: rows added apart
    assert again.conflicts == ()
    assert Case(again.tables).hash() == case.hash()


def cell(table: str, column: str, value: Any, row: int = 0) -> Case:
    frame = BASE.tables[table]
    at = pl.int_range(pl.len()) == row
    new = pl.when(at).then(pl.lit(value, dtype=frame.schema[column])).otherwise(pl.col(column))
    return Case({**BASE.tables, table: frame.with_columns(new.alias(column))})


def without_row(table: str, row: int = 0) -> Case:
    return Case({**BASE.tables, table: BASE.tables[table].filter(pl.int_range(pl.len()) != row)})


def test_a_row_taken_away_here_and_changed_there_is_a_conflict_either_way() -> None:
    gone, moved = without_row("demand"), cell("demand", "need", 77.0)
    old = BASE.tables["demand"]["need"][0]
    (one,) = merge(BASE, gone, moved).conflicts
    (two,) = merge(BASE, moved, gone).conflicts
    assert (one.table, one.column, one.base, one.first, one.second) == ("demand", "need", f"{old:.0f}", None, "77")
    assert (two.first, two.second) == ("77", None)
    english, french = one.finding().message("en"), one.finding().message("fr")
    assert "(no such row)" in english and "77" in english and "(ligne absente)" in french


def test_a_row_added_twice_and_not_alike_is_a_conflict_cell_by_cell() -> None:
    base = without_row("demand")
    (conflict,) = merge(base, BASE, cell("demand", "need", 77.0)).conflicts
    assert (conflict.base, conflict.second) == (None, "77")
    assert merge(base, BASE, BASE).conflicts == ()


def test_a_figure_and_its_range_are_one_statement() -> None:
    """A new figure with the range of the old one is what nobody said."""
    assert main_figures(tables()["demand"]) == ("need",)
    found = merge(BASE, cell("demand", "need", 77.0), cell("demand", "low", 1.0))
    assert {c.column for c in found.conflicts} == {"need", "low"}
    assert found.tables["demand"].equals(BASE.tables["demand"])


def test_what_one_takes_away_and_the_other_newly_names_is_told_as_any_unsound_case() -> None:
    """Each edition is sound by itself, their sum is not."""
    table = BASE.tables["sources"]
    extra = table.head(1).with_columns(source=pl.lit("only-here"))
    base = Case({**BASE.tables, "sources": pl.concat([table, extra])})
    names_it = Case({**base.tables, "demand": BASE.tables["demand"].with_columns(source=pl.lit("only-here"))})
    with pytest.raises(CaseError) as wrong:
        merged_case(base, BASE, names_it)
    assert {f.code for f in wrong.value.findings} == {"unknown-reference"}


def test_a_row_is_known_by_its_key_wherever_it_stands() -> None:
    turned = Case({name: frame.reverse() for name, frame in BASE.tables.items()})
    made = merge(BASE, turned, cell("demand", "need", 77.0))
    assert made.conflicts == ()
    assert Case(made.tables).hash() == cell("demand", "need", 77.0).hash()
    assert cells_that_differ([BASE, turned]).is_empty()
    assert difference(BASE, turned).is_empty()
    assert all(key_columns(name) for name in tables())


# -- the verbs -----------------------------------------------------------------------------------------------------


@pytest.fixture
def editions(tmp_path: Path) -> list[Path]:
    paths = [Path(shutil.copytree(CASES / "tiny", tmp_path / name)) for name in ("base", "north", "south")]
    Sheets(paths[1]).set("demand", 2, "need", "1100")
    Sheets(paths[2]).set("lines", 2, "max_rate", "1300")
    return paths


def run(*words: object) -> Any:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_verb_merges_what_was_changed_apart(editions: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "whole"
    ran = run("case", "merge", *editions, "-o", out)
    assert ran.exit_code == 0, ran.output
    made, base = read_case(out), read_case(editions[0])
    assert {(r["table"], r["column"], r["after"]) for r in difference(base, made).to_dicts()} == {
        ("demand", "need", "1100"), ("lines", "max_rate", "1300"),
    }  # fmt: skip
    assert run("case", "merge", *editions, "-o", out).exit_code == 2
    assert run("case", "merge", *editions, "-o", editions[1], "--force").exit_code == 2  # never over what was read


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        (
            "en",
            "need: Row “XUU, round, operations”: base has 1000, north has 1100 (row 2), south has 1200 (row 2).",
        ),
        ("fr", "Ligne « XUU, round, operations » : base a 1000, north a 1100 (ligne 2), south a 1200 (ligne 2)."),
    ],
)
def test_a_conflict_is_named_and_nothing_is_written(editions: list[Path], tmp_path: Path, lang: str, says: str) -> None:
    Sheets(editions[2]).set("demand", 2, "need", "1200")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.csv")}
    ran = run("case", "merge", *editions, "-o", tmp_path / "whole", "--lang", lang)
    assert ran.exit_code == 1
    assert "demand.csv" in ran.stderr
    assert says in ran.stderr.replace("\u202f", " ").replace("\u00a0", " ")
    assert not (tmp_path / "whole").exists()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.csv")} == before


def test_the_verb_lists_cells_without_planning(editions: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rampart.cli.results.make_plan", None)
    ran = run("case", "compare", *editions, "--lang", "fr")
    assert ran.exit_code == 0, ran.output
    told = " ".join(ran.output.replace("\u202f", "").split())
    assert "XUU, round, opérations besoin 1000 1100 1000" in told
    assert "2 cellules ou lignes diffèrent." in told
    rows = json.loads(run("case", "compare", *editions, "--json").stdout)
    assert {(r["table"], r["column"], r["1"], r["2"], r["3"]) for r in rows} == {
        ("demand", "need", "1000", "1100", "1000"), ("lines", "max_rate", "1200", "1200", "1300"),
    }  # fmt: skip
    assert "No difference." in run("case", "compare", editions[0], editions[0]).output


def test_a_conflict_in_a_workbook_names_the_workbook(tmp_path: Path) -> None:
    book = BASE.save(tmp_path / "base.xlsx")
    base = read_case(book)
    with pytest.raises(CaseError) as wrong:
        merged_case(base, cell("demand", "need", 77.0), cell("demand", "need", 78.0))
    assert wrong.value.findings[0].file == "base.xlsx"
    assert isinstance(merge(base, base, base).conflicts, tuple) and Conflict.__doc__


@pytest.mark.docs  # openpyxl reads the workbooks six times
def test_french_workbooks_merge_into_the_one_that_both_came_from(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("base.xlsx", "nord.xlsx", "sud.xlsx")]
    write_template(paths[0], "fr", case=BASE)
    book = openpyxl.load_workbook(paths[0])
    for sheet in [s for s in book if s.max_row == 1]:
        book.remove(sheet)
    book.create_sheet("#contacts")["A1"] = "dépôt"
    book.save(paths[0])
    need, stocks, lines = book["besoin"], book["stocks"], book["chaînes"]
    at = [cell.value for cell in need[1]].index("besoin") + 1
    place, before = need.cell(2, at).coordinate, need.cell(2, at).value
    need[place] = 1234
    heads = [cell.value for cell in stocks[1]]
    row = BASE.tables["stocks"].height + 2
    for head, value in {"détenteur": "RRR", "article": "powder", "quantité": 7, "source": "made"}.items():
        stocks.cell(row, heads.index(head) + 1, value)
    book.create_sheet("#nord")["A1"] = "x"
    book.save(paths[1])
    stocks.delete_rows(row)
    need[place] = before
    lines.cell(2, [cell.value for cell in lines[1]].index("cadence maximale") + 1).value = 10_500
    book.remove(book["#nord"])
    book.save(paths[2])

    out = tmp_path / "out.xlsx"
    ran = run("case", "merge", *paths, "-o", out, "--lang", "fr")
    assert ran.exit_code == 0, ran.output
    assert "nord.xlsx a ses propres feuilles, qui ne sont pas reprises : #nord." in ran.output.replace("\u00a0", " ")
    made = openpyxl.load_workbook(out)
    assert {"LISEZ-MOI", "réglages", "stocks exigés", "#contacts"} <= set(made.sheetnames)
    assert made["#contacts"]["A1"].value == "dépôt" and made["stocks"]["A1"].comment is not None
    changes = difference(BASE, read_case(out)).select("table", "column", "change", "after").rows()
    assert [row[:3] for row in changes] == [
        ("stocks", "", "added"), ("lines", "max_rate", "changed"), ("demand", "need", "changed"),
    ] and [row[3] for row in changes[1:]] == ["10500", "1234"]  # fmt: skip

    need[place] = 4321
    book.save(paths[2])
    ran = run("case", "merge", *paths, "-o", tmp_path / "none.xlsx", "--lang", "fr")
    assert ran.exit_code == 1 and not (tmp_path / "none.xlsx").exists()
    told = " ".join(ran.stderr.replace("\u00a0", " ").replace("\u202f", " ").split())
    assert re.search(
        rf"base\.xlsx, besoin, ligne 2, colonne besoin \({place}\).*« \w+, shell, opérations[^»]* ».*"
        rf"nord\.xlsx a 1234 \(besoin!{place}\), sud\.xlsx a 4321 \(besoin!{place}\)", told
    ), told  # fmt: skip


def test_a_row_that_is_listed_in_french_has_decimal_commas() -> None:
    """Powder for a charge is 6.5 units in the small case: a French reader has 6,5, others what the file holds."""
    tables_of = {**BASE.tables, "bills": BASE.tables["bills"].head(1)}
    (told,) = cells_that_differ([BASE, Case(tables_of)], language="fr")["1"]
    (plain,) = cells_that_differ([BASE, Case(tables_of)])["1"]
    assert "quantité = 6,5 ;" in told and "quantity=6.5;" in plain


def _in_french(folder: Path) -> None:
    """The small case as somebody with a French spreadsheet keeps it: heads, choices, decimal commas, semicolons."""
    folder.mkdir()
    for file in SMALL.glob("*.csv"):
        rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
        if file.stem in ("settings", "overrides"):
            shutil.copy(file, folder)
            continue
        columns = [tables()[file.stem].columns[head] for head in rows[0]]
        told = [[column.label["fr"] for column in columns]]
        for row in rows[1:]:
            words = [
                offered([v], "fr")[0] if c.kind == "choice" and v else v for c, v in zip(columns, row, strict=True)
            ]
            told.append([w.replace(".", ",") if c.kind == "number" else w for c, w in zip(columns, words, strict=True)])
        with (folder / f"{tables()[file.stem].label['fr']}.csv").open("w", encoding="utf-8-sig", newline="") as written:
            csv.writer(written, delimiter=";").writerows(told)


def test_what_was_written_in_text_files_stays_as_it_was_written(tmp_path: Path) -> None:
    """Heads, choices, decimal commas and files: only the cell and the row that were changed differ, as they were typed."""
    base, first, second, out = (tmp_path / name for name in ("base", "first", "second", "out"))
    _in_french(base)
    for edition in (first, second):
        shutil.copytree(base, edition)
    stocks = first / "stocks.csv"
    stocks.write_bytes(stocks.read_bytes().replace(b";12000;", b";11777,50;", 1))
    with (second / "stocks.csv").open("ab") as file:
        file.write("BBB;shell;1 444,5;2019-03;suspendu;;;made;supposé\r\n".encode())
    answer = CliRunner().invoke(main, ["case", "merge", str(base), str(first), str(second), "-o", str(out)])
    assert answer.exit_code == 0, answer.output
    assert {file.name for file in out.iterdir()} == {file.name for file in base.iterdir()}
    for file in base.iterdir():
        if file.name != "stocks.csv":
            assert (out / file.name).read_bytes() == file.read_bytes()
    expected = stocks.read_bytes() + "BBB;shell;1 444,5;2019-03;suspendu;;;made;supposé\r\n".encode()
    assert (out / "stocks.csv").read_bytes() == expected


@pytest.mark.slow
def test_a_row_of_another_file_is_written_as_its_file_reads_numbers(tmp_path: Path) -> None:
    """From a file with decimal commas into one with points; what nobody has a column for gets its head."""
    french, out = tmp_path / "french", tmp_path / "out"
    _in_french(french)
    with (french / "stocks.csv").open("ab") as file:
        file.write("BBB;shell;444,5;2019-03;suspendu;;;made;supposé\r\n".encode())
    answer = CliRunner().invoke(main, ["case", "merge", str(SMALL), str(SMALL), str(french), "-o", str(out)])
    assert answer.exit_code == 0, answer.output
    there = (SMALL / "stocks.csv").read_text(encoding="utf-8")
    assert (out / "stocks.csv").read_text(
        encoding="utf-8"
    ) == there + "BBB,shell,444.5,2019-03,suspendu,,,made,supposé\n"
    assert read_case(out).hash() == merged_case(read_case(SMALL), read_case(SMALL), read_case(french)).hash()
