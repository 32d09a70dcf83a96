"""A request for a resource, as far as it has been understood, and the answer in the form that it wants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aiohttp import web
from multidict import MultiMapping

from labrunner.sandbox.api import body
from labrunner.sandbox.api.accept import Form
from labrunner.sandbox.api.address import Address, is_true
from labrunner.sandbox.api.answer import answer
from labrunner.sandbox.api.listing import Page
from labrunner.sandbox.api.tables import Include, partial, partial_list, table
from labrunner.sandbox.errors import ApiError, bad_request
from labrunner.sandbox.kinds.kind import Kind
from labrunner.sandbox.objects import Object, metadata
from labrunner.sandbox.registry import Registry
from labrunner.sandbox.user import User
from labrunner.sandbox.write import FieldValidation, How


@dataclass(frozen=True, slots=True)
class Call:
    """One request for a resource by somebody who may make it."""

    http: web.BaseRequest
    registry: Registry
    user: User
    address: Address
    kind: Kind
    """What is served at that address, without the subresource."""
    form: Form
    warnings: list[str] = field(default_factory=list)
    """Gathered on the way, told with the answer."""

    @property
    def query(self) -> MultiMapping[str]:
        """The query string."""
        return self.http.query

    async def content(self) -> bytes:
        """Return the request's body.

        Raises:
            ApiError: 413, it is larger than any object may be.
        """
        try:
            return await self.http.read()
        except web.HTTPRequestEntityTooLarge as error:
            message = f"Request entity too large: limit is {body.LARGEST}"
            raise ApiError(413, "RequestEntityTooLarge", message) from error

    def how(self, duplicates: Sequence[str] = ()) -> How:
        """Return how a write is to be done.

        Raises:
            ApiError: 400, for options that there are not.
        """
        return How(
            validation=self._validation(),
            dry_run=is_dry_run(self.query.getall("dryRun", [])),
            user=self.user,
            warn=self.warnings.append,
            duplicates=tuple(duplicates),
            manager=self.manager,
        )

    @property
    def manager(self) -> str:
        """Who the changed fields belong to: what the request says, or else the client's program."""
        return self.query.get("fieldManager") or self.http.headers.get("User-Agent", "").partition("/")[0]

    def _validation(self) -> FieldValidation:
        match self.query.get("fieldValidation", ""):
            case "" | "Warn":
                return "Warn"
            case "Strict":
                return "Strict"
            case "Ignore":
                return "Ignore"
            case other:
                supported = '"Ignore", "Strict", "Warn"'
                message = f'fieldValidation: Unsupported value: "{other}": supported values: {supported}'
                raise bad_request(message)

    def shown(self, obj: Object, *, headed: bool = True) -> Object:
        """Return an object in the view that the client wants."""
        if obj.get("kind") == "Status" or self.form.view == "object":
            return obj
        if self.form.view == "metadata":
            return partial(obj)
        version = {"resourceVersion": metadata(obj).get("resourceVersion", "")}
        return self._table([obj], version, headed=headed)

    def answer(self, obj: Object, *, status: int = 200) -> web.Response:
        """Answer with an object."""
        return self._write(self.shown(obj), status)

    def answer_list(self, page: Page) -> web.Response:
        """Answer with a list."""
        if self.form.view == "table":
            return self._write(self._table(page.objects, page.metadata))
        if self.form.view == "metadata":
            return self._write(partial_list(page.objects, page.metadata))
        return self._write(full_list(self.kind, page))

    def _table(self, objects: Sequence[Object], list_metadata: Object, *, headed: bool = True) -> Object:
        now = self.registry.clock.now()
        return table(
            self.kind, objects, now, list_metadata=list_metadata, include=self._include(), headed=headed
        )

    def _include(self) -> Include:
        match self.query.get("includeObject", "Metadata"):
            case "None":
                return "None"
            case "Object":
                return "Object"
        return "Metadata"

    def _write(self, content: Object, status: int = 200) -> web.Response:
        pretty = is_true(self.query.get("pretty"))
        return answer(content, self.form, status=status, warnings=self.warnings, pretty=pretty)


def full_list(kind: Kind, page: Page) -> Object:
    """A list with everything that is known of the objects."""
    # The real server's own kinds do not repeat in each item what the list says already.
    items = page.objects if kind.custom is not None else [_untyped(each) for each in page.objects]
    head = {"kind": f"{kind.kind}List", "apiVersion": kind.api_version}
    return head | {"metadata": page.metadata, "items": items}


def is_dry_run(values: Iterable[str]) -> bool:
    """Whether nothing is to be stored.

    Raises:
        ApiError: 400, for a value that there is not.
    """
    wanted = list(values)
    for value in wanted:
        if value != "All":
            raise bad_request(f'dryRun: Unsupported value: "{value}": supported values: "All"')
    return bool(wanted)


def _untyped(obj: Object) -> Object:
    return {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}
