"""Verbs that take public sources in and judge by them: ``import``, ``export``, ``calibrate``, ``expect``, ``backtest``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rampart.cli.group import json_text, load, main, open_result, say, show_findings
from rampart.cli.options import FINDINGS, OK, force_option, json_option, language_option
from rampart.cli.speech import usage

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case
    from rampart.findings import Finding, Language
    from rampart.results.result import Result

_RAMP = ("series", "origin", "month", "came", "low", "median", "high", "announced", "straight", "slowest")
out_option = click.option("-o", "--out", type=click.Path(path_type=Path), help="Where the case is written.")
file_path = click.Path(path_type=Path)


def print_frame(frame: pl.DataFrame, title: str, language: Language, *, most: int = 40) -> None:
    """A table on the terminal, with labels in the reader's language."""
    from rampart.report.console.sources import print_table

    print_table(frame, title, language, most=most)


def require_case_place(path: Path | None, *, force: bool, sources: Iterable[Path]) -> None:
    """Raise PlaceError where a case cannot be written, before anything is read; no path asks for none."""
    from rampart.case.writing import is_table
    from rampart.engine.places import require_files, require_tables

    if path is not None and path.suffix.lower() == ".xlsx":
        require_files([path], force=force, sources=sources)
    elif path is not None:
        require_tables(path, is_table=is_table, force=force, sources=sources)


def require_file_place(path: Path | None, *, force: bool, sources: Iterable[Path]) -> None:
    """Raise PlaceError where a file cannot be written, before anything is read; no path asks for none.

    Its folder must be there: a table that goes into a folder by a name that was mistyped is not found again.
    """
    from rampart.engine.places import require_files
    from rampart.findings import Finding, PlaceError

    if path is not None:
        require_files([path], force=force, sources=sources)
        if not path.parent.exists():
            raise PlaceError([Finding("place-no-folder", file=str(path))])


def write_rows(frame: pl.DataFrame, path: Path, *, force: bool, sources: Iterable[Path]) -> None:
    """Write a table as CSV. Raises PlaceError where that cannot be."""
    from rampart.engine.whole_file import whole_file

    with whole_file(path, force=force, sources=sources) as part:
        frame.write_csv(part)


def finish(
    case: Case | None, findings: Iterable[Finding], out: Path | None, language: Language, shown: dict[str, Any],
    *, as_json: bool, force: bool,
) -> None:  # fmt: skip
    """Save what was imported, show what was found, and leave with 1 where an error was among it."""
    from rampart.findings import at_most_alike
    from rampart.language.words import Words

    found = tuple(at_most_alike(findings))
    if case is not None and out is not None:
        case.save(out, force=force)
    if as_json:
        say(json_text({**shown, "case": str(out) if out else None, "findings": [f.as_dict(language) for f in found]}))
    else:
        show_findings(found, language, as_json=False)
        if case is not None and out is not None:
            say(Words(language)("cli.imported", folder=out))
    sys.exit(FINDINGS if any(f.severity == "error" for f in found) else OK)


@main.group("import")
def import_() -> None:
    """Take a public source into a case: justification books, a P-21 schedule, trackers."""


@import_.command("jbook")
@click.argument("files", nargs=-1, required=True, type=file_path)
@out_option
@force_option
@click.option("--tables", type=file_path, help="Also write the tidy tables there, as Parquet.")
@click.option("--year", type=int, help="Budget year of the case. Default: the latest read.")
@language_option
@json_option
def import_jbook(
    files: tuple[Path, ...], out: Path | None, tables: Path | None, year: int | None, force: bool, lang: Language,
    as_json: bool,
) -> None:  # fmt: skip
    """Read US justification books: XML, .xz, .zip, or the PDF with the zip attached; a folder stands for its files.

    Every element lands in a table, or is counted and named in the report.
    """
    from rampart.engine.places import require_tables
    from rampart.language.words import Words
    from rampart.sources.jbook.case_tables import jbook_case
    from rampart.sources.jbook.tables import read_books, write_books

    require_case_place(out, force=force, sources=files)
    if tables is not None:
        require_tables(tables, is_table=lambda name: name.endswith(".parquet"), force=force, sources=files)
    books = read_books(files)
    found = list(books.findings)
    years = books["line_items"]["budget_year"].drop_nulls().unique().sort().to_list()
    if year is not None and years and year not in years:
        raise click.UsageError(
            usage("--year {year}: no such book; read: {years}", year=year, years=", ".join(map(str, years)))
        )
    if tables is not None:
        write_books(books, tables, force=force, sources=files)
    case = None
    if out is not None and years:
        case, left_out = jbook_case(books, year=year)
        found += left_out
    unnamed = books.unnamed()
    if not as_json:
        words = Words(lang)
        print_frame(books.counts, words("import.counts"), lang)
        if len(unnamed):
            print_frame(unnamed, words("import.unnamed"), lang, most=12)
    shown = {"documents": books.counts.to_dicts(), "without_a_column": unnamed.to_dicts()}
    finish(case, found, out, lang, shown, as_json=as_json, force=force)


@import_.command("comptroller")
@click.argument("files", nargs=-1, required=True, type=file_path)
@click.option("-o", "--out", type=file_path, help="Write every line, year and measure there, as CSV.")
@force_option
@language_option
@json_option
def import_comptroller(files: tuple[Path, ...], out: Path | None, force: bool, lang: Language, as_json: bool) -> None:
    """Read the Comptroller's P-1 and R-1 workbooks, or the SpreadsheetML beside them, into a tidy table."""
    from rampart.language.words import Words
    from rampart.sources.comptroller import read_lines

    require_file_place(out, force=force, sources=files)
    lines = read_lines(files)
    sums = lines.sums()
    sound = not any(f.severity == "error" for f in lines.findings)
    if out is not None and sound:
        write_rows(lines.frame, out, force=force, sources=files)
    if not as_json:
        print_frame(sums, Words(lang)("import.comptroller"), lang)
    finish(
        None,
        lines.findings,
        None,
        lang,
        {"sums": sums.to_dicts(), "rows": len(lines.frame)},
        as_json=as_json,
        force=force,
    )


@import_.command("p21")
@click.argument("file", type=file_path)
@out_option
@force_option
@language_option
@json_option
def import_p21(file: Path, out: Path | None, force: bool, lang: Language, as_json: bool) -> None:
    """Read a production schedule in the P-21 layout (.xlsx or .csv)."""
    from rampart.findings import Finding
    from rampart.sources.p21 import p21_case, read_p21

    require_case_place(out, force=force, sources=[file])
    frame, found = read_p21(file)
    if frame.is_empty() and not found:
        found = (Finding("p21-empty", file=file.name),)
    sound = not frame.is_empty() and not any(f.severity == "error" for f in found)
    case = p21_case(frame, name=file.stem) if sound else None
    finish(case, found, out, lang, {"rows": len(frame)}, as_json=as_json, force=force)


@import_.command("trackers")
@click.argument("source", metavar="FOLDER|FILE", type=file_path)
@out_option
@force_option
@click.option("--tables", type=file_path, help="Also write the tables of a published release there, as CSV.")
@click.option("--start", default="2024-01", help="First month of the case.")
@click.option("--end", default="2026-12", help="Last month of the case.")
@language_option
@json_option
def import_trackers(
    source: Path, out: Path | None, force: bool, tables: Path | None, start: str, end: str, lang: Language, as_json: bool
) -> None:  # fmt: skip
    """Take published tables on deliveries, stocks, use and allocated systems into a case, sources kept.

    FOLDER holds deliveries.csv, stocks_and_targets.csv, consumption.csv and delivered_fleets.csv; or FOLDER|FILE is a
    release of the Ukraine Support Tracker as it is published (files or workbook), or a list of confirmed losses.
    """
    from rampart.sources.releases import is_release, read_release, release_case
    from rampart.sources.trackers import is_tracker, tracker_case

    require_case_place(out, force=force, sources=[source])
    for option, month in (("--start", start), ("--end", end)):
        if not re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", month):
            raise click.UsageError(usage("{option} {month}: expected YYYY-MM", option=option, month=month))
    if end < start:
        raise click.UsageError(usage("--end {end} lies before --start {start}", end=end, start=start))
    shown: dict[str, Any] = {}
    if not is_tracker(source) and is_release(source):
        release = read_release(source)
        case, found = release_case(release, start=start, end=end), release.findings
        shown = {"donors": release.donors, "sums": dict(release.sums), "label": release.label, "month": release.month}
        if tables is not None:
            write_tables(release.tables, tables, force=force, sources=[source])
        if not as_json:
            from rampart.language.words import Words

            print_frame(release.summary(), Words(lang)("import.release"), lang)
    else:
        case, found = tracker_case(source, start=start, end=end)
    rows = {} if case is None else {name: len(frame) for name, frame in case.tables.items() if len(frame)}
    finish(case, found, out, lang, {**shown, "rows": rows}, as_json=as_json, force=force)


def write_tables(tables: Mapping[str, pl.DataFrame], folder: Path, *, force: bool, sources: Iterable[Path]) -> None:
    """Write tables that have rows as CSV files of a folder. Raises PlaceError where that cannot be."""
    from rampart.engine.whole_folder import whole_tables

    names = {f"{name}.csv": frame for name, frame in tables.items() if len(frame)}
    with whole_tables(folder, is_table=names.__contains__, force=force, sources=sources) as part:
        for name, frame in names.items():
            frame.write_csv(part / name)


def case_or_plan(path: Path, language: Language) -> Case | Result:
    """A plan folder, else a case."""
    from rampart.engine.manifest import is_result

    return open_result(path, language) if is_result(path) else load(path, (), language)


@main.group()
def export() -> None:
    """Write what others read: a production schedule in the P-21 layout."""


@export.command("p21")
@click.argument("source", required=False, metavar="PLAN|CASE", type=file_path)
@click.option("-o", "--out", required=True, type=file_path, help="File to write: .xlsx or .csv.")
@force_option
@click.option("--template", is_flag=True, help="An empty one to fill in.")
@language_option
def export_p21(source: Path | None, out: Path, template: bool, force: bool, lang: Language) -> None:
    """Write the production schedule of a plan (or what a case has on order), or the template of one."""
    import polars as pl

    from rampart.language.words import Words
    from rampart.sources.p21 import schedule, schema, without_line, write_p21

    if (source is None) is not template:
        raise click.UsageError(usage("give a plan or a case, or --template"))
    if out.suffix.lower() not in (".xlsx", ".csv"):
        raise click.UsageError(usage("{file}: the file must end in .xlsx or .csv", file=out))
    sources = [source] if source else []
    require_file_place(out, force=force, sources=sources)
    words = Words(lang)
    given = None if source is None else case_or_plan(source, lang)
    frame = pl.DataFrame(schema=schema()) if given is None else schedule(given)
    written = write_p21(frame, out, language=lang, force=force, sources=sources)
    say(words("cli.exported", rows=len(frame), file=written))
    if given is not None and (without := without_line(given)):
        say(words("cli.exported_without", n=without))


@main.group()
def calibrate() -> None:
    """Estimate facts from public schedules: lead times, rate ratios, slips, prices, with intervals."""


@calibrate.command("jbook")
@click.argument("folder", type=file_path)
@click.option("-o", "--out", type=file_path, help="Write all facts there, as CSV.")
@force_option
@language_option
@json_option
def calibrate_jbook(folder: Path, out: Path | None, force: bool, lang: Language, as_json: bool) -> None:
    """Estimate from the justification books of a folder, and show the facts by account."""
    import polars as pl

    from rampart.engine.whole_file import whole_file
    from rampart.language.words import Words
    from rampart.sources.calibration.facts import calibrate as estimate
    from rampart.sources.calibration.facts import write_facts
    from rampart.sources.jbook.tables import read_books

    require_file_place(out, force=force, sources=[folder])
    books = read_books([folder])
    errors = tuple(f for f in books.findings if f.severity == "error")
    facts = estimate(books.tables)
    if out is not None:
        with whole_file(out, force=force, sources=[folder]) as part:
            write_facts(facts, part)
    if as_json:
        say(json_text({"facts": facts.to_dicts(), "findings": [f.as_dict(lang) for f in errors]}))
    else:
        accounts = facts.filter(pl.col("account").is_in(["ammunition", "missiles"]))
        shown = accounts.filter(pl.col("statistic").is_in(["median", "mean", "slope", "share late"])).drop("books")
        print_frame(shown, Words(lang)("calibrate.title"), lang, most=200)
        if errors:
            show_findings(errors, lang, as_json=False)
    sys.exit(FINDINGS if errors else OK)


@main.command()
@click.argument("source", metavar="PLAN|CASE", type=file_path)
@click.option("-o", "--out", type=file_path, help="Write all rows there, as CSV.")
@force_option
@click.option("--late-case", type=file_path, metavar="FOLDER",
              help="Also write the case with all orders in the expected month and lead times longer by the slip.")  # fmt: skip
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help="In the late case this quantile of the slip instead of its mean, as 0.9.")  # fmt: skip
@click.option("--slips", type=file_path, metavar="FOLDER",
              help="Also write the case with the table slips of public schedules, for plan --confidence.")  # fmt: skip
@click.option("--account", default="", metavar="CODE",
              help="In these slips the appropriation of the orders, as 2034A. Default: any of their kind.")  # fmt: skip
@language_option
@json_option
def expect(
    source: Path, out: Path | None, late_case: Path | None, level: float | None, slips: Path | None, account: str,
    force: bool, lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """For each order: the promised month, the expected one, and the interval that holds it four times in five."""
    from rampart.case.tables import Case
    from rampart.language.words import Words
    from rampart.sources.calibration.case_slips import with_slips
    from rampart.sources.calibration.expected import expected_deliveries, packaged_slips
    from rampart.sources.calibration.late import late_case as made_late

    known = packaged_slips()["appropriation"].unique().drop_nulls().sort().to_list()
    if account and account not in known:
        raise click.UsageError(
            usage("--account {account}: no such appropriation; known: {known}", account=account, known=", ".join(known))
        )
    for place in (late_case, slips):
        require_case_place(place, force=force, sources=[source])
    require_file_place(out, force=force, sources=[source])
    read = case_or_plan(source, lang)
    frame = expected_deliveries(read)
    case = read if isinstance(read, Case) else read.case
    for place, said in ((late_case, "expect.late"), (slips, "expect.slips")):
        if place is not None:
            changed = made_late(case, level=level) if said == "expect.late" else with_slips(case, appropriation=account)
            saved = changed.save(place, force=force)
            if not as_json:
                say(Words(lang)(said, path=saved))
    if out is not None:
        write_rows(frame, out, force=force, sources=[source])
    if as_json:
        say(json_text(frame.to_dicts()))
    else:
        print_frame(frame.drop("account", "state"), Words(lang)("expect.title"), lang)


@main.group()
def backtest() -> None:
    """Score forecasts made from what was known at a date against what was published later."""


@backtest.command("jbook")
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=file_path)
@click.option("--leave-out", is_flag=True, help="Check the estimate instead: learn from all years but the scored one.")
@click.option("-o", "--out", type=file_path, help="Write every forecast there, as CSV.")
@force_option
@language_option
@json_option
def backtest_jbook(
    folders: tuple[Path, ...], leave_out: bool, out: Path | None, force: bool, lang: Language, as_json: bool
) -> None:
    """First deliveries forecast from the book of a year, scored on the books one, two and three years later.

    The rival is the naive forecast that the book is right. Nothing later than the book is learned from; slips of
    earlier books that the folders do not hold come with the package.
    """
    from rampart.language.words import Words
    from rampart.sources.backtest.books import score_books
    from rampart.sources.calibration.expected import packaged_slips
    from rampart.sources.jbook.history import orders
    from rampart.sources.jbook.tables import read_books

    require_file_place(out, force=force, sources=folders)
    books = read_books(folders)
    errors = tuple(f for f in books.findings if f.severity == "error")
    scores = score_books(orders(books.tables), leave_out=leave_out, earlier=packaged_slips())
    if out is not None:
        write_rows(scores.forecasts, out, force=force, sources=folders)
    words = Words(lang)
    if as_json:
        said = {"scores": scores.summary.to_dicts(), "not_forecast": list(scores.skipped)}
        say(json_text({**said, "findings": [f.as_dict(lang) for f in errors]}))
    else:
        print_frame(scores.summary, words("backtest.title"), lang)
        for year in scores.skipped:
            say(words("backtest.skipped", year=year))
        if scores.summary.is_empty() and not scores.skipped:
            say(words("backtest.none"))
        if errors:
            show_findings(errors, lang, as_json=False)
    sys.exit(FINDINGS if errors or scores.summary.is_empty() else OK)


@backtest.command("ramp")
@click.argument("folder", type=file_path)
@click.option("--series", type=file_path, help="Figures to score against. Default: backtest_series.csv of the folder.")
@click.option("--name", "names", multiple=True, help="Only this series; repeat for more.")
@click.option("--since", metavar="YYYY-MM", help="Score only figures of this month or later.")
@click.option("-o", "--out", type=file_path, help="Write every forecast there, as CSV.")
@force_option
@language_option
@json_option
def backtest_ramp(
    folder: Path, series: Path | None, names: tuple[str, ...], since: str | None, out: Path | None, force: bool,
    lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """Monthly rates forecast by stage from rates, targets and works published by then, scored on later figures.

    The rivals are the announced plan and a straight line. FOLDER holds production_rates.csv and
    capacity_investments.csv.
    """
    from rampart.language.words import Words
    from rampart.sources.backtest.announcements import known_series, month_number
    from rampart.sources.backtest.ramp_scores import score_ramp

    if strange := set(names) - set(known_series()):
        raise click.UsageError(
            usage(
                "no such series: {strange}; known: {known}",
                strange=", ".join(sorted(strange)),
                known=", ".join(known_series()),
            )
        )
    first = month_number(since) if since else None
    if since and first is None:
        raise click.UsageError(usage("{option} {month}: expected YYYY-MM", option="--since", month=since))
    read = [folder, *([series] if series else [])]
    require_file_place(out, force=force, sources=read)
    scores = score_ramp(folder, series, names=names, since=first)
    if out is not None:
        write_rows(scores.forecasts, out, force=force, sources=read)
    if as_json:
        tables = {"summary": scores.summary, "forecasts": scores.forecasts, "stages": scores.stages}
        found = [f.as_dict(lang) for f in scores.findings]
        say(json_text({**{name: frame.to_dicts() for name, frame in tables.items()}, "findings": found}))
    else:
        words = Words(lang)
        print_frame(scores.forecasts.select(*_RAMP), words("backtest.ramp"), lang, most=60)
        print_frame(scores.summary, words("backtest.title"), lang)
        show_findings(scores.findings, lang, as_json=False)
    failed = scores.summary.is_empty() or any(f.severity == "error" for f in scores.findings)
    sys.exit(FINDINGS if failed else OK)
