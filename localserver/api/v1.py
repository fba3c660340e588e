"""The API, version 1: the table of routes behind one door."""

from __future__ import annotations

from aiohttp import web

from localserver.api.description import DOCUMENT, Document
from localserver.api.door import say_problems, through
from localserver.api.gate import GATE, Gate
from localserver.api.present import BASE
from localserver.api.routes import ROUTES
from localserver.api.stream import STREAMS_KEY, Streams
from localserver.site import SITE


def mount(app: web.Application, streams: Streams | None = None) -> None:
    """Add the routes of /api/v1. Call it after ``app[SITE]`` is set; without a store there is nothing to show."""
    if not app[SITE].shops:
        return
    api = web.Application(middlewares=[say_problems])
    api[SITE] = app[SITE]
    api[DOCUMENT] = Document(ROUTES)
    api[STREAMS_KEY] = Streams() if streams is None else streams
    api[GATE] = Gate(app[SITE].main.clock)
    api.on_shutdown.append(api[STREAMS_KEY].stop)
    for route in ROUTES:
        path = route.path.replace("{id}", "{id:[0-9]+}")
        api.router.add_route(route.method, path, through(route))
        if route.method == "GET" and "text/event-stream" not in route.media:
            api.router.add_route("HEAD", path, through(route))
    app.add_subapp(BASE, api)
