"""A pod's volumes: made before its containers, kept up to date while they run."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labrunner.sandbox.node.bubblewrap import Bind
from labrunner.sandbox.node.expansion import expanded
from labrunner.sandbox.node.inside import Inside
from labrunner.sandbox.node.volumes import atomic, projected
from labrunner.sandbox.node.volumes.content import Context, MountError
from labrunner.sandbox.node.volumes.kinds import FOLDERS, WRITTEN

NOT_HERE = "the sandbox has no {} volumes; it has emptyDir, hostPath, persistentVolumeClaim and the ones \
made of config maps, secrets and the pod itself"


class VolumeError(Exception):
    """A volume cannot be made; the text is that of the kubelet's FailedMount event."""


class Volumes:
    """The volumes of one pod, by name."""

    def __init__(self) -> None:
        self._places: dict[str, Path] = {}
        self._written: set[str] = set()

    def mount(self, context: Context) -> None:
        """Make every volume of the pod.

        Raises:
            VolumeError: One of them cannot be made. It may be possible later.
        """
        for volume in context.pod["spec"].get("volumes") or ():
            self._mount(volume, context)

    def refresh(self, context: Context) -> None:
        """Write what is made of the cluster's objects again; what is missing by now stays as it was."""
        for volume in context.pod["spec"].get("volumes") or ():
            if volume["name"] in self._written:
                try:
                    self._mount(volume, context)
                except VolumeError:
                    continue

    def binds(
        self, mounts: Sequence[Mapping[str, Any]], variables: Mapping[str, str], inside: Inside
    ) -> Iterator[Bind]:
        """What a container's `volumeMounts` come to; shorter paths first, for they may hold the others.

        Raises:
            VolumeError: There is no such path in the volume.
        """
        for mount in sorted(mounts, key=lambda each: len(each["mountPath"].split("/"))):
            source = self._places[mount["name"]]
            if part := mount.get("subPath") or expanded(mount.get("subPathExpr", ""), variables):
                source = self._part(source, mount["name"], part)
            writable = not mount.get("readOnly") and mount["name"] not in self._written
            yield Bind(source, inside.resolved(mount["mountPath"]), writable)

    def _mount(self, volume: Mapping[str, Any], context: Context) -> None:
        name = volume["name"]
        kind = next((key for key in volume if key != "name"), "emptyDir")
        try:
            if kind in WRITTEN:
                self._places[name] = context.folder / name
                contents = WRITTEN[kind](volume[kind] or {}, context)
                atomic.write(context.folder / name, contents, context.registry.clock.now())
                self._written.add(name)
            elif kind in FOLDERS:
                self._places[name] = FOLDERS[kind](volume.get(kind) or {}, context, name)
            else:
                raise MountError(NOT_HERE.format(kind))
        except (MountError, OSError) as error:
            raise VolumeError(f'MountVolume.SetUp failed for volume "{name}" : {error}') from error

    def _part(self, source: Path, name: str, part: str) -> Path:
        path = Inside.of([Bind(source, "/")]).outside(part)
        if not path.exists():
            if name in self._written:
                raise VolumeError(f'failed to prepare subPath for volumeMount "{name}": {part} is not there')
            path.mkdir(parents=True)
        return path


def renewal(pod: Mapping[str, Any]) -> float | None:
    """Seconds after which some token in the pod's volumes has to be replaced; `None` if there are none."""
    lives = [
        life
        for volume in pod["spec"].get("volumes") or ()
        if (life := projected.renewal(volume.get("projected") or {})) is not None
    ]
    return min(lives, default=None)
