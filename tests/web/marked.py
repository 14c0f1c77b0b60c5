"""Figures by which one sees whose they are: each nation's own numbers begin with digits that stand nowhere else."""

from __future__ import annotations

import re

import polars as pl

import rampart

MARKS = {"XAA": "73910", "XBB": "86420", "XUU": "95310"}
"""First five of eight digits."""


def told_of(text: str) -> set[str]:
    """Nations whose marks stand in a text, however its numbers are written."""
    plain = re.sub(r"(?<=\d)[,.\s\u00a0\u202f](?=\d{3}(?!\d))", "", text)
    return {nation for nation, mark in MARKS.items() if re.search(rf"(?<![\w.]){mark}\d{{3}}(?!\w)", plain)}


def marked(frame: pl.DataFrame) -> pl.DataFrame:
    """Every figure of a row that mentions one nation only, marked as that nation's."""
    texts = [c for c, kind in frame.schema.items() if kind == pl.String]
    found = frame
    for nation, mark in MARKS.items():
        others = [other for other in MARKS if other != nation]
        here = pl.any_horizontal([pl.col(c).eq_missing(pl.lit(nation)) for c in texts]) if texts else pl.lit(False)
        there = pl.any_horizontal([pl.col(c).is_in(others).fill_null(False) for c in texts]) if texts else pl.lit(False)
        found = found.with_columns(
            pl.when(here & ~there & pl.col(c).is_not_null())
            .then(float(mark) * 1000 + pl.int_range(pl.len()) % 1000)
            .otherwise(pl.col(c))
            .alias(c)
            for c, kind in frame.schema.items()
            if kind == pl.Float64
        )
    return found


def marked_plan(plan: rampart.Result) -> rampart.Result:
    """A plan of which every figure of every table says whose it is; an old one, nobody's newest. Its case is as it was."""
    own = plan.own_tables
    tables = {name: marked(frame) for name, frame in plan.tables.items() if name not in own}
    manifest = {**plan.manifest, "created": "2000-01-01T00:00:00"}
    return rampart.Result.of("plan", plan.case, tables, manifest)
