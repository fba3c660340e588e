"""The embedded server: one aiohttp application for the desktop, ``serve``, the tests and the demo."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aiohttp import web
from aiohttp.log import server_logger

from core.bootstrap import Shop
from localserver import health
from localserver.api import later
from localserver.hooks import psp, whatsapp
from localserver.middleware import boundary, harden, our_concern, prompt
from localserver.overlay import routes as overlay
from localserver.pay import routes as pay
from localserver.site import SITE, Site

MAX_BODY: Final = 4 * 1024 * 1024  # WhatsApp sends up to 3 MB (reference whatsapp §2.2)


def create_app(shops: Iterable[Shop]) -> web.Application:
    """The whole outside of these stores. The shops' own work (:meth:`Shop.work`) is started by the runner."""
    server_logger.addFilter(our_concern)
    app = web.Application(client_max_size=MAX_BODY, middlewares=[boundary, prompt])
    app[SITE] = Site(shops)
    app.on_response_prepare.append(harden)
    app.router.add_routes(health.routes)
    app.router.add_routes(whatsapp.routes)
    app.router.add_routes(psp.routes)
    pay.mount(app, _invoice_pdf)
    overlay.mount(app)
    later.mount(app)
    return app


async def _invoice_pdf(shop: Shop, invoice_id: int) -> bytes:
    """A paid order's invoice for its buyer."""
    return await shop.press.content("invoice", invoice_id)
