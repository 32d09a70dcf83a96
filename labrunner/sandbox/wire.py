"""Protocol Buffers' wire format: numbered fields in bytes. What the fields mean is in `protobuf.py`."""

from collections.abc import Iterator

_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_LONGEST = 10  # bytes of a varint


class WireError(ValueError):
    """The bytes are not well-formed."""


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield each field's number and value: a number, or the bytes of everything with a length.

    Raises:
        WireError: The bytes are cut short or malformed.
    """
    position = 0
    while position < len(data):
        tag, position = read_varint(data, position)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, position = read_varint(data, position)
            yield number, value
            continue
        if kind == _LENGTH:
            length, position = read_varint(data, position)
        elif kind in (_EIGHT, _FOUR):
            length = 8 if kind == _EIGHT else 4
        else:
            raise WireError(f"wire type {kind} at byte {position} does not exist")
        if position + length > len(data):
            raise WireError(f"field {number} is cut short")
        yield number, data[position : position + length]
        position += length


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """Return the number that begins at a position, and the position after it.

    Raises:
        WireError: It is cut short or too long.
    """
    result = 0
    for place, byte in enumerate(data[position : position + _LONGEST]):
        result |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return result & (2**64 - 1), position + place + 1
    raise WireError(f"a number at byte {position} does not end")


def read_signed(number: int) -> int:
    """Return what an int32 or int64 on the wire stands for: the upper half is negative."""
    return number - 2**64 if number >= 2**63 else number
