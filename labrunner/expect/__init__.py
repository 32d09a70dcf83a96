"""Promised output against real output: pure."""

from labrunner.expect.compare import compare

__all__ = ["compare"]
