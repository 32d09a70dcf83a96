"""What an image comes to on disk, once for all of its containers: its programs, its view of the host's.

A container's own root, which it may write to, is for `rootfs`.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from labrunner.sandbox.node.bubblewrap import Bind, Fresh, Layer, Mount
from labrunner.sandbox.node.image import Bundled, Image, Program, PythonFile, Script
from labrunner.sandbox.node.interpreter import Interpreter

OWN_PROGRAMS = "/usr/local/bin"
"""Where images put programs; first in the search path."""
OWN_FILES = "/opt/labrunner"
"""Where our own files that those need are found in a container."""
HOST_FOLDERS = ("/usr/bin", "/usr/sbin")

TAR = """\
#!/bin/sh
# Only one user is mapped into the container, so no file can be given to another.
TAR_OPTIONS=--no-same-owner exec /usr/bin/tar "$@"
"""


@dataclass(frozen=True, slots=True)
class Unpacker:
    """Writes images to disk."""

    folder: Path
    """Where; one folder below it for each image."""
    interpreter: Interpreter
    layers: bool
    """Whether this machine allows a writable layer over `/usr`."""
    _done: dict[str, tuple[Mount, ...]] = field(default_factory=dict)

    def unpack(self, image: Image) -> tuple[Mount, ...]:
        """Write what `image` brings, if need be; return what its containers see besides their own root."""
        if image.name not in self._done:
            self._done[image.name] = self._unpack(image)
        return self._done[image.name]

    def _unpack(self, image: Image) -> tuple[Mount, ...]:
        folder = self.folder / image.name
        programs = folder / "bin"
        programs.mkdir(parents=True, exist_ok=True)
        for name, text in self._programs(image):
            _write_program(programs / name, text)
        mounts = [self._over("/usr", Path("/usr"), *self._below_usr(image, folder / "usr"))]
        if image.only:
            mounts += self._selection((*image.only, *self._interpreters(image)), folder / "selection")
        mounts += [self._over(OWN_PROGRAMS, programs), *self._python(image, programs)]
        mounts += [Bind(source, target) for target, source in image.overlay.items()]
        return tuple(mounts)

    def _over(self, target: str, *sources: Path) -> Mount:
        return Layer(sources, target) if self.layers else Bind(sources[0], target)

    def _below_usr(self, image: Image, folder: Path) -> Iterator[Path]:
        """What the image brings to `/usr`, where a container's own root does not reach."""
        made = [*(folder / place.removeprefix("/usr/") for place in image.folders if _in_usr(place))]
        for place in made:
            place.mkdir(parents=True, exist_ok=True)
        for name, text in image.files.items():
            if _in_usr(name):
                made.append(folder / name.removeprefix("/usr/"))
                made[-1].parent.mkdir(parents=True, exist_ok=True)
                _write_program(made[-1], text) if text.startswith("#!") else made[-1].write_text(text)
        if made:
            yield folder

    def _programs(self, image: Image) -> Iterator[tuple[str, str]]:
        if not image.only or "tar" in image.only:
            yield "tar", TAR
        if image.python != "host":
            python = self.interpreter.plain if image.python == "plain" else self.interpreter.executable
            yield "python", _calling(str(python))
            yield "python3", _calling(str(python))
        for name, program in image.programs.items():
            yield name, self._text(program)

    def _text(self, program: Program) -> str:
        match program:
            case Script(text):
                return text
            case Bundled(name):
                return _calling(str(self.interpreter.programs / name))
            case PythonFile(path):
                return _calling(str(self.interpreter.plain), "-I", "-S", "-B", f"{OWN_FILES}/{path.name}")

    def _selection(self, names: tuple[str, ...], folder: Path) -> Iterator[Mount]:
        """Show only some of the host's programs in `/usr/bin`, as links to where all of them are."""
        _link_programs(names, folder)
        for number, hidden in enumerate(HOST_FOLDERS):
            yield Bind(Path(hidden), f"{OWN_FILES}/host{number}")
            yield Bind(folder / Path(hidden).name, hidden)

    def _interpreters(self, image: Image) -> Iterator[str]:
        """Names in the host's folders by which our own Python is reached, where the image needs it.

        A machine's own Python lies there, and a virtual environment's is a chain of links to it.
        """
        if _needs_python(image):
            for path in (self.interpreter.plain, *_chain(self.interpreter.executable)):
                if str(path.parent) in HOST_FOLDERS:
                    yield path.name

    def _python(self, image: Image, programs: Path) -> Iterator[Mount]:
        """What the image needs of our own Python to be visible."""
        if not _needs_python(image):
            return
        ours = self.interpreter
        bundled = any(isinstance(each, Bundled) for each in image.programs.values())
        files = [each.path for each in image.programs.values() if isinstance(each, PythonFile)]
        yield from (Bind(folder, str(folder)) for folder in ours.installation)
        if ours.plain.parent == Path(OWN_PROGRAMS):  # hidden by the image's own programs
            (programs / ours.plain.name).touch()
            yield Bind(ours.plain, str(ours.plain))
        if image.python == "venv" or bundled:
            yield Bind(ours.environment, str(ours.environment))
        else:
            yield from (Fresh("tmpfs", str(folder)) for folder in ours.packages)
        yield from (Bind(path, f"{OWN_FILES}/{path.name}") for path in files)


def _needs_python(image: Image) -> bool:
    ours = any(isinstance(each, Bundled | PythonFile) for each in image.programs.values())
    return ours or image.python != "host"


def _chain(link: Path) -> Iterator[Path]:
    while link.is_symlink():
        link = link.parent / link.readlink()
        yield link


def _in_usr(place: str) -> bool:
    return place.startswith("/usr/")


def _calling(*command: str) -> str:
    return f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n'


def _write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def _link_programs(names: tuple[str, ...], folder: Path) -> None:
    for number, hidden in enumerate(HOST_FOLDERS):
        shown = folder / Path(hidden).name
        shown.mkdir(parents=True, exist_ok=True)
        for name in names:
            real = (Path(hidden) / name).resolve()
            link = shown / name
            if real.exists() and not link.is_symlink():
                link.symlink_to(_seen_at(real, number))


def _seen_at(real: Path, number: int) -> str:
    """Where a program is in a container in which the host's folders are hidden."""
    for other, hidden in enumerate(HOST_FOLDERS):
        if real.parent == Path(hidden):
            return f"{OWN_FILES}/host{other}/{real.name}"
    return str(real)
