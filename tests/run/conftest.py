"""A stage to run labs on, for every test here."""

from pathlib import Path

import pytest
from run_stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A folder, a bash, and a witness that knows nothing."""
    return Stage(tmp_path)
