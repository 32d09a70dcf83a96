"""How programs of labs write durations, and how we write them in messages."""

import re

_GO = re.compile(r"(\d+(?:\.\d*)?)(h|ms|m|s|us|ns)")
_GO_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_COREUTILS = re.compile(r"(\d+(?:\.\d*)?)([smhd]?)")
_COREUTILS_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def go_seconds(text: str) -> float | None:
    """Return the seconds of kubectl's and helm's `90s`, `1m30s`, `1.5h`; a bare number is seconds.

    `None` for everything else, variables included.
    """
    if re.fullmatch(r"\d+", text):
        return float(text)
    parts = _GO.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _GO_SECONDS[unit] for number, unit in parts)


def coreutils_seconds(text: str) -> float | None:
    """Return the seconds of `sleep`'s and `timeout`'s `90`, `1.5m`, `1h`; `None` for everything else."""
    found = _COREUTILS.fullmatch(text)
    return float(found[1]) * _COREUTILS_SECONDS[found[2]] if found else None


def words(seconds: float) -> str:
    """Return a duration for a sentence: `90 seconds`, `5 minutes`, `1 hour`."""
    for length, unit in ((3600, "hour"), (60, "minute")):
        # "1 minute" reads worse beside other seconds than "60 seconds" does.
        if seconds % length == 0 and seconds >= max(length, 120):
            return _counted(seconds / length, unit)
    return _counted(seconds, "second")


def _counted(count: float, unit: str) -> str:
    return f"{count:g} {unit}{'' if count == 1 else 's'}"
