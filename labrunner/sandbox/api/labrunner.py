"""What whoever runs a lab asks of the sandbox, beside the Kubernetes API: `/labrunner/…`, for the lab's user.

Nothing that a lab relies on is here: on a real cluster these addresses do not exist.
"""

from aiohttp import web

from labrunner.sandbox.api.address import is_true
from labrunner.sandbox.api.answer import answer
from labrunner.sandbox.api.diagnosis import diagnose
from labrunner.sandbox.api.permission import as_admin_only
from labrunner.sandbox.api.unsettled import unsettled
from labrunner.sandbox.errors import bad_request, method_not_allowed, no_such_resource
from labrunner.sandbox.notes import Notes
from labrunner.sandbox.objects import Object, namespace
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.user import User

_SETTLING = (
    ("v1", "Namespace"),
    ("v1", "Node"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("v1", "Pod"),
)


class Questions:
    """Answers them."""

    def __init__(self, registry: Registry, notes: Notes) -> None:
        self._registry = registry
        self._notes = notes

    def serve(self, http: web.BaseRequest, user: User) -> web.Response:
        """Answer a question with a JSON list of sentences.

        `notes?take=1`: why what happened since the last time proves less than it seems to.
        `pending`: what is not settled yet; empty once nothing is.
        `diagnosis`: what is wrong with pods and nodes. Both take `namespace`, for all when it is left out.

        Raises:
            ApiError: 403, 404 or 405.
        """
        as_admin_only(user, f'forbidden: User "{user.name}" cannot get path "{http.path}"')
        if http.method != "GET":
            raise method_not_allowed()
        within = http.query.get("namespace") or None
        match http.path.removeprefix("/labrunner").strip("/"):
            case "notes":
                if not is_true(http.query.get("take")):
                    raise bad_request("notes are forgotten once they are told; ask with ?take=1")
                return answer(list(self._notes.take()))
            case "pending":
                return answer(unsettled(self._settling(within)))
            case "diagnosis":
                return answer(self._diagnosis(within))
        raise no_such_resource()

    def _settling(self, within: str | None) -> list[Object]:
        return [each for names in _SETTLING for each in self._list(*names, within)]

    def _diagnosis(self, within: str | None) -> list[str]:
        return diagnose(
            pods=self._list("v1", "Pod", within),
            nodes=self._list("v1", "Node", None),
            events=self._list("v1", "Event", within),
            now=self._registry.clock.now(),
        )

    def _list(self, api_version: str, kind: str, within: str | None) -> list[Object]:
        found = self._registry.list(self._registry.kinds.by_kind(api_version, kind), within)
        return [each for each in found if within is None or namespace(each) in ("", within)]
