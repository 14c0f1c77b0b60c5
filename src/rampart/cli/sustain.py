"""The verb of fleets: ``sustain``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rampart.cli.group import json_text, load, main, say, show_findings
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

if TYPE_CHECKING:
    from rampart.findings import Language


@main.command()
@case_argument
@with_option
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Result folder. Default: out/sustain-<case name>.")
@click.option("--month", metavar="YYYY-MM", help="Month for which spares are bought. Default: the last.")
@click.option("--target", type=click.FloatRange(0, 1), help="Supply availability to reach, 0 to 1.")
@click.option("--budget", type=click.FloatRange(min=0), help="Money for spares, in the case's money unit.")
@click.option("--draws", type=click.IntRange(min=0), default=24, show_default=True, help="Draws for the bands.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the draws.")
@click.option(
    "--simulate", type=click.IntRange(min=2), metavar="RUNS", help="Play the fleets through event by event as well."
)
@click.option("--parts", type=click.Path(path_type=Path), help="Take the parts from this CSV (S3000L or S5000F terms).")
@click.option("--report/--no-report", default=True, help="Also write the report beside the tables.")
@time_limit_option
@banner_option
@force_option
@language_option
@json_option
def sustain(
    case_path: Path, overrides: tuple[str, ...], out: Path | None, month: str | None, target: float | None,
    budget: float | None, draws: int, seed: int, simulate: int | None, parts: Path | None, report: bool,
    time_limit: float | None, banner: str, force: bool, lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """Fleets: availability over time, what holds it back, which spares to buy, deliver more or repair more."""
    from rampart.engine.places import require_place
    from rampart.findings import CaseError
    from rampart.sustainment.answer import sustain as answer_of

    folder = out or Path("out") / "-".join(["sustain", case_path.stem, *overrides])
    require_place(folder, kind="fleet", force=force, sources=[case_path, *([parts] if parts else [])])
    try:
        if parts is None:
            case = load(case_path, overrides, lang, as_json=as_json)
        else:
            from rampart.sources.parts_list import import_parts

            case = import_parts(case_path, parts, overrides=overrides)
        answer = answer_of(
            case,
            month=month,
            target=target,
            budget=budget,
            draws=draws,
            seed=seed,
            simulate=simulate or 0,
            time_limit=time_limit,
        )
    except CaseError as wrong:
        show_findings(wrong.findings, lang, as_json=as_json)
        sys.exit(FINDINGS)
    except (ValueError, FileNotFoundError) as wrong:
        raise click.UsageError(str(wrong)) from wrong
    answer.save(folder, force=force)
    written: tuple[Path, ...] = ()
    if report:
        from rampart.report.report import write_report

        written = write_report(answer, folder / "report", language=lang, banner=banner, force=force)
    if as_json:
        tables = {name: frame.to_dicts() for name, frame in answer.tables.items()}
        found = [f.as_dict(lang) for f in answer.findings]
        said = {
            "status": answer.status,
            "month": answer.manifest["month"],
            "result": str(folder),
            "report": [str(p) for p in written],
        }
        say(json_text(said | {"findings": found, **tables}))
        return
    from rampart.report.console.fleet import print_answer

    print_answer(answer, folder, written, lang)
