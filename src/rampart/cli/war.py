"""The verb of the war of unknown length: ``war``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rampart.cli.group import json_text, leave_unbounded, load_without_fleets, main, say, show_findings
from rampart.cli.options import (
    FINDINGS,
    INFEASIBLE,
    OK,
    TIME_LIMIT,
    banner_option,
    case_argument,
    force_option,
    json_option,
    language_option,
    time_limit_option,
    with_option,
)
from rampart.cli.speech import usage

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.findings import Language
    from rampart.language.words import Words
    from rampart.results.result import Result
    from rampart.scenario.drawn import Draw
    from rampart.scenario.risk import Risk

Tell = Callable[..., None]
INSTEAD = 20  # paths that are drawn where a tree is too large: minutes on a large case, `--paths` asks for more
SOON = 60_000  # columns of a drawn tree up to which it takes the place of one that is too large, unasked


@main.command()
@case_argument
@with_option
@click.option("--tree", "shape", type=click.Choice(["auto", "comb", "regimes", "given", "drawn"]), default="auto",
              help="What branches: whether the war ends (comb), every regime, the branches of the case, or every regime on "
                   "drawn paths.")  # fmt: skip
@click.option("--objective", help="The objective pass that counts. Default: all at their worth, else the last.")
@click.option("--cvar", type=(float, float), metavar="WEIGHT LEVEL",
              help="Weigh the mean of the worst 1 - LEVEL of the paths with WEIGHT, the mean with the rest.")  # fmt: skip
@click.option("--regret", is_flag=True, help="Make the largest regret over the paths small instead of the mean cost.")
@click.option(
    "--compare/--no-compare", default=True, help="Also work out what knowing or planning otherwise would give."
)
@click.option("--whole", type=click.Choice(["all", "now"]), default="all",
              help="Whole numbers in all decisions, or only in those before the next look: faster on large cases.")  # fmt: skip
@click.option(
    "--gap", type=click.FloatRange(0, 1), help="Relative gap at which to stop. Default 1e-6, over paths 0.01."
)
@click.option(
    "--paths",
    type=click.IntRange(2),
    help="Plan over so many sampled paths instead of a tree; with --tree drawn: draw the tree from so many (300).",
)
@click.option("--keep", type=click.IntRange(1), help="Of the paths, so many that stand for all.")
@click.option("--capacity", type=click.Choice(["now", "later"]), default="now",
              help="Over paths: decide all expansions now, or those after the next look later.")  # fmt: skip
@click.option("--fresh", type=click.IntRange(0), default=0,
              help="Over paths: run ways of planning forward on so many fresh paths; with --tree drawn: carry the plan out "
                   "on so many (1000).")  # fmt: skip
@click.option("--ahead", type=click.IntRange(1), default=5, help="Paths that each plan on the way draws.")
@click.option("--batches", type=click.IntRange(0), default=0,
              help="Over paths: bound the value by so many fresh batches of paths.")  # fmt: skip
@click.option("--frontier", type=click.IntRange(0), default=2,
              help="Over paths: weigh recipient, readiness and money otherwise on so many that stand for all.")  # fmt: skip
@click.option("--beside", type=click.Path(path_type=Path), metavar="PLAN",
              help="Folder of a plan of the same case: its first decisions beside these, and what each difference "
                   "costs.")  # fmt: skip
@click.option("--seed", type=int, default=0, help="Root of the random numbers.")
@click.option("--workers", type=click.IntRange(1), help="Processes. Default: over many paths one a core, else one.")
@time_limit_option
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Result folder. Default: out/war-<case name>.")
@click.option("--report/--no-report", default=True, help="Also write the report beside the tables.")
@banner_option
@force_option
@language_option
@json_option
def war(
    case_path: Path, overrides: tuple[str, ...], shape: Any, objective: str | None, cvar: tuple[float, float] | None,
    regret: bool, compare: bool, whole: str, gap: float | None, paths: int | None, out: Path | None, report: bool,
    banner: str, force: bool, lang: Language, as_json: bool, beside: Path | None, **sampled: Any,
) -> None:  # fmt: skip
    """Plan for a war of unknown length: what to decide now, and what each end of the war would leave."""
    from rampart.engine.highs import NoPlan
    from rampart.engine.places import require_place
    from rampart.findings import FindingsError, PlaceError
    from rampart.language.words import Words
    from rampart.report.console.war import print_war

    if cvar and not (0 <= cvar[0] <= 1 and 0 <= cvar[1] < 1):
        raise click.BadParameter(usage("WEIGHT from 0 to 1, LEVEL from 0 to below 1"), param_hint="--cvar")
    if (cvar or regret) and (sampled["fresh"] or sampled["batches"]):
        raise click.UsageError(usage("--fresh and --batches count the mean; leave out --cvar and --regret"))
    if cvar and regret:
        raise click.UsageError(usage("one of --cvar and --regret"))
    folder = out or Path("out") / "-".join(["war", case_path.stem, *overrides])
    require_place(folder, kind="war", force=force, sources=[case_path, *([beside] if beside else [])])
    case = load_without_fleets(case_path, overrides, lang, as_json=as_json)
    words = Words(lang, str(case.settings["currency"]), str(case.settings["money_unit"]))

    def rolled(policy: str, made: int, total: int) -> None:
        tell("war.step.forward", policy=words(f"war.value.{policy}"), made=made, total=total)

    tell: Tell = (lambda *_, **__: None) if as_json else (lambda key, **of: click.echo(words(key, **of), err=True))
    try:
        plan = _plan_beside(case, beside, lang) if beside else None
        for tree in _trees(shape, paths):
            made = _over_tree(
                case, tree, tell, _draw(tree, paths, sampled, asked=shape == "drawn"), objective=objective,
                cvar=cvar, regret=regret, compare=compare, whole=whole, gap=gap, time_limit=sampled["time_limit"],
                workers=sampled["workers"] or 1, rolling=rolled,
            )  # fmt: skip
            if made:
                break
        else:
            if not paths or shape == "drawn":
                tell("war.step.paths", paths=paths or INSTEAD)
            made = _over_paths(
                case, paths or INSTEAD, words, tell, objective=objective, cvar=cvar, regret=regret, compare=compare,
                gap=gap, rolling=rolled, **sampled,
            )  # fmt: skip
        made.save(folder, force=force)
        if plan:
            from rampart.scenario.beside import lay_beside

            made = lay_beside(made, plan, progress=lambda done, total: tell("war.step.beside", done=done, total=total))
            made.save(folder, force=force)
    except PlaceError:  # said, with its own code, where every verb's are
        raise
    except FindingsError as wrong:
        show_findings(wrong.findings, lang, as_json=as_json)
        sys.exit(FINDINGS)
    except ValueError as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(FINDINGS)
    except NoPlan as stopped:
        leave_unbounded(str(stopped), lang, as_json=as_json)
        click.echo(f"the solver stopped without a plan: {stopped}", err=True)
        sys.exit(INFEASIBLE)
    written: tuple[Path, ...] = ()
    if report:
        from rampart.report.report import write_report

        written = write_report(made, folder / "report", language=lang, banner=banner, force=force)
    if as_json:
        said = {"status": made.status, "result": str(folder), "report": [str(p) for p in written]}
        say(json_text(said | {name: made[name].to_dicts() for name in ("decisions", "values", "ends")}))
    else:
        print_war(made, lang)
        if compare and "wait_and_see" not in made["values"]["name"]:
            say(words("war.no_worth"))
        if made.status == "time limit":
            far = words.share(made.manifest["gap"], digits=2)
            say(words("war.idle") if made.manifest.get("idle") else words("war.stopped", gap=far))
        say(words("cli.result", folder=folder))
        for path in written:
            say(words("cli.report", path=path))
    sys.exit(TIME_LIMIT if made.status == "time limit" else OK)


def _plan_beside(case: Case, folder: Path, language: Language) -> Result:
    """The plan to lay beside, of the same case."""
    from rampart.cli.group import open_result
    from rampart.scenario.beside import require_beside

    plan = open_result(folder, language)
    require_beside(case, plan)
    return plan


def _trees(shape: str, paths: int | None) -> tuple[str, ...]:
    """Trees to try in turn, before paths that are each known after the first look."""
    if shape == "drawn":
        return (shape,)
    return () if paths else (shape, "drawn")


def _draw(shape: str, paths: int | None, sampled: dict[str, Any], *, asked: bool) -> Draw | None:
    """How the tree is drawn, if it is."""
    from rampart.scenario.drawn import Draw

    if shape != "drawn":
        return None
    said = {"paths": paths, "fresh": sampled["fresh"] if asked else 0, "most_columns": 0 if asked else SOON}
    return Draw(seed=sampled["seed"], **{name: number for name, number in said.items() if number})


def _over_tree(
    case: Case, shape: Any, tell: Tell, draw: Draw | None, *, objective: str | None,
    cvar: tuple[float, float] | None, regret: bool, compare: bool, whole: str, gap: float | None, time_limit: float | None,
    workers: int, rolling: Callable[[str, int, int], None],
) -> Result | None:  # fmt: skip
    """The plan over the tree; none where that is too large, which is told."""
    import time

    from rampart.findings import CaseError
    from rampart.scenario.tree_programme import Effort
    from rampart.scenario.war import first_look, tree_of, war_plan

    deadline = None if time_limit is None else time.monotonic() + time_limit

    def told(step: str) -> None:
        if draw and step == "plan":
            tell("war.step.drawn", paths=draw.paths)
        tell(f"war.step.{step}")

    try:
        until = first_look(tree_of(case, shape, draw)[0]) if whole == "now" else None
        return war_plan(
            case, shape=shape, objective=objective, compare=compare, risk=_risk(cvar), regret=regret, draw=draw,
            effort=Effort(gap=(0.01 if draw else 1e-6) if gap is None else gap, whole_until=until, deadline=deadline),
            say=told, rolling=rolling, workers=workers,
        )  # fmt: skip
    except CaseError as wrong:
        if any(finding.code != "tree-too-large" for finding in wrong.findings):
            raise
        return None


def _over_paths(
    case: Case, paths: int, words: Words, tell: Tell, *, objective: str | None, cvar: tuple[float, float] | None,
    regret: bool, compare: bool, gap: float | None, capacity: str, workers: int | None, frontier: int,
    rolling: Callable[[str, int, int], None], **sampled: Any,
) -> Result:  # fmt: skip
    from rampart.scenario.decompose import Round
    from rampart.scenario.sampled import Sampling, plan_on_paths

    def told(now: Round) -> None:
        tell("war.step.round", n=now.number, stand_ins=now.stand_ins,
             bound=words.number(round(now.bound)), best=words.number(round(now.best)),
             gap=words.share(now.gap, digits=2), seconds=round(now.seconds))  # fmt: skip

    sampling = Sampling(
        paths=paths, capacity=capacity == "now", gap=0.01 if gap is None else gap, compare=compare,
        frontier=frontier if compare else 0, **sampled,
    )  # fmt: skip
    return plan_on_paths(
        case, sampling, objective=objective, risk=_risk(cvar), regret=regret, workers=workers, progress=told,
        rolling=rolling, say=lambda step: tell(f"war.step.{step}"),
    )[0]  # fmt: skip


def _risk(cvar: tuple[float, float] | None) -> Risk | None:
    from rampart.scenario.risk import Risk

    return None if cvar is None else Risk(mean=1 - cvar[0], level=cvar[1])
