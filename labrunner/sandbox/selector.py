"""Label and field selectors: from query strings and from manifests, to something that matches objects."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from labrunner.sandbox.errors import bad_request

Operator = Literal["in", "notin", "exists", "absent", "gt", "lt"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()  # one whole number for gt and lt; none for exists and absent
    as_set: bool = field(default=False, compare=False)  # written as a set even with one value

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Say whether labels meet the condition. As in Kubernetes, `notin` is met by an absent label."""
        value = labels.get(self.key)
        if self.operator in ("absent", "notin"):
            return value is None or (self.operator == "notin" and value not in self.values)
        if value is None:
            return False
        if self.operator == "in":
            return value in self.values
        return self.operator == "exists" or self._compares(value)

    def __str__(self) -> str:
        if self.operator in ("exists", "absent"):
            return self.key if self.operator == "exists" else f"!{self.key}"
        if self.operator in ("gt", "lt"):
            return f"{self.key}{'>' if self.operator == 'gt' else '<'}{self.values[0]}"
        if len(self.values) == 1 and not self.as_set:
            return f"{self.key}{'=' if self.operator == 'in' else '!='}{self.values[0]}"
        return f"{self.key} {self.operator} ({','.join(sorted(self.values))})"

    def _compares(self, value: str) -> bool:
        try:
            found, limit = int(value), int(self.values[0])
        except ValueError:
            return False
        return found > limit if self.operator == "gt" else found < limit


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """Conditions that all have to be met; none at all matches everything."""

    requirements: tuple[Requirement, ...] = ()
    # A selector that is not given (null) selects nothing, one that is empty selects everything.
    nothing: bool = False

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Say whether labels meet every condition."""
        return not self.nothing and all(each.matches(labels) for each in self.requirements)

    def __str__(self) -> str:
        return ",".join(str(each) for each in sorted(self.requirements, key=lambda each: each.key))


EVERYTHING = LabelSelector()
NOTHING = LabelSelector(nothing=True)

_WORD = r"[A-Za-z0-9_./-]*"
_REQUIREMENT = re.compile(
    rf"""\s*(?:
      !\s*(?P<absent>{_WORD})
    | (?P<set>{_WORD})\s+(?P<set_operator>in|notin)\s*\((?P<values>[^()]*)\)
    | (?P<key>{_WORD})\s*(?P<operator>==|=|!=|>|<)\s*(?P<value>{_WORD})
    | (?P<exists>{_WORD})
    )\s*(?:,|$)""",
    re.VERBOSE,
)
_COMPARISONS: dict[str, Operator] = {"=": "in", "==": "in", "!=": "notin", ">": "gt", "<": "lt"}
_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_LABEL_KEY = re.compile(
    r"(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
)


def parse_labels(text: str) -> LabelSelector:
    """Read a selector as in `kubectl get -l`: `app=web,tier in (a, b),!old`.

    Raises:
        ApiError: 400 BadRequest, when it cannot be read.
    """
    return LabelSelector(tuple(_requirements(text)))


def _requirements(text: str) -> Iterator[Requirement]:
    position = 0
    while position < len(text.rstrip()):
        found = _REQUIREMENT.match(text, position)
        requirement = _requirement(found) if found else None
        if found is None or requirement is None or not _LABEL_KEY.fullmatch(requirement.key):
            raise bad_request(
                f'unable to parse requirement: found "{text[position:]}", which is no label selector'
            )
        for value in requirement.values:
            if not _LABEL_VALUE.fullmatch(value):
                raise bad_request(f'unable to parse requirement: values: Invalid value: "{value}"')
        yield requirement
        position = found.end()


def _requirement(found: re.Match[str]) -> Requirement | None:
    if found["absent"] is not None:
        return Requirement(found["absent"], "absent")
    if found["set"] is not None:
        values = tuple(sorted(value.strip() for value in found["values"].split(",")))
        return Requirement(
            found["set"], "in" if found["set_operator"] == "in" else "notin", values, as_set=True
        )
    if found["key"] is not None:
        operator = _COMPARISONS[found["operator"]]
        if operator in ("gt", "lt") and not found["value"].lstrip("-").isdigit():
            return None
        return Requirement(found["key"], operator, (found["value"],))
    return Requirement(found["exists"], "exists")


_MANIFEST_OPERATORS: dict[str, Operator] = {
    "In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "absent", "Gt": "gt", "Lt": "lt",
}  # fmt: skip


def read_labels(selector: Mapping[str, Any] | None) -> LabelSelector:
    """Read a manifest's selector with `matchLabels` and `matchExpressions`; None selects nothing.

    Raises:
        ApiError: 400 BadRequest for an operator that does not exist.
    """
    if selector is None:
        return NOTHING
    pairs = selector.get("matchLabels") or {}
    equal = tuple(Requirement(key, "in", (value,)) for key, value in pairs.items())
    return LabelSelector(equal + read_expressions(selector.get("matchExpressions") or ()))


def read_expressions(expressions: Sequence[Mapping[str, Any]]) -> tuple[Requirement, ...]:
    """Read `matchExpressions`, as selectors and node affinity have them.

    Raises:
        ApiError: 400 BadRequest for an operator that does not exist.
    """
    found = []
    for each in expressions:
        operator = _MANIFEST_OPERATORS.get(each.get("operator", ""))
        if operator is None:
            raise bad_request(f'"{each.get("operator")}" is not a valid label selector operator')
        found.append(Requirement(each.get("key", ""), operator, tuple(each.get("values") or ()), as_set=True))
    return tuple(found)


def match_labels(pairs: Mapping[str, str] | None) -> LabelSelector:
    """Make a selector of equal labels; none given selects nothing, as a Service without selector does."""
    if not pairs:
        return NOTHING
    return LabelSelector(tuple(Requirement(key, "in", (value,)) for key, value in pairs.items()))


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """Conditions on fields: equal to a value, or not."""

    terms: tuple[tuple[str, bool, str], ...] = field(default=())  # path, wanted equal, value

    def matches(self, value_of: Callable[[str], str]) -> bool:
        """Say whether an object meets every condition; `value_of` gives its value at a path."""
        return all((value_of(path) == value) == equal for path, equal, value in self.terms)

    @property
    def paths(self) -> tuple[str, ...]:
        """The fields that are looked at."""
        return tuple(path for path, _, _ in self.terms)


ALL_FIELDS = FieldSelector()


def parse_fields(text: str) -> FieldSelector:
    r"""Read a field selector: `metadata.name=web,spec.nodeName!=`; `\` escapes `,`, `=` and itself.

    Raises:
        ApiError: 400 BadRequest, when it cannot be read.
    """
    terms = []
    for part in re.findall(r"(?:[^,\\]|\\.)+", text):
        found = re.fullmatch(r"(?P<path>[^=!]+)(?P<operator>!=|==|=)(?P<value>(?:[^=\\]|\\.)*)", part)
        if found is None:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{part}'")
        value = re.sub(r"\\(.)", r"\1", found["value"])
        terms.append((found["path"].strip(), found["operator"] != "!=", value))
    return FieldSelector(tuple(terms))
