"""Ramp-up of production: the monthly rate to come, by stage, as a distribution.

Every stage has lines that run and works still to come.

* Lines that run are *hot*: they go on gaining at about a pace seen so far, quickened by a part of what is
  announced, up to what existing tooling can do. That ceiling is the first rate reached times what such lines can make at
  most over what they were planned to make (calibrated facts); a rate already reached rules out lower ceilings.
* What is announced beyond that ceiling needs *new works*. They ramp up over months and are at full rate at the
  announced date plus a slip: every year moves the date once more, by what a year moved the completion of
  facility projects between justification books.
* A running line may *stall*: it gains nothing for a while, whatever its pace was.
* What a stage is said to reach counts for that stage; what is said of the whole counts for every stage without figures
  of its own. Capacity that exists, as its owner states it, is what existing tooling can do.
* A *cold* line gives nothing until an initial lead time has passed; then it is like new works.

The slowest stage rules: the whole is the least of its stages, drawn together. Half of the time stages share one
slip (one programme office, one budget), else each has its own.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from rampart.beliefs.distribution import Distribution, Numbers
from rampart.sources.backtest.announcements import Known, Series
from rampart.sources.calibration.facts import packaged
from rampart.sources.calibration.works import completion_slips, packaged_works

DRAWS = 4000
WHOLE = "whole"
_ROUNDING = 0.08
"""Log spread of what different sources said of one rate in 2022-23: 155 mm 14,000, 14,400, 14,500 and 15,000 a month;
GMLRS 500, 566 and 625."""
_RAMPS = (9, 24)
"""Months from first output to full rate where no announced works gave both dates: assumed."""
_SHARED = 0.5
_STALLED = 1 / 3
"""Chance that a line that was rising stands still at the origin: assumed. In most of the public records of 2022 to 2026 a
rate that was published was published again unchanged a year and more later, so a stall is no rare event. It is no estimate:
chances of 0.4 and 0.5 were tried too, and forecast the rising series of the tests worse than the announced plan does."""
_STALL = 36.0
"""Mean months that such a stall still lasts: assumed. With the chance above one line in five stands still for 18 months."""
_APART = 3
"""Months that two figures must lie apart to show a pace: two sources at once differ by what they count."""
_RISING = 0.5
"""Chance that a line of which one rate is known, and no plan, is being raised: assumed."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the forecast takes from elsewhere.

    ratio    maximum over mean planned rate, as median and log spread
    restart  months until a cold line gives its first output, likewise
    works    what a year did to completion dates, in months
    """

    ratio: tuple[float, float]
    restart: tuple[float, float]
    works: Numbers

    @classmethod
    def of(cls, account: str, facts: pl.DataFrame | None = None, works: Numbers | None = None) -> Assumed:
        """From calibrated facts (by default those of the package): medians, and spreads from the quartiles."""
        table = packaged() if facts is None else facts
        return cls(
            _lognormal(table, "maximum rate / mean planned rate", account, ""),
            _lognormal(table, "initial total lead time", account, "lines with all three rates"),
            packaged_works() if works is None else works,
        )


def _lognormal(facts: pl.DataFrame, fact: str, account: str, group: str) -> tuple[float, float]:
    """Median and log spread of a lognormal with the quartiles of a fact."""
    same = (pl.col("fact") == fact) & (pl.col("account") == account) & (pl.col("group").fill_null("") == group)
    found = dict(facts.filter(same).select("statistic", "value").iter_rows())
    first, median, third = (found[name] for name in ("first quartile", "median", "third quartile"))
    return float(median), float(np.log(third / first) / 1.349)


def forecast(
    series: Series, known: Known, months: Sequence[int], assumed: Assumed, *, cold: bool = False, draws: int = DRAWS
) -> Mapping[str, Mapping[int, Distribution]]:
    """Distribution of the rate in each month, for each stage and for the whole (``WHOLE``), in units a month.

    cold   the line does not run at the origin
    Raises ValueError where no rate had been published by the origin.
    """
    if not known.reached:
        raise ValueError(f"{series.name}: no rate had been published by then")
    paths = draw_paths(series.name, dict.fromkeys(series.stages, known), months, assumed, cold=cold, draws=draws)
    return {
        stage: {month: Distribution.of(path[i]) for i, month in enumerate(months)} for stage, path in paths.items()
    }  # fmt: skip


def draw_paths(
    name: str, stages: Mapping[str, Known], months: Sequence[int], assumed: Assumed, *, cold: bool = False,
    capacity: Mapping[str, float] | None = None, draws: int = DRAWS,
) -> dict[str, Numbers]:  # fmt: skip
    """Rate of each stage and of the whole (``WHOLE``), a row a month and a column a draw, in units a month.

    stages    what is known of each stage, all of one origin and none without a rate reached
    capacity  of a stage, capacity that exists and is not yet used, as its owner states it, in units a month
    """
    origin = next(iter(stages.values())).origin
    seed = [20230301, zlib.crc32(name.encode()), origin]
    rng = np.random.default_rng(seed)
    shared = rng.random(draws) < _SHARED
    # A target stated as a range is drawn from it, the same place in every range of a draw.
    within = rng.uniform(-1.0, 1.0, draws)
    luck = rng.random((2, draws))
    paths: dict[str, Numbers] = {}
    for stage, known in stages.items():
        # What stages share is drawn from one stream begun anew, so that stages known alike share all of it.
        common = np.random.default_rng([*seed, 1])
        slips = np.where(shared, _slip_draws(assumed, known, common, draws), _slip_draws(assumed, known, rng, draws))
        ratio = np.where(shared, _ratio_draws(assumed, known, common, draws), _ratio_draws(assumed, known, rng, draws))
        stall = np.where(shared, _stall_draws(luck), _stall_draws(rng.random((2, draws))))
        gains = _gains(known, common, draws)
        if len(known.reached) == 1 and not known.announced:
            gains, stall = _headroom_taken(assumed, known, ratio, common, draws), np.zeros(draws)
        restart = np.exp(rng.normal(0, assumed.restart[1], draws)) * assumed.restart[0] if cold else np.zeros(draws)
        steps = [
            value + within * spread
            for (_, value), spread in zip(known.announced, known.spread or (0.0,) * len(known.announced), strict=True)
        ]
        if (most := (capacity or {}).get(stage)) is not None and (base := known.reached[0].value) > 0:
            ratio = np.maximum(most * np.exp(rng.normal(0, _ROUNDING, draws)) / base, 1.0)
        ramp = _ramp_draws(known, rng, draws)
        first = known.first.get(stage)
        paths[stage] = np.array([
            _rate(known, steps, m, gains, ratio, slips, ramp, restart, first, stall) for m in months
        ])  # fmt: skip
    paths[WHOLE] = np.min([paths[stage] for stage in stages], axis=0)
    noise = np.array([_rounding(name, month, draws) for month in months])
    return {stage: path * noise for stage, path in paths.items()}


def _stall_draws(luck: Numbers) -> Numbers:
    """Months from the origin in which a running line gains nothing, from two uniform numbers a draw."""
    return np.asarray(np.where(luck[0] < _STALLED, -_STALL * np.log(np.maximum(luck[1], 1e-12)), 0.0), float)


def _rounding(name: str, month: int, draws: int) -> Numbers:
    """What rounding does to a published figure; its own stream a month, so that no month depends on others asked."""
    rng = np.random.default_rng([20230302, zlib.crc32(name.encode()), month])
    return np.asarray(np.exp(rng.normal(0, _ROUNDING, draws)), float)


def _gains(known: Known, rng: np.random.Generator, draws: int) -> Numbers:
    """Gain a month of the running lines: a pace seen so far, and a part of what is announced beyond it.

    Any pace between two rates reached is as likely as another, and what it will be from now on is only known on
    average: it is drawn from the exponential distribution with that mean, which of all on the positive side claims
    least (a stall and a doubling both lie in it). Of the announced quickening (the steepest pace of the plan, from
    when it was stated) at most one part in as many as there are rates reached is believed: all of it where one
    rate only is known, less as a record builds up.
    """
    points = known.reached
    paces = [(b.value - a.value) / (b.month - a.month) for i, a in enumerate(points) for b in points[i + 1 :]
             if b.month - a.month >= _APART]  # fmt: skip
    seen = rng.choice(np.maximum(paces or [0.0], 0.0), draws)
    ahead = []
    for (month, rate), said in zip(known.announced, known.said, strict=True):
        then = max((point for point in points if point.month <= said), key=lambda p: p.month, default=points[0])
        if rate > points[-1].value and month > said:
            ahead.append((rate - then.value) / (month - said))
    quicker = np.maximum(max(ahead, default=0.0) - seen, 0.0)
    return np.asarray(seen * rng.exponential(1.0, draws) + rng.random(draws) / len(points) * quicker, float)


def _headroom_taken(assumed: Assumed, known: Known, ratio: Numbers, rng: np.random.Generator, draws: int) -> Numbers:
    """Gain a month where neither a pace nor a plan is known.

    Half of the time the line stays as it is; else it takes anything from none to all of what existing tooling can
    still give, within an initial lead time.
    """
    median, spread = assumed.restart
    taking = np.exp(rng.normal(0, spread, draws)) * median
    last = known.reached[-1].value
    part = rng.random(draws) * (rng.random(draws) < _RISING)
    return np.asarray(part * last * np.maximum(ratio - 1.0, 0.0) / taking, float)


def _ratio_draws(assumed: Assumed, known: Known, rng: np.random.Generator, draws: int) -> Numbers:
    """Ceiling over the first rate reached: lognormal, cut off below what has been reached since."""
    from scipy.special import ndtr, ndtri

    median, spread = assumed.ratio
    base, most = known.reached[0].value, max(point.value for point in known.reached)
    lowest = float(ndtr(np.log(most / base / median) / spread)) if base > 0 else 0.0
    chance = lowest + (1 - lowest) * rng.random(draws)
    return np.asarray(np.exp(spread * ndtri(np.clip(chance, 1e-9, 1 - 1e-9))) * median, float)


def _slip_draws(assumed: Assumed, known: Known, rng: np.random.Generator, draws: int) -> Numbers:
    """Slip of each announced step, a row each, since it was stated.

    A step whose rate has not been reached by the origin is not complete: draws that say otherwise are not taken.
    """
    targets = np.array([month for month, _ in known.announced], float)
    slips = completion_slips(targets - np.array(known.said, float), assumed.works, rng, draws)
    most = max(point.value for point in known.reached)
    waiting = np.array([value > most for _, value in known.announced], bool)
    late = np.flatnonzero(np.all(targets[waiting, None] + slips[waiting] > known.origin, axis=0))
    if late.size:
        return np.asarray(slips[:, rng.choice(late, draws)], float)
    return np.asarray(np.maximum(slips, known.origin + 1 - targets[:, None]), float)


def _ramp_draws(known: Known, rng: np.random.Generator, draws: int) -> Numbers:
    if known.ramps:
        return rng.choice(np.array(known.ramps, float), draws)
    return rng.uniform(*_RAMPS, draws)


def _rate(
    known: Known, steps: Sequence[Numbers], month: int, gains: Numbers, ratio: Numbers, slips: Numbers, ramp: Numbers,
    restart: Numbers, first: int | None, stall: Numbers,
) -> Numbers:  # fmt: skip
    """The rate of one stage in one month, in every draw."""
    last, base = known.reached[-1], max(known.reached[0].value, 0.0)
    ceiling = np.maximum(base * ratio, last.value)
    # Up to the origin the pace went on; a stall is time after it.
    since = np.maximum(month - known.origin - stall, 0.0) + max(0, min(month, known.origin) - last.month)
    running = np.minimum(last.value + gains * since, ceiling)
    running = np.where(month - known.origin >= restart, running, 0.0)
    total = running.copy()
    before = ceiling
    for (target, _), value, slip in zip(known.announced, steps, slips, strict=True):
        step = np.maximum(value - before, 0.0)
        before = np.maximum(before, value)
        full = np.maximum(target + slip + restart, known.origin + 1)
        begin = full - ramp
        if first is not None:
            begin = np.maximum(begin, first)
        total = total + step * np.clip((month - begin) / np.maximum(full - begin, 1.0), 0.0, 1.0)
    return total
