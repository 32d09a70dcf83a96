"""Waiting that a request to stop ends at once."""

import select
import time
from collections.abc import Callable

from labrunner.run.witness import Pause
from labrunner.shell.stop import Stop


def pausing(stop: Stop, *, seen: int, clock: Callable[[], float] = time.monotonic) -> Pause:
    """Return a way to wait that returns `True` as soon as there were more than `seen` requests to stop."""

    def pause(seconds: float) -> bool:
        deadline = clock() + seconds
        while stop.requested <= seen and (left := deadline - clock()) > 0:
            if select.select([stop], [], [], left)[0]:
                stop.clear()
        return stop.requested > seen

    return pause
