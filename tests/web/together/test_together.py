"""Totals of closed months: frozen, the same for every nation, and no holder comes out by adding and subtracting them."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from rampart.web.together import withholding
from rampart.web.together.withholding import may_be_shown

Months = list[dict[str, float]]


def drawn(draw: random.Random, holders: int, months: int) -> Months:
    """Stocks of an item in which some months few holders move, some holders have none, and one may have nearly all."""
    names = [f"N{n}" for n in range(holders)]
    now = {name: float(draw.choice([0, draw.randint(1, 10**6)])) for name in names}
    now[names[0]] *= draw.choice([1, 1, 1000])
    found = []
    for _ in range(months):
        for name in draw.sample(names, draw.choice([0, 1, 1, 2, holders, holders])):
            now[name] = float(draw.choice([0, now[name] + draw.randint(1, 10**6)]))
        found.append(dict(now))
    return found


def chosen(months: Months, least: int) -> Months:
    """The months whose totals are shown, as they are closed one after another."""
    shown: Months = []
    for held in months:
        if may_be_shown(held, shown, least=least):
            shown.append(held)
    return shown


def comes_out(shown: Months) -> bool:
    """The attack: a reader adds and subtracts all totals in every way, takes off what is the reader's own, and has what one
    or two others had, or how it changed. Figures are drawn from so wide a span that no two sums are equal by chance.
    """
    if not shown:
        return False
    holders = sorted({name for held in shown for name in held})
    table = np.array([[held[name] for name in holders] for held in shown]).reshape(-1, len(holders))
    for signs in product((-1, 0, 1), repeat=len(shown)):
        change = np.array(signs) @ table
        for reader in range(len(holders)):
            others = np.delete(change, reader)
            total = change.sum() - change[reader]
            alone = [others[n] for n in range(len(others))]
            pairs = [a + b for n, a in enumerate(alone) for b in alone[n + 1 :]]
            if any(total == one for one in (*alone, *pairs) if one):
                return True
    return False


@pytest.fixture(scope="module")
def draws() -> list[Months]:
    draw = random.Random(18)
    return [drawn(draw, draw.randint(3, 7), 5) for _ in range(60)]


def test_no_way_of_subtracting_what_is_shown_gives_a_holder(draws: list[Months]) -> None:
    shown = [chosen(months, 3) for months in draws]
    assert sum(map(len, shown)) > 40, "nothing is shown: nothing is tried"
    assert not any(comes_out(one) for one in shown)


def test_the_attack_finds_holders_where_nothing_is_withheld(draws: list[Months]) -> None:
    """And where totals are only looked at one by one, the differences give them away."""
    assert any(comes_out(months) for months in draws)
    alone = [[held for held in months if may_be_shown(held, [], least=3)] for months in draws]
    assert any(comes_out(months) for months in alone)


def test_totals_far_apart_are_laid_beside_each_other_too() -> None:
    rest = [{f"N{n}": float(n * 97 + m * 13) for n in range(1, 7)} for m in range(20)]
    first = rest[0]
    assert len(chosen(rest, 3)) == 20
    assert not may_be_shown({**first, "N1": 5000.0}, rest, least=3)  # only N1 differs from a month long ago


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        ({"A": 1.0, "B": 2.0, "C": 3.0, "D": 4.0}, True),
        ({"A": 1.0, "B": 2.0, "C": 3.0, "D": 0.0}, False),  # three holders: beside one of them two
        ({"A": 0.0, "B": 0.0}, False),  # a total of nothing says that nobody has any
        ({"A": 1.0, "B": 2.0, "C": 3.0, "D": 4000.0}, False),  # nearly all of it is D's
        ({}, False),
    ],
)
def test_how_many_hold_it(held: Mapping[str, float], shown: bool) -> None:
    assert may_be_shown(held, [], least=3) is shown


@pytest.fixture
def closed(store: Any) -> Iterator[Callable[[str, Mapping[str, Mapping[str, float]]], Any]]:
    """Closes a month on these figures; what was closed is gone after the test, which only a test can do."""
    from rampart.web.asked_by import shelf
    from rampart.web.asking import Asked
    from rampart.web.people.roles import PLANNER, Reader
    from rampart.web.together.closing import freeze

    asked = Asked(Reader("paula", PLANNER, "*"), "en", shelf())
    yield lambda month, figures: freeze(asked, month, figures)
    from django.db import connection

    with connection.cursor() as cursor:
        for what in ("UPDATE", "DELETE"):
            cursor.execute(f"DROP TRIGGER closed_months_never_{what}")
        cursor.execute("DELETE FROM closed_months")
        from importlib import import_module

        made = import_module("rampart.web.migrations.0007_closed_months")
        for what in ("UPDATE", "DELETE"):
            cursor.execute(made.REFUSES.format(what=what))


NATIONS = ("XAA", "XBB", "XUU", "XCC", "XDD", "XEE")


def test_pages_files_sorts_and_filters_hold_what_is_shown_and_no_more(client_of: Any, closed: Any) -> None:
    draw = random.Random(4)
    figures = [
        {item: {n: float(draw.randint(10**6, 9 * 10**6)) for n in NATIONS} for item in ("round", "charge")}
        for _ in range(3)
    ]
    figures[1]["charge"] = {
        **figures[0]["charge"],
        "XBB": 7_654_321.0,
    }  # one holder moved: the difference would be its own
    figures[2]["powder"] = {"XAA": 1_234_567.0, "XBB": 2_345_678.0}  # two holders
    kept = [closed(f"2025-0{n}", of) for n, of in enumerate(figures, 1)]
    assert [sorted(one.shown) for one in kept] == [["charge", "round"], ["round"], ["charge", "round"]]
    may = {sum(figures[n][item].values()) for n, one in enumerate(kept) for item in one.shown}
    secret = {q for of in figures for held in of.values() for q in held.values()}
    answers = {}
    for name in ("edith", "victor", "ben", "vera", "paula"):
        browser = client_of(name)
        for query in (
            "",
            "?sort=-quantity",
            "?sort=item&size=1",
            "?filter=item:charge",
            "?filter=quantity:1..",
            "?q=feb",
        ):
            table = browser.get(f"/api/together{query}").json()["table"]
            found = {cell["value"] for row in table["rows"] for cell in row if isinstance(cell["value"], float)}
            assert found <= may, (name, query)
            answers.setdefault(query, table)
            assert table == answers[query], "the same for every reader"
            assert browser.get(f"/together{query}").status_code == 200
        read = csv.DictReader(io.StringIO(browser.get("/together.csv").content.decode("utf-8-sig")))
        assert {float(row["Held together"]) for row in read} == may
        html = browser.get("/together").content.decode().replace(",", "")
        assert not any(f"{quantity:.0f}" in html for quantity in secret)
    assert answers[""]["total"] == 5 and answers["?q=feb"]["matching"] == 1
    assert client_of("adam").get("/api/together").status_code == 403
    assert client_of("edith").get("/api/together").json()["withheld"] is None


def test_a_closed_month_stays_as_it_is(client_of: Any, closed: Any) -> None:
    held = {n: 10.0 + k for k, n in enumerate(NATIONS)}
    made = closed("2025-03", {"round": held})
    from django.db import DatabaseError, connection

    from rampart.web.asking import WronglyAskedError
    from rampart.web.together.closed_month import ClosedMonth

    with pytest.raises(WronglyAskedError):
        closed("2025-03", {"round": {**held, "XAA": 99.0}})
    for change in (made.save, made.delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(DatabaseError, match="never changed"), connection.cursor() as cursor:
        cursor.execute("UPDATE closed_months SET shown = '{}'")
    assert ClosedMonth.objects.get(month="2025-03").shown == {"round": sum(held.values())}


def test_only_planners_close_and_only_what_is_over(client_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("edith", "arthur", "audrey", "adam", "vera"):
        assert client_of(name).post("/together/close", {"month": "2024-01"}).status_code == 403, name
    for month in (
        "2024-13",
        "9999-01",
        "",
        "2024-1",
        "1800-01",
    ):  # of the last nothing is known: it would be closed for good
        assert client_of("paula").post("/together/close", {"month": month}).status_code == 422, month


def test_the_setting_is_kept_to(monkeypatch: pytest.MonkeyPatch, closed: Any) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "OF_THE_STORE", replace(settings.OF_THE_STORE, least_holders=5))
    figures = {"round": {n: 10.0 + k for k, n in enumerate(NATIONS)}, "few": {n: 10.0 for n in NATIONS[:5]}}
    assert set(closed("2025-04", figures).shown) == {"round"}


def test_every_way_is_looked_at() -> None:
    """Of seven months shown every combination, beside those of two of all."""
    every, pairs = withholding._ways(9)
    assert every.shape == (3**7, 9) and pairs.shape == (2 * 9 + 4 * 36, 9)
