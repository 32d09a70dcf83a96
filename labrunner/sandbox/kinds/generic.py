"""Kinds without a file of their own: kept, listed and given back, and nobody acts on them."""

from labrunner.sandbox.kinds.cells import AGE
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column
from labrunner.sandbox.objects import metadata

CREATED = Column("Created At", lambda obj, now: metadata(obj).get("creationTimestamp"), type="date")

GENERIC = Behaviour(columns=(NAME, AGE))
"""A kind that nothing is known of."""

ANSWERED = Behaviour(fidelity="real")
"""A kind that is answered and forgotten, as reviews and bindings are; the API sees to it."""
