"""Service accounts: who pods are when they talk to the API or to AWS."""

from labrunner.sandbox.kinds.cells import AGE, size
from labrunner.sandbox.kinds.kind import NAME, Behaviour

SERVICE_ACCOUNT = Behaviour(columns=(NAME, size("Secrets", "secrets"), AGE), fidelity="real")
