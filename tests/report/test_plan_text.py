"""A plan as people and programs see it, against golden files."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from labrunner.lab import load
from labrunner.plan.durations import as_written
from labrunner.plan.model import Plan
from labrunner.report.plan import as_json, as_text

Golden = Callable[[Path, str], None]
GOLDEN = Path(__file__).parent / "golden"

PAGE = """\
---
title: Golden lab
---

## Set up

```file
first/app.yaml
```

```bash timeout=5m wait=30 hook=app timeot=3
$ kubectl apply -f /workspace/modules/first/app.yaml
$ cat <<EOF | kubectl apply -f -
kind: ConfigMap
EOF
configmap/x created
$ kubectl get <pod-name>
```

```bash test=false
$ kubectl logs -f deploy/app
```

```bash expectError=true hook=app hookTimeout=10
$ false
```

## Clean up

```bash
$ kubectl delete -f app.yaml
```
"""

DECLARATION = """\
title = "Golden"
[variables]
REGION = "us-west-2"
[[buckets]]
variable = "BUCKET"
prefix = "golden"
[[roles]]
variable = "ROLE"
service_account = "apps/app"
buckets = ["BUCKET"]
[cleanup]
commands = ["rm -f /tmp/golden"]
namespaces = ["apps"]
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    files = {
        "content/page.md": PAGE,
        "content/tests/hook-app.sh": "",
        "content/tests/hook-suite.sh": "",
        "modules/first/lab.toml": DECLARATION,
        "labrunner.toml": '[paths]\n"~/environment" = "modules"\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return load("content/page.md").plan()


def anywhere(text: str, root: Path) -> str:
    return text.replace(str(root.resolve()), "/lab")


def test_a_plan_for_people(plan: Plan, tmp_path: Path, golden: Golden) -> None:
    golden(GOLDEN / "plan.txt", anywhere(as_text(plan), tmp_path))


def test_a_plan_for_programs(plan: Plan, tmp_path: Path, golden: Golden) -> None:
    golden(GOLDEN / "plan.json", anywhere(as_json(plan), tmp_path) + "\n")


def test_colours_change_nothing_but_colours(plan: Plan) -> None:
    assert re.sub(r"\x1b\[\d+m", "", as_text(plan, color=True)) == as_text(plan)
    assert "\x1b" not in as_text(plan)


def test_the_json_can_be_read_and_counts_from_one(plan: Plan) -> None:
    told = json.loads(as_json(plan))
    first = told["suites"][0]["steps"][0]
    assert (told["version"], first["number"], first["line"]) == (1, 1, 11)
    assert [step["number"] for suite in told["suites"] for step in suite["steps"]] == [1, 2, 3, 4, 5]


def test_an_empty_plan_is_no_problem(plan: Plan) -> None:
    assert "0 steps" in as_text(replace(plan, suites=()))


@pytest.mark.parametrize(
    ("seconds", "text"), [(5.0, "5s"), (90.0, "90s"), (300.0, "5m"), (7200.0, "2h"), (1.5, "1.5s")]
)
def test_durations_read_as_authors_write_them(seconds: float, text: str) -> None:
    assert as_written(seconds) == text
