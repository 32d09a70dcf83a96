"""What the rest of the sandbox may ask of the node: processes in pods, their logs, their ports.

The API server streams these to clients and the controllers never see more than this. How a pod is really
run (bubblewrap, namespaces, pseudo-terminals) is for the other files of this package.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol

StreamName = Literal["stdout", "stderr"]
"""The two output streams of a process; with a terminal everything is on `stdout`."""


class Process(Protocol):
    """One running `exec` or `attach`."""

    async def read(self, stream: StreamName) -> bytes:
        """Return up to 64 KiB as soon as there is any; `b""` once the stream has ended."""

    async def write(self, data: bytes) -> None:
        """Hand bytes to the standard input; what comes after its end is dropped silently."""

    async def close_stdin(self) -> None:
        """End the standard input. A terminal stays open: its end of file is a typed Ctrl-D."""

    def resize(self, columns: int, rows: int) -> None:
        """Tell the terminal its size; nothing happens without one."""

    async def wait(self) -> int:
        """Return the exit code, 128 + n after signal n, once the process has ended."""

    def kill(self) -> None:
        """End an `exec`, or leave an `attach`, and let go of all streams.

        To be called in the end in any case: it is harmless after the process has ended.
        """


class PodService(Protocol):
    """What the API server needs of the kubelet. Every refusal is an `ApiError` with the real one's words."""

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
        """Start `argv` beside the container's own process; `None` is the default container.

        Raises:
            ApiError: There is no such pod or container, it does not run, or `argv` could not be started;
                answer the client with its status.
        """

    async def attach(
        self, namespace: str, pod: str, container: str | None, *, stdin: bool, tty: bool
    ) -> Process:
        """Join the container's own process: what it writes from now on, and its input when it has one.

        Raises:
            ApiError: There is no such pod or container, or it does not run.
        """

    def logs(
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
        """Yield what the container wrote, whole lines at a time.

        Args:
            namespace: The pod's namespace.
            pod: The pod's name.
            container: The container's name; `None` is the default container.
            follow: Go on with what it writes until it ends for good.
            tail: Only the last so many lines; `None` is all that is kept.
            since: Only lines written in the last so many seconds.
            timestamps: Put each line's time (RFC 3339, nanoseconds) and a space in front.
            previous: The run before the last restart instead of the present one.
            limit_bytes: Stop after so many bytes.

        Raises:
            ApiError: On the first step of the iteration: no such pod or container, or nothing to show yet.
        """

    async def connect(
        self, namespace: str, pod: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a TCP connection to `port` on the pod's address.

        Raises:
            ApiError: There is no such pod, or it has no address yet.
            OSError: Nothing listens there.
        """
