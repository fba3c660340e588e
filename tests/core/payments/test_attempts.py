"""Payment sessions: which are closed, what is told of them, and what becomes of events that name none of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.bootstrap import Shop, create_store, open_shop
from core.bootstrap.checkup import Line, Words, store
from core.customers.service import Identity, recognise
from core.kernel.clock import DAY, ManualClock
from core.kernel.errors import Refused
from core.orders.service import Wanted
from core.payments import service as payments
from core.payments.attempts import load_attempt
from core.payments.events import AttemptChanged, CloseSession
from core.payments.misfits import deal_with
from core.payments.provider import Auth, CheckoutResult, Pay, ProviderEvent, StatusResult
from core.reconciliation import concerns
from core.storage.folder import Home
from tests.core.told import everybody_told
from tests.support.stores import add_product

CLOCK = ManualClock()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    home = Home(tmp_path)
    card = create_store(home, "Boutique Téranga", "SN")
    opened = open_shop(home, card.slug, CLOCK)
    yield opened
    opened.close()


def order(shop: Shop, quantity: int = 1) -> int:
    """Awa's order of so many."""
    robe = shop.engine.read(lambda r: r.value("SELECT id FROM product")) or add_product(shop.engine, "ROBE1", 15_000)
    awa = shop.engine.call(lambda tx: recognise(tx, [Identity("phone", "+221770000001")], "Awa"))
    claimed = shop.engine.call(lambda tx: shop.orders.claim(tx, awa, [Wanted(robe, quantity)], "whatsapp"))
    return claimed.order_id or 0


def session(shop: Shop, order_id: int, provider_ref: str) -> int:
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, order_id, "wave", "wave", "XOF"))
    shop.engine.call(
        lambda tx: payments.session_opened(tx, attempt.id, CheckoutResult(provider_ref, "https://pay.test"))
    )
    return attempt.id


def event(shop: Shop, provider_ref: str, ref: str | None = None) -> None:
    """A signed success."""
    said = ProviderEvent(f"E-{provider_ref}", "payment", Pay.PAID, ref, provider_ref, 15_000, "XOF", 0, "T1")
    payload = payments.event_payload("wave", Auth.BODY_SIGNED, said, None)
    shop.engine.call(lambda tx: payments.apply_event(tx, payload))


def test_only_a_session_that_no_longer_fits_is_closed(shop: Shop) -> None:
    first = session(shop, order(shop, 1), "S1")
    shop.engine.call(lambda tx: payments.apply_status(tx, first, StatusResult(Pay.FAILED, "failed")))
    found = order(shop, 2)
    session(shop, found, "S2")
    heard: list[CloseSession] = []
    shop.engine.subscribe(lambda events: heard.extend(e for e in events if isinstance(e, CloseSession)))
    shop.engine.call(lambda tx: shop.orders.extend(tx, found, 5))
    everybody_told(shop.engine)
    assert heard == [], "more time is no reason to stop a payment"
    order(shop, 3)
    everybody_told(shop.engine)
    assert len(heard) == 1


def test_a_session_paid_before_its_creation_was_answered_is_told_as_paid(shop: Shop) -> None:
    found = order(shop)
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, found, "wave", "wave", "XOF"))
    event(shop, "S1", attempt.ref)
    everybody_told(shop.engine)
    heard: list[str] = []
    shop.engine.subscribe(lambda events: heard.extend(e.state for e in events if isinstance(e, AttemptChanged)))
    shop.engine.call(lambda tx: payments.session_opened(tx, attempt.id, CheckoutResult("S1", "https://pay.test")))
    everybody_told(shop.engine)
    assert heard == ["paid"]


def test_an_event_before_its_session_is_matched_later_and_foreign_ones_cost_nothing(shop: Shop) -> None:
    for n in range(50):
        event(shop, f"FOREIGN-{n}")
    event(shop, "S1")
    found = order(shop)
    session(shop, found, "S1")
    assert shop.engine.read(lambda r: r.value("SELECT state FROM orders WHERE id = ?", (found,))) == "paid"
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM orphan")) == 50
    plan = shop.engine.read(
        lambda r: r.all("EXPLAIN QUERY PLAN SELECT key FROM orphan WHERE provider = 'wave' AND provider_ref = 'S1'")
    )
    assert all("provider_ref=?" in row[3] for row in plan)
    CLOCK.advance(31 * DAY)
    shop.engine.call(payments.resume)
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM orphan")) == 0


def contradictions(shop: Shop, count: int) -> Line:
    """The doctor's line that tells this number."""
    tr = Words("fr")
    wanted = tr("{count} payments contradict their order", count=count)
    return next(line for line in store(shop, tr) if line.detail == wanted)


def test_money_that_contradicts_its_order_is_reported(shop: Shop) -> None:
    found = order(shop)
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, found, "wave", "wave", "XOF"))
    assert contradictions(shop, 0).ok
    said = ProviderEvent("E1", "payment", Pay.PAID, attempt.ref, "S1", 15_000, "EUR", 0, "T1")
    payload = payments.event_payload("wave", Auth.BODY_SIGNED, said, None)
    shop.engine.call(lambda tx: payments.apply_event(tx, payload))
    assert shop.engine.read(lambda r: r.value("SELECT state FROM orders WHERE id = ?", (found,))) == "reserved"
    assert not contradictions(shop, 1).ok
    shop.engine.call(lambda tx: deal_with(tx, attempt.id), actor="seller")
    again = payments.event_payload("wave", Auth.BODY_SIGNED, replace(said, dedupe_key="E2"), None)
    shop.engine.call(lambda tx: payments.apply_event(tx, again))
    assert contradictions(shop, 0).ok, "the same money is no second question"
    assert not shop.engine.read(lambda r: concerns.standing(r, 0))
    with pytest.raises(Refused):
        shop.engine.call(lambda tx: deal_with(tx, attempt.id), actor="seller")


def state(shop: Shop, attempt_id: int) -> tuple[str, str | None, int]:
    """State and error of an attempt, and how many payments there are."""
    return shop.engine.read(
        lambda r: r.one("SELECT state, error, (SELECT count(*) FROM payment) FROM attempt WHERE id = ?", (attempt_id,))
    ) or ("", None, 0)


@pytest.mark.parametrize(("named", "other"), [("LPOTHER", None), ("LPOTHER", "S9"), (None, "S9")])
def test_money_for_another_order_is_none_of_this_one(shop: Shop, named: str | None, other: str | None) -> None:
    """A forged notice may point at a payment that was really made, for something else."""
    mine = session(shop, order(shop), "S1")
    paid = StatusResult(Pay.PAID, "paid", other or "S1", named, 15_000, "XOF", txn_id="T9")
    shop.engine.call(lambda tx: payments.apply_status(tx, mine, StatusResult(Pay.FAILED, "failed", "S9", named), "S9"))
    assert state(shop, mine) == ("open", None, 0)
    shop.engine.call(lambda tx: payments.apply_status(tx, mine, paid, other))
    assert state(shop, mine) == ("open", "contradiction", 0)


def test_a_second_session_under_the_same_reference_is_this_ones(shop: Shop) -> None:
    mine = session(shop, order(shop), "S1")
    ref = shop.engine.read(lambda r: load_attempt(r, mine)).ref
    paid = StatusResult(Pay.PAID, "paid", "S2", ref, 15_000, "XOF", txn_id="T1")
    shop.engine.call(lambda tx: payments.apply_status(tx, mine, paid, "S2"))
    assert state(shop, mine) == ("paid", None, 1)


@pytest.mark.parametrize("addressed", [True, False])
def test_only_the_address_told_to_the_provider_tells_its_reference(shop: Shop, addressed: bool) -> None:
    """The answer to the creation is lost, and nothing can be searched: the notice brings the session's name."""
    found = order(shop)
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, found, "paydunya", "wave", "XOF"))
    said = ProviderEvent("E1", "payment", Pay.PAID, attempt.ref, "S1", 15_000)
    token = attempt.notify_token if addressed else None
    payload = payments.event_payload("paydunya", Auth.SHARED_SECRET, said, token)
    shop.engine.call(lambda tx: payments.apply_event(tx, payload))
    known = shop.engine.read(lambda r: load_attempt(r, attempt.id))
    assert known.provider_ref == ("S1" if addressed else None)
    assert state(shop, attempt.id) == ("created", None, 0)
