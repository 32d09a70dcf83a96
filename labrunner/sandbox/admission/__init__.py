"""What the server adds to objects, or refuses, before it stores them: a file per plugin.

To add one, write its file with a function like those here and enter it in `PLUGINS`. They run in this
order, on new objects only.
"""

from collections.abc import Callable
from typing import Any

from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object
from labrunner.sandbox.user import User

PLUGINS: tuple[Callable[[Kind, Object, Any, User], Object], ...] = ()
