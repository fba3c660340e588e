"""Benin's and Côte d'Ivoire's platforms on the wire, as far as their calls are documented, with trouble on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Stand:
    """``trouble``: answers of the next calls instead of the platform's own: a status, or "cut" after it was done."""

    url: str = ""
    seen: list[tuple[str, str, Any]] = field(default_factory=list)
    trouble: list[int | str] = field(default_factory=list)
    announced: dict[str, Any] = field(default_factory=dict)
    signed: list[Any] = field(default_factory=list)


def _app(stand: Stand) -> web.Application:
    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        stand.seen.append((request.method, request.path, body))
        assert request.headers["Authorization"] == "Bearer secret-token"
        trouble = stand.trouble.pop(0) if stand.trouble else None
        if isinstance(trouble, int):
            return web.json_response({"message": "trouble"}, status=trouble)
        reply = _reply(stand, request, body)
        if trouble == "cut":
            assert request.transport is not None
            request.transport.abort()
        return reply

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app


def _reply(stand: Stand, request: web.Request, body: Any) -> web.Response:
    path = request.path
    if path == "/api/invoice" and request.method == "POST":
        if not body["ifu"]:
            return web.json_response({"errorCode": "3", "errorDesc": "IFU inconnu"})
        uid = f"uid-{len(stand.announced) + 1}"
        stand.announced[uid] = body
        return web.json_response({"uid": uid, "total": sum(i["price"] * i["quantity"] for i in body["items"])})
    if path.startswith("/api/invoice/") and path.endswith("/confirm"):
        uid = path.split("/")[3]
        if stand.announced[uid] in stand.signed:
            return web.json_response({"errorCode": "20", "errorDesc": "Facture déjà finalisée"})
        stand.signed.append(stand.announced[uid])
        return web.json_response(
            {
                "codeMECeFDGI": f"TEST-E64H-2J6I-LT3E-B5TH-DUM{len(stand.signed)}",
                "qrCode": "F;TS01000001;…",
                "counters": f"{len(stand.signed)}/{len(stand.signed)} FV",
                "nim": "TS01000001",
                "dateTime": "20/11/2026 21:46:00",
            }
        )
    if path == "/external/invoices/sign":
        stand.signed.append(body)
        items = [{"id": f"item-{n}", "quantity": item["quantity"]} for n, item in enumerate(body["items"])]
        return _sticker({"id": "inv-1", "items": items}, "9606123E26000000019")
    if path == "/external/invoices/inv-1/refund":
        stand.signed.append(body)
        return _sticker({"id": "ref-1"}, "A9606123E26000000001")
    return web.json_response({"message": "no such call"}, status=404)


def _sticker(invoice: dict[str, Any], reference: str) -> web.Response:
    url = "http://127.0.0.1/fr/verification/1"
    body = {"ncc": "9606123E", "reference": reference, "token": url, "balanceSticker": 179, "invoice": invoice}
    return web.json_response(body)


@asynccontextmanager
async def stand() -> AsyncIterator[Stand]:
    """A platform on a port of this loop."""
    made = Stand()
    runner = web.AppRunner(_app(made), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield made
    finally:
        await runner.cleanup()
