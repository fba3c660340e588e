"""The API, version 1: the table of routes behind one door."""

from __future__ import annotations

from aiohttp import web

from localserver.api.description import DOCUMENT, Document
from localserver.api.door import say_problems, through
from localserver.api.gate import GATE, Gate
from localserver.api.routes import ROUTES
from localserver.api.stream import STREAMS_KEY, Streams
from localserver.site import SITE, Site


def application(site: Site, streams: Streams | None = None) -> web.Application:
    """All of /api/v1, for a site that has a store."""
    api = web.Application(middlewares=[say_problems])
    api[SITE] = site
    api[DOCUMENT] = Document(ROUTES)
    api[STREAMS_KEY] = Streams() if streams is None else streams
    api[GATE] = Gate(site.main.clock)
    api.on_shutdown.append(api[STREAMS_KEY].stop)
    for route in ROUTES:
        path = route.path.replace("{id}", "{id:[0-9]+}")
        api.router.add_route(route.method, path, through(route))
        if route.method == "GET" and "text/event-stream" not in route.media:
            api.router.add_route("HEAD", path, through(route))
    return api
