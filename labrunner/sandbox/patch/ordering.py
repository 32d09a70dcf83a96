"""The order of merged lists: the patch's own items as it has them, the others where they were."""

from collections.abc import Sequence
from typing import Any


def identity(item: Any, key: str) -> Any:
    """Return what names an item: its merge key's value, or the item itself in a list of plain values."""
    return item.get(key) if key and isinstance(item, dict) else item


def in_order(items: Sequence[Any], wanted: Sequence[Any], before: Sequence[Any], key: str) -> list[Any]:
    """Return the items in the order that a strategic patch gives them.

    Args:
        items: The merged list.
        wanted: The order of those that the patch speaks of.
        before: The list as it was; it says where the others belong.
        key: The merge key, empty for lists of plain values.
    """
    ranks = {identity(each, key): place for place, each in enumerate(wanted)}
    places = {identity(each, key): place for place, each in enumerate(before)}
    named = sorted(
        (each for each in items if identity(each, key) in ranks), key=lambda each: ranks[identity(each, key)]
    )
    others = [each for each in items if identity(each, key) not in ranks]
    return _interleaved(others, named, lambda each: places.get(identity(each, key)))


def _interleaved(others: list[Any], named: list[Any], place: Any) -> list[Any]:
    """Put the others in front of the named ones that they stood in front of; each list keeps its order."""
    result: list[Any] = []
    rest = iter(others)
    other = next(rest, None)
    for each in named:
        while other is not None and _stood_before(place(other), place(each)):
            result.append(other)
            other = next(rest, None)
        result.append(each)
    if other is not None:
        result += [other, *rest]
    return result


def _stood_before(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one < other
