"""Resource quantities such as `500m`, `1Gi` and `1e3`: exact arithmetic and the server's own spelling.

A quantity is a `Fraction` here, so that nothing is ever rounded by accident.
"""

import re
from fractions import Fraction
from typing import Literal

Format = Literal["decimal", "binary", "exponent"]

_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_SHAPE = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:(?P<suffix>[KMGTPE]i|[numkMGTPE]?)|[eE](?P<exponent>[+-]?[0-9]+))"
)
PATTERN = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
MALFORMED = f"quantities must match the regular expression '{PATTERN}'"
_NANO = Fraction(1, 10**9)
_LARGEST_EXPONENT = 1000  # what is longer is nonsense that would only burn time


def parse(text: str | int | float) -> Fraction:
    """Read a quantity, rounded up to a billionth as the real server does.

    Raises:
        ValueError: It is not a quantity; the message is the real server's.
    """
    number, _ = _read(text)
    return number


def canonical(text: str | int | float) -> str:
    """Write a quantity as the server gives it back: `1000m` becomes `1`, `0.5` becomes `500m`.

    Raises:
        ValueError: It is not a quantity; the message is the real server's.
    """
    number, kind = _read(text)
    return written(number, kind)


def written(number: Fraction | int, kind: Format = "decimal") -> str:
    """Write a number with the largest suffix that leaves it whole.

    Args:
        number: Anything below a billionth is rounded up.
        kind: `binary` for memory (Ki, Mi), `decimal` for the rest (m, k, M).
    """
    number = _rounded(Fraction(number))
    if kind == "binary" and number.denominator == 1 and (abs(number) >= 1024 or number == 0):
        return _with_binary_suffix(number.numerator)
    suffixes = [(10, power, suffix) for suffix, power in _DECIMAL.items()]
    return _with_decimal_suffix(number, suffixes, exponent=kind == "exponent")


def _read(text: str | int | float) -> tuple[Fraction, Format]:
    found = _SHAPE.fullmatch(str(text).strip() if isinstance(text, str) else repr(text))
    if found is None or isinstance(text, bool):
        raise ValueError(MALFORMED)
    number = Fraction(found["number"])
    if found["exponent"] is not None:
        power = int(found["exponent"])
        if abs(power) > _LARGEST_EXPONENT:
            raise ValueError(MALFORMED)
        return _rounded(number * Fraction(10) ** power), "exponent"
    if found["suffix"] in _BINARY:
        return _rounded(number * 2 ** _BINARY[found["suffix"]]), "binary"
    return _rounded(number * Fraction(10) ** _DECIMAL[found["suffix"]]), "decimal"


def _rounded(number: Fraction) -> Fraction:
    """Away from zero to whole nanos, the smallest that the real server keeps."""
    nanos = number / _NANO
    whole = -(-nanos.numerator // nanos.denominator) if nanos > 0 else nanos.numerator // nanos.denominator
    return whole * _NANO


def _with_binary_suffix(number: int) -> str:
    if number == 0:
        return "0"
    for suffix, power in reversed(_BINARY.items()):
        if number % 2**power == 0:
            return f"{number >> power}{suffix}" if number > 0 else f"-{-number >> power}{suffix}"
    return str(number)


def _with_decimal_suffix(number: Fraction, suffixes: list[tuple[int, int, str]], *, exponent: bool) -> str:
    if number == 0:
        return "0"
    for base, power, suffix in reversed(suffixes):
        scaled = number / Fraction(base) ** power
        if scaled.denominator == 1:
            written_suffix = (f"e{power}" if power else "") if exponent else suffix
            return f"{scaled.numerator}{written_suffix}"
    raise AssertionError("every quantity is a whole number of nanos")
