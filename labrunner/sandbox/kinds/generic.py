"""Kinds without a file of their own: kept, listed and given back, and nobody acts on them."""

from labrunner.sandbox.kinds.cells import AGE
from labrunner.sandbox.kinds.kind import NAME, Behaviour

GENERIC = Behaviour(columns=(NAME, AGE))
