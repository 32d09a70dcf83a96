"""The file that tells kubectl and every other client where the sandbox is and who they are there."""

import base64
import json

CONTEXT = "labrunner"
"""Name of the cluster, the user and the context in the file."""


def kubeconfig(*, server: str, certificate_pem: str, token: str, namespace: str = "") -> str:
    """The text of a kubeconfig file: JSON, which is YAML too.

    Args:
        server: Base URL of the API, `https://127.0.0.1:PORT`.
        certificate_pem: The authority that signed its certificate.
        token: The user's bearer token. Without one kubectl would ask for a user name.
        namespace: Namespace of commands that name none; empty is `default`.
    """
    authority = base64.b64encode(certificate_pem.encode()).decode()
    context = {"cluster": CONTEXT, "user": CONTEXT} | ({"namespace": namespace} if namespace else {})
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": CONTEXT, "cluster": {"server": server, "certificate-authority-data": authority}}
        ],
        "users": [{"name": CONTEXT, "user": {"token": token}}],
        "contexts": [{"name": CONTEXT, "context": context}],
        "current-context": CONTEXT,
    }
    return json.dumps(config, indent=2) + "\n"
