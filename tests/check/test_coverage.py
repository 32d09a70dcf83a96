"""What would be rehearsed is told from the pages alone."""

from example_lab import lab_of

from labrunner.check.coverage import Covered, coverage
from labrunner.check.rule import Example

PAGE = """
```bash
$ kubectl apply -f /workspace/modules/web.yaml && greet
$ greet() { echo hello; }
```

```bash test=false
$ helm install web ./web
```

```bash
$ helm install web ./web | tee out
$ timeout 5 helm list
```

```bash
$ kubectl apply -f /workspace/modules/ingress.yaml
$ kubectl apply -f https://example.com/v1/all.yaml
$ kubectl delete -f /workspace/modules/ingress.yaml
```

```sh
$ nothing
```
"""
FILES = {
    "modules/web.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: nginx}, {image: $MINE}]}\n",
    "modules/ingress.yaml": "apiVersion: v2\nkind: Ingress\nspec: {containers: [{image: mine}]}\n",
}


class Stage:
    def lacks_program(self, name: str) -> str:
        return f"no {name}" if name in ("helm", "greet") else ""

    def lacks_kind(self, api_version: str, kind: str) -> str:
        return "" if (api_version, kind) == ("v1", "Pod") else f"no {kind} of {api_version}"

    def lacks_image(self, image: str) -> str:
        return "" if image == "nginx" else f"no image {image}"


def test_blocks_are_counted_with_what_keeps_them_from_being_rehearsed() -> None:
    (lab,) = coverage(lab_of(Example(PAGE, files=FILES)), Stage())
    missing = (
        "no Ingress of v2",
        "no image mine",
        "https://example.com/v1/all.yaml is not in the lab's mirror",
    )
    assert lab.name == "content"
    assert lab.blocks == (
        Covered("content/page.md", 1, "rehearsed"),
        Covered("content/page.md", 6, "skipped", ("test=false",)),
        Covered("content/page.md", 10, "not rehearsed", ("no helm",)),
        Covered("content/page.md", 15, "not rehearsed", missing),
    )
    assert [lab.count(sort) for sort in ("rehearsed", "not rehearsed", "skipped")] == [1, 2, 1]
