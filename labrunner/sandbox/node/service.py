"""What the API server asks of running pods: exec, attach, logs and ports; see `PodService`.

Refusals are in the words of the real API server, kubelet and container runtime, whichever says no first.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Sequence

from labrunner.sandbox.errors import ApiError, bad_request, internal, not_found
from labrunner.sandbox.node.answers import EnterError
from labrunner.sandbox.node.doorman import Command
from labrunner.sandbox.node.equipment import Equipment
from labrunner.sandbox.node.keeper import Keeper
from labrunner.sandbox.node.logs import Query
from labrunner.sandbox.node.probes import connect
from labrunner.sandbox.node.process import Process
from labrunner.sandbox.node.states import Stage
from labrunner.sandbox.node.worker import Worker
from labrunner.sandbox.objects import Object, at
from labrunner.sandbox.store import Key


class Service:
    """Answers for all pods on all nodes."""

    def __init__(self, equipment: Equipment) -> None:
        self.workers: dict[str, Worker] = {}
        """By the pod's uid."""
        self._with = equipment

    async def exec(
        self,
        namespace: str,
        pod: str,
        container: str | None,
        argv: Sequence[str],
        *,
        stdin: bool,
        tty: bool,
    ) -> Process:
        """See `PodService`."""
        keeper = self._running(namespace, pod, container)
        subject = keeper.subject()
        variables = dict(subject.environment)
        if tty:
            variables.setdefault("TERM", "xterm")
        command = Command(tuple(argv), variables, subject.directory, stdin=stdin, tty=tty)
        try:
            return await subject.doorman.run(subject.handle, command)
        except EnterError as error:
            raise internal(_cannot_exec(error, command)) from error

    async def attach(
        self, namespace: str, pod: str, container: str | None, *, stdin: bool, tty: bool
    ) -> Process:
        """See `PodService`."""
        keeper = self._running(namespace, pod, container)
        assert keeper.current is not None
        return keeper.current.attach()

    async def logs(
        self,
        namespace: str,
        pod: str,
        container: str | None,
        *,
        follow: bool = False,
        tail: int | None = None,
        since: float | None = None,
        timestamps: bool = False,
        previous: bool = False,
        limit_bytes: int | None = None,
    ) -> AsyncIterator[bytes]:
        """See `PodService`."""
        keeper = self._keeper(namespace, pod, container)
        log = keeper.log(previous=previous)
        if log is None:
            if keeper.state.runs > 0 and not previous:
                return  # its program could not be started: it never wrote anything
            raise _no_log(keeper, pod, previous)
        query = Query(follow, tail, since, timestamps, limit_bytes)
        async for chunk in log.read(query):
            yield chunk

    async def connect(
        self, namespace: str, pod: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """See `PodService`."""
        worker = self._worker(self._pod(namespace, pod))
        return await connect(worker.room.address, port)

    def _pod(self, namespace: str, name: str) -> Object:
        found = self._with.registry.store.get(Key("", "pods", namespace, name))
        if found is None:
            raise not_found(self._with.registry.kinds.by_kind("v1", "Pod"), name)
        return found

    def _worker(self, pod: Object) -> Worker:
        worker = self.workers.get(pod["metadata"]["uid"])
        if worker is None:
            name = pod["metadata"]["name"]
            if not at(pod, "spec.nodeName"):
                raise bad_request(f"pod {name} does not have a host assigned")
            raise internal(f"pod {name} is not known to its node any more")
        return worker

    def _keeper(self, namespace: str, name: str, container: str | None) -> Keeper:
        pod = self._pod(namespace, name)
        wanted = container or _only_container(pod)
        spec = pod["spec"]
        names = [each["name"] for each in (*(spec.get("initContainers") or ()), *spec["containers"])]
        if wanted not in names:
            raise bad_request(f"container {wanted} is not valid for pod {name}")
        worker = self._worker(pod)
        return next(keeper for keeper in worker.keepers if keeper.name == wanted)

    def _running(self, namespace: str, pod: str, container: str | None) -> Keeper:
        keeper = self._keeper(namespace, pod, container)
        current = keeper.current
        if current is None or not current.running or keeper.state.stage is not Stage.RUNNING:
            message = f'unable to upgrade connection: container not found ("{keeper.name}")'
            raise ApiError(500, "InternalError", message)
        return keeper


def _only_container(pod: Object) -> str:
    """The container that is meant when none is named."""
    spec = pod["spec"]
    names = [each["name"] for each in spec["containers"]]
    if len(names) == 1:
        return str(names[0])
    chosen = at(pod, "metadata.annotations", {}).get("kubectl.kubernetes.io/default-container")
    if chosen in names:
        return str(chosen)
    said = f"a container name must be specified for pod {pod['metadata']['name']}, "
    said += f"choose one of: [{' '.join(names)}]"
    if inits := spec.get("initContainers"):
        said += f" or one of the init containers: [{' '.join(each['name'] for each in inits)}]"
    raise bad_request(said)


def _no_log(keeper: Keeper, pod: str, previous: bool) -> ApiError:
    if previous:
        return bad_request(f'previous terminated container "{keeper.name}" in pod "{pod}" not found')
    reason = keeper.state.reason
    if reason in ("ErrImagePull", "ImagePullBackOff"):
        said = {
            "ErrImagePull": "image can't be pulled",
            "ImagePullBackOff": "trying and failing to pull image",
        }
        reason = said[reason]
    return bad_request(f'container "{keeper.name}" in pod "{pod}" is waiting to start: {reason}')


def _cannot_exec(error: EnterError, command: Command) -> str:
    """Why a command could not be started, in the words of containerd and runc."""
    program = command.argv[0] if command.argv else ""
    why = os.strerror(error.number).lower()
    match error.stage:
        case "lookup":
            why = f'exec: "{program}": executable file not found in $PATH'
        case "stat":
            why = f'exec: "{program}": stat {program}: {why}'
        case "exec":
            why = f'exec: "{program}": {why}'
        case "chdir":
            why = f'chdir to cwd ("{command.directory}") set in config.json failed: {why}'
        case _:
            return "error executing command in container: failed to exec in container: container has ended"
    return (
        "error executing command in container: failed to exec in container: failed to start exec "
        f'"{secrets.token_hex(32)}": OCI runtime exec failed: exec failed: unable to start container '
        f"process: {why}: unknown"
    )
