"""Writing resources: create, update, patch, delete, and deleting a whole selection."""

from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from labrunner.sandbox import causes
from labrunner.sandbox.api import body
from labrunner.sandbox.api.address import is_true
from labrunner.sandbox.api.call import Call, is_dry_run
from labrunner.sandbox.api.listing import Page
from labrunner.sandbox.errors import bad_request, invalid, method_not_allowed
from labrunner.sandbox.kinds.kind import Kind
from labrunner.sandbox.objects import Object, uid
from labrunner.sandbox.write import DeleteOptions, Propagation

_PROPAGATIONS: Mapping[str, Propagation] = {
    "Background": "Background",
    "Foreground": "Foreground",
    "Orphan": "Orphan",
}

# The real server answers the deletion of these with what was deleted, and of all others with a `Status`.
_SHOWN_WHEN_DELETED = {
    ("", "persistentvolumeclaims"),
    ("", "persistentvolumes"),
    ("", "pods"),
    ("", "podtemplates"),
    ("", "resourcequotas"),
    ("", "serviceaccounts"),
    ("storage.k8s.io", "csidrivers"),
    ("storage.k8s.io", "csinodes"),
    ("storage.k8s.io", "storageclasses"),
    ("storage.k8s.io", "volumeattachments"),
}


async def read_object(call: Call) -> body.Body:
    """Read the object that came with a request.

    Raises:
        ApiError: 400, 413 or 415.
    """
    return body.read_object(await call.content(), call.http.headers.get("Content-Type", ""))


async def create(call: Call) -> web.Response:
    """Store a new object."""
    if call.address.name:
        raise method_not_allowed()
    sent = await read_object(call)
    created = call.registry.create(
        call.kind, sent.object, namespace=call.address.namespace, **call.how(sent.duplicates)
    )
    return call.answer(created, status=201)


async def update(call: Call) -> web.Response:
    """Replace an object, or its status."""
    sent = await read_object(call)
    updated = call.registry.update(
        call.kind,
        sent.object,
        subresource=call.address.subresource,
        namespace=call.address.namespace,
        name=call.address.name,
        **call.how(sent.duplicates),
    )
    return call.answer(updated)


async def patch(call: Call) -> web.Response:
    """Change part of an object; apply also creates it."""
    wanted, duplicates = body.read_patch(
        await call.content(),
        call.http.headers.get("Content-Type", ""),
        manager=_apply_manager(call),
        force=is_true(call.query.get("force")),
        custom=call.kind.custom is not None,
    )
    place = (call.address.name, call.address.namespace)
    is_new = wanted.type == "apply" and call.registry.find(call.kind, *place) is None
    patched = call.registry.patch(
        call.kind, *place, wanted, subresource=call.address.subresource, **call.how(duplicates)
    )
    return call.answer(patched, status=201 if is_new else 200)


async def delete(call: Call) -> web.Response:
    """Delete an object, or a selection of them."""
    options = await read_delete_options(call)
    if not call.address.name:
        return _delete_all(call, options)
    place = (call.address.name, call.address.namespace)
    last = call.registry.delete(call.kind, *place, options=options)
    left = call.registry.find(call.kind, *place)
    is_gone = options.dry_run or left is None or uid(left) != uid(last)
    if is_gone and (call.kind.group, call.kind.plural) not in _SHOWN_WHEN_DELETED:
        return call.answer(_deleted(call, last))
    is_accepted = not is_gone and options.propagation == "Foreground"
    return call.answer(last, status=202 if is_accepted else 200)


async def read_delete_options(call: Call) -> DeleteOptions:
    """Read how to delete: from the body, or else from the query.

    Raises:
        ApiError: 400, for options that there are not.
    """
    content = await call.content()
    sent = body.read_object(content, call.http.headers.get("Content-Type", "")).object if content else {}
    return delete_options(call, sent)


def delete_options(call: Call, sent: Mapping[str, Any]) -> DeleteOptions:
    """Make something of `DeleteOptions` that a client sent, in a body or in an eviction."""
    dry_run: Iterable[str] = call.query.getall("dryRun", [])
    preconditions = sent.get("preconditions") or {}
    grace = sent.get("gracePeriodSeconds", call.query.get("gracePeriodSeconds"))
    try:
        grace_seconds = None if grace is None else int(grace)
    except (ValueError, TypeError) as error:
        raise bad_request(f"gracePeriodSeconds: Invalid value: {grace}: not a whole number") from error
    return DeleteOptions(
        grace_seconds=grace_seconds,
        propagation=_propagation(call, sent),
        uid=preconditions.get("uid"),
        version=preconditions.get("resourceVersion"),
        dry_run=is_dry_run(sent.get("dryRun") or dry_run),
        user=call.user,
    )


def _propagation(call: Call, sent: Mapping[str, Any]) -> Propagation | None:
    wanted = sent.get("propagationPolicy") or call.query.get("propagationPolicy")
    if wanted:
        if wanted not in _PROPAGATIONS:
            supported = ", ".join(f'"{each}"' for each in _PROPAGATIONS)
            raise bad_request(
                f'propagationPolicy: Unsupported value: "{wanted}": supported values: {supported}'
            )
        return _PROPAGATIONS[wanted]
    orphan = sent.get("orphanDependents", call.query.get("orphanDependents"))
    if orphan is None:
        return None
    return "Orphan" if is_true(str(orphan)) else "Background"


def _delete_all(call: Call, options: DeleteOptions) -> web.Response:
    deleted = call.registry.delete_all(
        call.kind,
        call.address.namespace or None,
        labels=call.query.get("labelSelector", ""),
        fields=call.query.get("fieldSelector", ""),
        options=options,
    )
    return call.answer_list(Page(deleted, call.registry.store.version))


def _deleted(call: Call, last: Object) -> Object:
    names = {"name": call.address.name, "group": call.kind.group, "kind": call.kind.plural, "uid": uid(last)}
    details = {name: value for name, value in names.items() if value}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


_PATCH_OPTIONS = Kind("meta.k8s.io", "v1", "PatchOptions", "")


def _apply_manager(call: Call) -> str:
    if "apply-patch" in call.http.headers.get("Content-Type", ""):
        if not call.query.get("fieldManager"):
            cause = causes.required("fieldManager", "is required for apply patch")
            raise invalid(_PATCH_OPTIONS, "", [cause])
        return call.query["fieldManager"]
    return call.manager
