"""A difference between promised and real output, put so that a reader sees at once what changed.

Only called once something is known to differ. Its cost is bounded, however much was printed: of long
stretches only the beginning is lined up, and what is left out is counted.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches

from labrunner.expect.model import DiffLine, Drift

COMPARED_LINES = 200
"""How many lines on either side are lined up; lining up takes time in their product, and worse."""
CONTEXT = 3
"""Unchanged lines shown on either side of a difference."""

Promised = Sequence[tuple[str, int]]
"""Lines with their 1-based number in the page."""


def drift(promised: Promised, seen: Sequence[str], any_lines: str) -> Drift:
    """Return the difference of lines that are known to differ.

    Args:
        promised: What the page shows; `any_lines` among them stands for any number of lines.
        seen: What was printed.
        any_lines: The line that skips.
    """
    head = _shared(promised, seen, any_lines)
    tail = _shared(promised[head:][::-1], seen[head:][::-1], any_lines)
    middle = list(_lined_up(promised[head : len(promised) - tail], seen[head : len(seen) - tail], any_lines))
    lines = [
        *(DiffLine(" ", text, number) for text, number in promised[:head][-CONTEXT:]),
        *_condensed(middle),
        *(DiffLine(" ", text, number) for text, number in promised[len(promised) - tail :][:CONTEXT]),
    ]
    return Drift(tuple(lines), _summary(middle, seen))


def _shared(promised: Promised, seen: Sequence[str], any_lines: str) -> int:
    """Return how many lines are the same from the beginning, up to the first that skips."""
    count = 0
    for (text, _), line in zip(promised, seen, strict=False):
        if text != line or text == any_lines:
            break
        count += 1
    return count


def _lined_up(promised: Promised, seen: Sequence[str], any_lines: str) -> Iterator[DiffLine]:
    wanted, lines = promised[:COMPARED_LINES], seen[:COMPARED_LINES]
    matcher = SequenceMatcher(None, [text for text, _ in wanted], lines, autojunk=False)
    for kind, start, end, seen_start, seen_end in matcher.get_opcodes():
        if kind == "equal":
            yield from (DiffLine(" ", text, number) for text, number in wanted[start:end])
        else:
            # A skip in or right beside this stretch accounts for lines that nobody promised.
            around = wanted[max(start - 1, 0) : end + 1]
            skips = any(text == any_lines for text, _ in around)
            yield from _replaced(wanted[start:end], lines[seen_start:seen_end], any_lines, skips=skips)
    if len(promised) > len(wanted):
        yield DiffLine("-", f"… and {len(promised) - len(wanted)} more lines", None)
    if len(seen) > len(lines) and not any(text == any_lines for text, _ in promised):
        yield DiffLine("+", f"… and {len(seen) - len(lines)} more lines", None)


def _replaced(missing: Promised, seen: Sequence[str], any_lines: str, *, skips: bool) -> Iterator[DiffLine]:
    near = []
    for text, number in missing:
        yield DiffLine(" " if text == any_lines else "-", text, number)
        if skips and text != any_lines:
            near += get_close_matches(text, seen, n=1)
    yield from (DiffLine("+", line, None) for line in (dict.fromkeys(near) if skips else seen))


def _condensed(lines: Sequence[DiffLine]) -> Iterator[DiffLine]:
    """Yield lines without the unchanged ones that are far from any difference."""
    changed = [at for at, line in enumerate(lines) if line.sign != " "]
    near = {at + by for at in changed for by in range(-CONTEXT, CONTEXT + 1)}
    return (line for at, line in enumerate(lines) if at in near)


def _summary(lines: Sequence[DiffLine], seen: Sequence[str]) -> str:
    missing = [line for line in lines if line.sign == "-"]
    extra = [line for line in lines if line.sign == "+"]
    if not seen:
        return "nothing was printed, though the page promises output"
    if missing and missing[0].line:
        others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return f"promised line {missing[0].line}{others} not seen as written"
    if extra:
        return f"{_lines(len(extra))} seen that the page does not promise"
    return "the output differs from what the page promises"


def _lines(count: int) -> str:
    return "1 line was" if count == 1 else f"{count} lines were"
