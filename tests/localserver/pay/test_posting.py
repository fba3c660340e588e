"""Who may send the page's forms and how often; pictures and the invoice."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from core.bootstrap import Shop
from core.kernel.clock import SECOND
from tests.support.payshop import PayShop, pay_app, pay_shop

WAVE = {"method": "sandbox.wave"}


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_forms_of_other_sites_do_nothing(open_shop: PayShop, headers: dict[str, str]) -> None:
    order = open_shop.bag()
    seen = set()
    for token in (open_shop.token(order), "forged"):
        for name in ("pay", "check", "cancel"):
            status, _, body = await open_shop.post(f"/p/{token}/{name}", WAVE, headers=headers)
            seen.add((status, body))
    assert {status for status, _ in seen} == {403}
    assert len(seen) == 1
    assert open_shop.state(order) == "reserved"
    assert open_shop.value("SELECT count(*) FROM attempt") == 0


async def test_our_own_forms_work_whatever_the_browser_says_of_them(open_shop: PayShop) -> None:
    own: tuple[dict[str, str], ...] = (
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": open_shop.url},
        {"Origin": "https://pay.example.test"},
        {},
    )
    open_shop.shop.settings.set("public_url", "https://pay.example.test")  # behind a tunnel the Host differs
    for headers in own:
        order = open_shop.bag()
        await open_shop.act(order, "cancel", headers=headers)
        assert open_shop.state(order) == "cancelled"


async def test_posts_are_bounded_for_each_link(open_shop: PayShop) -> None:
    order, other = open_shop.bag(), open_shop.bag()
    path = f"/p/{open_shop.token(order)}/cancel"
    codes = [(await open_shop.post(path))[0] for _ in range(13)]
    assert codes == [303] * 12 + [429]
    _, headers, body = await open_shop.post(path)
    assert headers["Retry-After"] == "3"
    assert "Un instant" in body
    assert (await open_shop.post(f"/p/{open_shop.token(other)}/cancel"))[0] == 303
    open_shop.clock.advance(3 * SECOND)
    assert (await open_shop.post(path))[0] == 303


@pytest.mark.parametrize(
    "photo",
    ["../store.json", "/etc/hostname", "https://example.test/a.jpg", "missing.jpg", "text.jpg", "cut.png", "."],
)
async def test_photos_that_cannot_be_shown(open_shop: PayShop, photo: str) -> None:
    media = open_shop.shop.media
    (media / "text.jpg").write_text("not a picture")
    Image.new("RGB", (400, 400), "red").save(media / "whole.png")
    (media / "cut.png").write_bytes((media / "whole.png").read_bytes()[:90])
    product = open_shop.product("X1", photo=photo)
    order = open_shop.order((product, 1))
    html = await open_shop.page(order)
    assert ("<img" in html) == (photo in ("text.jpg", "cut.png"))  # found, but read only when asked for
    status, _, _ = await open_shop.get(f"/p/{open_shop.token(order)}/photo/{product}")
    assert status == 404


async def test_only_the_order_s_own_photos_are_served(open_shop: PayShop) -> None:
    Image.new("RGB", (400, 300), "red").save(open_shop.shop.media / "a.png")
    mine, other = open_shop.product("X1", photo="a.png"), open_shop.product("X2", photo="a.png")
    order = open_shop.order((mine, 1))
    token = open_shop.token(order)
    async with open_shop.client.get(f"{open_shop.url}/p/{token}/photo/{mine}") as answer:
        assert answer.status == 200
        assert (await answer.read()).startswith(b"\xff\xd8\xff")
    assert (await open_shop.get(f"/p/{token}/photo/{other}"))[0] == 404
    assert (await open_shop.get(f"/p/{token}/photo/x"))[0] == 404
    assert (await open_shop.get(f"/p/{token}/logo"))[0] == 404


async def test_the_invoice_is_linked_where_one_can_be_made(tmp_path: Path) -> None:
    async def make(shop: Shop, invoice_id: int) -> bytes:
        return f"%PDF {shop.slug} {invoice_id}".encode()

    async with pay_shop(tmp_path, app=lambda shop: pay_app(shop, invoice_pdf=make)) as shop:
        order = shop.bag()
        path = f"/p/{shop.token(order)}/invoice.pdf"
        assert (await shop.get(path))[0] == 404
        await shop.pay(order)
        assert f'href="{shop.token(order)}/invoice.pdf"' in await shop.page(order)
        status, headers, body = await shop.get(path)
        assert (status, body) == (200, f"%PDF {shop.shop.slug} 1")
        assert headers["Content-Type"] == "application/pdf"
