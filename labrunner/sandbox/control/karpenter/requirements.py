"""Karpenter's algebra of label requirements: which label values two parties can agree on. Pure.

A requirement is a set of values or the complement of one, possibly within bounds; texts are Karpenter's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from labrunner.sandbox.objects import Object

SHOWN = 5
"""How many values a message lists before it only counts."""

INVISIBLE = ("kubernetes.io/hostname",)
"""Left out of messages: Karpenter's placeholder for a name that does not exist yet."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """Which values of one label will do."""

    key: str
    values: frozenset[str] = frozenset()
    complement: bool = False
    """Whether `values` are those that will not do."""
    above: int | None = None
    below: int | None = None

    @classmethod
    def read(cls, key: str, operator: str, values: Iterable[str] = ()) -> "Requirement":
        """From a manifest's `key`, `operator` and `values`."""
        listed = list(values)
        if operator == "In":
            return cls(key, frozenset(listed))
        if operator == "NotIn":
            return cls(key, frozenset(listed), complement=True)
        if operator == "DoesNotExist":
            return cls(key)
        if operator in ("Gt", "Lt"):
            if not listed or not listed[0].isdigit():
                return cls(key)  # nothing is greater or less than what is no number
            bound = int(listed[0])
            return cls(key, frozenset(), True, *((bound, None) if operator == "Gt" else (None, bound)))
        return cls(key, complement=True)

    @property
    def operator(self) -> str:
        """In, NotIn, Exists or DoesNotExist."""
        if self.complement:
            return "NotIn" if self.values else "Exists"
        return "In" if self.values else "DoesNotExist"

    @property
    def is_negative(self) -> bool:
        """Whether a missing label meets it."""
        return self.operator in ("NotIn", "DoesNotExist")

    def has(self, value: str) -> bool:
        """Whether a value will do."""
        return (value in self.values) != self.complement and self._within(value)

    def meet(self, other: "Requirement") -> "Requirement":
        """What will do for both."""
        above = _tightest(self.above, other.above, max)
        below = _tightest(self.below, other.below, min)
        if self.complement and other.complement:
            return Requirement(self.key, self.values | other.values, True, above, below)
        listed = self.values if not self.complement else other.values
        both = Requirement(self.key, frozenset(), True, above, below)
        return Requirement(
            self.key, frozenset(v for v in listed if self.has(v) and other.has(v) and both.has(v))
        )

    @property
    def is_possible(self) -> bool:
        """Whether any value will do."""
        if not self.complement:
            return bool(self.values)
        return self.above is None or self.below is None or self.above + 1 < self.below

    def __str__(self) -> str:
        """As Karpenter writes it: `karpenter.k8s.aws/instance-family In [inf1 inf2]`."""
        text = f"{self.key} {self.operator}"
        if self.values:
            listed = sorted(self.values)
            more = [f"and {len(listed) - SHOWN} others"] if len(listed) > SHOWN else []
            text += f" [{' '.join(listed[:SHOWN] + more)}]"
        if self.above is not None:
            text += f" >{self.above}"
        return text if self.below is None else f"{text} <{self.below}"

    def _within(self, value: str) -> bool:
        if self.above is None and self.below is None:
            return True
        if not value.isdigit():
            return False
        number = int(value)
        return (self.above is None or number > self.above) and (self.below is None or number < self.below)


class Requirements(Mapping[str, Requirement]):
    """Requirements by label; those on one label are met together."""

    def __init__(self, several: Iterable[Requirement] = ()) -> None:
        self._by_key: dict[str, Requirement] = {}
        for each in several:
            known = self._by_key.get(each.key)
            self._by_key[each.key] = each if known is None else known.meet(each)

    @classmethod
    def read(cls, several: Iterable[Object]) -> "Requirements":
        """From a manifest's list."""
        return cls(_read(each) for each in several)

    @classmethod
    def labels(cls, labels: Mapping[str, str]) -> "Requirements":
        """Exactly these labels."""
        return cls(Requirement(key, frozenset((value,))) for key, value in labels.items())

    def __getitem__(self, key: str) -> Requirement:
        return self._by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    def both(self, other: "Requirements") -> "Requirements":
        """These and the others together."""
        return Requirements([*self.values(), *other.values()])

    def conflicts(self, wanted: "Requirements", well_known: Iterable[str] = ()) -> list[str]:
        """Why `wanted` cannot be met here, in Karpenter's words; empty when it can.

        Args:
            wanted: What a pod asks for.
            well_known: Labels that a node has without being told: what nothing is said of here is open. Of
                all others only those can be had that are said here.
        """
        open_ = set(well_known)
        unknown = [
            f'label "{key}" does not have known values'
            for key in sorted(wanted)
            if key not in self and key not in open_ and not wanted[key].is_negative
        ]
        return unknown + self._clashes(wanted)

    def _clashes(self, wanted: "Requirements") -> list[str]:
        found = []
        for key in sorted(set(self) & set(wanted)):
            ours, theirs = self[key], wanted[key]
            if not ours.meet(theirs).is_possible and not (ours.is_negative and theirs.is_negative):
                found.append(f"key {key}, {theirs} not in {ours}")
        return found

    def __str__(self) -> str:
        return ", ".join(str(self[key]) for key in sorted(self) if key not in INVISIBLE)


def _read(each: Object) -> Requirement:
    return Requirement.read(each["key"], each.get("operator", ""), each.get("values") or ())


def _tightest(one: int | None, other: int | None, choose: object) -> int | None:
    known = [each for each in (one, other) if each is not None]
    return choose(known) if known and callable(choose) else None
