"""What the engine itself has to say: rules to `--explain` and to reports, run by nobody."""

from labrunner.check.rule import PageRule, Rule


def _own(code: str, name: str, summary: str, explanation: str, *, error: bool = False) -> Rule:
    return PageRule(
        code=code,
        name=name,
        severity="error" if error else "warning",
        summary=summary,
        explanation=explanation,
        check=lambda page, lab: (),
        accepts=(),
        rejects=(),
    )


CRASHED = _own(
    "LAB001",
    "rule-crashed",
    "a rule stopped with an unexpected error",
    """
A rule of labrunner stopped in the middle. The finding is about labrunner, not about the lab; all other
rules have run.

**Instead**, report it with the page that brought it about, and go on with `--ignore` and the rule's code.
""",
    error=True,
)

UNUSED = _own(
    "LAB002",
    "unused-ignore",
    "a comment ignores a finding that is not there",
    """
A comment `<!-- labrunner: ignore LAB301 … -->` stays behind when what it was written for has been mended.
From then on it hides the next mistake of that kind. A code that no rule has hides nothing at all.

**Instead**, take the comment, or the code in it, away.

Codes of rules that did not run are left alone.
""",
)

UNREASONED = _own(
    "LAB003",
    "ignore-without-reason",
    "a comment ignores a finding and does not say why",
    """
Whoever reads `<!-- labrunner: ignore LAB301 -->` a year later cannot tell whether it is still right.

**Instead**, say why behind the codes: `<!-- labrunner: ignore LAB301 the block limit is the point here -->`.
""",
)

OWN: tuple[Rule, ...] = (CRASHED, UNUSED, UNREASONED)
