"""Money that only the seller can see: the buyer's word asks, the seller's word settles, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.bootstrap import Shop, create_store, open_shop
from core.customers.service import Identity, recognise
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import LivePayError, Refused
from core.live import queries as live
from core.orders.service import Wanted
from core.payments import receipts
from core.payments import service as payments
from core.payments.provider import Auth, CheckoutResult, Pay, ProviderEvent
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.support.books import explained
from tests.support.stores import add_product

PRICE = 15_000


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    home = Home(tmp_path)
    card = create_store(home, "Boutique Téranga", "SN")
    opened = open_shop(home, card.slug, ManualClock())
    yield opened
    opened.close()


def order(shop: Shop, phone: str = "+221770000001") -> int:
    """Awa's order of one dress."""
    robe = shop.engine.read(lambda r: r.value("SELECT id FROM product"))
    robe = robe or add_product(shop.engine, "ROBE1", PRICE, 1000)
    awa = shop.engine.call(lambda tx: recognise(tx, [Identity("phone", phone)], "Awa"))
    claimed = shop.engine.call(lambda tx: shop.orders.claim(tx, awa, [Wanted(robe, 1)], "whatsapp"))
    return claimed.order_id or 0


def shown(shop: Shop, order_id: int) -> str:
    """The buyer sees the code. → our reference of the attempt."""

    def run(tx: Tx) -> str:
        attempt, fresh = payments.open_attempt(tx, order_id, "pi_spi", "pi_spi", "XOF", by_seller=True)
        if fresh:
            payments.session_opened(tx, attempt.id, CheckoutResult(attempt.ref, qr_text="0002…", alias="7f3c"))
        return attempt.ref

    return shop.engine.call(run, actor="buyer")


def confirm(shop: Shop, order_id: int, amount: int | None = None) -> None:
    shop.engine.call(lambda tx: receipts.confirm(tx, order_id, amount), actor="seller")


def state(shop: Shop, order_id: int) -> tuple[str, int]:
    return shop.engine.read(  # type: ignore[return-value]
        lambda r: r.one("SELECT state, received FROM orders WHERE id = ?", (order_id,))
    )


def told(shop: Shop) -> list[tuple[str, str]]:
    rows = shop.engine.read(lambda r: r.all("SELECT kind, actor FROM journal WHERE kind LIKE '%eceipt%' ORDER BY seq"))
    return [(row[0], row[1]) for row in rows]


def alerts(shop: Shop) -> list[str]:
    return [alert.kind for alert in shop.engine.read(lambda r: live.alerts(r, None))]


def test_the_buyers_word_asks_and_the_sellers_word_settles(shop: Shop) -> None:
    found = order(shop)
    ref = shown(shop, found)
    row = shop.engine.read(lambda r: live.rows(r, [found]))[0]
    assert row.receipt is not None
    assert (row.receipt.ref, row.receipt.amount, row.receipt.claimed) == (ref, PRICE, False)
    assert alerts(shop) == []
    for _ in range(3):
        assert shop.engine.call(lambda tx: receipts.says_paid(tx, found), actor="buyer")
    assert state(shop, found) == ("reserved", 0), "a buyer's word confirms nothing"
    assert alerts(shop) == ["receipt"]
    confirm(shop, found)
    assert state(shop, found) == ("paid", PRICE)
    assert told(shop) == [("ReceiptClaimed", "buyer"), ("ReceiptConfirmed", "seller")]
    assert alerts(shop) == []
    with pytest.raises(Refused):
        confirm(shop, found)
    assert state(shop, found) == ("paid", PRICE)
    assert shop.engine.read(lambda r: live.rows(r, [found]))[0].receipt is None


def test_nothing_came_and_then_it_came(shop: Shop) -> None:
    found = order(shop)
    shown(shop, found)
    shop.engine.call(lambda tx: receipts.says_paid(tx, found))
    shop.engine.call(lambda tx: receipts.deny(tx, found), actor="seller")
    assert alerts(shop) == []
    assert state(shop, found) == ("reserved", 0)
    shop.engine.call(lambda tx: receipts.says_paid(tx, found))
    assert alerts(shop) == ["receipt"]
    confirm(shop, found)
    assert state(shop, found) == ("paid", PRICE)


def test_another_sum_than_asked_is_an_exception_like_any_other(shop: Shop) -> None:
    short, over = order(shop), order(shop, "+221770000002")
    for found, amount in ((short, 10_000), (over, 20_000)):
        shown(shop, found)
        confirm(shop, found, amount)
    assert (state(shop, short), state(shop, over)) == (("reserved", 10_000), ("paid", 20_000))
    kinds = shop.engine.read(lambda r: r.all("SELECT kind FROM decision ORDER BY id"))
    assert [kind for (kind,) in kinds] == ["underpaid", "overpaid"]
    assert shown(shop, short)  # the rest has a code of its own
    assert shop.engine.read(lambda r: live.rows(r, [short]))[0].receipt is not None
    for amount in (0, -5):
        with pytest.raises(Refused):
            confirm(shop, short, amount)


def test_no_word_counts_where_a_provider_knows(shop: Shop) -> None:
    found = order(shop)
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, found, "wave", "wave", "XOF"))
    shop.engine.call(lambda tx: payments.session_opened(tx, attempt.id, CheckoutResult("S1", "https://pay.test")))
    assert not shop.engine.call(lambda tx: receipts.says_paid(tx, found))
    with pytest.raises(Refused):
        confirm(shop, found)
    with pytest.raises(Refused):
        shop.engine.call(lambda tx: receipts.deny(tx, found), actor="seller")
    assert state(shop, found) == ("reserved", 0)


def test_money_seen_after_the_end_waits_for_a_decision(shop: Shop) -> None:
    found = order(shop)
    shown(shop, found)
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    clock.advance(31 * MINUTE)
    shop.engine.call(lambda tx: shop.orders.expire(tx, found))
    assert state(shop, found)[0] == "expired"
    confirm(shop, found)
    assert state(shop, found) == ("paid", PRICE)
    assert shop.engine.read(lambda r: r.value("SELECT kind FROM decision")) == "paid_late"


ACTS = st.lists(
    st.sampled_from(["show", "claim", "deny", "confirm", "notice", "notice again", "expire", "other means"]),
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(acts=ACTS)
def test_whatever_happens_one_transfer_is_counted_once_and_the_ledger_balances(shop: Shop, acts: list[str]) -> None:
    """The seller's word and the bank's signed notice speak of the same money, in any order and any number of times."""
    count = shop.engine.read(lambda r: r.value("SELECT count(*) FROM orders"))
    found = order(shop, f"+22177{count:07d}")
    refs: list[str] = []
    for act in acts:
        try:
            _one(shop, found, act, refs)
        except LivePayError:
            continue
    per_attempt = shop.engine.read(
        lambda r: r.all("SELECT count(*) FROM payment WHERE order_id = ? GROUP BY attempt_id", (found,))
    )
    assert all(number == 1 for (number,) in per_attempt)
    received = shop.engine.read(
        lambda r: r.value("SELECT coalesce(sum(amount), 0) FROM payment WHERE order_id = ?", (found,))
    )
    assert state(shop, found)[1] == received
    assert shop.engine.read(lambda r: r.value("SELECT coalesce(sum(amount), 0) FROM ledger_line")) == 0
    claims_alone = not {"confirm", "notice", "notice again"} & set(acts)
    if claims_alone:
        assert received == 0
    shop.engine.read(explained)


def _one(shop: Shop, found: int, act: str, refs: list[str]) -> None:
    call = shop.engine.call
    match act:
        case "show":
            refs.append(shown(shop, found))
        case "claim":
            call(lambda tx: receipts.says_paid(tx, found), actor="buyer")
        case "deny":
            call(lambda tx: receipts.deny(tx, found), actor="seller")
        case "confirm":
            call(lambda tx: receipts.confirm(tx, found), actor="seller")
        case "expire":
            call(lambda tx: shop.orders.expire(tx, found))
        case "other means":
            call(lambda tx: payments.open_attempt(tx, found, "wave", "wave", "XOF"))
        case _ if refs:
            fact = ProviderEvent(
                f"E:{refs[-1]}", "payment", Pay.PAID, refs[-1], refs[-1], PRICE, "XOF", 0, f"T{refs[-1]}"
            )
            call(lambda tx: payments.apply_event(tx, payments.event_payload("pi_spi", Auth.BODY_SIGNED, fact, None)))
