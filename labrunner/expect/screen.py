"""What a terminal would have left standing of a command's output, as lines of text."""

import re

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles, links and other strings
    r"|[ -/]+[0-~]|[0-~])"  # character sets, modes
)


def shown_lines(output: str) -> list[str]:
    """Return the lines of raw terminal output without escapes, overwritten text, trailing blanks.

    Of a line that was drawn again and again behind `\\r`, as progress bars are, the last drawing counts.
    Blank lines at the beginning and the end are left out. Takes time in proportion to the output.
    """
    if "\x1b" in output:
        output = _ESCAPE.sub("", output)
    return trimmed([_last_drawing(line) for line in output.split("\n")])


def trimmed(lines: list[str]) -> list[str]:
    """Return lines without blank ones at either end."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return lines[start:end]


def _last_drawing(line: str) -> str:
    # A pty ends every line with "\r\n": what is behind the last "\r" is then nothing at all.
    return line.rstrip().rpartition("\r")[2].rstrip()
