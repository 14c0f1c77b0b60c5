"""The Excel workbook to fill in: a sheet a table, labels, drop-downs and notes, all from the catalogue."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.case.draft import address
from rampart.case.from_rows import PRIORITIES
from rampart.case.headers import match_setting, stored_column, stored_columns
from rampart.case.writing import new_workbook, write_cell
from rampart.catalogues.choices import offered, spelt
from rampart.catalogues.inputs import Column, Table, tables
from rampart.catalogues.units import unit_in
from rampart.engine.whole_file import whole_file
from rampart.findings import Language, require_language

if TYPE_CHECKING:
    from rampart.case.tables import Case

_LANGUAGES: tuple[Language, ...] = ("en", "fr")
_TEXT = 110
"""Width in letters of the texts on the first sheet."""
_ROWS_READY = 2_000
"""Rows below the last filled one that have drop-downs."""

_NOT_THERE = {
    "en": "The sheet “{sheet}” has no such code yet.",
    "fr": "La feuille « {sheet} » n’a pas encore ce code.",
}
"""What a drop-down says of a code that its sheet does not have; it warns only, since that may come later."""
_KINDS = {
    "code": ("short name", "nom court"),
    "text": ("text", "texte"),
    "number": ("number", "nombre"),
    "integer": ("whole number", "nombre entier"),
    "limit": ("number, or: unlimited", "nombre, ou : illimité"),
    "month": ("month, YYYY-MM", "mois, AAAA-MM"),
    "flag": ("yes or no", "oui ou non"),
    "choice": ("one of the list", "un choix de la liste"),
}

MINIMAL = (
    *("settings", "nations", "items", "priorities", "stocks", "postures", "requirements"),
    *("lines", "contracts", "demand", "routes", "budgets"),
)
"""Sheets with which a first plan can be made: who and what, what is held and asked, who makes and pays."""
_MARKED = "#B5541C"
_MINIMAL_SAYS = {"en": "first", "fr": "d’abord"}

_GUIDE = {
    "en": (
        "How to fill in this workbook",
        "One sheet a table, one row a fact. Sheets with an orange tab, marked “first” below, are enough for a first plan; "
        "leave a sheet empty when the case has nothing to say there. The order in which things count (priorities) is "
        "filled in: change it where yours is another.",
        "Dark headers must be filled in every row; light ones may stay blank. Blank means "
        "unknown, never zero and never unlimited; the note on each header says what a blank does. "
        "Write “unlimited” where there is no limit.",
        "Months are written YYYY-MM. Choices come from the drop-down; codes must be in the sheet that defines them.",
        "Columns may be moved or left out when they are optional. A column, or a sheet, whose "
        "name begins with # is yours and is not read.",
        "How a cell looks is not read: colours, bold, lines through a row and comments on a cell say nothing. What they mean "
        "belongs in a column, or in a sheet whose name begins with #.",
        "Check the workbook with: rampart check FILE. Plan with: rampart plan FILE.",
        "The sheets",
    ),
    "fr": (
        "Comment remplir ce classeur",
        "Une feuille par table, une ligne par fait. Les feuilles à onglet orange, marquées « d’abord » ci-dessous, suffisent "
        "à un premier plan ; laisser vide une feuille quand le cas n’a rien à y dire. L’ordre dans lequel les choses comptent "
        "(priorités) est rempli : le changer si le vôtre est autre.",
        "Les en-têtes foncés sont à remplir à chaque ligne ; les clairs peuvent rester vides. "
        "Vide veut dire inconnu, jamais zéro ni illimité ; la note de chaque en-tête dit ce que "
        "fait un vide. Écrire « illimité » quand il n’y a pas de limite.",
        "Les mois s’écrivent AAAA-MM. Les choix viennent de la liste déroulante ; les codes "
        "doivent figurer dans la feuille qui les définit.",
        "Les colonnes peuvent être déplacées, ou ôtées si elles sont facultatives. Une colonne ou "
        "une feuille dont le nom commence par # est à vous et n’est pas lue.",
        "L’aspect d’une cellule n’est pas lu : couleurs, gras, ligne barrée et commentaires ne disent rien. Ce qu’ils veulent "
        "dire va dans une colonne, ou dans une feuille dont le nom commence par #.",
        "Vérifier le classeur : rampart check FICHIER. Planifier : rampart plan FICHIER.",
        "Les feuilles",
    ),
}


def write_template(
    path: str | Path, language: Language = "en", *, case: Case | None = None, force: bool = False
) -> Path:
    """Write the workbook to fill in, and give its path.

    language  of sheet names, headers and drop-downs of words; notes and the first sheet are in both
    case      fills it: the workbook then loads back equal to the case
    force     also over a file that is there; never over the case

    Raises ``TakenError`` (a FileExistsError) where a file is there or is the case, ``PlaceError`` (an OSError) where nothing
    can be written; both have ``findings``.
    """
    require_language(language)
    path = Path(path)
    sources = [case.path] if case is not None and case.path is not None else []
    with whole_file(path, force=force, sources=sources) as part:
        _Template(language, case).write(part)
    return path


@dataclass
class _Template:
    language: Language
    case: Case | None

    def write(self, path: Path) -> None:
        with new_workbook(path) as book:
            self.formats = {
                "title": book.add_format({"bold": True, "font_size": 14}),
                "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
                "required": book.add_format(
                    {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "border": 1}
                ),
                "optional": book.add_format({"bg_color": "#DCE6F1", "font_color": "#1F3A5F", "border": 1}),
                "first": book.add_format({"bold": True, "font_color": _MARKED, "valign": "top"}),
                "text": book.add_format({"num_format": "@"}),
                "number": book.add_format({}),
            }
            self.readme(book.add_worksheet("LISEZ-MOI" if self.language == "fr" else "README"))
            sheets = {name: book.add_worksheet(self.sheet_name(table)) for name, table in tables().items()}
            for name, sheet in sheets.items():
                self.fill(sheet, tables()[name])

    def sheet_name(self, table: Table) -> str:
        return table.label[self.language]

    def header(self, table: str, column: str) -> str:
        return stored_column(table, column).label[self.language]

    def readme(self, sheet: Any) -> None:
        """The first sheet: how to fill in the others, in the chosen language and then in the other."""
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, _TEXT)
        sheet.set_column(2, 2, 10)
        _on_a_page(sheet)
        row = 0
        for language in ("en", "fr") if self.language == "en" else ("fr", "en"):
            title, *lines, sheets = _GUIDE[language]
            sheet.write_string(row, 0, title, self.formats["title"])
            for line in lines:
                row += 1
                _wrapped(sheet, row, line, self.formats["wrap"])
            row += 1
            sheet.write_string(row, 0, sheets, self.formats["title"])
            for table in tables().values():
                row += 1
                sheet.write_string(row, 0, table.label[language], self.formats["wrap"])
                _wrapped(sheet, row, table.help[language], self.formats["wrap"])
                if table.name in MINIMAL:
                    sheet.write_string(row, 2, _MINIMAL_SAYS[language], self.formats["first"])
            row += 2

    def fill(self, sheet: Any, table: Table) -> None:
        """Headers, notes, drop-downs and the rows of the case."""
        names = stored_columns(table)
        sheet.freeze_panes(1, 1)
        _on_a_page(sheet)
        sheet.repeat_rows(0)
        if table.name in MINIMAL:
            sheet.set_tab_color(_MARKED)
        rows = self.rows(table)
        last = len(rows) + _ROWS_READY
        for j, name in enumerate(names):
            column = stored_column(table.name, name)
            required = column.required or table.name == "settings"
            label = self.header(table.name, name)
            words = column.kind in ("code", "text", "choice", "month", "flag")
            held = max((len(row[name] or "") for row in rows), default=0) if table.name == "settings" and j == 0 else 0
            sheet.set_column(
                j, j, max(11, held + 2, min(30, len(label) + 3)), self.formats["text" if words else "number"]
            )
            sheet.write_string(0, j, label, self.formats["required" if required else "optional"])
            note = _note(column) if table.name != "settings" else _settings_note(name, table)
            sheet.write_comment(0, j, note, {"x_scale": 2.5, "y_scale": 2.2, "author": "Rampart"})
            self.drop_down(sheet, j, column, 1, last)
            for i, row in enumerate(rows, start=1):
                of = column
                if table.name == "settings" and name == "value":
                    of = table.columns[match_setting(row["setting"]) or ""]
                    sheet.write_comment(i, j, _note(of), {"x_scale": 2.5, "y_scale": 2.2, "author": "Rampart"})
                    self.drop_down(sheet, j, of, i, i)
                write_cell(sheet, i, j, spelt(row[name], of, self.language), self.formats["text"])

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """Rows of the case; for the settings a row for every setting, its value blank where it has none."""
        given = list(self.case.tables[table.name].iter_rows(named=True)) if self.case else []
        if self.case is None and table.name == "priorities":
            given = [dict.fromkeys(table.columns) | dict(row) for row in PRIORITIES]
        if table.name == "settings":
            had = {row["setting"] for row in given}
            given += [{"setting": name, "value": None} for name in table.columns if name not in had]
            for row in given:
                row["setting"] = table.columns[row["setting"]].label[self.language]
        return given

    def drop_down(self, sheet: Any, j: int, column: Column, first_row: int, last_row: int) -> None:
        """Drop-down of choices, flags and codes; an unknown code only warns: its sheet may come later."""
        options: dict[str, Any] = {"validate": "list", "ignore_blank": True}
        if column.kind == "flag":
            options["source"] = ["yes", "no"] if self.language == "en" else ["oui", "non"]
        elif column.kind == "choice":
            options["source"] = offered(column.values, self.language)
        elif column.reference:
            target, name = column.reference.split(".")
            position = list(tables()[target].columns).index(name)
            first, end = address(position, 2), address(position, 20_000)
            options["source"] = f"='{self.sheet_name(tables()[target])}'!{_fixed(first)}:{_fixed(end)}"
            message = _NOT_THERE[self.language].format(sheet=self.sheet_name(tables()[target]))
            options |= {"error_type": "warning", "error_title": "Rampart", "error_message": message}
        else:
            return
        sheet.data_validation(first_row, j, last_row, j, options)


def _on_a_page(sheet: Any) -> None:
    """Printed in landscape, as wide as a page of A4."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _wrapped(sheet: Any, row: int, text: str, wrap: Any) -> None:
    """A text of the first sheet with the height that it needs: not every spreadsheet finds it by itself."""
    sheet.write_string(row, 1, text, wrap)
    sheet.set_row(row, 15 * math.ceil(len(text) * 1.08 / _TEXT))


def _fixed(cell: str) -> str:
    """``D17`` as ``$D$17``."""
    letters = cell.rstrip("0123456789")
    return f"${letters}${cell[len(letters) :]}"


def _note(column: Column) -> str:
    """What a column means, its kind and unit, and what a blank does, in both languages."""
    parts = []
    for at, language in enumerate(_LANGUAGES):
        colon = " : " if language == "fr" else ": "
        lines = [column.help[language], _KINDS[column.kind][at]]
        if column.unit:
            lines.append(("Unit", "Unité")[at] + colon + unit_in(column.unit, language, table=column.table))
        if column.required:
            lines.append(("Must be filled in.", "À remplir.")[at])
        elif column.default:
            lines.append(("Blank", "Vide")[at] + colon + _default(column, language))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _default(column: Column, language: Language) -> str:
    """What a blank stands for, as the workbook writes it."""
    if language == "fr" and column.kind == "choice":
        return offered([column.default], "fr")[0]
    if language == "fr" and column.kind == "flag":
        return {"yes": "oui", "no": "non"}.get(column.default, column.default)
    return (
        column.default.replace(".", ",") if language == "fr" and column.kind in ("number", "limit") else column.default
    )


def _settings_note(name: str, table: Table) -> str:
    """Note on a header of the settings: on the names, all the settings and what they mean."""
    if name == "value":
        return "Value of the setting. Blank: not given.\n\nValeur du réglage. Vide : non donnée."
    lines = [f"{c.label['en']} / {c.label['fr']}{' (!)' if c.required else ''}" for c in table.columns.values()]
    return "\n".join([*lines, "", "(!) must be given / à donner"])
