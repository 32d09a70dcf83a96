"""What a pod gets when its service account has a role."""

from typing import Any

from labrunner.sandbox.aws.irsa import admission, admit_pod

ROLE = "arn:aws:iam::000000000000:role/inference"


def account(**annotations: str) -> dict[str, Any]:
    marked = {f"eks.amazonaws.com/{name.replace('_', '-')}": value for name, value in annotations.items()}
    return {"metadata": {"name": "inference", "namespace": "aiml", "annotations": marked}}


def pod(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "main"}], **spec}}


def variables(container: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in container["env"]}


def test_the_role_reaches_every_container() -> None:
    seen = admit_pod(pod(initContainers=[{"name": "first"}]), account(role_arn=ROLE), region="us-west-2")

    for container in [*seen["spec"]["initContainers"], *seen["spec"]["containers"]]:
        assert variables(container) == {
            "AWS_STS_REGIONAL_ENDPOINTS": "regional",
            "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_REGION": "us-west-2",
            "AWS_ROLE_ARN": ROLE,
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
        }
        assert container["volumeMounts"] == [
            {
                "name": "aws-iam-token",
                "readOnly": True,
                "mountPath": "/var/run/secrets/eks.amazonaws.com/serviceaccount",
            }
        ]


def test_the_token_is_made_for_sts() -> None:
    seen = admit_pod(pod(), account(role_arn=ROLE), region="us-west-2")

    assert seen["spec"]["volumes"] == [
        {
            "name": "aws-iam-token",
            "projected": {
                "sources": [
                    {
                        "serviceAccountToken": {
                            "audience": "sts.amazonaws.com",
                            "expirationSeconds": 86400,
                            "path": "token",
                        }
                    }
                ],
                "defaultMode": 420,
            },
        }
    ]


def test_an_account_without_a_role_changes_nothing() -> None:
    given = pod()

    assert admit_pod(given, account(), region="us-west-2") is given
    assert admit_pod(given, None, region="us-west-2") is given


def test_the_pod_that_was_given_is_left_as_it_was() -> None:
    given = pod()
    admit_pod(given, account(role_arn=ROLE), region="us-west-2")

    assert given == pod()


def test_a_container_that_brings_its_own_role_keeps_it() -> None:
    own = [{"name": "main", "env": [{"name": "AWS_ROLE_ARN", "value": "mine"}]}]
    seen = admit_pod(pod(containers=own), account(role_arn=ROLE), region="us-west-2")

    assert variables(seen["spec"]["containers"][0]) == {"AWS_ROLE_ARN": "mine"}


def test_admitting_twice_is_admitting_once() -> None:
    once = admit_pod(pod(), account(role_arn=ROLE), region="us-west-2")

    assert admit_pod(once, account(role_arn=ROLE), region="us-west-2") == once


def test_annotations_set_the_tokens_life_and_audience() -> None:
    marked = account(
        role_arn=ROLE, audience="elsewhere", token_expiration="7200", sts_regional_endpoints="false"
    )
    seen = admit_pod(pod(), marked, region="us-west-2")
    token = seen["spec"]["volumes"][0]["projected"]["sources"][0]["serviceAccountToken"]

    assert (token["audience"], token["expirationSeconds"]) == ("elsewhere", 7200)
    assert "AWS_STS_REGIONAL_ENDPOINTS" not in variables(seen["spec"]["containers"][0])


def test_only_pods_are_looked_at_and_by_their_own_account() -> None:
    asked = []

    def find(namespace: str, name: str) -> dict[str, Any] | None:
        asked.append((namespace, name))
        return None

    admit = admission(find, region="us-west-2")
    admit("ConfigMap", {"data": {}}, "aiml")
    admit("Pod", pod(), "aiml")
    admit("Pod", pod(serviceAccountName="inference"), "aiml")

    assert asked == [("aiml", "default"), ("aiml", "inference")]
