"""A whole API server for tests: in the test's own event loop, or in a thread for clients that block."""

import asyncio
import contextlib
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from host_pods import HostPods

from labrunner.sandbox.api.server import ApiServer
from labrunner.sandbox.certificates import Authority
from labrunner.sandbox.kubeconfig import kubeconfig
from labrunner.sandbox.objects import Object
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.tokens import Tokens

KUBECTL = Path(sys.executable).with_name("kubectl")

Result = TypeVar("Result")


@dataclass
class Running:
    """A running server and all that is behind it."""

    registry: Registry
    pods: HostPods
    tokens: Tokens
    server: ApiServer
    authority: Authority
    port: int

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.authority.certificate_pem)

    def kind(self, api_version: str, kind: str) -> Any:
        return self.registry.kinds.by_kind(api_version, kind)

    def create(self, api_version: str, kind: str, name: str, namespace: str = "", **fields: Any) -> Object:
        obj = {"metadata": {"name": name}, **fields}
        return self.registry.create(self.kind(api_version, kind), obj, namespace=namespace)

    def create_namespace(self, name: str) -> None:
        """With the service account that a controller would give it."""
        self.create("v1", "Namespace", name)
        self.create("v1", "ServiceAccount", "default", name)

    def create_pod(self, name: str, namespace: str = "default", **status: Any) -> Object:
        spec = {"containers": [{"name": "main", "image": "busybox"}], "nodeName": "node-1"}
        pod = self.create("v1", "Pod", name, namespace, spec=spec)
        ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
        return self.registry.update(
            self.kind("v1", "Pod"), {**pod, "status": {**ready, **status}}, subresource="status"
        )


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Running]:
    """A server in this event loop, with the namespace `default`."""
    registry = Registry()
    pods = HostPods(registry, folder)
    authority, tokens = Authority.create(folder / "pki"), Tokens.create()
    server = ApiServer(registry, pods, authority, tokens, registry.notes)
    port = await server.start()
    found = Running(registry, pods, tokens, server, authority, port)
    found.create_namespace("default")
    try:
        yield found
    finally:
        await server.stop()


@contextlib.asynccontextmanager
async def client(cluster: Running, token: str | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client with the lab user's token, or another, or none when it is empty."""
    shown = cluster.tokens.user if token is None else token
    headers = {"Authorization": f"Bearer {shown}"} if shown else {}
    connector = aiohttp.TCPConnector(ssl=cluster.context)
    async with aiohttp.ClientSession(cluster.url, headers=headers, connector=connector) as session:
        yield session


def run(test: Coroutine[Any, Any, Result], *, seconds: float = 20.0) -> Result:
    """Run a test to its end, with nothing left behind."""

    async def whole() -> Result:
        result = await asyncio.wait_for(test, seconds)
        await settled()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert left == []
        return result

    return asyncio.run(whole())


async def settled() -> None:
    """Let whatever is about to end do so."""
    for _ in range(20):
        await asyncio.sleep(0)


@dataclass
class Threaded:
    """A running server in a thread of its own."""

    cluster: Running
    loop: asyncio.AbstractEventLoop
    folder: Path
    environment: Mapping[str, str]
    namespace: str = "default"

    def within(self, namespace: str) -> "Threaded":
        """The same server, with kubectl set to another namespace."""
        config = self.folder / f"kubeconfig-{namespace}"
        config.write_text(_kubeconfig(self.cluster, namespace))
        environment = {**self.environment, "KUBECONFIG": str(config)}
        return replace(self, environment=environment, namespace=namespace)

    def with_token(self, token: str) -> Path:
        """A kubeconfig with another token."""
        config = self.folder / f"kubeconfig-{self.namespace}-{abs(hash(token))}"
        config.write_text(_kubeconfig(self.cluster, self.namespace, token))
        return config

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do something in the server's event loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def call(self, function: Any, *arguments: Any, **options: Any) -> Any:
        """Call something in the server's event loop."""

        async def calling() -> Any:
            return function(*arguments, **options)

        return self.do(calling())

    def kubectl(self, *arguments: str, stdin: str | bytes = "", code: int = 0, **environment: str) -> str:
        """Run kubectl and return what it wrote to both outputs."""
        sent = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [KUBECTL, *arguments],
            input=sent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**self.environment, **environment},
            cwd=self.folder,
            timeout=60,
            check=False,
        )
        said = done.stdout.decode(errors="replace")
        assert done.returncode == code, f"kubectl {' '.join(arguments)}: exit code {done.returncode}\n{said}"
        return said


@contextlib.contextmanager
def threaded(folder: Path) -> Iterator[Threaded]:
    """A server in a thread, and kubectl set up for it in a home of its own."""
    started: list[Threaded] = []
    is_up, is_over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with running(folder) as cluster:
            loop = asyncio.get_running_loop()
            stopping = asyncio.Event()
            started.append(Threaded(cluster, loop, folder, _environment(cluster, folder)))
            stops.append(lambda: loop.call_soon_threadsafe(stopping.set))
            is_up.set()
            await stopping.wait()

    stops: list[Any] = []
    thread = threading.Thread(target=lambda: (asyncio.run(serve()), is_over.set()))
    thread.start()
    try:
        assert is_up.wait(10), "the API server did not start"
        yield started[0]
    finally:
        for stop in stops:
            stop()
        thread.join(10)
    assert is_over.is_set(), "the API server did not stop"


def _kubeconfig(cluster: Running, namespace: str, token: str = "") -> str:
    return kubeconfig(
        server=cluster.url,
        certificate_pem=cluster.authority.certificate_pem,
        token=token or cluster.tokens.user,
        namespace=namespace,
    )


def _environment(cluster: Running, folder: Path) -> dict[str, str]:
    config = folder / "kubeconfig"
    config.write_text(_kubeconfig(cluster, "default"))
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {"KUBECONFIG": str(config), "HOME": str(home), "PATH": os.environ["PATH"]}
