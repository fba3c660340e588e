"""A person's data over HTTP: handed out, or erased."""

from __future__ import annotations

import asyncio
import tempfile
from typing import BinaryIO, Final

from aiohttp import web

from core.kernel.clock import rfc3339
from core.privacy import dossier, service
from localserver.api.answers import Shown, Time
from localserver.api.door import Call, show

PIECE: Final = 1 << 18


class Erased(Shown, frozen=True):
    what: str
    count: int


class StillKept(Shown, frozen=True):
    what: str
    count: int
    why: str


class Erasure(Shown, frozen=True):
    """``alias`` is what the person is called from now on."""

    customer_id: int
    alias: str
    at: Time
    erased: list[Erased]
    kept: list[StillKept]


async def export(call: Call) -> web.StreamResponse:
    """The zip is made on disk: a long conversation has hundreds of photos."""
    shop = call.shop

    def make(file: BinaryIO) -> int:
        dossier.write(dossier.ask(shop.engine, call.id, shop.card.currency, call.actor), shop.media, file)
        size = file.tell()
        file.seek(0)
        return size

    with tempfile.TemporaryFile() as file:
        size = await asyncio.to_thread(make, file)
        headers = {"Content-Disposition": f'attachment; filename="customer-{call.id}.zip"', "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        response.content_type = "application/zip"
        response.content_length = size
        await response.prepare(call.request)
        while piece := await asyncio.to_thread(file.read, PIECE):
            await response.write(piece)
        await response.write_eof()
    return response


async def erase(call: Call) -> web.Response:
    shop = call.shop
    report = await asyncio.to_thread(service.erase, shop.engine, shop.orders, shop.media, call.id, call.actor)
    language = shop.settings.get("store.language")
    return show(
        Erasure(
            report.customer_id,
            report.alias,
            rfc3339(report.at),
            [Erased(line.said(language)[0], line.count) for line in report.erased],
            [StillKept(line.said(language)[0], line.count, line.said(language)[1]) for line in report.kept],
        )
    )
