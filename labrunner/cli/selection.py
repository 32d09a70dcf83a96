"""Which pages are meant: the arguments that every subcommand working on labs shares."""

from argparse import ArgumentParser, Namespace

from labrunner.lab import Lab, load
from labrunner.plan.model import Plan


def configure_selection(parser: ArgumentParser) -> None:
    """Add `PATH...`, `--workspace` and `--tab`."""
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a page, or a folder of pages")
    parser.add_argument(
        "--workspace",
        metavar="DIR",
        help="the folder that labs know as /workspace (default: the nearest one above the first PATH "
        "with labrunner.toml, modules/ or .git)",
    )
    parser.add_argument(
        "--tab",
        metavar="LABEL",
        action="append",
        default=[],
        help="of tabs that exclude each other, run this one instead of the first; may be repeated",
    )


def selected_lab(arguments: Namespace) -> Lab:
    """Return the lab that the arguments name; raises `LabrunnerError` when it cannot be used."""
    return load(arguments.paths, workspace=arguments.workspace)


def selected_plan(arguments: Namespace) -> Plan:
    """Return what would run of the lab that the arguments name; raises as `selected_lab` does."""
    return selected_lab(arguments).plan(tabs=tuple(arguments.tab))
