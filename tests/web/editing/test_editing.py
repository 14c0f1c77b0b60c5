"""A case edited on the pages: every version can be planned, says who made it and why, and two people lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from places import CASES
from rampart.case.doors import check_case, read_case
from rampart.case.editions import difference
from rampart.catalogues.inputs import tables


@pytest.fixture
def kept(client_of: Any, cases: Path) -> Iterator[str]:
    """A case that is kept under a name of its own, and gone afterwards."""
    from rampart.web.editing.kept import CaseVersion

    answer = client_of("paula").post("/editing/tiny/keep", {"name": "trial"})
    assert answer.status_code == 302, answer.content.decode()
    yield "trial"
    CaseVersion.objects.all().delete()


def stocks(browser: Any) -> dict[int, dict[str, str]]:
    said = browser.get("/api/planning/cases/trial/tables/stocks").json()
    return {
        int(row["number"]): {cell["column"]: cell["text"] for cell in row["cells"]}
        for row in said["grid"]["rows"]
        if not row["number"].startswith("new")
    }


def test_a_copy_is_edited_and_the_case_in_its_folder_is_not(client_of: Any, kept: str, cases: Path) -> None:
    from rampart.web.asked_by import cases as of_the_store
    from rampart.web.asked_by import catalogue
    from rampart.web.audit import Entry

    before = read_case(CASES / "tiny")
    browser = client_of("paula")
    assert browser.get("/planning/cases/trial").status_code == 200
    row = stocks(browser)[1]
    given = {f"cell.1.{column}": text for column, text in row.items()} | {"base": "1", "why": "counted again"}
    answer = browser.post("/editing/trial/tables/stocks/save", given | {"cell.1.quantity": "4\u202f100,0"})
    assert answer.status_code == 302, answer.content.decode()
    made, _ = of_the_store().read("trial")
    assert made is not None
    (cell,) = difference(before, made).to_dicts()
    assert (cell["table"], cell["column"], cell["after"]) == ("stocks", "quantity", "4100")
    assert read_case(CASES / "tiny").hash() == before.hash()
    page = browser.get("/planning/cases/trial/versions/2").content.decode()
    assert "4100" in page and row["quantity"] in page and "counted again" in page
    entry = Entry.objects.order_by("-pk")[0]
    assert (entry.verb, entry.outcome, entry.facts["version"]) == ("case.save", "done", 2)
    assert browser.post("/editing/trial/restore/1").status_code == 302
    restored, _ = of_the_store().read("trial")
    assert restored is not None and restored.hash() == before.hash()
    assert catalogue() is not None and client_of("edith").get("/returns/template.xlsx?month=2025-01").status_code == 200
    again = browser.post("/planning/cases/trial/ask", {"name": "of-trial"})
    assert again.status_code == 302


def test_every_table_opens_and_a_setting_takes_a_decimal_comma(client_of: Any, kept: str) -> None:
    browser = client_of("paula")
    for table, language in [("settings", "en"), *product(tables(), ("fr",))]:
        page = browser.get(f"/planning/cases/trial/tables/{table}", headers={"Accept-Language": language})
        assert page.status_code == 200, table
    assert (
        "premier mois" in browser.get("/planning/cases/trial/tables/settings", headers={"Accept-Language": "fr"}).text
    )
    new = {"base": "1", "cell.new1.setting": "urgency", "cell.new1.value": "0,005"}
    assert browser.post("/editing/trial/tables/settings/save", new).status_code == 302
    said = browser.get("/api/planning/cases/trial/tables/settings").json()
    assert ["urgency", "0.005"] in [[cell["text"] for cell in row["cells"]] for row in said["grid"]["rows"]]


def test_what_is_typed_is_told_what_the_command_line_tells(client_of: Any, kept: str, tmp_path: Path) -> None:
    browser = client_of("paula")
    row = stocks(browser)[1] | {"item": "rounnd", "quantity": "-5"}
    given = {f"cell.1.{column}": text for column, text in row.items()} | {"base": "1"}
    read_case(CASES / "tiny").save(tmp_path / "tiny")
    file = tmp_path / "tiny" / "stocks.csv"
    lines = file.read_text().splitlines()
    heads = lines[0].split(",")
    cells = dict(zip(heads, lines[1].split(","), strict=True)) | {"item": "rounnd", "quantity": "-5"}
    file.write_text("\n".join([lines[0], ",".join(cells[h] for h in heads), *lines[2:]]))
    _, findings = check_case(tmp_path / "tiny")
    errors = [f for f in findings if f.severity == "error"]
    assert errors
    for path, status in (("check", 200), ("save", 422)):
        answer = browser.post(f"/editing/trial/tables/stocks/{path}", given)
        page = answer.content.decode()
        assert answer.status_code == status
        for one in errors:
            assert one.message().split("“")[0].replace("'", "&#39;") in page.replace("&#34;", '"'), one
        assert 'data-cell="cell.1.quantity"' in page and 'value="rounnd"' in page
    assert browser.get("/api/planning/cases/trial").json()["versions"][0]["number"] == 1


def test_two_planners_on_one_case(client_of: Any, kept: str) -> None:
    one, two = client_of("paula"), client_of("paula")
    rows = stocks(one)
    assert len(rows) >= 2

    def form(**changed: str) -> dict[str, str]:
        given = {f"cell.{n}.{c}": text for n, cells in rows.items() for c, text in cells.items()}
        return given | {"base": "1"} | {name.replace("_", "."): text for name, text in changed.items()}

    assert one.post("/editing/trial/tables/stocks/save", form(cell_1_quantity="4100")).status_code == 302
    late = two.post("/editing/trial/tables/stocks/save", form(cell_2_quantity="3100"))
    page = late.content.decode()
    assert late.status_code == 409 and "paula has saved version 2" in page
    assert 'value="3100"' in page and 'name="base" value="2"' in page
    late = two.post("/editing/trial/tables/stocks/save", form(cell_1_quantity="4300"))
    page = late.content.decode()
    assert late.status_code == 409 and 'value="4300"' in page and "the other version: 4100" in page
    change = {"rows": {"1": {"quantity": "4300"}}, "why": "mine"}
    path = "/api/editing/trial/tables/stocks"
    answer = two.patch(path, change, "application/json", headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    assert answer.json()["conflicts"] == [{"row": 1, "column": "quantity", "theirs": "4100"}]
    answer = two.patch(path, change, "application/json", headers={"If-Match": '"2"'})
    assert answer.status_code == 200 and answer.headers["ETag"] == '"3"'
    gone = two.patch(path, {"rows": {"1": None}}, "application/json", headers={"If-Match": '"3"'})
    assert gone.status_code == 200 and len(stocks(two)) == len(rows) - 1


@pytest.mark.parametrize("name", ["edith", "vera", "adam", "audrey"])
def test_only_planners_edit(client_of: Any, kept: str, name: str) -> None:
    browser = client_of(name)
    assert browser.get("/planning/cases/trial/tables/stocks").status_code == 403
    assert browser.post("/editing/trial/tables/stocks/save", {"base": "1"}).status_code == 403
    assert browser.post("/editing/trial/restore/1").status_code == 403
    assert browser.post("/editing/tiny/keep", {"name": "another"}).status_code == 403


def test_names_and_places_that_will_not_do(client_of: Any, kept: str) -> None:
    browser = client_of("paula")
    for name, status in (("../x", 422), ("trial", 422), ("tiny", 422), ("", 422)):
        assert browser.post("/editing/tiny/keep", {"name": name}).status_code == status, name
    assert browser.post("/editing/nothing/keep", {"name": "y"}).status_code == 404
    assert browser.get("/planning/cases/trial/tables/nothing").status_code == 404
    assert browser.get("/planning/cases/trial/versions/9").status_code == 404
    assert browser.post("/editing/trial/tables/stocks/save", {"base": "9"}).status_code == 404
