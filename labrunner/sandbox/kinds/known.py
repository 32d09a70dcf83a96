"""The kinds that are served right now: the built-in ones, and what custom resource definitions add."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from labrunner.sandbox.errors import no_such_resource
from labrunner.sandbox.kinds.kind import Kind


@dataclass(frozen=True, slots=True)
class Group:
    """An API group as discovery tells it."""

    name: str  # empty for the core group
    versions: tuple[str, ...]  # the preferred one first


class Kinds:
    """Looks kinds up; tells who wants to know when custom ones come and go."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._by_kind: dict[tuple[str, str], Kind] = {}
        self._by_resource: dict[tuple[str, str, str], Kind] = {}
        self._subscribers: list[Callable[[], None]] = []
        self._builtin_groups: dict[str, None] = {}
        for kind in kinds:
            self._enter(kind)
            if kind.plural:
                self._builtin_groups.setdefault(kind.group)

    def by_kind(self, api_version: str, kind: str) -> Kind:
        """Return a kind by what manifests say: `by_kind("apps/v1", "Deployment")`.

        Raises:
            ApiError: 404, when it is not served.
        """
        found = self._by_kind.get((api_version, kind))
        if found is None:
            raise no_such_resource()
        return found

    def by_resource(self, group: str, version: str, resource: str) -> Kind:
        """Return a kind by what addresses say: `by_resource("apps", "v1", "deployments")`.

        Raises:
            ApiError: 404, when it is not served.
        """
        found = self._by_resource.get((group, version, resource))
        if found is None:
            raise no_such_resource()
        return found

    def find(self, group: str, resource: str) -> Kind | None:
        """Return a group's resource in the version that clients prefer, or None."""
        for version in self._versions(group):
            if (group, version, resource) in self._by_resource:
                return self._by_resource[group, version, resource]
        return None

    def all(self) -> tuple[Kind, ...]:
        """Return every kind that has an address, in discovery's order."""
        order = {group.name: place for place, group in enumerate(self.groups())}
        return tuple(sorted(self._by_resource.values(), key=lambda kind: order[kind.group]))

    def groups(self) -> tuple[Group, ...]:
        """Return the groups in discovery's order: the built-in ones, then custom ones by name."""
        names = {kind.group for kind in self._by_resource.values()}
        builtin = [name for name in self._builtin_groups if name in names]
        custom = sorted(names.difference(builtin))
        return tuple(Group(name, self._versions(name)) for name in [*builtin, *custom])

    def in_group(self, group: str, version: str) -> tuple[Kind, ...]:
        """Return what one group serves in one version, by plural name."""
        kinds = [
            each for each in self._by_resource.values() if (each.group, each.version) == (group, version)
        ]
        return tuple(sorted(kinds, key=lambda kind: kind.plural))

    def replace(self, group: str, plural: str, kinds: Iterable[Kind]) -> None:
        """Serve these kinds (a version each) under a resource's name; none ends serving it."""
        for kind in [
            each for each in self._by_resource.values() if (each.group, each.plural) == (group, plural)
        ]:
            del self._by_resource[kind.group, kind.version, kind.plural]
            del self._by_kind[kind.api_version, kind.kind]
        for kind in kinds:
            self._enter(kind)
        for subscriber in tuple(self._subscribers):
            subscriber()

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call back whenever kinds came or went, for caches of discovery and OpenAPI."""
        self._subscribers.append(callback)

    def _enter(self, kind: Kind) -> None:
        self._by_kind[kind.api_version, kind.kind] = kind
        if kind.plural:
            self._by_resource[kind.group, kind.version, kind.plural] = kind

    def _versions(self, group: str) -> tuple[str, ...]:
        found = {each.version: None for each in self._by_resource.values() if each.group == group}
        return tuple(sorted(found, key=priority))


def priority(version: str) -> tuple[int, int, int, str]:
    """Sort key for versions: stable before beta before alpha, newer before older, then by name."""
    found = re.fullmatch(r"v([0-9]+)(?:(alpha|beta)([0-9]+))?", version)
    if found is None:
        return (3, 0, 0, version)
    stage = {None: 0, "beta": 1, "alpha": 2}[found[2]]
    return (stage, -int(found[1]), -int(found[3] or 0), version)
