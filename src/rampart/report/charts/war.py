"""Charts of a plan for a war of unknown length: what may happen, how long it lasts, regret, supply, the frontier."""

from __future__ import annotations

import json
import math
from typing import Any

from rampart.case.calendar import month_text
from rampart.language.branches import regime
from rampart.language.in_words import InWords
from rampart.report.chapters.war import RIVALS
from rampart.report.chapters.worth_at_home import GROUPS, by_factor
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.results.ends_of_war import by_end

MOST_LEAVES = 60  # a tree with more is not readable as a drawing
WIDTH = 520
LABEL, BESIDE = 0.09, 0.3  # height of a label in the height of a chart, and how near in its width others would cover it
DASHES = ((1, 0), (1, 0), (8, 8), (1, 0), (4, 4), (2, 2))


def figures(answer: InWords) -> list[Figure]:
    """The charts that the plan has something to show in."""
    made = (tree_chart, survival_chart, regret_chart, served_chart, frontier_chart, sensitivity_chart)
    return [figure for figure in (chart(answer) for chart in made) if figure is not None]


def _points(data: list[dict[str, Any]], names: list[str], x: Spec, y: Spec, *, height: int = 220) -> Spec:
    """Points alone: between two months in which the war may end there is nothing that a line could say."""
    spec = _lines(data, names, x, y, height=height)
    del spec["encoding"]["strokeDash"]
    spec["mark"] = {"type": "point", "size": 34, "filled": True, "opacity": 0.85}
    if len(names) > 1:
        shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"][: len(names)]
        spec["encoding"]["shape"] = {"field": "s", "type": "nominal", "scale": {"domain": names, "range": shapes}}
        spec["encoding"]["shape"]["legend"] = spec["encoding"]["color"]["legend"]
    return spec


def _lines(data: list[dict[str, Any]], names: list[str], x: Spec, y: Spec, *, height: int = 220) -> Spec:
    return {
        "width": WIDTH, "height": height, "data": {"values": data},
        "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 22, "filled": True}},
        "encoding": {
            "x": {"field": "x", **x}, "y": {"field": "y", **y},
            "color": {"field": "s", "type": "nominal",
                      "scale": {"domain": names, "range": list(drawing.SERIES[: len(names)])},
                      "legend": {"columns": 2} if len(names) > 1 else None},
            # where lines lie on one another, the dashes of the later ones show those beneath
            "strokeDash": {"field": "s", "type": "nominal", "legend": None,
                           "scale": {"domain": names, "range": [list(d) for d in DASHES[: len(names)]]}},
        },
    }  # fmt: skip


def _figure(answer: InWords, key: str, spec: Spec, note: str | None = None) -> Figure:
    told = note or answer.words(f"war.note.{key}")
    return Figure(f"war-{key}", answer.words(f"war.title.{key}"), told, told, drawing.framed(spec))


def tree_chart(answer: InWords) -> Figure | None:
    """The tree on its revision dates: a point for each regime seen, lines to what may follow."""
    nodes = list(answer["nodes"].iter_rows(named=True))
    parents = {r["parent"] for r in nodes}
    leaves = [r["node"] for r in nodes if r["node"] not in parents]
    if not 2 <= len(leaves) <= MOST_LEAVES:
        return None
    height: dict[int, float] = {leaf: float(n) for n, leaf in enumerate(_in_order(nodes))}
    below: dict[int, list[float]] = {}
    for r in reversed(nodes):  # children come after their parents
        if r["node"] not in height:
            height[r["node"]] = sum(below[r["node"]]) / len(below[r["node"]])
        below.setdefault(r["parent"], []).append(height[r["node"]])
    children = {r["node"]: 0 for r in nodes}
    for r in nodes:
        if r["parent"] >= 0:
            children[r["parent"]] += 1
    if max(children.values()) < 2:
        return None  # paths drawn one by one have no points at which they part
    shown = {r["node"]: r for r in nodes if r["parent"] < 0 or children[r["parent"]] > 1 or r["node"] not in parents}
    points, lines = [], []
    for r in shown.values():
        x, name = drawing.millis(drawing.month_of(r["month"])), regime(answer, r["regime"])
        points.append({"x": x, "y": height[r["node"]], "s": name, "p": r["probability"]})
        before = r["parent"]
        while before >= 0 and before not in shown:
            before = nodes[before]["parent"]
        if before >= 0:
            begin = drawing.millis(drawing.month_of(nodes[before]["month"]))
            lines.append({"x": begin, "y": height[before], "x2": x, "y2": height[r["node"]]})
    names = list(dict.fromkeys(p["s"] for p in points))
    times = [point["x"] for point in points]
    along = {"field": "x", **drawing.time_axis(min(times), max(times), width=WIDTH)}
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"reverse": True}}
    colour = {"field": "s", "type": "nominal", "scale": {"domain": names, "range": list(drawing.SERIES[: len(names)])}}
    spec = {
        "width": WIDTH, "height": max(120, min(420, 9 * len(leaves))),
        "layer": [
            {"data": {"values": lines}, "mark": {"type": "rule", "color": drawing.RULE},
             "encoding": {"x": along, "y": y, "x2": {"field": "x2"}, "y2": {"field": "y2"}}},
            {"data": {"values": points}, "mark": {"type": "point", "filled": True, "opacity": 1},
             "encoding": {"x": along, "y": y, "color": colour,
                          "size": {"field": "p", "type": "quantitative", "legend": None,
                                   "scale": {"domain": [0, 1], "range": [14, 260]}}}},
        ],
    }  # fmt: skip
    return _figure(answer, "tree", spec)


def _in_order(nodes: list[dict[str, Any]]) -> list[int]:
    """Leaves from top to bottom so that no lines cross."""
    children: dict[int, list[int]] = {}
    for r in nodes:
        children.setdefault(r["parent"], []).append(r["node"])
    found, here = [], list(reversed(children[-1]))
    while here:
        node = here.pop()
        below = children.get(node, [])
        if not below:
            found.append(node)
        here += reversed(below)
    return found


def survival_chart(answer: InWords) -> Figure | None:
    """Chance that the war still goes on."""
    if answer["survival"].is_empty():
        return None
    words, table = answer.words, answer["survival"]
    first = answer.result.case.calendar.first
    name = words("war.series.goes_on")
    data = [{"x": drawing.millis(first + m), "y": share, "s": name} for m, share in table.iter_rows()]
    x = drawing.time_axis(data[0]["x"], data[-1]["x"], width=WIDTH)
    spec = _lines(data, [name], x, drawing.amount_axis(1.0, percent=True))
    spec["mark"] = {"type": "line", "strokeWidth": 2}
    half = next((m for m, share in table.iter_rows() if share <= 0.5), None)
    told = (
        words("war.half", month=words.month(month_text(first + half))) if half is not None else words("war.half_never")
    )
    return _figure(answer, "survival", spec, told)


def regret_chart(answer: InWords) -> Figure | None:
    """What each way of planning loses against a plan that knew the end."""
    table, words = by_end(answer.result).drop_nulls("ends"), answer.words
    columns = [
        ("plan", "regret"),
        *((r, f"regret_{r}") for r in RIVALS[1:] if table[f"regret_{r}"].null_count() < table.height),
    ]
    data = [
        {"x": drawing.millis(drawing.month_of(row["ends"])), "y": row[column], "s": words(f"war.value.{name}")}
        for name, column in columns
        for row in table.iter_rows(named=True)
        if row[column] is not None and math.isfinite(row[column])
    ]
    if len({d["x"] for d in data}) < 2:
        return None
    top = max(d["y"] for d in data)
    x = drawing.time_axis(min(d["x"] for d in data), max(d["x"] for d in data), width=WIDTH)
    names = [words(f"war.value.{n}") for n, _ in columns]
    spec = _points(data, names, x, drawing.amount_axis(top, words.money_label))
    return _figure(answer, "regret", spec)


def served_chart(answer: InWords) -> Figure | None:
    """Share of the need served until the war ends, by its end."""
    table = by_end(answer.result).drop_nulls("ends")
    if table.height < 2:
        return None
    name = answer.words("war.series.served")
    data = [
        {"x": drawing.millis(drawing.month_of(r["ends"])), "y": r["served_share"], "s": name}
        for r in table.iter_rows(named=True)
    ]
    x = drawing.time_axis(data[0]["x"], data[-1]["x"], width=WIDTH)
    return _figure(answer, "served", _points(data, [name], x, drawing.amount_axis(1.0, percent=True)))


def frontier_chart(answer: InWords) -> Figure | None:
    """Partner's need unmet against money, and against the members' readiness, each point a plan."""
    if answer["frontier"].is_empty():
        return None
    words, rows = answer.words, list(answer["frontier"].iter_rows(named=True))
    panels = []
    for measure, unit in (("money", words.money_label), ("readiness", "")):
        title = words(f"war.axis.{measure}") + (f" ({unit})" if unit else "")
        data = _told_once([(r["partner"], r[measure], words.number(r["factor"])) for r in rows])
        axis = {"type": "quantitative", "scale": {"zero": False, "nice": True}}
        encoding = {
            "x": {"field": "x", **axis, "axis": {"title": words("war.axis.partner"), "grid": False, "tickCount": 5}},
            "y": {"field": "y", **axis, "axis": {"title": None, "tickCount": 5}},
        }
        panels.append({
            "width": 240, "height": 200, "title": title, "data": {"values": data},
            "layer": [
                {"mark": {"type": "point", "size": 36, "filled": True, "opacity": 1, "color": drawing.SERIES[0]},
                 "encoding": encoding},
                {"mark": {"type": "text", "dx": 8, "align": "left", "baseline": "middle"},
                 "encoding": encoding | {"y": {"field": "at", **axis}, "text": {"field": "f"}}},
            ],
        })  # fmt: skip
    return _figure(answer, "frontier", {"concat": panels, "columns": 2, "bounds": "flush", "spacing": 60})


def sensitivity_chart(answer: InWords) -> Figure | None:
    """Money of the first decisions, and worth of what is sent, by how often readiness at home counts."""
    if answer["sensitivity"].is_empty():
        return None
    words, found = answer.words, by_factor(answer)
    shown = [group for group in GROUPS if any(sums[group] > 0 for _, sums, _ in found)]
    if not shown:
        return None
    names = [words(f"war.series.{group}") for group in shown]
    data = [
        {"x": n, "y": sums[group], "s": name}
        for n, (_, sums, _) in enumerate(found)
        for group, name in zip(shown, names, strict=True)
    ]
    ticks = [f"× {words.number(factor)}" for factor, _, _ in found]
    label = f"{json.dumps(ticks, ensure_ascii=False)}[datum.value]"
    x = {
        "type": "quantitative", "scale": {"domain": [0, len(ticks) - 1]},
        "axis": {"values": list(range(len(ticks))), "labelExpr": label, "title": words("war.head.weighed"), "grid": False},
    }  # fmt: skip
    top = max(sums[group] for _, sums, _ in found for group in shown)
    spec = _points(data, names, x, drawing.amount_axis(top, words.money_label))
    return _figure(answer, "sensitivity", spec, words("war.note.sensitivity", money=words.money_label))


def _told_once(points: list[tuple[float, float, str]]) -> list[dict[str, Any]]:
    """Points of the frontier; those of neighbouring factors in one place share a label."""
    data: list[dict[str, Any]] = []
    for x, y, factor in points:
        if (
            data
            and math.isclose(x, data[-1]["x"], rel_tol=1e-4, abs_tol=1e-6)
            and math.isclose(y, data[-1]["y"], rel_tol=1e-4, abs_tol=1e-6)
        ):
            data[-1]["f"] = f"{data[-1]['f'].split(' – ')[0]} – {factor}"
        else:
            data.append({"x": x, "y": y, "f": f"× {factor}"})
    _apart(data)
    return data


def _apart(points: list[dict[str, Any]]) -> None:
    """Set the height ``at`` of every label: its point's own, or above the label below it, or a point beside it, that it
    would cover.
    """
    wide = max(p["x"] for p in points) - min(p["x"] for p in points)
    high = max(p["y"] for p in points)
    step = LABEL * (high - min(p["y"] for p in points) or abs(high) or 1.0)
    set_already: list[dict[str, Any]] = []
    for point in sorted(points, key=lambda p: (p["y"], -p["x"])):
        at = max([point["y"], *(p["at"] + step for p in set_already if abs(p["x"] - point["x"]) <= BESIDE * wide)])
        beside = [p["y"] for p in points if p is not point and 0 <= p["x"] - point["x"] <= BESIDE * wide]
        for height in sorted(beside):
            if abs(height - at) < step:
                at = height + step
        point["at"] = at
        set_already.append(point)
