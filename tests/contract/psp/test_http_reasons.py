"""Why nobody answered, on real sockets: said in the seller's language, never as the name of a class."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import unused_port

from core.adapters.http import Http, NoAnswer
from core.kernel.clock import ManualClock
from core.kernel.i18n import explain

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[int]:
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def said(url: str, patience: float = 60.0) -> str:
    http = Http(ManualClock(1_790_000_000_000), total_timeout=patience)
    try:
        with pytest.raises(NoAnswer) as caught:
            await http.request("GET", url)
    finally:
        await http.close()
    return explain(caught.value, "fr").partition(" n’a pas répondu ")[2]


async def test_nobody_listens() -> None:
    assert await said(f"http://127.0.0.1:{unused_port()}/") == "(connexion refusée)."


async def test_a_name_that_is_not_known() -> None:
    assert await said("http://nobody.invalid/") == "(nom inconnu)."


async def test_no_answer_in_time() -> None:
    over = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    async with listening(hang) as port:
        sentence = await said(f"http://127.0.0.1:{port}/", patience=0.5)
        over.set()
    assert sentence == "(délai dépassé)."


async def test_the_connection_breaks_off() -> None:
    async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with listening(drop) as port:
        assert await said(f"http://127.0.0.1:{port}/") == "(connexion coupée en face)."


async def test_no_tls_there() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with listening(plain) as port:
        assert await said(f"https://127.0.0.1:{port}/") == "(pas de connexion sûre)."
