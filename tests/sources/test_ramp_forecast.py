"""The rates to come of any series: stages apart, stalls possible, two sources at once no pace, into a case's rates."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from places import CASES
from rampart.case.doors import check_case, read_case
from rampart.cli.main import main
from rampart.findings import CaseError
from rampart.sources.ramp_forecast import RampForecast, forecast_ramp, with_rates

HEAD = "stage,kind,date,value,value_high,rate_per,target_date,source_date"
PLAIN = (",rate,2023-01,1000,,month,,2023-01", ",rate,2023-07,1300,,month,,2023-07")


def series(folder: Path, *rows: str) -> Path:
    path = folder / "series.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def at(found: RampForecast, month: str, stage: str = "whole") -> dict[str, float]:
    return found.frame.filter((pl.col("month") == month) & (pl.col("stage") == stage)).row(0, named=True)


def test_a_series_is_forecast_from_any_origin_and_knows_nothing_later(tmp_path: Path) -> None:
    path = series(tmp_path, *PLAIN, ",rate,2024-07,5000,,month,,2024-07")
    early = forecast_ramp(path, origin="2023-07", until="2025-01")
    alone = forecast_ramp(series(tmp_path, *PLAIN), until="2025-01")
    assert (early.origin, early.last) == ("2023-07", {"whole": 1300.0})
    assert early.frame.equals(alone.frame)
    now = at(early, "2025-01")
    assert now["low"] <= now["median"] <= now["high"]
    assert now["median"] > 1300
    assert early.frame["month"].to_list()[0] == "2023-08"


def test_a_stall_is_possible(tmp_path: Path) -> None:
    found = forecast_ramp(series(tmp_path, *PLAIN, ",target,2023-07,4000,,month,2025-06,2023-07"), until="2025-01")
    share = at(found, "2025-01")["unchanged"]
    assert 0.1 < share < 0.4


def test_rates_a_year_and_a_day_are_rates_a_month(tmp_path: Path) -> None:
    path = series(tmp_path, ",rate,2023-01,12000,,year,,2023-01", ",rate,2023-07,1300,,month,,2023-07")
    assert forecast_ramp(path, until="2025-01").frame.equals(
        forecast_ramp(series(tmp_path, *PLAIN), until="2025-01").frame
    )


def test_two_sources_at_once_are_noise_and_no_pace(tmp_path: Path) -> None:
    both = (",rate,2023-06,1000,,month,,2023-06", ",rate,2023-07,1300,,month,,2023-07")
    found = forecast_ramp(series(tmp_path, *both), until="2026-07")
    one = forecast_ramp(series(tmp_path, ",rate,2023-07,1150,,month,,2023-07"), until="2026-07")
    assert found.last == one.last == {"whole": 1150.0}
    assert at(found, "2026-07") == at(one, "2026-07")


STAGES = ("bodies,rate,2023-01,1000,,month,,2023-01", "bodies,rate,2023-07,1600,,month,,2023-07",
          "charges,rate,2023-01,1000,,month,,2023-01", "charges,rate,2023-07,1010,,month,,2023-07")  # fmt: skip


def test_a_stage_is_moved_by_its_own_figures_and_the_slowest_is_said_with_its_chance(tmp_path: Path) -> None:
    found = forecast_ramp(series(tmp_path, *STAGES), until="2025-01")
    bodies, charges, whole = (at(found, "2025-01", stage) for stage in ("bodies", "charges", "whole"))
    assert bodies["median"] > charges["median"]
    assert charges["slowest"] > 0.8
    assert bodies["slowest"] + charges["slowest"] == pytest.approx(1.0)
    assert whole["slowest"] is None
    assert whole["median"] <= charges["median"]
    quicker = [row.replace("1010", "1700") for row in STAGES]
    other = forecast_ramp(series(tmp_path, *quicker), until="2025-01")
    assert at(other, "2025-01", "bodies") | {"slowest": 0} == bodies | {"slowest": 0}
    assert at(other, "2025-01", "charges")["median"] > charges["median"]
    assert at(other, "2025-01")["median"] > whole["median"]


def test_stages_known_alike_are_no_slower_than_one_another(tmp_path: Path) -> None:
    rows = [f"{stage},{kind}" for stage in ("a", "b") for kind in ("works,2023-01,,,,2024-01,2023-01",)]
    found = forecast_ramp(series(tmp_path, *PLAIN, *rows), until="2025-01")
    assert at(found, "2025-01", "a")["slowest"] == pytest.approx(0.5, abs=0.1)


def test_capacity_and_undated_targets_count(tmp_path: Path) -> None:
    plain = at(forecast_ramp(series(tmp_path, *PLAIN), until="2028-07"), "2028-07")
    capped = at(
        forecast_ramp(series(tmp_path, *PLAIN, ",capacity,2023-07,1400,,month,,2023-07"), until="2028-07"), "2028-07"
    )
    assert capped["high"] < min(plain["high"], 1400 * 1.5)
    undated = at(
        forecast_ramp(series(tmp_path, *PLAIN, ",target,2023-07,8000,,month,,2023-07"), until="2028-07"), "2028-07"
    )
    assert undated["high"] > plain["high"]
    dated = at(
        forecast_ramp(series(tmp_path, *PLAIN, ",target,2023-07,8000,,month,2025-03,2023-07"), until="2028-07"),
        "2028-07",
    )
    assert undated == dated  # twenty months, as works of the books take


def test_a_cold_line_gives_less_at_first(tmp_path: Path) -> None:
    path = series(tmp_path, *PLAIN)
    assert at(forecast_ramp(path, cold=True), "2023-09")["median"] == 0
    assert at(forecast_ramp(path), "2023-09")["median"] > 0


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",target,2023-07,4000,,month,2021,2023-07", "ramp-target-past"), (",rate,2023-07,4000,3000,month,,", "range-order"),
        (",rate,2023-01,much,,month,,", "not-a-number"), (",rate,2023-13,5,,month,,", "not-a-date"),
        (",pace,2023-01,5,,month,,", "not-a-choice"), (",rate,2023-01,,,month,,", "blank"),
        (",works,2023-01,,,month,,", "blank"), (",rate,2023-01,5,,week,,", "not-a-choice"),
        (",rate,2023-01,-5,,month,,", "below-minimum"),
    ],
)  # fmt: skip
def test_what_cannot_stand_is_a_finding(tmp_path: Path, row: str, code: str) -> None:
    with pytest.raises(CaseError) as error:
        forecast_ramp(series(tmp_path, *PLAIN, row))
    assert [(f.code, f.row) for f in error.value.findings] == [(code, 4)]


def test_nothing_known_and_nothing_asked_are_findings(tmp_path: Path) -> None:
    path = series(tmp_path, *PLAIN)
    for words, code in (
        ({"origin": "2022-01"}, "ramp-no-rate-yet"), ({"until": "2023-01"}, "ramp-no-month"),
        ({"origin": "2022"}, "not-a-month"),
    ):  # fmt: skip
        with pytest.raises(CaseError) as error:
            forecast_ramp(path, **words)
        assert [f.code for f in error.value.findings] == [code]
        assert "{" not in error.value.findings[0].sentence("fr")


def test_a_forecast_becomes_the_rates_of_a_line(tmp_path: Path) -> None:
    case = read_case(CASES / "tiny")
    rows = [row.replace("2023", "2024").replace(",1000,", ",100,").replace(",1300,", ",130,") for row in PLAIN]
    found = forecast_ramp(series(tmp_path, *rows), until="2026-06")
    made = with_rates(case, "charge_line", found)
    own = made["rates"].filter(pl.col("line") == "charge_line")
    assert own["from"].min() == case.settings["start"]
    assert own.row(0, named=True)["max_rate"] == pytest.approx(at(found, "2025-01")["median"])
    assert set(own["source"]) == {"ramp"}
    assert (
        made["rates"]
        .filter(pl.col("line") != "charge_line")
        .equals(case["rates"].filter(pl.col("line") != "charge_line"))
    )
    made.save(tmp_path / "made")
    again, findings = check_case(tmp_path / "made")
    assert [f for f in findings if f.severity == "error"] == []
    assert again == made
    low = with_rates(case, "charge_line", found, level=0.1)["rates"].filter(pl.col("line") == "charge_line")
    assert low["max_rate"][-1] < own["max_rate"][-1]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_command(tmp_path: Path, language: str) -> None:
    path = series(tmp_path, *STAGES)
    words = ["forecast", "ramp", str(path), "--until", "2025-01", "--lang", language, "-o", str(tmp_path / "rates.csv")]
    shown = CliRunner().invoke(
        main, [*words, "--case", str(CASES / "tiny"), "--line", "round_line", "--into", str(tmp_path / "c")]
    )
    assert shown.exit_code == 0, shown.output
    assert ("plus lente" if language == "fr" else "slowest") in shown.output
    assert (tmp_path / "c" / "rates.csv").exists()
    assert pl.read_csv(tmp_path / "rates.csv").height == 18 * 3
    told = json.loads(CliRunner().invoke(main, [*words, "--json", "--force"]).stdout)
    assert (told["origin"], told["last"]["charges"]) == ("2023-07", 1010.0)
    for wrong, code in ((["--case", "x"], 2), (["--origin", "2020-01"], 1)):
        assert CliRunner().invoke(main, [*words, "--force", *wrong]).exit_code == code
    unknown = ["--case", str(CASES / "tiny"), "--line", "nobody", "--into", str(tmp_path / "d")]
    assert CliRunner().invoke(main, [*words, "--force", *unknown]).exit_code == 2
