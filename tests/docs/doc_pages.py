"""Pages of the documentation as tests read them: fenced blocks in order, run in a folder of their own.

A ``console`` block holds commands after ``$`` and, below each, its output (runs of spaces as one, blank
lines left out); ``...`` stands for any lines. ``echo $?`` shows the exit code of the command before; a
command that is not followed by it must end with 0. A ``text`` block after a ``python`` block is its output.
A block whose caption is a file writes that file.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from rampart.cli.main import main

EXECUTED = [
    "README.md", "README.fr.md", "docs/tutorial/first-plan.md", "docs/how-to/case-from-excel.md",
    "docs/how-to/what-if.md", "docs/how-to/plan-on.md", "docs/how-to/textbook-problem.md", "docs/how-to/read-the-report.md",
    "docs/how-to/public-schedules.md",
    "docs/how-to/nation-alone.md",
    "docs/how-to/ledger.md",
    "docs/how-to/national-returns.md",
    "docs/how-to/notebook.md",
    "docs/how-to/variants-in-a-notebook.md",
    "docs/how-to/sustain.md",
    "docs/how-to/unknown-war.md",
    "docs/how-to/give-or-keep.md",
    "docs/how-to/add-a-decision.md",
]  # fmt: skip
# They make a machine ready, take minutes or run these tests; another test holds that what they name exists.
NOT_RUN = {
    "make demo",
    "make test",
    "python3 -m venv .venv",
    ".venv/bin/pip install --require-hashes -r requirements/run.lock",
    ".venv/bin/pip install --no-deps --no-build-isolation -e .",
    ".venv/bin/rampart demo",
    ".venv/bin/pip install --require-hashes -r requirements/dev.lock",
    ".venv/bin/python -m pytest -q -n auto",
    ". .venv/bin/activate",
}
_FENCE = re.compile(r"^(`{3,})(\S*)[ ]*(\S*)[^\n]*\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)
_CAPTION = re.compile(r"\A:caption: *(\S+)\n\n?")


@dataclass(frozen=True)
class Block:
    """One fenced block: what kind, which line of the page, and what it holds."""

    kind: str
    line: int
    text: str
    file: str = ""


@dataclass
class Command:
    """A command of a console block and the lines shown below it."""

    words: str
    line: int
    shown: list[str] = field(default_factory=list)


def blocks(page: Path) -> list[Block]:
    """All fenced blocks in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        kind, body = match[2], match[4]
        caption = _CAPTION.match(body)
        if caption:
            found.append(Block("file", line, body[caption.end() :], caption[1]))
        else:
            found.append(Block(kind, line, body))
    return found


def commands(block: Block) -> list[Command]:
    """Commands of a console block."""
    found: list[Command] = []
    for n, line in enumerate(block.text.splitlines(), block.line + 1):
        if line.startswith("$ "):
            found.append(Command(line[2:].strip(), n))
        elif line.strip():
            assert found, f"line {n}: output before any command"
            found[-1].shown.append(line)
    return found


def all_commands(page: Path) -> list[Command]:
    """Commands of all console blocks of a page."""
    return [c for b in blocks(page) if b.kind == "console" for c in commands(b)]


def plain(text: str) -> str:
    """Text with every run of spaces as one."""
    return " ".join(text.split())


def assert_shown(shown: list[str], output: str, place: str) -> None:
    """The shown lines are the output, line by line; a shown line may be the beginning of a longer one."""
    lines = [plain(line) for line in output.splitlines() if line.strip()]
    at, anywhere = 0, False
    for wanted in map(plain, shown):
        if wanted == "...":
            anywhere = True
            continue
        reach = range(at, len(lines) if anywhere else min(at + 1, len(lines)))
        found = next((n for n in reach if lines[n].startswith(wanted)), None)
        assert found is not None, f"{place}: the output does not hold here\n  {wanted}\nbut is\n{output}"
        at, anywhere = found + 1, False
    assert anywhere or not shown or at == len(lines), f"{place}: the output goes on\n{output}"


class Reader:
    """Somebody who follows a page in an empty folder."""

    def __init__(self, page: Path) -> None:
        self.page = page
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.printed = ""
        self.code = 0

    def follow(self) -> int:
        """Do all that the page shows; how many blocks were done."""
        before = ""
        done = 0
        for block in blocks(self.page):
            place = f"{self.page.name}, line {block.line}"
            if block.kind == "file":
                Path(block.file).parent.mkdir(parents=True, exist_ok=True)
                Path(block.file).write_text(block.text, encoding="utf-8")
            elif block.kind == "python":
                self.run_python(block, place)
            elif block.kind == "console":
                self.run_console(block)
            elif block.kind == "text" and before == "python":
                assert_shown(block.text.splitlines(), self.printed, place)
            else:
                before = block.kind
                continue
            before = block.kind
            done += 1
        return done

    def run_python(self, block: Block, place: str) -> None:
        """Names stay from block to block, as in a notebook."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * block.line + block.text, place, "exec"), self.names)
        self.printed = printed.getvalue()

    def run_console(self, block: Block) -> None:
        """Every command, and what it must show."""
        found = commands(block)
        for n, command in enumerate(found):
            place = f"{self.page.name}, line {command.line}: {command.words}"
            if command.words in NOT_RUN:
                continue
            if command.words == "echo $?":
                assert_shown(command.shown, str(self.code), place)
                continue
            output = self.run(command.words)
            checked = n + 1 < len(found) and found[n + 1].words == "echo $?"
            assert checked or self.code == 0, f"{place} ended with {self.code}\n{output}"
            assert_shown(command.shown, output, place)

    def run(self, words: str) -> str:
        """Output of one command; its exit code is kept."""
        program, *arguments = shlex.split(words)
        if Path(program).name == "rampart":
            result = CliRunner().invoke(main, arguments, prog_name="rampart")
            if result.exception is not None and not isinstance(result.exception, SystemExit):
                raise result.exception
            self.code = result.exit_code
            return result.output
        self.code = 0
        return shell(program, arguments)


def shell(program: str, arguments: list[str]) -> str:
    """The few other commands that pages use, alike on every system."""
    if program == "cp" and arguments[0] == "-r":
        shutil.copytree(arguments[1], arguments[2])
        return ""
    if program == "ls":
        return "\n".join(sorted(p.name for p in Path(arguments[0]).iterdir()))
    if program == "cat":
        return Path(arguments[0]).read_text(encoding="utf-8")
    if program == "head":
        return "\n".join(Path(arguments[1]).read_text(encoding="utf-8").splitlines()[: -int(arguments[0])])
    raise AssertionError(f"{program}: pages may not use it, or NOT_RUN must say so")
