"""``rampart``: one thin command per verb. Heavy imports happen inside the commands, so ``--help`` is quick."""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rampart.case import Case
    from rampart.findings import Finding, Language
    from rampart.plan import Plan

OK, FINDINGS, USAGE, INFEASIBLE, TIME_LIMIT = 0, 1, 2, 3, 4


def default_language() -> str:
    """French where the user's environment says so, else English."""
    for name in ("RAMPART_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


language_option = click.option(
    "--lang", type=click.Choice(["en", "fr"]), default=default_language, help="Language of what is shown."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
with_option = click.option(
    "--with", "overrides", multiple=True, metavar="NAME", help="Apply a named override of the case; repeat to stack."
)
case_argument = click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rampart")
def main() -> None:
    """Plan how an alliance rebuilds its stocks, raises production and keeps a partner supplied.

    A case is a folder of CSV or Parquet files, or an .xlsx workbook. Exit codes: 0 ok, 1 findings, 2 usage,
    3 some hard rule could not be kept, 4 time limit reached with a plan.
    """


def say(text: str = "") -> None:
    """Print for the reader."""
    click.echo(text)


def json_text(value: Any) -> str:
    """JSON as the standard has it, which knows no infinity: a number without a limit is null."""

    def plain(v: Any) -> Any:
        if isinstance(v, dict):
            return {k: plain(x) for k, x in v.items()}
        if isinstance(v, list | tuple):
            return [plain(x) for x in v]
        return None if isinstance(v, float) and not math.isfinite(v) else v

    return json.dumps(plain(value), ensure_ascii=False, indent=1, allow_nan=False)


def show_findings(findings: tuple[Finding, ...], language: Language, *, as_json: bool) -> None:
    """All findings with place, value, expectation and remedy."""
    if as_json:
        say(json_text([f.as_dict(language) for f in findings]))
        return
    from rampart.report.words import Words

    words = Words(language)
    for f in findings:
        say(f"{words(f'cli.{f.severity}')}  {f.where(language)}")
        parts = (f.message(language), f.expected(language), f.remedy(language))
        say("   " + " ".join(part for part in parts if part))
    errors = sum(f.severity == "error" for f in findings)
    say(words("cli.findings", errors=errors, others=len(findings) - errors))


def load(path: Path, overrides: tuple[str, ...], language: Language, *, as_json: bool = False) -> Case:
    """Read a case, or show its findings and leave with exit code 1."""
    from rampart.case import check_case

    case, findings = check_case(path, overrides=overrides)
    if case is None:
        show_findings(findings, language, as_json=as_json)
        sys.exit(FINDINGS)
    return case


def make_plan(case: Case, language: Language, *, time_limit: float | None = None, quiet: bool = False) -> Plan:
    """Plan with progress; leave with exit code 4 where the time ran out before any plan, 1 where the case allows none."""
    from rampart.findings import CaseError
    from rampart.plan import plan
    from rampart.plan.solve import NotSolved
    from rampart.report.progress import Watch

    if case["priorities"].is_empty():  # fleets alone are sustained, not planned
        from rampart.findings import Finding

        show_findings((Finding("no-priorities", table="priorities"),), language, as_json=quiet)
        sys.exit(FINDINGS)
    try:
        with Watch(language, quiet=quiet) as watch:
            return plan(case, time_limit=time_limit, progress=watch.callback)
    except CaseError as wrong:
        show_findings(wrong.findings, language, as_json=quiet)
        sys.exit(FINDINGS)
    except NotSolved as stopped:
        leave_unbounded(stopped.status, language, as_json=quiet)
        click.echo(str(stopped), err=True)
        sys.exit(TIME_LIMIT if stopped.status == "time limit" else INFEASIBLE)


def leave_unbounded(status: str, language: Language, *, as_json: bool) -> None:
    """Leave with a finding where the solver says that a plan could gain without end."""
    if "nbounded" in status:
        from rampart.findings import Finding

        show_findings((Finding("gain-unbounded"),), language, as_json=as_json)
        sys.exit(FINDINGS)


def exit_code(plan: Plan) -> int:
    """0, or 3 where a hard rule gave way, or 4 where the time ran out."""
    if plan.status == "time limit":
        return TIME_LIMIT
    return OK if plan.feasible else INFEASIBLE


def open_plan(path: Path) -> Plan:
    """Load a plan folder, or leave with a usage message."""
    from rampart.plan import read_plan

    try:
        return read_plan(path)
    except FileNotFoundError as missing:
        raise click.UsageError(str(missing)) from missing


def keep_off(folder: Path) -> None:
    """Leave with a usage message where a plan must not be written, before any work is done."""
    from rampart.engine import require_place

    try:
        require_place(folder)
    except FileExistsError as taken:
        raise click.UsageError(str(taken)) from taken


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@language_option
def new(folder: Path, lang: Language) -> None:
    """Start a case: a folder of CSV files with every table and column of the catalogue."""
    from rampart.case.catalogue import tables
    from rampart.report.words import Words

    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables().items():
        if name == "settings":
            lines = ["setting,value", *(f"{c.name},{c.default}" for c in table.columns.values())]
        else:
            lines = [",".join(table.columns)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    say(Words(lang)("cli.new", folder=folder))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--case", "case_path", type=click.Path(path_type=Path), help="Fill the template from this case.")
@language_option
def template(file: Path, case_path: Path | None, lang: Language) -> None:
    """Write an Excel workbook to fill in: a sheet a table, drop-downs, notes in both languages."""
    from rampart.case.template import write_template
    from rampart.report.words import Words

    case = load(case_path, (), lang) if case_path else None
    write_template(file, language=lang, case=case)
    say(Words(lang)("cli.template", file=file))


@main.command()
@case_argument
@with_option
@click.option("--annotate", type=click.Path(path_type=Path), help="Write a copy with the findings as red cells.")
@language_option
@json_option
def check(case_path: Path, overrides: tuple[str, ...], annotate: Path | None, lang: Language, as_json: bool) -> None:
    """Check a case and list every finding: where, which value, what is expected, how to mend it."""
    from rampart.case import check_case

    case, findings = check_case(case_path, overrides=overrides)
    show_findings(findings, lang, as_json=as_json)
    if annotate:
        from rampart.case.annotating import write_annotated

        write_annotated(case_path, findings, annotate)
    sys.exit(OK if case is not None else FINDINGS)


@main.command()
@case_argument
@with_option
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Plan folder. Default: out/<case name>.")
@click.option("--time-limit", type=float, metavar="SECONDS", help="Stop solving then, with the best plan so far.")
@click.option("--report/--no-report", default=True, help="Also write the report beside the plan.")
@language_option
@json_option
def plan(
    case_path: Path, overrides: tuple[str, ...], out: Path | None, time_limit: float | None, report: bool,
    lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """Plan a case: save the plan folder, print the decisions to take now and where the report lies."""
    folder = out or Path("out") / "-".join([case_path.stem, *overrides])
    keep_off(folder)
    case = load(case_path, overrides, lang, as_json=as_json)
    made = make_plan(case, lang, time_limit=time_limit, quiet=as_json)
    made.save(folder)
    written: tuple[Path, ...] = ()
    if report:
        from rampart.report import write_report

        written = write_report(made, folder / "report", language=lang)
    if as_json:
        say(json_text(summary(made, folder, written)))
    else:
        show_plan(made, folder, written, lang)
    sys.exit(exit_code(made))


def summary(made: Plan, folder: Path, written: tuple[Path, ...]) -> dict[str, Any]:
    """A plan in JSON: status, passes, decisions, what gave way, where things lie."""
    tables = ("passes", "decisions", "fill", "fleets", "support", "exchange", "bottlenecks", "rules_broken")
    return {
        "status": made.status,
        "feasible": made.feasible,
        "plan": str(folder),
        "report": [str(p) for p in written],
        "manifest": dict(made.manifest),
        **{name: made[name].to_dicts() for name in tables},
    }


def show_plan(made: Plan, folder: Path, written: tuple[Path, ...], language: Language) -> None:
    """The decisions to take now, in a table a reader can act on, and where the rest lies."""
    from rampart.report.console import print_decisions
    from rampart.report.words import Words

    words = Words(language)
    print_decisions(made, language)
    say(words("cli.plan", folder=folder))
    for path in written:
        say(words("cli.report", path=path))


def known_code(plan: Plan, option: str, code: str | None, table: str, column: str) -> None:
    """Refuse a code that the case does not have: an empty answer would read as "nothing is short"."""
    from difflib import get_close_matches

    codes = plan.case[table][column].to_list()
    if table == "items":  # what is short of a fleet is told by the fleet
        codes += plan.case["fleets"]["fleet"].to_list()
    if code is None or code in codes:
        return
    near = get_close_matches(code, codes, 1)
    hint = f"; did you mean {near[0]}?" if near else f"; the case has {', '.join(sorted(codes))}"
    raise click.UsageError(f"{option} {code}: no such code in {table}{hint}")


@main.command()
@click.argument("plan_path", metavar="PLAN", type=click.Path(path_type=Path))
@click.option("--holder", help="Only this nation.")
@click.option("--item", help="Only this item.")
@language_option
@json_option
def explain(plan_path: Path, holder: str | None, item: str | None, lang: Language, as_json: bool) -> None:
    """Say why things are short or late, and rank the bottlenecks of the whole plan."""
    import polars as pl

    made = open_plan(plan_path)
    known_code(made, "--holder", holder, "nations", "nation")
    known_code(made, "--item", item, "items", "item")
    if as_json:
        chosen = made["causes"]
        for column, value in (("holder", holder), ("item", item)):
            chosen = chosen.filter(pl.col(column) == value) if value else chosen
        say(json_text({"causes": chosen.to_dicts(), "bottlenecks": made["bottlenecks"].to_dicts()}))
        return
    for sentence in made.explain(holder=holder, item=item, language=lang):
        say(sentence)


@main.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@with_option
@language_option
@json_option
def compare(first: Path, second: Path, overrides: tuple[str, ...], lang: Language, as_json: bool) -> None:
    """Compare two plans, or two cases (planned first). --with applies to the second."""
    from rampart.plan.compare import compare as compare_plans

    plans = [
        open_plan(path) if (path / "manifest.json").exists()
        else make_plan(load(path, names, lang, as_json=as_json), lang, quiet=as_json)
        for path, names in ((first, ()), (second, overrides))
    ]  # fmt: skip
    differences = compare_plans(*plans)
    if as_json:
        say(json_text({k: v.to_dicts() for k, v in differences.items()}))
        return
    from rampart.report.console import print_comparison

    print_comparison(differences, plans[0].case, lang)


@main.command()
@click.argument("plan_path", metavar="PLAN", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder or .html file. Default: PLAN/report.")
@click.option("--workbook/--no-workbook", default=True, help="Also the Excel workbook.")
@click.option("--banner", default="", help="Marking printed on every page.")
@language_option
def report(plan_path: Path, out: Path | None, workbook: bool, banner: str, lang: Language) -> None:
    """Write the report of a plan: one HTML file to print, and an Excel workbook with native charts."""
    from rampart.report import write_report

    made = open_plan(plan_path)
    if out is not None and out.is_file() and out.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(f"{out} is a file, not a folder; name a folder or an .html file")
    for path in write_report(made, out or plan_path / "report", language=lang, workbook=workbook, banner=banner):
        say(str(path))


@main.command()
@case_argument
@with_option
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder. Default: out/sustain-<case name>.")
@click.option("--month", metavar="YYYY-MM", help="Month for which spares are bought. Default: the last.")
@click.option("--target", type=click.FloatRange(0, 1), help="Supply availability to reach, 0 to 1.")
@click.option("--budget", type=click.FloatRange(min=0), help="Money for spares, in the case's money unit.")
@click.option("--draws", type=click.IntRange(min=0), default=24, show_default=True, help="Draws for the bands.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the draws.")
@click.option("--parts", type=click.Path(path_type=Path), help="Take the parts from this CSV (S3000L or S5000F terms).")
@click.option("--report/--no-report", default=True, help="Write the page and the workbook.")
@language_option
@json_option
def sustain(
    case_path: Path, overrides: tuple[str, ...], out: Path | None, month: str | None, target: float | None,
    budget: float | None, draws: int, seed: int, parts: Path | None, report: bool, lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """Fleets: availability over time, what holds it back, which spares to buy, deliver more or repair more."""
    from rampart.findings import CaseError
    from rampart.sustainment.answer import sustain as answer_of

    try:
        if parts is None:
            case = load(case_path, overrides, lang, as_json=as_json)
        else:
            from rampart.sustainment.importing import import_parts

            case = import_parts(case_path, parts, overrides=overrides)
        answer = answer_of(case, month=month, target=target, budget=budget, draws=draws, seed=seed)
    except CaseError as wrong:
        show_findings(wrong.findings, lang, as_json=as_json)
        sys.exit(FINDINGS)
    except (ValueError, FileNotFoundError) as wrong:
        raise click.UsageError(str(wrong)) from wrong
    folder = out or Path("out") / "-".join(["sustain", case_path.stem, *overrides])
    written: tuple[Path, ...] = ()
    if report:
        from rampart.report.sustainment import write_sustainment

        written = write_sustainment(answer, folder, language=lang)
    if as_json:
        tables = {name: frame.to_dicts() for name, frame in answer.tables.items()}
        told = [f.as_dict(lang) for f in answer.findings]
        say(json_text({"month": answer.month, "report": [str(p) for p in written], "findings": told, **tables}))
        return
    from rampart.report.sustainment_console import print_answer

    print_answer(answer, written, lang)


@main.command()
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("out/alliance-2023"))
@language_option
@click.pass_context
def demo(ctx: click.Context, out: Path, lang: Language) -> None:
    """Run the main job on the real case: plan it, print the decisions to take now, write both reports."""
    from rampart.report import write_report
    from rampart.report.words import Words

    keep_off(out)
    case = load(demo_case(), (), lang)
    made = make_plan(case, lang)
    made.save(out)
    other: Language = "fr" if lang == "en" else "en"
    written = write_report(made, out / "report", language=lang) + write_report(made, out / "report", language=other)
    show_plan(made, out, written, lang)
    spent = sum(made.manifest["seconds"].values())
    say(Words(lang)("cli.demo", columns=made.manifest["columns"], seconds=f"{spent:.0f}"))
    ctx.exit(exit_code(made))


def demo_case() -> Path:
    """Where the real case lies: inside an installed package, or at the root of a checkout."""
    import rampart

    package = Path(rampart.__file__).parent
    for folder in (package / "cases" / "alliance-2023", package.parents[1] / "cases" / "alliance-2023"):
        if folder.exists():
            return folder
    raise click.UsageError("the case alliance-2023 is not here; give its folder to `rampart plan`")


@main.command()
@language_option
@json_option
def doctor(lang: Language, as_json: bool) -> None:
    """Check this machine: versions, a small programme solved, charts drawn."""
    from rampart.report.doctor import examine

    results = examine(lang)
    if as_json:
        say(json_text([{"check": name, "ok": ok, "detail": text} for name, ok, text in results]))
    else:
        for name, ok, text in results:
            say(f"{'ok ' if ok else 'NO '} {name}: {text}")
    sys.exit(OK if all(ok for _, ok, _ in results) else FINDINGS)


# The verbs of the sources room and of the unknown war hang themselves on ``main``.
from rampart import cli_sources, cli_war  # noqa: E402, F401
