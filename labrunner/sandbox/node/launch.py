"""From what a manifest says of a container to the order for the process that it becomes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labrunner.sandbox.node import lookup
from labrunner.sandbox.node.bubblewrap import Bind, Confinement, Mount, Seal
from labrunner.sandbox.node.container import Order
from labrunner.sandbox.node.equipment import Equipment
from labrunner.sandbox.node.expansion import expanded
from labrunner.sandbox.node.image import Image
from labrunner.sandbox.node.inside import Inside
from labrunner.sandbox.node.pulls import RefusedError
from labrunner.sandbox.node.rootfs import Names, make_root, root_mounts
from labrunner.sandbox.node.variables import PATH, Asker, ConfigError, resolve
from labrunner.sandbox.node.volumes.mount import VolumeError, Volumes
from labrunner.sandbox.objects import Object, at

TERMINATION_LOG = "/dev/termination-log"
LONGEST_HOSTNAME = 63
ON_TERMINAL = ("/bin/sh", "-c", 'exec <>/dev/console >&0 2>&0; exec "$@"', "sh")
"""Makes a program the leader of the terminal's session: who leads a session and opens a terminal gets it.
Bubblewrap shows a container's terminal as the console."""
RESOLVER = "search {namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 127.0.0.1\n\
options ndots:5\n"
"""Nothing answers there, so that a name nobody knows fails at once instead of after a timeout."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A container that is about to be made."""

    equipment: Equipment
    pod: Object
    """With its address in the status."""
    node: Object
    container: Mapping[str, Any]
    image: Image
    volumes: Volumes
    devices: Mapping[str, str]
    """Variables that come with its devices."""
    folder: Path
    """Of this run alone."""

    def prepare(self) -> Order:
        """Make the container's folders and say what to start.

        Raises:
            RefusedError: It cannot be made as the manifest says, for now.
            lookup.NoProgramError: There is no such program in it.
        """
        user = self._user()
        variables = self._variables(user)
        base = self._base()
        inside = Inside.of(base)
        mounts = [*base, *self._volumes(variables, inside), *self._last()]
        inside = Inside.of(mounts)
        argv = self._argv(variables)
        lookup.check(argv[0], variables["PATH"], inside)
        directory = self.container.get("workingDir") or self.image.directory
        _make_directory(inside.outside(directory))
        tty = bool(self.container.get("tty"))
        return Order(
            argv=(*ON_TERMINAL, *argv) if tty else argv,
            confinement=Confinement(
                tuple(mounts), self._hostname, user, directory, variables, first=True, session=tty
            ),
            stdin=bool(self.container.get("stdin")),
            stdin_once=bool(self.container.get("stdinOnce")),
            tty=tty,
            notice=self.image.notice,
        )

    @property
    def termination_log(self) -> Path:
        """The file in which the container may say why it ended."""
        return self.folder / "termination-log"

    @property
    def _hostname(self) -> str:
        name: str = self.pod["spec"].get("hostname") or self.pod["metadata"]["name"]
        return name[:LONGEST_HOSTNAME].rstrip("-.")

    def _base(self) -> list[Mount]:
        root = self.folder / "root"
        make_root(root, self.image, self._names())
        mounts = [*root_mounts(root, self.equipment.environment.bundle)]
        return mounts + list(self.equipment.unpacker.unpack(self.image))

    def _volumes(self, variables: Mapping[str, str], inside: Inside) -> list[Bind]:
        try:
            return list(self.volumes.binds(self.container.get("volumeMounts") or (), variables, inside))
        except VolumeError as error:
            raise RefusedError("CreateContainerConfigError", str(error)) from error

    def _last(self) -> Iterator[Mount]:
        self.termination_log.touch()
        yield Bind(self.termination_log, self._said("terminationMessagePath") or TERMINATION_LOG, True)
        if self._security("readOnlyRootFilesystem"):
            yield Seal("/")

    def _names(self) -> Names:
        address = at(self.pod, "status.podIP", "127.0.0.1")
        name = self._hostname
        if domain := self.pod["spec"].get("subdomain"):
            full = f"{name}.{domain}.{self.pod['metadata']['namespace']}.svc.cluster.local"
            name = f"{full}\t{name}"
        lines = ["# Kubernetes-managed hosts file.", f"{address}\tlocalhost", f"{address}\t{name}"]
        for each in self.pod["spec"].get("hostAliases") or ():
            lines.append("\t".join([each["ip"], *(each.get("hostnames") or ())]))
        resolver = RESOLVER.format(namespace=self.pod["metadata"]["namespace"])
        return Names(self._hostname, address, "\n".join(lines) + "\n", resolver)

    def _user(self) -> int:
        asked = self._security("runAsUser")
        user = self.image.user if asked is None else int(asked)
        if self._security("runAsNonRoot") and user == 0:
            meta = self.pod["metadata"]
            pod = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
            raise RefusedError(
                "CreateContainerConfigError",
                f'container has runAsNonRoot and image will run as root (pod: "{pod}", '
                f"container: {self.container['name']})",
            )
        return user

    def _security(self, field: str) -> Any:
        own = (self.container.get("securityContext") or {}).get(field)
        return own if own is not None else (self.pod["spec"].get("securityContext") or {}).get(field)

    def _said(self, field: str) -> str:
        return str(self.container.get(field) or "")

    def _variables(self, user: int) -> dict[str, str]:
        given = {"PATH": PATH, "HOSTNAME": self._hostname, "HOME": "/root" if user == 0 else "/"}
        if self.container.get("tty"):
            given["TERM"] = "xterm"
        given |= self.image.environment
        given |= self.equipment.environment.all_variables()
        given |= self.devices
        asker = Asker(self.pod, self.container, self.node)
        try:
            return given | resolve(asker, given, self.equipment.registry)
        except ConfigError as error:
            raise RefusedError("CreateContainerConfigError", str(error)) from error

    def _argv(self, variables: Mapping[str, str]) -> tuple[str, ...]:
        own = self.container.get("command")
        command = own or self.image.entrypoint
        arguments = self.container.get("args") or (() if own else self.image.command)
        argv = tuple(expanded(word, variables) for word in (*command, *arguments))
        if not argv:
            raise RefusedError(
                "CreateContainerError", "failed to generate container spec: no command specified"
            )
        return argv


def _make_directory(path: Path) -> None:
    """Make a working directory that the image does not have, as container runtimes do."""
    if not path.exists():
        path.mkdir(parents=True)
