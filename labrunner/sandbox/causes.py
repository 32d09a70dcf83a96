"""Reasons why a field is wrong, worded and quoted as Go's `field.Error` does it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from labrunner.sandbox.errors import Cause


class GoValue(str):
    """Text that stands in a message as it is, for values that Go prints in its own syntax."""

    __slots__ = ()


def required(field: str, why: str = "") -> Cause:
    """The field has to be there."""
    return Cause("FieldValueRequired", field, f"Required value: {why}" if why else "Required value")


def wrong(field: str, value: Any, why: str) -> Cause:
    """The field's value breaks a rule."""
    return Cause("FieldValueInvalid", field, f"Invalid value: {shown(value)}: {why}")


def immutable(field: str, value: Any) -> Cause:
    """The field cannot be changed any more; `value` is what was asked for."""
    return wrong(field, value, "field is immutable")


def unsupported(field: str, value: Any, supported: Iterable[str]) -> Cause:
    """The field's value is not one of the few that there are."""
    listed = ", ".join(quoted(each) for each in supported)
    return Cause(
        "FieldValueNotSupported", field, f"Unsupported value: {shown(value)}: supported values: {listed}"
    )


def forbidden(field: str, why: str) -> Cause:
    """The field may not be there, or not be changed, here."""
    return Cause("FieldValueForbidden", field, f"Forbidden: {why}")


def duplicate(field: str, value: Any) -> Cause:
    """The value was there before."""
    return Cause("FieldValueDuplicate", field, f"Duplicate value: {shown(value)}")


def missing(field: str, value: Any) -> Cause:
    """The field names something that is not there."""
    return Cause("FieldValueNotFound", field, f"Not found: {shown(value)}")


def wrong_type(field: str, value: Any, why: str) -> Cause:
    """The value has another type than the schema wants."""
    return Cause("FieldValueTypeInvalid", field, f"Invalid value: {shown(value)}: {why}")


def too_long(field: str, limit: int) -> Cause:
    """The value has more than `limit` bytes."""
    return Cause("FieldValueTooLong", field, f"Too long: may not be more than {limit} bytes")


def shown(value: Any) -> str:
    """Write a value as it stands in a message."""
    if isinstance(value, GoValue):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return '"null"'
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def quoted(text: str) -> str:
    """Write text as Go's `%q` does, for the characters that occur in manifests."""
    return json.dumps(text, ensure_ascii=False)


def label_selector(selector: Mapping[str, Any]) -> GoValue:
    """Write a label selector in Go's syntax, as in the message for a changed `spec.selector`."""
    pairs = selector.get("matchLabels")
    labels = ", ".join(f"{quoted(key)}:{quoted(value)}" for key, value in sorted((pairs or {}).items()))
    match = f"map[string]string{{{labels}}}" if pairs else "map[string]string(nil)"
    listed = ", ".join(_requirement(each) for each in selector.get("matchExpressions") or ())
    kind = "[]v1.LabelSelectorRequirement"
    expressions = f"{kind}{{{listed}}}" if listed else f"{kind}(nil)"
    return GoValue(f"v1.LabelSelector{{MatchLabels:{match}, MatchExpressions:{expressions}}}")


def _requirement(each: Mapping[str, Any]) -> str:
    values = each.get("values")
    listed = ", ".join(quoted(value) for value in values or ())
    text = f"[]string{{{listed}}}" if values else "[]string(nil)"
    key, operator = quoted(each.get("key", "")), quoted(each.get("operator", ""))
    return f"v1.LabelSelectorRequirement{{Key:{key}, Operator:{operator}, Values:{text}}}"


def labels(found: Mapping[str, str]) -> GoValue:
    """Write labels in Go's syntax."""
    if not found:
        return GoValue("map[string]string(nil)")
    listed = ", ".join(f"{quoted(key)}:{quoted(value)}" for key, value in sorted(found.items()))
    return GoValue(f"map[string]string{{{listed}}}")
