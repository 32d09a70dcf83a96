"""Info strings: the language and typed attributes, and what is said of wrong ones."""

import pytest

from labrunner.document.attributes import attributes_of, duration, language_of, settings_of
from labrunner.document.model import FenceSettings


def read(info: str) -> tuple[FenceSettings, list[str]]:
    settings, problems = settings_of(attributes_of(info, 1, 1))
    return settings, [problem.message for problem in problems]


def test_every_attribute_is_typed() -> None:
    settings, problems = read(
        'bash timeout=5m test=false wait=30 hook="suite-a" hookTimeout=90s expectError=true raw=true'
    )
    assert settings == FenceSettings(300.0, False, 30.0, "suite-a", 90.0, True, True)
    assert problems == []


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90.0), ("90s", 90.0), ("5m", 300.0), ("1h", 3600.0), ("1.5m", 90.0)]
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5 m", "-1", "1d", "five", "m", "1e3", "inf"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="write seconds, or 90s, 5m, 1h"):
        duration(text)


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ("bash timeot=5", "did you mean 'timeout'?"),
        ("bash hook-timeout=5", "did you mean 'hookTimeout'?"),
        ("bash expect_error=true", "did you mean 'expectError'?"),
        ("bash zzz=5", "known are timeout, test, wait"),
        ("bash timeout=soon", "write seconds, or 90s, 5m, 1h"),
        ("bash timeout=0", "longer than zero"),
        ("bash timeout", "write seconds, or 90s, 5m, 1h"),
        ("bash test=no", "write true or false"),
        ("bash hook=../x", "a hook's name is"),
        ("bash wait=1 wait=2", "given twice"),
    ],
)
def test_a_wrong_attribute_is_left_out_and_reported(info: str, words: str) -> None:
    settings, (problem,) = read(info)
    assert words in problem
    assert settings.timeout is None
    assert settings.test


def test_values_may_be_quoted_and_places_are_exact() -> None:
    line = """```bash timeout="5 m" hook='a'"""
    attributes = attributes_of(line[3:], 7, 4)
    assert [(attribute.name, attribute.value) for attribute in attributes] == [
        ("timeout", "5 m"),
        ("hook", "a"),
    ]
    for attribute in attributes:
        assert attribute.span.line == 7
        assert line[attribute.span.column - 1 : attribute.span.end_column - 1].startswith(attribute.name)


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("bash", "bash"),
        (" Bash timeout=1", "bash"),
        ("", ""),
        ("yaml{1,3}", "yaml"),
        ("{1}", ""),
        ("a=b", ""),
    ],
)
def test_the_language_is_the_first_word(info: str, language: str) -> None:
    assert language_of(info) == language


def test_display_hints_of_site_generators_are_no_attributes() -> None:
    assert attributes_of("bash {1,3-5}", 1, 1) == ()
