"""The registry: the one way in to the cluster's objects, for the API server and for controllers alike.

Everything that the real server does between a request and etcd happens behind these methods: names and
namespaces, defaults, admission, validation, versions, status apart from spec, finalizers, graceful deletion.
HTTP, authentication and authorisation are left to the API; reconciling to the controllers.

All methods are synchronous and quick. What they return is shared and must not be changed in place.
Refusals are `ApiError`s.
"""

from typing import Unpack

from labrunner.sandbox import binding, custom, deletion, scale, writing
from labrunner.sandbox.clock import Clock
from labrunner.sandbox.kinds import Kind
from labrunner.sandbox.objects import Object
from labrunner.sandbox.patch import Patch
from labrunner.sandbox.reading import Admission, Reading
from labrunner.sandbox.store import Store
from labrunner.sandbox.user import ADMIN, SYSTEM, User
from labrunner.sandbox.write import DeleteOptions, How, Write

__all__ = ["ADMIN", "SYSTEM", "Admission", "DeleteOptions", "Registry", "User"]

AS_IT_SAYS = DeleteOptions()


class Registry(Reading):
    """The cluster's objects, to read and to write; see the top of this file."""

    def __init__(self, *, store: Store | None = None, clock: Clock | None = None) -> None:
        super().__init__(store=store, clock=clock)
        custom.follow(self)

    def create(self, kind: Kind, obj: Object, *, namespace: str = "", **how: Unpack[How]) -> Object:
        """Store a new object and return it as stored.

        Args:
            kind: Of what.
            obj: Is copied. May leave out apiVersion, kind, and the name if it has a `generateName`.
            namespace: Where; may be left out if the object says so.
            how: See `How`. The API passes the user it serves; the default is the cluster itself.

        Raises:
            ApiError: As the real server would refuse it.
        """
        return writing.create(self, kind, obj, namespace, Write(**how))

    def update(
        self,
        kind: Kind,
        obj: Object,
        *,
        subresource: str = "",
        namespace: str = "",
        name: str = "",
        **how: Unpack[How],
    ) -> Object:
        """Replace an object, and return it as stored; nothing is written if nothing changed.

        Args:
            kind: Of what.
            obj: The whole object. If it has a resource version, the stored one must be at that version.
            subresource: "" changes everything but the status (where the kind keeps it apart), "status"
                nothing but the status; for "scale" the object is a `Scale`, and so is what is returned.
            namespace: As in the request's address; may be left out if the object says so.
            name: As in the request's address; may be left out if the object says so.
            how: See `How`.

        Raises:
            ApiError: As the real server would refuse it; 409 Conflict when something came in between.
        """
        if subresource == "scale":
            return scale.update(self, kind, obj, (namespace, name), Write(**how))
        return writing.update(self, kind, obj, subresource, (namespace, name), Write(**how))

    def patch(
        self,
        kind: Kind,
        name: str,
        namespace: str,
        patch: Patch,
        *,
        subresource: str = "",
        **how: Unpack[How],
    ) -> Object:
        """Change an object as the patch says, and return it as stored.

        Args:
            kind: Of what.
            name: Which.
            namespace: Where; empty for cluster-scoped objects.
            patch: How. An `apply` patch creates what is not there yet.
            subresource: As in `update`.
            how: See `How`.

        Raises:
            ApiError: As the real server would refuse it.
        """
        if subresource == "scale":
            return scale.patch(self, kind, (namespace, name), patch, Write(**how))
        return writing.patch(self, kind, (namespace, name), patch, subresource, Write(**how))

    def delete(
        self, kind: Kind, name: str, namespace: str = "", *, options: DeleteOptions = AS_IT_SAYS
    ) -> Object:
        """Delete an object, or begin to if finalizers or a grace period keep it; return its last state.

        It is gone if `find` no longer finds it; otherwise it has a `deletionTimestamp`.

        Raises:
            ApiError: 404 NotFound; 409 Conflict when a precondition is not met.
        """
        return deletion.delete(self, kind, self.get(kind, name, namespace), options)

    def delete_all(
        self,
        kind: Kind,
        namespace: str | None,
        *,
        labels: str = "",
        fields: str = "",
        options: DeleteOptions = AS_IT_SAYS,
    ) -> list[Object]:
        """Delete every object of a selection, and return their last states."""
        found = self.list(kind, namespace, labels=labels, fields=fields)
        return [deletion.delete(self, kind, each, options) for each in found]

    def bind(self, namespace: str, name: str, node: str, *, uid: str = "") -> Object:
        """Put a pod onto a node, as POST pods/NAME/binding does, and return the pod.

        Raises:
            ApiError: 404; 409 Conflict when it is on a node, being deleted, or another pod by now.
        """
        return binding.bind(self, (namespace, name), node, uid)

    def evict(self, namespace: str, name: str, *, options: DeleteOptions = AS_IT_SAYS) -> Object:
        """Delete a pod unless a disruption budget objects, as POST pods/NAME/eviction does.

        Raises:
            ApiError: 404; 429 TooManyRequests when the budget allows no disruption now.
        """
        return binding.evict(self, (namespace, name), options)

    def scale(self, kind: Kind, name: str, namespace: str = "") -> Object:
        """Return the `Scale` of a Deployment, ReplicaSet or whatever else can be scaled.

        Raises:
            ApiError: 404, also when the kind has no scale.
        """
        return scale.get(self, kind, (namespace, name))
