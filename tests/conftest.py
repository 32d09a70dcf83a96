"""What all tests share: golden files that an author can edit, and skips that CI does not allow."""

import difflib
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`."""
    parser.addoption("--update-golden", action="store_true", help="write what was seen into the golden files")


Golden = Callable[[Path, str], None]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare text with a file beside the tests; with `--update-golden`, write it instead."""

    def compare(path: Path, seen: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(seen)
            return
        promised = path.read_text() if path.exists() else ""
        if promised != seen:
            diff = difflib.unified_diff(
                promised.splitlines(), seen.splitlines(), str(path), "seen", lineterm=""
            )
            pytest.fail("\n".join([*diff, "if this is right: pytest --update-golden"]), pytrace=False)

    return compare


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> object:
    """Turn a skip into a failure in CI, unless the test is marked as one that may be skipped there."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    may_skip = item.get_closest_marker("may_skip_in_ci") is not None
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") and not may_skip:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where it must run: {report.longrepr[2]}"
