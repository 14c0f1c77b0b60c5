"""Verbs of a plan: ``plan``, ``demo``."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rampart.cli.group import exit_code, json_text, load, main, say, show_findings
from rampart.cli.options import (
    FINDINGS,
    banner_option,
    case_argument,
    force_option,
    json_option,
    language_option,
    time_limit_option,
    with_option,
)
from rampart.cli.planning import make_plan
from rampart.cli.speech import usage

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.findings import Language
    from rampart.plan.planning import Worked
    from rampart.results.result import Result


@main.command()
@case_argument
@with_option
@click.option(
    "--without", multiple=True, metavar="NAME",
    help="Leave out a named change with which the case is planned of itself (settings: plan_with); repeat for several.",
)  # fmt: skip
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Plan folder. Default: out/<case name>.")
@click.option(
    "--confidence",
    type=click.Choice(["50", "80", "90"]),
    help="Plan with the months by which so many in a hundred orders have come, as past schedules slipped.",
)
@click.option(
    "--take",
    "taken",
    type=click.Path(path_type=Path),
    metavar="PLAN",
    help="Take this plan's decisions of the first year over, and plan on.",
)
@click.option(
    "--beside",
    type=click.Path(path_type=Path),
    metavar="PLAN",
    help="Also say from which months and stocks comes what is served more than in this plan.",
)
@time_limit_option
@click.option("--report/--no-report", default=True, help="Also write the report beside the plan.")
@click.option(
    "--give-or-keep/--no-give-or-keep", default=True,
    help="Also say what would be given and kept at other chances of being called upon, where requirements state one.",
)  # fmt: skip
@click.option(
    "--reasons", type=click.Choice(["none", "kinds", "all"]),
    help="How far to say what would relieve each shortage, by planning again with a step in each limit: none; kinds, with a "
    "step in all limits of a kind; or all, each limit that matters by itself too. Default: all, in large cases kinds.",
)  # fmt: skip
@click.option(
    "--progress", type=click.Choice(["bar", "lines"]), default="bar",
    help="How the work is followed on standard error: a bar on a terminal, or a line of JSON for each step, for programs.",
)  # fmt: skip
@banner_option
@force_option
@language_option
@json_option
def plan(
    case_path: Path, overrides: tuple[str, ...], without: tuple[str, ...], out: Path | None,
    confidence: str | None, taken: Path | None, beside: Path | None, time_limit: float | None, report: bool,
    give_or_keep: bool, reasons: Worked | None, progress: str, banner: str, force: bool, lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """Plan a case: save the plan folder, print the decisions to take now and where the report lies.

    An older plan folder of the same name is replaced; what you have laid into it is kept. Anything else there is refused.
    """
    from rampart.engine.places import require_place

    named = [] if confidence is None else [f"confidence-{confidence}"]
    folder = out or Path("out") / "-".join([case_path.stem, *overrides, *named, *(["taken"] if taken else [])])
    require_place(folder, kind="plan", force=force, sources=[case_path, *(path for path in (taken, beside) if path)])
    case = load(case_path, overrides, lang, as_json=as_json)
    case = planned_with(case, case_path, overrides, without, lang, as_json=as_json)
    if confidence is not None:
        case = with_confidence(case, int(confidence), lang, as_json=as_json)
    if taken:
        case = take_over(case, taken, lang, as_json=as_json)
    made = make_plan(
        case, lang, time_limit=time_limit, quiet=as_json, give_or_keep=give_or_keep, reasons=reasons,
        lines=progress == "lines",
    )  # fmt: skip
    if beside is not None:
        made = laid_beside(made, beside, lang, as_json=as_json)
    made.save(folder, force=force)
    written: tuple[Path, ...] = ()
    if report:
        from rampart.report.report import write_report

        written = write_report(made, folder / "report", language=lang, banner=banner, force=force)
    if as_json:
        found = {"findings": [f.as_dict(lang) for f in case.findings]}
        say(json_text(summary(made, folder, written) | found))
    else:
        show_plan(made, folder, written, lang)
    sys.exit(exit_code(made))


def planned_with(
    case: Case, path: Path, overrides: tuple[str, ...], without: tuple[str, ...], language: Language, *, as_json: bool
) -> Case:
    """The case with the changes with which it is planned of itself, those named by the user after them."""
    from rampart.case.states import read_name

    names = (case.settings["plan_with"] or "").split()
    if strange := [name for name in without if name not in names]:
        raise click.UsageError(
            usage("the case is not planned with {value} of itself: settings.plan_with names {names}",
                  value=strange[0], names=", ".join(names) or "–")
        )  # fmt: skip
    usual = tuple(name for name in names if name not in (*without, *overrides))
    if not usual:
        return case
    states = tuple(name for name in overrides if read_name(name) is not None)
    return load(path, (*states, *usual, *overrides[len(states) :]), language, as_json=as_json)


def with_confidence(case: Case, confidence: int, language: Language, *, as_json: bool) -> Case:
    """The case with delivery dates at a confidence, and what was found on the way shown; leave with 1 where there are none."""
    from rampart.findings import CaseError
    from rampart.sources.calibration.case_slips import at_confidence

    try:
        later = at_confidence(case, confidence)
    except CaseError as wrong:
        show_findings(wrong.findings, language, as_json=as_json)
        sys.exit(FINDINGS)
    if not as_json and (found := later.findings[len(case.findings) :]):
        show_findings(found, language, as_json=False)
    return later


def take_over(case: Case, folder: Path, language: Language, *, as_json: bool) -> Case:
    """The case with the decisions of a saved plan taken over; leaves with 1 where there is no plan in the folder."""
    from rampart.cli.group import open_result, show_findings
    from rampart.cli.options import FINDINGS
    from rampart.findings import Finding
    from rampart.network.taking import SAID, take
    from rampart.results.comparison import NAMES

    before = open_result(folder, language)
    if before.kind != "plan":
        name, name_fr = NAMES[before.kind]
        wrong = Finding("taken-no-plan", value=str(folder), details={"kind": name, "kind_fr": name_fr})
        show_findings((wrong,), language, as_json=as_json)
        sys.exit(FINDINGS)
    case = take(case, before)
    if not as_json and (lost := tuple(f for f in case.findings if f.code in SAID)):
        show_findings(lost, language, as_json=False)
    return case


def laid_beside(made: Result, folder: Path, language: Language, *, as_json: bool) -> Result:
    """The plan beside a saved one; leaves with 1 where the two cannot stand side by side."""
    from rampart.cli.group import open_result
    from rampart.findings import Finding, ResultError
    from rampart.results.comparison import NAMES
    from rampart.results.origins import beside

    other = open_result(folder, language)
    try:
        if other.kind != "plan":
            (one, un), (second, autre) = NAMES[other.kind], NAMES["plan"]
            details = {"first": one, "second": second, "first_fr": un, "second_fr": autre}
            raise ResultError([Finding("results-of-two-kinds", details=details)])
        return beside(made, other)
    except ResultError as wrong:
        show_findings(wrong.findings, language, as_json=as_json)
        sys.exit(FINDINGS)


def summary(made: Result, folder: Path, written: tuple[Path, ...]) -> dict[str, Any]:
    """A plan in JSON: status, passes, decisions, what gave way, where things lie."""
    tables = (
        "passes", "decisions", "fill", "fleets", "support", "exchange", "give_or_keep", "break_even", "short", "reasons",
        "bottlenecks", "rules_broken", "changes", "origins",
    )  # fmt: skip
    return {
        "status": made.status,
        "feasible": made.feasible,
        "plan": str(folder),
        "report": [str(p) for p in written],
        "manifest": dict(made.manifest),
        **{name: made[name].to_dicts() for name in tables},
    }


def show_plan(made: Result, folder: Path, written: tuple[Path, ...], language: Language) -> None:
    """The decisions to take now, in a table a reader can act on, and where the rest lies."""
    from rampart.language.words import Words
    from rampart.report.console.plan import print_decisions

    words = Words(language)
    print_decisions(made, language)
    say(words("cli.plan", folder=folder))
    for path in written:
        say(words("cli.report", path=path))


@main.command()
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("out/alliance-2023"))
@banner_option
@force_option
@language_option
@click.pass_context
def demo(ctx: click.Context, out: Path, banner: str, force: bool, lang: Language) -> None:
    """Run the main job on the real case: plan it, print the decisions to take now, write both reports."""
    from rampart.engine.places import require_place
    from rampart.language.words import Words
    from rampart.report.report import write_report

    require_place(out, kind="plan", force=force, sources=[demo_case()])
    case = load(demo_case(), (), lang)
    made = make_plan(case, lang)
    made.save(out, force=force)
    both: tuple[Language, Language] = ("fr", "en") if lang == "fr" else ("en", "fr")
    written = sum((write_report(made, out / "report", language=each, banner=banner, force=force) for each in both), ())
    show_plan(made, out, written, lang)
    spent = sum(made.manifest["seconds"].values())
    say(Words(lang)("cli.demo", columns=made.manifest["columns"], seconds=f"{spent:.0f}"))
    ctx.exit(exit_code(made))


def demo_case() -> Path:
    """Where the real case lies: inside an installed package, or at the root of a checkout."""
    package = Path(str(files("rampart")))
    for folder in (package / "cases" / "alliance-2023", package.parents[1] / "cases" / "alliance-2023"):
        if folder.exists():
            return folder
    raise click.UsageError(usage("the case alliance-2023 is not here; give its folder to `rampart plan`"))
