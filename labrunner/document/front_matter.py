"""What stands between the dashes at the head of a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from labrunner.document.model import Problem, Span


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A page's front matter, as far as it could be read."""

    values: Mapping[str, object] = field(default_factory=dict)
    weight: float | None = None
    """`weight`, else `sidebar_position`."""
    problems: tuple[Problem, ...] = ()

    @property
    def title(self) -> str:
        """The title, or the empty string."""
        title = self.values.get("title")
        return "" if title is None or isinstance(title, (dict, list)) else str(title).strip()


def read_front_matter(content: str, line: int) -> FrontMatter:
    """Read YAML that begins on the given 1-based line of the page."""
    # PyYAML costs a tenth of a small page's whole time, and pages without front matter do not need it.
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        values = yaml.load(content, Loader=loader)
    # Beside its own errors PyYAML lets through what dates and numbers out of range raise.
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        return _unreadable(error, line)
    if values is None:
        return FrontMatter()
    if not isinstance(values, dict):
        message = "front matter is not a list of keys; write 'key: value' lines between the dashes"
        return FrontMatter(problems=(_problem(message, line),))
    weight, problems = _weight(values, line)
    return FrontMatter({str(key): value for key, value in values.items()}, weight, problems)


def _weight(values: Mapping[object, object], line: int) -> tuple[float | None, tuple[Problem, ...]]:
    for key in ("weight", "sidebar_position"):
        value = values.get(key)
        if value is None:
            continue
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value:
            return min(max(value, -1e15), 1e15) * 1.0, ()
        message = f"{key} is {str(value)[:40]!r}, not a number, and is ignored; write a number"
        return None, (_problem(message, line),)
    return None, ()


def _unreadable(error: Exception, line: int) -> FrontMatter:
    mark = getattr(error, "problem_mark", None)
    fact = getattr(error, "problem", None) or str(error).splitlines()[0]
    message = f"front matter is not valid YAML ({fact}) and is ignored; mend it or remove it"
    return FrontMatter(problems=(_problem(message, line + (mark.line if mark else 0)),))


def _problem(message: str, line: int) -> Problem:
    return Problem(message, Span(line, 1, line, 1), "front matter")
