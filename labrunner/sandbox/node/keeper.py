"""One container of a pod through all of its runs: made, started, watched, started again, ended.

Which containers of a pod run when is for `worker`; what one run is, for `container`.
"""

import asyncio
import contextlib
import secrets
import shutil
import signal
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from labrunner.sandbox.folder import remove_tree
from labrunner.sandbox.node import hooks, prober, pulls
from labrunner.sandbox.node.backoff import BackOff, spoken
from labrunner.sandbox.node.container import Container, Order, StartError
from labrunner.sandbox.node.launch import Launch
from labrunner.sandbox.node.logs import Log
from labrunner.sandbox.node.lookup import NoProgramError
from labrunner.sandbox.node.probes import Subject
from labrunner.sandbox.node.pulls import Pulled, RefusedError
from labrunner.sandbox.node.room import Room
from labrunner.sandbox.node.states import ContainerState, Ending, Happening, Stage, after, probed

RUNTIME = "bubblewrap"
NOT_STARTED = 128
"""Exit code of a container whose program could not be started, as the real runtime gives it."""
CANNOT_START = "failed to create containerd task: failed to create shim task: OCI runtime create failed: \
runc create failed: unable to start container process: {}: unknown"
TAIL = 4096
"""Bytes of a message about an end that are kept."""


class Keeper:
    """Keeps one container in the state that the pod's manifest asks for."""

    def __init__(self, room: Room, container: Mapping[str, Any], *, policy: str, reason: str) -> None:
        """Nothing is started yet.

        Args:
            room: The pod's.
            container: From the manifest.
            policy: When to start it again: `Always`, `OnFailure` or `Never`.
            reason: Why it waits until its turn comes.
        """
        self.room = room
        self.spec = container
        self.name: str = container["name"]
        self.policy = policy
        self.state = ContainerState(self.name, reason=reason)
        self.current: Container | None = None
        self.logs: dict[int, Log] = {}
        """Run, from 0 → its log; of the last two runs."""
        self.started = asyncio.Event()
        """Set once it runs and has passed its startup probe."""
        self._stop_signal = signal.SIGTERM
        timing = room.equipment.timing
        self._back_off = BackOff(timing.crash, timing.crash_limit, immediate=True)
        self._ending_now = False
        self._ender: asyncio.Task[None] | None = None

    async def keep(self) -> None:
        """Run the container as often as its policy says; return once it has ended for good.

        Cancelling ends only the keeping: a container that runs goes on. `stop` ends it.
        """
        while True:
            await self._run_once()
            ending = self.state.ending
            if ending is None or self.policy == "Never" or (self.policy == "OnFailure" and ending.code == 0):
                return
            await self._rest()

    async def stop(self, grace: float) -> None:
        """End the container: ask it, wait `grace` seconds, then kill it."""
        self._ending_now = True
        container = self.current
        if container is None or not container.running:
            return
        self.room.tell("Killing", f"Stopping container {self.name}", container=self.name)
        await self._end(container, grace)
        self._ended(await container.wait())

    def kill(self) -> None:
        """End the container at once."""
        if self.current is not None:
            self.current.kill()

    def log(self, *, previous: bool = False) -> Log | None:
        """The log of the present or last run, or of the one before; `None` if there was none."""
        between = self.state.stage in (Stage.RESTING, Stage.REFUSED)
        return self.logs.get(self.state.runs - (2 if previous and not between else 1))

    def subject(self) -> Subject:
        """The running container as probes and `exec` see it."""
        assert self.current is not None
        confinement = self.current.order.confinement
        return Subject(
            doorman=self.room.equipment.doorman,
            handle=self.current.handle,
            environment=confinement.environment or {},
            directory=confinement.directory,
            address=self.room.address,
            ports={
                each["name"]: each["containerPort"]
                for each in self.spec.get("ports") or ()
                if each.get("name")
            },
        )

    async def _run_once(self) -> None:
        """Make and start the container, and return once it has ended."""
        pulled = await pulls.persist(
            self._pull, self._refused, self._tell, self.room.equipment, self.spec["image"]
        )
        self._stop_signal = signal.Signals[pulled.image.stop_signal]
        began, run = self._now(), self.state.runs
        try:
            container = await self._start(pulled, run)
        except (NoProgramError, StartError) as error:
            self._not_started(str(error), began)
            return
        watching = asyncio.create_task(self._watch())
        try:
            code = await container.wait()
        finally:
            watching.cancel()
        self._ended(code)

    def _pull(self) -> Pulled:
        return self.room.pulls.once(self.room.pod, self.spec, self._tell)

    async def _start(self, pulled: Pulled, run: int) -> Container:
        """Start a new run.

        Raises:
            NoProgramError: The container has no such program.
            StartError: It could not be started for another reason.
        """
        await self._forget_runs_before(run)
        try:
            order = await self._prepared(self._launch(pulled, run))
        except NoProgramError:
            self._count(pulled)
            raise
        self._count(pulled)
        container = Container(order, self._new_log(run))
        await self._begin(container)
        self._tell("Started", f"Started container {self.name}", False)
        await self._running(container)
        return container

    def _count(self, pulled: Pulled) -> None:
        """One more run, even if its program cannot be started."""
        identity = f"{RUNTIME}://{secrets.token_hex(32)}"
        runs = self.state.runs + 1
        self.state = replace(self.state, container=identity, image_id=pulled.id, runs=runs)
        self._tell("Created", f"Created container: {self.name}", False)

    def _new_log(self, run: int) -> Log:
        path = self._log_path(run)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.logs[run] = Log(path, self.room.equipment.clock)
        return self.logs[run]

    async def _prepared(self, launch: Launch) -> Order:
        """Prepare a run; try again for as long as the manifest asks for something that is missing.

        Raises:
            NoProgramError: The container has no such program.
        """
        while True:
            try:
                return launch.prepare()
            except RefusedError as error:
                self._refused(error)
                self._tell("Failed", error.told, True)
                shutil.rmtree(launch.folder, ignore_errors=True)
                await self.room.pause(self.room.equipment.timing.config)

    async def _begin(self, container: Container) -> None:
        """Start the process; whoever cancels this in the middle leaves none behind."""
        starting = asyncio.create_task(container.start(self.room.equipment.starter))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            with contextlib.suppress(StartError):
                await starting
                container.kill()
                await container.wait()
            raise
        self.current = container

    async def _running(self, container: Container) -> None:
        hook = (self.spec.get("lifecycle") or {}).get("postStart")
        if hook and (said := await hooks.run(hook, self.subject(), self.room.equipment.clock)):
            self._tell("FailedPostStartHook", f"PostStartHook failed: {said}", True)
            container.kill()
        probes = self.spec
        self._change(
            after(
                self.state,
                Happening.STARTED,
                started=self._now(),
                passed_startup=not probes.get("startupProbe"),
                ready=not probes.get("startupProbe") and not probes.get("readinessProbe"),
            )
        )

    def _launch(self, pulled: Pulled, run: int) -> Launch:
        return Launch(
            equipment=self.room.equipment,
            pod=self.room.pod,
            node=self.room.node,
            container=self.spec,
            image=pulled.image,
            volumes=self.room.volumes,
            devices=self.room.devices.get(self.name, {}),
            folder=self._folder(run),
        )

    async def _watch(self) -> None:
        effects = prober.Effects(
            started=self._passed_startup,
            ready=lambda verdict: self._change(probed(self.state, ready=verdict)),
            unwell=self._unwell,
            failed=self._probe_failed,
        )
        await prober.watch(self.spec, self.subject(), effects, self.room.equipment.clock)

    def _passed_startup(self) -> None:
        self.started.set()
        ready = not self.spec.get("readinessProbe")
        self._change(probed(self.state, passed_startup=True, ready=ready))

    def _probe_failed(self, name: prober.Name, output: str) -> None:
        self._tell("Unhealthy", f"{name.capitalize()} probe failed: {output}", True)

    def _unwell(self, name: prober.Name) -> None:
        container = self.current
        if container is None or self._ending_now:
            return
        self._tell("Killing", f"Container {self.name} failed {name} probe, will be restarted", False)
        own = (self.spec.get(f"{name}Probe") or {}).get("terminationGracePeriodSeconds")
        grace = own or self.room.pod["spec"].get("terminationGracePeriodSeconds", 30)
        # Held by the container's end, for which `_run_once` waits.
        self._ender = asyncio.create_task(self._end(container, float(grace)))

    async def _end(self, container: Container, grace: float) -> None:
        """Ask the container to end, wait, and kill it if it has not."""
        deadline = asyncio.create_task(self.room.equipment.clock.sleep(grace))
        ended = asyncio.create_task(container.wait())
        try:
            hook = (self.spec.get("lifecycle") or {}).get("preStop")
            if hook and grace > 0:
                await self._pre_stop(hook, deadline)
            if grace > 0:
                container.signal(self._stop_signal)
                await asyncio.wait({deadline, ended}, return_when=asyncio.FIRST_COMPLETED)
            container.kill()
            await ended
        finally:
            deadline.cancel()
            ended.cancel()

    async def _pre_stop(self, hook: Mapping[str, Any], deadline: asyncio.Task[None]) -> None:
        running = asyncio.create_task(hooks.run(hook, self.subject(), self.room.equipment.clock))
        await asyncio.wait({running, deadline}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            running.cancel()
        elif said := running.result():
            self._tell("FailedPreStopHook", f"PreStopHook failed: {said}", True)

    def _refused(self, error: RefusedError) -> None:
        self._change(after(self.state, Happening.REFUSED, reason=error.reason, message=error.message))

    def _not_started(self, why: str, began: datetime) -> None:
        message = CANNOT_START.format(why)
        self._tell("Failed", f"Error: {message}", True)
        ending = self._ending_of(NOT_STARTED, "StartError", began, message)
        self._change(after(self.state, Happening.NOT_STARTED, ending=ending))

    def _ended(self, code: int) -> None:
        if self.state.stage is not Stage.RUNNING:
            return
        reason = "Completed" if code == 0 else "Error"
        started = self.state.started or self._now()
        ending = self._ending_of(code, reason, started, self._last_words(code))
        self._change(after(self.state, Happening.ENDED, ending=ending))

    def _ending_of(self, code: int, reason: str, started: datetime, message: str) -> Ending:
        return Ending(code, reason, started, self._now(), self.state.container, message)

    def _last_words(self, code: int) -> str:
        """What the container itself said about its end."""
        run = self.state.runs - 1
        said = self._folder(run) / "termination-log"
        text = said.read_bytes()[-TAIL:] if said.exists() else b""
        if not text and code != 0 and self.spec.get("terminationMessagePolicy") == "FallbackToLogsOnError":
            lines = self._log_path(run).read_bytes()[-TAIL:].splitlines()[-80:]
            text = b"\n".join(line.split(b" ", 3)[-1] for line in lines)
        return text.decode(errors="replace")

    async def _rest(self) -> None:
        """Wait before the next run, if it is not the first one again."""
        clock = self.room.equipment.clock
        wait = self._back_off.next(clock.monotonic())
        if wait <= 0:
            return
        said = f"restarting failed container {self.name} in pod {self.room.full_name}"
        self._tell("BackOff", f"Back-off {said}", True)
        message = f"back-off {spoken(wait)} restarting failed container={self.name} pod={self.room.full_name}"
        self._change(after(self.state, Happening.PUT_OFF, reason="CrashLoopBackOff", message=message))
        await clock.sleep(wait)

    def _log_path(self, run: int) -> Path:
        return self.room.folder / "logs" / self.name / f"{run}.log"

    def _folder(self, run: int) -> Path:
        return self.room.folder / "containers" / self.name / str(run)

    async def _forget_runs_before(self, run: int) -> None:
        """Remove what older runs left: only the last one's log can still be asked for."""
        if run > 0:
            await asyncio.to_thread(remove_tree, self._folder(run - 1))
        self.logs.pop(run - 2, None)
        for path in self._log_path(run).parent.glob(f"{run - 2}.log*"):
            path.unlink()

    def _change(self, state: ContainerState) -> None:
        if state != self.state:
            self.state = state
            self.room.publish()

    def _tell(self, reason: str, message: str, warning: bool) -> None:
        self.room.tell(reason, message, warning=warning, container=self.name)

    def _now(self) -> datetime:
        return self.room.equipment.clock.now()
