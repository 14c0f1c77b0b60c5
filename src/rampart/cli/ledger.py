"""The verbs of what happened: ``ledger open``, ``post``, ``balance``, ``count``, ``audit``, ``verify``, ``seal``, ..."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rampart.cli.group import json_text, main, say, show_findings
from rampart.cli.options import FINDINGS, OK, force_option, json_option, language_option
from rampart.cli.speech import usage

if TYPE_CHECKING:
    from rampart.findings import Finding, Language
    from rampart.language.words import Words
    from rampart.ledger.packs import Factors

file_path = click.Path(path_type=Path)
HELD = ("stock", "transit", "repair")
"""Accounts of what a nation holds, called by words of their own."""


class LedgerPlace(click.Path):
    """A file, or the URL of a server, which stays text."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The place as ``open_ledger`` takes it."""
        from rampart.ledger.store.connection import is_url

        return value if is_url(value) else super().convert(value, param, ctx)


ledger_argument = click.argument("ledger_path", metavar="LEDGER", type=LedgerPlace(path_type=Path))


def files_of(*places: Path | str | None) -> list[Path]:
    """Of places those that are files, which nothing may be written over."""
    return [place for place in places if isinstance(place, Path)]


nation_option = click.option(
    "--nation", "nations", multiple=True, metavar="CODE", help="Only this nation's book; repeat for more."
)
known_option = click.option(
    "--known", metavar="MOMENT", help="As known then: a day (to its end, UTC) or YYYY-MM-DDTHH:MM:SS."
)


def _day(_: click.Context, option: click.Parameter, value: str | None) -> str | None:
    from rampart.ledger.checks.form import is_day

    if value is not None and not is_day(value):
        raise click.BadParameter(usage("{value} is no day; write YYYY-MM-DD", value=value), param=option)
    return value


case_option = click.option(
    "--case", "case_path", metavar="CASE", type=file_path, help="Case whose table packs says how many units a pack has."
)


def _factors(case_path: Path | None, language: Language, *, as_json: bool) -> Factors | None:
    """Units in the packs of a case's catalogue; None where no case is named."""
    from rampart.cli.group import load
    from rampart.ledger.packs import factors_of

    return None if case_path is None else factors_of(load(case_path, (), language, as_json=as_json))


on_option = click.option("--on", metavar="YYYY-MM-DD", default="9999-12-31", callback=_day, help="At this day's end.")


def show_rows(rows: list[dict[str, Any]], language: Language, *, as_json: bool) -> None:
    """Rows as JSON, or as a table with a head in the reader's language."""
    from rampart.language.words import Words

    if as_json:
        say(json_text(rows))
        return
    words = Words(language)
    if not rows:
        say(words("ledger.none"))
        return
    names = [name for name in rows[0] if any(row[name] not in ("", None) for row in rows)]
    head = [words(f"ledger.{name}") for name in names]
    cells = [head, *([_in_words(name, row[name], words) for name in names] for row in rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(names))]
    numbers = [isinstance(rows[0][name], int) for name in names]
    for row in cells:
        parts = (c.rjust(w) if right else c.ljust(w) for c, w, right in zip(row, widths, numbers, strict=True))
        say("  ".join(parts).rstrip())


def _in_words(column: str, value: object, words: Words) -> str:
    """A cell as its reader calls it."""
    from rampart.ledger.returns.vocabulary import CONDITIONS

    text = str(value)
    if column == "condition" and text in CONDITIONS:
        return CONDITIONS[text][words.language]
    return words(f"ledger.held.{text}") if column == "kind" and text in HELD else text


def _found(findings: list[Finding], language: Language, *, as_json: bool) -> None:
    """Show what was found, and leave with 1 where an error was among it."""
    show_findings(tuple(findings), language, as_json=as_json)
    sys.exit(FINDINGS if any(f.severity == "error" for f in findings) else OK)


@main.group("ledger")
def ledger() -> None:
    """What really happened: documents that are only added to, in a SQLite file, or on a PostgreSQL server by its URL.

    The file guards no nation's rows from another: that does only the program, by --nation. A server does by itself.
    """


@ledger.command("open")
@ledger_argument
@language_option
def open_(ledger_path: Path | str, lang: Language) -> None:
    """Make a ledger where there is none, and say what is in it."""
    from rampart.language.words import Words
    from rampart.ledger.ledger import open_ledger

    with open_ledger(ledger_path, create=True) as book:
        heads = book.heads()
    say(Words(lang)("ledger.opened", file=ledger_path, chains=len(heads), documents=sum(n for n, _ in heads.values())))
    if isinstance(ledger_path, Path):
        say(Words(lang)("ledger.guards"))


@ledger.command()
@ledger_argument
@click.argument("files", nargs=-1, required=True, type=file_path)
@case_option
@nation_option
@language_option
@json_option
def post(
    ledger_path: Path | str, files: tuple[Path, ...], case_path: Path | None, nations: tuple[str, ...], lang: Language,
    as_json: bool,
) -> None:  # fmt: skip
    """Post the documents of CSV or JSON files: all of them, or none. The same again changes nothing."""
    from rampart.language.words import Words
    from rampart.ledger.handed_in import read_documents
    from rampart.ledger.ledger import open_ledger, written

    factors = _factors(case_path, lang, as_json=as_json)
    documents = [document for file in files for document in read_documents(file, factors=factors)]
    with open_ledger(ledger_path, nations=nations) as book:
        receipts = book.post(*documents)
    if as_json:
        say(json_text([r._asdict() | {"booked": written(r.booked)} for r in receipts]))
        return
    there = sum(r.there for r in receipts)
    say(Words(lang)("ledger.posted", posted=len(receipts) - there, there=there))


@ledger.command()
@ledger_argument
@on_option
@known_option
@nation_option
@click.option("--item", help="Only this item.")
@click.option("--all", "every", is_flag=True, help="Also the accounts that say where things came from and went.")
@click.option("--deliveries", is_flag=True, help="Deliveries: pledged, contracted, in transit, delivered.")
@case_option
@language_option
@json_option
def balance(
    ledger_path: Path | str, on: str, known: str | None, nations: tuple[str, ...], item: str | None, every: bool,
    deliveries: bool, case_path: Path | None, lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """What is in stock, on the way and in repair, on a day, as known at a moment; with --case in packs too."""
    from rampart.ledger.accounts import HOLDING
    from rampart.ledger.ledger import open_ledger
    from rampart.ledger.packs import told

    with open_ledger(ledger_path, nations=nations) as book:
        if deliveries:
            rows = [d._asdict() for d in book.deliveries(on=on, known=known)]
        else:
            factors = _factors(case_path, lang, as_json=as_json)
            rows = [
                {"nation": b.nation, **b.account._asdict(), "quantity": b.quantity}
                | ({} if factors is None else {"packs": told(b.quantity, b.account.item, factors)})
                for b in book.balances(on=on, known=known)
                if every or b.account.kind in HOLDING
            ]
    show_rows([row for row in rows if item in (None, row["item"])], lang, as_json=as_json)


@ledger.command()
@ledger_argument
@known_option
@nation_option
@language_option
@json_option
def count(ledger_path: Path | str, known: str | None, nations: tuple[str, ...], lang: Language, as_json: bool) -> None:
    """Every count beside the book: counted, booked, difference."""
    from rampart.ledger.ledger import open_ledger

    with open_ledger(ledger_path, nations=nations) as book:
        rows = []
        for c in book.counts(known=known):
            where = {k: v for k, v in c.account._asdict().items() if k not in ("kind", "of")}
            said = {"counted": c.counted, "booked": c.booked, "difference": c.difference}
            rows.append({"nation": c.nation, "key": c.key, "day": c.day, **where, **said})
    show_rows(rows, lang, as_json=as_json)


@ledger.command()
@ledger_argument
@known_option
@nation_option
@language_option
@json_option
def audit(ledger_path: Path | str, known: str | None, nations: tuple[str, ...], lang: Language, as_json: bool) -> None:
    """What needs somebody: counts that differ from the book, deliveries long on the way."""
    from rampart.ledger.ledger import open_ledger

    with open_ledger(ledger_path, nations=nations) as book:
        found = book.audit(known=known)
    _found(found, lang, as_json=as_json)


@ledger.command()
@ledger_argument
@click.option("--seal", type=file_path, help="Also hold the chains against this seal.")
@language_option
@json_option
def verify(ledger_path: Path | str, seal: Path | None, lang: Language, as_json: bool) -> None:
    """Work out every hash and entry again, and name what is not as it was booked."""
    from rampart.ledger.ledger import open_ledger
    from rampart.ledger.verifying import read_seal

    kept = read_seal(seal) if seal else None
    with open_ledger(ledger_path) as book:
        found = book.verify(seal=kept)
    _found(found, lang, as_json=as_json)


@ledger.command("seal")
@ledger_argument
@click.argument("file", type=file_path)
@force_option
@language_option
def seal_(ledger_path: Path | str, file: Path, force: bool, lang: Language) -> None:
    """Write the heads of the chains into a file, to be kept elsewhere."""
    from rampart.engine.whole_file import whole_file
    from rampart.language.words import Words
    from rampart.ledger.ledger import open_ledger
    from rampart.ledger.store.writing import now
    from rampart.ledger.verifying import seal_text

    with open_ledger(ledger_path) as book:
        text = seal_text(book.heads(), path=book.path, at=now())
    with whole_file(file, force=force, sources=files_of(ledger_path)) as part:
        part.write_text(text, encoding="utf-8")
    say(Words(lang)("ledger.sealed", file=file))


@ledger.command()
@ledger_argument
@click.argument("case_path", metavar="CASE", type=file_path)
@click.option("-o", "--out", required=True, type=file_path, help="Where the new case is written.")
@click.option(
    "--on", metavar="YYYY-MM-DD", callback=_day, help="At this day's end. Default: before the first month of the case."
)
@known_option
@force_option
@language_option
@json_option
def stock(
    ledger_path: Path | str, case_path: Path, out: Path, on: str | None, known: str | None, force: bool, lang: Language,
    as_json: bool,
) -> None:  # fmt: skip
    """Write a case that starts from what the ledger has in stock.

    Holders and items that the ledger knows are told by it alone; all other rows of the case stay.
    """
    from rampart.cli.group import load
    from rampart.cli.sources import finish, require_case_place
    from rampart.ledger.ledger import open_ledger
    from rampart.ledger.opening_stock import with_stock

    require_case_place(out, force=force, sources=files_of(case_path, ledger_path))
    case = load(case_path, (), lang, as_json=as_json)
    with open_ledger(ledger_path) as book:
        new = with_stock(case, book, on=on, known=known)
    finish(new, new.findings[len(case.findings) :], out, lang, {}, as_json=as_json, force=force)


@ledger.command("export")
@ledger_argument
@click.argument("file", type=file_path)
@click.option(
    "--as", "shape", type=click.Choice(["json", "csv", "beancount"]),
    help="json and csv can be posted again; beancount is for a second bookkeeper. Default: as the name ends, else json.",
)  # fmt: skip
@click.option(
    "--for",
    "audience",
    type=click.Choice(["partners", "public"]),
    help="Only documents that are marked for them (release).",
)
@known_option
@nation_option
@force_option
@language_option
def export_(
    ledger_path: Path | str,
    file: Path,
    shape: str | None,
    audience: str | None,
    known: str | None,
    nations: tuple[str, ...],
    force: bool,
    lang: Language,
) -> None:
    """Write the documents into a file."""
    from rampart.engine.whole_file import whole_file
    from rampart.language.words import Words
    from rampart.ledger.accounts import OWN_KINDS
    from rampart.ledger.exporting import export, releasable
    from rampart.ledger.ledger import open_ledger

    shape = shape or {".csv": "csv", ".beancount": "beancount"}.get(file.suffix.lower(), "json")
    with open_ledger(ledger_path, nations=nations) as book:
        every = book.documents(known=known)
        every = releasable(every, audience) if audience else every
        documents = [d for d in every if shape == "beancount" or d.kind not in OWN_KINDS]
    with whole_file(file, force=force, sources=files_of(ledger_path)) as part:
        part.write_text(export(documents, shape), encoding="utf-8")
    say(Words(lang)("ledger.exported", file=file, documents=len(documents)))


@ledger.command()
@ledger_argument
@click.argument("file", type=file_path)
@force_option
@language_option
def backup(ledger_path: Path | str, file: Path, force: bool, lang: Language) -> None:
    """Copy the ledger as it stands at this moment, also while others post."""
    from rampart.language.words import Words
    from rampart.ledger.ledger import open_ledger

    with open_ledger(ledger_path) as book:
        book.backup(file, force=force)
    say(Words(lang)("ledger.copied", file=file))


@ledger.command()
@click.argument("file", type=file_path)
@ledger_argument
@language_option
def restore(file: Path, ledger_path: Path | str, lang: Language) -> None:
    """Put a copy back where no ledger is, if it verifies."""
    from rampart.findings import Finding
    from rampart.language.words import Words
    from rampart.ledger.store.copies import restore as put_back
    from rampart.ledger.store.opening import LedgerError

    if not isinstance(ledger_path, Path):
        raise LedgerError([Finding("ledger-of-a-server")])
    put_back(file, ledger_path)
    say(Words(lang)("ledger.copied", file=ledger_path))


@ledger.command("upgrade")
@ledger_argument
@language_option
def upgrade_(ledger_path: Path | str, lang: Language) -> None:
    """Bring a ledger of an older version to this one, whole or not at all; on a server, as owner of its tables, make it too."""
    from rampart.language.words import Words
    from rampart.ledger.ledger import upgrade

    had, has = upgrade(ledger_path)
    say(Words(lang)("ledger.upgraded", had=had, has=has))


@ledger.command()
@ledger_argument
@click.argument("login")
@click.option("--nation", "nations", multiple=True, metavar="CODE", help="It speaks for this nation; repeat for more.")
@click.option("--all", "every", is_flag=True, help="It speaks for all nations.")
@language_option
def admit(ledger_path: Path | str, login: str, nations: tuple[str, ...], every: bool, lang: Language) -> None:
    """On a server: say for which nations a login speaks; for no others from then on. As the owner of the tables."""
    from rampart.language.words import Words
    from rampart.ledger.store.postgres import admit as let_in

    if isinstance(ledger_path, Path):
        raise click.UsageError(usage("a file knows no logins; LEDGER must be the URL of a server"))
    let_in(ledger_path, login, ["*"] if every else list(nations))
    say(Words(lang)("ledger.admitted", login=login, nations="*" if every else ", ".join(nations) or "–"))
