"""Which manifests a page's `kubectl` calls apply, create and delete, and where their text comes from.

Files, folders, here-documents and web addresses are told apart, and whether the text passes through
`envsubst`. Whatever else feeds a pipe (`sed`, `helm template`) makes the text unknown. What is in the objects
is left to the rules.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from weakref import WeakKeyDictionary

from labrunner.check.call import Call, Word
from labrunner.check.lab import Lab
from labrunner.check.manifest import Manifest, Object, parse_manifest
from labrunner.check.page import Page, PageCommand
from labrunner.check.references import kustomized
from labrunner.document.model import Span
from labrunner.plan.model import LabDeclaration

VERBS = ("apply", "create", "replace", "delete")
_SUFFIXES = (".yaml", ".yml", ".json")
_ADDRESS = re.compile(r"https?://[^\s'\"]+")
_NAME = re.compile(r"\$\{?([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Application:
    """One thing that one `kubectl` call is given."""

    command: PageCommand
    call: Call
    verb: str
    """One of `VERBS`."""
    said: str
    """The path or address as the command has it; `-` for a here-document."""
    span: Span
    """Where that stands."""
    manifests: tuple[Manifest, ...]
    """What could be read; empty when nothing is known of the text."""
    known: bool
    """Whether `manifests` is all there is."""
    substituted: frozenset[str] | None = None
    """The names that `envsubst` puts values in for, empty for all of them; `None`: it is not used."""
    kustomized: bool = False
    """Whether it is a folder for `-k`, whose patches may change what its files say."""
    here: bool = False
    """Whether the text stands in the page."""

    @property
    def namespace(self) -> str:
        """The namespace that the call names; empty for none."""
        return namespace_of(self.call)

    @property
    def deletes(self) -> bool:
        """Whether it deletes."""
        return self.verb == "delete"

    @property
    def address(self) -> str:
        """The web address; empty when it is none."""
        return self.said if _ADDRESS.match(self.said) else ""


_kept: WeakKeyDictionary[Page, tuple[Application, ...]] = WeakKeyDictionary()
"""Several rules ask for the same."""


def applications(page: Page, lab: Lab) -> tuple[Application, ...]:
    """Return what a page's commands apply, create, replace and delete with `-f` and `-k`, in order."""
    if page not in _kept:
        _kept[page] = tuple(_applications(page, lab))
    return _kept[page]


def variables_of(application: Application, declaration: LabDeclaration) -> Mapping[str, str]:
    """Return what `envsubst` puts in, as far as it is known before the lab runs."""
    names = application.substituted
    if names is None:
        return {}
    return {name: value for name, value in declaration.variables.items() if not names or name in names}


def applied_objects(lab: Lab) -> Iterator[tuple[Application, Object, Any]]:
    """Yield each object of a lab's own that a checked page applies, once, with its data.

    Those behind web addresses are other people's.
    """
    seen: set[tuple[str, int, frozenset[str] | None]] = set()
    for page in lab.checked:
        for application in applications(page, lab):
            # What a page shows being refused is meant to be wrong.
            refused = application.command.block.settings.expect_error
            if application.deletes or application.address or refused:
                continue
            variables = variables_of(application, page.declaration)
            for manifest in application.manifests:
                key = (manifest.name, application.span.line * application.here, application.substituted)
                if key not in seen:
                    seen.add(key)
                    for one in manifest.objects:
                        yield application, one, one.data(variables)


def _applications(page: Page, lab: Lab) -> Iterator[Application]:
    for command, call in page.calls:
        if call.wrapper is None and (verb := verb_of(call)):
            for word in _given(call, "-f", "--filename"):
                yield from _Reading(page, lab, command, call, verb).of(word)
            for word in _given(call, "-k", "--kustomize"):
                yield _Reading(page, lab, command, call, verb).kustomization(word)


def verb_of(call: Call) -> str:
    """Return which of `VERBS` a call of kubectl has; empty for every other one, and other programs."""
    if call.program != "kubectl":
        return ""
    first = next(iter(call.positional), "")
    return first if first in VERBS else ""


def namespace_of(call: Call) -> str:
    """Return the namespace that a call of kubectl names; empty for none."""
    given = call.option("-n", "--namespace")
    return given[0] if given else ""


def in_mirror(address: str, lab: Lab, mirror: Path | None) -> Path | None:
    """Return the file that a lab's mirror serves for an address; `None` when it has none."""
    if mirror is None:
        return None
    path = PurePosixPath(address.partition("://")[2].partition("?")[0].partition("#")[0])
    if ".." in path.parts:
        return None
    found = mirror / path
    return found if lab.files.is_file(found) else None


class _Reading:
    """Finds the text behind one call's `-f` and `-k`."""

    def __init__(self, page: Page, lab: Lab, command: PageCommand, call: Call, verb: str) -> None:
        self._page = page
        self._lab = lab
        self._command = command
        self._call = call
        self._verb = verb

    def of(self, word: Word) -> Iterator[Application]:
        """Yield what `-f WORD` means."""
        if word.text == "-":
            yield from self._piped()
        else:
            yield self._named(word)

    def kustomization(self, word: Word) -> Application:
        """Return what `-k WORD` means."""
        folder = self._lab.resolve(word.text.rstrip("/")) if word.literal else None
        manifests = self._kustomized(folder) if folder else ()
        return self._made(word.text, word.span, manifests, known=False, kustomized=True)

    def _kustomized(self, folder: Path) -> tuple[Manifest, ...]:
        files = (path for path in kustomized(folder, self._lab) if path.suffix in _SUFFIXES)
        read = (self._lab.manifest(path) for path in files)
        return tuple(manifest for manifest in read if manifest is not None)

    def _named(self, word: Word, substituted: frozenset[str] | None = None) -> Application:
        manifests = self._read(word)
        return self._made(word.text, word.span, manifests, known=bool(manifests), substituted=substituted)

    def _read(self, word: Word) -> tuple[Manifest, ...]:
        if not word.literal:
            return ()
        if _ADDRESS.match(word.text):
            served = in_mirror(word.text, self._lab, self._page.declaration.mirror)
            manifest = self._lab.manifest(served) if served else None
            return (manifest,) if manifest else ()
        path = self._lab.resolve(word.text.rstrip("/"))
        if path is None:
            return ()
        if self._lab.files.is_folder(path):
            names = (name for name in self._lab.files.names(path) if name.endswith(_SUFFIXES))
            read = [self._lab.manifest(path / name) for name in names]
        else:
            read = [self._lab.manifest(path)]
        return tuple(manifest for manifest in read if manifest is not None)

    def _piped(self) -> Iterator[Application]:
        chain = (*self._call.sources, self._call)
        if any(call.program not in ("cat", "envsubst", "curl", "kubectl") for call in chain):
            yield self._made("-", self._call.span, (), known=False)
            return
        names = _substituted(chain)
        for call in chain:
            yield from self._fed(call, names)

    def _fed(self, call: Call, names: frozenset[str] | None) -> Iterator[Application]:
        """Yield what one call of a pipeline brings into it."""
        for redirect in call.redirects:
            if redirect.operator == "<<" and redirect.text is not None and redirect.text_span:
                yield self._here(call, redirect.text, redirect.text_span, names)
            elif redirect.operator == "<" and not redirect.target.text.startswith("<("):
                yield self._named(redirect.target, names)
        if call.program == "cat":
            for word in call.operands:
                yield self._named(word, names)
        elif call.program == "curl":
            for word in call.operands:
                if _ADDRESS.match(word.text):
                    yield self._named(word, names)
        elif call is not self._call and call.program == "kubectl":
            yield self._made("-", call.span, (), known=False)

    def _here(self, call: Call, text: str, span: Span, names: frozenset[str] | None) -> Application:
        manifest = parse_manifest(text, self._page.name, line=span.line, column=span.column)
        if any(document.document.literal for document in self._command.source.here_texts):
            # What the shell leaves alone, `envsubst` may still change.
            substituted = names
        else:
            substituted = frozenset[str]()
        return self._made("-", call.span, (manifest,), known=True, substituted=substituted, here=True)

    def _made(
        self,
        said: str,
        span: Span,
        manifests: tuple[Manifest, ...],
        *,
        known: bool,
        substituted: frozenset[str] | None = None,
        kustomized: bool = False,
        here: bool = False,
    ) -> Application:
        return Application(
            self._command,
            self._call,
            self._verb,
            said,
            span,
            manifests,
            known,
            substituted,
            kustomized,
            here,
        )


def _given(call: Call, short: str, long: str) -> Iterator[Word]:
    """Yield an option's values, those that stand in one word with its letter too: `-f-`."""
    yield from call.options(short, long)
    for word in call.own:
        text = word.text
        if text.startswith(short) and len(text) > len(short) and text[len(short)] != "=":
            span = word.span
            inner = Span(span.line, span.column + len(short), span.end_line, span.end_column)
            yield Word(text[len(short) :], inner, word.literal)


def _substituted(chain: tuple[Call, ...]) -> frozenset[str] | None:
    """Return which names `envsubst` replaces in a pipeline; `None` when it is not in it."""
    for call in chain:
        if call.program == "envsubst":
            listed = [name for word in call.operands for name in _NAME.findall(word.text)]
            return frozenset(listed)
    return None
