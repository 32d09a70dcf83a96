"""What is asked of pods at addresses of their own: to be put onto a node, to be evicted from one."""

from labrunner.sandbox import deletion
from labrunner.sandbox.errors import ApiError, Cause, conflict, too_many_requests
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import (
    Object,
    at,
    changed,
    is_deleting,
    labels,
    name,
    uid,
    version,
    with_condition,
)
from labrunner.sandbox.reading import Reading
from labrunner.sandbox.selector import read_labels
from labrunner.sandbox.write import DeleteOptions
from labrunner.sandbox.writing import Place

BUDGET = "Cannot evict pod as it would violate the pod's disruption budget."


def bind(reading: Reading, place: Place, node: str, wanted: str) -> Object:
    """Put a pod onto a node; see `Registry.bind`."""
    pods = reading.kinds.by_kind("v1", "Pod")
    within, called = place
    pod = reading.get(pods, called, within)
    if wanted and wanted != uid(pod):
        why = f"Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid(pod)}"
        raise conflict(pods, called, why)
    if is_deleting(pod):
        raise _refused(called, f"pod {called} is being deleted, cannot be assigned to a host")
    if at(pod, "spec.nodeName"):
        raise _refused(called, f'pod {called} is already assigned to node "{at(pod, "spec.nodeName")}"')
    bound = changed(pod, "spec.nodeName", node)
    bound = with_condition(bound, {"type": "PodScheduled", "status": "True"}, reading.clock.now())
    return reading.store.put(reading.key(pods, called, within), bound, expect=version(pod))


def _refused(called: str, why: str) -> ApiError:
    message = f'Operation cannot be fulfilled on pods/binding "{called}": {why}'
    return ApiError(409, "Conflict", message, {"name": called, "kind": "pods/binding"})


def evict(reading: Reading, place: Place, options: DeleteOptions) -> Object:
    """Delete a pod if its disruption budget lets it go; see `Registry.evict`."""
    within, called = place
    pods = reading.kinds.by_kind("v1", "Pod")
    pod = reading.get(pods, called, within)
    budgets = reading.kinds.by_kind("policy/v1", "PodDisruptionBudget")
    if at(pod, "status.phase") == "Running":
        for budget in reading.list(budgets, within):
            _ask(reading, pods, pod, budget)
    return deletion.delete(reading, pods, pod, options)


def _ask(reading: Reading, pods: Kind, pod: Object, budget: Object) -> None:
    """Raise if a budget covers the pod and has nothing to spare."""
    selector = read_labels(at(budget, "spec.selector"))
    if not selector.matches(labels(pod)):
        return
    within = pod["metadata"]["namespace"]
    covered = [each for each in reading.list(pods, within) if selector.matches(labels(each))]
    healthy = sum(1 for each in covered if _is_ready(each))
    needed = _needed(at(budget, "spec", {}), len(covered))
    if healthy - 1 < needed:
        told = f"The disruption budget {name(budget)} needs {needed} healthy pods and has {healthy} currently"
        raise too_many_requests(BUDGET, seconds=0, causes=[Cause("DisruptionBudget", "", told)])


def _is_ready(pod: Object) -> bool:
    conditions = at(pod, "status.conditions", ())
    return any(each.get("type") == "Ready" and each.get("status") == "True" for each in conditions)


def _needed(spec: Object, expected: int) -> int:
    """Return how many pods a budget wants healthy; percentages are rounded up."""
    if "maxUnavailable" in spec:
        return expected - share(spec["maxUnavailable"], expected)
    return share(spec.get("minAvailable", 0), expected)


def share(value: int | str, whole: int) -> int:
    """Return a number or a percentage of `whole`, rounded up."""
    if isinstance(value, int):
        return value
    return -(-int(value.rstrip("%")) * whole // 100)
