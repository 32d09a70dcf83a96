"""A rule as a page of the manual; `labrunner check --explain` shows the same."""

from collections.abc import Sequence
from textwrap import dedent

from labrunner.check.rule import Example, Rule

FAMILIES = {
    "0": "check itself",
    "1": "document",
    "2": "references",
    "3": "time",
    "4": "shell",
    "5": "manifests",
    "6": "clean-up",
    "7": "Python in modules",
}
"""By the first digit of their codes."""


def as_markdown(rule: Rule) -> str:
    """Return the page of one rule."""
    parts = [
        f"# {rule.code}: {rule.name}",
        f"*{rule.severity}, {FAMILIES[rule.code[3]]}*: {rule.summary}.",
        rule.explanation.strip(),
    ]
    if rule.rejects:
        parts += ["## An example", *_example(rule.rejects[0])]
    hint = f"`<!-- labrunner: ignore {rule.code} why -->` above a block says nothing of it there."
    return "\n\n".join([*parts, hint]) + "\n"


def as_index(rules: Sequence[Rule]) -> str:
    """Return the page that lists all rules, family by family."""
    parts = ["# Rules of `labrunner check`", "This page and those below are made from the rules themselves."]
    for digit, family in FAMILIES.items():
        rows = [
            f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} | {rule.summary} |"
            for rule in rules
            if rule.code[3] == digit
        ]
        if rows:
            head = "| code | name | severity | what it says |\n|---|---|---|---|\n"
            parts += [f"## {family[:1].upper()}{family[1:]}", head + "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def _example(example: Example) -> list[str]:
    page = dedent(example.page).strip("\n")
    parts = [f"````md\n{page}\n````"]
    for name, text in example.files.items():
        parts += [f"with `{name}`:", f"```\n{dedent(text).strip()}\n```"]
    return [*parts, *(f"- `{where}`" for where in example.finds)]
