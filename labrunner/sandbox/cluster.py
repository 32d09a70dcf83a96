"""One whole sandbox: everything made, wired together, started, and taken down again.

Order matters in two places. What takes long and needs no one (keys, the copy of the workspace) goes on in
threads from the first moment; and nothing is called ready before a lab could really begin.
"""

import asyncio
import os
import platform
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from labrunner.sandbox import toolbox, workspace
from labrunner.sandbox.api.server import ApiServer, port_of
from labrunner.sandbox.aws.irsa import admission
from labrunner.sandbox.aws.service import Aws
from labrunner.sandbox.certificates import Authority
from labrunner.sandbox.confine import Room, confine, furnish
from labrunner.sandbox.control.control import Control
from labrunner.sandbox.control.settings import Settings
from labrunner.sandbox.folder import PODS, Folder
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.kubeconfig import kubeconfig
from labrunner.sandbox.mirror.service import Mirror
from labrunner.sandbox.node.catalogue import Catalogue
from labrunner.sandbox.node.images import IMAGES
from labrunner.sandbox.node.kubelet import Kubelet
from labrunner.sandbox.node.surroundings import PodEnvironment
from labrunner.sandbox.objects import Object
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.spec import Spec
from labrunner.sandbox.tokens import ISSUER, BoundObject, Tokens
from labrunner.sandbox.user import User

HOST = "127.0.0.1"
DEFAULTS = Settings()
QUIET = {"PAGER": "cat", "AWS_PAGER": "", "MANPAGER": "cat", "GIT_PAGER": "cat"}
"""Programs that would wait for a key at the end of a page print it at once."""
SUMMARY = "the sandbox: an emulated Kubernetes 1.32 cluster on this machine, S3, STS and IAM by moto"


class Cluster:
    """A sandbox that runs."""

    def __init__(self, spec: Spec, folder: Folder, authority: Authority, tokens: Tokens) -> None:
        """Make the parts and tell them of one another; nothing runs yet."""
        self._spec = spec
        self._folder = folder
        self._tokens = tokens
        self._authority = authority
        self._registry = Registry()
        region = spec.variables.get("AWS_REGION", DEFAULTS.region)
        self._aws = Aws(folder.path / "aws", issuer=ISSUER, issuer_key=tokens.public_key_pem, region=region)
        self._mirror = Mirror([Path(each) for each in spec.mirrors], authority)
        self._registry.admission.append(self._web_identity(region))
        self._registry.notes.ask_too(self._aws.take_reasons)
        self._registry.notes.ask_too(self._mirror.take_reasons)
        self._running: list[Callable[[], Any]] = []
        self._controlling: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, spec: Spec, folder: Folder) -> tuple["Cluster", dict[str, Any]]:
        """Start a sandbox in `folder`.

        Returns:
            It, and what to say of it once it is ready, as JSON values.
        """
        copying = asyncio.create_task(asyncio.to_thread(_prepare, spec, folder))
        tokens = await asyncio.to_thread(Tokens.create)
        cluster = cls(spec, folder, Authority.create(folder.path / "authority"), tokens)
        try:
            said = await cluster._start(copying)
        except BaseException:
            await cluster.stop()
            raise
        return cluster, said

    async def stop(self) -> None:
        """End every pod and server, the last started first."""
        while self._running:
            await self._running.pop()()

    async def _start(self, copying: "asyncio.Task[None]") -> dict[str, Any]:
        provided = self._aws.provision(self._spec.buckets, self._spec.roles)
        # A lab that declares AWS things will use them: then the second that it takes is spent in parallel.
        await self._aws.start(at_once=bool(provided))
        self._running.append(self._aws.stop)
        await self._mirror.start()
        self._running.append(self._mirror.stop)
        # Kubelet and API need each other: one serves the other's pods, whom the other tells its address.
        listening = socket.create_server((HOST, 0))
        port = port_of(listening)
        kubelet = self._kubelet(port)
        server = ApiServer(self._registry, kubelet, self._authority, self._tokens, self._registry.notes)
        await server.start(listening)
        self._running.append(server.stop)
        await self._start_control(kubelet)
        await copying
        return self._ready(port, provided)

    async def _start_control(self, kubelet: Kubelet) -> None:
        settings = Settings(
            cluster=self._spec.variables.get("EKS_CLUSTER_NAME", DEFAULTS.cluster),
            region=self._aws.region,
            launch_seconds=self._spec.launch_seconds,
            kernel=platform.release(),
            certificate=self._authority.certificate_pem,
        )
        control = Control(self._registry, settings, kubelet.node_root)
        control.bootstrap()
        await kubelet.start()
        self._running.append(kubelet.stop)
        controlling = asyncio.create_task(control.run())

        async def stop_control() -> None:
            controlling.cancel()
            await asyncio.wait([controlling])
            control.close()

        self._running.append(stop_control)

    def _kubelet(self, port: int) -> Kubelet:
        environment = PodEnvironment(
            HOST,
            port,
            self._token,
            bundle=self._authority.certificate_path,
            variables={
                **self._mirror.environment(self._authority.certificate_path),
                **self._aws.pod_environment(),
            },
        )
        return Kubelet(
            self._registry,
            Catalogue.of(IMAGES),
            self._folder.path / PODS,
            clock=self._registry.clock,
            environment=environment,
        )

    def _token(self, namespace: str, service_account: str, audience: str, seconds: float, pod: Object) -> str:
        accounts = self._registry.kinds.by_kind("v1", "ServiceAccount")
        account = self._registry.get(accounts, service_account, namespace)
        return self._tokens.issue(
            namespace,
            service_account,
            account["metadata"]["uid"],
            now=self._registry.clock.now().timestamp(),
            seconds=seconds,
            audiences=[audience] if audience else [],
            pod=BoundObject(pod["metadata"]["name"], pod["metadata"]["uid"]),
        )

    def _web_identity(self, region: str) -> Callable[[Kind, Object, Any, User], Object]:
        accounts = self._registry.kinds.by_kind("v1", "ServiceAccount")
        admit = admission(
            lambda namespace, name: self._registry.find(accounts, name, namespace), region=region
        )

        def admit_pod(kind: Kind, obj: Object, registry: Any, user: User) -> Object:
            return dict(admit(kind.kind, obj, obj["metadata"].get("namespace", "")))

        return admit_pod

    def _ready(self, port: int, provided: Mapping[str, str]) -> dict[str, Any]:
        folder, bundle = self._folder.path, self._authority.certificate_path
        address = f"https://{HOST}:{port}"
        config = folder / "kubeconfig"
        text = kubeconfig(
            server=address, certificate_pem=self._authority.certificate_pem, token=self._tokens.user
        )
        config.touch(mode=0o600)
        config.write_text(text)
        room = Room(
            folder=folder / "shell",
            workspace=folder / "workspace",
            mounts=self._spec.mounts,
            visible=(config, bundle, *(Path(each) for each in self._spec.readable)),
            bundle=bundle,
            tools=folder / "tools",
        )
        return {
            "folder": str(folder),
            "pid": os.getpid(),
            "stay": self._spec.stay,
            "address": address,
            "token": self._tokens.user,
            "authority": str(bundle),
            "environment": {
                "KUBECONFIG": str(config),
                "KUBECACHEDIR": str(folder / "kubectl-cache"),
                **self._mirror.environment(bundle),
                **self._aws.environment(),
                **QUIET,
                **self._spec.variables,
                **provided,
            },
            "shell": confine(room),
            "tools": str(room.tools),
            "summary": SUMMARY,
        }


def _prepare(spec: Spec, folder: Folder) -> None:
    """What needs only the disk: the copy of the workspace, the tools, the shell's own folders."""
    copy = folder.path / "workspace"
    if spec.workspace:
        workspace.copy(Path(spec.workspace), copy, without=folder.path.parent)
    else:
        copy.mkdir()
    toolbox.fill(folder.make("tools"))
    furnish(folder.path / "shell", spec.mounts)
