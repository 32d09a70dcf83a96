"""LAB506: manifests from a web address that may give something else tomorrow."""

import re
from collections.abc import Iterator

from labrunner.check.applied import applications
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
`kubectl apply -f https://…` with the name of a branch in the address, or `releases/latest`: what readers get
changes with every commit over there. The lab worked when it was written, and fails one morning.

Known are the addresses of GitHub: `raw.githubusercontent.com`, `github.com/…/raw/…`, `releases/latest`, and
remote kustomizations (`-k github.com/…?ref=main`).

**Instead**, name a tag or a commit in the place of the branch.
"""

_BRANCH = r"(?:main|master|HEAD|trunk|develop|dev|gh-pages|nightly|latest)"
_UNPINNED = (
    re.compile(rf"https?://raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/heads/[^/]+|({_BRANCH}))/"),
    re.compile(rf"https?://github\.com/[^/]+/[^/]+/(?:raw|blob)/(?:refs/heads/[^/]+|({_BRANCH}))/"),
    re.compile(r"https?://github\.com/[^/]+/[^/]+/releases/(latest)/download/"),
)
_REMOTE = re.compile(rf"(?:https://|git::)?\S*github\.com[/:].*[?&]ref=({_BRANCH})(?:&|$)")


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield addresses without a tag or commit in them."""
    seen = set()
    for application in applications(page, lab):
        said = application.said
        patterns = (_REMOTE,) if application.kustomized else _UNPINNED
        found = next((found for pattern in patterns if (found := pattern.match(said))), None)
        if found and not application.deletes and said not in seen:
            seen.add(said)
            branch = found[1] or "a branch"
            fact = f"this address follows {branch}, so it may give something else tomorrow"
            yield page.found(application.span, f"{fact}; name a tag or commit instead")


RULE = PageRule(
    code="LAB506",
    name="unpinned-address",
    severity="warning",
    summary="manifests come from an address that follows a branch",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ kubectl apply -f https://raw.githubusercontent.com/some/project/v2.6.0/main/deploy.yml
            $ kubectl apply -f https://github.com/some/project/releases/download/v1.0/install.yaml
            $ kubectl apply -f https://example.com/main/deploy.yml
            $ kubectl apply -k "github.com/some/project/deploy?ref=release-1.3"
            $ kubectl delete -f https://raw.githubusercontent.com/some/project/main/deploy.yml
            ```
            """,
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl apply -f https://raw.githubusercontent.com/some/project/main/deploy.yml
            ```
            """,
            finds=("2:20 https://raw.githubusercontent.com/some/project/main/deploy.yml",),
        ),
        Example(
            """
            ```bash
            $ kubectl create -f https://github.com/some/project/raw/master/deploy.yml
            $ kubectl apply -f https://github.com/some/project/releases/latest/download/deploy.yml
            $ kubectl apply -k 'https://github.com/some/project//deploy?ref=main'
            $ curl -s https://raw.githubusercontent.com/some/project/refs/heads/x/a.yml | kubectl apply -f -
            ```
            """,
            finds=(
                "2:21 https://github.com/some/project/raw/master/deploy.yml",
                "3:20 https://github.com/some/project/releases/latest/download/deploy.yml",
                "4:20 'https://github.com/some/project//deploy?ref=main'",
                "5:11 https://raw.githubusercontent.com/some/project/refs/heads/x/a.yml",
            ),
        ),
    ),
)
