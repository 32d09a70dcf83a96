"""`labrunner coverage`: how much of labs a rehearsal on the sandbox would prove, and why not the rest."""

from pathlib import Path

from labrunner.check.coverage import coverage
from labrunner.check.gather import gather
from labrunner.cli.parser import Arguments, Parser
from labrunner.lab.load import root_of
from labrunner.report import coverage as report


def configure(parser: Parser) -> None:
    """Add its options."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help="pages, or folders of pages (default: content/, else here)"
    )
    parser.add_argument("--workspace", metavar="DIR", help="the folder that labs know as /workspace")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="for people (default) or for programs"
    )


def execute(arguments: Arguments) -> int:
    """Print it; return 0, as a lab that cannot be rehearsed here may be a fine one."""
    # Only this command asks the sandbox what it has.
    from labrunner.cli.stage import SandboxStage

    paths = arguments.paths or (["content"] if Path("content").is_dir() else ["."])
    workspace, settings = root_of(paths[0], arguments.workspace)
    prefixes = tuple(settings.paths.value.items())
    lab = gather(paths, workspace=workspace, prefixes=prefixes, timeout=settings.timeout.value)
    labs = tuple(coverage(lab, SandboxStage()))
    print(report.as_json(labs) if arguments.format == "json" else report.as_text(labs))
    return 0
