"""What a rehearsal would prove, for people and for programs."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from labrunner.check.coverage import LabCoverage

SORTS = ("rehearsed", "not rehearsed", "skipped")
VERSION = 1
"""Of the JSON; grows when a key changes its meaning or goes, not when one is added."""


def as_text(labs: Sequence[LabCoverage]) -> str:
    """Return a table of folders, and why blocks are not rehearsed, the most frequent reason first."""
    lines = [*_table(labs), ""]
    reasons = Counter(
        reason for lab in labs for one in lab.blocks if one.sort == "not rehearsed" for reason in one.reasons
    )
    if reasons:
        lines.append("not rehearsed because")
        lines += [f"{count:6}  {reason}" for reason, count in reasons.most_common()]
        lines.append("")
    total = sum(len(lab.blocks) for lab in labs)
    proven = sum(lab.count("rehearsed") for lab in labs)
    share = f", {100 * proven // total} %" if total else ""
    return "\n".join([*lines, f"{proven} of {total} blocks would be rehearsed{share}"])


def as_json(labs: Sequence[LabCoverage]) -> str:
    """Return one JSON object.

    Keys: `version`; `labs`, each with `folder`, `rehearsed`, `not_rehearsed`, `skipped` (numbers of
    blocks) and `blocks`, each with `page`, `line` (of its opening fence, from 1), `sort` and `reasons`.
    """
    return json.dumps({"version": VERSION, "labs": [_lab(lab) for lab in labs]}, indent=2, ensure_ascii=False)


def _table(labs: Sequence[LabCoverage]) -> Iterator[str]:
    width = max([len(lab.name) for lab in labs] + [3])
    yield f"{'lab':{width}}  {'rehearsed':>9}  {'not rehearsed':>13}  {'skipped':>7}"
    for lab in labs:
        proven, missing, skipped = (lab.count(sort) for sort in SORTS)
        yield f"{lab.name:{width}}  {proven:9}  {missing:13}  {skipped:7}"


def _lab(lab: LabCoverage) -> dict[str, Any]:
    return {
        "folder": lab.name,
        "rehearsed": lab.count("rehearsed"),
        "not_rehearsed": lab.count("not rehearsed"),
        "skipped": lab.count("skipped"),
        "blocks": [
            {"page": one.page, "line": one.line, "sort": one.sort, "reasons": list(one.reasons)}
            for one in lab.blocks
        ],
    }
