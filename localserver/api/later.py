"""The API is loaded when somebody asks it: webhooks and pay pages are served 20 ms earlier at each start."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

from aiohttp import web
from aiohttp.web_urldispatcher import AbstractRoute, PrefixedSubAppResource, PrefixResource
from yarl import URL

from localserver.site import SITE

BASE: Final = "/api/v1"


class Later(PrefixResource):
    """Stands in the router where the API will be, and hands over to it."""

    def __init__(self, app: web.Application) -> None:
        super().__init__(BASE)
        self._app = app
        self._loading = asyncio.Lock()
        self._api: web.Application | None = None
        self._resource: PrefixedSubAppResource | None = None

    async def _loaded(self) -> PrefixedSubAppResource:
        async with self._loading:
            if self._resource is None:
                v1 = await asyncio.to_thread(import_module, "localserver.api.v1")
                self._api = v1.application(self._app[SITE])
                self._resource = PrefixedSubAppResource(BASE, self._api)
                self._api.pre_freeze()
        return self._resource

    async def resolve(self, request: web.Request) -> tuple[web.UrlMappingMatchInfo | None, set[str]]:
        return await (self._resource or await self._loaded()).resolve(request)

    async def stop(self, _: web.Application) -> None:
        """Tell the API's streams to end, where it was asked at all."""
        if self._api is not None:
            await self._api.shutdown()

    def url_for(self, **parts: str) -> URL:
        raise RuntimeError("the API's addresses are written in its table of routes")

    def get_info(self) -> Any:
        return {"prefix": BASE}

    def __len__(self) -> int:
        return len(self._resource or ())

    def __iter__(self) -> Iterator[AbstractRoute]:
        return iter(self._resource or ())


def mount(app: web.Application) -> None:
    """Answer for /api/v1. Call it after ``app[SITE]`` is set; without a store there is nothing to show."""
    if app[SITE].shops:
        late = Later(app)
        app.router.register_resource(late)
        app.on_shutdown.append(late.stop)
