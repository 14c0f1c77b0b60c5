"""Write the reference pages from the catalogues, the command line and the docstrings, and what a case took from where.

``python docs/generate.py`` writes them into ``docs/reference`` and beside the case; a test holds that they are current.
"""

from __future__ import annotations

import csv
import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rampart.catalogues.inputs import Table
    from rampart.catalogues.results import Kind

HERE = Path(__file__).parent
ORIGIN = "<!-- Written by docs/generate.py from {source}. Do not edit. -->\n\n"

WORDS = {
    "en": {
        "dictionary": "Data dictionary",
        "dictionary.says": (
            "Every table of a case and every column. A case is a folder of CSV or Parquet files with "
            "these names, or an .xlsx workbook with a sheet a table. Blank means unknown, never zero "
            "and never unlimited; the help of a column says what a blank does."
        ),
        "layouts": "Layouts of public tables",
        "layouts.says": (
            "Public tables that are imported, national returns to the ledger, and every column of them. Files are CSV or "
            "workbooks (.xlsx, .ods), headed by the names or the labels; they are read and checked as the tables of a case "
            "are. A word that is in none of the lists is a finding, and nothing is made of the file."
        ),
        "present": "not said",
        "date": "date (YYYY, YYYY-MM or a day)",
        "results-plan": "Result tables",
        "results-plan.says": (
            'The tables of a plan: `plan["decisions"]` in Python, `decisions.parquet` in the result folder. Every table is '
            "there, empty where nothing is to say. Months are dates, the first of the month."
        ),
        "results-war": "Tables of a war of unknown length",
        "results-war.says": (
            "What `rampart war` writes, one Parquet file a table; the workbook shows those that have rows. Every table is "
            "there, empty where nothing is to say. Months are dates, the first of the month."
        ),
        "results-fleet": "Tables of an answer for fleets",
        "results-fleet.says": (
            "What `rampart sustain` writes, one Parquet file a table; the workbook shows each on a sheet. Every table is "
            "there, empty where nothing is to say. Months are dates, the first of the month."
        ),
        "reference.head": "code of",
        "findings": "Findings",
        "findings.says": (
            "What reading and checking can find. Words in {braces} are filled in from the case. An "
            "error stops the work; a warning and a note are shown."
        ),
        "column": "column",
        "name": "name",
        "type": "type",
        "unit": "unit",
        "blank": "if blank",
        "help": "meaning",
        "required": "must be filled",
        "unknown": "unknown",
        "key": "Key: {columns}.",
        "nokey": "No key: rows may repeat.",
        "values": "One of {values}.",
        "reference": "Must be in `{table}`.",
        "from": "At least {n}.",
        "to": "At most {n}.",
        "setting": "setting",
        "error": "error",
        "warning": "warning",
        "note": "note",
        "code": "text",
        "limit": "number or `unlimited`",
        "month": "month",
        "flag": "yes or no",
        "choice": "choice",
        "number": "number",
        "integer": "whole number",
        "text": "text",
    },
    "fr": {
        "dictionary": "Dictionnaire des données",
        "dictionary.says": (
            "Toutes les tables d'un cas et toutes les colonnes. Un cas est un dossier de fichiers CSV "
            "ou Parquet portant ces noms, ou un classeur .xlsx avec une feuille par table. Vide veut "
            "dire inconnu, jamais zéro ni illimité ; l'aide d'une colonne dit ce que fait un vide."
        ),
        "layouts": "Formes des tables publiques",
        "layouts.says": (
            "Les tables publiques qui s'importent, les comptes rendus nationaux pour le registre, et chacune de leurs "
            "colonnes. Les fichiers sont des CSV ou des classeurs "
            "(.xlsx, .ods), aux en-têtes en noms ou en libellés ; ils sont lus et contrôlés comme les tables d'un cas. Un mot "
            "qui n'est dans aucune liste est un constat, et rien n'est fait du fichier."
        ),
        "present": "non dit",
        "date": "date (AAAA, AAAA-MM ou un jour)",
        "results-plan": "Tables de résultats",
        "results-plan.says": (
            'Les tables d\'un plan : `plan["decisions"]` en Python, `decisions.parquet` dans le dossier de résultats. Chaque '
            "table est là, vide où il n'y a rien à dire. Les mois sont des dates, le premier du mois."
        ),
        "results-war": "Tables d'une guerre de durée inconnue",
        "results-war.says": (
            "Ce qu'écrit `rampart war`, un fichier Parquet par table ; le classeur montre celles qui ont des lignes. Chaque "
            "table est là, vide où il n'y a rien à dire. Les mois sont des dates, le premier du mois."
        ),
        "results-fleet": "Tables d'une réponse sur les parcs",
        "results-fleet.says": (
            "Ce qu'écrit `rampart sustain`, un fichier Parquet par table ; le classeur montre chacune sur une feuille. Chaque "
            "table est là, vide où il n'y a rien à dire. Les mois sont des dates, le premier du mois."
        ),
        "reference.head": "code de",
        "findings": "Constats",
        "findings.says": (
            "Ce que la lecture et le contrôle peuvent trouver. Les mots entre {accolades} viennent du "
            "cas. Une erreur arrête le travail ; un avertissement et une remarque sont affichés."
        ),
        "column": "colonne",
        "name": "nom",
        "type": "type",
        "unit": "unité",
        "blank": "si vide",
        "help": "sens",
        "required": "à remplir",
        "unknown": "inconnu",
        "key": "Clé : {columns}.",
        "nokey": "Pas de clé : des lignes peuvent se répéter.",
        "values": "Un de {values}.",
        "reference": "Doit figurer dans `{table}`.",
        "from": "Au moins {n}.",
        "to": "Au plus {n}.",
        "setting": "réglage",
        "error": "erreur",
        "warning": "avertissement",
        "note": "remarque",
        "code": "texte",
        "limit": "nombre ou `illimité`",
        "month": "mois",
        "flag": "oui ou non",
        "choice": "choix",
        "number": "nombre",
        "integer": "nombre entier",
        "text": "texte",
    },
}


def capital(text: str) -> str:
    """The first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def spelt(value: str, language: str) -> str:
    """A choice as a cell may spell it: its code, and in French the word for it."""
    from rampart.catalogues.choices import french

    word = french().get(value, value)
    return f"`{value}`" if language == "en" or word == value else f"`{value}` ({word})"


def grid(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; blank cells stay blank."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def number(value: float) -> str:
    """A bound as a person writes it."""
    return f"{value:g}"


def data_dictionary(language: str) -> str:
    """Tables and columns of a case, from ``data/tables.csv``."""
    from rampart.catalogues.inputs import tables

    return _columns_of(tables(), "tables.csv", "dictionary", language)


def layouts(language: str) -> str:
    """Tables and columns of public layouts, from ``data/layouts.csv``."""
    from rampart.catalogues.inputs import layouts as known

    return _columns_of(known(), "layouts.csv", "layouts", language)


def _columns_of(catalogue: Mapping[str, Table], source: str, title: str, language: str) -> str:
    from rampart.catalogues.units import unit_in

    words = WORDS[language]
    page = [ORIGIN.format(source=f"src/rampart/data/{source}")]
    page.append(f"# {words[title]}\n\n{words[f'{title}.says']}\n")
    for name, table in catalogue.items():
        head = f"## {name}\n" if language == "en" else f"## {name} ({table.label[language]})\n"
        key = words["key"].format(columns=", ".join(f"`{c}`" for c in table.key)) if table.key else words["nokey"]
        says = "\n" if name == "settings" or title == "layouts" else f" {key}\n"
        page.append(f"\n{head}\n{table.help[language]}{says}")
        rows = []
        for c in table.columns.values():
            help_text = [c.help[language]]
            if c.values:
                help_text.append(words["values"].format(values=", ".join(spelt(v, language) for v in c.values)))
            if c.reference:
                help_text.append(words["reference"].format(table=c.reference))
            if c.minimum is not None:
                help_text.append(words["from"].format(n=number(c.minimum)))
            if c.maximum is not None:
                help_text.append(words["to"].format(n=number(c.maximum)))
            blank = words["required"] if c.required else (f"`{c.default}`" if c.default else words["unknown"])
            rows.append(
                (
                    f"`{c.name}`",
                    c.label[language],
                    words[c.kind],
                    unit_in(c.unit, "fr" if language == "fr" else "en", table=name),
                    blank,
                    " ".join(t for t in help_text if t),
                )
            )
        first = words["setting"] if name == "settings" else words["column"]
        heads = [first, *(words[w] for w in ("name", "type", "unit", "blank", "help"))]
        page.append("\n" + grid(heads, rows))
    return "".join(page)


def results(kind: Kind, language: str) -> str:
    """Tables of a kind of result, from ``data/results.csv``."""
    from rampart.catalogues.results import result_tables
    from rampart.catalogues.units import unit_in
    from rampart.language.words import Words

    words, said = WORDS[language], Words("fr" if language == "fr" else "en")
    page = [ORIGIN.format(source="src/rampart/data/results.csv")]
    page.append(f"# {words[f'results-{kind}']}\n\n{words[f'results-{kind}.says']}\n")
    for name, table in result_tables(kind).items():
        head = f"## {name}\n" if language == "en" else f"## {name} ({table.label[language]})\n"
        page.append(f"\n{head}\n{table.help[language]}\n\n")
        rows = [
            (
                f"`{c.name}`", c.label[language], words["text" if c.type == "key" else c.type], unit_in(c.unit, said.language), ", ".join(f"`{t}`" for t in c.reference),
                said(c.blank) if c.blank else "", c.help[language],
            )
            for c in table.columns.values()
        ]  # fmt: skip
        page.append(
            grid([words[w] for w in ("column", "name", "type", "unit", "reference.head", "blank", "help")], rows)
        )
    return "".join(page)


def findings(language: str) -> str:
    """All findings, from ``data/findings.csv``."""
    text = files("rampart").joinpath("data/findings.csv").read_text(encoding="utf-8")
    words = WORDS[language]
    page = [ORIGIN.format(source="src/rampart/data/findings.csv")]
    page.append(f"# {words['findings']}\n\n{words['findings.says']}\n")
    for row in csv.DictReader(text.splitlines()):
        parts = [row[f"{part}_{language}"] for part in ("message", "expected", "remedy")]
        parts = [re.sub(r"\{\w+!w:[^|{}]*\|([^{}]*)\}", r"\1", part) for part in parts]
        parts = [re.sub(r"\{(\w+):[^|{}]*\|([^{}]*)\}", r"{\1} \2", part) for part in parts]
        sentences = " ".join(re.sub(r"\[([^\]]*)\]", r"\1", part) for part in parts if part)
        page.append(f"\n## {row['code']}\n\n*{capital(words[row['severity']])}.* {sentences}\n")
    return "".join(page)


# ruff: noqa: E501 - a paragraph of a page is one line
CLI = {
    "en": """# Command line

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the case has errors, or a check of the machine failed |
| 2 | the command was not understood |
| 3 | a hard rule could not be kept; the plan says which |
| 4 | the time limit was reached; the best plan so far was saved, if there was one |
| 130 | interrupted, as by Ctrl-C; what was there before is as it was |

`--lang` stands before or after the verb, and falls back on the environment: `RAMPART_LANG`, then `LC_ALL`, `LC_MESSAGES`, `LANG`. `--log-file` and `-v` stand before the verb. Tables are as wide as the terminal, and have no colours where `NO_COLOR` is set.

Verbs and options are completed by the Tab key once the shell is told: `eval "$(_RAMPART_COMPLETE=bash_source rampart)"` for Bash; `zsh_source` and `fish_source` for the others.
""",
    "fr": """# Ligne de commande

| code de sortie | sens |
|---|---|
| 0 | fait |
| 1 | le cas a des erreurs, ou une vérification de la machine a échoué |
| 2 | la commande n'a pas été comprise |
| 3 | une règle ferme n'a pu être tenue ; le plan dit laquelle |
| 4 | le temps imparti est écoulé ; le meilleur plan trouvé est enregistré, s'il y en a un |
| 130 | interrompu, par exemple par Ctrl-C ; ce qui était là auparavant est resté tel quel |

`--lang` se place avant ou après le verbe, et à défaut vient de l'environnement : `RAMPART_LANG`, puis `LC_ALL`, `LC_MESSAGES`, `LANG`. `--log-file` et `-v` se placent avant le verbe. Les tableaux ont la largeur du terminal, et sont sans couleurs si `NO_COLOR` est défini.

La touche Tab complète verbes et options une fois l'interpréteur prévenu : `eval "$(_RAMPART_COMPLETE=bash_source rampart)"` pour Bash ; `zsh_source` et `fish_source` pour les autres.
""",
}


def cli(language: str) -> str:
    """Help of every command, as ``--help`` shows it."""
    from rampart.cli.main import main
    from rampart.cli.speech import speaking

    page = [ORIGIN.format(source="src/rampart/cli"), CLI[language]]
    with speaking(language, main):
        top = click.Context(main, info_name="rampart", terminal_width=88, help_option_names=["-h", "--help"])
        page.append(f"\n```text\n{main.get_help(top)}\n```\n")
        page += commands(main, top, "rampart")
    return "".join(page)


TERMS = ("objective", "cause", "rule", "purpose", "grade", "order_state", "status", "lever", "unit")
"""Groups of words that name a thing of the field."""


def glossary() -> str:
    """Terms in both languages, each with where it stands, by the English term."""
    from rampart.catalogues.inputs import tables
    from rampart.catalogues.results import result_tables
    from rampart.language.words import phrases

    found: dict[tuple[str, str], set[str]] = {}

    def add(label: dict[str, str], where: str) -> None:
        if label["en"] and label["fr"] and "{" not in label["en"]:
            found.setdefault((label["en"], label["fr"]), set()).add(where)

    for name, table in tables().items():
        add(table.label, f"`{name}`")
        for column in table.columns.values():
            add(column.label, f"`{name}.{column.name}`")
    for kind in ("plan", "war", "fleet"):
        for name, table in result_tables(kind).items():
            add(table.label, f"`{name}` ({kind})")
            for column in table.columns.values():
                add(column.label, f"`{name}.{column.name}` ({kind})")
    for key, label in phrases().items():
        group, _, rest = key.partition(".")
        if group in TERMS and rest and "." not in rest:
            add(label, group)
    page = [
        ORIGIN.format(source="src/rampart/data"),
        "# Glossary, glossaire\n\nWords of the product in both languages, and where they stand: tables and columns of a case, "
        "tables and columns of results, and words of the report. Les mots du produit dans les deux langues, et où ils figurent.\n\n",
    ]
    rows = [
        [en, fr, ", ".join(sorted(where)[:3]) + (", ..." if len(where) > 3 else "")]
        for (en, fr), where in sorted(found.items(), key=lambda row: (row[0][0].lower(), row[0][1]))
    ]
    page.append(grid(["English", "français", "where, où"], rows))
    return "".join(page)


def commands(group: click.Group, above: click.Context, words: str) -> list[str]:
    """Help of the commands of a group, and of those below a command that is itself a group."""
    page = []
    for name in sorted(group.commands):
        command = group.commands[name]
        context = click.Context(command, info_name=name, parent=above, terminal_width=88)
        page.append(f"\n## {words} {name}\n\n```text\n{command.get_help(context)}\n```\n")
        if isinstance(command, click.Group):
            page += commands(command, context, f"{words} {name}")
    return page


MORE = [("measure", "rampart.results.measures", "measure")]


def python() -> str:
    """Public names with signature and docstring."""
    import rampart

    page = [ORIGIN.format(source="the docstrings of src/rampart"), "# Python\n\n"]
    page.append(
        "The public names of `rampart`. They are loaded when first used, so that `import rampart` is quick."
        " Tables are [Polars](https://docs.pola.rs) frames; `.to_pandas()` turns one into pandas where"
        " pandas and pyarrow are installed.\n"
    )
    names = [name for name in rampart.__all__ if name != "__version__"]
    page += [f"\n## rampart.{name}\n\n" + describe(name, public(rampart, name)) for name in names]
    page.append("\n## Beside the public names\n\n`Result.measure` rests on this.\n")
    for name, module, attribute in MORE:
        page.append(f"\n### {module}.{name}\n\n" + describe(name, getattr(importlib.import_module(module), attribute)))
    return "".join(page)


def public(package: Any, name: str) -> Any:
    """The object behind a public name: the verb where a room bears the same name."""
    found = getattr(package, name)
    return found.plan if inspect.ismodule(found) else found


def describe(name: str, thing: Any) -> str:
    """Signature, docstring, and for a class its members."""
    text = [f"```python\n{signature(name, thing)}\n```\n\n{prose(inspect.getdoc(thing) or '')}\n"]
    if inspect.isclass(thing):
        for member, value in vars(thing).items():
            if member.startswith("_") or member in getattr(thing, "__dataclass_fields__", {}):
                continue
            function = value.fget if isinstance(value, property) else getattr(value, "func", value)
            if not callable(function) or not inspect.getdoc(function):
                continue
            shown = member if function is not value else signature(member, function)
            text.append(f"\n**`{shown}`**\n\n{prose(inspect.getdoc(function) or '')}\n")
    return "".join(text)


def signature(name: str, thing: Any) -> str:
    """The call as a user writes it, without ``self``."""
    target = thing.__init__ if inspect.isclass(thing) and not dataclasses.is_dataclass(thing) else thing
    call = inspect.signature(target)
    kept = [p for p in call.parameters.values() if p.name != "self"]
    shown = call.replace(parameters=kept)
    if inspect.isclass(thing):
        shown = shown.replace(return_annotation=inspect.Signature.empty)
    text = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(shown))
    return name + text.replace("<factory>", "...")


def prose(doc: str) -> str:
    """A docstring as Markdown: aligned ``name  meaning`` lines become a list."""
    lines: list[str] = []
    in_list = False
    for line in doc.splitlines():
        entry = re.match(r"(\w[\w, ]*?)\s{2,}(\S.*)", line)
        if entry:
            lines.append(f"- `{entry[1]}`: {entry[2]}")
            in_list = True
        elif in_list and line.startswith(" "):
            lines.append("  " + line.strip())
        else:
            if in_list and line.strip():
                lines.append("")
            in_list = False
            lines.append(line)
    text = "\n".join(lines).replace("``", "`")
    return re.sub(r"([^\n])\n(- `)", r"\1\n\2", text)


FIGURE = {
    "items": "price", "stocks": "quantity", "requirements": "quantity", "demand": "need", "deliveries": "quantity",
    "lines": "max_rate", "rates": "max_rate", "expansions": "cost", "bills": "quantity", "orders": "quantity",
    "market": "quantity", "budgets": "commitments", "routes": "capacity", "regimes": "ends", "transitions": "probability",
    "levels": "share", "contracts": "max_quantity",
}  # fmt: skip
"""The figure that a row of a case is about, by table."""


def case_sources(folder: Path) -> str:
    """What a case took from which source, and what it assumes: read from its tables and its ``evidence/rows.csv``."""

    def table(name: str) -> list[dict[str, str]]:
        file = folder / f"{name}.csv"
        return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines())) if file.exists() else []

    evidence = {row["row"]: row for row in table("evidence/rows")}
    taken: dict[str, dict[str, list[str]]] = {}
    assumed: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for name, figure in FIGURE.items():
        for row in table(name):
            what, value = _what(name, row), f"{row[figure] or row.get('daily_rate') or '-'}"
            line = f"{name}: {what} = {value}, {row['grade']}"
            if row["source"] and row["source"] != "planner":
                taken.setdefault(row["source"], {}).setdefault(line, []).append(_when(row))
            if row["grade"] == "assumed":
                key = (what, value, row.get("low") or "", row.get("high") or "", row["note"])
                assumed.setdefault(name, {}).setdefault(key, []).append(_when(row))
    text = ["# Sources and assumptions\n\n", ORIGIN.format(source="the tables of this case")]
    text.append(
        "The tables are what counts. A code such as `production_rates-006` is a row of `evidence/rows.csv`: what was "
    )
    text.append(
        "read in the source, and the month of what it states. Quality of a source: news, primary, repost or secondary, "
    )
    text.append("think tank text.\n\n## Sources and what was taken from them\n")
    for source in table("sources"):
        text.append(f"\n### {source['source']}\n\n{source['title']}. {source['publisher']}, {source['date']}.")
        text.append(f" <{source['url']}>" * bool(source["url"]) + f" ({source['quality']}). {source['note']}\n\n")
        for row in evidence.values():
            if row["source"] == source["source"]:
                upper = f" to {row['value_high']}" if row["value_high"] else ""
                money = f" for {row['money']} {row['money_unit']}" if row["money"] else ""
                said = f"; {row['note']}" if row["note"] else ""
                text.append(
                    f"- `{row['row']}` ({row['known']}): {row['about']}: {row['value']}{upper} {row['unit']}{money}{said}\n"
                )
        text += [f"- {line}{_span(months)}\n" for line, months in taken.get(source["source"], {}).items()]
    text.append("\n## Assumptions\n")
    for name, rows in assumed.items():
        text.append(f"\n### {name}\n\n| what | figure | low | high | why |\n|---|---|---|---|---|\n")
        for (what, value, low, high, why), months in rows.items():
            text.append(f"| {what}{_span(months)} | {value} | {low} | {high} | {why.replace('|', '/')} |\n")
    return "".join(text)


def _what(table: str, row: dict[str, str]) -> str:
    """What a row is about: its key without the dates; of an order, which has none, who buys what where."""
    from rampart.catalogues.inputs import tables

    columns = tables()[table].key or ("buyer", "item", "line")
    return " ".join(row[c] for c in columns if c not in ("from", "month", "fiscal_year") and row.get(c))


def _when(row: dict[str, str]) -> str:
    return row.get("month") or row.get("fiscal_year") or row.get("from") or ""


def _span(months: Sequence[str]) -> str:
    """The months or years of rows alike, as " (first to last)"."""
    dated = sorted(m for m in months if m)
    if not dated:
        return ""
    return f" ({dated[0]})" if dated[0] == dated[-1] else f" ({dated[0]} to {dated[-1]})"


def pages() -> dict[str, str]:
    """Text of every generated page by its path below ``docs``."""
    return {
        "reference/data-dictionary.md": data_dictionary("en"),
        "reference/data-dictionary.fr.md": data_dictionary("fr"),
        "reference/layouts.md": layouts("en"),
        "reference/layouts.fr.md": layouts("fr"),
        "reference/results.md": results("plan", "en"),
        "reference/results.fr.md": results("plan", "fr"),
        "reference/war-results.md": results("war", "en"),
        "reference/war-results.fr.md": results("war", "fr"),
        "reference/fleet-results.md": results("fleet", "en"),
        "reference/fleet-results.fr.md": results("fleet", "fr"),
        "reference/findings.md": findings("en"),
        "reference/findings.fr.md": findings("fr"),
        "reference/cli.md": cli("en"),
        "reference/cli.fr.md": cli("fr"),
        "reference/glossary.md": glossary(),
        "reference/python.md": python(),
        "../cases/alliance-2023/SOURCES.md": case_sources(HERE.parent / "cases" / "alliance-2023"),
        "../cases/alliance-2026/SOURCES.md": case_sources(HERE.parent / "cases" / "alliance-2026"),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        (HERE / path).write_text(text, encoding="utf-8")
