"""Where a pod wants to be: by node labels, and near or far from other pods. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from labrunner.sandbox.objects import Object, at, labels, name, namespace
from labrunner.sandbox.selector import match_labels, read_expressions, read_labels

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A pod on a node, as pod affinity sees it."""

    pod: Object
    node_labels: Mapping[str, str]


NamespaceLabels = Callable[[str], Mapping[str, str]]
"""The labels of a namespace by its name."""


def node_matches(pod_spec: Object, node: Object) -> bool:
    """Whether a node meets the pod's node selector and what its node affinity requires."""
    selector = pod_spec.get("nodeSelector")
    if selector and not match_labels(selector).matches(labels(node)):
        return False
    terms = at(pod_spec, f"affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms")
    return terms is None or any(term_matches(term, node) for term in terms)


def term_matches(term: Object, node: Object) -> bool:
    """Whether a node meets one node selector term; an empty one is met by none."""
    expressions = read_expressions(term.get("matchExpressions") or ())
    fields = read_expressions(term.get("matchFields") or ())
    if not expressions and not fields:
        return False
    known = {"metadata.name": name(node)}
    return all(each.matches(labels(node)) for each in expressions) and all(
        each.matches(known) for each in fields
    )


def node_preference(pod_spec: Object, node: Object) -> int:
    """The sum of the weights of the preferred terms that a node meets."""
    terms = at(pod_spec, f"affinity.nodeAffinity.{PREFERRED}", ())
    return sum(each.get("weight", 0) for each in terms if term_matches(each.get("preference") or {}, node))


def attracted(
    pod: Object, node_labels: Mapping[str, str], others: Sequence[Neighbour], spaces: NamespaceLabels
) -> bool:
    """Whether a node meets all that the pod's affinity to other pods requires.

    The first pod of a group that wants to be together finds nobody: it may go where the topology key is.
    """
    terms = at(pod, f"spec.affinity.podAffinity.{REQUIRED}", [])
    if not all(term.get("topologyKey") in node_labels for term in terms):
        return False
    wanting = [term for term in terms if not _met(term, pod, node_labels, others, spaces)]
    if not wanting:
        return True
    nobody = not any(selects(term, pod, other.pod, spaces) for term in terms for other in others)
    return nobody and all(selects(term, pod, pod, spaces) for term in terms)


def repelled(
    pod: Object, node_labels: Mapping[str, str], others: Sequence[Neighbour], spaces: NamespaceLabels
) -> bool:
    """Whether the pod's own anti-affinity forbids a node."""
    terms = at(pod, f"spec.affinity.podAntiAffinity.{REQUIRED}", [])
    return any(_met(term, pod, node_labels, others, spaces) for term in terms)


def unwelcome(
    pod: Object, node_labels: Mapping[str, str], others: Iterable[Neighbour], spaces: NamespaceLabels
) -> bool:
    """Whether the anti-affinity of a pod that is there already forbids a node."""
    for other in others:
        for term in at(other.pod, f"spec.affinity.podAntiAffinity.{REQUIRED}", []):
            if _together(term, node_labels, other) and selects(term, other.pod, pod, spaces):
                return True
    return False


def pod_preference(
    pod: Object, node_labels: Mapping[str, str], others: Sequence[Neighbour], spaces: NamespaceLabels
) -> int:
    """The weights of the preferred affinity terms that a node meets, less those of the anti-affinity ones."""
    total = 0
    for side, sign in (("podAffinity", 1), ("podAntiAffinity", -1)):
        for each in at(pod, f"spec.affinity.{side}.{PREFERRED}", []):
            if _met(each.get("podAffinityTerm") or {}, pod, node_labels, others, spaces):
                total += sign * int(each.get("weight", 0))
    return total


def selects(term: Object, owner: Object, other: Object, spaces: NamespaceLabels) -> bool:
    """Whether a pod affinity term that stands on `owner` means `other`."""
    named = term.get("namespaces") or []
    chosen = term.get("namespaceSelector")
    here = namespace(other)
    if chosen is not None:
        inside = here in named or read_labels(chosen).matches(spaces(here))
    else:
        inside = here in (named or [namespace(owner)])
    return inside and read_labels(term.get("labelSelector")).matches(labels(other))


def _met(
    term: Object,
    pod: Object,
    node_labels: Mapping[str, str],
    others: Iterable[Neighbour],
    spaces: NamespaceLabels,
) -> bool:
    return any(_together(term, node_labels, each) and selects(term, pod, each.pod, spaces) for each in others)


def _together(term: Object, node_labels: Mapping[str, str], other: Neighbour) -> bool:
    key = term.get("topologyKey", "")
    return key in node_labels and node_labels[key] == other.node_labels.get(key)
