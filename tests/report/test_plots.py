"""A notebook's view of a case, a result and a sweep: short, complete by Tab, with the nearest name for a misspelt one."""

from __future__ import annotations

import copy
import json
import pickle
from html import escape

import polars as pl
import pytest

import rampart
from places import CASES
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.findings import CaseError
from rampart.report.plots import Plots
from rampart.results.result import Result
from report.report_sample import without


@pytest.fixture(scope="module")
def tiny() -> Case:
    return read_case(CASES / "tiny")


def halved(case: Case) -> Case:
    return case.replace(budgets=case["budgets"].with_columns(pl.col("commitments", "low", "high") / 2))


@pytest.fixture(scope="module")
def answer() -> Result:
    return rampart.sustain(read_case(CASES / "fleet-tiny"), draws=0)


@pytest.fixture(scope="module")
def swept(tiny: Case):
    return rampart.sweep(tiny, {"half the money": halved})


def test_a_case_and_a_result_say_themselves_in_a_line(plan: Result, tiny: Case) -> None:
    for shown in (plan, tiny):
        assert "\n" not in repr(shown) and len(repr(shown)) < 160
        assert len(shown._repr_html_()) < 12_000
        assert set(shown._ipython_key_completions_()) == {n for n, f in shown.tables.items() if f.height}
    assert "Sample alliance plan" in repr(plan)
    assert "<code>decisions</code>" in plan._repr_html_()
    assert "What is held at the beginning of the first month" in plan.case._repr_html_()
    assert (
        dir(rampart)[0].startswith("Case") and "sys" not in dir(rampart) and set(rampart.__all__) <= set(dir(rampart))
    )


def test_the_html_view_escapes_what_the_case_says(tiny: Case) -> None:
    odd = tiny.replace(settings={"title_en": "<b>x</b>"})
    assert "&lt;b&gt;x" in odd._repr_html_() and "<b>x" not in odd._repr_html_()


def test_misspelt_names_get_the_nearest(plan: Result, tiny: Case, swept) -> None:
    for ask, near in (
        (lambda: plan["stok"], "stock"), (lambda: tiny["linse"], "lines"), (lambda: swept["half money"], "half the money"),
        (lambda: tiny["réglages"], "settings"), (lambda: plan["décisions"], "decisions"),
        (lambda: tiny.replace(linse=[]), "lines"), (lambda: tiny.replace(lines=[{"maxrate": 1}]), "max_rate"),
    ):  # fmt: skip
        with pytest.raises(KeyError, match=f"did you mean '{near}'"):
            ask()
    with pytest.raises(AttributeError, match="did you mean 'stock'"):
        plan.plot.stok  # noqa: B018
    with pytest.raises(ValueError, match="no nation 'ZZZ'"):
        plan.explain(holder="ZZZ")
    with pytest.raises(ValueError, match="did you mean 'shell'"):
        plan.explain(item="shel")


def test_only_names_for_users_are_listed(plan: Result, tiny: Case, swept) -> None:
    for shown in (plan, tiny, swept):
        assert dir(shown) and not [name for name in dir(shown) if name.startswith("_")]
    assert {"measure", "plot", "explain", "save"} <= set(dir(plan)) and "replace" in dir(tiny)


def test_an_attribute_that_is_a_table_or_misspelt_is_answered(plan: Result, tiny: Case) -> None:
    for ask, told in (
        (lambda: tiny.stocks, r"in brackets: \['stocks'\]"), (lambda: tiny.stoks, r"did you mean the table \['stocks'\]"),
        (lambda: plan.mesure, "did you mean 'measure'"), (lambda: plan.decisions, r"\['decisions'\]"),
    ):  # fmt: skip
        with pytest.raises(AttributeError, match=told):
            ask()
    assert copy.deepcopy(tiny) == tiny and pickle.loads(pickle.dumps(tiny)) == tiny


def test_what_is_no_case_and_no_result_is_said_so(plan: Result, tiny: Case, tmp_path) -> None:
    for ask, told in (
        (lambda: rampart.plan("cases/tiny"), "expected a Case, not 'cases/tiny'; rampart.read_case"),
        (lambda: rampart.explain(tiny), "expected a Result, not <Case"),
        (lambda: rampart.compare(plan, tiny), "expected a Result"),
        (lambda: rampart.write_paper(tiny, tmp_path), "expected a Result"),
        (lambda: rampart.sweep(tiny, {"a": 3}), "a variant is a case"),
        (lambda: rampart.sweep(tiny, {"a": lambda case: None}), "expected a Case, not None"),
        (lambda: rampart.sweep(tiny, None), "by name"),
    ):  # fmt: skip
        with pytest.raises(TypeError, match=told):
            ask()
    with pytest.raises(ValueError, match="did you mean 'coverage'"):
        plan.measure("covrage")
    for ask in (lambda: rampart.explain(plan, language="de"), lambda: plan.plot.stock(language="de")):
        with pytest.raises(ValueError, match="no language 'de'; there are 'en' and 'fr'"):
            ask()
    with pytest.raises(ValueError, match="no language 'de'"):
        rampart.write_template(tmp_path / "x.xlsx", "de")
    with pytest.raises(ValueError, match="'period', 'year' or None"):
        plan.measure("coverage", time="month")


def test_sentences_and_differences_show_themselves(plan: Result, swept) -> None:
    said = plan.explain()
    assert isinstance(said, list) and repr(said) == "\n".join(said) and escape(said[0].strip()) in said._repr_html_()
    same, other = rampart.compare(plan, plan), rampart.compare(*swept.results.values())
    assert repr(same) == "<Comparison: nothing differs>"
    assert "money" in repr(other) and "<code>money</code>" in other._repr_html_() and len(repr(other)) < 300
    with pytest.raises(KeyError, match="did you mean 'money'"):
        other["mony"]


def test_fleets_have_their_charts(answer: Result) -> None:
    with pytest.raises(ValueError, match=r"measure of a plan.*availability"):
        answer.coverage()
    assert {"availability", "curve"} <= set(dir(answer.plot))
    assert answer.plot("curve", language="fr").title.startswith("Coût et disponibilité")


def test_charts_of_the_report_by_one_call(plan: Result, tmp_path) -> None:
    plots = plan.plot
    assert isinstance(plots, Plots)
    assert {"stock", "deliveries", "production", "money"} <= set(dir(plots))
    both, one = plots.stock(), plots.stock(item="shell", language="fr")
    assert both._repr_html_().startswith("<figure role=")
    assert len(one.spec["concat"]) == 1 < len(both.spec["concat"])
    assert "Stock des membres" in one._repr_html_()
    for name in ("a.svg", "a.json", "a.html", "a.png"):
        assert one.save(tmp_path / name).stat().st_size > 500
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["$schema"]
    with pytest.raises(ValueError, match=r"\.svg"):
        one.save(tmp_path / "a.bmp")
    with pytest.raises(ValueError, match="did you mean 'shell'"):
        plots.stock(item="shel")
    with pytest.raises(ValueError, match="nothing to draw"):
        without(plan).plot.stock()


def test_replacing_is_checked_as_reading_is(tiny: Case) -> None:
    again = tiny.replace(lines=tiny.tables["lines"])
    assert again.tables["lines"].equals(tiny.tables["lines"])
    assert tiny.replace(settings={"currency": "NOK"}).settings["currency"] == "NOK"
    for given in (1, "budgets.csv", {"nation": "XAA"}, [1]):
        with pytest.raises(TypeError, match="budgets is given as a Polars or pandas frame"):
            tiny.replace(budgets=given)
    with pytest.raises(CaseError) as wrong:
        tiny.replace(lines=[{"line": "x", "nation": "NOBODY"}])
    assert {f.table for f in wrong.value.findings} >= {"lines"}
    with pytest.raises(CaseError):
        tiny.replace(budgets=tiny["budgets"].with_columns(pl.lit("many").alias("commitments")))


def test_variants_side_by_side(swept, tmp_path) -> None:
    table = swept.table()
    assert table["variant"].to_list() == ["as it is", "half the money"]
    assert table["commitments"][1] < table["commitments"][0]
    for name in table.drop("variant", "status", "gap").columns:  # what the table names can be drawn by its name
        assert (
            swept.measure(name).group_by("variant", maintain_order=True).agg(pl.col("value").sum())["value"].to_list()
            == (pytest.approx(table[name].to_list()))
            and swept.plot(name).alt
        )
    assert table["gap"].to_list() == [made["passes"]["gap"].max() for made in swept.results.values()]
    by_year = swept.measure("coverage", time="year")
    assert by_year.columns[0] == "variant" and set(by_year["variant"]) == set(swept.results)
    picture = swept.plot("coverage")
    drawn = {row["variant"] for row in picture.spec["data"]["values"]}
    assert drawn == set(swept.results)
    saved = picture.save(tmp_path / "x.svg").read_text(encoding="utf-8")
    assert picture.title in saved
    assert all(f">{name}<" in saved for name in swept.results)  # a line is told from another by its name
    assert "half the money" in repr(swept) and "<table" in swept._repr_html_()
    item = swept["as it is"]["stock"]["item"][0]
    named = swept["as it is"].case.names("items")[item]
    assert rampart.plot(swept, "stock", item=item).title == f"Stock: {named}"
    paid = rampart.plot(swept, "payments", language="fr")
    assert paid.title == "Crédits de paiement (CP)" and "M\u00a0EUR" in paid.note
    with pytest.raises(ValueError, match="no item"):
        swept.plot("stock", item="nothing of the kind")


def test_overrides_make_variants(tiny: Case) -> None:
    names = tiny.tables["overrides"]["override"].unique().to_list() if tiny.tables["overrides"].height else []
    if names:
        assert list(rampart.sweep(tiny, names[:1], base=False).results) == names[:1]
    with pytest.raises((KeyError, CaseError)):
        rampart.sweep(tiny, ["no such thing"])
    with pytest.raises(ValueError, match="made in memory"):
        rampart.sweep(tiny.replace(settings={"currency": "NOK"}), {"x": []})
