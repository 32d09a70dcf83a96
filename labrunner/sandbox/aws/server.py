"""The child process: moto behind the gate, on a socket that it inherits.

Started as `python -m labrunner.sandbox.aws.server FD`. One JSON object on standard input says who exists;
the end of that input is the order to stop, so it never outlives its parent. On standard output it writes
one JSON object a line: `{"ready": true}` first, then `{"reason": …}` for what was not really answered.
"""

import ctypes
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from labrunner.sandbox.aws.gate import Accounts, Gate, document_of
from labrunner.sandbox.aws.order import ACCOUNT, Order, policy

# moto reads these when it is imported.
os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT
# From the first request on, signatures and rights are checked.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"

from moto.iam.models import IAMBackend, iam_backends
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends
from werkzeug.serving import make_server

PARTITION = "aws"
PR_SET_PDEATHSIG = 1


def open_account(order: Order) -> None:
    """Make the user, the identity provider, the buckets and the roles."""
    iam = iam_backends[ACCOUNT][PARTITION]
    _make_user(iam, order)
    iam.create_open_id_connect_provider(order.issuer, ["0" * 40], ["sts.amazonaws.com"], [])
    for bucket in order.buckets:
        s3_backends[ACCOUNT][PARTITION].create_bucket(bucket, order.region)
    for role in order.roles:
        trust = json.dumps(role.trust(order.issuer))
        iam.create_role(role.name, trust, "/", None, "made for this run", [], "3600")
        if role.buckets:  # IAM refuses a policy that is about nothing
            iam.put_role_policy(role.name, "buckets", json.dumps(role.rights()))


def accounts(order: Order) -> Accounts:
    """The gate's view of moto's backends."""
    iam = iam_backends[ACCOUNT][PARTITION]
    sts = sts_backends[ACCOUNT][PARTITION]

    def trust_of(arn: str) -> Mapping[str, Any] | None:
        for role in iam.get_roles():
            if role.arn == arn:
                return document_of(role.assume_role_policy_document)
        return None

    def assume(arn: str, session: str, seconds: int) -> Mapping[str, object]:
        role = sts.assume_role(order.region, session, arn, "", seconds, "")
        return {
            "Credentials": {
                "AccessKeyId": role.access_key_id,
                "SecretAccessKey": role.secret_access_key,
                "SessionToken": role.session_token,
                "Expiration": role.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
            "AssumedRoleUser": {"AssumedRoleId": role.user_id, "Arn": role.arn},
        }

    return Accounts(trust_of, assume, order.issuer, order.issuer_key.encode())


class Handler(MotoRequestHandler):
    """A request handler that says nothing of requests that went well."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write refusals to standard error, and nothing else."""
        if str(code)[:1] in "45":
            super().log_request(code, size)


def main() -> None:
    """Serve until standard input ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    order = Order.from_json(json.loads(sys.stdin.readline()))
    open_account(order)
    gate = Gate(DomainDispatcherApplication(_create_app), accounts(order), _teller())
    listening = socket.socket(fileno=int(sys.argv[1]))
    host, port = listening.getsockname()[:2]
    server = make_server(host, port, gate, threaded=True, request_handler=Handler, fd=listening.detach())
    threading.Thread(target=_stop_with_input, daemon=True).start()
    _write({"ready": True})
    server.serve_forever()


def _make_user(iam: IAMBackend, order: Order) -> None:
    user = iam.create_user(order.region, order.user.name, "/")
    key = iam.create_access_key(user.name)
    key.access_key_id = order.user.access_key_id
    key.secret_access_key = order.user.secret_access_key
    iam.put_user_policy(
        user.name, "everything", json.dumps(policy({"Effect": "Allow", "Action": "*", "Resource": "*"}))
    )


def _create_app(service: Any) -> Any:
    app = create_backend_app(service)
    # What moto has not implemented comes out as an exception, for the gate to turn into a sentence.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app


def _teller() -> Callable[[str], None]:
    lock = threading.Lock()

    def tell(reason: str) -> None:
        with lock:
            _write({"reason": reason})

    return tell


def _write(value: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _stop_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
