"""The account of one run, seen from the sandbox: names and keys at once, the answering process when needed.

The parent opens the socket and hands it to the child, so the endpoint can be printed before anything has
been imported: a client that comes early waits in the socket's queue. moto costs half a second and some
70 MB, which a lab without AWS should not pay; so the child starts with the first connection, unless it is
known beforehand that it will be wanted.
"""

import asyncio
import contextlib
import json
import os
import secrets
import socket
import string
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from labrunner.sandbox.aws.order import ACCOUNT, Order, RoleOrder, UserOrder
from labrunner.sandbox.spec import BucketSpec, RoleSpec

USER = "workshop"
# Connections that may wait while the child starts.
BACKLOG = 128
STOP_SECONDS = 5.0


class Aws:
    """S3, IAM and STS for one run."""

    def __init__(self, folder: Path, *, issuer: str, issuer_key: str, region: str = "us-west-2") -> None:
        """Make up the account; nothing runs yet.

        Args:
            folder: A folder of its own, for the child's log and for large objects.
            issuer: `iss` of the cluster's service-account tokens, an https address.
            issuer_key: The public key that verifies them, PEM.
            region: What the lab's shell and pods take for their region.
        """
        self._folder = folder
        user = UserOrder(USER, f"AKIA{_letters(16)}", secrets.token_urlsafe(30))
        self._order = Order(region=region, issuer=issuer, issuer_key=issuer_key, user=user)
        self._listening: socket.socket | None = None
        self._endpoint = ""
        self._starting: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._reasons: list[str] = []

    def provision(self, buckets: Sequence[BucketSpec], roles: Sequence[RoleSpec]) -> Mapping[str, str]:
        """Say what exists when the account opens; to be called before `start`.

        Returns:
            The lab's variables: bucket names and role ARNs, unlike those of any other run.

        Raises:
            KeyError: A role names a bucket variable that no bucket has.
        """
        names = {bucket.variable: f"{bucket.prefix}-{secrets.token_hex(6)}" for bucket in buckets}
        made = {role.variable: _role(role, names) for role in roles}
        self._order = replace(self._order, buckets=tuple(names.values()), roles=tuple(made.values()))
        return {**names, **{variable: role.arn for variable, role in made.items()}}

    async def start(self, *, at_once: bool = False) -> str:
        """Open the endpoint and return its address, `http://127.0.0.1:PORT`.

        Args:
            at_once: Start the answering process now, in parallel, instead of with the first connection.
        """
        listening = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        listening.setblocking(False)
        self._listening = listening
        self._endpoint = f"http://127.0.0.1:{listening.getsockname()[1]}"
        if at_once:
            self._begin()
        else:
            asyncio.get_running_loop().add_reader(listening, self._begin)
        return self._endpoint

    async def stop(self) -> None:
        """End the child and close the endpoint; its buckets go with it."""
        if self._starting:
            await self._starting
        self._close_socket()
        if self._process and self._process.stdin:
            self._process.stdin.close()
            await self._end(self._process)
        if self._reading:
            await self._reading

    @property
    def account(self) -> str:
        """The account's number, which no real account has."""
        return ACCOUNT

    def environment(self) -> Mapping[str, str]:
        """Variables of the lab's shell: the endpoint and the keys of a user with every right."""
        user = self._order.user
        return {
            **self.pod_environment(),
            "AWS_ACCESS_KEY_ID": user.access_key_id,
            "AWS_SECRET_ACCESS_KEY": user.secret_access_key,
            "AWS_REGION": self._order.region,
            "AWS_DEFAULT_REGION": self._order.region,
        }

    def pod_environment(self) -> Mapping[str, str]:
        """Variables of every pod: where AWS is, and no credentials.

        There is no instance-metadata service here, and clients would wait seconds for its answer.
        """
        return {"AWS_ENDPOINT_URL": self._endpoint, "AWS_EC2_METADATA_DISABLED": "true"}

    @property
    def region(self) -> str:
        """The region of the lab's shell and pods."""
        return self._order.region

    def take_reasons(self) -> tuple[str, ...]:
        """Return what was asked since the last call and not really answered, each once."""
        reasons = tuple(dict.fromkeys(self._reasons))
        self._reasons.clear()
        return reasons

    def _begin(self) -> None:
        if self._starting is None:
            if self._listening:
                asyncio.get_running_loop().remove_reader(self._listening)
            self._starting = asyncio.get_running_loop().create_task(self._start_child())

    async def _start_child(self) -> None:
        assert self._listening is not None
        self._folder.mkdir(parents=True, exist_ok=True)
        fd = self._listening.fileno()
        with (self._folder / "aws.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "labrunner.sandbox.aws.server", str(fd)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                pass_fds=(fd,),
                env=self._child_environment(),
            )
        # Ours would keep clients waiting for ever should the child end.
        self._close_socket()
        self._process = process
        self._reading = asyncio.get_running_loop().create_task(self._read(process))
        assert process.stdin is not None
        process.stdin.write(json.dumps(self._order.to_json()).encode() + b"\n")

    def _child_environment(self) -> dict[str, str]:
        # None of the user's AWS settings: what is not in here cannot be reached by mistake.
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
        return {**kept, "TMPDIR": str(self._folder), "PYTHONUNBUFFERED": "1", "HOME": str(self._folder)}

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            told = json.loads(line)
            if "reason" in told:
                self._reasons.append(told["reason"])
        code = await process.wait()
        if code:
            self._reasons.append(f"AWS: the answering process ended with {code}; see {self._folder}/aws.log")

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _close_socket(self) -> None:
        if self._listening:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()
            self._listening = None


def _role(role: RoleSpec, buckets: Mapping[str, str]) -> RoleOrder:
    name = f"{role.service_account.replace('/', '-')}-{secrets.token_hex(4)}"
    return RoleOrder(name, role.service_account, tuple(buckets[each] for each in role.buckets))


def _letters(count: int) -> str:
    return "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(count))
