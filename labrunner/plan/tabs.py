"""Of mutually exclusive tabs, which one runs: the first, unless another one is chosen."""

from collections.abc import Iterable, Mapping, Sequence

from labrunner.document.model import Block, Tab


def chosen_tabs(blocks: Iterable[Block], wanted: Sequence[str]) -> Mapping[int, Tab]:
    """Return, by the number of their group, the tabs that run instead of the first of the group.

    Args:
        blocks: All blocks of one page; tabs without a block have nothing to run.
        wanted: Labels or values as the user gave them, in any case of letters; the earliest wins.
    """
    met = {tab: None for block in blocks for tab in block.tabs}
    chosen: dict[int, Tab] = {}
    for name in wanted:
        for tab in met:
            if name.casefold() in (tab.label.casefold(), tab.value.casefold()):
                chosen.setdefault(tab.group, tab)
    return chosen


def passed_over(block: Block, chosen: Mapping[int, Tab]) -> str:
    """Return why a block does not run because of the tab it stands in; empty when it runs."""
    for tab in block.tabs:
        other = chosen.get(tab.group)
        if other is not None and tab != other:
            return f"tab {tab.label!r}: {other.label!r} is chosen"
        if other is None and not tab.first:
            return f"tab {tab.label!r}: the first one runs"
    return ""
