"""The embedded server: one aiohttp application for the desktop, ``serve``, the tests and the demo."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from aiohttp import web

from core.bootstrap import Shop
from localserver import health
from localserver.api import v1
from localserver.hooks import psp, whatsapp
from localserver.middleware import boundary, harden
from localserver.pay import routes as pay
from localserver.site import SITE, Site

MAX_BODY: Final = 4 * 1024 * 1024  # WhatsApp sends up to 3 MB (reference whatsapp §2.2)
STOPPING: Final = web.AppKey("stopping", asyncio.Event)


def create_app(shops: Iterable[Shop]) -> web.Application:
    """The whole outside of these stores. The shops' own work (:meth:`Shop.work`) is started by the runner."""
    app = web.Application(client_max_size=MAX_BODY, middlewares=[boundary])
    app[SITE] = Site(shops)
    app[STOPPING] = asyncio.Event()
    app.on_response_prepare.append(harden)
    app.on_shutdown.append(_stop_streams)
    app.router.add_routes(health.routes)
    app.router.add_routes(whatsapp.routes)
    app.router.add_routes(psp.routes)
    pay.mount(app)
    v1.mount(app)
    return app


async def _stop_streams(app: web.Application) -> None:
    """Open event streams end, so that the server can stop at once."""
    app[STOPPING].set()
