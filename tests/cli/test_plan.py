"""Every verb from the command line: what it says, its exit code, its JSON, and what lies on disk afterwards."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import rampart
from places import ROOT
from rampart.cli.group import json_text
from rampart.cli.main import main
from rampart.results.folder import read_result

TINY = ROOT / "cases" / "tiny"
SMALL = ROOT / "tests" / "case" / "small"


def run(*words: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words], env={"RAMPART_LANG": "en"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def said(*words: str | Path, code: int = 0) -> str:
    result = run(*words)
    assert result.exit_code == code, result.output
    return result.stdout


def parsed(*words: str | Path, code: int = 0) -> Any:
    """Standard output as JSON, which has no NaN and no Infinity."""

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no JSON")

    return json.loads(said(*words, "--json", code=code), parse_constant=refuse)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The tiny case planned with its report, and what was said."""
    folder = tmp_path_factory.mktemp("cli") / "plan"
    return folder, said("plan", TINY, "-o", folder, "--reasons", "all")


@pytest.fixture
def planned(made: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy of that plan, to be spoilt."""
    return Path(shutil.copytree(made[0], tmp_path / "plan"))


def test_help_names_every_verb_and_exit_code() -> None:
    text = said("--help")
    for verb in ("new", "template", "check", "plan", "explain", "compare", "report", "demo", "doctor"):
        assert f"\n  {verb} " in text
        assert "Usage" in said(verb, "--help")
    assert "Exit codes" in text.replace("\n", " ").replace("Exit  codes", "Exit codes")


@pytest.mark.parametrize(
    "words",
    [("march",), ("check",), ("plan", TINY, "--time-limit", "soon"), ("check", TINY, "--lang", "de"),
     ("explain", TINY), ("report", TINY), ("explain", ROOT / "nowhere")],
    ids=lambda words: " ".join(str(w) for w in words if not isinstance(w, Path)),
)  # fmt: skip
def test_what_cannot_be_meant_is_usage(words: tuple[str | Path, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "Usage" in result.output
    assert "Traceback" not in result.output


# -- cases -------------------------------------------------------------------------------------------------------


def test_new_starts_a_case_that_check_leads_on_with(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert "rampart check" in said("new", folder)
    assert (folder / "stocks.csv").read_text().startswith("holder,item,quantity")
    findings = parsed("check", folder, code=1)
    assert {f["severity"] for f in findings} >= {"error"}
    assert run("new", folder).exit_code == 2
    assert "rampart check" in said("new", tmp_path / "sien", "--lang", "fr")
    assert "Nouveau cas" in said("new", tmp_path / "autre", "--lang", "fr")


def test_template_filled_from_a_case_reads_back(tmp_path: Path) -> None:
    book = tmp_path / "tiny.xlsx"
    assert book.name in said("template", book, "--case", TINY)
    assert parsed("check", book) == []
    assert "Modèle" in said("template", tmp_path / "vide.xlsx", "--lang", "fr")


def test_a_sound_case_has_no_findings() -> None:
    assert parsed("check", TINY) == []
    assert "0 errors" in said("check", TINY)
    assert "0 erreur," in said("check", TINY, "--lang", "fr")
    assert said("check", TINY, "--with", "offensive")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The tiny case with a holder that is no nation and a quantity below nothing."""
    folder = Path(shutil.copytree(TINY, tmp_path / "broken"))
    text = (folder / "stocks.csv").read_text(encoding="utf-8")
    (folder / "stocks.csv").write_text(text.replace("XBB,round,3000", "XZZ,round,-3000"), encoding="utf-8")
    return folder


@pytest.mark.parametrize("verb", ["check", "plan"])
def test_findings_say_what_and_where(broken: Path, tmp_path: Path, verb: str) -> None:
    out = ["-o", tmp_path / "plan"] if verb == "plan" else []
    findings = parsed(verb, broken, *out, code=1)
    places = {(f["table"], f["row"], f["column"], f["value"]) for f in findings}
    assert {("stocks", 3, "holder", "XZZ"), ("stocks", 3, "quantity", "-3000")} <= places
    english, french = said(verb, broken, *out, code=1), said(verb, broken, *out, "--lang", "fr", code=1)
    assert "XZZ" in english
    assert "ERROR" in english
    assert "ERREUR" in french
    assert english != french
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("verb", ["plan", "war"])
@pytest.mark.parametrize(("setup", "code"), [("", "gain-unbounded"), ("7", "set-up-unbounded")])
def test_what_earns_without_end_is_a_finding(tmp_path: Path, verb: str, setup: str, code: str) -> None:
    """A line without a limit earns 1 a unit, for storage without a limit."""
    tables = {
        "settings": "setting,value\ntitle_en,Endless\nstart,2024-01\nend,2024-02\ncurrency,EUR\nregime,war\nrevise_every,1\n",
        "nations": "nation,name_en,role\nXWK,Works,member\n",
        "items": "item,name_en,kind,unit\nboat,Boat,component,boats\n",
        "lines": "line,nation,item,state,rate_per,max_rate,admin_lead_time,lead_time,unit_cost,setup_cost\n"
        f"yard,XWK,boat,hot,month,unlimited,0,0,-1,{setup}\n",
        "regimes": "regime,ends\nwar,no\nended,yes\n",
        "transitions": "from_regime,to_regime,probability\nwar,ended,0.1\n",
        "priorities": "rank,objective\n1,money\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    assert [f["code"] for f in parsed(verb, tmp_path, "-o", tmp_path / "plan", code=1)] == [code]


@pytest.mark.parametrize("verb", ["plan", "war"])
def test_a_case_without_anything_to_decide_is_a_finding(tmp_path: Path, verb: str) -> None:
    tables = {
        "settings": "setting,value\ntitle_en,Idle\nstart,2024-01\nend,2024-02\ncurrency,EUR\nregime,war\nrevise_every,1\n",
        "nations": "nation,name_en,role\nXWK,Works,member\n",
        "items": "item,name_en,kind,unit\nboat,Boat,component,boats\n",
        "regimes": "regime,ends\nwar,no\nended,yes\n",
        "transitions": "from_regime,to_regime,probability\nwar,ended,0.1\n",
        "priorities": "rank,objective\n1,money\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    assert [f["code"] for f in parsed(verb, tmp_path, "-o", tmp_path / "plan", code=1)] == ["nothing-to-plan"]


def test_findings_are_marked_in_a_copy(broken: Path, tmp_path: Path) -> None:
    book = tmp_path / "marked.xlsx"
    said("check", broken, "--annotate", book, code=1)
    assert book.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(("word", "reason"), [("peace", "peace"), ("offensif", "offensif")])
def test_an_override_that_is_not_there_is_a_finding(word: str, reason: str) -> None:
    findings = parsed("check", TINY, "--with", word, code=1)
    assert any(reason in json.dumps(f) for f in findings)


def test_a_case_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    findings = parsed("plan", tmp_path / "nothing", "-o", tmp_path / "plan", code=1)
    assert [f["code"] for f in findings] == ["no-such-path"]


# -- planning ----------------------------------------------------------------------------------------------------


def test_plan_prints_decisions_and_writes_plan_and_report(made: tuple[Path, str]) -> None:
    folder, text = made
    assert str(folder) in text.replace("\n", "")
    assert {"manifest.json", "orders.parquet", "case", "report"} <= {p.name for p in folder.iterdir()}
    assert {p.suffix for p in (folder / "report").iterdir()} >= {".html", ".xlsx"}
    orders = read_result(folder)["decisions"]
    assert orders.height > 0
    assert "2025-01" in text or "Jan" in text


def test_plan_as_json(made: tuple[Path, str], tmp_path: Path) -> None:
    found = parsed("plan", TINY, "-o", tmp_path / "plan", "--no-report")
    assert found["status"] == "optimal"
    assert found["feasible"] is True
    assert found["report"] == []
    assert found["rules_broken"] == []
    assert Path(found["plan"]) == tmp_path / "plan"
    assert found["decisions"] == json.loads(json_text(read_result(made[0])["decisions"].to_dicts()))
    assert found["decisions"][0]["decide_by"] == "2025-01"
    assert found["manifest"]["case"] == "Two nations and a partner"


def test_a_rule_that_cannot_be_kept_is_exit_code_3(tmp_path: Path) -> None:
    """The small case asks for a minimum rate and a budget that cannot both hold."""
    found = parsed("plan", SMALL, "-o", tmp_path / "plan", "--no-report", code=3)
    assert found["feasible"] is False
    assert found["rules_broken"]
    assert not read_result(tmp_path / "plan").feasible


def test_a_time_limit_is_exit_code_4(tmp_path: Path) -> None:
    """A limit in which nothing can be solved: the plan without new decisions, and it says so."""
    found = parsed("plan", SMALL, "-o", tmp_path / "plan", "--no-report", "--time-limit", "0.000001", code=4)
    assert found["status"] == read_result(tmp_path / "plan").status == "time limit"
    assert found["manifest"]["idle"]
    assert found["decisions"] == []
    assert [row["status"] for row in found["passes"]].count("time limit") == 1
    text = said(
        "plan", SMALL, "-o", tmp_path / "again", "--no-report", "--time-limit", "0.000001", "--lang", "en", code=4
    )
    assert "this is the plan without new decisions" in text


def test_something_else_is_never_replaced_and_nothing_is_planned_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letter.txt").write_text("keep me")

    def planned(*_: object, **__: object) -> None:
        raise AssertionError("planned although the plan has no place")

    monkeypatch.setattr("rampart.cli.plan.make_plan", planned)
    for words in (("plan", TINY), ("demo",)):
        result = run(*words, "-o", tmp_path)
        assert result.exit_code == 2
        assert "not a plan folder" in result.output.replace("\n", " ")
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_an_older_plan_is_replaced(planned: Path) -> None:
    before = read_result(planned)
    said("plan", TINY, "--with", "offensive", "-o", planned, "--no-report")
    after = read_result(planned)
    assert after.case.overrides == ("offensive",)
    assert after != before
    assert not (planned / "report").exists()


# -- reading plans -----------------------------------------------------------------------------------------------


def test_explain(made: tuple[Path, str]) -> None:
    english, french = said("explain", made[0]), said("explain", made[0], "--lang", "fr")
    assert len(english.splitlines()) > 3
    assert english != french
    found = parsed("explain", made[0])
    assert found["reasons"]
    assert [b["rank"] for b in found["bottlenecks"]] == list(range(1, len(found["bottlenecks"]) + 1))
    mine = parsed("explain", made[0], "--holder", "XBB", "--item", "round")
    assert {(c["holder"], c["item"]) for c in mine["reasons"]} == {("XBB", "round")}
    assert said("explain", made[0], "--holder", "XBB") != english


@pytest.mark.docs
def test_compare_plans_and_cases(made: tuple[Path, str]) -> None:
    same = parsed("compare", made[0], made[0])
    assert set(same) >= {"case", "passes", "demand", "money"}
    assert not any(same.values())
    found = parsed("compare", made[0], TINY, "--with", "offensive")
    assert found["case"]
    more = next(row for row in found["demand"] if row["holder"] == "XUU")
    # twelve months of 1,000, half as much again
    served, unmet = more["served change"], more["unmet change"]
    assert served + unmet == pytest.approx(6000)
    assert said("compare", made[0], made[0])
    assert said("compare", made[0], made[0]) != said("compare", made[0], made[0], "--lang", "fr")


def test_report_in_both_languages(made: tuple[Path, str], tmp_path: Path) -> None:
    text = said("report", made[0], "-o", tmp_path / "fr", "--lang", "fr", "--no-workbook", "--banner", "ESSAI")
    page = next((tmp_path / "fr").glob("*.html"))
    assert page.name in text.replace("\n", "")
    html = page.read_text(encoding="utf-8")
    assert "ESSAI" in html
    assert 'lang="fr"' in html
    assert "Deux nations et un partenaire" in html
    assert not list((tmp_path / "fr").glob("*.xlsx"))


def test_doctor() -> None:
    found = parsed("doctor")
    assert len(found) >= 3
    assert all(check["ok"] for check in found)
    assert said("doctor", "--lang", "fr") != said("doctor")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_demo(tmp_path: Path) -> None:
    result = run("demo", "-o", tmp_path / "demo")
    assert result.exit_code in (0, 3)
    plan = read_result(tmp_path / "demo")
    assert result.exit_code == (0 if plan.feasible else 3)
    assert {p.suffix for p in (tmp_path / "demo" / "report").iterdir()} == {".html", ".xlsx"}
    assert len(list((tmp_path / "demo" / "report").iterdir())) == 4


# -- stopped by hand ---------------------------------------------------------------------------------------------

CHILD = """
import signal, sys, time
import polars as pl
from rampart.cli.group import json_text
from rampart.cli.main import main
from rampart.plan.solving.linear_passes import LinearPasses

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background may be started with it ignored

def held(name):
    print("here", flush=True)
    time.sleep(120)

def after(real, number, calls=[]):
    def run(*args, **options):
        calls.append(1)
        if len(calls) == number:
            held(real)
        return real(*args, **options)
    return run

if sys.argv[1] == "solving":
    LinearPasses.solve_and_hold = after(LinearPasses.solve_and_hold, 3)
else:
    pl.DataFrame.write_parquet = after(pl.DataFrame.write_parquet, 9)
sys.argv[1:] = sys.argv[2:]
main()
"""


@pytest.mark.parametrize(
    ("moment", "sent", "older"),
    [
        ("solving", signal.SIGINT, False),
        ("saving", signal.SIGINT, True),
        pytest.param("saving", signal.SIGINT, False, marks=pytest.mark.slow),
        ("saving", signal.SIGKILL, True),
    ],
)
@pytest.mark.docs
def test_stopped_by_hand_leaves_the_older_plan_or_none(
    request: pytest.FixtureRequest, tmp_path: Path, moment: str, sent: signal.Signals, older: bool
) -> None:
    folder = request.getfixturevalue("planned") if older else tmp_path / "plan"
    before = read_result(folder) if older else None
    path = os.pathsep.join([str(ROOT / "src"), *filter(None, sys.path)])
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, moment, "plan", str(TINY), "-o", str(folder), "--json", "--no-report"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": path},
    )  # fmt: skip
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "here\n"
        child.send_signal(sent)
        _, stderr = child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode != 0
    assert "Traceback" not in stderr
    if before is not None:
        assert read_result(folder) == before
    else:
        assert not folder.exists()
    if sent == signal.SIGINT:
        assert child.returncode == 130
        assert [p.name for p in tmp_path.iterdir()] == (["plan"] if older else [])


def test_explain_refuses_a_code_the_case_does_not_have(planned: Path) -> None:
    """An empty answer would read as "nothing is short"."""
    refused = run("explain", planned, "--holder", "ZZZ")
    assert refused.exit_code == 2
    assert "ZZZ" in refused.stderr


@pytest.mark.parametrize("page", ["cp850", pytest.param("cp1252", marks=pytest.mark.slow)])
@pytest.mark.docs
def test_a_code_page_without_arrows_gets_the_nearest_letters(page: str, tmp_path: Path) -> None:
    """As where Windows writes into a file: the same lines, number for number."""
    out = str(tmp_path / "out")
    said("plan", TINY, "--no-report", "-o", out, "--reasons", "all")
    words = [sys.executable, "-m", "rampart", "explain", out, "--lang", "fr"]
    here = os.environ | {"PYTHONUTF8": "0"}
    whole, narrow = (
        subprocess.run(words, capture_output=True, env=here | {"PYTHONIOENCODING": name}, check=True).stdout.decode(
            name
        )
        for name in ("utf-8", page)
    )
    assert "→" in whole
    assert "->" in narrow
    assert "?" not in narrow
    assert re.findall(r"\d", narrow) == re.findall(r"\d", whole)


@pytest.mark.docs
def test_a_plan_with_dates_at_a_confidence_says_what_it_rests_on(tmp_path: Path) -> None:
    """A case without slips takes those of the package and says so; the variant stands in the report."""
    shown = said("plan", TINY, "-o", tmp_path / "plan", "--confidence", "90", "--lang", "en")
    assert "come with the program" in shown
    page = next((tmp_path / "plan" / "report").glob("*.html")).read_text(encoding="utf-8")
    assert "confidence-90" in page
    assert "90% of such orders have come" in page
    made = read_result(tmp_path / "plan")
    assert made.case.settings["confidence"] == "90"
    assert made.manifest["overrides"] == ["confidence-90"]
    told = parsed("plan", TINY, "-o", tmp_path / "again", "--confidence", "90", "--no-report", "--json")
    assert [f["code"] for f in told["findings"]] == ["slips-of-package"]
    assert run("plan", TINY, "--confidence", "75").exit_code == 2
    twice = run("plan", tmp_path / "plan" / "case", "-o", tmp_path / "twice", "--confidence", "90")
    assert (twice.exit_code, "move twice" in twice.stdout) == (1, True)


def test_the_table_of_slips_is_written_into_a_case(tmp_path: Path) -> None:
    assert "table slips" in said("expect", TINY, "--slips", tmp_path / "slipping", "--lang", "en")
    assert "0 errors, 0 warnings" in said("check", tmp_path / "slipping", "--lang", "en")
    shown = said(
        "plan", tmp_path / "slipping", "-o", tmp_path / "plan", "--confidence", "50", "--no-report", "--lang", "en"
    )
    assert "come with the program" not in shown


@pytest.mark.docs
def test_compensation_that_cannot_be_met_is_said(tmp_path: Path) -> None:
    """Betaland owes itself 1,000 rounds by June, before any order of its own could come."""
    case = tmp_path / "case"
    shutil.copytree(TINY, case)
    rows = case / "deliveries.csv"
    rows.write_text(rows.read_text(encoding="utf-8").replace("2026-06,XBB", "2025-06,XBB"), encoding="utf-8")
    shown = said("plan", case, "-o", tmp_path / "plan", "--lang", "en", "--reasons", "all")
    assert re.search(r"owes Betaland 1,000.rounds \(Round\) for\s+what it gave", shown)
    assert re.search("Backfill of donors.*(\n.*)*Order time", said("explain", tmp_path / "plan", "--lang", "en"))
    page = next((tmp_path / "plan" / "report").glob("*.html")).read_text(encoding="utf-8")
    assert "What is owed to donors for what they gave" in page
    french = said("report", tmp_path / "plan", "-o", tmp_path / "fr", "--lang", "fr")
    page = next((tmp_path / "fr").glob("*.html")).read_text(encoding="utf-8")
    assert "Tout ne peut être rendu à temps" in page
    assert french


@pytest.mark.parametrize("seconds", ["nan", "-5", "0", "-inf"])
def test_a_time_limit_is_a_number_of_seconds_above_nothing(seconds: str, tmp_path: Path) -> None:
    for verb in ("plan", "war"):
        result = run(verb, TINY, "-o", tmp_path / "out", "--time-limit", seconds)
        assert result.exit_code == 2
        assert "seconds above 0" in result.stderr
    with pytest.raises(ValueError, match="above 0"):
        rampart.plan(rampart.read_case(TINY), time_limit=float(seconds))


@pytest.mark.docs
def test_a_plan_is_taken_over(planned: Path, tmp_path: Path) -> None:
    text = said("plan", TINY, "--take", planned, "-o", tmp_path / "again", "--no-report")
    assert re.search(r"Decisions taken over: \d+ stand and \d+ are intended; all are kept\.", text)
    first, again = read_result(planned), read_result(tmp_path / "again")
    assert again["passes"]["value"].to_list() == pytest.approx(first["passes"]["value"].to_list(), rel=1e-3, abs=1e-6)
    assert again["changes"].is_empty()
    assert parsed("plan", TINY, "--take", planned, "-o", tmp_path / "json", "--no-report")["changes"] == []


def test_what_is_no_plan_cannot_be_taken_over(tmp_path: Path) -> None:
    answer = tmp_path / "fleets"
    said("sustain", ROOT / "cases" / "fleet-tiny", "-o", answer, "--draws", "0", "--no-report")
    text = run("plan", TINY, "--take", answer, "-o", tmp_path / "again")
    assert text.exit_code == 1
    assert "only a plan can be taken over" in text.output
    assert run("plan", TINY, "--take", tmp_path / "nowhere", "-o", tmp_path / "again").exit_code == 2
