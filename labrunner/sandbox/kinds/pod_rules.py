"""What makes a pod invalid; pod templates in controllers are held to the same."""

from collections.abc import Iterable

from labrunner.sandbox.errors import Cause
from labrunner.sandbox.objects import Object


def pod_causes(obj: Object, old: Object | None) -> Iterable[Cause]:
    """Yield what is wrong with a pod."""
    return ()
