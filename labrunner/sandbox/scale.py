"""The `scale` subresource: the number of replicas, seen and set apart from everything else."""

from labrunner.sandbox import causes, writing
from labrunner.sandbox import patch as patching
from labrunner.sandbox.errors import invalid, no_such_resource
from labrunner.sandbox.kinds import Kind, ScalePaths
from labrunner.sandbox.metadata_rules import check_address
from labrunner.sandbox.objects import Object, at, changed, metadata
from labrunner.sandbox.patch import Patch
from labrunner.sandbox.reading import Reading
from labrunner.sandbox.selector import read_labels
from labrunner.sandbox.write import Write
from labrunner.sandbox.writing import Place

SCALE = Kind("autoscaling", "v1", "Scale", "")


def get(reading: Reading, kind: Kind, place: Place) -> Object:
    """Return an object's `Scale`; see `Registry.scale`."""
    within, called = place
    paths = _paths(kind)
    return _scale_of(reading.get(kind, called, within), paths)


def update(reading: Reading, kind: Kind, scale: Object, place: Place, write: Write) -> Object:
    """Set the replicas that a `Scale` wants, and return the new one."""
    meta = metadata(scale)
    within, called = place[0] or meta.get("namespace", ""), place[1] or meta.get("name", "")
    paths = _paths(kind)
    check_address(SCALE, scale := {**scale, "metadata": dict(meta)}, within, called)
    target = reading.get(kind, called, within)
    replicas = at(scale, "spec.replicas", 0)
    if not isinstance(replicas, int) or replicas < 0:
        why = "must be greater than or equal to 0"
        raise invalid(SCALE, called, [causes.wrong("spec.replicas", replicas, why)])
    wanted = changed(target, paths.replicas, replicas)
    if version := meta.get("resourceVersion"):
        wanted["metadata"] = {**wanted["metadata"], "resourceVersion": version}
    return _scale_of(writing.update(reading, kind, wanted, "", (within, called), write), paths)


def patch(reading: Reading, kind: Kind, place: Place, wanted: Patch, write: Write) -> Object:
    """Change an object's `Scale` as a patch says, and return the new one."""
    draft = patching.apply(SCALE, get(reading, kind, place), wanted, reading.clock.now())
    return update(reading, kind, draft, place, write)


def _paths(kind: Kind) -> ScalePaths:
    found = kind.subresource("scale")
    if found is None:
        raise no_such_resource()
    return found.scale or ScalePaths()


def _scale_of(target: Object, paths: ScalePaths) -> Object:
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    status = {"replicas": at(target, paths.current, 0)}
    selector = at(target, paths.selector)
    if selector is not None:
        status["selector"] = selector if isinstance(selector, str) else str(read_labels(selector))
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: metadata(target)[key] for key in kept if key in metadata(target)},
        "spec": {"replicas": at(target, paths.replicas, 0)},
        "status": status,
    }
