"""Promised output against real output: pure."""
