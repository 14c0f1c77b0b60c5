"""What a nation sees does not hang on what is none of its business, and what hangs on it is seen by who sees all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rampart
from rampart.case.tables import Case
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.every import PAGES
from rampart.web.people.roles import ADMINISTRATOR, EDITOR, PLANNER, RIGHTS, VIEWER, Reader, fits
from rampart.web.plans.shelf import OnShelf, Shelf
from rampart.web.sight import MENTIONED, PARTIES, of_nation, seen_in_words
from rampart.web.tables.asking import TableAsked
from rampart.web.tables.download import as_csv
from rampart.web.tables.result_sheets import result_sheet, tables_of

OF_XAA = Reader("edith", EDITOR, "XAA")
OF_THE_LEDGER = {"returns", "one_return", "ledger", "documents", "together"}
"""Pages that are about no result: ``tests/web/returns`` asks who sees what of them."""
NAMES = {"settings", "nations", "items", "bills", "calendar", "priorities", "sources", "postures", "regimes"}
"""Tables of the case that are about no nation, or only name things."""


def mentions(frame: pl.DataFrame, nation: str) -> pl.Expr:
    """Rows in which a nation stands in some column, also as a part of a code or among the codes of a key."""
    texts = [pl.col(c).eq_missing(pl.lit(nation)) for c, kind in frame.schema.items() if kind == pl.String]
    return pl.any_horizontal(texts) if texts else pl.lit(False)


def disturbed(frame: pl.DataFrame, nation: str) -> pl.DataFrame:
    """Every number, month and flag changed in rows that do not mention a nation."""
    others = ~mentions(frame, nation)
    changed = []
    for name, kind in frame.schema.items():
        column = pl.col(name)
        other = (
            column * 1.37 + 11.0
            if kind == pl.Float64
            else column.dt.offset_by("1mo")
            if kind == pl.Date and name != "month"
            else ~column
            if kind == pl.Boolean
            else None
        )
        if other is not None:
            changed.append(pl.when(others).then(other).otherwise(column).alias(name))
    return frame.with_columns(changed)


@dataclass
class Held:
    """A shelf with one plan that lies nowhere."""

    plan: rampart.Result

    def results(self) -> list[OnShelf]:
        return [OnShelf("tiny", "plan", self.plan.status, "2026-01-01")]

    def told(self, name: str, about: Any, make: Any) -> Any:
        return make()

    def seen(self, name: str, reader: Reader, language: str) -> Any:
        return seen_in_words(self.plan, reader, language) if name == "tiny" else None  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def shelves(tiny_plan: rampart.Result) -> tuple[Held, Held]:
    """The plan, and the same plan with everything changed that is none of XAA's business."""
    tables = {n: f if n == "periods" else disturbed(f, "XAA") for n, f in tiny_plan.tables.items()}
    case = {n: f if n in NAMES else disturbed(f, "XAA") for n, f in tiny_plan.case.tables.items()}
    return Held(tiny_plan), Held(replace(tiny_plan, case=Case(case), tables=tables))


def everything(shelf: Held, reader: Reader, language: str = "en") -> dict[str, Any]:
    """Every page that can be reached, and every table as a file, as a reader gets them."""
    asked = Asked(reader, language, shelf)  # type: ignore[arg-type]
    found: dict[str, Any] = {}
    try:
        answer = asked.plan("tiny")
    except NotThereError:
        answer = None
    nations, items, lines = (
        ["XAA", "XBB", "XUU", "nowhere"],
        ["round", "charge", "nothing"],
        ["round_line", "charge_line"],
    )
    names = sorted({*PARTIES, "pegging", "bottlenecks", "passes", "duals", "sources", "nothing"})
    for page in (one for one in PAGES if one.right == "read" and one.key not in OF_THE_LEDGER):
        ways: list[dict[str, Any]] = {
            "overview": [{}],
            "nation": [{"plan": "tiny", "nation": n} for n in nations],
            "item": [{"plan": "tiny", "item": i} for i in items],
            "line": [{"plan": "tiny", "line": n} for n in lines],
            "contract": [
                {"plan": "tiny", "contract": c} for c in ("alpha_own", "beta_buys", "alpha_for_partner", "none")
            ],
            "schedule": [
                *({"plan": "tiny", "look": f"{n}:2025-08"} for n in ("", *lines)),
                {"plan": "tiny", "by": "quarter", "item": "round"},
            ],
            "table": [{"plan": "tiny", "name": n} for n in names],
            "why": [{"plan": "tiny", "holder": h, "item": i} for h in ["", *nations] for i in ["", *items]],
            "beside": [{"result": "tiny"}, {"result": "tiny", "other": "tiny"}],
            "package": [{"plan": "tiny"}, {"plan": "tiny", "give": "XAA:round:2000:2025-03"}],
            "papers": [{"result": "tiny"}],
            "war": [{"war": "tiny"}],
            "fleet": [{"fleet": "tiny"}],
        }.get(page.key, [{"plan": "tiny"}])
        for way in ways:
            given = way | ({"table": TableAsked(size=1000)} if TableAsked in page.hints.values() else {})
            try:
                said: Any = page.data(asked, **given).model_dump(mode="json")
            except NotThereError:
                said = "not there"
            found[f"{page.key} {way}"] = said
    for name in tables_of(answer) if answer is not None else ():
        found[f"file {name}"] = as_csv(result_sheet(answer, "tiny", name), TableAsked(), answer.words).decode()
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_a_nation_sees_does_not_hang_on_the_rest(shelves: tuple[Held, Held], language: str) -> None:
    as_is, other = (everything(shelf, OF_XAA, language) for shelf in shelves)
    assert as_is.keys() == other.keys()
    for page in as_is:
        assert as_is[page] == other[page], page


def test_who_sees_all_would_notice(shelves: tuple[Held, Held]) -> None:
    """The test above can fail: on many pages the changes are there to be seen."""
    as_is, other = (everything(shelf, Reader("paula", PLANNER, "*")) for shelf in shelves)
    changed = {page.split(" ")[0] for page in as_is if as_is[page] != other[page]}
    pages = {"overview", "plan", "decisions", "schedule", "item", "nation", "line", "contract", "why", "table", "file"}
    assert pages <= changed


def test_a_nation_reads_its_own(shelves: tuple[Held, Held], tiny_plan: rampart.Result) -> None:
    seen = everything(shelves[0], OF_XAA)
    stock = seen["table {'plan': 'tiny', 'name': 'stock'}"]
    assert stock["table"]["total"] == tiny_plan["stock"].filter(holder="XAA").height > 0
    assert seen["nation {'plan': 'tiny', 'nation': 'XAA'}"]["sections"]
    others = seen["nation {'plan': 'tiny', 'nation': 'XBB'}"]
    assert others["sections"] == [] and others["charts"] == []
    assert seen["why {'plan': 'tiny', 'holder': 'XBB', 'item': 'round'}"] == "not there"
    assert seen["nation {'plan': 'tiny', 'nation': 'nowhere'}"] == "not there"
    assert seen["plan {'plan': 'tiny'}"]["headlines"] == []


def test_no_row_without_the_nation_is_left(tiny_plan: rampart.Result) -> None:
    seen = of_nation(tiny_plan, "XAA")
    ranks = seen["decisions"]["rank"].sort().to_list()  # the place among all would tell how many others there are
    assert ranks == list(range(1, len(ranks) + 1)) and tiny_plan["decisions"].height > len(ranks) > 0
    for name, frame in seen.tables.items():
        if name != "periods":
            assert frame.filter(~mentions(frame, "XAA")).is_empty(), name
    for name, frame in seen.case.tables.items():
        if name not in NAMES | set(MENTIONED):
            assert frame.filter(~mentions(frame, "XAA")).is_empty(), name
    lines = seen.case.tables["lines"].filter(pl.col("nation") != "XAA")
    assert lines.select(pl.exclude("line", "site", "site_fr", "nation", "item", "state", "rate_per")).null_count().row(
        0
    ) == tuple([lines.height] * (lines.width - 7))


@pytest.mark.parametrize(
    "reader",
    [Reader("adam", ADMINISTRATOR, ""), Reader("x", VIEWER, ""), Reader("x", EDITOR, "XZZ"), Reader("", "", "")],
)
def test_who_belongs_to_no_nation_of_the_plan_sees_nothing(shelves: tuple[Held, Held], reader: Reader) -> None:
    seen = everything(shelves[0], reader)
    assert {page for page, said in seen.items() if said != "not there"} == {"overview {}"}
    assert seen["overview {}"]["plans"] == []


def test_roles_and_nations_that_go_together() -> None:
    assert set(RIGHTS) == {r for r in RIGHTS if any(fits(r, n) for n in ("XAA", "*", ""))}
    going = {(role, nation) for role in RIGHTS for nation in ("XAA", "*", "") if fits(role, nation)}
    assert going == {
        ("viewer", "XAA"),
        ("viewer", "*"),
        ("nation_editor", "XAA"),
        ("nation_approver", "XAA"),
        ("alliance_planner", "*"),
        ("auditor", "*"),
        ("administrator", ""),
    }


def test_names_of_folders_lead_nowhere_else(tmp_path: Path, tiny_plan: rampart.Result) -> None:
    shelf = Shelf(tmp_path / "plans")
    assert shelf.results() == []
    tiny_plan.save(tmp_path / "plans" / "tiny")
    tiny_plan.save(tmp_path / "secret")
    assert [one.name for one in shelf.results()] == ["tiny"] and shelf.result("tiny") == tiny_plan
    for name in ("../secret", "..", ".", "", str(tmp_path / "secret"), "tiny/../../secret", "tiny\x00", "tiny\n"):
        assert shelf.result(name) is None
    (tmp_path / "plans" / "tiny" / "stock.parquet").write_bytes(b"damaged")
    (tmp_path / "plans" / "tiny" / "manifest.json").touch()
    assert shelf.result("tiny") is None
