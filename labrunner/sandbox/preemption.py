"""Which pods of lower priority would have to go so that a pod finds a place. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labrunner.sandbox.objects import Object, at, metadata, name, uid
from labrunner.sandbox.schedule import Candidate, Cluster, Refused, candidate, cluster, reasons

NEVER = "not eligible due to preemptionPolicy=Never."


@dataclass(frozen=True, slots=True)
class Room:
    """A node on which room can be made."""

    node: str
    victims: tuple[Object, ...]


def priority(pod: Object) -> int:
    """A pod's priority; the API server resolves it from the class."""
    return int(at(pod, "spec.priority", 0))


def make_room(pod: Object, known: Cluster, refused: Refused) -> Room | None:
    """Find the node where it costs least, in the real scheduler's order: the least important victims first.

    None when no node would do even without the pods of lower priority on it, or the pod will not have others
    removed.
    """
    if at(pod, "spec.preemptionPolicy") == "Never":
        return None
    return min(_rooms(pod, known, refused), key=_cost, default=None)


def _rooms(pod: Object, known: Cluster, refused: Refused) -> Iterator[Room]:
    for each in known.candidates:
        if each.name in refused.curable and (victims := _victims(pod, each, known)):
            yield Room(each.name, tuple(victims))


def _victims(pod: Object, on: Candidate, known: Cluster) -> list[Object]:
    """The fewest important pods to remove; empty when removing does not help."""
    lower = [other for other in on.pods if priority(other) < priority(pod)]
    spared = [other for other in on.pods if priority(other) >= priority(pod)]
    if not lower or _objects(pod, on, spared, known):
        return []
    victims = []
    for other in sorted(lower, key=_importance):
        if _objects(pod, on, [*spared, other], known):
            victims.append(other)
        else:
            spared.append(other)
    return victims


def _objects(pod: Object, on: Candidate, pods: Sequence[Object], known: Cluster) -> bool:
    """Whether the node would still not do with these pods on it."""
    emptied = candidate(on.node, pods)
    others = [emptied if each is on else each for each in known.candidates]
    return bool(reasons(pod, emptied, cluster(others, known.namespaces)))


def _importance(pod: Object) -> tuple[int, str, str]:
    return -priority(pod), at(pod, "status.startTime", metadata(pod).get("creationTimestamp", "")), uid(pod)


def _cost(room: Room) -> tuple[int, int, int, str]:
    found = [priority(pod) for pod in room.victims]
    return max(found), sum(found), len(found), room.node


def sentence(pod: Object, node: str) -> str:
    """What a victim's event says."""
    return f"Preempted by pod {uid(pod) or name(pod)} on node {node}"
