"""Write the manual's pages on the rules of `check`, `docs/rules/`. A test holds them to be up to date.

python tools/build_rule_pages.py
"""

from pathlib import Path

from labrunner.check.own import OWN
from labrunner.check.rules import RULES
from labrunner.report.rule_page import as_index, as_markdown

FOLDER = Path(__file__).parent.parent / "docs" / "rules"


def pages() -> dict[str, str]:
    """Return the pages by their names."""
    rules = (*OWN, *RULES)
    return {"README.md": as_index(rules), **{f"{rule.code}.md": as_markdown(rule) for rule in rules}}


def main() -> None:
    """Write them, and take away those of rules that are gone."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
