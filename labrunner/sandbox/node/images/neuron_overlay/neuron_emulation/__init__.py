"""The AWS Neuron SDK's PyTorch packages as a rehearsal has them; seen by pods of the Neuron images only.

What a lab does with them really happens: a model is traced, saved, loaded and run, and each of that fails
where the real one would. What only the hardware can tell is left out: nothing is compiled, and no log,
operator table or timing is made up. It says so on standard error whenever it matters.

This folder is copied into pods as it is; nothing in labrunner imports it.
"""

import sys
from pathlib import Path

# Of no release: whoever compares versions finds out.
VERSION = "0+rehearsal"


class NotRehearsed(NotImplementedError, AttributeError):  # noqa: N818 - reads as what it is
    """The real package may have this; the rehearsal does not.

    Also an AttributeError, so that `hasattr` and `getattr` with a default answer as for any missing name.
    """


def say(who: str, sentence: str) -> None:
    """Tell a person, on standard error."""
    sys.stderr.write(f"{who}: rehearsal: {sentence}\n")


def refuse_real_device() -> None:
    """Fail where there is a real device: there the real package belongs.

    Raises:
        ImportError: `/dev/neuron0` exists.
    """
    if Path("/dev/neuron0").exists():
        raise ImportError(
            "this machine has a Neuron device, and this is only the rehearsal of its SDK; install AWS's own"
        )


def missing(package: str, name: str) -> NotRehearsed:
    """The error for a name that the rehearsal's package does not have."""
    return NotRehearsed(
        f"the rehearsal of {package} has no {name}: it can trace, save, load and run a model on one device",
    )
