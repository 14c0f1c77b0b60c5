"""The workbook that a nation fills in for a month: made from the catalogue of a case and from what the ledger has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.case.draft import address
from rampart.case.writing import new_workbook, write_cell
from rampart.catalogues.choices import french, offered
from rampart.catalogues.inputs import Table, layouts
from rampart.engine.whole_file import whole_file
from rampart.findings import Finding, FindingsError
from rampart.ledger.returns import vocabulary
from rampart.ledger.returns.booking import figures_of, last_revision, return_key
from rampart.ledger.returns.catalogue import mark_of
from rampart.ledger.returns.figures import FIGURES, HEAD, Figure, bounds

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.findings import Language
    from rampart.ledger.ledger import Ledger

ROWS_READY = 500
"""Rows below the last prepared one that have drop-downs."""
WORDS = {"kind": vocabulary.KINDS, "condition": vocabulary.CONDITIONS, "outcome": vocabulary.OUTCOMES}
GUIDE: dict[Language, tuple[str, ...]] = {
    "en": (
        "How to fill in this return",
        "One row a figure. A blank quantity means: not reported. 0 means: nothing. The two are never the same.",
        "Quantities are whole numbers in the item's smallest unit. Lots are text: 00123 stays 00123. Add rows as needed; "
        "rows that stay without a quantity may stay.",
        "Stock at the end is what was there at the end of the month's last day, lot by lot. A lot that was not looked at is "
        "left blank.",
        "Columns whose name begins with # are for you and are not read.",
        "Check it with: rampart ledger return check. Nothing is posted before it is sound as a whole.",
    ),
    "fr": (
        "Comment remplir ce compte rendu",
        "Une ligne par chiffre. Une quantité vide veut dire : non rapporté. 0 veut dire : rien. Ce n'est jamais la même chose.",
        "Les quantités sont des nombres entiers dans la plus petite unité de l'article. Les lots sont du texte : 00123 reste "
        "00123. Ajouter des lignes au besoin ; celles qui restent sans quantité peuvent rester.",
        "Le stock en fin de mois est ce qui était là à la fin du dernier jour du mois, lot par lot. Un lot qui n'a pas été "
        "regardé est laissé vide.",
        "Les colonnes dont le nom commence par # sont à vous et ne sont pas lues.",
        "Le vérifier : rampart ledger return check. Rien n'est comptabilisé avant que l'ensemble soit juste.",
    ),
}
CORRECTS: dict[Language, str] = {
    "en": "This is revision {revision}: it holds the figures of the one before. Change what is wrong and leave the rest; a "
    "figure that is cleared is taken back.",
    "fr": "Ceci est la révision {revision} : elle reprend les chiffres de la précédente. Changer ce qui est faux et laisser "
    "le reste ; un chiffre effacé est retiré.",
}
LAST: dict[Language, tuple[str, str]] = {
    "en": ("# last figure", "# of month"),
    "fr": ("# dernier chiffre", "# du mois"),
}


def write_return_template(
    path: str | Path, ledger: Ledger, case: Case, *, nation: str, month: str, language: Language = "en",
    force: bool = False,
) -> Path:  # fmt: skip
    """Write the workbook for a nation's month, and give its path.

    nation  must be in the case; raises FindingsError where it is not
    month   YYYY-MM; the revision is the next one of the month, and repeats the figures of the one before

    Raises TakenError where a file is there, PlaceError where nothing can be written.
    """
    path = Path(path)
    if nation not in set(case["nations"]["nation"]):
        raise FindingsError([Finding("return-nation", value=nation)])
    held = {b.key: b for b in ledger.documents() if b.nation == nation}
    revision = last_revision(held, month)
    head: dict[str, Any] = {"nation": nation, "month": month, "revision": revision + 1, "catalogue": mark_of(case)}
    if revision:
        posted = held[return_key(month, revision)].document
        head |= {"grade": posted.grade, "release": posted.release}
    before: dict[tuple[str, str], tuple[int, str]] = {}
    for said in sorted(k.split()[1] for k in held if k.startswith("return ") and k.split()[1] < month):
        sums: dict[tuple[str, str], int] = {}
        for f in figures_of(held[return_key(said, last_revision(held, said))].document):
            sums[f.kind, f.line.item] = sums.get((f.kind, f.line.item), 0) + f.line.quantity
        before |= {about: (quantity, said) for about, quantity in sums.items()}
    rows = list(rows_to_fill_in(ledger, case, nation, month))
    if revision:
        order = [kind for kind in vocabulary.KINDS if kind != "count"] + ["count"]
        reported = [as_reported(f, month) for f in sorted(figures_of(posted), key=lambda f: order.index(f.kind))]
        there = {tuple(row.get(name, "") for name in OF_A_ROW) for row in reported}
        rows = [*reported, *(r for r in rows if tuple(_cell(r, name) for name in OF_A_ROW) not in there)]
    with (
        whole_file(path, force=force, sources=[p for p in (ledger.path, case.path) if p]) as part,
        new_workbook(part) as book,
    ):
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "required": book.add_format({"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "border": 1}),
            "optional": book.add_format({"bg_color": "#DCE6F1", "font_color": "#1F3A5F", "border": 1}),
            "text": book.add_format({"num_format": "@"}),
            "grey": book.add_format({"font_color": "#7F7F7F"}),
        }
        _guide(book.add_worksheet("README"), language, formats, revision + 1)
        top = book.add_worksheet(layouts()[HEAD].label[language])
        worded = {
            k: french().get(v, v) if language == "fr" and k in ("grade", "release") else v for k, v in head.items()
        }
        _sheet(top, layouts()[HEAD], [worded], language, formats, {})
        choices = {name: vocabulary.listed(words, language) for name, words in WORDS.items()}
        listed = book.add_worksheet("#codes")
        codes = {"item": list(case["items"]["item"]), "to": list(case["nations"]["nation"])}
        sources = {
            name: _list(listed, at, layouts()[FIGURES].columns[name].label[language], words, formats)
            for at, (name, words) in enumerate((choices | codes).items())
        }
        listed.hide()
        sources |= {name: sources["to"] for name in ("sender", "owner")}
        sheet = book.add_worksheet(layouts()[FIGURES].label[language])
        figures = [
            {k: WORDS[k][v][language] if k in WORDS and v else v for k, v in row.items()} for row in rows
        ]  # fmt: skip
        _sheet(sheet, layouts()[FIGURES], figures, language, formats, sources)
        width = len(layouts()[FIGURES].columns)
        for j, name in enumerate(LAST[language]):
            sheet.write_string(0, width + j, name, formats["grey"])
        for i, row in enumerate(rows, start=1):
            if last := before.get((row["kind"], row.get("item", ""))):
                sheet.write_number(i, width, last[0], formats["grey"])
                sheet.write_string(i, width + 1, last[1], formats["grey"])
        sheet.activate()
    return path


def rows_to_fill_in(ledger: Ledger, case: Case, nation: str, month: str) -> Iterator[dict[str, Any]]:
    """Rows to fill in: what the nation holds, makes and uses; the lots and the deliveries that the ledger knows of."""
    first, last = bounds(month)
    lots = [x for x in ledger.stock_lots(on=last) if x.holder == nation and x.quantity]
    holds = {
        i for t in ("stocks", "requirements") for h, i in case[t].select("holder", "item").iter_rows() if h == nation
    }
    holds |= {x.item for x in lots}
    makes = {i for n, i in case["lines"].select("nation", "item").iter_rows() if n == nation}
    uses = {i for h, i in case["demand"].select("holder", "item").iter_rows() if h == nation}
    items = [i for i in case["items"]["item"] if i in holds | makes | uses] or list(case["items"]["item"])
    if not any(b.nation == nation for b in ledger.documents()):
        yield from ({"kind": "opening", "item": item, "day": first} for item in items)
    for item in items:
        for kind, asked in (("production", makes), ("use", uses)):
            if item in asked:
                yield {"kind": kind, "item": item}
    for b in ledger.balances(on=last):
        if b.account.kind == "transit" and b.account.holder == nation:
            yield {
                "kind": "receipt",
                "item": b.account.item,
                "lot": b.account.lot,
                "sender": b.nation,
                "of": b.account.of,
            }
    for item in items:
        known = sorted({(x.lot, x.condition, x.expires) for x in lots if x.item == item}) or [("", "serviceable", "")]
        for lot, condition, expires in known:
            yield {"kind": "count", "item": item, "lot": lot, "condition": condition, "expires": expires}


def as_reported(figure: Figure, month: str) -> dict[str, Any]:
    """A figure as the cells that somebody would write for it, blank ones left out."""
    line = figure.line
    usual = bounds(month)[0 if figure.kind == "opening" else 1]
    quantity: int | str = int(line.packs) if line.packs.isdigit() else line.packs or line.quantity
    cells: dict[str, Any] = {
        "kind": figure.kind, "item": line.item, "quantity": quantity if line.item else "", "lot": line.lot,
        "day": "" if figure.day == usual else figure.day, "site": line.site,
        "condition": "" if line.condition == "serviceable" else line.condition, "owner": line.owner,
        "expires": line.expires, "to": figure.to, "sender": figure.sender, "of": figure.of,
        "outcome": "" if line.outcome == "received" else line.outcome, "reference": figure.reference,
        "reason": line.reason, "note": figure.note, "pack": line.pack,
    }  # fmt: skip
    return {name: value for name, value in cells.items() if value != ""}


OF_A_ROW = ("kind", "item", "lot", "condition", "of")
"""Cells by which a row that asks for a figure is the one that reports it."""


def _cell(row: dict[str, Any], name: str) -> str:
    """A cell of a row that asks for a figure, as ``as_reported`` has it."""
    value = row.get(name) or ""
    return "" if value == "serviceable" else value


def _guide(sheet: Any, language: Language, formats: dict[str, Any], revision: int) -> None:
    """How to fill it in, in the chosen language and then in the other."""
    sheet.set_column(0, 0, 120)
    row = 0
    for each in (language, *(other for other in GUIDE if other != language)):
        title, *lines = GUIDE[each]
        lines += [CORRECTS[each].format(revision=revision)] if revision > 1 else []
        sheet.write_string(row, 0, title, formats["title"])
        for n, line in enumerate(lines, start=row + 1):
            sheet.write_string(n, 0, line, formats["wrap"])
        row += len(lines) + 2


def _list(sheet: Any, at: int, name: str, words: list[str], formats: dict[str, Any]) -> str:
    """A column of words for drop-downs, and how a validation refers to it."""
    sheet.write_string(0, at, name)
    for i, word in enumerate(words, start=1):
        sheet.write_string(i, at, word, formats["text"])
    letters = address(at, 1)[:-1]
    return f"='#codes'!${letters}$2:${letters}${max(2, len(words) + 1)}"


def _sheet(
    sheet: Any,
    table: Table,
    rows: list[dict[str, Any]],
    language: Language,
    formats: dict[str, Any],
    lists: dict[str, str],
) -> None:
    """Headers with notes, text cells where words stand, drop-downs, and the prepared rows."""
    sheet.freeze_panes(1, 0)
    for j, column in enumerate(table.columns.values()):
        label = column.label[language]
        words = column.kind != "integer"
        sheet.set_column(j, j, max(11, min(30, len(label) + 3)), formats["text"] if words else None)
        sheet.write_string(0, j, label, formats["required" if column.required else "optional"])
        note = f"{column.help['en']}\n\n{column.help['fr']}"
        sheet.write_comment(0, j, note, {"x_scale": 2.5, "y_scale": 2.2, "author": "Rampart"})
        for i, row in enumerate(rows, start=1):
            value = row.get(column.name)
            write_cell(sheet, i, j, None if value == "" else value, formats["text"])
        source = lists.get(column.name) or (offered(column.values, language) if column.values else None)
        if source:
            said: dict[str, Any] = {"validate": "list", "ignore_blank": True, "source": source}
            sheet.data_validation(1, j, len(rows) + ROWS_READY, j, said | {"error_type": "warning"})
