"""Limits in messages, as authors write them in pages."""


def as_written(seconds: float) -> str:
    """Return seconds as `90s`, `5m` or `1h`."""
    for size, unit in ((3600, "h"), (60, "m")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size:.0f}{unit}"
    return f"{seconds:g}s"
