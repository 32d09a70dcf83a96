"""Any text is a page and any text a manifest: nothing that people write may crash a rule."""

from pathlib import Path

from example_lab import lab_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labrunner.check.engine import findings
from labrunner.check.manifest import parse_manifest
from labrunner.check.rule import Example
from labrunner.check.rules import RULES
from labrunner.report import findings_github, findings_json, findings_sarif, findings_text

QUICK = tuple(rule for rule in RULES if rule.name != "shellcheck")
"""Without the one that starts a program for every example."""

_WORDS = """
kubectl aws helm get apply delete -f -k -n web --timeout=5m --timeout=$X -w --watch logs exec -it -- bash
sleep 30 | && || ; & > < << <<EOF EOF <( ) $( ` " ' \\ { } for i in x; do done if then fi case esac cat
/workspace/modules/web.yaml /workspace/ ~/x {{ <pod-name> export A=1 $A ${B:-c} vi sudo read 5m é 字 # ...
port-forward rollout status deployment/web web-7d4b9c6f5d-x2k8p curl -m timeout 9 https://example.com/main/x
create envsubst namespace serviceaccount --ignore-not-found scale --replicas=3 unset declare eval
"""
_LINES = """\
```bash
```bash timeout=5m wait=30 hook=x
```bash test=false
```
````
```file
```kustomization
Deployment/web
web.yaml
# Clean up
::yaml{file="web.yaml" paths="spec.a,0.b"}
<!-- labrunner: ignore LAB301 x -->
<!--
[a](b.md#c) ![](x.png) [](#d)
---
title: x
sidebar_position: 1
<Tabs>
  - in a list
> quoted"""
_YAML = """\
apiVersion: v1|kind: Deployment|metadata:|  name: web|  name: [a, {b: c}]|spec:|  - a|  replicas: $N|---
|? x|: y|&a|*a|<<: *a|  template: {spec: {containers: [{name: x, image: 1}]}}|kind: [1]|x: 2024-99-99
|!!python/x|"|'|data: !!binary x|1: 2|null:|resources: [web.yaml, ../x]|x: 0x|y: 1_0:99.|- - -|\t"""
WORDS = st.sampled_from([*_WORDS.split(), "\t"])
COMMANDS = st.lists(WORDS, max_size=9).map(lambda words: "$ " + " ".join(words))
LINES = st.one_of(
    COMMANDS,
    COMMANDS,
    st.sampled_from(_LINES.split("\n")),
    st.text(max_size=30),
)
YAML = st.lists(
    st.sampled_from(_YAML.replace("\n", "").split("|")) | st.text(max_size=20),
    max_size=15,
).map("\n".join)


def every_format(page: str, files: dict[str, str]) -> None:
    found = list(findings(lab_of(Example(page, files=files)), QUICK))
    crashed = [one.message for one in found if one.code == "LAB001"]
    assert not crashed
    for one in found:
        assert 1 <= one.span.line <= one.span.end_line
        assert one.span.column >= 1
        assert one.span.line < one.span.end_line or one.span.column <= one.span.end_column
    known = [one for one in found if one.code[3] != "0"]
    findings_sarif.text(known, QUICK)
    findings_json.text(found, 1)
    list(findings_github.lines(found))
    list(findings_text.lines(found))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LINES, max_size=25).map("\n".join), YAML)
def test_pages_of_any_kind_are_read(page: str, manifest: str) -> None:
    every_format(page, {"modules/web.yaml": manifest, "content/tests/hook-x.sh": manifest})


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(COMMANDS, max_size=6).map("\n".join), YAML)
def test_commands_of_any_kind_are_read(commands: str, manifest: str) -> None:
    page = f"```bash wait=30\n{commands}\n$ kubectl apply -f /workspace/modules/ -k /workspace/modules\n```\n"
    every_format(page, {"modules/web.yaml": manifest, "modules/kustomization.yaml": manifest})


@settings(max_examples=300, deadline=None)
@given(YAML | st.text())
def test_manifests_of_any_kind_are_read(text: str) -> None:
    manifest = parse_manifest(text, str(Path("x.yaml")))
    for one in manifest.objects:
        one.data({"N": "3"})
        assert one.span(("spec", 0, "a")).line >= 1
    if manifest.broken:
        assert manifest.broken.span.column >= 1
