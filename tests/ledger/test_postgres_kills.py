"""Client and server are killed at random moments: every document acknowledged is there, none in part, chains verify."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import psycopg
import pytest

from ledger.servers import Server, server
from ledger.small_ledgers import stock
from ledger.test_store import child, forks, post_and_tell
from rampart.ledger.ledger import open_ledger

__all__ = ["server"]


def sound(url: str, told: Path) -> int:
    """How many pairs of documents there are, after holding them against what was acknowledged."""
    with open_ledger(url) as ledger:
        there = {d.key for d in ledger.documents()}
        assert set(told.read_text().split()) <= there
        assert {k[1:] for k in there if k[0] == "k"} == {k[1:] for k in there if k[0] == "l"}, "half a posting"
        assert ledger.verify() == []
        assert stock(ledger) == ({"": 3 * len(there) // 2} if there else {})
    return len(there) // 2


@forks
@pytest.mark.parametrize("turns", [50, pytest.param(1000, marks=pytest.mark.slow)])
def test_clients_are_killed_at_any_statement(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    url = server.login("login_a", "XAA", database=server.fresh("kills"))
    told, rng, killed = tmp_path / "told", random.Random(17), 0
    told.touch()
    runs, left = psycopg.Connection.execute, [10**9]

    def counted(self: object, *said: object, **how: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return runs(self, *said, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(psycopg.Connection, "execute", counted)
    for turn in range(turns):
        left[0] = rng.randint(0, 30)
        killed += child(lambda turn=turn: post_and_tell(url, told, 10 * turn)) == -signal.SIGKILL  # type: ignore[misc, arg-type]
    left[0] = 10**9
    assert killed > turns / 2
    assert sound(url, told) > turns / 4


@forks
@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize(
    "turns", [pytest.param(50, marks=pytest.mark.docs), pytest.param(1000, marks=pytest.mark.slow)]
)
def test_the_server_is_killed(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, turns: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        own = Server(Path(folder) / "s", durable=True)
        url = own.login("login_a", "XAA", database=own.fresh("ledger"))
        told, rng = tmp_path / "told", random.Random(3)
        told.touch()
        for turn in range(turns):
            process = os.fork()
            if process == 0:
                for n in range(100):
                    try:
                        post_and_tell(url, told, 1000 * turn + 10 * n)  # type: ignore[arg-type]
                    except BaseException:  # the server is gone
                        os._exit(0)
                os._exit(0)
            time.sleep(rng.uniform(0.02, 0.3))
            own.kill()
            os.waitpid(process, 0)
            own.start()
        assert sound(url, told) > turns
        own.stop("immediate")
