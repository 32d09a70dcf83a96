"""Patches: what kubectl and other clients send to change part of an object.

A file per type. Nothing here stores anything: an object and a patch in, another object out.
"""

from labrunner.sandbox.patch.applying import Patch, PatchType, apply

__all__ = ["Patch", "PatchType", "apply"]
