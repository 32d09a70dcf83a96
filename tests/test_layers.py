"""The picture in docs/architecture.md, held against every import, those inside functions included."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "labrunner"

# A row may import itself, `labrunner.errors` and the package's own version, and what stands here.
LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "document": set(),
    "expect": set(),
    "config": set(),
    "events": {"document", "expect"},
    "plan": {"document", "expect"},
    "lab": {"document", "plan", "config"},
    "check": {"document", "expect", "plan", "lab"},
    "shell": set(),
    "run": {"document", "expect", "plan", "events", "shell"},
    # run: only for the questions it asks of a place (`Witness`), which a target answers.
    "target": {"plan", "events", "config", "run"},
    "report": {"document", "expect", "plan", "events", "check", "run"},
    "preview": {"document", "plan", "events", "check", "report", "run", "shell", "target"},
    "sandbox": set(),
}
EVERYTHING = {"cli", "__main__"}


def modules() -> list[Path]:
    # The emulated programs run inside pods, on their own: they are data to us.
    return sorted(p for p in PACKAGE.rglob("*.py") if "overlay" not in p.as_posix())


def row_of(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def name_of(path: Path) -> str:
    parts = list(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def imported(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import; write it in full"
            # `from labrunner.shell import waiting` is about that module, not about the package's face.
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                is_meant = node.module == "labrunner" or is_module(whole)
                yield whole if is_meant else str(node.module), node.lineno


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    row = row_of(name_of(path))
    if row == "" or row in EVERYTHING:
        return
    allowed = LAYERS[row] | {row, "errors"}
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{line} imports {name}"
        for name, line in imported(path)
        if name.startswith("labrunner.") and row_of(name) not in allowed and row_of(name) != "__version__"
    ]
    assert not wrong, "\n".join(wrong)


def test_no_modules_import_one_another_in_a_circle() -> None:
    known = {name_of(path): path for path in modules()}
    graph = {
        name: {target for target, _ in imported(path) if target in known and target != name}
        for name, path in known.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for target in sorted(graph[name]):
                visit(target, (*trail, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_no_two_test_files_have_the_same_name() -> None:
    # pytest imports them by name alone, and refuses the second.
    names = [path.name for path in Path(__file__).parent.rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
