"""What schemathesis changes in the requests it draws (loaded by its own process, see test_openapi.py)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import schemathesis

SEEDED = 3
"""So many objects of each kind exist; ids drawn at random would only ever meet 404."""


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Half of the ids are those of objects that exist."""
    number = (path_parameters or {}).get("id")
    if path_parameters is not None and isinstance(number, int) and number > 0 and number % 2:
        return {**path_parameters, "id": 1 + number % SEEDED}
    return path_parameters


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """The same for the ids and SKUs that stand in a body."""
    return _existing(body) if isinstance(body, dict) else body


def _existing(body: dict[str, Any]) -> dict[str, Any]:
    found = dict(body)
    for name in ("customer_id", "product_id", "conversation_id"):
        number = body.get(name)
        if type(number) is int and number > 0 and number % 2:
            found[name] = 1 + number % SEEDED
    if isinstance(body.get("lines"), list):
        found["lines"] = [_existing(line) if isinstance(line, dict) else line for line in body["lines"]]
    return found


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A key that is drawn twice with two bodies would rightly be refused: each request has its own."""
    headers = case.headers or {}
    if (
        isinstance(headers.get("Idempotency-Key"), str)
        and case.meta is not None
        and case.meta.generation.mode.is_positive
    ):
        case.headers["Idempotency-Key"] = uuid4().hex
