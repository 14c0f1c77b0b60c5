"""The order of the rooms: who may import whom, no circles, and package files that define nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import rampart

PACKAGE = Path(rampart.__file__).parent
FLOORS = (
    ("findings",),
    ("catalogues", "engine"),
    ("case",),
    ("requirements", "results"),
    ("beliefs", "network"),
    ("sustainment",),
    ("plan",),
    ("scenario", "simulate"),
    ("sources",),
    ("ledger",),
    ("language",),
    ("report",),
    ("web",),
    ("cli",),
)
FLOOR_OF = {room: n for n, floor in enumerate(FLOORS) for room in floor}
ROOT = ("rampart", "rampart.__main__")  # names every room, as text; and the script that starts the command line
MOST_SHARE = 0.2  # of the code, in one room

# Folders of tests that mirror no room: figures of others, laws that hold for every case, the second builder, the pages.
BESIDE = {"published", "properties", "independent", "docs", "bundle"}

# What stands against the order today: this list only shrinks.
UP: frozenset[tuple[str, str]] = frozenset()
# Methods that only call the public function of their name (``explain``, ``plot``, ``replace``).
CALLS_OF_THE_ROOT = {
    ("rampart.results.result", "rampart"), ("rampart.case.tables", "rampart"), ("rampart.scenario.sweep", "rampart"),
}  # fmt: skip
CIRCLES: tuple[frozenset[str], ...] = ()


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imported(module: str) -> Iterator[str]:
    """Modules of the package that a module imports, wherever the import stands; text in strings does not count."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "rampart")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are written out"
            if node.module and node.module.split(".")[0] == "rampart":
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    yield whole if whole in MODULES else node.module


ARROWS = {module: frozenset(imported(module)) - {module} for module in MODULES}


def room(module: str) -> str:
    """The room of a module; "" for the root."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and module not in ROOT else ""


def circles(arrows: dict[str, frozenset[str]]) -> set[frozenset[str]]:
    """Groups of modules of which each reaches each other (Tarjan 1972), and modules that import themselves."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: set[frozenset[str]] = set()

    def visit(module: str) -> None:
        number[module] = low[module] = len(number)
        stack.append(module)
        for other in arrows.get(module, frozenset()):
            if other not in number:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], number[other])
        if low[module] == number[module]:
            at = stack.index(module)
            group = frozenset(stack[at:])
            del stack[at:]
            if len(group) > 1:
                found.add(group)

    for module in arrows:
        if module not in number:
            visit(module)
    return found


def test_every_room_has_a_floor() -> None:
    rooms = {room(module) for module in MODULES} - {"", "data"}
    assert rooms <= set(FLOOR_OF)


def test_pages_say_the_same_rooms() -> None:
    """README in both languages lists every room and no other, from the ground up; CONTRIBUTING states the floors."""
    here = Path(__file__).parents[1]
    there = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if not path.name.startswith(("_", "py."))}
    for name in ("README.md", "README.fr.md"):
        page = (here / name).read_text(encoding="utf-8")
        listed = re.findall(r"^\| `src/rampart/([a-z]+)(?:/|\.py)`", page, re.MULTILINE)
        assert sorted(listed) == sorted(there), name
        floors = [FLOOR_OF[room] for room in listed if room != "data"]
        assert floors == sorted(floors), f"{name} does not list the rooms from the ground up"
    stated = re.search(r"From the ground up: (`.*`)\. A room", (here / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert stated is not None
    assert tuple(tuple(floor.strip(" `").split(", ")) for floor in stated[1].split("/")) == FLOORS


def test_no_import_runs_up_or_sideways() -> None:
    wrong = {
        (module, other)
        for module, others in ARROWS.items()
        for other in others
        if module not in ROOT
        and room(module) != room(other)
        and (other in ROOT or FLOOR_OF[room(other)] >= FLOOR_OF[room(module)])
    }
    assert wrong - CALLS_OF_THE_ROOT == UP


def test_no_circle() -> None:
    inside = {module: others - set(ROOT) for module, others in ARROWS.items() if module not in ROOT}
    assert circles(inside) == set(CIRCLES)


def test_the_circle_finder_finds_circles() -> None:
    arrows = {"a": frozenset({"b"}), "b": frozenset({"c"}), "c": frozenset({"a"}), "d": frozenset({"a"})}
    assert circles(arrows) == {frozenset({"a", "b", "c"})}


def test_package_files_define_nothing() -> None:
    for module, path in MODULES.items():
        if path.name == "__init__.py" and module != "rampart":
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert len(body) == 1 and isinstance(body[0], ast.Expr), f"{module} does more than say what it holds"


def test_no_room_is_too_large() -> None:
    lines = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in MODULES.items()}
    of_room: dict[str, int] = {}
    for module, count in lines.items():
        of_room[room(module)] = of_room.get(room(module), 0) + count
    largest = max(of_room, key=lambda name: of_room[name])
    assert of_room[largest] < MOST_SHARE * sum(lines.values()), f"{largest}: {of_room[largest]} lines"


def test_no_drawers() -> None:
    drawers = {"utils", "util", "common", "helpers", "helper", "base", "misc", "tools"}
    assert not {module for module in MODULES if drawers & set(module.split("."))}


def test_tests_mirror_the_rooms() -> None:
    here = Path(__file__).parent
    folders = {path.parent.relative_to(here) for path in here.rglob("*.py")}
    lost = {str(f) for f in folders if f.parts and f.parts[0] not in BESIDE and not (PACKAGE / f).is_dir()}
    assert not lost, "folders of tests without a room of their name"
