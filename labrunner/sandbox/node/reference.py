"""Image references as people write them, in their full form."""

import re
from dataclasses import dataclass

_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_HOST = r"[A-Za-z0-9.-]+(?::[0-9]+)?"
_REFERENCE = re.compile(
    rf"(?P<name>(?:{_HOST}/)?{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>[a-z0-9]+:[0-9a-f]{32,}))?"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """An image reference, parsed and completed the way container runtimes do."""

    name: str
    """Registry and repository, such as `docker.io/library/busybox`."""
    tag: str
    """`latest` when neither tag nor digest was given; empty with a digest alone."""
    digest: str
    """Such as `sha256:…`; empty without one."""

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Complete `text`.

        Raises:
            ValueError: It is no image reference.
        """
        found = _REFERENCE.fullmatch(text)
        if found is None:
            raise ValueError(f"invalid image reference {text!r}")
        digest = found["digest"] or ""
        tag = found["tag"] or ("" if digest else "latest")
        return cls(_with_registry(found["name"]), tag, digest)

    @property
    def tagged(self) -> str:
        """Name and tag, or the name alone with a digest only."""
        return f"{self.name}:{self.tag}" if self.tag else self.name

    def __str__(self) -> str:
        """The full form, such as `docker.io/library/busybox:latest`."""
        return self.tagged + (f"@{self.digest}" if self.digest else "")


def _with_registry(name: str) -> str:
    first, slash, rest = name.partition("/")
    if not slash:
        return f"docker.io/library/{name}"
    if "." not in first and ":" not in first and first != "localhost":
        return f"docker.io/{name}"
    if first in ("index.docker.io", "docker.io"):
        return f"docker.io/{rest if '/' in rest else f'library/{rest}'}"
    return name
