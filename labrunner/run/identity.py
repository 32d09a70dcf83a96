"""Names for runs: sortable by time, unique on a machine, short enough to be typed."""

import os
import time

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new() -> str:
    """Return a new run's identifier, `20260131-142359-x7k2` say; the time is the local one."""
    suffix = "".join(_LETTERS[byte % len(_LETTERS)] for byte in os.urandom(4))
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{suffix}"
