"""Ctrl-C, or a request to end, as a wish: long work that can stop with what it has looks between steps whether it is wanted.

A solver interrupted in the middle of a step may be left in pieces, and with it what was found. A second one stops at once.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)  # Ctrl-C, and what a queue of jobs or a shutdown sends


class Stopping:
    """While it is entered, the first Ctrl-C only sets ``wanted``, and so does the first wish of the system to end."""

    def __init__(self) -> None:
        self.wanted = False
        self.before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self.before = {number: signal.signal(number, self._ask) for number in SIGNALS}
        return self

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)
