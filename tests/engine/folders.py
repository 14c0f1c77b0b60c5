"""Small folders of results, and what they hold, for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rampart.engine.tree import entries
from rampart.engine.whole_folder import whole_folder
from rampart.findings import FindingsError, TakenError


def save(target: Path, says: str = "new", *, kind: str = "plan", more: tuple[str, ...] = (), **options: Any) -> Path:
    with whole_folder(target, kind=kind, manifest={"case": says}, **options) as folder:
        (folder / "orders.parquet").write_text(says)
        (folder / "case").mkdir()
        (folder / "case" / "items.parquet").write_text(says)
        for name in more:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(says)
    return target


def held(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in entries(folder) if name != "manifest.json"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


PLAN = {"orders.parquet": "new", "case/items.parquet": "new"}


def code_of(error: pytest.ExceptionInfo[FindingsError]) -> str:
    (finding,) = error.value.findings
    assert "\n" not in finding.sentence("en")
    assert finding.sentence("fr") != finding.sentence("en")
    return finding.code


@contextmanager
def refused(code: str, kind: type[FindingsError] = TakenError) -> Iterator[None]:
    with pytest.raises(kind) as error:
        yield
    assert code_of(error) == code
