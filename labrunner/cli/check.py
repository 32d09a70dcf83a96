"""`labrunner check`: what in labs would break, mislead or hang a reader, found without running anything."""

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from labrunner.check.engine import findings, in_order
from labrunner.check.finding import Finding
from labrunner.check.gather import gather
from labrunner.check.lab import Lab
from labrunner.check.own import OWN
from labrunner.check.rule import Rule
from labrunner.check.rules import RULES
from labrunner.check.selection import Selection, named
from labrunner.cli.parser import Arguments, Parser
from labrunner.config import Settings
from labrunner.errors import UsageError
from labrunner.lab.load import root_of

FORMATS = ("text", "github", "sarif", "json")
ALL: tuple[Rule, ...] = (*OWN, *RULES)


def configure(parser: Parser) -> None:
    """Add its options."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help="pages, or folders of pages (default: content/, else here)"
    )
    parser.add_argument(
        "--workspace",
        metavar="DIR",
        help="the folder that labs know as /workspace (default: the nearest one above the first PATH "
        "with labrunner.toml, modules/ or .git)",
    )
    parser.add_argument(
        "--select", metavar="RULES", action="append", help="only these: LAB301,LAB2,missing-file"
    )
    parser.add_argument("--ignore", metavar="RULES", action="append", default=[], help="not these")
    parser.add_argument(
        "--changed-since",
        metavar="REV",
        help="only pages that differ from this git revision, or whose files, hooks or declaration do",
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="for people (text), or for programs"
    )
    parser.add_argument(
        "--output", metavar="FILE", help="write the format to FILE; people still get text on the terminal"
    )
    parser.add_argument(
        "--fail-on",
        choices=("error", "warning", "never"),
        default="warning",
        help="the least that makes the exit code 1 (default: warning, that is any finding)",
    )
    parser.add_argument("--explain", metavar="RULE", help="say what a rule looks for, and why; then stop")


def execute(arguments: Arguments) -> int:
    """Check, or explain; return 1 when there are findings that matter."""
    if arguments.explain:
        return _explain(arguments.explain)
    paths = arguments.paths or (["content"] if Path("content").is_dir() else ["."])
    workspace, settings = root_of(paths[0], arguments.workspace)
    selection = _selection(arguments, settings)
    with _uncollected():
        lab = gather(
            paths,
            workspace=workspace,
            prefixes=tuple(settings.paths.value.items()),
            timeout=settings.timeout.value,
            changed_since=arguments.changed_since,
        )
        found = in_order(findings(lab, RULES, selection))
    if not lab.checked and not found and not arguments.changed_since:
        raise UsageError("there is no page to check", path=", ".join(map(str, paths)), remedy="name pages")
    _report(arguments, found, lab)
    return int(any(_matters(finding, arguments.fail_on) for finding in found))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Do without the garbage collector: what is read stays to the end, and walking it costs a tenth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _matters(finding: Finding, fail_on: str) -> bool:
    return fail_on != "never" and (fail_on == "warning" or finding.severity == "error")


def _selection(arguments: Arguments, settings: Settings) -> Selection:
    given = settings.check.value
    selection = Selection(
        select=_words(arguments.select) if arguments.select else given.select,
        ignore=(*given.ignore, *_words(arguments.ignore)),
        per_path=given.per_path,
    )
    unknown = next((word for word in selection.words if not named(word, ALL)), None)
    if unknown is not None:
        raise UsageError(f"there is no rule {unknown!r}", remedy=_suggestion(unknown))
    return selection


def _words(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.strip() for words in given for word in words.split(",") if word.strip())


def _suggestion(word: str) -> str:
    from difflib import get_close_matches

    known = {rule.code: rule.code for rule in ALL} | {rule.name: rule.name for rule in ALL}
    near = get_close_matches(word.upper(), known, n=1) or get_close_matches(word.lower(), known, n=1)
    return f"did you mean {near[0]}?" if near else "the manual's page on check lists them"


def _explain(word: str) -> int:
    from labrunner.report.rule_page import as_markdown

    rules = named(word, ALL)
    if not rules:
        raise UsageError(f"there is no rule {word!r}", remedy=_suggestion(word))
    text = "\n".join(as_markdown(rule) for rule in rules)
    if not _drawn():
        print(text, end="")
        return 0
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
    return 0


def _drawn() -> bool:
    """Whether standard output is a terminal that takes colours."""
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb", "unknown")


def _report(arguments: Arguments, found: Sequence[Finding], lab: Lab) -> None:
    if arguments.output:
        text = _formatted(arguments.format, found, lab)
        try:
            Path(arguments.output).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot be written: {error.strerror}", path=arguments.output) from None
    if arguments.format != "text" and not arguments.output:
        print(_formatted(arguments.format, found, lab))
    elif _drawn():
        from rich.console import Console

        from labrunner.report import findings_terminal

        findings_terminal.show(found, len(lab.checked), Console(highlight=False))
    else:
        print(_formatted("text", found, lab))


def _formatted(name: str, found: Sequence[Finding], lab: Lab) -> str:
    """Return the findings in one of the formats, without a last line end."""
    pages = len(lab.checked)
    match name:
        case "sarif":
            from labrunner.report import findings_sarif

            return findings_sarif.text(found, ALL)
        case "json":
            from labrunner.report import findings_json

            return findings_json.text(found, pages)
        case "github":
            from labrunner.report import findings_github

            return "\n".join(findings_github.lines(found))
    from labrunner.report import findings_text

    return "\n".join((*findings_text.lines(found), findings_text.summary(found, pages)))
