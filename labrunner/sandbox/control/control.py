"""All controllers of the cluster, wired: what `cluster.py` starts and stops."""

from collections.abc import Sequence

from labrunner.sandbox.control import (
    boot,
    bootstrap,
    daemon_sets,
    deployments,
    garbage,
    namespaces,
    node_lifecycle,
    pod_garbage,
    replica_sets,
    root_certificates,
    scheduler,
    service_accounts,
)
from labrunner.sandbox.control.controller import Controller
from labrunner.sandbox.control.deeds import NodeRoot
from labrunner.sandbox.control.karpenter import classes, node_claims, nodes, provisioning, termination
from labrunner.sandbox.control.loop import Loop
from labrunner.sandbox.control.settings import Settings
from labrunner.sandbox.objects import namespace
from labrunner.sandbox.registry import Registry


def controllers(settings: Settings) -> Sequence[Controller]:
    """Every controller, in the order in which they look at a change. To add one, add a file and a line."""
    return (
        namespaces.CONTROLLER,
        service_accounts.CONTROLLER,
        root_certificates.controller(settings.certificate),
        garbage.CONTROLLER,
        deployments.CONTROLLER,
        replica_sets.CONTROLLER,
        daemon_sets.CONTROLLER,
        node_lifecycle.CONTROLLER,
        pod_garbage.CONTROLLER,
        scheduler.CONTROLLER,
        boot.nodes(settings),
        boot.claims(settings),
        classes.CLASSES,
        classes.POOLS,
        provisioning.controller(settings),
        node_claims.controller(settings),
        nodes.CONTROLLER,
        termination.CONTROLLER,
    )


class Control:
    """The control plane's controllers over one registry.

    Start it with `bootstrap`, then `run` until it is cancelled, then `close`.
    """

    def __init__(self, registry: Registry, settings: Settings, node_root: NodeRoot) -> None:
        self._registry = registry
        self._settings = settings
        self.loop = Loop(registry, controllers(settings), node_root)

    def bootstrap(self) -> None:
        """Make what a new cluster holds, its node group and Karpenter among it, and let it settle."""
        for obj in bootstrap.objects(self._settings, self._registry.clock.now()):
            self._registry.create(self._registry.kind_of(obj), obj, namespace=namespace(obj))
        self.loop.settle()

    async def run(self) -> None:
        """Work until cancelled."""
        await self.loop.run()

    def close(self) -> None:
        """Hear of no more changes."""
        self.loop.close()
