"""What the pay page tells of a buyer's data, the mark it leaves, and the shop's limit on one order."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from core.kernel.i18n import LANGUAGES
from tests.support.payshop import PayShop, pay_shop

VALUE = "A" * 22


async def cookie(shop: PayShop, order: int, **headers: str) -> SimpleCookie:
    _, answered, _ = await shop.get(f"/p/{shop.token(order)}", headers=headers)
    return SimpleCookie(answered.get("Set-Cookie", ""))


async def test_a_browser_is_given_a_random_mark_once_that_only_the_page_gets(open_shop: PayShop) -> None:
    order = open_shop.bag()
    first, second = await cookie(open_shop, order), await cookie(open_shop, order)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", first["lp"].value)
    assert first["lp"].value != second["lp"].value
    told = {name: first["lp"][name] for name in ("path", "samesite", "httponly", "max-age", "domain")}
    assert told == {"path": "/p", "samesite": "Lax", "httponly": True, "max-age": str(30 * 24 * 3600), "domain": ""}
    assert not await cookie(open_shop, order, Cookie=f"lp={VALUE}"), "it has one"
    assert (await cookie(open_shop, order, Cookie="lp=<script>"))["lp"].value, "what is none of ours is replaced"
    assert open_shop.value("SELECT count(*) FROM visit") == 0, "looking changes nothing"


async def test_the_mark_and_the_network_are_kept_as_hashes_when_somebody_acts(open_shop: PayShop) -> None:
    order = open_shop.bag()
    headers = {"Cookie": f"lp={VALUE}", "X-Forwarded-For": "10.9.9.9, 41.82.10.7"}
    for _ in range(2):
        await open_shop.act(order, "pay", {"method": "sandbox.wave"}, headers=headers)
    kinds = open_shop.shop.engine.read(lambda r: r.all("SELECT kind, mark FROM visit ORDER BY kind"))
    assert [kind for kind, _ in kinds] == ["address", "device"]
    assert {(kind, mark) for kind, mark in kinds} == set(open_shop.shop.watch.marks(VALUE, "41.82.10.99"))
    assert not any(VALUE.encode() in mark or b"41.82" in mark for _, mark in kinds)


async def test_a_secure_page_gives_a_secure_cookie(tmp_path: Path) -> None:
    async with pay_shop(tmp_path) as shop:
        shop.shop.settings.set("public_url", "https://boutique.example")
        assert (await cookie(shop, shop.bag()))["lp"]["secure"] is True


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_about_data_is_linked_and_says_what_is_done(open_shop: PayShop, language: str) -> None:
    html = await open_shop.page(open_shop.bag(), f"?lang={language}")
    link = re.search(r'href="\.\./(privacy/[^"]+)"', html)
    assert link is not None
    status, headers, page = await open_shop.get("/" + link[1].replace("&amp;", "&"))
    assert (status, headers["Content-Language"]) == (200, language)
    assert f'<html lang="{language}">' in page
    for told in ("Boutique Téranga", "STOP SCORE", "30", "90", "24", "CDP", "2008-12"):
        assert told in page, told
    assert "<script" not in page
    assert "form-action 'none'" in headers["Content-Security-Policy"]


async def test_no_other_store_has_such_a_page(open_shop: PayShop) -> None:
    status, _, _ = await open_shop.get("/privacy/nobody")
    assert status == 404


async def test_an_order_above_the_shops_limit_is_told_before_anybody_pays(tmp_path: Path) -> None:
    async with pay_shop(tmp_path, settings={"limits.order": "30000"}) as shop:
        bag = shop.product("SAC2", "Sac", 22_000)
        order = shop.order((bag, 2))
        html = await shop.page(order)
        assert "Cette commande dépasse 30\u202f000\u00a0F\u202fCFA" in html
        assert 'name="method"' not in html
        assert "n=means" in await shop.act(order, "pay", {"method": "sandbox.wave"})
        assert shop.value("SELECT count(*) FROM attempt") == 0
        assert 'name="method"' in await shop.page(shop.order((bag, 1)))
