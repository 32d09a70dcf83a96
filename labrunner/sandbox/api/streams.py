"""What exec, attach, logs and port-forward have in common: the pods, and a word on network policies."""

from aiohttp import web

from labrunner.sandbox.api import exec_websocket, execution, forward_websocket, logs
from labrunner.sandbox.api.address import Address
from labrunner.sandbox.api.call import Call
from labrunner.sandbox.api.forwarding import Connect, Connection
from labrunner.sandbox.errors import bad_request, method_not_allowed
from labrunner.sandbox.node.process import PodService, Process
from labrunner.sandbox.registry import Registry

NAMES = ("attach", "exec", "log", "portforward")
"""The subresources of pods that are streams."""


class Streams:
    """The streaming subresources of pods."""

    def __init__(self, registry: Registry, pods: PodService) -> None:
        self._registry = registry
        self._pods = pods

    async def serve(self, call: Call) -> web.StreamResponse:
        """Answer a request for one of `NAMES`.

        Raises:
            ApiError: As the real server refuses it.
        """
        if call.address.subresource == "log":
            if call.http.method != "GET":
                raise method_not_allowed()
            self._note_policies(call.address.namespace)
            return await logs.serve(call, self._pods)
        if call.http.headers.get("Upgrade", "").lower() != "websocket":
            raise bad_request("Upgrade request required")
        if call.address.subresource == "portforward":
            return await forward_websocket.serve(call.http, self.connector(call.address))
        request = execution.read_request(call.address, call.query)
        return await exec_websocket.serve(call.http, request, self.start)

    async def start(self, request: execution.Request) -> Process:
        """Start or join the process that a client asks for.

        Raises:
            ApiError: The pod or the container is not there or does not run, or the command cannot be started.
        """
        self._note_policies(request.namespace)
        return await execution.start(self._pods, request)

    def connector(self, address: Address) -> Connect:
        """Return what connects to a port of a pod.

        Raises:
            ApiError: 404, there is no such pod.
        """
        self._registry.get(self._registry.kinds.by_kind("v1", "Pod"), address.name, address.namespace)
        self._note_policies(address.namespace)

        async def connect(port: int) -> Connection:
            return await self._pods.connect(address.namespace, address.name, port)

        return connect

    def _note_policies(self, namespace: str) -> None:
        kind = self._registry.kinds.by_kind("networking.k8s.io/v1", "NetworkPolicy")
        if self._registry.list(kind, namespace):
            self._registry.notes.note(
                "a pod was reached where a NetworkPolicy applies, which the sandbox does not enforce",
                namespace,
            )
