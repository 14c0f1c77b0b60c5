"""Whether this machine can do the work: versions, processor, a programme solved, a chart drawn."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rampart.findings import Language

NEEDED = (
    "highspy",
    "polars",
    "numpy",
    "scipy",
    "python-calamine",
    "openpyxl",
    "xlsxwriter",
    "vl-convert-python",
)


def examine(language: Language = "en") -> list[tuple[str, bool, str]]:
    """(check, whether it passed, detail) for everything looked at."""
    from rampart.language.words import Words

    words = Words(language)
    results = [(words("doctor.python"), True, f"{platform.python_version()} {platform.machine()}")]
    for name in NEEDED:
        try:
            results.append((name, True, version(name)))
        except PackageNotFoundError:
            results.append((name, False, words("doctor.missing")))
    results.append(_processor(words("doctor.processor"), words("doctor.no_avx2")))
    results.append((words("doctor.solver"), *_solve()))
    results.append((words("doctor.charts"), *_draw()))
    return results


def _processor(label: str, advice: str) -> tuple[str, bool, str]:
    """Polars needs AVX2 on x86-64; older machines want its rtcompat runtime."""
    info = Path("/proc/cpuinfo")
    if platform.machine() not in ("x86_64", "AMD64") or not info.exists():
        return label, True, platform.processor() or platform.machine()
    found = "avx2" in info.read_text(encoding="utf-8", errors="replace")
    return label, found, "AVX2" if found else advice


def _solve() -> tuple[bool, str]:
    from importlib.metadata import version

    import numpy as np

    from rampart.engine.highs import Highs

    solver = Highs(np.zeros((0, 1)), np.zeros(0), np.zeros(0), np.zeros(1), np.full(1, 4.0))
    solver.set_costs(np.array([-1.0]))
    solver.run()
    return float(solver.levels()[0]) == 4.0, f"HiGHS {version('highspy')}"


def _draw() -> tuple[bool, str]:
    import vl_convert

    spec = {"data": {"values": [{"x": 1}]}, "mark": "point", "encoding": {"x": {"field": "x", "type": "quantitative"}}}
    svg = vl_convert.vegalite_to_svg(spec)
    return svg.startswith("<svg"), f"Vega-Lite, {len(svg)} bytes"
