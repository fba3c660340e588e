from __future__ import annotations

import hashlib
from typing import Any

import pytest
from aiohttp import web

from core.conversations import outgoing as out
from core.conversations.channel import MediaUnavailable, NotSent, SendRefused
from core.conversations.reading import read_message
from core.kernel.clock import MINUTE
from localserver.sandbox.graph_acts import screenshot, silence
from tests.contract.whatsapp.conftest import Wire, serve

CONTENT = bytes(range(256)) * 40 + b"\r\n--boundary--\r\n"


@pytest.mark.parametrize("filename", ["devis.pdf", 'a"b\r\nX-Evil: 1.pdf', "reçu n° 3.pdf", ""])
async def test_a_file_goes_up_and_comes_down_unchanged(wire: Wire, filename: str) -> None:
    media_id = await wire.whatsapp.upload(CONTENT, filename, "application/pdf")
    assert wire.graph.world.media[media_id].mime == "application/pdf"
    assert await wire.whatsapp.download(media_id) == CONTENT


async def test_an_uploaded_picture_and_document_can_be_sent(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", "221771234567")
    wire.graph.acts("Awa").say("x")
    media_id = await wire.whatsapp.upload(screenshot(), "robe.png", "image/png")
    await wire.whatsapp.send(out.image(media_id, "Robe"), {"to": "+221771234567"})
    await wire.whatsapp.send(out.document(media_id, "devis.pdf"), {"to": "+221771234567"})
    await wire.whatsapp.send(out.image("404"), {"to": "+221771234567"})
    await wire.settled()
    failed = [s for s in wire.shop.statuses() if s.status == "failed"]
    assert [e.code for s in failed for e in s.errors] == [131053]


async def test_a_buyers_photo_and_voice_note_are_fetched(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa")
    wire.graph.acts("Awa").photo(CONTENT)
    wire.graph.acts("Awa").voice(1.0)
    await wire.settled()
    photo, voice = [read_message(item).media for item in wire.shop.messages()]
    assert photo is not None
    assert voice is not None
    assert await wire.whatsapp.download(photo.media_id) == CONTENT
    assert (await wire.whatsapp.download(voice.media_id)).startswith(b"OggS")


async def test_an_address_older_than_five_minutes_is_asked_for_again(wire: Wire) -> None:
    media_id = await wire.whatsapp.upload(CONTENT, "x", "image/png")
    described = await wire.whatsapp._described(media_id)
    wire.clock.advance(5 * MINUTE + 1)
    assert (await wire.whatsapp._fetch(described)).status == 404
    assert await wire.whatsapp.download(media_id) == CONTENT


async def test_a_file_that_is_gone_is_refused(wire: Wire) -> None:
    with pytest.raises(SendRefused) as refusal:
        await wire.whatsapp.download("404")
    assert refusal.value.code == 100


async def test_an_upload_that_fails_may_be_repeated(wire: Wire) -> None:
    await wire.control("POST", "faults", [{"kind": "html", "on": "media"}, {"code": 131000, "on": "media"}])
    with pytest.raises(NotSent):
        await wire.whatsapp.upload(CONTENT, "x", "image/png")
    with pytest.raises(SendRefused):
        await wire.whatsapp.upload(CONTENT, "x", "image/png")
    assert await wire.whatsapp.upload(CONTENT, "x", "image/png")


class Rogue:
    """A Graph API whose media addresses lead elsewhere."""

    def __init__(self, **described: Any) -> None:
        self.described = described
        self.tokens: list[str | None] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/v26.0/1", self.describe), web.get("/elsewhere", self.content)])
        return app

    async def describe(self, request: web.Request) -> web.Response:
        here = str(request.url.origin())
        described = {k: v.replace("HERE", here) if isinstance(v, str) else v for k, v in self.described.items()}
        return web.json_response(described)

    async def content(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers.get("Authorization"))
        return web.Response(text="<html>Error</html>", content_type="text/html")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://evilfbcdn.net/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://lookaside.fbsbx.com@evil.example/x",
        "file:///etc/passwd",
        "https://[broken/x",
        "",
        None,
        7,
    ],
)
async def test_the_token_is_shown_to_no_other_host(wire: Wire, url: Any) -> None:
    runner, base_url = await serve(Rogue(url=url).app())
    try:
        with pytest.raises(MediaUnavailable):
            await wire.adapter(base_url=base_url).download("1")
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("host", ["lookaside.fbsbx.com", "scontent.xx.fbcdn.net", "mmg.whatsapp.net"])
async def test_metas_own_hosts_may_have_it(wire: Wire, host: str) -> None:
    assert wire.whatsapp._may_have_token(f"https://{host}/x?y=1")


@pytest.mark.parametrize(
    ("described", "why"),
    [
        ({"url": "HERE/elsewhere", "sha256": hashlib.sha256(b"the picture").hexdigest()}, "not the file"),
        ({"url": "HERE/nowhere"}, "status 404"),
        ({"url": "HERE/elsewhere", "file_size": 100_000_000}, "100 MB"),
        ({"url": "HERE/elsewhere", "file_size": "100000000"}, "100 MB"),
    ],
)
async def test_a_file_that_is_not_what_was_announced_is_not_kept(
    wire: Wire, described: dict[str, Any], why: str
) -> None:
    runner, base_url = await serve(Rogue(**described).app())
    try:
        with pytest.raises(MediaUnavailable, match=why):
            await wire.adapter(base_url=base_url).download("1")
    finally:
        await runner.cleanup()


def test_silence_is_a_valid_ogg_of_that_length() -> None:
    file = silence(1.0)
    assert file.count(b"OggS") == 3
    assert file[28:36] == b"OpusHead"
    assert int.from_bytes(file[file.rindex(b"OggS") + 6 :][:8], "little") == 48_000
