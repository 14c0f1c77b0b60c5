"""The group of verbs, and what every verb says the same way."""

from __future__ import annotations

import codecs
import io
import json
import math
import sys
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from rampart.cli.options import FINDINGS, INFEASIBLE, INTERRUPTED, OK, TIME_LIMIT, USAGE
from rampart.cli.speech import asked, default_language, said, speaking, without_language

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.findings import Finding, FindingsError, Language
    from rampart.results.result import Result


def start_log(path: Path | None, verbose: bool) -> None:
    """Let what the program logs go to a file, and to standard error too where it is asked for: a line each, with its time."""
    import logging

    log = logging.getLogger("rampart")
    for old in [h for h in log.handlers if h.get_name() == "command line"]:  # of a command line before, in this process
        log.removeHandler(old)
        old.close()
    handlers: list[logging.Handler] = [logging.StreamHandler()] if verbose else []
    if path is not None:
        from rampart.engine.places import saying

        with saying(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handlers.append(logging.FileHandler(path, encoding="utf-8"))
    for handler in handlers:
        handler.set_name("command line")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        log.addHandler(handler)
    log.setLevel(logging.INFO if handlers else logging.WARNING)


class Verbs(click.Group):
    """The verbs: what none of them mends is said in a line, in the reader's language."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:
        """Run the command line in the language that it, or the environment, asks for."""
        words = list(sys.argv[1:] if args is None else args)
        with speaking(asked(words) or default_language(), self):
            return super().main(without_language(words), *more, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb. Leaves with 2 where nothing can be written in a place, with 1 for all else that is found, with 130
        where it was interrupted.
        """
        from rampart.findings import FindingsError

        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo(said("Aborted!"), err=True)
            sys.exit(INTERRUPTED)
        except FindingsError as wrong:
            leave(
                wrong, ctx.meta.get("rampart.lang", default_language()), as_json=ctx.meta.get("rampart.as_json", False)
            )


def leave(wrong: FindingsError, language: Language, *, as_json: bool) -> NoReturn:
    """Leave with what stands against the work: a line each on standard error, or all of it as JSON."""
    from rampart.findings import PlaceError

    if as_json:
        say(json_text([f.as_dict(language) for f in wrong.findings]))
    else:
        for finding in wrong.findings:
            click.echo(finding.sentence(language), err=True)
    sys.exit(USAGE if isinstance(wrong, PlaceError) else FINDINGS)


NEAREST = str.maketrans({
    "\u202f": " ", "\u00a0": " ", "\u2009": " ", "→": "->", "–": "-", "—": "-", "•": "*", "’": "'",
    "…": "...", "≥": ">=", "≤": "<=",
})  # fmt: skip
"""What is written in place of letters that a code page of Windows lacks."""


def _nearest(wrong: UnicodeError) -> tuple[str, int]:
    """The nearest letters that any code page has: the letter without its accent, else a question mark."""
    if not isinstance(wrong, UnicodeEncodeError):
        raise wrong
    text = unicodedata.normalize("NFKD", wrong.object[wrong.start : wrong.end].translate(NEAREST))
    kept = "".join(c for c in text if not unicodedata.combining(c))
    return kept.encode("ascii", "replace").decode(), wrong.end


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rampart")
@click.option("--lang", type=click.Choice(["en", "fr"]), expose_value=False, help="Language of what is shown.")
@click.option(
    "--log-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what happens on the way to this file, with times.",
)
@click.option("-v", "--verbose", is_flag=True, help="Say on the way how the work goes on.")
def main(log_file: Path | None, verbose: bool) -> None:
    """Plan how an alliance rebuilds its stocks, raises production and keeps a partner supplied.

    A case is a folder of CSV or Parquet files, or an .xlsx workbook. Exit codes: 0 ok, 1 findings, 2 usage, or a
    place where nothing can be written, 3 some hard rule could not be kept, 4 time limit reached with a plan,
    130 interrupted.
    """
    start_log(log_file, verbose)
    if log_file is not None or verbose:
        import logging

        logging.getLogger("rampart.cli").info("rampart %s", " ".join(sys.argv[1:]))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
            codecs.register_error("rampart", _nearest)
            stream.reconfigure(errors="rampart")


def say(text: str = "") -> None:
    """Print for the reader."""
    click.echo(text)


def json_text(value: Any) -> str:
    """JSON as the standard has it, which knows no infinity: a number without a limit is null. Months are "YYYY-MM"."""

    def plain(v: Any) -> Any:
        if isinstance(v, dict):
            return {k: plain(x) for k, x in v.items()}
        if isinstance(v, list | tuple):
            return [plain(x) for x in v]
        if isinstance(v, date):
            return f"{v:%Y-%m}"
        return None if isinstance(v, float) and not math.isfinite(v) else v

    return json.dumps(plain(value), ensure_ascii=False, indent=1, allow_nan=False)


def show_findings(findings: tuple[Finding, ...], language: Language, *, as_json: bool) -> None:
    """All findings with place, value, expectation and remedy."""
    if as_json:
        say(json_text([f.as_dict(language) for f in findings]))
        return
    from rampart.language.words import Words

    words = Words(language)
    for f in findings:
        say(f"{words(f'cli.{f.severity}')}  {f.where(language)}")
        parts = (f.message(language), f.expected(language), f.remedy(language))
        say("   " + " ".join(part for part in parts if part))
    errors = sum(f.severity == "error" for f in findings)
    say(words("cli.findings", errors=errors, others=len(findings) - errors))


def load(path: Path, overrides: tuple[str, ...], language: Language, *, as_json: bool = False) -> Case:
    """Read a case, or show its findings and leave with exit code 1."""
    from rampart.case.doors import check_case

    case, findings = check_case(path, overrides=overrides)
    if case is None:
        show_findings(findings, language, as_json=as_json)
        sys.exit(FINDINGS)
    return case


def load_without_fleets(path: Path, overrides: tuple[str, ...], language: Language, *, as_json: bool = False) -> Case:
    """``load`` for a verb that cannot have fleets: they are taken out by the change of the case that does so, which is said."""
    from rampart.case.without_fleets import without_fleets
    from rampart.language.words import Words

    case = load(path, overrides, language, as_json=as_json)
    found = without_fleets(case)
    if found is not case and not as_json:
        words = Words(language, str(case.settings["currency"]), str(case.settings["money_unit"]))
        click.echo(words("fleets.left_out", change=found.overrides[-1]), err=True)
    return found


def leave_unbounded(status: str, language: Language, *, as_json: bool) -> None:
    """Leave with a finding where the solver says that a plan could gain without end."""
    if "nbounded" in status:
        from rampart.findings import Finding

        show_findings((Finding("gain-unbounded"),), language, as_json=as_json)
        sys.exit(FINDINGS)


def exit_code(result: Result) -> int:
    """0, or 3 where a hard rule gave way, or 4 where the time ran out."""
    if result.status == "time limit":
        return TIME_LIMIT
    return OK if result.feasible else INFEASIBLE


def open_result(path: Path, language: Language) -> Result:
    """Load a folder of results, or leave with a usage message where there is none. Raises ResultError where it is damaged."""
    from rampart.findings import NoResultError
    from rampart.results.folder import read_result

    try:
        return read_result(path)
    except NoResultError as wrong:
        colon = "\u00a0: " if language == "fr" else ": "
        said = (f"{f.where(language)}{colon}{f.message(language)} {f.remedy(language)}" for f in wrong.findings)
        raise click.UsageError("\n".join(said)) from wrong
