"""How long a justification book takes to read: ``python -m benchmarks.jbook BOOK [--json]``.

Beside it stands a bare expat parse of the same document (no handlers, nothing kept), which is the least any reader
on expat can take. Times are CPU seconds, the least of five; the peak of memory is that of this process, Polars included.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat


def least(work: Callable[[], object], times: int = 5) -> float:
    """CPU seconds of the quickest of several runs."""
    spent = []
    for _ in range(times):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return min(spent)


def measure(path: Path) -> dict[str, Any]:
    """Seconds of unpacking, of a bare parse, of the streaming reader, and of everything to the tidy tables."""
    from rampart.sources.jbook.opening import documents
    from rampart.sources.jbook.parsing import Reader
    from rampart.sources.jbook.tables import read_books

    text = b"".join(b"".join(pieces) for _, pieces in documents(path, []))
    books = read_books([path])
    if any(f.severity == "error" for f in books.findings):
        raise SystemExit(f"{path} was not read: {[str(f) for f in books.findings if f.severity == 'error'][:3]}")
    bare = least(lambda: expat.ParserCreate().Parse(text, True))
    streamed = least(lambda: Reader("book").read([text]))
    whole = least(lambda: read_books([path]), times=3)
    return {
        "megabytes": len(text) / 1e6, "elements": int(books.counts["elements"].sum()), "bare": bare, "streamed": streamed,
        "whole": whole, "streamed_ratio": streamed / bare, "whole_ratio": whole / bare,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def main() -> None:
    paths = [Path(word) for word in sys.argv[1:] if not word.startswith("--")]
    if not paths:
        raise SystemExit(__doc__)
    found = {path.name: measure(path) for path in paths}
    if "--json" in sys.argv:
        print(json.dumps(found))
        return
    for name, f in found.items():
        print(f"{name}: {f['megabytes']:.1f} MB, {f['elements']:,} elements; CPU seconds")
        print(f"  bare expat parse   {f['bare']:6.3f}")
        print(f"  rows, streamed     {f['streamed']:6.3f}   {f['streamed_ratio']:5.1f} x")
        print(f"  tables and traps   {f['whole']:6.3f}   {f['whole_ratio']:5.1f} x")
        print(f"  peak memory        {f['peak']:6.0f} MB")


if __name__ == "__main__":
    main()
