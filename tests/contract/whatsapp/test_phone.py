"""The buyer's phone: plain forms over HTTP, then the same in a browser at 360 px."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
from html.parser import HTMLParser

import aiohttp
import pytest
from PIL import Image
from playwright.async_api import async_playwright

from core.conversations import outgoing as out
from core.conversations.outgoing import Button, Row, Section
from core.conversations.reading import read_message
from core.kernel.clock import SECOND
from localserver.sandbox.phone_view import styled
from tests.contract.whatsapp.conftest import Wire

PHONE = "221771234567"
TO = {"to": "+" + PHONE}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Addresses(HTMLParser):
    """Everything a page would fetch or send to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.inline = self.inline or "style" in known or any(name.startswith("on") for name in known)
        self.inline = self.inline or (tag == "script" and "src" not in known)
        if tag != "a":
            self.found += [value for name in ("src", "href", "action") if (value := known.get(name))]


async def page_of(wire: Wire, path: str = "b1") -> str:
    reply = await wire.http.request("GET", f"{wire.base_url}/phone/{path}")
    assert reply.status == 200, reply.body
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    return reply.body.decode()


async def post(wire: Wire, **form: str) -> None:
    reply = await wire.http.request("POST", f"{wire.base_url}/phone/b1", form=form)
    assert (reply.status, reply.headers["Location"]) == (303, "/phone/b1#end")


async def test_a_phone_is_made_listed_and_opened(wire: Wire) -> None:
    form = {"name": "Hanta <b>", "phone": "+261 34 00 000 11", "language": "mg", "hidden": "on"}
    reply = await wire.http.request("POST", f"{wire.base_url}/phone", form=form)
    assert (reply.status, reply.headers["Location"]) == (303, "/phone/b1")
    buyer = wire.graph.world.buyer("b1")
    assert (buyer.phone, buyer.shows_phone, buyer.bsuid[:3]) == ("261340000011", False, "MG.")
    listed = (await wire.http.request("GET", f"{wire.base_url}/phone")).body.decode()
    assert "Hanta &lt;b&gt;" in listed
    assert "numéro caché" in listed
    assert "Kaontin’ny orinasa" in await page_of(wire)
    nobody = await wire.http.request("GET", f"{wire.base_url}/phone/b9")
    assert nobody.status == 404


async def test_every_act_is_a_plain_form(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", PHONE)
    await post(wire, text="ROBE1")
    card = await wire.whatsapp.send(out.buttons("Robe", [Button("pay:1", "PAYER")]), TO)
    menu = await wire.whatsapp.send(out.list_message("?", "VOIR", [Section("", [Row("q:2", "2")])]), TO)
    assert f'name="wamid" value="{card.wamid}"' in await page_of(wire)
    await post(wire, press="pay:1", wamid=card.wamid or "")
    await post(wire, row="q:2", wamid=menu.wamid or "")
    await post(wire, screenshot="1")
    await post(wire, voice="1")
    await post(wire, share="1")
    await wire.settled()
    said = [read_message(item) for item in wire.shop.messages()]
    assert [(m.type, m.text, m.reply_id) for m in said[:3]] == [
        ("text", "ROBE1", None),
        ("interactive", "PAYER", "pay:1"),
        ("interactive", "2", "q:2"),
    ]
    assert [m.type for m in said[3:]] == ["image", "audio", "contacts"]


async def test_a_photo_arrives_as_jpeg_and_anything_else_is_refused(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", PHONE)
    picture = io.BytesIO()
    Image.new("RGBA", (3000, 1000), "#45B98580").save(picture, "PNG")
    for content, status in ((picture.getvalue(), 303), (b"<svg onload=alert(1)>", 404)):
        form = aiohttp.FormData()
        form.add_field("photo", content, filename="p.png", content_type="image/png")
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{wire.base_url}/phone/b1", data=form, allow_redirects=False) as reply,
        ):
            assert reply.status == status
    await wire.settled()
    (photo,) = [read_message(item).media for item in wire.shop.messages()]
    assert photo is not None
    with Image.open(io.BytesIO(await wire.whatsapp.download(photo.media_id))) as received:
        assert (received.format, received.size) == ("JPEG", (1600, 533))


async def test_pages_fetch_nothing_from_outside_and_run_nothing_inline(wire: Wire) -> None:
    wire.graph.world.add_buyer("<script>alert(1)</script>", PHONE)
    wire.graph.acts("b1").say('"><img src=x onerror=alert(1)> https://evil.example/x')
    await wire.whatsapp.send(out.link_button("<b>x</b>", "PAYER", "https://pay.example/p"), TO)
    for page in (await page_of(wire), await page_of(wire, "b1/thread")):
        assert "<script>alert" not in page
        assert "<b>x" not in page
        seen = Addresses(page)
        assert not seen.inline
        assert all(address.startswith("/phone") or address == "data:," for address in seen.found)
    for name in ("tokens.css", "phone.css", "phone.js"):
        reply = await wire.http.request("GET", f"{wire.base_url}/phone/static/{name}")
        assert reply.status == 200
        assert not re.search(rb"https?://|@import", reply.body)
    assert (await wire.http.request("GET", f"{wire.base_url}/phone/static/..%2fphone.html")).status == 404


async def test_ticks_and_typing_follow_the_shop(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", PHONE)
    await wire.control("PATCH", "delivery", {"hold": True})
    said = wire.graph.acts("Awa").say("ROBE1")
    assert 'class="ticks sent"' in await page_of(wire)
    await wire.control("PATCH", "delivery", {"hold": False})
    await wire.settled()
    assert 'class="ticks delivered"' in await page_of(wire)
    await wire.whatsapp.mark_read(said.wamid, typing=True)
    page = await page_of(wire)
    assert 'class="ticks read"' in page
    assert "écrit…" in page
    wire.clock.advance(26 * SECOND)
    assert "écrit…" not in await page_of(wire)


async def test_the_page_says_when_nobody_listens(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", PHONE)
    assert "webhook" not in await page_of(wire)
    await wire.control("PATCH", "accounts", {"subscribed": False})
    assert "aucun webhook n’est relié" in await page_of(wire)


async def test_changes_are_told_at_once(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", PHONE)
    async with aiohttp.ClientSession() as session, session.get(f"{wire.base_url}/phone/b1/events") as stream:
        assert await stream.content.readuntil(b"\n\n") == b"retry: 1000\n\n"
        wire.graph.acts("Awa").say("x")
        assert b"event: change" in await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 30)


async def test_an_open_phone_does_not_keep_the_simulator_from_stopping(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", PHONE)
    async with aiohttp.ClientSession() as session, session.get(f"{wire.base_url}/phone/b1/events") as stream:
        await stream.content.readuntil(b"\n\n")
        wire.graph.world.close()
        await asyncio.wait_for(stream.content.read(), 30)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*Robe* _wax_ ~20~ ```x```", "<strong>Robe</strong> <em>wax</em> <s>20</s> <code>x</code>"),
        ("2*3*4 a_b_c * x *", "2*3*4 a_b_c * x *"),
        ("<i>&", "&lt;i&gt;&amp;"),
        (
            "voir https://pay.example/a?b=1&c=2.",
            'voir <a href="https://pay.example/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">{}</a>.'.format(
                "https://pay.example/a?b=1&amp;c=2"
            ),
        ),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_marks_and_links_become_safe_html(text: str, html: str) -> None:
    assert str(styled(text)) == html


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
async def test_a_buyer_plays_in_a_browser(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", PHONE)
    problems: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 360, "height": 740})
        page.on("console", lambda line: problems.append(line.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(f"{wire.base_url}/phone/b1")
        await page.fill("input[name=text]", "je prends ROBE1")
        await page.press("input[name=text]", "Enter")
        await page.wait_for_selector(".mine >> text=je prends ROBE1")
        await wire.whatsapp.send(out.buttons("*Robe*", [Button("pay:1", "PAYER"), Button("no", "ANNULER")]), TO)
        await page.click(".actions >> text=PAYER")
        await page.wait_for_selector(".mine >> text=PAYER")
        await wire.whatsapp.send(
            out.list_message("Combien ?", "CHOISIR", [Section("", [Row(str(n), f"{n} pièces") for n in range(10)])]), TO
        )
        await page.click("summary >> text=CHOISIR")
        await page.click(".sheet >> text=9 pièces")
        await page.wait_for_selector(".mine >> text=9 pièces")
        await wire.whatsapp.send(out.link_button("Ton lien", "PAYER 15 000 F", "https://pay.example/p/abc"), TO)
        link = await page.wait_for_selector(".actions a")
        assert link is not None
        assert await link.get_attribute("href") == "https://pay.example/p/abc"
        wide = await page.evaluate("document.documentElement.scrollWidth")
        small = await page.evaluate(
            "[...document.querySelectorAll('button, summary, .actions a')].filter(e => e.offsetParent"
            " && e.getBoundingClientRect().height < 40).length"
        )
        await browser.close()
    assert (problems, wide, small) == ([], 360, 0)
    await wire.settled()
    assert [read_message(i).reply_id for i in wire.shop.messages()] == [None, "pay:1", "9"]
