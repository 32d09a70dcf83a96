"""Findings in a terminal, in a pipe and as annotations, whatever stands in them."""

import io

import pytest
from rich.console import Console

from labrunner.check.finding import Finding, Severity
from labrunner.document.model import Span
from labrunner.report import findings_github, findings_terminal, findings_text


def finding(excerpt: str, start: int, end: int, *, severity: Severity = "error", lines: int = 0) -> Finding:
    span = Span(3, start, 3 + lines, end)
    return Finding("LAB301", "wait", severity, "content/a.md", span, "too long; wait less", excerpt)


def drawn(found: list[Finding], width: int = 60) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False, highlight=False)
    findings_terminal.show(found, 2, console)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@pytest.mark.parametrize(
    ("excerpt", "start", "end", "shown", "mark"),
    [
        ("$ sleep 30", 3, 11, "$ sleep 30", "  ^^^^^^^^"),
        ("      $ sleep 30", 9, 17, "$ sleep 30", "  ^^^^^^^^"),
        ("\t$ sleep 30", 4, 12, "$ sleep 30", "  ^^^^^^^^"),
        ("字 sleep", 3, 8, "字 sleep", "   ^^^^^"),
        ("a\x1b[31mb", 7, 8, "a\ufffd[31mb", "      ^"),
        ("short", 6, 6, "short", "     ^"),
        ("short", 40, 50, "short", "     ^"),
    ],
)
def test_the_mark_stands_under_the_place(excerpt: str, start: int, end: int, shown: str, mark: str) -> None:
    assert findings_text.excerpt(finding(excerpt, start, end)) == (shown, mark)


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    line = "a" * 300 + "HERE" + "b" * 300
    shown, mark = findings_text.excerpt(finding(line, 301, 305), width=60)
    assert len(shown) == 60
    assert shown[0] == shown[-1] == "…"
    assert shown[mark.index("^") : len(mark)] == "HERE"


def test_a_stretch_of_several_lines_is_marked_to_the_end_of_the_first() -> None:
    _, mark = findings_text.excerpt(finding("$ cat <<EOF", 3, 4, lines=2))
    assert mark == "  ^^^^^^^^^"


def test_a_terminal_shows_file_message_line_and_place() -> None:
    lines = drawn([finding("$ sleep 30", 3, 11, severity="warning")]).splitlines()
    assert [line.rstrip() for line in lines] == [
        "content/a.md",
        "  LAB301 too long; wait less",
        "     3 │ $ sleep 30",
        "       │   ^^^^^^^^",
        "",
        "1 warning in 2 pages",
        "labrunner check --explain LAB301 says more",
    ]


def test_a_terminal_is_told_the_place_where_no_line_can_be_shown() -> None:
    assert "  at 3:1" in drawn([finding("", 1, 1)]).splitlines()


def test_nothing_found_is_said_in_one_line() -> None:
    assert drawn([]) == "nothing found in 2 pages\n"


def test_markup_in_a_page_is_text() -> None:
    assert "$ echo [bold]x[/bold] [/]" in drawn([finding("$ echo [bold]x[/bold] [/]", 3, 7)])


def test_annotations_are_escaped_as_github_wants_it() -> None:
    one = finding("", 1, 1, lines=1)
    odd = Finding(one.code, one.rule, "warning", "a,b:c%.md", one.span, "100 %\nsure; ok", "")
    assert list(findings_github.lines([odd])) == [
        "::warning file=a%2Cb%3Ac%25.md,line=3,endLine=4,title=LAB301 wait::100 %25%0Asure; ok"
    ]
