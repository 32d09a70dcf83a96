"""Makes a workshop of any size on disk: pages, modules, hooks, in the proportions of a large public one.

It is healthy: `labrunner check` has nothing to say about it. Used by `benchmarks/check.py`.
"""

import random
from collections.abc import Iterator
from pathlib import Path

PROSE = (
    "Some prose about clusters that goes on *for* a while, with [a link](https://example.com) and `code`.\n"
    "It tells what the next block does, why a reader wants it, and what they will see once it is done.\n"
)
OUTPUT = "NAME                     READY   STATUS\nweb-5d8f7c9b6d-x2k8p     1/1     Running\n...\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: {namespace}
  labels:
    app.kubernetes.io/created-by: workshop
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app: {name}
  template:
    metadata:
      labels:
        app: {name}
    spec:
      containers:
        - name: {name}
          image: public.ecr.aws/docker/library/nginx:1.27
          env:
            - name: CLUSTER
              value: "$EKS_CLUSTER_NAME"
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
          resources:
            requests:
              cpu: 250m
              memory: 256Mi
            limits:
              memory: 256Mi
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: {namespace}
spec:
  type: ClusterIP
  ports:
    - port: 80
      targetPort: http
  selector:
    app: {name}
"""
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {namespace}\n"
LAB = '[variables]\nEKS_CLUSTER_NAME = "eks-workshop"\nAWS_REGION = "us-west-2"\n'
HOOK = """\
before() {
  echo "nothing to do"
}

after() {
  kubectl get deployment -n "$1" -o json | jq -e '.items | length > 0'
}

"$@"
"""


def write(folder: Path, *, pages: int, manifests: int, seed: int = 1) -> None:
    """Write a workspace with this many pages (about 4.3 commands each) and manifests below `folder`."""
    chance = random.Random(seed)
    for number in range(pages):
        lab = f"lab{number:03}"
        count = manifests // pages + (number < manifests % pages)
        names = [f"{kind}-{lab}" for kind in ("web", "api", "cache", "queue")[:count]]
        module = folder / "modules" / lab
        _put(module / "lab.toml", LAB)
        _put(module / "namespace.yaml", NAMESPACE.format(namespace=lab)) if names else None
        for name in names[1:]:
            text = DEPLOYMENT if chance.random() < 0.6 else SERVICE
            _put(
                module / f"{name}.yaml", text.format(name=name, namespace=lab, replicas=chance.randint(1, 5))
            )
        place = folder / "content" / f"part{number // 20:02}" / f"{lab}.md"
        _put(place, "".join(_page(lab, names, number, chance)))
        if number % 4 == 0:
            _put(place.parent / "tests" / f"hook-{lab}.sh", HOOK)


def _page(lab: str, names: list[str], number: int, chance: random.Random) -> Iterator[str]:
    yield f"---\ntitle: {lab.title()}\nsidebar_position: {number}\n---\n\n{PROSE * 3}\n"
    if names:
        yield f"## Deploy\n\n```file\n{lab}/namespace.yaml\n```\n\n```bash timeout=240\n"
        yield f"$ kubectl apply -f /workspace/modules/{lab}/\n"
        yield f"$ kubectl -n {lab} wait --for=condition=Ready --timeout=180s pod --all\n```\n\n{PROSE}\n"
    hook = f" hook={lab}" if number % 4 == 0 else ""
    for part, command in enumerate(chance.sample(COMMANDS, 1 + number % 2)):
        yield f"## Part {part}\n\n{PROSE * 4}\n```bash timeout=60{hook if part == 0 else ''}\n"
        yield command.replace("LAB", lab)
        yield f"{OUTPUT}```\n\n:::tip\n{PROSE}:::\n\n"
    yield f"## Clean up\n\n```bash\n$ kubectl delete namespace {lab} --ignore-not-found\n```\n"


CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\ndata:\n  region: $AWS_REGION\n"
COMMANDS = (
    "$ kubectl get pods -n LAB\n",
    "$ kubectl describe deployment -n LAB -l app=web\n",
    "$ aws eks describe-cluster \\\n  --name $EKS_CLUSTER_NAME \\\n  --query cluster\n",
    "$ export HOST=$(kubectl get service -n LAB -o json | jq -r '.items[0].metadata.name')\n$ echo $HOST\n",
    f"$ cat <<EOF | kubectl apply -n LAB -f -\n{CONFIG_MAP}EOF\n",
    '$ for name in a b c; do\n    echo "$name"\n  done\n$ kubectl get nodes -o wide | grep -c Ready\n',
    "$ kubectl logs -n LAB deployment/web --tail=5 && kubectl top pods -n LAB || true\n",
)


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
