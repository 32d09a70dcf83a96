"""`labrunner plan`: what would run, in which order and under which limits. Nothing is run."""

import os
import sys

from labrunner.cli.parser import Arguments, Parser
from labrunner.cli.selection import configure_selection, selected_plan
from labrunner.report import plan as report


def configure(parser: Parser) -> None:
    """Add its options."""
    configure_selection(parser)
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="for people (default) or for programs"
    )


def execute(arguments: Arguments) -> int:
    """Print the plan; return 0, as a plan that can be made is no failure."""
    plan = selected_plan(arguments)
    if arguments.format == "json":
        print(report.as_json(plan))
    else:
        color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        print(report.as_text(plan, color=color), end="")
    return 0
