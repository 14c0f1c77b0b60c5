"""The command line as a child of the server: it ends when its parent does, however that ended.

``python -m rampart.web.plans.child plan CASE ...``. The parent holds the other end of standard input and never writes: what
can be read there is the end of it, and that comes with the parent's end, also where it was killed.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading

ENDED = 143


def _end_with_the_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(ENDED)


def run(words: list[str]) -> None:
    """Run the command line with these words, at a lower priority than pages are served at where the system knows of it."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)
    sys.argv = ["rampart", *words]
    runpy.run_module("rampart", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run(sys.argv[1:])
