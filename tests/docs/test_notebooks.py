"""The notebooks of the documentation are those of its pages, and were run."""

from __future__ import annotations

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from places import CASES

DOCS = CASES.parent / "docs"


@pytest.fixture(scope="module")
def written() -> ModuleType:
    spec = spec_from_file_location("notebooks", DOCS / "notebooks.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["notebook", "variants-in-a-notebook"])
def test_a_notebook_has_the_code_of_its_page_and_its_charts(written: ModuleType, page: str) -> None:
    kept = json.loads((DOCS / "notebooks" / f"{page}.ipynb").read_text(encoding="utf-8"))
    assert kept["nbformat"] == 4
    code = ["".join(cell["source"]) for cell in kept["cells"] if cell["cell_type"] == "code"]
    assert code == [source.strip("\n") for kind, source in written.parts(page) if kind == "code"]
    shown = [out["data"] for cell in kept["cells"] for out in cell.get("outputs", []) if "data" in out]
    assert any("<svg" in "".join(data.get("text/html", ())) for data in shown)
    assert not [out for cell in kept["cells"] for out in cell.get("outputs", []) if out["output_type"] == "error"]


def test_three_variants_are_a_chart_in_ten_lines(written: ModuleType) -> None:
    first = next(source for kind, source in written.parts("variants-in-a-notebook") if kind == "code")
    lines = [line for line in first.splitlines() if line.strip()]
    assert lines[0] == "import rampart" and lines[-1] == "picture" and len(lines) <= 10


@pytest.mark.docs
@pytest.mark.parametrize("page", ["notebook", "variants-in-a-notebook"])
def test_running_a_notebook_again_gives_its_outputs(
    written: ModuleType, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cases").symlink_to(CASES)
    monkeypatch.chdir(tmp_path)
    assert written.notebook(page) == (DOCS / "notebooks" / f"{page}.ipynb").read_text(encoding="utf-8"), sys.version
