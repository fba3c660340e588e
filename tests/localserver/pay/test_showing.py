"""What the pay page shows, and that showing changes nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

from PIL import Image

from core.kernel.clock import MINUTE, SECOND
from core.kernel.i18n import catalogue
from tests.support.payshop import PayShop, pay_shop

SCRIPT = "<script>alert(1)</script>\"'&"
# The browser is told where to go only by these; a fragment of the page's own namespace is no request.
OUTSIDE = re.compile(r"""(?:src|href|action|url)\s*=\s*["']?\s*(?:https?:)?//[^"'\s>]+|url\(|@import""")


def opened(shop: PayShop, order: int) -> bool:
    return shop.value("SELECT link_opened_at FROM orders WHERE id = ?", order) is not None


async def test_the_page_says_who_what_how_much_until_when_and_by_which_means(open_shop: PayShop) -> None:
    html = await open_shop.page(open_shop.bag())
    for text in (
        "Boutique Téranga",
        "Dakar",
        "Sac cuir marron",
        "SAC2 · 1 article",
        "22\u202f000",
        "F\u202fCFA",
        "Réservé pour vous jusqu’à <b>21\u202fh\u202f56</b>",
        "Wave",
        "Orange Money",
        "Carte bancaire",
        "Annuler ma réservation",
        "opérateur agréé BCEAO",
        "LivePay ne reçoit jamais votre argent.",
    ):
        assert text in html, text
    assert re.search(r"LP-2026-1120-[0-9A-F]{4}", html)
    assert re.findall(r'fill="(#\w+)"', html) == ["#1DC4FF", "#FF7900", "#4A5568"]


async def test_the_page_speaks_the_customer_s_language_or_the_one_asked_for(open_shop: PayShop) -> None:
    order = open_shop.bag(language="mg")
    malagasy = catalogue("pay", "mg").gettext
    shown = await open_shop.page(order)
    assert '<html lang="mg">' in shown
    assert malagasy("Cancel my reservation") in shown
    assert malagasy("Reserved for you until {time}").format(time="<b>21:56</b>").replace("’", "’") in shown
    french = await open_shop.page(order, "?lang=fr")
    assert "Annuler ma réservation" in french
    assert "/pay?lang=fr" in french  # the choice stays
    assert '<html lang="mg">' in await open_shop.page(order, "?lang=xx")


async def test_madagascar_has_its_own_mention_and_both_languages(tmp_path: Path) -> None:
    async with pay_shop(tmp_path, country="MG", settings={"store.city": "Antananarivo"}) as shop:
        html = await shop.page(shop.bag())
        assert "BCEAO" not in html
        assert "votre opérateur agréé." in html
        assert "?lang=mg" in html
        assert "22\u202f000 <span>Ar</span>" in html
        assert "01\u202fh\u202f56" not in html  # 21:56 in Dakar is 00:56 there
        assert "00\u202fh\u202f56" in html


async def test_hostile_names_are_only_text(tmp_path: Path) -> None:
    async with pay_shop(tmp_path, name=f"Chez {SCRIPT}", settings={"store.city": SCRIPT}) as shop:
        order = shop.order((shop.product("X1", SCRIPT[:60]), 2), name=SCRIPT)
        for query in ("", f"?m={SCRIPT}&n=silent", f"?lang={SCRIPT}", "?n=busy", "?cancel=1"):
            html = await shop.page(order, query)
            assert "<script>alert" not in html
            assert html.count("<script>") == 1
            assert "&lt;script&gt;alert(1)" in html
        await shop.pay(order)
        assert (await shop.page(order)).count("<script>") == 1


async def test_the_policy_lets_in_only_what_the_page_itself_brings(open_shop: PayShop) -> None:
    order = open_shop.bag()
    _, headers, html = await open_shop.get(f"/p/{open_shop.token(order)}")
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    base = open_shop.shop.settings.get("psp.sandbox.base_url")
    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == f"'self' {base}"
    assert policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert re.fullmatch(r"'sha256-[\w+/]{43}='", policy["script-src"])
    assert re.fullmatch(r"'sha256-[\w+/]{43}='", policy["style-src"])
    assert not re.search(r"\son\w+=|\sstyle=", html)
    assert OUTSIDE.findall(html) == []
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


async def test_the_whole_page_is_light(open_shop: PayShop, tmp_path: Path) -> None:
    noisy = Image.effect_noise((1600, 1200), 90).convert("RGB")
    for name in ("a.png", "b.jpg", "logo.png"):
        noisy.save(open_shop.shop.media / name)
    open_shop.shop.settings.set("store.logo", "logo.png")
    products = [open_shop.product(f"P{i}", "Robe " + "x" * 70, photo=p) for i, p in enumerate(("a.png", "b.jpg"))]
    order = open_shop.order(*((p, 1) for p in products))
    for what in ("", "?cancel=1"):
        html = await open_shop.page(order, what)
        total = len(html.encode())
        pictures = re.findall(r'<img[^>]* src="([^"]+)"', html)
        assert len(pictures) == 3
        for source in pictures:
            async with open_shop.client.get(f"{open_shop.url}/p/{source}") as answer:
                assert answer.content_type == "image/jpeg"
                assert answer.headers["Cache-Control"].startswith("private")
                total += len(await answer.read())
        assert total <= 30_000, total


async def test_link_previews_and_scanners_change_nothing(open_shop: PayShop) -> None:
    order = open_shop.bag()
    path = f"{open_shop.url}/p/{open_shop.token(order)}"
    before = open_shop.value("SELECT max(seq) FROM journal")
    async with open_shop.client.head(path) as head:
        assert head.status == 200
        assert await head.read() == b""
    html = await open_shop.page(order)
    for name in ("pay", "check", "cancel"):
        status, headers, _ = await open_shop.get(f"/p/{open_shop.token(order)}/{name}")
        assert (status, headers["Location"]) == (303, f"../{open_shop.token(order)}")
    assert not opened(open_shop, order)
    assert open_shop.value("SELECT max(seq) FROM journal") == before
    assert open_shop.value("SELECT count(*) FROM attempt") == 0
    shared = re.findall(r'property="og:\w+" content="([^"]*)"', html)
    assert shared == ["website", "Ma réservation · Boutique Téranga", shared[2]]
    assert not re.search(r"\d", "".join(shared))  # no amount, no reference in what a chat keeps


async def test_status_for_programs(open_shop: PayShop) -> None:
    order = open_shop.bag()
    status, _, body = await open_shop.get(f"/p/{open_shop.token(order)}/status")
    told = json.loads(body)
    assert status == 200
    assert told | {"version": ""} == {
        "reference": open_shop.value("SELECT reference FROM orders WHERE id = ?", order),
        "state": "reserved",
        "total": {"amount": 22_000, "currency": "XOF"},
        "received": {"amount": 0, "currency": "XOF"},
        "expires_at": "2026-11-20T21:56:00.000Z",
        "paid_at": None,
        "left": 600_000,
        "final": False,
        "version": "",
    }
    await open_shop.pay(order)
    after = json.loads((await open_shop.get(f"/p/{open_shop.token(order)}/status"))[2])
    assert (after["state"], after["final"], after["received"]["amount"]) == ("paid", True, 22_000)
    assert after["version"] != told["version"]


async def test_the_clock_shows_in_the_last_quarter_only(open_shop: PayShop) -> None:
    order = open_shop.bag()
    hidden = '<p class="band waiting clock" id="last" hidden>'
    assert hidden in await open_shop.page(order)
    open_shop.clock.advance(7 * MINUTE + 29 * SECOND)
    assert hidden in await open_shop.page(order)
    open_shop.clock.advance(1 * SECOND)
    html = await open_shop.page(order)
    assert hidden not in html
    assert '<p class="until" id="until" hidden>' in html
    assert '<b id="clock">3 min</b>' in html  # without script: words, not a number that stands still
    assert "pour payer, jusqu’à 21\u202fh\u202f56" in html


def gold(html: str) -> str:
    found = re.findall(r'class="way chosen" name="method" value="([^"]+)"', html)
    assert len(found) == 1
    return str(found[0])


async def test_the_gold_edge_is_on_the_means_asked_for_used_or_liked(open_shop: PayShop) -> None:
    order = open_shop.bag()
    assert gold(await open_shop.page(order)) == "sandbox.wave"
    assert gold(await open_shop.page(order, "?m=sandbox.card")) == "sandbox.card"
    assert gold(await open_shop.page(order, "?m=orange_money")) == "sandbox.orange_money"
    assert gold(await open_shop.page(order, "?m=nonsense")) == "sandbox.wave"
    await open_shop.choose(order, "sandbox.orange_money")
    html = await open_shop.page(order, "?m=sandbox.card")
    assert gold(html) == "sandbox.orange_money"
    assert "Continuer avec Orange Money" in html
    customer = open_shop.value("SELECT customer_id FROM orders WHERE id = ?", order)
    await open_shop.pay(order, "sandbox.card")
    other = open_shop.bag()
    open_shop.shop.engine.call(lambda tx: tx.run("UPDATE orders SET customer_id = ? WHERE id = ?", (customer, other)))
    assert gold(await open_shop.page(other)) == "sandbox.card"


async def test_two_providers_of_one_means_are_told_apart(tmp_path: Path) -> None:
    async with pay_shop(tmp_path, providers=("sandbox", "wave")) as shop:
        html = await shop.page(shop.bag())
        # Never « Wave Wave ».
        assert re.findall(r"<span>Wave</span>(?: <small>(\w+)</small>)?", html) == ["Sandbox", ""]
        assert "<span>Orange Money</span><svg" in html
        policy = (await shop.get(f"/p/{shop.token(1)}"))[1]["Content-Security-Policy"]
        assert "https://pay.wave.com" in policy
