"""Waiting that a request to stop ends at once."""

import time
from collections.abc import Callable

from labrunner.run.witness import Pause
from labrunner.shell.session import Session
from labrunner.shell.stop import Stop


def pausing(session: Session, stop: Stop, *, seen: int, clock: Callable[[], float] = time.monotonic) -> Pause:
    """Return a way to wait that returns `True` as soon as there were more than `seen` requests to stop.

    It is the session that waits: what the lab runs in the background must not block on a full terminal.
    """

    def pause(seconds: float) -> bool:
        deadline = clock() + seconds
        while stop.requested <= seen and (left := deadline - clock()) > 0:
            session.idle(left)
        return stop.requested > seen

    return pause
