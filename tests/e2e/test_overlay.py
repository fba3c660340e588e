"""The overlay in a real browser, as OBS shows it. ``OVERLAY_SHOTS=folder`` keeps pictures over several grounds."""

from __future__ import annotations

import asyncio
import io
import os
import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import zxingcpp
from aiohttp import web
from PIL import Image, ImageDraw
from playwright.async_api import Page, expect

from core.catalogue.service import change
from core.kernel.paths import resource
from core.live import service as live
from localserver.app import create_app
from tests.support.browser import Chromium, Seen, chromium_session
from tests.support.payshop import PayShop, pay_shop
from tests.support.ports import free_ports
from tests.support.shops import world

pytestmark = pytest.mark.skipif(not Chromium.installed(), reason="needs Chromium")

Scene = Callable[[PayShop, Chromium], Awaitable[None]]
BUDGET = 80_000  # the page with a product's photo
SIZES = [(1920, 1080), (1280, 720), (1080, 1920)]
SKUS = ("ROBE1", "ENSEMBLEBAZINXXL", "SAC2")
LONG = "Ensemble grand boubou bazin riche brodé main trois pièces avec foulard assorti, tailles 38 à 56"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    yield from chromium_session()


@pytest.fixture
def play(chromium: Chromium, tmp_path: Path) -> Callable[[Scene], None]:
    """Run a scene with a shop on air, in the browser's loop."""

    async def with_shop(scene: Scene) -> None:
        async with pay_shop(tmp_path) as shop:
            stock(shop)
            await scene(shop, chromium)

    return lambda scene: chromium.run(with_shop(scene))


def stock(shop: PayShop) -> None:
    shop.shop.media.mkdir(exist_ok=True)
    for name in ("robe-wax-ankara.jpg", "sac-cuir-marron.jpg", "logo.png"):
        shutil.copy(resource("samples", "photos", name), shop.shop.media)
    shop.shop.settings.set("whatsapp.number", "+221 33 800 00 00")
    shop.shop.settings.set("store.logo", "logo.png")
    shop.product("ROBE1", "Robe Wax Ankara", 15_000, photo="robe-wax-ankara.jpg", stock=10)
    shop.product("SAC2", "Sac cuir marron", 22_000, photo="sac-cuir-marron.jpg", stock=0)
    shop.product("ENSEMBLEBAZINXXL", LONG, 1_250_000, stock=2)
    shop.shop.engine.call(lambda tx: live.start(tx, "Vendredi"))
    show(shop, "ROBE1")


def show(shop: PayShop, sku: str | None) -> None:
    shop.shop.engine.call(lambda tx: live.show(tx, shop.products[sku] if sku else None))


@asynccontextmanager
async def obs(
    chromium: Chromium, address: str, width: int = 1920, height: int = 1080
) -> AsyncIterator[tuple[Page, Seen]]:
    async with chromium.page(width, height, scale=1) as (page, seen):
        await page.goto(address)
        await expect(page.locator("#card:not([hidden]), #waiting:not([hidden])").first).to_be_visible()
        yield page, seen


def address(shop: PayShop, query: str = "") -> str:
    return f"{shop.url}/overlay/{shop.shop.slug}{query}"


def ground(kind: str, width: int, height: int) -> Image.Image:
    """What the camera sees behind: a bright wall, a dark room, or a stall full of cloth."""
    if kind != "busy":
        return Image.new("RGBA", (width, height), "#F4EFE6" if kind == "light" else "#17130F")
    chance = random.Random(3)
    picture = Image.effect_noise((width, height), 90).convert("RGBA")
    draw = ImageDraw.Draw(picture)
    for _ in range(160):
        x, y, r = chance.randrange(width), chance.randrange(height), chance.randrange(20, 180)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(*(chance.randrange(256) for _ in range(3)), 255))
    return picture


async def drawn(page: Page) -> Image.Image:
    """The page with its transparency, once its pictures are there and its animations over."""
    await page.evaluate(
        """async () => {
             const waits = () => [...document.images].some(i => i.dataset.from && !(i.src && i.complete));
             while (waits()) await new Promise(requestAnimationFrame);
             await Promise.all(document.getAnimations().map(a => a.finished));
           }"""
    )
    return Image.open(io.BytesIO(await page.screenshot(omit_background=True))).convert("RGBA")


def over(kind: str, page: Image.Image) -> Image.Image:
    """The page over a picture, as OBS mixes it."""
    picture = ground(kind, *page.size)
    picture.alpha_composite(page)
    return picture.convert("RGB")


async def on_video(page: Page, kind: str) -> Image.Image:
    return over(kind, await drawn(page))


def as_streamed(picture: Image.Image) -> Image.Image:
    """What arrives at a viewer on a bad connection: half the size, and squeezed."""
    small, out = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BILINEAR), io.BytesIO()
    small.save(out, "JPEG", quality=50)
    return Image.open(out)


def scanned(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def claim(word: str) -> str:
    return f"https://wa.me/221338000000?text=je%20prends%20{word}"


@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_it_can_be_read_and_scanned_in_every_place(
    size: tuple[int, int], turn: int, play: Callable[[Scene], None]
) -> None:
    """Each size in each position, over each ground; products and themes take turns."""

    async def scene(shop: PayShop, chromium: Chromium) -> None:
        shop.shop.settings.set("overlay.payers", "true")
        await shop.pay(shop.order((shop.products["ROBE1"], 1), name="Awa Ndiaye"))
        position, sku = ("left", "right", "bottom")[turn], SKUS[(turn + SIZES.index(size)) % 3]
        show(shop, sku)
        theme = "dark" if sku == "ROBE1" else "light"
        async with obs(chromium, address(shop, f"?position={position}&theme={theme}"), *size) as (page, seen):
            await expect(page.locator("#keyword")).to_have_text(sku)
            await expect(page.locator("#feed li")).to_have_text(["A., payé ✓"])
            picture = await drawn(page)
            for kind in ("light", "dark", "busy"):
                mixed = over(kind, picture)
                if folder := os.environ.get("OVERLAY_SHOTS"):
                    mixed.save(Path(folder) / f"{size[0]}x{size[1]}-{position}-{kind}-{sku}.png")
                assert scanned(as_streamed(mixed) if max(size) == 1920 else mixed) == [claim(sku)], kind
            assert await _cut(page) == []
            assert await seen.bytes() <= BUDGET
            assert [url for url in seen.requests if not url.startswith((shop.url, "data:"))] == []
            assert seen.complaints == []

    play(scene)


async def _cut(page: Page) -> list[str]:
    """What does not lie wholly inside the picture, or runs out of its card. A title of three lines ends in « … »."""
    found: list[str] = await page.evaluate(
        """() => ["card", "write", "keyword", "title", "price", "left", "qr", "scan", "feed"].filter(id => {
             const box = document.getElementById(id).getBoundingClientRect();
             const card = document.getElementById("card").getBoundingClientRect();
             const out = box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight;
             return out || (id !== "feed" && (box.right > card.right + 1 || box.bottom > card.bottom + 1));
           })"""
    )
    return found


def test_the_code_and_the_words_follow_the_product_without_a_flicker(play: Callable[[Scene], None]) -> None:
    """A claim changes the numbers and nothing else; another product changes all at once, never a code of the other."""

    async def scene(shop: PayShop, chromium: Chromium) -> None:
        async with obs(chromium, address(shop)) as (page, seen):
            await drawn(page)  # the first picture may still be on its way: it is no change of what is shown
            await page.evaluate(
                """() => { window.touched = [];
                   new MutationObserver(list => list.forEach(m => window.touched.push(
                     (m.target.id || m.target.parentElement.id) + ":" + (m.attributeName || ""))))
                   .observe(document.body,
                     {subtree: true, childList: true, characterData: true, attributes: true}); }"""
            )
            shop.order((shop.products["ROBE1"], 8))
            await expect(page.locator("#left")).to_have_text("Plus que 2\u202f!")
            await expect(page.locator("#held")).to_have_text("8 réservés")
            touched = set(await page.evaluate("window.touched"))
            assert touched <= {"left:", "held:", "card:data-tone", "keyword:style", "price:style"}
            shown = await page.evaluate_handle(
                """() => { const seen = []; new MutationObserver(() => seen.push(
                     [document.getElementById("keyword").textContent, document.getElementById("qr").innerHTML.length]))
                   .observe(document.body, {subtree: true, childList: true, characterData: true}); return seen; }"""
            )
            before = await page.locator("#qr").inner_html()
            show(shop, "SAC2")
            await expect(page.locator("#keyword")).to_have_text("SAC2")
            assert await page.locator("#qr").inner_html() != before
            states = {state[0] for state in await shown.json_value()}
            assert states == {"SAC2"}  # observers run between tasks: no half-changed card was ever painted
            await expect(page.locator("#left")).to_have_text("Épuisé")
            assert scanned(await on_video(page, "dark")) == [claim("SAC2")]
            shop.shop.engine.call(lambda tx: change(tx, shop.products["SAC2"], title="Sac en cuir de Thiès"))
            await expect(page.locator("#title")).to_have_text("Sac en cuir de Thiès")
            assert seen.complaints == []

    play(scene)


def test_a_picture_that_cannot_be_shown_leaves_a_card_without_one(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        (shop.shop.media / "robe-wax-ankara.jpg").write_bytes(b"no picture")
        async with obs(chromium, address(shop)) as (page, _):
            await expect(page.locator("#photo")).to_be_hidden()
            await expect(page.locator("#price")).to_be_visible()
            assert await _cut(page) == []

    play(scene)


def test_while_nothing_is_shown_there_is_the_store_or_nothing(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        async with obs(chromium, address(shop)) as (page, seen):
            shop.shop.engine.call(live.end)
            await expect(page.locator("#card")).to_be_hidden()
            await expect(page.locator("#store")).to_have_text("Boutique Téranga")
            await expect(page.locator("#logo")).to_be_visible()
            if folder := os.environ.get("OVERLAY_SHOTS"):
                (await on_video(page, "busy")).save(Path(folder) / "waiting.png")
            await asyncio.to_thread(shop.shop.settings.set, "overlay.name", "false")
            await expect(page.locator("#waiting")).to_be_hidden()
            empty = Image.open(io.BytesIO(await page.screenshot(omit_background=True))).convert("RGBA")
            assert empty.getchannel("A").getextrema() == (0, 0)  # nothing at all: every pixel lets the video through
            assert seen.complaints == []

    play(scene)


def test_parts_and_size_are_the_sellers_choice(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        async with obs(chromium, address(shop, "?show=qr&size=80"), 1280, 720) as (page, _):
            await expect(page.locator("#words")).to_be_hidden()
            await expect(page.locator("#photo")).to_be_hidden()
            assert scanned(await on_video(page, "busy")) == [claim("ROBE1")]
            small = await _width(page)
        async with obs(chromium, address(shop, "?show=product,stock"), 1280, 720) as (page, _):
            await expect(page.locator("#code")).to_be_hidden()
            await expect(page.locator("#left")).to_be_visible()
            assert small < await _width(page)

    play(scene)


async def _width(page: Page) -> float:
    box = await page.locator("#card").bounding_box()
    assert box is not None
    return box["width"]


def test_a_card_too_high_gives_up_its_photo_and_nothing_else(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        async with obs(chromium, address(shop, "?size=130"), 1280, 720) as (page, _):
            await expect(page.locator("#keyword")).to_have_text("ROBE1")
            await expect(page.locator("#photo")).to_be_hidden()
            assert await _cut(page) == []
            assert scanned(await on_video(page, "busy")) == [claim("ROBE1")]

    play(scene)


def test_the_sellers_own_style_in_obs_is_taken(play: Callable[[Scene], None]) -> None:
    """OBS adds « Custom CSS » as a style element once the page is loaded."""

    async def scene(shop: PayShop, chromium: Chromium) -> None:
        async with obs(chromium, address(shop)) as (page, seen):
            await page.evaluate(
                """() => { const style = document.createElement("style");
                   style.innerHTML = "#price { color: rgb(1, 2, 3) }"; document.head.appendChild(style); }"""
            )
            await expect(page.locator("#price")).to_have_css("color", "rgb(1, 2, 3)")
            assert seen.complaints == []

    play(scene)


def test_who_wants_no_motion_gets_none(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        for motion, name in (("no-preference", "in"), ("reduce", "none")):
            async with obs(chromium, address(shop)) as (page, _):
                await page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
                await expect(page.locator("#words")).to_have_css("animation-name", name)

    play(scene)


def test_the_page_comes_back_with_the_program_and_never_shows_an_old_number(chromium: Chromium, tmp_path: Path) -> None:
    """The server stops, the live goes on elsewhere, the server starts again at the same address."""

    async def served(shop: PayShop, port: int) -> web.AppRunner:
        runner = web.AppRunner(create_app([shop.shop]), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
        return runner

    async def scene() -> None:
        async with pay_shop(tmp_path) as shop:
            stock(shop)
            (port,) = free_ports(1)  # it comes back there: nobody else may be given it meanwhile
            runner = await served(shop, port)
            async with obs(chromium, f"http://127.0.0.1:{port}/overlay/{shop.shop.slug}") as (page, _):
                await expect(page.locator("#left")).to_have_text("10 disponibles")
                await runner.cleanup()
                await expect(page.locator("html")).to_have_attribute("data-lost", "1")
                await expect(page.locator("#stock")).to_have_css("opacity", "0")
                assert scanned(await on_video(page, "dark")) == [claim("ROBE1")]  # a claim arrives all the same
                show(shop, "ENSEMBLEBAZINXXL")
                runner = await served(shop, port)
                try:
                    await expect(page.locator("#keyword")).to_have_text("ENSEMBLEBAZINXXL")
                    await expect(page.locator("#left")).to_have_text("2 disponibles")
                    await expect(page.locator("#stock")).to_have_css("opacity", "1")
                    assert await page.locator("html").get_attribute("data-lost") is None
                finally:
                    await page.goto("about:blank")
                    await runner.cleanup()

    chromium.run(scene(), 120)


def test_a_page_of_an_older_program_is_loaded_anew(play: Callable[[Scene], None]) -> None:
    async def scene(shop: PayShop, chromium: Chromium) -> None:
        async with obs(chromium, address(shop)) as (page, _):
            version = await page.locator("html").get_attribute("data-page")
            await page.evaluate("document.documentElement.dataset.page = 'older'")
            show(shop, "SAC2")
            await expect(page.locator("#keyword")).to_have_text("SAC2")
            assert await page.locator("html").get_attribute("data-page") == version

    play(scene)


@pytest.mark.parametrize("words", ["je prends ROBE1", "alaiko ROBE1", "I take ROBE1"])
async def test_who_scans_while_the_product_changes_claims_the_one_seen(tmp_path: Path, words: str) -> None:
    async with world(tmp_path) as w:
        robe, bag = w.product("ROBE1"), w.product("SAC2")
        w.shop.engine.call(lambda tx: live.start(tx, ""))
        w.shop.engine.call(lambda tx: live.show(tx, bag))
        w.buyer("Awa")
        w.graph.acts("Awa").say(words)
        await w.settled()
        assert w.rows("SELECT product_id, quantity FROM order_line") == [(robe, 1)]
