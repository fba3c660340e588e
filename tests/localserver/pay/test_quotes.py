"""The customer's page of a quote: what it says, who counts as having seen it, and answers that have effect once."""

from __future__ import annotations

import asyncio
import io
import re
from datetime import UTC

import pytest
from PIL import Image

from core.kernel.clock import DAY, day_ends
from core.kernel.errors import Refused
from core.orders import settling
from core.quotes import answering, service
from core.quotes.rules import Discount, QuoteLine, Terms
from tests.localserver.pay.quoting import now_of, path_of, quoted
from tests.support.payshop import PayShop

BROWSER = {"User-Agent": "Mozilla/5.0 (Linux; Android 9) Chrome/120 Mobile"}
FREE = QuoteLine("Pose et livraison", 1, 20_000)
HALF = Terms(valid_days=10, deposit=50, pay_days=5, balance_days=30)


def bags(shop: PayShop, quantity: int, stock: int = 50) -> QuoteLine:
    shop.product("SAC2", "Sac cuir marron", stock=stock)
    return QuoteLine("Sac cuir marron", quantity, 22_000, "SAC2", discount=Discount("percent", 10))


async def shown(shop: PayShop, path: str) -> str:
    status, headers, body = await shop.get(path)
    assert status == 200
    assert "script" not in headers["Content-Security-Policy"]
    assert len(body.encode()) < 16_000
    return re.sub(r"\s+", " ", re.sub(r"<style>.*</style>|<[^>]+>", " ", body, flags=re.DOTALL)).replace("\u202f", " ")


async def looked(shop: PayShop, path: str, headers: dict[str, str]) -> None:
    """What a browser that draws the page asks for."""
    async with shop.client.get(f"{shop.url}{path}/seen.gif", headers=headers) as answer:
        assert answer.status == 200
        assert Image.open(io.BytesIO(await answer.read())).size == (1, 1)


async def test_the_page_says_lines_discounts_total_and_deposit(open_shop: PayShop) -> None:
    line = bags(open_shop, 3)
    quote = quoted(open_shop, line, FREE, discount=Discount("amount", 4_400), terms=HALF, note="Livré à Thiès")
    page = await shown(open_shop, path_of(open_shop, quote))
    for part in ("Sac cuir marron", "59 400 F CFA", "79 400 F CFA", "−4 400", "75 000 F CFA", "37 500 F CFA", "Thiès"):
        assert part.replace("−", "-") in page.replace("−", "-"), part
    status, headers, _ = await open_shop.get(f"{path_of(open_shop, quote)}?lang=mg")
    assert (status, headers["Content-Language"]) == (200, "mg")


async def test_only_somebody_who_looks_has_seen_it_once(open_shop: PayShop) -> None:
    quote = quoted(open_shop, FREE)
    path = path_of(open_shop, quote)
    await open_shop.get(path, headers=BROWSER)  # a GET of the page alone, as previews make it
    async with open_shop.client.head(f"{open_shop.url}{path}", headers=BROWSER):
        pass
    for agent in ("WhatsApp/2.23.20.0", "facebookexternalhit/1.1", "Googlebot/2.1"):
        await looked(open_shop, path, {"User-Agent": agent})
    await looked(open_shop, path, BROWSER | {"Sec-Purpose": "prefetch"})
    async with open_shop.client.head(f"{open_shop.url}{path}/quote.pdf", headers=BROWSER):
        pass
    assert now_of(open_shop, quote).state == "sent"
    assert "seen.gif" in (await open_shop.get(path))[2]
    for _ in range(2):
        await looked(open_shop, path, BROWSER)
    assert now_of(open_shop, quote).state == "seen"
    assert open_shop.value("SELECT count(*) FROM journal WHERE kind = 'QuoteSeen'") == 1
    assert "seen.gif" not in (await open_shop.get(path))[2]


async def test_accepting_holds_the_goods_and_leads_to_the_pay_page(open_shop: PayShop) -> None:
    quote = quoted(open_shop, bags(open_shop, 3), FREE, discount=Discount("percent", 10))
    path = path_of(open_shop, quote)
    status, headers, _ = await open_shop.post(f"{path}/accept")
    now = now_of(open_shop, quote)
    assert (status, now.state) == (303, "converted")
    token = headers["Location"].rsplit("/", 1)[-1]
    page = (await open_shop.get(f"/p/{token}"))[2].replace("\u202f", " ")
    assert "71 460" in page
    assert "Pose et livraison" in page
    assert open_shop.value("SELECT held FROM product WHERE sku = 'SAC2'") == 3
    assert now.order_id is not None
    await open_shop.pay(now.order_id)
    assert open_shop.state(now.order_id) == "paid"
    assert open_shop.value("SELECT on_hand FROM product WHERE sku = 'SAC2'") == 47
    assert open_shop.value("SELECT total FROM invoice WHERE order_id = ?", now.order_id) == 71_460
    assert "c'est votre commande" in (await shown(open_shop, path)).replace("’", "'")


async def test_a_hundred_acceptances_are_one(open_shop: PayShop) -> None:
    quote = quoted(open_shop, bags(open_shop, 2))
    path = path_of(open_shop, quote)
    engine, orders = open_shop.shop.engine, open_shop.shop.orders
    by_hand = [
        engine.run(lambda tx: answering.accept(tx, orders, quote.id, "customer"), actor="buyer") for _ in range(90)
    ]
    answers, _ = await asyncio.gather(
        asyncio.gather(*(open_shop.post(f"{path}/accept") for _ in range(10))), asyncio.gather(*by_hand)
    )
    assert {status for status, _, _ in answers} == {303}
    assert len({headers["Location"] for _, headers, _ in answers}) == 1
    assert open_shop.value("SELECT count(*) FROM orders") == 1
    assert open_shop.value("SELECT held FROM product WHERE sku = 'SAC2'") == 2
    assert open_shop.value("SELECT count(*) FROM journal WHERE kind = 'QuoteAccepted'") == 1


async def test_an_acceptance_and_a_refusal_at_once_are_one_answer(open_shop: PayShop) -> None:
    for _ in range(5):
        quote = quoted(open_shop, FREE)
        path = path_of(open_shop, quote)
        await asyncio.gather(open_shop.post(f"{path}/refuse"), open_shop.post(f"{path}/accept"))
        now = now_of(open_shop, quote)
        assert (now.state == "converted") == (now.order_id is not None)
        assert now.state in ("converted", "refused")


async def test_one_past_its_time_cannot_be_accepted_even_before_the_sweep(open_shop: PayShop) -> None:
    quote = quoted(open_shop, FREE, terms=Terms(valid_days=1))
    path = path_of(open_shop, quote)
    open_shop.clock.advance(2 * DAY)
    await open_shop.post(f"{path}/accept")
    assert "ne peut plus être accepté" in await shown(open_shop, path)
    assert "/accept" not in (await open_shop.get(path))[2]
    assert open_shop.value("SELECT count(*) FROM orders") == 0
    await open_shop.until("SELECT state FROM quote", "expired")
    with pytest.raises(Refused):
        open_shop.shop.engine.call(lambda tx: answering.accept(tx, open_shop.shop.orders, quote.id, "seller"))


async def test_refusing_tells_why(open_shop: PayShop) -> None:
    quote = quoted(open_shop, FREE)
    path = path_of(open_shop, quote)
    await open_shop.post(f"{path}/refuse", {"reason": "  Trop \n cher <b> "})
    assert (now_of(open_shop, quote).state, now_of(open_shop, quote).reason) == ("refused", "Trop cher <b>")
    assert "Vous avez refusé" in await shown(open_shop, path)
    await open_shop.post(f"{path}/accept")
    assert open_shop.value("SELECT count(*) FROM orders") == 0


async def test_what_is_short_is_said_and_becomes_an_order_once_there_is_stock(open_shop: PayShop) -> None:
    quote = quoted(open_shop, bags(open_shop, 3, stock=2))
    path = path_of(open_shop, quote)
    await open_shop.post(f"{path}/accept")
    assert now_of(open_shop, quote).state == "accepted"
    assert open_shop.value("SELECT held FROM product") == 0
    assert "Tout n’est pas en stock" in await shown(open_shop, path)
    engine, orders = open_shop.shop.engine, open_shop.shop.orders
    with pytest.raises(Refused):
        engine.call(lambda tx: answering.convert(tx, orders, quote.id))
    [short] = engine.call(lambda tx: answering.short_of(tx, quote.id))
    assert (short.wanted, short.available) == (3, 2)
    engine.call(lambda tx: tx.run("UPDATE product SET on_hand = 3"))
    order = engine.call(lambda tx: answering.convert(tx, orders, quote.id))
    assert order == engine.call(lambda tx: answering.convert(tx, orders, quote.id))
    assert (open_shop.value("SELECT held FROM product"), now_of(open_shop, quote).state) == (3, "converted")


async def test_a_newer_version_replaces_and_the_old_link_says_so(open_shop: PayShop) -> None:
    old = quoted(open_shop, FREE)
    papers = open_shop.shop.papers.terms()
    drafted = open_shop.shop.engine.call(lambda tx: service.revise(tx, old.id, papers))
    assert drafted == open_shop.shop.engine.call(lambda tx: service.revise(tx, old.id, papers))
    assert now_of(open_shop, old).state == "sent"  # while the seller writes, it still binds
    open_shop.shop.engine.call(lambda tx: service.send(tx, drafted, papers, 2))
    page = await shown(open_shop, path_of(open_shop, old))
    assert "remplacé ce devis" in page
    assert "DV-2026-0002" in page
    await open_shop.post(f"{path_of(open_shop, old)}/accept")
    assert open_shop.value("SELECT count(*) FROM orders") == 0


async def test_accepted_while_the_seller_writes_wins_over_the_new_version(open_shop: PayShop) -> None:
    old = quoted(open_shop, FREE)
    papers = open_shop.shop.papers.terms()
    drafted = open_shop.shop.engine.call(lambda tx: service.revise(tx, old.id, papers))
    await open_shop.post(f"{path_of(open_shop, old)}/accept")
    with pytest.raises(Refused):
        open_shop.shop.engine.call(lambda tx: service.send(tx, drafted, papers, 2))
    assert open_shop.rows("SELECT state FROM quote ORDER BY id") == [("converted",), ("draft",)]
    assert open_shop.value("SELECT count(*) FROM orders") == 1


async def test_a_sent_quote_is_not_edited(open_shop: PayShop) -> None:
    quote = quoted(open_shop, FREE)
    papers = open_shop.shop.papers.terms()
    with pytest.raises(Refused):
        open_shop.shop.engine.call(lambda tx: service.edit(tx, quote.id, quote.wording, quote.customer_id, papers))


async def test_strangers_and_the_hasty_are_turned_away(open_shop: PayShop) -> None:
    quote = quoted(open_shop, FREE)
    path = path_of(open_shop, quote)
    assert (await open_shop.get("/q/" + "A" * 38))[0] == 404
    assert (await open_shop.post(f"{path}/accept", headers={"Origin": "https://evil.example"}))[0] == 403
    assert now_of(open_shop, quote).state == "sent"
    assert 429 in [(await open_shop.post(f"{path}/refuse"))[0] for _ in range(14)]


# -- deposits ----------------------------------------------------------------------------------------------------


async def accepted(shop: PayShop, *lines: QuoteLine, terms: Terms = HALF) -> int:
    quote = quoted(shop, *lines, terms=terms)
    await shop.post(f"{path_of(shop, quote)}/accept")
    order = now_of(shop, quote).order_id
    assert order is not None
    return order


async def test_a_deposit_is_no_exception_and_the_rest_is_paid_with_the_same_link(open_shop: PayShop) -> None:
    order = await accepted(open_shop, QuoteLine("Tissu", 3, 15_001))
    await open_shop.pay(order)
    row = open_shop.rows("SELECT state, exception, received, undecided FROM orders")[0]
    assert row == ("reserved", None, 22_502, 0)
    assert open_shop.value("SELECT count(*) FROM decision") == 0
    assert open_shop.rows("SELECT kind, amount FROM ledger_entry WHERE kind <> 'psp_fee'") == [("deposit", 22_502)]
    assert open_shop.value("SELECT json_extract(content, '$.kind') FROM receipt") == "deposit"
    page = (await open_shop.page(order)).replace("\u202f", " ")
    assert "22 501" in page
    assert "Votre commande est réservée" in page
    assert open_shop.value("SELECT expires_at FROM orders") == day_ends(open_shop.clock.now(), 30, UTC)
    await open_shop.pay(order)
    assert open_shop.rows("SELECT state, exception, received FROM orders") == [("paid", None, 45_003)]
    assert open_shop.value("SELECT sum(amount) FROM ledger_entry WHERE kind = 'sale'") == 45_003
    assert open_shop.value("SELECT total FROM invoice") == 45_003


async def test_less_than_the_deposit_is_an_exception_until_it_is_whole(open_shop: PayShop) -> None:
    order = await accepted(open_shop, QuoteLine("Tissu", 1, 40_000))
    await open_shop.pay(order, amount=5_000)
    assert open_shop.value("SELECT exception FROM orders") == "underpaid"
    await open_shop.pay(order)
    assert open_shop.rows("SELECT state, exception, received, undecided FROM orders") == [("reserved", None, 20_000, 0)]


async def test_an_order_without_its_deposit_ends_and_frees_the_goods(open_shop: PayShop) -> None:
    order = await accepted(open_shop, bags(open_shop, 2))
    open_shop.clock.advance(6 * DAY)
    await open_shop.until("SELECT state FROM orders", "expired")
    assert open_shop.value("SELECT held FROM product") == 0
    assert open_shop.state(order) == "expired"


async def test_an_overdue_balance_asks_the_seller_and_keeps_the_goods(open_shop: PayShop) -> None:
    order = await accepted(open_shop, bags(open_shop, 2))
    await open_shop.pay(order)
    open_shop.clock.advance(31 * DAY)
    await open_shop.until("SELECT undecided FROM orders", 1)
    assert (open_shop.state(order), open_shop.value("SELECT held FROM product")) == ("reserved", 2)
    open_shop.clock.advance(31 * DAY)
    await open_shop.until("SELECT (expires_at - reserved_at) / 86400000 FROM orders", 92)
    assert open_shop.value("SELECT count(*) FROM decision") == 1  # asked once, not every month
    orders = open_shop.shop.orders
    open_shop.shop.engine.call(lambda tx: settling.decide(tx, orders, order, "refund"))
    assert (open_shop.state(order), open_shop.value("SELECT held FROM product")) == ("cancelled", 0)
    assert open_shop.value("SELECT amount FROM decision WHERE refund = 'todo'") == 19_800


async def test_a_cancelled_order_asks_what_becomes_of_its_deposit(open_shop: PayShop) -> None:
    order = await accepted(open_shop, bags(open_shop, 2))
    await open_shop.pay(order)
    open_shop.shop.engine.call(lambda tx: open_shop.shop.orders.cancel(tx, order, "seller"))
    assert open_shop.rows("SELECT kind, amount FROM decision") == [("underpaid", 19_800)]


async def test_a_late_deposit_that_is_honoured_holds_the_goods_again(open_shop: PayShop) -> None:
    order = await accepted(open_shop, bags(open_shop, 2))
    where = await open_shop.choose(order)
    open_shop.clock.advance(6 * DAY)
    await open_shop.until("SELECT state FROM orders", "expired")
    open_shop.simulator.pay(open_shop.simulator.sessions[where.rsplit("/", 1)[-1]], late=True)
    await open_shop.news()
    assert open_shop.value("SELECT exception FROM orders") == "underpaid"
    orders = open_shop.shop.orders
    open_shop.shop.engine.call(lambda tx: settling.decide(tx, orders, order, "honour"))
    assert (open_shop.state(order), open_shop.value("SELECT held FROM product")) == ("reserved", 2)
    await open_shop.pay(order)
    assert open_shop.rows("SELECT state, exception, received FROM orders") == [("paid", None, 39_600)]
    assert open_shop.value("SELECT on_hand FROM product") == 48


async def test_a_claim_in_a_live_is_not_added_to_a_quoted_order(open_shop: PayShop) -> None:
    order = await accepted(open_shop, bags(open_shop, 2))
    customer = open_shop.value("SELECT customer_id FROM orders WHERE id = ?", order)
    other = open_shop.order((open_shop.product("SAC2"), 1), number="+221770001234")
    assert open_shop.value("SELECT customer_id FROM orders WHERE id = ?", other) == customer
    assert other != order
    assert open_shop.value("SELECT total FROM orders WHERE id = ?", order) == 39_600
