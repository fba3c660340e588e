"""The OpenAPI 3.1 document, made from the table of routes and the shapes of their requests and answers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

import msgspec
from aiohttp import web

from localserver.api import once, quoteshapes, requests
from localserver.api.answers import Problem
from localserver.api.door import Call, Route
from localserver.api.later import BASE
from localserver.api.problems import CONTENT_TYPE, TITLES

_REF: Final = "#/components/schemas/{name}"
# What a shape's fields cannot say each by itself; the classes check it in __post_init__.
_TOGETHER: Final[dict[type[msgspec.Struct], dict[str, Any]]] = {
    requests.NewOrderLine: {"oneOf": [{"required": ["sku"]}, {"required": ["product_id"]}]},
    requests.NewOrder: {"oneOf": [{"required": ["customer"]}, {"required": ["customer_id"]}]},
    requests.SendMessage: {
        "oneOf": [{"required": ["conversation_id"]}, {"required": ["customer_id"]}, {"required": ["phone"]}]
    },
    requests.NewCredit: {"not": {"required": ["amount", "lines"]}},
    requests.NewCreditLine: {"oneOf": [{"required": ["quantity"]}, {"required": ["amount"]}]},
    quoteshapes.NewQuote: {"not": {"required": ["customer", "customer_id"]}},
    quoteshapes.Reduction: {"oneOf": [{"required": ["percent"]}, {"required": ["amount"]}]},
    quoteshapes.NewQuoteLine: {
        "oneOf": [{"required": ["sku"]}, {"required": ["description", "unit_price"]}],
        "dependentRequired": {"description": ["unit_price"], "unit_price": ["description"]},
    },
}


class Document:
    """Made when somebody asks for it: 15 ms that a start does without."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = routes

    @cached_property
    def body(self) -> bytes:
        return describe(self._routes)


DOCUMENT: Final = web.AppKey("openapi", Document)


async def document(call: Call) -> web.Response:
    """Open to everybody: it holds nothing of the store."""
    body = call.request.app[DOCUMENT].body
    return web.Response(body=body, content_type="application/json", charset="utf-8")


def describe(routes: Iterable[Route]) -> bytes:
    """The whole document as JSON."""
    table = tuple(routes)
    shapes: dict[str, type[msgspec.Struct]] = {Problem.__name__: Problem}
    for route in table:
        shapes |= {shape.__name__: shape for shape in _shapes(route)}
    ordered = [shapes[name] for name in sorted(shapes)]
    _, components = msgspec.json.schema_components(ordered, ref_template=_REF)
    for shape, rule in _TOGETHER.items():
        components[shape.__name__] |= rule
    paths: dict[str, dict[str, Any]] = {}
    for route in table:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "LivePay",
                "version": "1",
                "description": "One store: its catalogue, its lives and orders, its customers and their conversations.",
            },
            "servers": [{"url": BASE}],
            "security": [{"token": []}],
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def _shapes(route: Route) -> list[type[msgspec.Struct]]:
    return [shape for shape in (route.takes, *route.gives.values(), *route.tells.values()) if shape is not None]


def _operation(route: Route) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.summary,
        "tags": [route.path.split("/")[1].removesuffix(".json")],
        "responses": _answers(route),
    }
    told = inspect.getdoc(route.handler)
    if told:
        made["description"] = told
    parameters = _parameters(route)
    if parameters:
        made["parameters"] = parameters
    if route.takes is not None:
        schema = {"$ref": _REF.format(name=route.takes.__name__)}
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if route.form is not None:
        made["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _form(route.form)}}}
    if route.right is None:
        made["security"] = []
    return made


def _name(route: Route) -> str:
    words = re.sub(r"[^a-z]+", "_", route.path).strip("_")
    return f"{route.method.lower()}_{words}"


def _form(shape: type[msgspec.Struct]) -> dict[str, Any]:
    schema: dict[str, Any] = msgspec.json.schema(shape)["$defs"][shape.__name__]
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    required = ["file", *schema.get("required", [])]
    return schema | {"required": required, "properties": {"file": file, **schema["properties"]}}


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if "{id}" in route.path:
        schema = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
        found.append({"name": "id", "in": "path", "required": True, "schema": schema})
    if route.asks is not None:
        _, components = msgspec.json.schema_components([route.asks], ref_template=_REF)
        for name, schema in components[route.asks.__name__]["properties"].items():
            found.append({"name": name, "in": "query", "required": False, "schema": schema})
    if route.takes_key:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and request again have no second effect: the first answer comes back.",
                "schema": {"type": "string", "pattern": once.KEY_PATTERN},
            }
        )
    return found


def _problems(route: Route) -> set[int]:
    """The problems that follow from what a route is; every one may also meet a mistake of ours or a full disk."""
    found = {400, 413, 415, 422, 500, 503, *route.problems}
    if route.right is not None:
        found |= {401, 403, 429}
    if "{id}" in route.path:
        found.add(404)
    return found


def _answers(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, shape in route.gives.items():
        content: dict[str, Any] = {}
        for media in () if status == 204 else route.media:
            if shape is not None:
                schema: dict[str, Any] = {"$ref": _REF.format(name=shape.__name__)}
            else:
                schema = {"type": "object"} if media == "application/json" else {"type": "string"}
            content[media] = {"schema": schema}
            if route.tells:  # OpenAPI 3.1 has no word of its own for the events of a stream
                data = {name: {"$ref": _REF.format(name=each.__name__)} for name, each in route.tells.items()}
                content[media]["x-events"] = data
        found[str(status)] = {"description": "Done", "content": content}
    problem = {CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}}
    for status in sorted(_problems(route)):
        answer: dict[str, Any] = {"description": TITLES[status], "content": problem}
        header = {401: "WWW-Authenticate", 429: "Retry-After"}.get(status)
        if header is not None:
            answer["headers"] = {header: {"required": True, "schema": {"type": "string"}}}
        found[str(status)] = answer
    return found
