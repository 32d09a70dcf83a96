"""What rehearsals start from."""

import shutil
from pathlib import Path

import pytest
from rehearsing import MODULE, ROOT, Workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A workspace of its own for each test."""
    shutil.copytree(ROOT / MODULE, tmp_path / MODULE, ignore=shutil.ignore_patterns("__pycache__"))
    return Workshop(tmp_path)
