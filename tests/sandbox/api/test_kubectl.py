"""The real kubectl against the API: what its users do every day."""

import json
import threading

import pytest
import yaml
from serving import Threaded

CONFIG_MAP = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels: {app: web}
data:
  colour: blue
"""

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: nginx
        ports: [{containerPort: 80}]
"""

DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boxes.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {plural: boxes, singular: box, kind: Box, shortNames: [bx]}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer, description: How much fits in.}
"""

BOX = """
apiVersion: example.org/v1
kind: Box
metadata: {name: small}
spec: {size: 3}
"""


def test_apply_creates_changes_and_knows_when_nothing_changed(kube: Threaded) -> None:
    assert "configmap/settings created" in kube.kubectl("apply", "-f", "-", stdin=CONFIG_MAP)
    assert "configmap/settings unchanged" in kube.kubectl("apply", "-f", "-", stdin=CONFIG_MAP)
    changed = CONFIG_MAP.replace("blue", "red")
    assert "configmap/settings configured" in kube.kubectl("apply", "-f", "-", stdin=changed)
    assert kube.kubectl("get", "cm", "settings", "-o", "jsonpath={.data.colour}") == "red"


def test_apply_takes_out_what_is_no_longer_in_the_manifest(kube: Threaded) -> None:
    kube.kubectl("apply", "-f", "-", stdin=CONFIG_MAP + "  size: large\n")
    kube.kubectl("apply", "-f", "-", stdin=CONFIG_MAP)
    assert json.loads(kube.kubectl("get", "cm", "settings", "-o", "json"))["data"] == {"colour": "blue"}


def test_apply_merges_lists_by_their_keys(kube: Threaded) -> None:
    kube.kubectl("apply", "-f", "-", stdin=DEPLOYMENT)
    kube.kubectl("set", "env", "deploy/web", "A=b")
    kube.kubectl("apply", "-f", "-", stdin=DEPLOYMENT.replace("nginx", "nginx:1.27"))
    path = (
        "jsonpath={.spec.template.spec.containers[*].image} {.spec.template.spec.containers[0].env[0].name}"
    )
    assert kube.kubectl("get", "deploy", "web", "-o", path) == "nginx:1.27 A"


def test_apply_on_the_server_s_side(kube: Threaded) -> None:
    manifest = CONFIG_MAP
    for expected in ("blue", "red"):
        said = kube.kubectl("apply", "--server-side", "-f", "-", stdin=manifest.replace("blue", expected))
        assert "configmap/settings serverside-applied" in said
        assert kube.kubectl("get", "cm", "settings", "-o", "jsonpath={.data.colour}") == expected


def test_a_misspelt_field_is_refused_by_name(kube: Threaded) -> None:
    said = kube.kubectl("apply", "-f", "-", stdin=DEPLOYMENT.replace("image:", "imege:"), code=1)
    assert 'strict decoding error: unknown field "spec.template.spec.containers[0].imege"' in said
    said = kube.kubectl("apply", "-f", "-", "--validate=false", stdin=CONFIG_MAP.replace("\ndata:", "\ndta:"))
    assert "created" in said


def test_diff_shows_what_apply_would_change(kube: Threaded) -> None:
    kube.kubectl("apply", "-f", "-", stdin=CONFIG_MAP)
    said = kube.kubectl("diff", "-f", "-", stdin=CONFIG_MAP.replace("blue", "red"), code=1)
    assert "-  colour: blue" in said
    assert "+  colour: red" in said
    assert kube.kubectl("diff", "-f", "-", stdin=CONFIG_MAP) == ""


def test_a_dry_run_changes_nothing(kube: Threaded) -> None:
    said = kube.kubectl("apply", "--dry-run=server", "-f", "-", stdin=CONFIG_MAP)
    assert "configmap/settings created (server dry run)" in said
    assert "NotFound" in kube.kubectl("get", "cm", "settings", code=1)


def test_create_twice_is_refused(kube: Threaded) -> None:
    kube.kubectl("create", "-f", "-", stdin=CONFIG_MAP)
    said = kube.kubectl("create", "-f", "-", stdin=CONFIG_MAP, code=1)
    assert 'configmaps "settings" already exists' in said


def test_a_list_of_manifests_is_applied_and_deleted(kube: Threaded) -> None:
    items = [yaml.safe_load(CONFIG_MAP), yaml.safe_load(DEPLOYMENT)]
    manifest = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    said = kube.kubectl("apply", "-f", "-", stdin=manifest)
    assert "configmap/settings created" in said
    assert "deployment.apps/web created" in said
    said = kube.kubectl("delete", "-f", "-", stdin=manifest)
    assert 'configmap "settings" deleted' in said


def test_kustomize_names_and_labels_what_it_applies(kube: Threaded) -> None:
    folder = kube.folder / "kustomized"
    folder.mkdir()
    (folder / "settings.yaml").write_text(CONFIG_MAP)
    (folder / "kustomization.yaml").write_text("resources: [settings.yaml]\nnamePrefix: my-\n")
    assert "configmap/my-settings created" in kube.kubectl("apply", "-k", str(folder))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("name", "configmap/settings\n"),
        ("jsonpath={.metadata.labels.app}", "web"),
        ("custom-columns=N:.metadata.name,C:.data.colour", "N          C\nsettings   blue\n"),
        ("go-template={{.data.colour}}", "blue"),
    ],
)
def test_get_writes_in_many_forms(shop: Threaded, form: str, expected: str) -> None:
    shop.kubectl("apply", "-f", "-", stdin=CONFIG_MAP)
    assert shop.kubectl("get", "cm", "settings", "-o", form) == expected


def test_get_prints_tables(kube: Threaded) -> None:
    kube.call(kube.cluster.create_pod, "web-1", kube.namespace)
    head, row = kube.kubectl("get", "pods").splitlines()
    assert head.split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert row.split()[:3] == ["web-1", "0/1", "Running"]
    wide = kube.kubectl("get", "pods", "-o", "wide").splitlines()
    assert wide[0].split()[5:] == ["IP", "NODE", "NOMINATED", "NODE", "READINESS", "GATES"]
    assert "node-1" in wide[1]
    assert kube.namespace in kube.kubectl("get", "pods", "-A", "--show-labels")


def test_get_says_so_when_there_is_nothing(kube: Threaded) -> None:
    assert f"No resources found in {kube.namespace} namespace." in kube.kubectl("get", "pods")
    said = kube.kubectl("get", "pod", "ghost", code=1)
    assert said == 'Error from server (NotFound): pods "ghost" not found\n'
    assert 'the server doesn\'t have a resource type "ghosts"' in kube.kubectl("get", "ghosts", code=1)


def test_get_all_shows_every_kind_of_the_category(kube: Threaded) -> None:
    kube.kubectl("apply", "-f", "-", stdin=DEPLOYMENT)
    assert "deployment.apps/web" in kube.kubectl("get", "all")


def test_get_sorts_and_selects(kube: Threaded) -> None:
    for name, colour in (("a", "red"), ("b", "blue"), ("c", "green")):
        manifest = CONFIG_MAP.replace("settings", name).replace("blue", colour)
        kube.kubectl("create", "-f", "-", stdin=manifest)
    said = kube.kubectl("get", "cm", "--sort-by={.data.colour}", "-o", "name")
    assert said.split() == ["configmap/b", "configmap/c", "configmap/a"]
    kube.kubectl("label", "cm", "a", "app=db", "--overwrite")
    assert kube.kubectl("get", "cm", "-l", "app!=web", "-o", "name") == "configmap/a\n"
    assert kube.kubectl("get", "cm", "--field-selector=metadata.name=b", "-o", "name") == "configmap/b\n"


def test_get_in_chunks_shows_everything(kube: Threaded) -> None:
    def fill() -> None:
        for number in range(7):
            kube.cluster.create("v1", "ConfigMap", f"c{number}", kube.namespace)

    kube.call(fill)
    assert len(kube.kubectl("get", "cm", "--chunk-size=3", "-o", "name").split()) == 7
    assert len(kube.kubectl("get", "cm", "--chunk-size=3").splitlines()) == 8


def test_get_goes_on_with_what_happens(kube: Threaded) -> None:
    def change() -> None:
        kube.kubectl("create", "-f", "-", stdin=CONFIG_MAP)
        kube.kubectl("delete", "cm", "settings")

    changing = threading.Timer(0.3, change)
    changing.start()
    said = kube.kubectl("get", "cm", "-w", "--output-watch-events", "--request-timeout=2s", code=0)
    changing.join()
    assert [line.split()[:2] for line in said.splitlines()[:3]] == [
        ["EVENT", "NAME"],
        ["ADDED", "settings"],
        ["DELETED", "settings"],
    ]


def test_describe_tells_events_too(kube: Threaded) -> None:
    pod = kube.call(kube.cluster.create_pod, "web", kube.namespace)
    about = {key: pod["metadata"][key] for key in ("name", "namespace", "uid")}
    event = {"reason": "Pulled", "message": "image is there", "type": "Normal", "count": 1}
    event |= {"involvedObject": {"kind": "Pod", "apiVersion": "v1", **about}}
    kube.call(kube.cluster.create, "v1", "Event", "web.1", kube.namespace, **event)
    said = kube.kubectl("describe", "pod", "web")
    assert "Image:          busybox" in said or "Image:" in said
    assert "Pulled" in said
    assert "image is there" in said


def test_labels_and_annotations_come_and_go(kube: Threaded) -> None:
    kube.kubectl("create", "-f", "-", stdin=CONFIG_MAP)
    assert "configmap/settings labeled" in kube.kubectl("label", "cm", "settings", "tier=front")
    assert "configmap/settings annotated" in kube.kubectl("annotate", "cm", "settings", "note=hello")
    said = kube.kubectl("label", "cm", "settings", "app=other", code=1)
    assert "already has a value" in said
    kube.kubectl("label", "cm", "settings", "tier-")
    kube.kubectl("annotate", "cm", "settings", "note-")
    meta = json.loads(kube.kubectl("get", "cm", "settings", "-o", "json"))["metadata"]
    assert meta["labels"] == {"app": "web"}
    assert "annotations" not in meta


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        ("strategic", '{"data":{"colour":"red"}}'),
        ("merge", '{"data":{"colour":"red"}}'),
        ("json", '[{"op":"replace","path":"/data/colour","value":"red"}]'),
    ],
)
def test_patch_changes_part(shop: Threaded, kind: str, patch: str) -> None:
    shop.kubectl("apply", "-f", "-", stdin=CONFIG_MAP)
    shop.kubectl("patch", "cm", "settings", f"--type={kind}", "-p", patch)
    assert shop.kubectl("get", "cm", "settings", "-o", "jsonpath={.data.colour}") == "red"


def test_edit_and_replace(kube: Threaded) -> None:
    kube.kubectl("create", "-f", "-", stdin=CONFIG_MAP)
    said = kube.kubectl("edit", "cm", "settings", KUBE_EDITOR="sed -i s/blue/green/")
    assert "configmap/settings edited" in said
    found = kube.kubectl("get", "cm", "settings", "-o", "yaml")
    assert "colour: green" in found
    said = kube.kubectl("replace", "-f", "-", stdin=found.replace("green", "red"))
    assert "configmap/settings replaced" in said
    assert "modified" in kube.kubectl("replace", "-f", "-", stdin=found, code=1)


def test_scale_and_rollout_status(kube: Threaded) -> None:
    kube.kubectl("apply", "-f", "-", stdin=DEPLOYMENT)
    assert "deployment.apps/web scaled" in kube.kubectl("scale", "deploy", "web", "--replicas=3")
    assert kube.kubectl("get", "deploy", "web", "-o", "jsonpath={.spec.replicas}") == "3"

    def finish() -> None:
        kind = kube.cluster.kind("apps/v1", "Deployment")
        found = kube.cluster.registry.get(kind, "web", kube.namespace)
        counts = dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas", "readyReplicas"), 3)
        status = {"observedGeneration": found["metadata"]["generation"], **counts}
        kube.cluster.registry.update(kind, {**found, "status": status}, subresource="status")

    finishing = threading.Timer(0.3, lambda: kube.call(finish))
    finishing.start()
    said = kube.kubectl("rollout", "status", "deploy/web", "--timeout=10s")
    finishing.join()
    assert 'deployment "web" successfully rolled out' in said


def test_rollout_restart_marks_the_template(kube: Threaded) -> None:
    kube.kubectl("apply", "-f", "-", stdin=DEPLOYMENT)
    kube.kubectl("rollout", "restart", "deploy/web")
    path = "jsonpath={.spec.template.metadata.annotations}"
    assert "kubectl.kubernetes.io/restartedAt" in kube.kubectl("get", "deploy", "web", "-o", path)


def test_wait_sees_a_condition_come(kube: Threaded) -> None:
    kube.call(kube.cluster.create_pod, "web", kube.namespace, conditions=[])

    def make_ready() -> None:
        kind = kube.cluster.kind("v1", "Pod")
        pod = kube.cluster.registry.get(kind, "web", kube.namespace)
        status = {**pod["status"], "conditions": [{"type": "Ready", "status": "True"}]}
        kube.cluster.registry.update(kind, {**pod, "status": status}, subresource="status")

    coming = threading.Timer(0.3, lambda: kube.call(make_ready))
    coming.start()
    said = kube.kubectl("wait", "--for=condition=Ready", "pod/web", "--timeout=10s")
    coming.join()
    assert said == "pod/web condition met\n"


def test_wait_gives_up_in_time(kube: Threaded) -> None:
    kube.kubectl("create", "-f", "-", stdin=CONFIG_MAP)
    said = kube.kubectl("wait", "--for=jsonpath={.data.colour}=red", "cm/settings", "--timeout=1s", code=1)
    assert "timed out waiting for the condition" in said


def test_wait_sees_a_deletion(kube: Threaded) -> None:
    kube.kubectl("create", "-f", "-", stdin=CONFIG_MAP)
    deleting = threading.Timer(0.3, lambda: kube.kubectl("delete", "cm", "settings", "--wait=false"))
    deleting.start()
    kube.kubectl("wait", "--for=delete", "cm/settings", "--timeout=10s")
    deleting.join()


def test_delete_waits_for_finalizers(kube: Threaded) -> None:
    kube.kubectl("create", "-f", "-", stdin=CONFIG_MAP)
    kube.kubectl("patch", "cm", "settings", "--type=merge", "-p", '{"metadata":{"finalizers":["a/b"]}}')
    free = '{"metadata":{"finalizers":null}}'
    freeing = threading.Timer(
        0.5, lambda: kube.kubectl("patch", "cm", "settings", "--type=merge", "-p", free)
    )
    freeing.start()
    assert 'configmap "settings" deleted' in kube.kubectl("delete", "cm", "settings")
    freeing.join()
    assert "NotFound" in kube.kubectl("get", "cm", "settings", code=1)


def test_delete_by_label_and_ignoring_what_is_not_there(kube: Threaded) -> None:
    kube.kubectl("create", "-f", "-", stdin=CONFIG_MAP)
    assert 'configmap "settings" deleted' in kube.kubectl("delete", "cm", "-l", "app=web")
    assert kube.kubectl("delete", "cm", "settings", "--ignore-not-found") == ""
    assert "NotFound" in kube.kubectl("delete", "cm", "settings", code=1)


def test_delete_of_a_pod_by_force(kube: Threaded) -> None:
    kube.call(kube.cluster.create_pod, "web", kube.namespace)
    said = kube.kubectl("delete", "pod", "web", "--force", "--grace-period=0")
    assert 'pod "web" force deleted' in said


def test_explain_shows_the_fields(shop: Threaded) -> None:
    said = shop.kubectl("explain", "deployment.spec.template.spec.containers.resources")
    assert "KIND:       Deployment" in said
    assert "limits\t<map[string]Quantity>" in said
    assert "does not exist" in shop.kubectl("explain", "pod.spec.nonsense", code=1)


def test_api_resources_lists_names_and_verbs(shop: Threaded) -> None:
    said = shop.kubectl("api-resources", "--api-group=apps", "-o", "wide")
    (row,) = (line for line in said.splitlines() if line.startswith("deployments"))
    assert row.split()[:5] == ["deployments", "deploy", "apps/v1", "true", "Deployment"]
    assert "create,delete,deletecollection,get,list,patch,update,watch" in row
    assert "apps/v1" in shop.kubectl("api-versions")


def test_a_definition_and_an_object_of_it_in_one_file(kube: Threaded) -> None:
    manifest = f"{DEFINITION}\n---\n{BOX}"
    kube.kubectl("apply", "-f", "-", stdin=DEFINITION)
    kube.kubectl("wait", "--for=condition=Established", "crd/boxes.example.org", "--timeout=5s")
    said = kube.kubectl("apply", "-f", "-", stdin=manifest)
    assert "box.example.org/small created" in said
    head, row = kube.kubectl("get", "bx").splitlines()
    assert head.split() == ["NAME", "SIZE"]
    assert row.split() == ["small", "3"]
    assert "How much fits in." in kube.kubectl("explain", "box.spec.size")
    said = kube.kubectl("apply", "-f", "-", stdin=BOX.replace("size", "sise"), code=1)
    assert 'unknown field "spec.sise"' in said
    kube.kubectl("apply", "-f", "-", stdin=BOX.replace("3", "4"))
    assert kube.kubectl("get", "box", "small", "-o", "jsonpath={.spec.size}") == "4"
    kube.kubectl("delete", "crd", "boxes.example.org")
    assert "could not find the requested resource" in kube.kubectl("get", "boxes", code=1)


def test_who_am_i_and_what_may_i(kube: Threaded) -> None:
    assert "kubernetes-admin" in kube.kubectl("auth", "whoami")
    assert kube.kubectl("auth", "can-i", "delete", "pods") == "yes\n"
    account = f"--as=system:serviceaccount:{kube.namespace}:default"
    assert "no" in kube.kubectl("auth", "can-i", "list", "pods", account, code=1)
    assert "*.*" in kube.kubectl("auth", "can-i", "--list")


def test_version_says_what_both_are(shop: Threaded) -> None:
    assert "Server Version: v1.32" in shop.kubectl("version")


def test_raw_addresses_can_be_asked(shop: Threaded) -> None:
    assert shop.kubectl("get", "--raw", "/readyz") == "ok"


def test_cordon_marks_a_node(shop: Threaded) -> None:
    shop.call(shop.cluster.create, "v1", "Node", "node-9")
    assert "node/node-9 cordoned" in shop.kubectl("cordon", "node-9")
    assert "SchedulingDisabled" in shop.kubectl("get", "node", "node-9")


def test_taints_are_set_and_removed(shop: Threaded) -> None:
    shop.call(shop.cluster.create, "v1", "Node", "node-8")
    shop.kubectl("taint", "node", "node-8", "gpu=true:NoSchedule")
    assert shop.kubectl("get", "node", "node-8", "-o", "jsonpath={.spec.taints[0].key}") == "gpu"
    shop.kubectl("taint", "node", "node-8", "gpu-")
    assert shop.kubectl("get", "node", "node-8", "-o", "jsonpath={.spec.taints}") == ""


def test_create_makes_objects_from_words(kube: Threaded) -> None:
    kube.kubectl("create", "namespace", "from-words")
    kube.kubectl("create", "configmap", "a", "--from-literal=k=v")
    kube.kubectl("create", "secret", "generic", "b", "--from-literal=k=v")
    kube.kubectl("create", "serviceaccount", "c")
    kube.kubectl("create", "deployment", "d", "--image=nginx", "--replicas=2")
    kube.kubectl("create", "role", "e", "--verb=get", "--resource=pods")
    kube.kubectl("create", "rolebinding", "f", "--role=e", f"--serviceaccount={kube.namespace}:c")
    kube.kubectl("create", "job", "g", "--image=busybox", "--", "true")
    kube.kubectl("create", "service", "clusterip", "h", "--tcp=80:8080")
    kube.kubectl("create", "ingress", "i", "--rule=a.example/=h:80")
    kube.kubectl("create", "quota", "j", "--hard=pods=3")
    kube.kubectl("create", "cronjob", "k", "--image=busybox", "--schedule=* * * * *", "--", "true")
    kube.kubectl("create", "pdb", "l", "--selector=app=d", "--min-available=1")
    found = json.loads(kube.kubectl("get", "deploy", "d", "-o", "json"))
    assert found["spec"]["replicas"] == 2
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx"
    assert kube.kubectl("get", "secret", "b", "-o", "jsonpath={.data.k}") == "dg=="
    account = f"--as=system:serviceaccount:{kube.namespace}:c"
    assert kube.kubectl("auth", "can-i", "get", "pods", account) == "yes\n"
    assert "no" in kube.kubectl("auth", "can-i", "delete", "pods", account, code=1)
    assert 'namespaces "from-words" already exists' in kube.kubectl("create", "ns", "from-words", code=1)


def test_run_and_expose(kube: Threaded) -> None:
    assert "pod/web created" in kube.kubectl("run", "web", "--image=nginx", "--port=80")
    assert "service/web exposed" in kube.kubectl("expose", "pod", "web", "--port=80")
    assert kube.kubectl("get", "svc", "web", "-o", "jsonpath={.spec.selector.run}") == "web"


def test_a_token_made_by_kubectl_opens_what_its_roles_allow(kube: Threaded) -> None:
    kube.kubectl("create", "role", "reader", "--verb=list", "--resource=configmaps")
    kube.kubectl("create", "rolebinding", "r", "--role=reader", f"--serviceaccount={kube.namespace}:default")
    token = kube.kubectl("create", "token", "default").strip()
    own = ("--kubeconfig", str(kube.with_token(token)))
    kube.kubectl(*own, "get", "configmaps")
    said = kube.kubectl(*own, "get", "pods", code=1)
    who = f"system:serviceaccount:{kube.namespace}:default"
    assert said == (
        f'Error from server (Forbidden): pods is forbidden: User "{who}" cannot list resource "pods" '
        f'in API group "" in the namespace "{kube.namespace}"\n'
    )
    assert who in kube.kubectl(*own, "auth", "whoami")
    wrong = ("--kubeconfig", str(kube.with_token("nonsense")))
    assert "You must be logged in" in kube.kubectl(*wrong, "get", "pods", code=1)
