"""Every figure on the first page worked out again from the tables of a saved plan, in plain steps and by nothing of the report.

A sentence is taken apart by the pattern that it is written in; each number in it must be that which the tables give, to the
last digit shown. A sentence of no known pattern, and a number that no pattern takes, is an error: nobody worked it out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
MONTH = rf"((?:{'|'.join(MONTHS)}) \d{{4}})"
NONE = 1e-9
NOTICEABLE = 0.01  # share of what is asked under which nothing is told


def shown(text: str, value: float, *, figures: int | None = None) -> None:
    """A number as it stands is that value to the last digit shown, or to so many figures."""
    told = float(text.replace(",", ""))
    digits = len(text.split(".")[1]) if "." in text else 0
    half = 0.5 * 10.0**-digits
    if figures is not None and told:
        half = max(half, 0.5 * 10.0 ** (np.floor(np.log10(abs(told))) + 1 - figures))
    assert abs(told - value) <= half * (1 + 1e-6) + NONE, (text, value)


def percent(text: str, share: float) -> None:
    """A percentage as it stands; what is not quite whole is not shown as whole."""
    if not (text in ("99.9", "99.99") and float(text) < 100 * share < 100):
        shown(text, 100 * share)


def month(day: date) -> str:
    """A month as the page writes it."""
    return f"{MONTHS[day.month - 1]} {day.year}"


class Tables:
    """A saved plan, by the files of its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: Mapping[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    def __getitem__(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / f"{name}.parquet")

    def case(self, name: str) -> pl.DataFrame:
        """A table of its case."""
        return pl.read_parquet(self.folder / "case" / f"{name}.parquet")

    # -- names -----------------------------------------------------------------------------------------------------

    @cached_property
    def nation(self) -> dict[str, str]:
        """Code by name."""
        return {name: code for code, name in self.case("nations").select("nation", "name_en").iter_rows()}

    @cached_property
    def item(self) -> dict[str, str]:
        """Code by name."""
        return {name: code for code, name in self.case("items").select("item", "name_en").iter_rows()}

    @cached_property
    def recipients(self) -> list[str]:
        """Nations that are supplied."""
        return self.case("nations").filter(role="recipient")["nation"].to_list()

    # -- figures ---------------------------------------------------------------------------------------------------

    @cached_property
    def end(self) -> date:
        """Last month of the plan."""
        start, months = self["periods"].sort("period").select("month", "months").row(-1)
        return pl.Series([start]).dt.offset_by(f"{months - 1}mo")[0]

    def last_month(self, start: date) -> str:
        """Last month of the period that begins in a month, as the page writes it."""
        (months,) = self["periods"].filter(month=start)["months"]
        return month(pl.Series([start]).dt.offset_by(f"{months - 1}mo")[0])

    @cached_property
    def required(self) -> pl.DataFrame:
        """Rows of the stock in which something must be held, with what is held of it at the start and at the end."""
        rows = self["stock"].filter(pl.col("requirement") > 0)
        return rows.with_columns(
            pl.min_horizontal(pl.col(of).clip(lower_bound=0.0), "requirement").alias(f"of_{of}")
            for of in ("opening", "closing")
        )

    def covered(self, rows: pl.DataFrame, of: str) -> float:
        """What is held of requirements, the mean over the items."""
        sums = rows.group_by("item").agg(pl.col(f"of_{of}").sum() / pl.col("requirement").sum())
        return float(np.mean(sums[f"of_{of}"].to_numpy()))

    @cached_property
    def at_end(self) -> pl.DataFrame:
        """Requirements in the last period."""
        return self.required.filter(pl.col("period") == self["periods"]["period"].max())

    @cached_property
    def at_start(self) -> pl.DataFrame:
        """Requirements when each is first asked for."""
        return self.required.filter(pl.col("period") == pl.col("period").min().over("holder", "item"))

    @cached_property
    def need(self) -> dict[str, tuple[float, float]]:
        """What recipients need and what of it is met, by item."""
        key = ["holder", "item", "purpose"]
        late = self.case("demand").group_by(key).agg(pl.col("late").first().fill_null(value=False).alias("stays"))
        rows = self["demand"].filter(pl.col("holder").is_in(self.recipients)).join(late, on=key)
        met = pl.when("stays").then("served").otherwise(pl.col("need") - pl.col("unmet"))
        sums = rows.group_by("item").agg(pl.col("need").sum(), met.sum().alias("met"))
        return {item: (need, met) for item, need, met in sums.iter_rows() if need > 0}

    @cached_property
    def worst(self) -> list[str]:
        """Items that recipients need: what is missing and dearest to make good first, then the worst met."""
        return sorted(self.need, key=lambda item: (-self.to_make_good(item), self.need[item][1] / self.need[item][0]))

    def to_make_good(self, item: str) -> float:
        """Money that what recipients lack of an item would cost."""
        need, met = self.need[item]
        price = dict(self.case("items").select("item", "price").iter_rows())[item]
        return (need - met) * (price or 0.0)

    @cached_property
    def commitments(self) -> float:
        """Money that is committed."""
        return float(self["money"]["commitments"].sum())

    @cached_property
    def deadlines(self) -> list[date]:
        """Months by which something is to be decided, the first first."""
        return sorted(self["decisions"]["decide_by"].drop_nulls().to_list())

    @cached_property
    def believed(self) -> dict[str, float]:
        """Chance of each regime in the last period, by its name: the mean over its months of a chain that begins today."""
        settings = dict(self.case("settings").select("setting", "value").iter_rows())
        regimes = self.case("regimes")["regime"].to_list()
        step = np.eye(len(regimes))
        for one, other, chance in (
            self.case("transitions").select("from_regime", "to_regime", "probability").iter_rows()
        ):
            step[regimes.index(one), regimes.index(one)] -= chance
            step[regimes.index(one), regimes.index(other)] += chance
        first = self["periods"].sort("period")["month"][0]
        start, months = self["periods"].sort("period").select("month", "months").row(-1)
        before = 12 * (start.year - first.year) + start.month - first.month
        now = np.zeros(len(regimes))
        now[regimes.index(settings["regime"])] = 1.0
        mean = np.mean([now @ np.linalg.matrix_power(step, before + m) for m in range(months)], axis=0)
        names = self.case("regimes").select(pl.coalesce("name_en", "regime"))["name_en"].to_list()
        return dict(zip(names, mean.tolist(), strict=True))

    @cached_property
    def dearest(self) -> str:
        """The item whose missing need would cost most."""
        return max(self.need, key=self.to_make_good)

    def relief(self, *how: str) -> tuple[float, float]:
        """Most that a step takes of what the recipients lack of the dearest item, and which part of it."""
        mine = (pl.col("item") == self.dearest) & pl.col("holder").is_in(self.recipients)
        mine &= pl.col("objective").str.starts_with("need")
        best = float(self["reasons"].filter(mine & pl.col("how").is_in(how))["relief"].max())  # type: ignore[arg-type]
        return best, best / float(self["short"].filter(mine)["amount"].sum())


# -- the page ------------------------------------------------------------------------------------------------------


def key_figure(t: Tables, figure: str, label: str) -> None:
    """One of the figures at the head."""
    figure, label = plain(figure), plain(label)
    if found := re.fullmatch(
        rf"of the stock required is held at the end of {MONTH}, against {PERCENT} at the start(?:; mean of {NUMBER} items)?",
        label,
    ):
        assert found[1] == month(t.end)
        percent(figure.removesuffix("%"), t.covered(t.at_end, "closing"))
        percent(found[2], t.covered(t.at_start, "opening"))
        shown(found[3] or "1", t.at_end["item"].n_unique())
    elif found := re.fullmatch(r"of the recipient's need met: (.+)", label):
        need, met = t.need[t.item[found[1]]]
        percent(figure.removesuffix("%"), met / need)
        assert t.item[found[1]] in (t.worst[0], t.dearest)
    elif label == "committed over the plan":
        money(figure, t.commitments)
    elif found := re.fullmatch(rf"first deadline: {NUMBER} decisions?", label):
        assert figure == month(t.deadlines[0])
        shown(found[1], t.deadlines.count(t.deadlines[0]))
    else:
        raise AssertionError(f"nobody worked out: {figure} {label}")


def money(text: str, amount: float) -> None:
    """Millions of euro as they stand."""
    found = re.fullmatch(rf"EUR {NUMBER} m", text)
    assert found, text
    shown(found[1], amount)


def sentence(t: Tables, text: str) -> None:
    """A sentence of the page, part by part; whatever no part takes may hold no number."""
    text = plain(text)
    for pattern, check in SENTENCES.items():
        while found := re.match(pattern, text):
            check(t, *(group for group in found.groups() if group is not None))
            text = text[found.end() :].strip()
            if not text:
                return
    # what is left may hold numbers only in names
    for name in sorted((*t.item, *t.nation), key=len, reverse=True):
        text = text.replace(name, "")
    assert not re.search(r"\d", text), f"nobody worked out: {text}"


def plain(text: str) -> str:
    """Text with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _believed(t: Tables, when: str, parts: str) -> None:
    assert when == month(t.end)
    told = re.findall(rf"([a-z]+) {NUMBER}%", parts)
    assert len(told) == len(t.believed)
    for name, share in told:
        percent(share, t.believed[name])


def _held(t: Tables, start: str, end: str, when: str, met: str, every: str) -> None:
    percent(start, t.covered(t.at_start, "opening"))
    percent(end, t.covered(t.at_end, "closing"))
    assert when == month(t.end)
    full = t.at_end.filter(pl.col("closing") >= pl.col("requirement") * (1 - 1e-6))
    shown(met, full.height)
    shown(every, t.at_end.height)


def _lowest(t: Tables, who: str, share: str) -> None:
    known = set(t.case("stocks").select("holder", "item").iter_rows())
    rows = t.at_end.filter(
        pl.struct("holder", "item").map_elements(lambda r: (r["holder"], r["item"]) in known, pl.Boolean)
    )
    least = float((rows["of_closing"] / rows["requirement"]).min())  # type: ignore[arg-type]
    percent(share, least)
    for part in who.split("; "):
        nation, item = part.split(", ", 1)
        mine = rows.filter(holder=t.nation[nation], item=t.item[item])
        assert float(mine["of_closing"][0] / mine["requirement"][0]) <= least + 1e-6


def _shared(t: Tables, item: str, when: str, parts: str) -> None:
    last = t["shares"].filter(item=t.item[item]).filter(pl.col("period") == t["periods"]["period"].max())
    assert when == month(t.end)
    of = {holder: (share, held) for holder, share, held in last.select("holder", "share", "held").iter_rows()}
    text, told = parts, 0
    for nation in sorted(t.nation, key=len, reverse=True):
        if found := re.search(rf"{re.escape(nation)} {NUMBER}% \({NUMBER}\)", text):
            percent(found[1], of[t.nation[nation]][0])
            shown(found[2], of[t.nation[nation]][1])
            text, told = text.replace(found[0], ""), told + 1
    assert told and not re.search(r"\d", text)


def _by_item(t: Tables, text: str, pattern: str, check: Callable[[str, re.Match[str]], None]) -> None:
    """Parts of a list that name an item each."""
    told = 0
    for name in sorted(t.item, key=len, reverse=True):
        if found := re.search(pattern.replace("ITEM", re.escape(name)), text):
            check(t.item[name], found)
            text, told = text.replace(found[0], ""), told + 1
    text = re.sub(r"\d+ more items?", "", text)
    assert told and not re.search(r"\d", text), text


def _met(t: Tables, parts: str) -> None:
    def check(item: str, found: re.Match[str]) -> None:
        need, met = t.need[item]
        percent(found[1], met / need)
        shown(found[2], met)
        assert item in t.worst[:3]

    _by_item(t, parts, rf"ITEM {NUMBER}% \({NUMBER} [a-z ]+\)", check)


def _unmet(t: Tables, parts: str) -> None:
    lacking = [item for item in t.worst if t.need[item][0] - t.need[item][1] > NONE * t.need[item][0]]
    _by_item(
        t, parts, rf"{NUMBER} [a-z ]+ \(ITEM\)", lambda item, found: shown(found[1], t.need[item][0] - t.need[item][1])
    )
    if found := re.search(rf"{NUMBER} more items?", parts):
        shown(found[1], len(lacking) - 4)


def _slightly(t: Tables, share: str, parts: str) -> None:
    """What lacks, but less than a hundredth of what is asked."""
    percent(share, NOTICEABLE)
    _lacks(t, parts, slightly=True)


def _is_told(lacking: float, asked: float, *, slightly: bool) -> bool:
    least, most = (1e-6, NOTICEABLE) if slightly else (NOTICEABLE, 1.0)
    return least * asked < lacking < most * asked if slightly else lacking >= least * asked > 0


def _lacks(t: Tables, parts: str, *, slightly: bool = False, beside: bool = False) -> None:
    """Of each kind the item named first: how much lacks of what is asked, to three figures."""
    for part in parts.split("; "):
        kind, told, more = _items(t, part)
        lasting = {
            "pledges": ("pledges", "pledged", "owed"),
            "members' floors": ("stock", "floor", "below_floor"),
            "backfill of donors": ("backfill", "given", "owed"),
        }.get(kind)
        if lasting:
            every = _at_worst(t, *lasting)
        elif kind == "requirement":
            every = _sums(t.at_end, "requirement", pl.col("requirement") - pl.col("of_closing"))
        elif kind == "recipient's need":
            every = {item: (need, need - met, None, None) for item, (need, met) in t.need.items()}
        else:
            assert kind == "members' own use", f"nobody worked out: {part}"
            every = _sums(t["demand"].filter(~pl.col("holder").is_in(t.recipients)), "need", pl.col("unmet"))
        for upto, less, of, when, good, item in told:
            asked, lacking, worst, made_good = every[t.item[item]]
            assert _is_told(lacking, asked, slightly=slightly)
            shown(less, lacking, figures=3)
            shown(of, asked, figures=3)
            assert bool(upto) == bool(lasting) and (when or None) == worst
            assert (good or None) == (made_good if kind in ("pledges", "backfill of donors") else None)
        number = sum(_is_told(less, of, slightly=slightly) for of, less, *_ in every.values())
        assert len(told) + more in ((number, number - 1) if beside else (number,))


def _lacks_besides(t: Tables, parts: str) -> None:
    """All but what another sentence says."""
    _lacks(t, parts, beside=True)


Worst = tuple[float, float, str | None, str | None]
"""What is asked and lacks of an item, in which month most, and when it is made good."""


def _items(t: Tables, part: str) -> tuple[str, list[tuple[str, ...]], int]:
    """Kind, (up to, missing, asked, when, made good, item) of each item named, and how many are not."""
    name = "|".join(re.escape(one) for one in sorted(t.item, key=len, reverse=True))
    one = (
        rf"(up to )?{NUMBER} of {NUMBER} [a-z ]+?(?:(?:, in| due by) {MONTH}(?:, made good in {MONTH})?)? \(({name})\)"
    )
    found = re.search(one, part)
    assert found, f"nobody worked out: {part}"
    left = re.sub(one, "", part[found.start() :])
    more = re.search(r"(\d+) more items?", left)
    assert not re.sub(r"\d+ more items?|and|[ ,]", "", left), f"nobody worked out: {part}"
    return part[: found.start()].strip(), re.findall(one, part), int(more[1]) if more else 0


def _sums(rows: pl.DataFrame, asked: str, lacking: pl.Expr) -> dict[str, Worst]:
    sums = rows.filter(pl.col(asked) > 0).group_by("item").agg(pl.col(asked).sum(), lacking.sum().alias("less"))
    return {item: (of, less, None, None) for item, of, less in sums.iter_rows()}


def _at_worst(t: Tables, table: str, asked: str, missing: str) -> dict[str, Worst]:
    """Of what lasts: how much lacks of an item at the end of the month in which all together lack most, and of how much."""
    sums: dict[str, dict[date, list[float]]] = {}
    for row in t[table].sort("month").iter_rows(named=True):
        both = sums.setdefault(row["item"], {}).setdefault(row["month"], [0.0, 0.0])
        both[0] += _given(t, row) if asked == "given" else row[asked] or 0.0
        both[1] += row[missing] or 0.0
    found: dict[str, Worst] = {}
    for item, of in sums.items():
        most = max(less for _, less in of.values())
        when = next(day for day, (_, less) in of.items() if less == most)
        good = next(
            (t.last_month(day) for day, (_, less) in of.items() if day > when and less <= 1e-6 * of[when][0]), None
        )
        found[item] = (of[when][0], most, t.last_month(when), good)
    return {item: worst for item, worst in found.items() if worst[0] > 0}


def _late_own(t: Tables, late: str, item: str, share: str, months: str) -> None:
    """What members use late, unit by unit, the oldest due first, and how many months it waits within the plan."""
    length = dict(t["periods"].select("period", "months").iter_rows())
    served = asked = waited = never = 0.0
    own = (
        t["demand"].filter(~pl.col("holder").is_in(t.recipients), item=t.item[item]).sort("holder", "purpose", "period")
    )
    for _, rows in own.group_by("holder", "purpose", maintain_order=True):
        due = 0.0
        for row in rows.iter_rows(named=True):
            asked += row["need"]
            of_before = min(row["served"], due)
            served += of_before
            due = row["late"]
            waited += due * length[row["period"]]
        never += due
    shown(late, served)
    percent(share, served / asked)
    shown(months, waited / (served + never))


def _decided_when(t: Tables, count: str, amount: str, *rest: str) -> None:
    """How many decisions, for how much, how many of them by the first month, and which are the first and the last."""
    shown(count, t["decisions"].height)
    money(amount, float(t["decisions"]["money"].sum()))
    first, last = t.deadlines[0], t.deadlines[-1]
    if len(rest) == 1:
        assert rest == (month(first),) and first == last and len(t.deadlines) == t["decisions"].height
    else:
        now, by, end = rest
        shown(now, t.deadlines.count(first))
        assert (by, end) == (month(first), month(last))


def _floors(t: Tables, *said: str) -> None:
    """Who comes down to its floor in the first twelve months, in which, and whether below it."""
    *some, parts = said
    early = t["periods"].sort("period").filter(pl.col("months").cum_sum() <= 12)["period"].to_list()
    stock = t["stock"].filter(pl.col("period").is_in(early) & (pl.col("floor") > 0)).sort("period")
    down: dict[tuple[str, str], tuple[str, bool]] = {}
    for row in stock.iter_rows(named=True):
        floor = row["floor"] * (1 + 1e-3)
        if row["opening"] > floor >= row["closing"]:
            down.setdefault(
                (row["holder"], row["item"]), (month(row["month"]), row["closing"] < row["floor"] * (1 - 1e-3))
            )
    told = re.findall(rf"(?:^|; )(.+?) \((.+?)\) in {MONTH}(, below it)?", parts)
    assert told and any(some) == any(below for *_, below in told)
    for nation, item, when, below in told:
        assert down[t.nation[nation], t.item[item]] == (when, bool(below))


def _owed_back(t: Tables, by: str, donor: str, given: str, item: str, when: str, owed: str) -> None:
    """What is owed is all that is due but what has come back: of what was given, which may be less than was pledged."""
    mine = t["backfill"].filter(owing=t.nation[by], donor=t.nation[donor], item=t.item[item])
    (row,) = (r for r in mine.iter_rows(named=True) if month(r["month"]) == when)
    shown(owed, row["owed"])
    shown(given, _given(t, row))
    assert row["owed"] == mine["owed"].max()


def _given(t: Tables, row: Mapping[str, Any]) -> float:
    """Units to be made good: those due less what of the pledges is not given, of one row each."""
    rows = t.case("deliveries").filter(donor=row["donor"], item=row["item"], backfill_by=row["owing"])
    ranks = dict(t.case("priorities").select("objective", "rank").iter_rows())
    if "pledges" not in ranks or ranks["pledges"] > ranks["backfill"]:
        return float(row["due"])
    lacks = t["pledges"].filter(donor=row["donor"], item=row["item"], period=row["period"])
    lacks = lacks.filter(pl.col("recipient").is_in(rows.filter(status="pledged")["recipient"].to_list()))
    return float(row["due"]) - float(lacks["owed"].sum())


def _steadied(t: Tables, less: str, took: str, may: str) -> None:
    """Changes in full rates: the largest maximum rate a month of each line; of one at nothing what its works add."""
    lines = t.case("lines").select("line", "rate_per", rate="max_rate")
    later = (
        t.case("rates").join(lines.select("line", "rate_per"), on="line").select("line", "rate_per", rate="max_rate")
    )
    monthly = pl.col("rate") / pl.when(pl.col("rate_per") == "year").then(12.0).otherwise(1.0)
    full = (
        pl.concat([lines, later]).filter(pl.col("rate").is_finite()).group_by("line").agg(monthly.max().alias("full"))
    )
    added = t.case("expansions").join(lines.select("line", "rate_per"), on="line")
    added = added.with_columns(rate=pl.col("added_rate") * pl.col("max_units"))
    built = added.group_by("line").agg(monthly.sum().alias("built"))
    rows = t["steadiness"].join(full, on="line", how="left").join(built, on="line", how="left")
    rows = rows.with_columns(full=pl.when(pl.col("full") > 0).then("full").otherwise("built"))
    assert (rows["full"] > 0).all()
    before, after = (float((rows[name] / rows["full"]).sum()) for name in ("before", "after"))
    percent(less, 1 - after / before)
    needs = t["rooms"].filter(pl.col("steadied").is_not_null())
    percent(took, float(needs["steadied"].sum() / needs["reached"].sum() - 1))
    stated = t.case("priorities").filter(objective="steady")["tolerance"][0]
    percent(may, 0.01 if stated is None else stated)


def _money(t: Tables, committed: str, paid: str, years: str) -> None:
    table = t["money"]
    money(committed, t.commitments)
    money(paid, float(table["payments"].sum()))
    fiscal = sorted(set(table["fiscal_year"].to_list()))
    assert years == (str(fiscal[0]) if len(fiscal) == 1 else f"{fiscal[0]}–{fiscal[-1]}")


def _budget(t: Tables, share: str, limit: str, when: str) -> None:
    rows = t["budgets"].filter(
        (pl.col("kind") == "commitments") & (pl.col("purpose") == "all") & pl.col("limit").is_finite()
    )
    money(limit, float(rows["limit"].sum()))
    percent(share, float(rows["used"].sum() / rows["limit"].sum()))
    assert when == month(t.end)


def _used_up(t: Tables, parts: str) -> None:
    """Budgets of which nothing is left; nothing is carried over in cases of this page."""
    rows = t["budgets"].filter(pl.col("limit").is_finite() & (pl.col("limit") > 0))
    assert not rows["carried"].sum()
    full = rows.filter((pl.col("used") - pl.col("limit")).abs() <= 1e-6 * pl.col("limit"))
    told = set()
    for part in parts.split("; "):
        nation, kind, years = re.match(r"(.+), (commitments|payments) ([\d–, ]+)$", part).groups()  # type: ignore[union-attr]
        for span in years.split(", "):
            first, _, last = span.partition("–")
            told |= {(t.nation[nation], kind, year) for year in range(int(first), int(last or first) + 1)}
    assert told == set(full.select("nation", "kind", "fiscal_year").rows())


def _unknown(t: Tables, number: str) -> None:
    asked = {pair for name in ("requirements", "demand") for pair in t.case(name).select("holder", "item").iter_rows()}
    shown(number, len(asked - set(t.case("stocks").select("holder", "item").iter_rows())))


def _bottleneck(t: Tables, parts: str) -> None:
    """The largest gain of a kind, or of a pair beyond the sum of its two, in an objective, over what that lacks at the end of
    its pass.
    """
    for share, name in re.findall(rf"\({PERCENT} of what is short of (.+?)\)", parts):
        of = {"recipient's need": "need", "members' own use": "own_use", "members' floors": "floors"}.get(name, name)
        rows = t["bottlenecks"].filter(objective=of)
        alone = dict(rows.filter(how="kind").select("cause", "gain").iter_rows())
        pairs = {"capacity_in_time": ("capacity", "lead_time"), "opening_in_time": ("opening", "lead_time")}
        gains = [*alone.values()]
        for cause, gain in rows.filter(how="pair").select("cause", "gain").iter_rows():
            if gain > 1.01 * sum(alone.get(kind, 0.0) for kind in pairs[cause]):
                gains.append(gain)
        last = "requirement_fair" if of == "requirement" else of
        percent(share, max(gains) / float(t["passes"].filter(objective=last)["value"][0]))


def _held_at_end(t: Tables, when: str, share: str, start: str) -> None:
    assert when == month(t.end)
    percent(share, t.covered(t.at_end, "closing"))
    percent(start, t.covered(t.at_start, "opening"))


def _held_mean(t: Tables, number: str, low: str, least: str, high: str, most: str) -> None:
    shown(number, t.at_end["item"].n_unique())
    of = {item: t.covered(rows, "closing") for (item,), rows in t.at_end.group_by("item")}
    for share, name, value in ((low, least, min(of.values())), (high, most, max(of.values()))):
        percent(share, value)
        assert abs(of[t.item[name]] - value) <= NONE


def _helps(t: Tables, relief: str, share: str, *together: str) -> None:
    for how, amount, part in ((("kind", "pair"), relief, share), *([(("together",), *together)] if together else [])):
        found, whole = t.relief(*how)
        shown(amount, found, figures=3)
        percent(part, whole)


def _missing(t: Tables, missing: str, asked: str, when: str, item: str) -> None:
    assert t.item[item] == t.dearest
    need, met = t.need[t.dearest]
    shown(missing, need - met, figures=3)
    shown(asked, need, figures=3)
    assert when == month(t.end)


CALLED = {
    "recipient's need": "need",
    "members' own use": "own_use",
    "pledges": "pledges",
    "members' floors": "floors",
    "even output": "steady",
}


def _waits_alone(t: Tables, months: str, name: str, loss: str) -> None:
    """What one of the decisions that wait together loses for good, of another objective than they do."""
    rows = t["delays"].filter(pl.col("objective").is_not_null() & (pl.col("cost") > 0), months=int(months))
    late = rows.filter(pl.col("together") != "").sort("share", descending=True, nulls_last=True).row(0, named=True)
    assert late["most"] is None or late["made_good"] is not None
    codes = [part["code"] for part in late["key"]]
    rows = rows.filter(
        pl.col("code").is_in(codes) & pl.col("most").is_not_null() & pl.col("made_good").is_null(),
        pl.col("objective") != late["objective"], together="", kind=late["kind"],
    )  # fmt: skip
    row = rows.sort("share", descending=True).row(0, named=True)
    _costs(t, row, loss)


def _waits(t: Tables, months: str, loss: str, objective: str = "") -> None:
    """The loss of what waits together for the longest that was worked out, by its row of the table."""
    rows = t["delays"].filter((pl.col("together") != "") & pl.col("objective").is_not_null() & (pl.col("cost") > 0))
    rows = rows.filter(months=rows["months"].max())
    row = rows.sort("share", descending=True, nulls_last=True).row(0, named=True)
    assert months == str(row["months"])
    assert not objective or CALLED.get(objective, row["objective"]) == row["objective"]
    _costs(t, row, loss)


def _waits_less(t: Tables, months: str, loss: str, longer: str, objective: str, other: str) -> None:
    """The loss of a shorter wait, where another objective is the first that loses by the longer one."""
    rows = t["delays"].filter((pl.col("together") != "") & (pl.col("cost") > 0))
    late = rows.filter(months=int(longer)).sort("share", descending=True, nulls_last=True).row(0, named=True)
    row = rows.filter(together=late["together"], code=late["code"], months=int(months)).row(0, named=True)
    assert (CALLED[objective], CALLED[other]) == (late["objective"], row["objective"]) and objective != other
    _costs(t, row, loss)


def _costs(t: Tables, row: Mapping[str, Any], loss: str) -> None:
    if less_even := re.search(rf"by {NUMBER}% of a line's full rate", loss):
        percent(less_even[1], row["cost"])
        return
    found = re.match(
        rf"up to {NUMBER} [a-z ]+?(?: \((.+?)\))? (?:fewer for|more overdue on the pledges of) (.+?) from {MONTH}"
        rf"(?:, most in {MONTH})?, (?:made good in {MONTH}|not made good)",
        loss,
    )
    assert found, f"nobody worked out: {loss}"
    amount, item, holder, start, most, good = found.groups()
    shown(amount, row["most"], figures=None if row["most"] < 9.5 else max(3, len(str(round(row["most"])))))
    assert t.item[item] == row["lacks"] and t.nation[holder] == row["holder"]
    assert start == month(row["from"]) and (most or t.last_month(row["from"])) == t.last_month(row["month"])
    assert good == (None if row["made_good"] is None else t.last_month(row["made_good"]))


PERCENT = rf"{NUMBER}%"
AMOUNT = r"(EUR [\d,.]+ m)"
SENTENCES: Mapping[str, Callable[..., None]] = {
    rf"The course of the war is not taken as known: need, and the worth of what is given, are means over what it may be, each "
    rf"by its chance \(in {MONTH}: (.+)\)\.": _believed,
    rf"Members hold {PERCENT} of what they require; with this plan they hold {PERCENT} at the end of {MONTH}\. "
    rf"{NUMBER} of {NUMBER} requirements? (?:is|are) met by then\.": _held,
    rf"Lowest: (.+), {PERCENT}\.$": _lowest,
    rf"(.+), where not all can be helped alike: at the end of {MONTH} (.+) of what is required\.": _shared,
    r"Need met over the plan \(.+?\): (.+?\))\.(?= |$)": _met,
    r"Not met: (.+)\.$": _unmet,
    r"Not met, largest first: (.+)\.$": _lacks,
    r"Not met either, largest first: (.+)\.$": _lacks_besides,
    rf"Short by less than {NUMBER}%: (.+)\.$": _slightly,
    rf"Of members' own use {NUMBER} [a-z ]+ \((.+?), {NUMBER}% of it\) comes? late, {NUMBER} months? after they were due on "
    r"average\.": _late_own,
    rf"To decide: {NUMBER} decisions? for {AMOUNT} of commitments, (?:all )?by the end of {MONTH}\.": _decided_when,
    rf"To decide: {NUMBER} decisions for {AMOUNT} of commitments, {NUMBER} of them by the end of {MONTH}, the last by the "
    rf"end of {MONTH}\.": _decided_when,
    r"Down to its floor( or below it)? within the first year: (.+)\.$": _floors,
    rf"(\w+) owes (\w+) {NUMBER} [a-z ]+ \((.+?)\) for what it gave, and cannot make all of it good in time\. Still owed "
    rf"at the end of {MONTH}: {NUMBER} [a-z ]+\.": _owed_back,
    r"What would take away most of what is short, the plan made again with it: (.+? of what is short of [^)]+\))\.":
        _bottleneck,
    rf"Steadier output takes {PERCENT} off the changes from month to month\. That adds {PERCENT} to what is missing "
    rf"of needs; at most {PERCENT} is allowed\.": _steadied,
    rf"The plan commits {AMOUNT} and pays {AMOUNT} in fiscal years? ([\d–]+)\.": _money,
    rf"Where a budget is stated, {PERCENT} of the {AMOUNT} available for commitments is used; what could only come after "
    rf"{MONTH} is not ordered\.": _budget,
    r"Budgets used up: (.+)\.$": _used_up,
    rf"{NUMBER} stocks? (?:is|are) not known; the plan starts (?:it|them) from nothing\.": _unknown,
    rf"At the end of {MONTH}, members hold {PERCENT} of the stock that they require, against {PERCENT} at the start\.":
        _held_at_end,
    rf"That is the plain mean of {NUMBER} items?, from {PERCENT} \((.+?)\) to {PERCENT} \((.+?)\)\.": _held_mean,
    rf"What would help most: .+\. That takes away {NUMBER} [a-z ]+, {PERCENT} of the quantity that is missing\."
    rf"(?: All limits eased at once, each by its step, take away {NUMBER} [a-z ]+ \({PERCENT}\)\.)?": _helps,
    rf"Waiting {NUMBER} months? with one decision alone \((.+?)\) costs (.+?)(?: \*)?\.$": _waits_alone,
    rf"Waiting {NUMBER} months? with .+? costs (.+?)(?: \*)?\.(?: That is the loss of the first objective that it touches "
    r"\((.+?)\), not that of others\.)?$": _waits,
    rf"{NUMBER} months? of waiting already costs (.+?)(?: \*)?\. The figure for {NUMBER} months? is of the first objective "
    r"that loses by then \((.+?)\) and leaves out the loss in (.+?)\.$": _waits_less,
    rf"Even with this plan {NUMBER} of the {NUMBER} [a-z ]+ needed by {MONTH} stay missing \(.+?, (.+)\)\.": _missing,
}  # fmt: skip


def sums_by_deadline(t: Tables, told: Iterable[tuple[str, float]]) -> None:
    """Money of what is to be decided by each month, the later ones together."""
    rows = t["decisions"].sort("decide_by", nulls_last=True)
    by = {}
    for day, amount in rows.select("decide_by", pl.col("money").fill_null(0.0)).iter_rows():
        by[day] = by.get(day, 0.0) + amount
    sums, own = list(by.values()), list(told)
    alone = len(own) if len(own) == len(sums) else len(own) - 1
    expected = [*sums[:alone], *([sum(sums[alone:])] if alone < len(own) else [])]
    for (_, amount), value in zip(own, expected, strict=True):
        assert abs(amount - value) <= 1e-6
