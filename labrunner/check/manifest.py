"""A YAML file with the place of every value in it.

Places are those of the file as it is written. What `envsubst` would put in for `$NAME` is put into the
values by whoever asks, so that a value may say something else than the line it stands on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from labrunner.document.model import Span

Path = tuple[str | int, ...]
"""The keys and indexes that lead to a value."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a file is not YAML."""

    span: Span
    message: str
    """The fact, in lower case."""


class Object:
    """One document of a YAML file."""

    def __init__(self, node: Any, name: str, offset: tuple[int, int] = (0, 0)) -> None:
        self._node = node
        self._offset = offset
        self.name = name
        """The file as messages call it."""

    def data(self, variables: Mapping[str, str] | None = None) -> Any:
        """Return the document as Python values.

        Args:
            variables: What to put in for `$NAME` and `${NAME}`, as `envsubst` does, before values get
                their types; a name that is not there stays as it is written. `None`: nothing.
        """
        return _value(self._node, variables or {})

    def span(self, path: Path = (), *, key: bool = False) -> Span:
        """Return where the value at `path` stands, or its key; of what holds it when there is no such value.

        Of a mapping or list, its first line.
        """
        key_node, node = None, self._node
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            key_node, node = found
        return _span(key_node if key and key_node is not None else node, self._offset)

    @property
    def kind(self) -> str:
        """Its `kind`, empty when it has none."""
        return self._text("kind")

    @property
    def api_version(self) -> str:
        """Its `apiVersion`, empty when it has none."""
        return self._text("apiVersion")

    def _text(self, key: str) -> str:
        found = _child(self._node, key)
        value = getattr(found[1], "value", "") if found else ""
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A YAML file."""

    name: str
    """The file as messages call it."""
    objects: tuple[Object, ...]
    """Its documents without the empty ones; those before the mistake when the file is broken."""
    broken: Broken | None = None


def parse_manifest(text: str, name: str, *, line: int = 1, column: int = 1) -> Manifest:
    """Read YAML text, which may be wrong in any way.

    Args:
        text: What is in the file, or in a page's here-document.
        name: What to call it in messages.
        line: 1-based line of the file on which the text begins.
        column: 1-based column at which its lines begin.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    offset = (line - 1, column - 1)
    objects = []
    try:
        node: Any
        for node in yaml.compose_all(text, Loader=loader):
            if node is not None and not (node.id == "scalar" and not node.value):
                objects.append(Object(node, name, offset))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return Manifest(name, tuple(objects), _broken(error, offset))
    return Manifest(name, tuple(objects))


_REFERENCE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", re.ASCII)


def _child(node: Any, step: str | int) -> tuple[Any, Any] | None:
    """Return the key's node and the value's, or `None`; for an item of a list both are the item."""
    if node.id == "mapping":
        return next(((key, value) for key, value in node.value if key.value == step), None)
    if node.id == "sequence" and isinstance(step, int) and 0 <= step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _value(root: Any, variables: Mapping[str, str]) -> Any:
    """Build Python values as YAML 1.1 does. Anchors that refer to themselves become `None` there."""
    open_nodes: set[int] = set()

    def build(node: Any) -> Any:
        if id(node) in open_nodes:
            return None
        if node.id == "scalar":
            return _scalar(node, variables)
        open_nodes.add(id(node))
        if node.id == "sequence":
            made: Any = [build(item) for item in node.value]
        else:
            made = {}
            for key, value in node.value:
                if key.tag == "tag:yaml.org,2002:merge":
                    merged = build(value)
                    for one in merged if isinstance(merged, list) else [merged]:
                        made = {**one, **made} if isinstance(one, dict) else made
                else:
                    made[_key(key, build)] = build(value)
        open_nodes.discard(id(node))
        return made

    return build(root)


def _key(node: Any, build: Any) -> Any:
    made = build(node)
    return made if isinstance(made, (str, int, float, bool)) or made is None else str(made)


def _scalar(node: Any, variables: Mapping[str, str]) -> Any:
    text, tag = node.value, node.tag
    if "$" in text and variables:
        text = _REFERENCE.sub(lambda found: variables.get(found[1] or found[2], found[0]), text)
        if not node.style and text != node.value:  # libyaml says "" for plain text, Python None
            tag = _constructor().resolve(type(node), text, (True, False))
    if tag == "tag:yaml.org,2002:str":
        return text
    return _construct(text, tag)


def _construct(text: str, tag: str) -> Any:
    import yaml

    constructor = _constructor()
    make = constructor.yaml_constructors.get(tag)
    if make is None:
        return text
    try:
        return make(constructor, yaml.ScalarNode(tag, text))
    # A date or number out of range; what the schema says of a text will do.
    except (yaml.YAMLError, ValueError, OverflowError, TypeError):
        return text


@cache
def _constructor() -> Any:
    import yaml

    return yaml.SafeLoader("")


def _span(node: Any, offset: tuple[int, int]) -> Span:
    start, end = node.start_mark, node.end_mark
    if end.line != start.line and not (node.id == "scalar" and node.style in ("'", '"', "", None)):
        # A block's end is where the next thing begins.
        end = None
    line, column = start.line + 1 + offset[0], start.column + 1 + offset[1]
    if end is None:
        return Span(line, column, line, column + _first_width(node))
    return Span(line, column, end.line + 1 + offset[0], end.column + 1 + offset[1])


def _first_width(node: Any) -> int:
    """Return how wide the first key or item of a block is."""
    while node.id != "scalar" and node.value:
        first = node.value[0]
        node = first[0] if node.id == "mapping" else first
    mark, end = node.start_mark, node.end_mark
    return max(1, end.column - mark.column) if end.line == mark.line else 1


def _broken(error: Exception, offset: tuple[int, int]) -> Broken:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    fact = getattr(error, "problem", None) or str(error).partition("\n")[0] or type(error).__name__
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    line, column = line + offset[0], column + offset[1]
    return Broken(Span(line, column, line, column + 1), str(fact))
