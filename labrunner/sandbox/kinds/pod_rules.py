"""What makes a pod invalid; pod templates in controllers are held to the same.

Volumes and containers have files of their own.
"""

from collections.abc import Iterator
from typing import Any

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.container_rules import container_causes
from labrunner.sandbox.kinds.names import label_value, qualified_name, subdomain
from labrunner.sandbox.kinds.volume_rules import volume_causes
from labrunner.sandbox.objects import Object, at

RESTART_POLICIES = ("Always", "OnFailure", "Never")
DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
OPERATORS = ("Equal", "Exists")

# What may change in a pod once it is there, as the message for anything else lists it.
FIXED = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
# Additions by the server itself, and what the list above allows.
_MAY_CHANGE = ("activeDeadlineSeconds", "tolerations", "schedulingGates", "priority", "preemptionPolicy")


def pod_causes(obj: Object, old: Object | None) -> Iterator[Cause]:
    """Yield what is wrong with a pod."""
    yield from spec_causes(obj.get("spec") or {}, "spec")
    if old is not None:
        yield from _change_causes(obj.get("spec") or {}, old.get("spec") or {})


def spec_causes(spec: Object, field: str) -> Iterator[Cause]:
    """Yield what is wrong with a pod's spec.

    Args:
        spec: With defaults filled in.
        field: Where it is: `spec`, or `spec.template.spec` in a template.
    """
    volumes: list[Object] = spec.get("volumes") or []
    yield from volume_causes(volumes, f"{field}.volumes")
    if not spec.get("containers"):
        yield causes.required(f"{field}.containers")
    known = {each.get("name") for each in volumes}
    seen: set[str] = set()
    for kind in ("initContainers", "containers"):
        for place, container in enumerate(spec.get(kind) or ()):
            yield from container_causes(
                container, f"{field}.{kind}[{place}]", known, seen, init=kind[0] == "i"
            )
    yield from _choice_causes(spec, field)
    yield from _number_causes(spec, field)
    yield from _name_causes(spec, field)
    yield from _toleration_causes(spec, field)
    yield from _affinity_causes(spec, field)


def _choice_causes(spec: Object, field: str) -> Iterator[Cause]:
    for key, choices in (("restartPolicy", RESTART_POLICIES), ("dnsPolicy", DNS_POLICIES)):
        if spec.get(key) not in choices:
            yield causes.unsupported(f"{field}.{key}", spec.get(key, ""), choices)


def _number_causes(spec: Object, field: str) -> Iterator[Cause]:
    grace = spec.get("terminationGracePeriodSeconds")
    if isinstance(grace, int) and grace < 0:
        why = "must be greater than or equal to 0"
        yield causes.wrong(f"{field}.terminationGracePeriodSeconds", grace, why)
    deadline = spec.get("activeDeadlineSeconds")
    if isinstance(deadline, int) and not 1 <= deadline <= 2**31 - 1:
        why = "must be between 1 and 2147483647, inclusive"
        yield causes.wrong(f"{field}.activeDeadlineSeconds", deadline, why)


def _name_causes(spec: Object, field: str) -> Iterator[Cause]:
    for key in ("serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"):
        if spec.get(key) and (problem := subdomain(spec[key])):
            yield causes.wrong(f"{field}.{key}", spec[key], problem)
    for key, value in (spec.get("nodeSelector") or {}).items():
        if problem := qualified_name(key):
            yield causes.wrong(f"{field}.nodeSelector", key, problem)
        if problem := label_value(value):
            yield causes.wrong(f"{field}.nodeSelector", value, problem)


def _toleration_causes(spec: Object, field: str) -> Iterator[Cause]:
    for place, each in enumerate(spec.get("tolerations") or ()):
        where = f"{field}.tolerations[{place}]"
        operator, effect = each.get("operator") or "Equal", each.get("effect") or ""
        if operator not in OPERATORS:
            yield causes.unsupported(f"{where}.operator", operator, OPERATORS)
        elif operator == "Exists" and each.get("value"):
            why = "value must be empty when `operator` is 'Exists'"
            yield causes.wrong(f"{where}.operator", causes.GoValue(str(causes.shown(operator))), why)
        elif operator == "Equal" and not each.get("key"):
            why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
            yield causes.wrong(f"{where}.operator", operator, why)
        if effect and effect not in EFFECTS:
            yield causes.unsupported(f"{where}.effect", effect, EFFECTS)
        if each.get("tolerationSeconds") is not None and effect != "NoExecute":
            why = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            yield causes.wrong(f"{where}.effect", effect, why)


def _affinity_causes(spec: Object, field: str) -> Iterator[Cause]:
    where = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
    required = at(spec, where)
    if required is None:
        return
    if not required.get("nodeSelectorTerms"):
        why = "must have at least one node selector term"
        yield causes.required(f"{field}.{where}.nodeSelectorTerms", why)
    for place, term in enumerate(required.get("nodeSelectorTerms") or ()):
        for number, each in enumerate(term.get("matchExpressions") or ()):
            at_field = f"{field}.{where}.nodeSelectorTerms[{place}].matchExpressions[{number}]"
            yield from _node_expression_causes(at_field, each)


def _node_expression_causes(field: str, each: Object) -> Iterator[Cause]:
    operator, values = each.get("operator"), each.get("values")
    if operator in ("In", "NotIn") and not values:
        yield causes.required(f"{field}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in ("Exists", "DoesNotExist") and values:
        why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        yield causes.forbidden(f"{field}.values", why)
    elif operator in ("Gt", "Lt") and len(values or ()) != 1:
        yield causes.required(
            f"{field}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'"
        )
    elif operator not in ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"):
        yield causes.wrong(f"{field}.operator", operator or "", "not a valid selector operator")


def _change_causes(spec: Object, old: Object) -> Iterator[Cause]:
    for kind in ("containers", "initContainers"):
        if len(spec.get(kind) or ()) != len(old.get(kind) or ()):
            yield causes.forbidden(f"spec.{kind}", "pod updates may not add or remove containers")
            return
    if _fixed(spec) != _fixed(old):
        yield causes.forbidden("spec", f"{FIXED}\n{_difference(_fixed(old), _fixed(spec))}")
        return
    before, after = old.get("tolerations") or [], spec.get("tolerations") or []
    if any(each not in after for each in before):
        why = "existing toleration can not be modified except its tolerationSeconds"
        yield causes.forbidden("spec.tolerations", why)


def _fixed(spec: Object) -> Object:
    """Return the part of a pod's spec that cannot change."""
    fixed: dict[str, Any] = {key: value for key, value in spec.items() if key not in _MAY_CHANGE}
    for kind in ("containers", "initContainers"):
        containers = spec.get(kind) or ()
        fixed[kind] = [{key: value for key, value in each.items() if key != "image"} for each in containers]
    return fixed


def _difference(before: Object, after: Object) -> str:
    """Write which fields differ, a removed and an added line each."""
    lines = []
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            lines += [f"- {key}: {causes.shown(before.get(key))}", f"+ {key}: {causes.shown(after.get(key))}"]
    return "\n".join(lines)
