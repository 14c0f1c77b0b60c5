"""Two entries of a folder that change places at once."""

from __future__ import annotations

import errno
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

_HERE = -100  # AT_FDCWD: paths are as given, not below an open folder
_EXCHANGE = 2  # RENAME_EXCHANGE of <linux/fs.h>
# The system, the file system or a sandbox that knows no exchange
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}


@lru_cache(maxsize=1)
def _renameat2() -> Any:
    """The call of the C library (renameat2(2), since glibc 2.28), None where it has none."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None
    call.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return call


def exchange(first: Path, second: Path) -> bool:
    """Let two entries of one file system change places in one step that nothing can cut in two.

    False where this system cannot: nothing has moved then. Raises OSError for what two renames could not do either.
    """
    call = _renameat2()
    if call is None:
        return False
    import ctypes

    if call(_HERE, os.fsencode(first), _HERE, os.fsencode(second), _EXCHANGE) == 0:
        return True
    fault = ctypes.get_errno()
    if fault in _CANNOT:
        return False
    raise OSError(fault, os.strerror(fault), str(second))
