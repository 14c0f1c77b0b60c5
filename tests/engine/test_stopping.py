"""The first wish to end is kept, the second obeyed."""

from __future__ import annotations

import signal
import sys

import pytest

from rampart.engine.stopping import Stopping


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_wish_to_end_is_kept_and_the_second_obeyed(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Stopping() as stopping:
        signal.raise_signal(number)
        assert stopping.wanted
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    assert signal.getsignal(number) is before
