"""The command line: which subcommand was meant, and how our own failures look to people.

Each subcommand is a module with `configure(parser)` and `execute(arguments) -> int`, imported only when
it is called for: `labrunner --version` must not pay for rich, and a run not for the sandbox. Exit codes:
0 done, 1 the lab failed, 2 labrunner could not do its work, 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from labrunner import __version__
from labrunner.cli.parser import Arguments, Parser
from labrunner.errors import LabrunnerError

PACKAGE = Path(__file__).parent.parent
OWN_FAILURE = 2
INTERRUPTED = 130

SUBCOMMANDS = {
    "run": "run labs and say whether they still do what their pages promise",
    "plan": "show what would run, in which order and under which limits",
    "check": "find what would break or hang, without running anything",
    "coverage": "say how much of labs a rehearsal would prove, and why not the rest",
    "sandbox": "start and stop a rehearsal cluster that stays",
    "doctor": "say what this machine has of what rehearsals need",
}

EXAMPLES = """\
examples:
  labrunner run content/getting-started.md     run one page on the built-in sandbox
  labrunner run content/ --on shell            run a folder's pages in a shell on this machine
  labrunner plan content/getting-started.md    show what would run
"""


class Subcommand(Protocol):
    """What a module `labrunner.cli.NAME` offers."""

    def configure(self, parser: Parser) -> None:
        """Add its options."""

    def execute(self, arguments: Arguments) -> int:
        """Do it; return the exit code."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line `words` (by default this process's own) and return its exit code."""
    words = sys.argv[1:] if words is None else words
    debug = "--debug" in words or bool(os.environ.get("LABRUNNER_DEBUG"))
    try:
        return _dispatch([word for word in words if word != "--debug"])
    except LabrunnerError as error:
        return _failed(str(error), debug=debug)
    except KeyboardInterrupt:
        print("labrunner: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # whatever it is, people get a sentence and scripts an exit code
        advice = "" if debug else "; --debug shows the traceback"
        sentence = f"{_unexpected(error)}; this is a mistake in labrunner, not in the lab{advice}"
        return _failed(sentence, debug=debug)


def _failed(sentence: str, *, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    print(f"labrunner: {sentence}", file=sys.stderr)
    return OWN_FAILURE


def _dispatch(words: Sequence[str]) -> int:
    if not words or words[0] not in SUBCOMMANDS:
        return _without_subcommand(words)
    name, rest = words[0], words[1:]
    subcommand = cast("Subcommand", import_module(f"labrunner.cli.{name}"))
    parser = Parser(f"labrunner {name}", SUBCOMMANDS[name])
    subcommand.configure(parser)
    return subcommand.execute(parser.parse(rest))


def _without_subcommand(words: Sequence[str]) -> int:
    parser = Parser("labrunner", "Runs workshop labs written in Markdown and says whether they still work.")
    parser.usage = "labrunner [--version] [--help] COMMAND …"
    parser.epilog = "commands:\n" + "".join(f"  {n:8} {text}\n" for n, text in SUBCOMMANDS.items())
    parser.epilog += f"\n{EXAMPLES}\n`labrunner COMMAND --help` says more about one of them."
    parser.add_argument("--version", action="version", version=f"labrunner {__version__}")
    if words and not words[0].startswith("-"):
        parser.fail_with_suggestion(f"there is no command '{words[0]}'", words[0], SUBCOMMANDS)
    parser.parse(words)
    parser.print_help()
    return OWN_FAILURE


def _unexpected(error: Exception) -> str:
    """What kind of mistake it is, and the line of ours that it came through last."""
    where, trace = "", error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(PACKAGE):
            where = f" in {file.relative_to(PACKAGE)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"unexpected {type(error).__name__}{where}: {error}".rstrip(": ")
