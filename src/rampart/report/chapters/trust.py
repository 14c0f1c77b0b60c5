"""The chapters that say how far to trust the plan: assumptions, unknowns, broken rules, solving, sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from rampart.catalogues.choices import offered
from rampart.catalogues.results import frame
from rampart.language.decisions_and_causes import equals
from rampart.language.how_solved import pass_status, plan_status
from rampart.language.in_words import InWords
from rampart.language.more_room import bought_by_room
from rampart.network.keys import HOMES
from rampart.report.chapters.listing import Chapter, Head, Listing, listing

INF = float("inf")
GRADES = ("published", "derived", "assumed")
NUMBERS = ("number", "limit", "integer")


def trust_chapters(answer: InWords) -> list[Chapter]:
    """Chapters in reading order."""
    return [assumed(answer), unknown(answer), broken(answer), solved(answer), sources(answer)]


def assumption_rows(answer: InWords) -> list[dict[str, Any]]:
    """Every row of the case that is assumed or has a range, those about bottlenecks first.

    Keys: table, of (its name), item, what, month, column, value, low, high, unit, grade, note, source, and ``rank`` of the
    bottleneck that it is about (0 where it is about none).
    """
    from rampart.catalogues.inputs import tables

    case = answer.result.case
    ranks: dict[tuple[str | None, str], int] = {}
    for rank, key in _bottlenecks(answer).sort("rank").select("rank", "key").iter_rows():
        if key is not None and len(key) == 1:
            ranks.setdefault((HOMES.get(key[0]["of"]), key[0]["code"]), rank)
    found = []
    for name, table in tables().items():
        filled = case.tables[name]
        if "grade" not in table.columns or filled.is_empty():
            continue
        for row in filled.iter_rows(named=True):
            ranged = row.get("low") is not None or row.get("high") is not None
            if row["grade"] != "assumed" and not ranged:
                continue
            column = _main_column(table.columns, row)
            codes = [
                (c.reference.partition(".")[0] or name, row[c.name])
                for c in table.columns.values()
                if c.kind == "code" and c.name != "source"
            ]
            found.append(
                {
                    "table": table.label[answer.language],
                    "of": name,
                    "item": row.get("item"),
                    "what": _row_name(answer, table.columns, row),
                    "month": next((row[c.name] for c in table.columns.values() if c.kind == "month" and c.key), None),
                    "column": table.columns[column].label[answer.language] if column else "",
                    "value": row[column] if column else None,
                    "low": row.get("low"),
                    "high": row.get("high"),
                    "unit": _unit(answer, table.columns[column].unit, row) if column else "",
                    "grade": row["grade"],
                    "note": row["note"] or "",
                    "source": row["source"],
                    "rank": min((ranks[c] for c in codes if c in ranks), default=0),
                }
            )
    return sorted(found, key=lambda r: r["rank"] or 10**6)


def _bottlenecks(answer: InWords) -> pl.DataFrame:
    """Bottlenecks of a plan; none of a result that has not worked them out."""
    return answer.result.tables.get("bottlenecks", frame("plan", "bottlenecks", []))


def _main_column(columns: Mapping[str, Any], row: Mapping[str, Any]) -> str | None:
    """The figure that low and high speak of: one that lies between them, else the first that is required."""
    numbers = [c for c in columns.values() if c.kind in NUMBERS and c.name not in ("low", "high") and not c.key]
    numbers.sort(key=lambda c: not c.required)  # stable: required columns first, each kind in catalogue order
    low, high = row.get("low"), row.get("high")
    if low is not None and high is not None:
        for column in numbers:
            value = row[column.name]
            if value is not None and low <= value <= high:
                return str(column.name)
    amounts = [c for c in numbers if c.kind != "integer"]
    return next((str(c.name) for c in amounts if c.required or row[c.name] is not None), None)


def _unit(answer: InWords, unit: str, row: Mapping[str, Any]) -> str:
    words = answer.words
    item = row.get("item") or dict(answer.result.case["lines"].select("line", "item").iter_rows()).get(row.get("line"))
    per = row.get("rate_per") or "month"
    text = unit.replace("money unit", words.money_label)
    text = text.replace("currency", words.currency).replace("rate_per", words(f"unit.{per}"))
    if row.get("component"):
        text = text.replace("component unit", answer.unit(row["component"]))
        text = text.replace("/unit", "/" + answer.unit(item)) if item else text
    text = text.replace("item unit", answer.unit(item) if item else words("unit.units"))
    return "/".join(words.choice("unit", part) for part in text.split("/"))


def _row_name(answer: InWords, columns: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """A row by the names in its key, its month apart: "France, 155 mm rounds, floor"."""
    parts = []
    for column in columns.values():
        value = row[column.name]
        if value is None or not column.key or column.kind == "month" or column.name in ("posture", "condition"):
            continue
        if column.kind == "code":
            place = column.reference.split(".")[0] if column.reference else column.table
            parts.append(answer.name(value, table=place))
        else:
            told = answer.words.has(f"{column.name}.{value}") or column.kind != "choice"
            parts.append(answer.words.choice(column.name, str(value)) if told else offered([value], answer.language)[0])
    return ", ".join(dict.fromkeys(parts))


def _about(answer: InWords, row: Mapping[str, Any]) -> str:
    """What an assumption is about: table, names, and the months it holds for."""
    words = answer.words
    about = words("cell.about", table=row["table"][:1].upper() + row["table"][1:], what=row["what"])
    if row["first"] is None:
        return about
    span = words.span(row["first"], row["last"], short=True)
    return words("cell.about_months", about=about, span=span)


def _merged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that differ in their month alone as one, with first and last month and their number."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        same = tuple(v for k, v in row.items() if k not in ("month", "rank"))
        whole = found.setdefault(same, row | {"last": row["month"], "first": row["month"], "number": 0})
        whole["number"] += 1
        if row["month"] is not None and whole["first"] is not None:
            whole["first"] = min(whole["first"], row["month"])
            whole["last"] = max(whole["last"], row["month"])
    return list(found.values())


def grade_counts(answer: InWords) -> dict[str, int]:
    """Rows of the case by grade; the empty grade counts those not graded."""
    counts = dict.fromkeys((*GRADES, ""), 0)
    for table in answer.result.case.tables.values():
        if "grade" in table.columns:
            for grade, number in table.group_by("grade").len().iter_rows():
                counts[grade or ""] += number
    return counts


def assumed(answer: InWords) -> Chapter:
    """Grades of all rows, and the assumptions themselves."""
    words = answer.words
    counts = grade_counts(answer)
    total = sum(counts.values())
    titles = dict(answer.result.case["sources"].select("source", "title").iter_rows())
    # Few columns, so that notes have room.
    heads = [
        Head(words("head.about")), Head(words("head.main"), numeric=True), Head(words("head.range"), numeric=True),
        Head(words("head.grade")), Head(words("head.note_and_source")),
    ]  # fmt: skip
    rows = []
    for r in _merged(assumption_rows(answer)):
        about, figure, value, span = _figure_cells(answer, r)
        source = titles.get(r["source"], r["source"]) if r["source"] else words("blank.source")
        rows.append([
            words("cell.about_figure", about=about, figure=figure) if figure else about, value, span,
            words.choice("grade", r["grade"] or "none"),
            words("cell.note_and_source", note=r["note"] or words("blank.note"), source=source),
        ])  # fmt: skip
    says = words(
        "chapter.assumed.says",
        total=words.number(total),
        published=words.number(counts["published"]),
        derived=words.number(counts["derived"]),
        assumed=words.number(counts["assumed"]),
        none=words.number(counts[""]),
    )
    table = listing(answer, words("table.assumed"), heads, rows, most=30)
    kept = (table,) if rows else ()
    return Chapter("assumed", words("chapter.assumed"), (says, words("chapter.assumed.order")), (), kept)


def _figure_cells(answer: InWords, row: Mapping[str, Any]) -> list[str]:
    """What an assumption is about, its figure, what it is counted with, and its range."""
    words, span = answer.words, answer.words("none")
    if row["low"] is not None or row["high"] is not None:
        low, high = (words("unknown") if row[k] is None else words.number(row[k]) for k in ("low", "high"))
        span = words("cell.range", low=low, high=high)
    return [
        _about(answer, row),
        words("cell.figure", column=row["column"], unit=row["unit"]) if row["unit"] else row["column"],
        words.number(row["value"]) if row["column"] else words("none"),
        span,
    ]


def _ranged(row: Mapping[str, Any]) -> bool:
    """Whether a row has a range that is one of its figure: of a product (days times rate) it lies elsewhere."""
    ends = [row[k] for k in ("low", "high") if row[k] is not None]
    return (
        bool(ends) and row["value"] is not None and min(ends) <= row["value"] <= (max(ends) if len(ends) > 1 else INF)
    )


BEHIND = {
    "stock": ("stocks",), "capacity": ("lines", "rates"), "ramp": ("lines",), "lead_time": ("lines", "contracts"),
    "cap": ("expansions",), "construction": ("expansions",), "budget": ("budgets",), "market": ("market",),
    "route_time": ("routes",), "route": ("routes",), "floor": ("requirements",), "own_use": ("demand",),
}  # fmt: skip
"""Tables whose figures stand behind a kind of limit."""
OF_ONE_TABLE = 4
"""Most assumptions of one table among the foremost, so that they do not all say the same."""


def foremost_assumptions(answer: InWords, caption: str, items: Sequence[str]) -> Listing:
    """Assumptions with a range, those first that matter most to what is missing.

    items  what is missing, the dearest first: what is said of these and of their parts comes before the rest, the need
           before the limits, and limits in the order in which their steps take away what the objectives lack
    """
    words = answer.words
    heads = [
        Head(words("head.about")), Head(words("head.figure")), Head(words("head.main"), numeric=True),
        Head(words("head.range"), numeric=True),
    ]  # fmt: skip
    kinds = _bottlenecks(answer).filter(pl.col("how") == "kind").group_by("cause").agg(pl.col("share").max())
    causes = kinds.sort("share", "cause", descending=[True, False], nulls_last=True)["cause"].to_list()
    behind = ["demand", *(name for cause in causes for name in BEHIND.get(cause, ()))]
    places = {name: n for n, name in reversed(list(enumerate(behind)))}

    def place(row: dict[str, Any]) -> tuple[bool, bool, int, int, float]:
        ranged = _ranged(row)
        own = items.index(row["item"]) if row["item"] in items else len(items)
        spread = (row["high"] or row["value"] or 0.0) - (row["low"] or row["value"] or 0.0) if ranged else 0.0
        return not ranged, not row["rank"], own, places.get(row["of"], len(places)), -spread

    rows, told = [], dict.fromkeys(places, 0)
    for row in sorted(_merged(assumption_rows(answer)), key=place):
        told[row["of"]] = told.get(row["of"], 0) + 1
        if told[row["of"]] <= OF_ONE_TABLE:
            rows.append(_figure_cells(answer, row))
    return listing(answer, caption, heads, rows, most=None, note=words("paper.assumed.order", most=str(OF_ONE_TABLE)))


def unknown(answer: InWords) -> Chapter:
    """What is not known."""
    from rampart.language.unknowns import statements

    words = answer.words
    told = statements(answer)
    says = words("chapter.unknown.says") if told else words("chapter.unknown.none")
    return Chapter("unknown", words("chapter.unknown"), (says,), points=tuple(told))


def broken(answer: InWords) -> Chapter:
    """Rules that had to give way."""
    words = answer.words
    keys = ["family", "code", "item"]
    table = (
        answer["rules_broken"]
        .group_by(keys)
        .agg(
            pl.col("key").first(),
            first=pl.col("month").min(),
            last=pl.col("month").max(),
            amount=pl.col("amount").max(),
        )
    )
    table = table.sort("first", *keys)
    if table.is_empty():
        return Chapter("broken", words("chapter.broken"), (words("chapter.broken.none"),))
    heads = [
        Head(words("head.rule")),
        Head(words("head.of")),
        Head(words("head.item")),
        Head(words("head.months")),
        Head(words("head.over_by"), numeric=True),
    ]
    rows = []
    for r in table.iter_rows(named=True):
        money = r["family"] in ("budget", "budgets", "money")
        amount = words.money(r["amount"]) if money else answer.quantity(r["amount"], r["item"])
        rows.append(
            [
                words.choice("rule", r["family"]),
                answer.named(r["key"]),
                answer.item(r["item"]),
                words.span(r["first"], r["last"], short=True),
                amount,
            ]
        )
    kept = listing(answer, words("table.broken"), heads, rows)
    return Chapter("broken", words("chapter.broken"), (words("chapter.broken.says"),), listings=(kept,))


def solved(answer: InWords) -> Chapter:
    """Passes, status, gap, versions, hashes."""
    words = answer.words
    heads = [
        Head(words("head.rank"), numeric=True),
        Head(words("head.objective")),
        Head(words("head.reached"), numeric=True),
        Head(words("head.unit")),
        Head(words("head.plainly")),
        Head(words("head.bound"), numeric=True),
        Head(words("head.gap"), numeric=True),
        Head(words("head.status")),
        Head(words("head.iterations"), numeric=True),
    ]
    rows = [
        [
            words.number(r["rank"]),
            words.choice("objective", r["objective"]),
            words.number(r["value"]),
            answer.objective_unit(r["unit"]),
            plainly(answer, r),
            words.number(r["bound"]),
            words.share(r["gap"], digits=2),
            pass_status(answer, r),
            words.number(r["iterations"]),
        ]
        for r in answer["passes"].sort("rank").iter_rows(named=True)
    ]
    listings = [listing(answer, words("table.passes"), heads, rows)] if rows else []
    listings += [_more_room(answer), _rooms(answer), _manifest(answer)]
    same = equals(answer)
    says = (words("chapter.solved.says"), *([same] if same else []))
    return Chapter("solved", words("chapter.solved"), says, listings=tuple(one for one in listings if one.rows))


def _more_room(answer: InWords) -> Listing:
    """What a little more room of each objective would buy below."""
    words = answer.words
    heads = [Head(words("head.objective")), Head(words("head.gives_room")), Head(words("head.bought"))]
    return listing(answer, words("table.more_room"), heads, [list(row) for row in bought_by_room(answer)])


def _rooms(answer: InWords) -> Listing:
    """What each term reached in its pass, its room, and what it is in the plan; terms that are nothing are left out."""
    words = answer.words
    heads = [
        Head(words("head.objective")),
        Head(words("head.term")),
        *(Head(words(f"head.{key}"), numeric=True) for key in ("reached", "room", "steadied", "final")),
    ]
    rows = [
        [
            words.choice("objective", r["objective"]),
            answer.named(r["key"]),
            words.worked_out(r["reached"]),
            words.share(r["room"], digits=2),
            words("none") if r["steadied"] is None else words.worked_out(r["steadied"]),
            words.worked_out(r["final"]),
        ]
        for r in answer["rooms"].sort("rank").iter_rows(named=True)
        if max(r["reached"], r["final"]) > 0
    ]
    return listing(answer, words("table.rooms"), heads, rows, repeat=1)


def plainly(answer: InWords, row: Mapping[str, Any]) -> str:
    """What a pass comes to as a reader counts it, where it is measured in worth."""
    words = answer.words
    if row["plain"] is None:
        return words("none")
    return words("quantity", number=words.number(row["plain"], digits=1), unit=answer.objective_unit(row["plain_unit"]))


def manifest_rows(answer: InWords) -> list[tuple[str, str]]:
    """The manifest as pairs of words."""
    words = answer.words
    m = answer.result.manifest
    solver: Mapping[str, Any] = m.get("solver") or {}
    given = {k: v for k, v in solver.items() if k not in ("name", "options")} | dict(solver.get("options") or {})
    options = ", ".join(f"{k}={v}" for k, v in given.items())
    seconds: Mapping[str, float] = m.get("seconds") or {}
    spent = ", ".join(
        words("cell.seconds", phase=words.choice("phase", k), n=words.number(v)) for k, v in seconds.items()
    )
    rows = [
        (words("manifest.rampart"), str(m.get("rampart", ""))),
        (words("manifest.created"), words.date(str(m["created"])) if m.get("created") else ""),
        (words("manifest.status"), plan_status(answer)),
        (words("manifest.overrides"), _variants(answer) or words("manifest.no_overrides")),
        *_believed(answer),
        (
            words("manifest.size"),
            words("cell.size", **{k: words.number(m[k]) for k in ("rows", "columns", "nonzeros")})
            if "rows" in m
            else "",
        ),
        (words("manifest.solver"), " ".join(p for p in (str(solver.get("name", "")), options) if p)),
        (words("manifest.seconds"), spent),
        (words("manifest.seed"), str(m.get("seed", ""))),
        (words("manifest.versions"), ", ".join(f"{k} {v}" for k, v in (m.get("versions") or {}).items())),
        (words("manifest.case_hash"), str(m.get("case_hash", ""))),
    ]
    rows += [(words("manifest.input", file=file), str(digest)) for file, digest in (m.get("inputs") or {}).items()]
    return [(name, value or words("unknown")) for name, value in rows]


def _variants(answer: InWords) -> str:
    """The variants applied, by name, each with the short name by which it is asked for."""
    words, told = answer.words, []
    for code in answer.result.manifest.get("overrides") or ():
        name = answer.name(code, table="overrides")
        told.append(code if name == code else words("manifest.override", name=name, code=code))
    return ", ".join(told)


def _believed(answer: InWords) -> list[tuple[str, str]]:
    """Regimes over which worth is expected; nothing where the case states no beliefs."""
    words, names = answer.words, answer.result.case.names("regimes", answer.language)
    parts = [
        words(
            "cell.believed", regime=names.get(r["regime"], r["regime"]), first=words.share(r["first"]),
            last=words.share(r["last"]),
        )
        for r in answer.result.manifest.get("believed") or ()
    ]  # fmt: skip
    return [(words("manifest.believed"), words("between.semicolon").join(parts))] if parts else []


def _manifest(answer: InWords) -> Listing:
    words = answer.words
    heads = (Head(words("head.what_of_run")), Head(words("head.value_of_run")))
    return Listing(words("table.manifest"), heads, tuple(manifest_rows(answer)))


def sources(answer: InWords) -> Chapter:
    """Where the figures come from."""
    words = answer.words
    table = answer.result.case["sources"]
    cited = {
        s
        for frame in answer.result.case.tables.values()
        if "source" in frame.columns and "grade" in frame.columns
        for s in frame["source"].drop_nulls().to_list()
    }
    heads = [Head(words(f"head.source_{c}")) for c in ("title", "publisher", "date", "quality", "url")]
    rows = [
        [
            r["title"],
            *(r[c] or words("unknown") for c in ("publisher", "date", "quality")),
            r["url"] or words("none"),
        ]
        for r in table.filter(pl.col("source").is_in(sorted(cited))).iter_rows(named=True)
    ]
    kept = (listing(answer, words("table.sources"), heads, rows, most=None),) if rows else ()
    says = words("chapter.sources.says") if rows else words("chapter.sources.none")
    return Chapter("sources", words("chapter.sources"), (says,), listings=kept)
