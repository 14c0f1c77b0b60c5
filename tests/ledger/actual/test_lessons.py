"""Use by regime: what is rationed shows less than was needed, and the model does not take it for the need."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from ledger.actual.went_as_planned import doc, tiny
from rampart.case.calendar import month_text
from rampart.ledger.actual.lessons import behind, factor_of, lessons, regimes
from rampart.ledger.documents import Document
from rampart.ledger.ledger import open_ledger


def test_need_behind_rationed_use_is_what_the_whole_likelihood_says() -> None:
    """Against both parameters searched at once, another way; and without rationing against the plain mean."""
    rng = np.random.default_rng(17)
    need, supply = rng.normal(1000, 150, 60), rng.normal(1000, 200, 60)
    points = [(float(min(n, s)), bool(s < n)) for n, s in zip(need, supply, strict=True)]
    middle, low, high = behind(points)
    assert middle is not None and low is not None and high is not None
    seen = np.array([q for q, short in points if not short])
    least = np.array([q for q, short in points if short])

    def against(x: np.ndarray) -> float:
        return -float(norm.logpdf(seen, x[0], np.exp(x[1])).sum() + norm.logsf(least, x[0], np.exp(x[1])).sum())

    whole = minimize(against, np.array([900.0, 5.0]), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
    assert middle == pytest.approx(whole.x[0], rel=1e-3)
    assert low < 1000 < high and np.mean([q for q, _ in points]) < low, "what was used is less than what was needed"
    plain, *_ = behind([(float(n), False) for n in need])
    assert plain == pytest.approx(need.mean(), rel=1e-4)
    assert behind([(1.0, False)] * 5 + [(1.0, True)] * 9) == (None, None, None), "too few months show the need"


def test_by_the_regime_that_was_in_force(tmp_path: Path) -> None:
    case = tiny()
    settings = pl.concat([
        case.tables["settings"].filter(pl.col("setting") != "regime"),
        pl.DataFrame({"setting": ["regime"], "value": ["calm"]}, schema=case.tables["settings"].schema),
    ])  # fmt: skip
    case = case.with_tables({"settings": settings})
    months = [month_text(12 * 2025 + n) for n in range(14)]
    use = [100, 110, 90, 105, 95, 100, 500, 200, 220, 180, 210, 190, 200, 150]
    with open_ledger(tmp_path / "a", create=True) as ledger:
        ledger.post(doc("XUU", "o", "opening", "2024-12-31", "round", sum(use)))
        ledger.post(*(doc("XUU", m, "use", f"{m}-20", "round", q) for m, q in zip(months, use, strict=True)))
        ledger.post(Document("XUU", "r", "regime", "2025-07-10", "staff", "report", of="storm"))
        ledger.post(Document("XUU", "taken back", "regime", "2025-03-01", "staff", "report", of="storm"),
                    Document("XUU", "back", "reversal", "2025-03-01", "staff", "report", reverses="taken back"))  # fmt: skip
        told = regimes(ledger.documents(), case)
        assert "2025-07" not in told and {told[m] for m in months[:6]} == {"calm"} and told["2025-08"] == "storm"
        calm, storm = lessons(ledger, case)
        assert (calm.regime, calm.points, calm.rationed) == ("calm", 6, 0)
        assert calm.used == pytest.approx(100) and calm.need == pytest.approx(100, rel=1e-3)
        # nothing was left at the end of the last month: what was used there is less than what was needed
        assert (storm.regime, storm.points, storm.rationed) == ("storm", 7, 1)
        assert storm.need is not None and storm.need > np.mean(use[7:])
        factor = factor_of(case, "storm", "XUU", "round")
        rows = case["demand"].filter(holder="XUU", item="round")
        assert factor == pytest.approx(rows["need"].sum() / (12 if rows["rate_per"][0] == "year" else 1))
        assert storm.factor == factor
