"""Webhook endpoints at the simulated Stripe. The newest one registered is served, else the dashboard's."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from localserver.sandbox.psp_base import wire_json

PATH: Final = "/v1/webhook_endpoints"
_MOST: Final = 16


@dataclass(slots=True)
class Endpoint:
    id: str
    url: str
    events: Sequence[str]
    metadata: Mapping[str, str]
    created: int
    secret: str

    def show(self, livemode: bool) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "webhook_endpoint",
            "created": self.created,
            "enabled_events": list(self.events),
            "livemode": livemode,
            "metadata": dict(self.metadata),
            "status": "enabled",
            "url": self.url,
        }


class Endpoints:
    """The endpoints of one account, oldest first."""

    def __init__(self) -> None:
        self._all: dict[str, Endpoint] = {}
        self._answers: dict[str, dict[str, Any]] = {}

    @property
    def all(self) -> Sequence[Endpoint]:
        return [*self._all.values()]

    @property
    def served(self) -> Endpoint | None:
        return next(reversed(self._all.values()), None)

    def add(self, form: Mapping[str, str], metadata: Mapping[str, str], key: str, at: int, live: bool) -> web.Response:
        """A repeated key gets the first answer again, secret and all, whatever became of the endpoint."""
        if key and key in self._answers:
            return wire_json(self._answers[key])
        events = [value for name, value in form.items() if name.startswith("enabled_events[")]
        if not form.get("url", "").startswith(("https://", "http://")):
            return _refused(400, "Invalid URL: An explicit scheme (such as https) must be provided.", "url")
        if not events:
            return _refused(400, "Missing required param: enabled_events.", "enabled_events")
        if len(self._all) >= _MOST:
            return _refused(400, "You have reached the maximum of 16 test webhook endpoints.", "")
        made = Endpoint(f"we_{uuid.uuid4().hex[:24]}", form["url"], events, metadata, at, f"whsec_{uuid.uuid4().hex}")
        self._all[made.id] = made
        answer = {**made.show(live), "secret": made.secret}
        if key:
            self._answers[key] = answer
        return wire_json(answer)

    def list(self, live: bool) -> web.Response:
        newest = [each.show(live) for each in reversed(self._all.values())]
        return wire_json({"object": "list", "url": PATH, "has_more": False, "data": newest})

    def change(self, name: str, form: Mapping[str, str], live: bool) -> web.Response:
        found = self._all.get(name)
        if found is None:
            return _missing(name)
        found.url = form.get("url", found.url)
        return wire_json(found.show(live))

    def remove(self, name: str) -> web.Response:
        if self._all.pop(name, None) is None:
            return _missing(name)
        return wire_json({"id": name, "object": "webhook_endpoint", "deleted": True})


def _missing(name: str) -> web.Response:
    return _refused(404, f"No such webhook endpoint: '{name}'", "webhook_endpoint", code="resource_missing")


def _refused(status: int, message: str, param: str, **more: str) -> web.Response:
    error = {"type": "invalid_request_error", "message": message, "param": param, **more}
    return wire_json({"error": error}, status)
