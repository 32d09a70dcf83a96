"""What makes a pod's volumes invalid."""

from collections.abc import Iterator, Sequence

from labrunner.sandbox import causes
from labrunner.sandbox.errors import Cause
from labrunner.sandbox.kinds.names import label
from labrunner.sandbox.objects import Object

# The field that a sort of volume cannot do without.
NEEDED = {
    "hostPath": "path",
    "secret": "secretName",
    "configMap": "name",
    "persistentVolumeClaim": "claimName",
    "nfs": "server",
    "csi": "driver",
}
HOST_PATHS = (
    "", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice",
)  # fmt: skip


def volume_causes(volumes: Sequence[Object], field: str) -> Iterator[Cause]:
    """Yield what is wrong with a pod's volumes."""
    seen: set[str] = set()
    for place, volume in enumerate(volumes):
        where = f"{field}[{place}]"
        name = volume.get("name") or ""
        if not name:
            yield causes.required(f"{where}.name")
        elif problem := label(name):
            yield causes.wrong(f"{where}.name", name, problem)
        if name in seen:
            yield causes.duplicate(f"{where}.name", name)
        seen.add(name)
        yield from _source_causes(volume, where)


def _source_causes(volume: Object, field: str) -> Iterator[Cause]:
    sources = [key for key, value in volume.items() if key != "name" and value is not None]
    for extra in sources[1:]:
        yield causes.forbidden(f"{field}.{extra}", "may not specify more than 1 volume type")
    for source in sources[:1]:
        needed = NEEDED.get(source)
        if needed and not (volume[source] or {}).get(needed):
            yield causes.required(f"{field}.{source}.{needed}")
    host = volume.get("hostPath") or {}
    if ".." in (host.get("path") or "").split("/"):
        yield causes.wrong(f"{field}.hostPath.path", host["path"], "must not contain '..'")
    if host.get("type", "") not in HOST_PATHS:
        yield causes.unsupported(f"{field}.hostPath.type", host["type"], sorted(HOST_PATHS))
