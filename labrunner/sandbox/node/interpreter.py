"""Labrunner's own Python inside a container: which folders must be visible, and at which paths.

A virtual environment finds its home through absolute paths, so both it and the installation that it was
made from are bound where they are on the host. Nothing else of the home that they may lie in is.
"""

import importlib.util
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python and its environment."""

    executable: Path
    """The virtual environment's `python`, unresolved: resolving it would leave the environment."""
    plain: Path
    """The installation's own executable, which knows nothing of the virtual environment."""
    environment: Path
    """The virtual environment; the installation itself where there is none."""
    installation: tuple[Path, ...]
    """Folders that the executable lives on, symbolic links resolved and not."""
    packages: tuple[Path, ...]
    """The installation's own folders of third-party packages, for hiding them."""

    @property
    def programs(self) -> Path:
        """Where the environment's programs are: `kubectl`, `aws`."""
        return self.environment / "bin"

    def has(self, module: str) -> bool:
        """Whether a package can be imported there; it is not imported."""
        try:
            return importlib.util.find_spec(module) is not None
        except (ImportError, ValueError):
            return False


@cache
def ours() -> Interpreter:
    """The interpreter that this process runs on."""
    plain = Path(sys.executable).resolve()
    base = Path(sys.base_prefix)
    folders = dict.fromkeys((base, base.resolve(), plain.parent.parent))
    return Interpreter(
        executable=Path(sys.executable),
        plain=plain,
        environment=Path(sys.prefix),
        installation=tuple(folder for folder in folders if folder.parts[:2] != ("/", "usr")),
        packages=_packages(base),
    )


def _packages(base: Path) -> tuple[Path, ...]:
    scheme = sysconfig.get_default_scheme()
    variables = {"base": str(base), "platbase": str(base), "installed_base": str(base)}
    found = {Path(sysconfig.get_path(name, scheme, variables)) for name in ("purelib", "platlib")}
    found.add(Path("/usr/lib/python3/dist-packages"))
    return tuple(sorted(folder for folder in found if folder.is_dir()))
