"""Roles and their bindings. They decide what service accounts may do; see `labrunner.sandbox.rbac`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.cells import AGE
from labrunner.sandbox.kinds.generic import CREATED
from labrunner.sandbox.kinds.kind import NAME, Behaviour, Column
from labrunner.sandbox.kinds.names import path_segment
from labrunner.sandbox.objects import Object

GROUP = "rbac.authorization.k8s.io"
UNENFORCED = "the sandbox stores RBAC rules for users and groups but enforces them for service accounts only"


def _rules_causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    for place, rule in enumerate(obj.get("rules") or ()):
        where = f"rules[{place}]"
        if not rule.get("verbs"):
            yield causes.required(f"{where}.verbs", "verbs must contain at least one value")
        if rule.get("nonResourceURLs"):
            yield from _address_causes(rule, where, namespaced="namespace" in obj["metadata"])
        else:
            yield from _resource_causes(rule, where)


def _address_causes(rule: Object, where: str, *, namespaced: bool) -> Iterator[Cause]:
    if namespaced:
        why = "namespaced rules cannot apply to non-resource URLs"
        yield causes.wrong(f"{where}.nonResourceURLs", rule["nonResourceURLs"], why)
    if rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
        why = "rules cannot apply to both regular resources and non-resource URLs"
        yield causes.wrong(f"{where}.nonResourceURLs", rule["nonResourceURLs"], why)


def _resource_causes(rule: Object, where: str) -> Iterator[Cause]:
    if not rule.get("apiGroups"):
        yield causes.required(f"{where}.apiGroups", "resource rules must supply at least one api group")
    if not rule.get("resources"):
        yield causes.required(f"{where}.resources", "resource rules must supply at least one resource")


def _binding_defaults(draft: Object) -> None:
    role = draft.get("roleRef")
    if isinstance(role, dict) and not role.get("apiGroup"):
        role["apiGroup"] = GROUP
    for subject in draft.get("subjects") or ():
        if subject.get("kind") in ("User", "Group"):
            subject.setdefault("apiGroup", GROUP)
        elif subject.get("kind") == "ServiceAccount" and not subject.get("apiGroup"):
            # The real server writes nothing for the core group.
            subject.pop("apiGroup", None)


def _binding_causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    role: dict[str, Any] = obj.get("roleRef") or {}
    kinds = ("Role", "ClusterRole") if "namespace" in obj["metadata"] else ("ClusterRole",)
    if role.get("apiGroup") != GROUP:
        yield causes.unsupported("roleRef.apiGroup", role.get("apiGroup", ""), [GROUP])
    if role.get("kind") not in kinds:
        yield causes.unsupported("roleRef.kind", role.get("kind", ""), kinds)
    if not role.get("name"):
        yield causes.required("roleRef.name")
    for place, subject in enumerate(obj.get("subjects") or ()):
        yield from _subject_causes(subject, f"subjects[{place}]")
    if old is not None and old.get("roleRef") != role:
        shown = ", ".join(f'{key}:"{role.get(field, "")}"' for key, field in _ROLE_FIELDS)
        yield causes.wrong("roleRef", causes.GoValue(f"rbac.RoleRef{{{shown}}}"), "cannot change roleRef")


_ROLE_FIELDS = (("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name"))
_SUBJECTS = ("ServiceAccount", "User", "Group")


def _subject_causes(subject: Object, where: str) -> Iterator[Cause]:
    if not subject.get("name"):
        yield causes.required(f"{where}.name")
    if subject.get("kind") not in _SUBJECTS:
        yield causes.unsupported(f"{where}.kind", subject.get("kind", ""), _SUBJECTS)
    elif subject["kind"] == "ServiceAccount" and not subject.get("namespace"):
        yield causes.required(f"{where}.namespace")


def _unenforced(obj: Object) -> str:
    """Say so when somebody is bound whom nothing here holds to the rules."""
    for subject in obj.get("subjects") or ():
        if subject.get("kind") != "ServiceAccount" and not str(subject.get("name", "")).startswith("system:"):
            return UNENFORCED
    return ""


def _role(obj: Object, now: datetime) -> str:
    role = obj.get("roleRef") or {}
    return f"{role.get('kind', '')}/{role.get('name', '')}"


def _subjects(kind: str) -> Column:
    def cell(obj: Object, now: datetime) -> str:
        return ", ".join(_named(each) for each in obj.get("subjects") or () if each.get("kind") == kind)

    return Column(f"{kind}s", cell, priority=1)


def _named(subject: Object) -> str:
    within = subject.get("namespace")
    return f"{within}/{subject['name']}" if within else str(subject["name"])


ROLE = Behaviour(columns=(NAME, CREATED), validate=_rules_causes, name_rule=path_segment, fidelity="real")

BINDING = Behaviour(
    columns=(
        NAME,
        Column("Role", _role),
        AGE,
        _subjects("User"),
        _subjects("Group"),
        _subjects("ServiceAccount"),
    ),
    default=_binding_defaults,
    validate=_binding_causes,
    name_rule=path_segment,
    fidelity="real",
    relies_on=_unenforced,
)
