"""Settings of a workspace: values, where they came from, and what is said of mistakes."""

from pathlib import Path

import pytest

from labrunner import config
from labrunner.errors import UsageError


def written(folder: Path, text: str, name: str = "labrunner.toml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_without_a_file_everything_is_default() -> None:
    settings = config.load(None)
    assert (settings.timeout.value, settings.hook_timeout.value) == (120.0, 300.0)
    assert settings.timeout.origin == "default"


def test_every_value_says_where_it_came_from(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        'timeout = 60\nstrict_output = true\ntabs = ["Linux"]\n\n[paths]\n"~/environment" = ""\n',
    )
    settings = config.load(file)
    assert (settings.timeout.value, settings.timeout.origin) == (60.0, f"{file}:1")
    assert (settings.strict_output.value, settings.strict_output.origin) == (True, f"{file}:2")
    assert settings.tabs.value == ("Linux",)
    assert settings.hook_timeout.origin == "default"
    assert settings.paths.origin == f"{file}:5"


def test_a_pyproject_has_them_under_its_tool_table(tmp_path: Path) -> None:
    file = written(tmp_path, "[project]\ntimeout = 1\n[tool.labrunner]\ntimeout = 60\n", "pyproject.toml")
    assert config.find(tmp_path) == file
    timeout = config.load(file).timeout
    assert (timeout.value, timeout.origin) == (60.0, f"{file}:4")


def test_a_file_of_our_own_goes_before_a_pyproject(tmp_path: Path) -> None:
    written(tmp_path, "[tool.labrunner]\n", "pyproject.toml")
    own = written(tmp_path, "")
    assert config.find(tmp_path) == own


def test_a_pyproject_that_says_nothing_of_us_has_no_settings(tmp_path: Path) -> None:
    written(tmp_path, "[project]\n", "pyproject.toml")
    assert config.find(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\ntimout = 3", ":2: unknown setting 'timout'; did you mean 'timeout'?"),
        ("hook-timeout = 3", ":1: unknown setting 'hook-timeout'; did you mean 'hook_timeout'?"),
        ("zzz = 3", "unknown setting 'zzz'; known are timeout, "),
        ("timeout = '5m'", ":1: timeout is '5m'; write a number of seconds above zero"),
        ("timeout = 0", "write a number of seconds above zero"),
        ("strict_output = 1", "strict_output is 1; write true or false"),
        ("tabs = 'Linux'", "write a list of names"),
        ("[paths]\nenvironment = 'x'", ":1: paths is {'environment': 'x'}; write prefix = "),
        ("workspace = '../x'", "write a folder below the one that holds the settings"),
        ("timeout = ", "settings are not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_do(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        config.load(written(tmp_path, text))
    assert sentence in str(caught.value)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "labrunner.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="settings cannot be read: it is not UTF-8 text"):
        config.load(tmp_path / "labrunner.toml")
