"""Keeps the served kinds in step with the custom resource definitions there are."""

from labrunner.sandbox.reading import Reading


def follow(reading: Reading) -> None:
    """Serve what custom resource definitions define, from now on."""
