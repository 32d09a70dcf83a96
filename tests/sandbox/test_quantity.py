"""Quantities: exact, and spelt as the server spells them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labrunner.sandbox.quantity import MALFORMED, canonical, parse, written

SUFFIXES = some.sampled_from(
    ["", "m", "u", "n", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "e3", "E-2"]
)
NUMBERS = some.one_of(
    some.integers(-9999, 9999).map(str), some.decimals(-999, 999, places=3).map(lambda number: f"{number:f}")
)
QUANTITIES = some.builds("{}{}".format, NUMBERS, SUFFIXES)


@pytest.mark.parametrize(
    ("given_as", "given_back"),
    [
        ("1", "1"), ("1000m", "1"), ("0.5", "500m"), ("100m", "100m"), ("1500m", "1500m"), ("2.0", "2"),
        ("1024Mi", "1Gi"), ("1000Mi", "1000Mi"), ("0.5Gi", "512Mi"), ("1536Ki", "1536Ki"), ("1000k", "1M"),
        ("1e3", "1e3"), ("12e6", "12e6"), ("100E", "100E"), ("0", "0"), ("-1", "-1"), ("+5", "5"),
        ("0Gi", "0"), (".5", "500m"),
        ("5.", "5"), ("1000000n", "1m"), ("512", "512"), ("1Ki", "1Ki"), ("0.1n", "1n"),
        ("500Gi", "500Gi"), ("20Gi", "20Gi"), ("1073741824", "1073741824"),
    ],
)  # fmt: skip
def test_quantities_are_given_back_in_their_usual_spelling(given_as: str, given_back: str) -> None:
    assert canonical(given_as) == given_back


@pytest.mark.parametrize(
    "text", ["", "abc", "1.2.3", "1 Gi", "1gi", "--1", "1KiB", "1e", "0x10", "1,5", "Ki", "1e99999"]
)
def test_anything_else_is_refused_in_the_servers_words(text: str) -> None:
    with pytest.raises(ValueError, match="quantities must match the regular expression") as refused:
        parse(text)
    assert str(refused.value) == MALFORMED


@given(QUANTITIES)
def test_spelling_changes_no_value_and_once_is_enough(text: str) -> None:
    usual = canonical(text)
    assert parse(usual) == parse(text)
    assert canonical(usual) == usual


@given(some.fractions(-(10**9), 10**9, max_denominator=10**6))
def test_a_number_is_read_back_as_it_was_or_a_billionth_further_from_zero(number: Fraction) -> None:
    back = parse(written(number))
    assert abs(back) >= abs(number)
    assert abs(back - number) < Fraction(1, 10**9)


@given(QUANTITIES, QUANTITIES)
def test_sums_are_exact(one: str, other: str) -> None:
    assert parse(written(parse(one) + parse(other))) == parse(one) + parse(other)


def test_numbers_are_quantities_too() -> None:
    assert parse(2) == 2
    assert canonical(0.5) == "500m"
    with pytest.raises(ValueError, match="quantities"):
        parse(True)


def test_memory_is_written_in_powers_of_two() -> None:
    assert written(Fraction(3 * 2**30), "binary") == "3Gi"
    assert written(1000, "binary") == "1k"
    assert written(2**40 + 1, "binary") == str(2**40 + 1)
