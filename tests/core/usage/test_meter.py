"""Messages and calls are counted once, as WhatsApp bills them, and a budget stops what it may stop."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from core.bootstrap import Shop, create_store, open_shop
from core.conversations import outgoing, threads
from core.conversations.events import MessagePriced, MessageProgressed
from core.customers.service import Identity, recognise
from core.durable import outbox
from core.kernel.clock import DAY, ManualClock, parse_rfc3339
from core.storage.engine import Tx
from core.storage.folder import Home
from core.usage import queries
from core.usage.rules import Counted, call_cost, card_of, cents, estimate, market_of
from tests.support.shops import World, world

OCTOBER = parse_rfc3339("2026-10-14T20:00:00Z")


async def _say(w: World, name: str, text: str) -> None:
    w.graph.acts(name).say(text)
    await w.settled()


async def test_what_was_sent_is_counted_as_whatsapp_bills_it(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock(OCTOBER)) as w:
        w.product("ROBE1")
        w.buyer("Awa Ndour")
        w.buyer("Hery", "+261341234567")
        w.buyer("Léa", "+33612345678")
        for name in ("Awa Ndour", "Hery", "Léa"):
            await _say(w, name, "prix ROBE1")
        sent = w.value("SELECT count(*) FROM outbox WHERE kind <> 'receipt' AND wamid IS NOT NULL")
        month = w.shop.engine.read(lambda r: queries.usage(r, w.shop.meter, w.clock.now()))
        assert (month.month, month.messages, sent) == ("2026-10", 3, 3)
        assert [(k.category, k.sent, k.free, k.failed) for k in month.kinds] == [("service", 3, 0, 0)]
        assert month.message_cost == 2 * 4_000, "Senegal and Madagascar have a known rate"
        assert month.unpriced == 1, "France's is not known here"
        assert w.rows("SELECT market, type, count FROM message_use WHERE count > 0 ORDER BY market") == [
            ("france", "regular", 1),
            ("rest_of_africa", "regular", 2),
        ]


async def test_a_message_that_whatsapp_could_not_deliver_costs_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock(OCTOBER), work=False) as w:
        number = _sent(w.shop, "+221770000001")
        w.shop.engine.call(lambda tx: tx.emit(MessageProgressed(0, number, "accepted")))
        w.shop.engine.call(lambda tx: tx.emit(MessagePriced(0, number, "service", "regular")))
        w.shop.engine.call(lambda tx: tx.emit(MessageProgressed(0, number, "failed")))
        month = w.shop.engine.read(lambda r: queries.usage(r, w.shop.meter, w.clock.now()))
        assert (month.messages, month.cost, month.kinds[0].failed) == (0, 0, 1)


def _sent(shop: Shop, phone: str, priority: int = outbox.REPLY) -> int:
    def write(tx: Tx) -> int:
        customer = recognise(tx, [Identity("phone", phone)], "Awa", "fr")
        count = tx.value("SELECT count(*) FROM outbox")
        number = threads.post(tx, customer, f"reply:t{count}:1", outgoing.text("Bonjour"), priority=priority)
        assert number is not None
        return number

    return shop.engine.call(write)


STEPS = st.lists(
    st.sampled_from(["accepted", "sent", "delivered", "read", "failed", "priced", "free"]), min_size=1, max_size=12
)


def test_whatever_order_statuses_come_in_a_message_is_counted_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shop = open_shop(home, create_store(home, "Boutique", "SN").slug, ManualClock(OCTOBER))

    @settings(max_examples=60)
    @given(STEPS)
    def holds(steps: list[str]) -> None:
        before = _total(shop)
        number = _sent(shop, "+221770000001")
        for step in steps:
            event: MessageProgressed | MessagePriced = MessageProgressed(0, number, step)
            if step in ("priced", "free"):
                type_ = "regular" if step == "priced" else "free_customer_service"
                event = MessagePriced(0, number, "service", type_)
            shop.engine.call(lambda tx, e=event: tx.emit(e))  # type: ignore[misc]
        left = any(step != "failed" for step in steps)
        assert _total(shop) - before == int(left)
        counted = shop.engine.read(lambda r: r.value("SELECT count(*) FROM message_counted"))
        assert counted == _total(shop)

    try:
        holds()
    finally:
        shop.close()


def _total(shop: Shop) -> int:
    return int(shop.engine.read(lambda r: r.value("SELECT coalesce(sum(count), 0) FROM message_use")))


async def test_a_used_up_budget_stops_advertising_and_never_an_answer(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock(OCTOBER)) as w:
        w.product("ROBE1")
        w.buyer("Awa Ndour")
        w.shop.settings.set("budget.messages", "5")
        for _ in range(4):
            await _say(w, "Awa Ndour", "prix ROBE1")
        warned = "SELECT kind, json_extract(data, '$.percent') FROM journal WHERE kind = 'BudgetReached' ORDER BY seq"
        assert [row[1] for row in w.rows(warned)] == [80]
        await _say(w, "Awa Ndour", "prix ROBE1")
        assert [row[1] for row in w.rows(warned)] == [80, 100], "said once each"
        advert = outgoing.text("Nouveautés !")
        await w.shop.engine.run(lambda tx: threads.post(tx, 1, "advert:1", advert, priority=outbox.BROADCAST))
        before = len(w.thread("Awa Ndour"))
        await _say(w, "Awa Ndour", "je prends ROBE1")
        assert w.order("Awa Ndour")[1] == "reserved"
        assert len(w.thread("Awa Ndour")) == before + 1
        assert w.rows("SELECT state, error FROM outbox WHERE key = 'advert:1'") == [
            ("dropped", "the month's budget is used up")
        ]
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(20 * DAY)
        assert w.shop.engine.read(lambda r: w.shop.meter.may_advertise(r, w.clock.now())), "a new month"


def test_the_months_before_october_2026_had_free_replies() -> None:
    counted = [Counted("service", "rest_of_africa", "expected", 5_000)]
    assert estimate("2026-09", counted).cost == 0
    assert estimate("2026-10", counted).cost == 4_000 * 4_000, "the first thousand of a month are expected free"
    card = card_of("2026-10")
    assert card is not None
    assert (card.known, card.free_service_known) == ("seen", "unsure")


def test_what_whatsapp_says_of_the_free_ones_wins_over_the_expectation() -> None:
    told = [
        Counted("service", "rest_of_africa", "free_customer_service", 600),
        Counted("service", "rest_of_africa", "expected", 500),
    ]
    assert estimate("2026-11", told).billed == 100
    billed = [Counted("service", "rest_of_africa", "regular", 10), Counted("service", "rest_of_africa", "expected", 5)]
    assert estimate("2026-11", billed).billed == 15, "it has begun to bill: none is expected free"
    marketing = [Counted("marketing", "rest_of_africa", "regular", 2), Counted("marketing", "other", "regular", 3)]
    assert (estimate("2026-11", marketing).cost, estimate("2026-11", marketing).unpriced) == (45_000, 3)


def test_markets_by_calling_code() -> None:
    assert market_of("+221771234567") == market_of("+261341234567") == "rest_of_africa"
    assert market_of("+33612345678") == "france"
    assert market_of("+243812345678") == market_of(None) == market_of("") == "other"


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**5), st.integers(0, 10**5))
def test_a_call_is_never_estimated_below_its_price(read: int, written: int, price_in: int, price_out: int) -> None:
    micro = call_cost(read, written, price_in, price_out)
    assert micro * 100 >= read * price_in + written * price_out
    assert cents(micro) * 10_000 >= micro
