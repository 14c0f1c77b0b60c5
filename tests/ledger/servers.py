"""A PostgreSQL server for the tests: made in a folder of their own, reached by a socket there, and gone with them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rampart.ledger.store import postgres


def binaries() -> Path | None:
    """Where the server's programs lie; None where there is none."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((p for p in places if (p / "postgres").exists()), None)


BINARIES = binaries()


def children(process: int) -> list[int]:
    """Processes that one started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == process:
                found.append(int(stat.parent.name))
    return found


def gone(process: int) -> bool:
    """Whether a process has ended and is only not yet forgotten."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


class Server:
    """A running server, ``owner`` and logins as URLs."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        assert BINARIES is not None
        self.folder, self.durable = folder, durable
        # The server refuses to run as root; then it runs as another user, whose the folder is.
        self.user = "postgres" if os.geteuid() == 0 else None
        folder.mkdir(mode=0o755, exist_ok=True)
        if self.user:
            for place in (folder, *folder.parents):
                if place.is_relative_to("/tmp") and place != Path("/tmp"):
                    place.chmod(0o755)
            shutil.chown(folder, self.user)
        self.run(
            "initdb",
            "-D",
            folder / "data",
            "-U",
            "root_of_tests",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C",
        )
        self.start()
        self.sql("postgres", "CREATE ROLE owner LOGIN CREATEROLE", "CREATE DATABASE ledger OWNER owner")

    def run(self, program: str, *words: object) -> None:
        """Run a program of the server, as the user that it belongs to."""
        assert BINARIES is not None
        done = subprocess.run(
            [BINARIES / program, *map(str, words)],
            user=self.user,
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        """Start it, or start it again."""
        said = {"listen_addresses": "''", "fsync": "on" if self.durable else "off", "max_connections": 60}
        if sys.platform == "linux":
            said["recovery_init_sync_method"] = "syncfs"  # one flush after a crash in place of one for each file
        told = " ".join((f"-k {self.folder}", *(f"-c {name}={value}" for name, value in said.items())))
        self.run("pg_ctl", "-D", self.folder / "data", "-o", told, "-l", self.folder / "log", "-w", "start")

    def stop(self, how: str = "fast") -> None:
        """Stop it; ``immediate`` is as if it had been killed."""
        self.run("pg_ctl", "-D", self.folder / "data", "-m", how, "-w", "stop")

    def kill(self) -> None:
        """Kill every process of it at once (SIGKILL), and wait until none is left."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        every = [first, *children(first)]
        for process in every:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while not all(gone(process) for process in every):
            time.sleep(0.01)
        # Until somebody asks what became of them their numbers are taken: the server would believe that it still runs.
        for lock in (self.folder / "data" / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):
            lock.unlink(missing_ok=True)

    def url(self, login: str, database: str = "ledger") -> str:
        """URL of a login."""
        return f"postgresql://{login}@/{database}?host={self.folder}"

    def sql(self, database: str, *statements: str) -> None:
        """Statements as the superuser."""
        import psycopg

        with psycopg.connect(self.url("root_of_tests", database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    def login(self, name: str, *nations: str, database: str = "ledger") -> str:
        """A login that speaks for these nations: its URL."""
        there = f"IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
        made = f"DO $$ BEGIN {there} THEN CREATE ROLE {name} LOGIN; END IF; END $$"
        self.sql(database, made)
        postgres.admit(self.url("owner", database), name, nations)
        return self.url(name, database)

    def fresh(self, name: str) -> str:
        """An empty ledger in a database of its own: the name of the database."""
        self.sql("postgres", f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} OWNER owner")
        postgres.migrate(self.url("owner", name))
        return name


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of a run; skipped where PostgreSQL is not installed, never so where CI is set."""
    if BINARIES is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL is not installed here")
    import tempfile

    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:  # a socket's path must be short
        made = Server(Path(folder) / "s")
        yield made
        made.stop("immediate")
