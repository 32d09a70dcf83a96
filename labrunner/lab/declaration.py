"""`lab.toml` to `LabDeclaration`: what readers of a lab find set up when they begin.

The file is for people who write labs; whatever is wrong with it is said in one sentence with its line.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from labrunner.errors import LabError
from labrunner.lab.tables import Source, Table
from labrunner.plan.model import Bucket, CleanupCommand, LabDeclaration, Role

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_PREFIX = re.compile(r"[a-z0-9][a-z0-9.-]{1,39}")
"""Bucket names end at 63 characters, and the run's own part comes behind."""
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_TABLES = ("title", "variables", "buckets", "roles", "cleanup", "mirror", "sandbox")


def read_declaration(path: Path, name: str) -> LabDeclaration:
    """Read the declaration in the file `path`, called `name` in messages.

    Raises:
        LabError: It cannot be read, or holds something that it may not.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise LabError("declaration is not UTF-8 text", path=name, remedy="save it as UTF-8") from None
    except OSError as error:
        raise LabError(f"declaration cannot be read: {error.strerror}", path=name) from None
    return parse_declaration(text, path, name)


def parse_declaration(text: str, path: Path, name: str) -> LabDeclaration:
    """Return what the text of a declaration says; `path` is its absolute file."""
    top = Table(Source(name, text), "", _parsed(text, name))
    top.only(_TABLES)
    buckets = tuple(_bucket(table) for table in top.tables("buckets"))
    cleanup = top.table("cleanup")
    cleanup.only(("commands", "namespaces"))
    sandbox = top.table("sandbox")
    sandbox.only(("launch_seconds",))
    declared = LabDeclaration(
        path=path,
        title=top.text("title", ""),
        variables=_variables(top.table("variables")),
        buckets=buckets,
        roles=tuple(_role(table, {bucket.variable for bucket in buckets}) for table in top.tables("roles")),
        cleanup_commands=tuple(_cleanup(cleanup, at, path) for at in range(len(cleanup.texts("commands")))),
        namespaces=_namespaces(cleanup),
        mirror=_mirror(top.table("mirror"), path),
        launch_seconds=sandbox.seconds("launch_seconds"),
    )
    _require_distinct(top, declared)
    return declared


def _parsed(text: str, name: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        fact, _, place = str(error).partition(" (at ")
        found = re.match(r"line (\d+)", place)
        line = int(found[1]) if found else len(text.splitlines())
        fact = f"declaration is not valid TOML: {fact[:1].lower()}{fact[1:]}"
        raise LabError(fact, path=name, line=line) from None


def _variables(table: Table) -> Mapping[str, str]:
    values = {name: table.text(name) for name in table.values}
    for name in values:
        if not _NAME.fullmatch(name):
            raise table.wrong(f"{name!r} is not a variable's name", "use letters, digits and '_'", key=name)
    return {name: _resolved(table, values, name, ()) for name in values}


def _resolved(table: Table, values: Mapping[str, str], name: str, outer: tuple[str, ...]) -> str:
    """Return a variable's value with its references replaced by what they refer to."""
    if name in outer:
        fact = f"variable {outer[0]!r} refers to itself through {' and '.join((*outer[1:], name))}"
        raise table.wrong(fact, "give one of them a value of its own", key=name)

    def referred(found: re.Match[str]) -> str:
        if found[1] not in values:
            fact = f"variable {name!r} refers to ${{{found[1]}}}, which is not declared here"
            raise table.wrong(fact, "declare it under [variables]", key=name)
        return _resolved(table, values, found[1], (*outer, name))

    return _REFERENCE.sub(referred, values[name])


def _variable(table: Table) -> str:
    name = table.text("variable")
    if not _NAME.fullmatch(name):
        fact = f"{name!r} is not a variable's name"
        raise table.wrong(fact, "use letters, digits and '_'", key="variable")
    return name


def _bucket(table: Table) -> Bucket:
    table.only(("variable", "prefix"))
    prefix = table.text("prefix")
    if not _PREFIX.fullmatch(prefix):
        remedy = "use 2 to 40 lower-case letters, digits, '.' and '-'"
        raise table.wrong(f"no bucket's name begins with {prefix!r}", remedy, key="prefix")
    return Bucket(_variable(table), prefix)


def _role(table: Table, known: set[str]) -> Role:
    table.only(("variable", "service_account", "buckets"))
    account = table.text("service_account")
    if account.count("/") != 1 or not all(_LABEL.fullmatch(part) for part in account.split("/")):
        raise table.wrong(
            f"{account!r} is not a service account", "write namespace/name", key="service_account"
        )
    buckets = table.texts("buckets")
    for variable in buckets:
        if variable not in known:
            fact = f"role names bucket {variable!r}, which is not declared"
            raise table.wrong(fact, "name the variable of one under [[buckets]]", key="buckets")
    return Role(_variable(table), account, buckets)


def _cleanup(table: Table, at: int, path: Path) -> CleanupCommand:
    text = table.texts("commands")[at]
    if not text.strip():
        raise table.wrong("a clean-up command is empty", "write it or take it away", key="commands")
    start = table.line("commands") or 1
    line = table.source.line(re.escape(text.strip().split("\n")[0]), start)
    column = 1
    if line:
        column = table.source.text.split("\n")[line - 1].index(text.strip().split("\n")[0]) + 1
    return CleanupCommand(text.strip(), path, table.source.name, line or start, column)


def _namespaces(table: Table) -> tuple[str, ...]:
    names = table.texts("namespaces")
    for name in names:
        if not _LABEL.fullmatch(name):
            raise table.wrong(f"{name!r} is not a namespace's name", "mend it", key="namespaces")
    return names


def _mirror(table: Table, path: Path) -> Path | None:
    table.only(("folder",))
    if not table.values:
        return None
    folder = path.parent / table.text("folder")
    if not folder.is_dir():
        fact = f"mirror folder {table.text('folder')!r} is not there"
        raise table.wrong(fact, "make it beside this file, with one folder a host", key="folder")
    return folder.resolve()


def _require_distinct(top: Table, declared: LabDeclaration) -> None:
    seen = set(declared.variables)
    for name, owner in [
        *((bucket.variable, "buckets") for bucket in declared.buckets),
        *((role.variable, "roles") for role in declared.roles),
    ]:
        if name in seen:
            fact = f"variable {name!r} is declared twice"
            raise top.wrong(fact, f"take it away here or under [[{owner}]]", key=name)
        seen.add(name)
