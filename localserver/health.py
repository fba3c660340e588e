"""Liveness and readiness."""

from __future__ import annotations

from aiohttp import web

from localserver.site import SITE

routes = web.RouteTableDef()


@routes.get("/healthz")
async def alive(_: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"alive": True})


@routes.get("/readyz")
async def ready(request: web.Request) -> web.Response:
    """The databases accept writes and the workers run."""
    site = request.app[SITE]
    failing = [shop.slug for shop in site.shops if shop.engine.storage_failing]
    if not site.ready or failing:
        return web.json_response({"ready": False, "storage_failing": failing}, status=503)
    return web.json_response({"ready": True})
