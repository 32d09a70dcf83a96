"""Custom resource definitions: kinds that a lab brings itself. Serving them is for `sandbox/custom.py`."""

from collections.abc import Iterator, Sequence
from typing import Any

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.generic import CREATED
from labrunner.sandbox.kinds.kind import NAME, Behaviour
from labrunner.sandbox.objects import Object, at, metadata, name

SCOPES = ("Cluster", "Namespaced")
CLEANUP = "customresourcecleanup.apiextensions.k8s.io"


def _prepare(draft: Object, old: Object | None) -> None:
    if old is None:
        draft["status"] = {"storedVersions": []}
        meta = draft["metadata"]
        meta["finalizers"] = list(dict.fromkeys([*(meta.get("finalizers") or ()), CLEANUP]))


def _default(draft: Object) -> None:
    spec: dict[str, Any] = draft.setdefault("spec", {})
    spec.setdefault("conversion", {"strategy": "None"})
    names = spec.setdefault("names", {})
    if names.get("kind"):
        names.setdefault("singular", names["kind"].lower())
        names.setdefault("listKind", f"{names['kind']}List")
    _establish(draft, spec, names)


def _establish(draft: Object, spec: Object, names: Object) -> None:
    """Accept its names and establish it at once; on a real server two controllers take a moment for that."""
    status = draft.setdefault("status", {})
    since = metadata(draft).get("creationTimestamp")
    accepted = {
        "type": "NamesAccepted",
        "status": "True",
        "reason": "NoConflicts",
        "message": "no conflicts found",
    }
    established = {"type": "Established", "status": "True", "reason": "InitialNamesAccepted"}
    established["message"] = "the initial names have been accepted"
    if since:
        status["conditions"] = [{"lastTransitionTime": since, **each} for each in (accepted, established)]
    status["acceptedNames"] = names
    stored = [each.get("name") for each in spec.get("versions") or () if each.get("storage")]
    status["storedVersions"] = list(dict.fromkeys([*(status.get("storedVersions") or ()), *stored]))


def _causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    spec = obj.get("spec") or {}
    expected = f"{at(spec, 'names.plural', '')}.{spec.get('group', '')}"
    if name(obj) != expected:
        why = 'must be spec.names.plural+"."+spec.group'
        yield causes.wrong("metadata.name", name(obj), why)
    for field in ("group", "names.plural", "names.kind"):
        if not at(spec, field):
            yield causes.required(f"spec.{field}")
    if spec.get("scope") not in SCOPES:
        yield causes.unsupported("spec.scope", spec.get("scope", ""), SCOPES)
    yield from _version_causes(spec.get("versions") or ())
    if old is not None:
        for field in ("group", "names.kind", "names.plural", "scope"):
            if at(old, f"spec.{field}") != at(spec, field):
                yield causes.immutable(f"spec.{field}", at(spec, field, ""))


def _version_causes(versions: Sequence[Object]) -> Iterator[Cause]:
    if sum(1 for each in versions if each.get("storage")) != 1:
        why = "must have exactly one version marked as storage version"
        yield causes.wrong("spec.versions", causes.GoValue(str([each.get("name") for each in versions])), why)
    for place, each in enumerate(versions):
        where = f"spec.versions[{place}].schema.openAPIV3Schema"
        schema = at(each, "schema.openAPIV3Schema")
        if schema is None:
            yield causes.required(where, "schemas are required")
        elif schema.get("type") != "object" and not schema.get("x-kubernetes-preserve-unknown-fields"):
            yield causes.required(f"{where}.type", "must not be empty at the root")


DEFINITION = Behaviour(
    columns=(NAME, CREATED),
    default=_default,
    prepare=_prepare,
    validate=_causes,
    generation=True,
    unconditional_update=False,
    fidelity="real",
)
