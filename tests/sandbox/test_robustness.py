"""Whatever comes in, well-typed or not, is stored or refused, and nothing stored ever changes."""

import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from labrunner.sandbox.errors import ApiError
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.kinds.builtin import builtin_kinds
from labrunner.sandbox.objects import Object, copied, name, namespace
from labrunner.sandbox.patch import Patch
from labrunner.sandbox.registry import ADMIN, DeleteOptions, Registry
from labrunner.sandbox.schemas.library import shape_of
from labrunner.sandbox.schemas.shape import Shape
from labrunner.sandbox.store import Change
from tests.sandbox.cluster_of_objects import LAB, registry_with_namespace

KINDS = [kind for kind in builtin_kinds() if "create" in kind.verbs and kind.is_stored]
WORDS = some.sampled_from(
    ["", "a", "b", "web", "A b", "x/y", "/", "..", "True", "Always", "ClusterIP", "RollingUpdate"]
)
SCALARS: dict[str, some.SearchStrategy[Any]] = {
    "string": WORDS,
    "bytes": some.sampled_from(["", "YQ=="]),
    "integer": some.integers(-1, 3) | some.just(70_000),
    "number": some.integers(-1, 3),
    "boolean": some.booleans(),
    "quantity": some.sampled_from(["0", "1", "-1", "500m", 2, "1Gi"]),
    "int or string": some.integers(-1, 3) | WORDS,
    "time": some.sampled_from(["2025-01-01T00:00:00Z", "2025-01-01T00:00:00.5Z"]),
    "any": some.none() | WORDS | some.dictionaries(WORDS, WORDS, max_size=1),
}


@some.composite
def values(draw: some.DrawFn, shape: Shape, depth: int = 0) -> Any:
    """A well-typed value, or null."""
    if draw(some.integers(0, 9)) == 9:
        return None
    if shape.type == "struct":
        wanted = sorted(shape.fields)
        chosen = draw(some.lists(some.sampled_from(wanted), unique=True, max_size=5)) if wanted else []
        always = [field for field in ("metadata", "spec", "containers", "template") if field in wanted]
        fields = [*always, *chosen] if depth < 7 else []
        return {field: draw(values(shape.fields[field], depth + 1)) for field in dict.fromkeys(fields)}
    if shape.type == "list":
        return [draw(values(shape.items, depth + 1)) for _ in range(draw(some.integers(0, 2)))]
    if shape.type == "map":
        return {key: draw(values(shape.items, depth + 1)) for key in draw(some.lists(WORDS, max_size=2))}
    return draw(SCALARS[shape.type])


class Unchanged:
    """Remembers everything that was ever stored as it was then."""

    def __init__(self, registry: Registry) -> None:
        self._seen: list[tuple[Object, Object]] = []
        registry.store.subscribe(self._remember)

    def _remember(self, change: Change) -> None:
        self._seen.append((change.object, copied(change.object)))

    def check(self) -> None:
        """Nothing of it has changed."""
        for stored, then in self._seen:
            assert stored == then


def attempt(function: Any, *arguments: Any, **options: Any) -> Any:
    """Call something that may refuse, but not fail."""
    with contextlib.suppress(ApiError):
        return function(*arguments, **options)
    return None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.api_version}-{kind.kind}")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=some.data())
def test_every_kind_survives_whatever_fits_its_schema(kind: Kind, data: some.DataObject) -> None:
    registry = registry_with_namespace()
    unchanged = Unchanged(registry)
    obj = data.draw(values(shape_of(kind))) or {}
    obj |= {"apiVersion": kind.api_version, "kind": kind.kind}
    obj["metadata"] = {
        **(obj.get("metadata") or {}),
        "name": "one",
        "namespace": LAB if kind.namespaced else None,
    }
    made = attempt(registry.create, kind, obj, user=ADMIN, manager="me", validation="Ignore")
    other = data.draw(values(shape_of(kind))) or {}
    attempt(registry.patch, kind, "one", LAB, Patch("apply", obj, "other"))
    attempt(registry.patch, kind, "one", LAB, Patch("strategic", other), manager="me", validation="Ignore")
    if made is None:
        return
    now = registry.clock.now()
    for column in kind.columns:
        column.cell(made, now)
    attempt(registry.patch, kind, "one", namespace(made), Patch("merge", other), subresource="status")
    attempt(registry.update, kind, {**made, **other}, validation="Ignore")
    attempt(registry.delete, kind, name(made), namespace(made), options=DeleteOptions(grace_seconds=1))
    unchanged.check()


JSON = some.recursive(
    some.none() | some.booleans() | some.integers(-2, 3) | WORDS,
    lambda inner: (
        some.lists(inner, max_size=2)
        | some.dictionaries(
            some.sampled_from(["metadata", "spec", "status", "labels", "name", "data"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@given(
    some.sampled_from(KINDS), some.dictionaries(some.sampled_from(["metadata", "spec", "data", "kind"]), JSON)
)
def test_ill_typed_bodies_are_refused(kind: Kind, obj: Object) -> None:
    registry = registry_with_namespace()
    attempt(registry.create, kind, obj, namespace=LAB if kind.namespaced else "")
    attempt(registry.patch, kind, "default", LAB, Patch("strategic", obj))
    attempt(registry.patch, kind, "default", LAB, Patch("apply", obj, "me"))
    attempt(
        registry.patch,
        kind,
        "default",
        LAB,
        Patch("json", [{"op": "add", "path": "/metadata", "value": obj}]),
    )
