"""Chapter: a year as it was, replayed: how the plan changed, and what either policy would have delivered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Chapter, Head, listing

POLICIES = ("happened", "held", "renewed")


def year(answer: InWords) -> Chapter | None:
    """The chapter; None where no year was replayed."""
    rows = answer["year"].to_dicts()
    if not rows:
        return None
    words = answer.words
    says = [words("chapter.year.says"), *year_in_short(answer)]
    about = [Head(words("head.recipient_item")), Head(words("head.quarter"))]
    delivered = [
        [_name(answer, key), _quarter(answer, key[2]), *(words.number(sum(r[p] for r in of)) for p in POLICIES)]
        for key, of in _quarters(rows)
    ]
    heads = [*about, *(Head(words(f"year.{p}"), numeric=True) for p in POLICIES)]
    plans = answer["year_plans"].to_dicts()
    looks = sorted({r["look"] for r in plans})
    said = [
        [
            _name(answer, key),
            _quarter(answer, key[2]),
            *(_sum(answer, [r for r in of if r["look"] == look]) for look in looks),
        ]
        for key, of in _quarters(plans)
    ]
    plan_heads = [
        *about,
        *(Head(words("year.plan_of", month=words.month(look, short=True)), numeric=True) for look in looks),
    ]
    listings = (
        listing(answer, words("table.year"), heads, delivered, repeat=1),
        listing(answer, words("table.year_plans"), plan_heads, said, repeat=1, note=words("chapter.year.plans")),
    )
    return Chapter("year", words("chapter.year"), tuple(says), listings=listings)


def year_in_short(answer: InWords) -> list[str]:
    """Of each recipient and item what arrived, and would have, over the months replayed; units are not added to others."""
    sums: dict[tuple[str, str], dict[str, float]] = {}
    for r in answer["year"].iter_rows(named=True):
        of = sums.setdefault((r["recipient"], r["item"]), dict.fromkeys(POLICIES, 0.0))
        for policy in POLICIES:
            of[policy] += r[policy]
    return [
        answer.words(
            "chapter.year.sums",
            what=_name(answer, (recipient, item, "")),
            **{policy: answer.quantity(q, item) for policy, q in of.items()},
        )
        for (recipient, item), of in sorted(sums.items())
    ]


def _quarters(rows: Iterable[dict[str, Any]]) -> list[tuple[tuple[str, str, str], list[dict[str, Any]]]]:
    """Rows by recipient, item and quarter (YYYY-Q)."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for r in rows:
        quarter = f"{r['month']:%Y}-{(r['month'].month + 2) // 3}"
        found.setdefault((r["recipient"], r["item"], quarter), []).append(r)
    return sorted(found.items())


def _name(answer: InWords, key: tuple[str, str, str]) -> str:
    return f"{answer.nation(key[0])}, {answer.item(key[1])}"


def _quarter(answer: InWords, quarter: str) -> str:
    year, n = quarter.split("-")
    return answer.words("year.quarter", year=year, n=n)


def _sum(answer: InWords, rows: list[dict[str, Any]]) -> str:
    """A plan's quarter; a quarter that lay behind it is not its own any more."""
    return answer.words.number(sum(r["quantity"] for r in rows)) if rows else ""
