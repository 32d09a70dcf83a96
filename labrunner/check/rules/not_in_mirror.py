"""LAB507: manifests from a web address that the lab's mirror does not have."""

from collections.abc import Iterator

from labrunner.check.applied import applications, in_mirror
from labrunner.check.finding import Found
from labrunner.check.lab import Lab
from labrunner.check.page import Page
from labrunner.check.rule import Example, PageRule

EXPLANATION = """
A rehearsal has no internet. A lab whose `lab.toml` names a mirror brings the web pages that it needs along,
in a folder with one subfolder a host. `kubectl apply -f https://…` of an address that is not in there works
for readers, and fails in the rehearsal.

Labs without a mirror, and commands that are not run, are left alone.

**Instead**, put the file into the mirror, at the host and path of its address, or correct the address.
"""


def check(page: Page, lab: Lab) -> Iterator[Found]:
    """Yield addresses that the mirror lacks."""
    mirror, seen = page.declaration.mirror, set()
    for application in applications(page, lab) if mirror else ():
        address = application.address
        if not address or address in seen or "$" in address or not application.command.runs:
            continue
        seen.add(address)
        if not in_mirror(address, lab, mirror):
            path = address.partition("://")[2]
            fact = "the lab's mirror does not have this address, so a rehearsal fails here"
            yield page.found(application.span, f"{fact}; put the file into it as {path}")


_MIRROR = {
    "modules/page/lab.toml": '[mirror]\nfolder = "/"\n',
    "/raw.githubusercontent.com/some/project/v1/deploy.yml": "kind: Namespace\n",
}

RULE = PageRule(
    code="LAB507",
    name="not-in-mirror",
    severity="error",
    summary="manifests come from an address that the lab's mirror lacks",
    explanation=EXPLANATION,
    check=check,
    accepts=(
        Example(
            """
            ```bash
            $ kubectl apply -f https://raw.githubusercontent.com/some/project/v1/deploy.yml
            $ kubectl apply -f https://example.com/$VERSION/deploy.yml
            ```

            ```bash test=false
            $ kubectl apply -f https://raw.githubusercontent.com/some/project/v2/deploy.yml
            ```
            """,
            files=_MIRROR,
        ),
        Example(
            """
            ```bash
            $ kubectl apply -f https://raw.githubusercontent.com/some/project/v2/deploy.yml
            ```
            """,
        ),
    ),
    rejects=(
        Example(
            """
            ```bash
            $ kubectl apply -f https://raw.githubusercontent.com/some/project/v2/deploy.yml
            $ kubectl delete -f https://raw.githubusercontent.com/some/project/v2/deploy.yml
            ```
            """,
            finds=("2:20 https://raw.githubusercontent.com/some/project/v2/deploy.yml",),
            files=_MIRROR,
        ),
    ),
)
