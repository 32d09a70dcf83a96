"""What reading pages costs. Promised: 400 pages with 1,600 commands in well under a second.

    python benchmarks/reading.py [ROUNDS]

The pages are made here, in the proportions of a large workshop: mostly prose, four bash blocks each, half of
the commands with something that only the grammar can judge. The floor is markdown-it's block parser alone.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable

from markdown_it import MarkdownIt

from labrunner.document import parse

PROSE = (
    "Some prose about clusters that goes on *for* a while, with [a link](https://example.com) and `code`.\n"
)
COMMANDS = (
    "$ kubectl get pods -n carts",
    "$ kubectl apply -k ~/environment/workshop/modules/base",
    "$ kubectl rollout status -n other deployment/inflate --timeout=180s",
    "$ aws eks describe-cluster \\\n  --name $CLUSTER \\\n  --query cluster",
    "$ export HOST=$(kubectl get service -n ui -o json | jq -r '.items[0]')",
    "$ cat <<EOF | kubectl apply -f -\nkind: ConfigMap\nEOF",
)
OUTPUT = "NAME    READY   STATUS\npod-1   1/1     Running\n"


def page(number: int, chance: random.Random) -> str:
    """Return the text of one page."""
    blocks = (
        f"{PROSE * 4}\n## Part {part}\n\n```bash timeout=60\n{chance.choice(COMMANDS)}\n{OUTPUT}```\n\n"
        f":::tip\n{PROSE}:::\n\n"
        for part in range(4)
    )
    return f"---\ntitle: Page {number}\nsidebar_position: {number}\n---\n\n{''.join(blocks)}"


def seconds(read: Callable[[str], object], pages: list[str]) -> float:
    """Return how long it takes to read all pages once."""
    began = time.perf_counter()
    for text in pages:
        read(text)
    return time.perf_counter() - began


def main(rounds: int) -> None:
    """Print the medians."""
    chance = random.Random(1)
    pages = [page(number, chance) for number in range(400)]
    bare = MarkdownIt("commonmark")
    bare.core.ruler.enableOnly(["normalize", "block"])
    floor = statistics.median(seconds(bare.parse, pages) for _ in range(rounds))
    ours = statistics.median(seconds(lambda text: parse(text, "page.md"), pages) for _ in range(rounds))
    commands = sum(len(block.commands) for text in pages for block in parse(text, "page.md").blocks)
    print(f"{len(pages)} pages, {commands} commands: {ours:.3f} s, {ours / floor:.2f} × markdown-it alone")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
