"""Leases: who leads, and which nodes are alive."""

from labrunner.sandbox.kinds.cells import AGE, field
from labrunner.sandbox.kinds.kind import NAME, Behaviour

LEASE = Behaviour(
    columns=(NAME, field("Holder", "spec.holderIdentity"), AGE), unconditional_update=False, fidelity="real"
)
