"""Which tab a block stands in: `<Tabs>` and `<TabItem>`, told from the text around the fences.

Of mutually exclusive tabs a reader takes one, so which tab a block belongs to decides whether it runs.
`<details>` and admonitions exclude nothing and are left alone.
"""

import re
from dataclasses import dataclass, field

from labrunner.document.model import Tab

_TAG = re.compile(r"<(/?)(Tabs|TabItem)\b((?:[^<>\"'{]|\"[^\"]*\"|'[^']*'|\{[^}]*\})*?)(/?)>")
_PROPERTY = re.compile(r"\b(label|value)=(?:\"([^\"]*)\"|'([^']*)'|\{\s*[\"']([^\"']*)[\"']\s*\})")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)


@dataclass(slots=True)
class _Group:
    number: int
    seen: int = 0
    """Tabs begun so far."""
    tab: Tab | None = None


@dataclass(slots=True)
class Tabs:
    """Follows a page's text from top to bottom."""

    _open: list[_Group] = field(default_factory=list)
    _groups: int = 0

    @property
    def current(self) -> tuple[Tab, ...]:
        """The tabs that text at this point of the page stands in, outermost first."""
        return tuple(group.tab for group in self._open if group.tab)

    def pass_text(self, text: str) -> None:
        """Take note of the tags in a paragraph's text."""
        if "Tab" not in text:
            return
        for closing, name, rest, empty in _TAG.findall(_CODE.sub("", text)):
            if name == "Tabs":
                self._group(bool(closing or empty))
            elif self._open:
                self._item(bool(closing or empty), rest)

    def _group(self, closing: bool) -> None:
        if not closing:
            self._groups += 1
            self._open.append(_Group(self._groups))
        elif self._open:
            self._open.pop()

    def _item(self, closing: bool, rest: str) -> None:
        group = self._open[-1]
        if closing:
            group.tab = None
            return
        given = {match[0]: match[1] or match[2] or match[3] for match in _PROPERTY.findall(rest)}
        group.seen += 1
        value = given.get("value") or given.get("label") or str(group.seen)
        group.tab = Tab(group.number, given.get("label") or value, value, group.seen == 1)
