"""What kinds that make pods share: a selector, and a template that the selector has to match."""

from collections.abc import Iterator

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.names import label_value, qualified_name
from labrunner.sandbox.kinds.pod_defaults import default_template
from labrunner.sandbox.kinds.pod_rules import spec_causes
from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.selector import read_labels

_NEEDS_VALUES = ("In", "NotIn")


def default_workload(draft: Object) -> Object:
    """Fill in the template of something that makes pods, and return its spec for the rest."""
    spec = draft.get("spec")
    if not isinstance(spec, dict):
        spec = draft["spec"] = {}
    default_template(spec.setdefault("template", {}))
    return spec


def selected_causes(
    obj: Object, old: Object | None, *, restarts: tuple[str, ...] = ("Always",)
) -> Iterator[Cause]:
    """Yield what is wrong with selector and template.

    Args:
        obj: The object.
        old: What it was; its selector cannot change any more.
        restarts: The restart policies that its pods may have.
    """
    found = at(obj, "spec.selector")
    if not found:
        yield causes.required("spec.selector")
    else:
        yield from selector_causes("spec.selector", found)
        if old is not None and at(old, "spec.selector") != found:
            yield causes.immutable("spec.selector", causes.label_selector(found))
    yield from amount_causes(obj, "spec.replicas", "spec.minReadySeconds", "spec.revisionHistoryLimit")
    yield from template_causes(obj, "spec.template", restarts)


def selector_causes(field: str, found: Object) -> Iterator[Cause]:
    """Yield what is wrong with a label selector."""
    if not found.get("matchLabels") and not found.get("matchExpressions"):
        why = "empty selector is invalid for deployment"
        yield causes.wrong(field, causes.label_selector({}), why)
    for key, value in (found.get("matchLabels") or {}).items():
        if problem := qualified_name(key):
            yield causes.wrong(f"{field}.matchLabels", key, problem)
        if problem := label_value(value):
            yield causes.wrong(f"{field}.matchLabels", value, problem)
    for place, each in enumerate(found.get("matchExpressions") or ()):
        yield from _expression_causes(f"{field}.matchExpressions[{place}]", each)


def _expression_causes(field: str, each: Object) -> Iterator[Cause]:
    operator, values = each.get("operator"), each.get("values")
    if operator in _NEEDS_VALUES and not values:
        yield causes.required(f"{field}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in ("Exists", "DoesNotExist") and values:
        why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        yield causes.forbidden(f"{field}.values", why)
    elif operator not in (*_NEEDS_VALUES, "Exists", "DoesNotExist"):
        yield causes.wrong(f"{field}.operator", operator or "", "not a valid selector operator")
    if problem := qualified_name(each.get("key", "")):
        yield causes.wrong(f"{field}.key", each.get("key", ""), problem)


def template_causes(obj: Object, field: str, restarts: tuple[str, ...]) -> Iterator[Cause]:
    """Yield what is wrong with a pod template: its labels, and the spec of the pods."""
    template = at(obj, field, {})
    labels = at(template, "metadata.labels", {})
    found = at(obj, "spec.selector")
    if found and not list(selector_causes("", found)) and not read_labels(found).matches(labels):
        why = "`selector` does not match template `labels`"
        yield causes.wrong(f"{field}.metadata.labels", causes.labels(labels), why)
    yield from spec_causes(template.get("spec") or {}, f"{field}.spec")
    policy = at(template, "spec.restartPolicy", "")
    if policy not in restarts and policy in ("Always", "OnFailure", "Never"):
        yield causes.unsupported(f"{field}.spec.restartPolicy", policy, restarts)
    if at(template, "spec.activeDeadlineSeconds") is not None and restarts == ("Always",):
        why = "activeDeadlineSeconds in ReplicaSet is not Supported"
        yield causes.forbidden(f"{field}.spec.activeDeadlineSeconds", why)


def amount_causes(obj: Object, *fields: str) -> Iterator[Cause]:
    """Yield which of these numbers are negative."""
    for field in fields:
        value = at(obj, field, 0)
        if isinstance(value, int) and value < 0:
            yield causes.wrong(field, value, "must be greater than or equal to 0")
