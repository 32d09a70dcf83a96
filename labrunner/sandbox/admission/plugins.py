"""The built-in plugins, in the order in which they run; on new objects only."""

from collections.abc import Callable
from typing import Any

from labrunner.sandbox.admission.pod_priority import give_priority
from labrunner.sandbox.admission.service_account import give_service_account
from labrunner.sandbox.admission.service_address import give_address
from labrunner.sandbox.admission.toleration_seconds import tolerate_a_while
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object
from labrunner.sandbox.user import User

PLUGINS: tuple[Callable[[Kind, Object, Any, User], Object], ...] = (
    give_service_account,
    give_priority,
    tolerate_a_while,
    give_address,
)
