"""A plain shell on this machine as a place to run labs.

It is the user's own environment, but pointed away from the user's clusters and AWS accounts: a lab page from
somewhere must not reach what its reader happens to be logged in to. It is no confinement; that is what the
sandbox is for.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from labrunner.plan.model import LabDeclaration, Plan
from labrunner.run.witness import Unwatched
from labrunner.target.base import RUN_VARIABLE, Place
from labrunner.target.scratch import scratch

_AWAY = re.compile(
    # Clusters, accounts, exported functions, our own.
    r"AWS_|KUBE|BASH_FUNC_|LABRUNNER_|(?:"
    # What would make this another bash, or a lab print something else.
    r"BASH_ENV|ENV|BASHOPTS|SHELLOPTS|POSIXLY_CORRECT|PROMPT_COMMAND|PS[0-4]|CDPATH|GLOBIGNORE|HISTFILE"
    r"|MAILCHECK|TMOUT|OLDPWD|LINES|COLUMNS|GREP_COLORS?|GREP_OPTIONS|LS_COLORS|CLICOLOR_FORCE|FORCE_COLOR"
    r")\Z"
)
"""Variables that are not passed on: what they lead to is the user's, or would change what a lab prints."""

QUIET = {
    "PAGER": "cat",
    "AWS_PAGER": "",
    "GIT_PAGER": "cat",
    "MANPAGER": "cat",
    "SYSTEMD_PAGER": "cat",
    "TERM": "xterm-256color",
}
"""Nothing waits for a key, and output looks the same everywhere."""


class ShellTarget:
    """Bash on this machine, in a folder of its own."""

    name = "shell"

    @contextmanager
    def prepare(self, plan: Plan, run: str) -> Iterator[Place]:
        """Make a private folder to start in; remove it at the end."""
        with scratch(run) as folder:
            start = folder / "start"
            start.mkdir()
            yield Place(
                summary="a shell on this machine, without your clusters and AWS accounts",
                shell=("/bin/bash",) if Path("/bin/bash").exists() else ("bash",),
                environment=environment(os.environ, folder, plan.declaration, run),
                directory=start,
                witness=Unwatched(),
                rewrites=tuple(_rewrites(plan, folder)),
                notices=tuple(_not_provided(plan.declaration)),
            )


def environment(
    user: Mapping[str, str], folder: Path, declaration: LabDeclaration, run: str
) -> Mapping[str, str]:
    """Return the shell's complete environment.

    Args:
        user: The user's own.
        folder: The run's private folder.
        declaration: Whose variables are set.
        run: The run's identifier.
    """
    kubeconfig = folder / "kubeconfig"
    kubeconfig.touch(mode=0o600)
    return {
        **{name: value for name, value in user.items() if not _AWAY.match(name)},
        **QUIET,
        "LANG": user.get("LANG") or "C.UTF-8",
        "KUBECONFIG": str(kubeconfig),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        # Or a lab on an EC2 machine would have that machine's role.
        "AWS_EC2_METADATA_DISABLED": "true",
        RUN_VARIABLE: run,
        **declaration.variables,
    }


def _rewrites(plan: Plan, folder: Path) -> Iterator[tuple[str, str]]:
    for number, (prefix, below) in enumerate(plan.path_prefixes):
        real = plan.workspace / below
        seen = Path(prefix).expanduser()
        if seen.exists() and real.exists() and seen.samefile(real):
            continue
        yield prefix, _plain(real, folder / f"workspace-{number}")


def _plain(path: Path, link: Path) -> str:
    """A way to write `path` that needs no quotes: commands may have it within theirs, or without."""
    if re.fullmatch(r"[\w./+,@-]+", str(path), re.ASCII):
        return str(path)
    link.symlink_to(path)
    return str(link)


def _not_provided(declaration: LabDeclaration) -> Iterator[str]:
    for kind, wanted in (("bucket", declaration.buckets), ("role", declaration.roles)):
        if wanted:
            names = ", ".join(each.variable for each in wanted)
            plural = "s" if len(wanted) > 1 else ""
            yield f"a plain shell provides no {kind}{plural}: {names} not set; --on sandbox does"
