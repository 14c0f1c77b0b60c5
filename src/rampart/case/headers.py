"""Names of tables, columns and settings as people write them: code or label, any case or accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from rampart.catalogues.inputs import Column, Table, table_named, tables

# Sheets that explain rather than hold data: those of the template, and what people call such a sheet.
HELP_SHEETS = frozenset({"readme", "read me", "notes", "lisez moi", "lisezmoi", "help", "aide"})

# Words for the two columns in which the settings are stored.
SETTING_HEADERS = {
    "setting": {"en": "setting", "fr": "réglage"},
    "value": {"en": "value", "fr": "valeur"},
}

_SETTING_HELP = {
    "setting": {"en": "Which setting: its name.", "fr": "Quel réglage : son nom."},
    "value": {"en": "What it is set to.", "fr": "Ce qu’il vaut."},
}
_SETTING_COLUMNS = {
    name: Column(
        "settings", name, "text", "", False, "", None, None, (), "", False, "public", label, _SETTING_HELP[name]
    )
    for name, label in SETTING_HEADERS.items()
}


LEAST_HEADS = 3
"""Names of columns by which a sheet is taken for a table that it is not called."""
EARLIER_TABLES = {"itineraires": "routes", "besoins": "requirements", "consommation": "demand"}
EARLIER_COLUMNS = {
    "transitions": {"regime de depart": "from_regime", "regime d arrivee": "to_regime"},
    "demand": {"cout du non servi": "unmet_cost", "valeur servie": "price", "peut etre servi en retard": "late"},
    "lines": {"limite de montee en cadence": "ramp"},
    "taken": {"en main": "in_hand"},
}
EARLIER_SETTINGS = {
    "regime actuel": "regime", "months between reviews": "revise_every", "mois entre revisions": "revise_every",
}  # fmt: skip
"""Labels of earlier versions, folded, that workbooks still bear. Those of columns are French."""


OTHER_WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("qte", "qt", "qty", "nb", "nbre", "nombre", "number", "volume", "amount"), ("quantity", "need")),
    **dict.fromkeys(("pays", "country", "proprietaire", "owner"), ("nation", "holder")),
    **dict.fromkeys(("materiel", "munition", "produit", "product", "designation", "reference", "ref"), ("item",)),
    **dict.fromkeys(("prix", "pu", "prix unitaire", "unit price", "cout", "cost"), ("price", "cost", "unit_cost")),
    **dict.fromkeys(("remarque", "remarques", "commentaire", "commentaires", "observations", "comment", "comments",
                     "remarks"), ("note",)),
    **dict.fromkeys(("usine", "plant", "factory", "site de production"), ("line", "site")),
    **dict.fromkeys(("range", "fourchette", "intervalle"), ("low",)),
    "ae": ("commitments",), "cp": ("payments",),
}  # fmt: skip
"""Columns that people mean by other words than theirs, the likeliest first: named to them, never read so."""


@lru_cache(maxsize=10_000)
def fold(text: str) -> str:
    """The text without case, accents, punctuation and repeated spaces: what two spellings have in common."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


def is_comment(name: str) -> bool:
    """Whether a sheet, file or column is the user's own and not read: its name starts with ``#``."""
    return name.lstrip().startswith("#")


@lru_cache(maxsize=1)
def _table_names() -> dict[str, str]:
    names = {fold(label): name for name, table in tables().items() for label in table.label.values()}
    names = EARLIER_TABLES | names
    return names | {fold(name): name for name in tables()}


@lru_cache(maxsize=64)
def _column_names(table: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Folded header -> column, and the languages that write it so ("code" for the catalogue's name)."""
    if table == "settings":
        spelt = [(name, label) for name, label in SETTING_HEADERS.items()]
    else:
        spelt = [(column.name, dict(column.label)) for column in table_named(table).columns.values()]
    found: dict[str, tuple[str, set[str]]] = {}
    for name, label in spelt:
        for language, word in ({"code": name} | label).items():
            # A catalogue name wins over a label of another column that reads the same.
            holder, languages = found.setdefault(fold(word), (name, set()))
            if holder == name:
                languages.add(language)
    for word, name in EARLIER_COLUMNS.get(table, {}).items():
        found.setdefault(word, (name, {"fr"}))
    return {word: (name, frozenset(languages)) for word, (name, languages) in found.items()}


@lru_cache(maxsize=1)
def _setting_names() -> dict[str, str]:
    columns = tables()["settings"].columns.values()
    names = EARLIER_SETTINGS | {fold(label): column.name for column in columns for label in column.label.values()}
    return names | {fold(column.name): column.name for column in columns}


def match_table(name: str) -> str | None:
    """Catalogue name of a table, from its name or label; None where there is none."""
    return _table_names().get(fold(name))


def match_column(table: str, header: str) -> str | None:
    """Catalogue name of a column of a table, from its name or label; None where there is none."""
    found = _column_names(table).get(fold(header))
    return found[0] if found else None


def match_setting(name: str) -> str | None:
    """Catalogue name of a setting, from its name or label; None where there is none."""
    return _setting_names().get(fold(name))


def stored_columns(table: Table) -> tuple[str, ...]:
    """Columns in which the table is stored: name and value for settings, else those of the catalogue."""
    return tuple(SETTING_HEADERS) if table.name == "settings" else tuple(table.columns)


def stored_column(table: str, name: str) -> Column:
    """The catalogue column behind a stored column; the two of the settings are text."""
    return _SETTING_COLUMNS[name] if table == "settings" else table_named(table).columns[name]


def language_of(table: str, headers: Iterable[str]) -> str:
    """Language of a header row: "fr" or "en" where some header is only that, "mixed" for both, or ""."""
    seen: set[str] = set()
    for header in headers:
        languages = _column_names(table).get(fold(header), ("", frozenset()))[1]
        if languages == {"fr"}:
            seen.add("fr")
        elif languages and "fr" not in languages:
            seen.add("en")
    return "mixed" if len(seen) == 2 else "".join(seen)


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice that looks most like the word, "" when none does."""
    folded = {fold(choice): choice for choice in choices}
    close = get_close_matches(fold(word), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


def nearest_table(name: str) -> str:
    """The catalogue table whose name or label looks most like this one, "" when none does."""
    return _table_names().get(nearest(name, _table_names()), "")


def table_of_heads(heads: Iterable[str]) -> str:
    """The table whose columns these are: each that must be there, and most of the heads; blank where none or several are."""
    written = [head for head in heads if head]
    found: dict[str, int] = {}
    for table in tables().values():
        if table.name == "settings":
            continue
        names = {name for head in written if (name := match_column(table.name, head))}
        present = {column.name for column in table.columns.values() if column.present}
        if present <= names and len(names) >= max(LEAST_HEADS, 0.6 * len(written)):
            found[table.name] = len(names)
    best = [name for name, number in found.items() if number == max(found.values())]
    return best[0] if len(best) == 1 else ""


def nearest_column(table: str, header: str) -> str:
    """The column whose name or label looks most like this header, "" when none does."""
    names = _column_names(table)
    known = {name for name, _ in names.values()}
    if meant := next((name for name in OTHER_WORDS.get(fold(header), ()) if name in known), ""):
        return meant
    found = names.get(nearest(header, names))
    return found[0] if found else ""
