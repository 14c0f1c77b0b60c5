"""Two results of one kind are compared by table and key; two of different kinds are refused in a sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import rampart
from places import CASES
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.findings import ResultError
from rampart.language.compared import Compared
from rampart.language.comparing import differences_told
from rampart.results.result import Result
from rampart.scenario.sampled import Sampling, plan_on_paths
from rampart.scenario.standard_error import error_of_difference, standard_error
from results.short_plan import MONTHS, short_plan
from scenario.small_war import small


@pytest.fixture(scope="module")
def wars() -> tuple[Result, Result]:
    """The small war at two chances that it ends."""
    return rampart.war_plan(small(0.2), compare=False), rampart.war_plan(small(0.4), compare=False)


@pytest.fixture(scope="module")
def fleets() -> tuple[Result, Result]:
    """The small fleets as they are, and with one spare more of each part at each site."""
    case = rampart.read_case(CASES / "fleet-tiny")
    more = case.tables["part_stocks"].with_columns(
        pl.col("quantity") + 1, low=pl.lit(None, pl.Float64), high=pl.lit(None, pl.Float64)
    )
    return rampart.sustain(case, draws=0), rampart.sustain(Case({**case.tables, "part_stocks": more}), draws=0)


def test_a_result_differs_from_itself_in_nothing(wars: tuple[Result, Result], fleets: tuple[Result, Result]) -> None:
    for made in (wars[0], fleets[0]):
        assert all(table.is_empty() for table in rampart.compare(made, made).values())


def test_wars_are_compared_by_end(wars: tuple[Result, Result]) -> None:
    found = rampart.compare(*wars)
    assert set(found) == {"case", "values", "decisions", "ends", "supply", "left"}
    ends = found["ends"]
    assert ends.height == ends["ends"].n_unique()
    # a month's chance of 0.2 against 0.4 that it ends, whatever is looked at
    first = ends.drop_nulls("ends").sort("ends").row(0, named=True)
    assert (first["probability"], first["probability second"]) == pytest.approx((0.2, 0.4))
    assert first["probability change"] == pytest.approx(0.4 - 0.2)
    assert found["values"]["name"].to_list()[0] == "plan"  # as a page tells them, not by name
    dearer = rampart.war_plan(small(0.2, cost=4.0), compare=False)
    more = rampart.compare(wars[0], dearer)["decisions"].select("kind", "quantity change", "money change")
    assert more.rows() == [("expand", pytest.approx(0.0), pytest.approx(3.0))]
    told = differences_told(Compared((wars[0], dearer), ["a", "b"]))
    assert told[1] == "What is to be decided before the war is looked at again is the same."
    assert told[2].startswith("Commitments: ")


def test_wars_over_paths_and_over_a_tree_are_compared(wars: tuple[Result, Result]) -> None:
    """What a value is of is told, where it is not of as many paths: of those of each."""
    few, more = (plan_on_paths(small(0.2), Sampling(paths=n, compare=False))[0] for n in (5, 6))
    for pair, bound in (((few, more), "of each"), ((wars[0], few), "of each"), ((few, few), "these 5 paths")):
        compared = Compared(pair, ["a", "b"])
        assert bound in compared.key("values", {"name": "lower_bound"}, "name")
        assert compared.unit("decisions", "quantity", {"kind": "order", "what": "plant|deal"}) == compared.unit_of(
            "shell"
        )
        assert compared.unit("decisions", "quantity", {"kind": "expand", "what": "more"}) == "units"
    told = differences_told(Compared((few, more), ["a", "b"]))
    assert told[1].startswith(
        "2 of the 2 decisions to take before the war is looked at again are not the same: over all"
    )
    # the two draws are independent
    error = sum(float(made["values"].filter(name="standard_error")["value"][0]) ** 2 for made in (few, more)) ** 0.5
    assert error_of_difference(few, more) == pytest.approx(error)
    assert "too little to say which plan costs less" in next(
        one for one in told if one.startswith("The averages differ")
    )
    assert error_of_difference(*wars) is None


def test_on_the_same_paths_the_difference_counts_and_what_no_path_ends_in_is_not_nothing() -> None:
    few, dearer = (plan_on_paths(small(0.2, cost=cost), Sampling(paths=5, compare=False))[0] for cost in (1.0, 4.0))
    cost = [made["ends"]["cost"] for made in (few, dearer)]
    own = float(few["values"].filter(name="standard_error")["value"][0])
    assert error_of_difference(few, dearer) == pytest.approx(
        standard_error((cost[1] - cost[0]).to_numpy(), np.full(5, 0.2))
    )
    assert error_of_difference(few, dearer) < own
    ends = few["ends"].drop_nulls("ends")["ends"].max()
    fewer = replace(few, tables={**few.tables, "ends": few["ends"].filter(pl.col("ends").ne_missing(ends))})
    row = rampart.compare(few, fewer)["ends"].filter(ends=ends).row(0, named=True)
    assert row["cost"] > 0 and row["cost change"] is None  # not known, and not nothing
    # what the arithmetic leaves is no other decision
    near = replace(few, tables={**few.tables, "decisions": few["decisions"].with_columns(pl.col("quantity") + 0.4)})
    assert rampart.compare(few, near)["decisions"].is_empty()
    assert differences_told(Compared((few, near), ["a", "b"])) == ["No difference."]


def test_what_is_not_known_on_one_side_has_no_change_and_what_is_not_there_is_nothing(
    wars: tuple[Result, Result],
) -> None:
    one, _ = wars
    unknown = Result(
        one.case,
        {**one.tables, "values": one["values"].head(1), "decisions": one["decisions"].head(0),
         "ends": one["ends"].with_columns(cost=pl.lit(None, pl.Float64))},
        one.manifest,
    )  # fmt: skip
    found = rampart.compare(one, unknown)
    assert found["values"].height == one["values"].height - 1
    assert found["values"]["value change"].null_count() == found["values"].height
    assert found["decisions"]["quantity change"].to_list() == [-q for q in found["decisions"]["quantity"]]
    assert found["ends"]["cost change"].null_count() == found["ends"].height


def test_fleets_are_compared_by_fleet_and_month(fleets: tuple[Result, Result]) -> None:
    found = rampart.compare(*fleets)
    table = found["availability"]
    assert table.select("fleet", "month").n_unique() == table.height > 0
    assert table["available change"].min() >= -1e-9  # more spares hold nothing back
    row = table.row(0, named=True)
    before = fleets[0]["availability"].filter(fleet=row["fleet"], month=row["month"])["available"][0]
    assert row["available"] == pytest.approx(before)
    assert {row["table"] for row in found["case"].iter_rows(named=True)} == {"part_stocks"}


def test_results_of_two_kinds_are_refused(wars: tuple[Result, Result], fleets: tuple[Result, Result]) -> None:
    with pytest.raises(ResultError) as wrong:
        rampart.compare(wars[0], fleets[0])
    assert [f.code for f in wrong.value.findings] == ["results-of-two-kinds"]


def test_the_verb_compares_every_kind_in_both_languages(
    wars: tuple[Result, Result], fleets: tuple[Result, Result], tmp_path: Path
) -> None:
    for name, (one, two) in (("war", wars), ("fleet", fleets)):
        one.save(tmp_path / name), two.save(tmp_path / f"{name}-2")
        said = {}
        for language in ("en", "fr"):
            ran = CliRunner().invoke(
                main, ["compare", str(tmp_path / name), str(tmp_path / f"{name}-2"), "--lang", language]
            )
            assert ran.exit_code == 0, ran.output
            said[language] = ran.output
        assert said["en"] != said["fr"]
    ran = CliRunner().invoke(main, ["compare", str(tmp_path / "war"), str(tmp_path / "fleet"), "--lang", "fr"])
    assert ran.exit_code == 1
    assert "un plan de guerre" in ran.output and "une réponse sur les parcs" in ran.output


# -- plans, worked out by hand ------------------------------------------------------------------------------------


def test_a_plan_does_not_differ_from_itself() -> None:
    assert all(frame.is_empty() for frame in rampart.compare(short_plan(4.0), short_plan(4.0)).values())


def test_a_faster_line_serves_more_and_costs_more() -> None:
    """3 more a month for three months at 2 each."""
    found = rampart.compare(short_plan(4.0), short_plan(7.0))
    (demand,) = found["demand"].to_dicts()
    assert (demand["served"], demand["served second"], demand["served change"]) == pytest.approx((12.0, 21.0, 9.0))
    assert demand["unmet change"] == pytest.approx(-9.0)
    (money,) = found["money"].to_dicts()
    assert money["commitments change"] == pytest.approx(2.0 * 3.0 * MONTHS)
    (output,) = found["production"].to_dicts()
    assert output["output change"] == pytest.approx(9.0)
    assert found["donations"].is_empty()
    assert found["expansions"].is_empty()
    assert found["case"].height > 0


def test_the_other_way_round_every_change_has_the_other_sign() -> None:
    there, back = rampart.compare(short_plan(4.0), short_plan(7.0)), rampart.compare(short_plan(7.0), short_plan(4.0))
    for name in there:
        for column in (c for c in there[name].columns if c.endswith(" change")):
            one, other = there[name][column], back[name][column]
            assert one.is_null().equals(other.is_null()), (name, column)
            assert one.drop_nulls().to_list() == pytest.approx([-x for x in other.drop_nulls()]), (name, column)
