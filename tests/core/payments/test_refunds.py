"""Refunds: what may be given back, how a row moves, and that the books follow whatever happens, in any order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.accounts import service as accounts
from core.accounts.guard import actor_of
from core.accounts.rules import CASHIER, OWNER
from core.bootstrap import Shop
from core.kernel.clock import MINUTE
from core.kernel.errors import Forbidden, LivePayError, NotFound, Refused
from core.ledger import book
from core.orders import settling
from core.payments import refunds
from core.payments import service as payments
from core.payments.attempts import load_attempt
from core.payments.events import AskRefund
from core.payments.provider import Auth, Pay, ProviderEvent, StatusResult
from core.payments.refunding import refundable
from tests.core.told import everybody_told
from tests.support.books import explained, opened, order_of, pay
from tests.support.stores import add_product


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(tmp_path) as found:
        yield found


def connect(shop: Shop, provider: str) -> None:
    """Type in an account, so that the provider can be asked. Nothing is sent: the desk does not run here."""
    for key in shop.settings.declared:
        if key.startswith(f"psp.{provider}.") and shop.settings.declaration(key).kind == "secret":
            shop.settings.set_secret(key, "x" * 20)


def sale(shop: Shop, provider: str = "sandbox", amount: int = 15_000, number: int = 1) -> tuple[int, int, int]:
    """A dress sold for 15 000. → order, attempt, payment."""
    product = shop.engine.read(lambda r: r.value("SELECT id FROM product")) or add_product(shop.engine, "ROBE1", 15_000)
    order = order_of(shop, number, product)
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, order, provider, provider, "XOF"))
    pay(shop, attempt.ref, provider, amount, 0, f"T{number}")
    return order, attempt.id, shop.engine.read(lambda r: r.value("SELECT max(id) FROM payment"))


def ask(shop: Shop, payment: int, amount: int, **how: Any) -> int:
    return shop.engine.call(lambda tx: shop.refunds.ask(tx, payment, amount, **how))


def state(shop: Shop, refund: int) -> str:
    return shop.engine.read(lambda r: refunds.load(r, refund)).state


def order(shop: Shop, order_id: int) -> tuple[Any, ...] | None:
    return shop.engine.read(lambda r: r.one("SELECT state, received FROM orders WHERE id = ?", (order_id,)))


def test_a_whole_sale_given_back_by_hand(shop: Shop) -> None:
    order_id, _, payment = sale(shop)
    refund = ask(shop, payment, 15_000, restock=True)
    assert state(shop, refund) == "todo", "no account is typed in: nobody can be asked"
    assert shop.engine.read(lambda r: r.value("SELECT on_hand - held FROM product")) == 10
    with pytest.raises(Refused):
        ask(shop, payment, 1)
    shop.engine.call(lambda tx: shop.refunds.by_hand(tx, refund))
    assert order(shop, order_id) == ("refunded", 0)
    assert {a: b for a, b in shop.engine.read(book.balances).items() if b} == {}
    kinds = [b.kind for b in shop.engine.read(lambda r: book.of_payment(r, payment))]
    assert kinds == ["payment", "sale", "credit_note", "refund"]
    assert shop.engine.read(lambda r: r.one("SELECT paid, spent FROM customer")) == (0, 0)
    with pytest.raises(Refused, match="over"):
        shop.engine.call(lambda tx: shop.refunds.by_hand(tx, refund))
    shop.engine.read(explained)


def test_parts_of_a_sale_up_to_its_price(shop: Shop) -> None:
    order_id, _, payment = sale(shop)
    for part in (4_000, 11_000):
        refund = ask(shop, payment, part)
        shop.engine.call(lambda tx, r=refund: shop.refunds.by_hand(tx, r))  # type: ignore[misc]
        if part == 4_000:
            assert order(shop, order_id) == ("paid", 11_000)
            with pytest.raises(Refused, match="11\u202f000"):
                ask(shop, payment, 11_001)
    assert order(shop, order_id) == ("refunded", 0)
    shop.engine.read(explained)


@pytest.mark.parametrize("amount", [0, -1, 15_001])
def test_what_was_not_paid_is_not_given_back(shop: Shop, amount: int) -> None:
    _, _, payment = sale(shop)
    with pytest.raises(Refused):
        ask(shop, payment, amount)
    with pytest.raises(NotFound):
        ask(shop, 99, 1)
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM refund")) == 0


def test_money_that_waits_for_a_decision_is_decided_upon_not_refunded(shop: Shop) -> None:
    order_id, _, payment = sale(shop, amount=20_000)
    assert shop.engine.read(lambda r: refundable(r, payment)) == 15_000
    shop.engine.call(lambda tx: settling.decide(tx, shop.orders, order_id, "refund"))
    for (refund,) in shop.engine.read(lambda r: r.all("SELECT id FROM refund")):
        with pytest.raises(Refused, match="promised"):
            shop.engine.call(lambda tx, r=refund: shop.refunds.withdraw(tx, r))  # type: ignore[misc]
        shop.engine.call(lambda tx, r=refund: shop.refunds.by_hand(tx, r))  # type: ignore[misc]
    assert shop.engine.read(lambda r: r.value("SELECT refund FROM decision")) == "done"
    assert order(shop, order_id) == ("paid", 15_000)
    shop.engine.read(explained)


@pytest.mark.parametrize(
    ("provider", "amount", "way"),
    [("sandbox", 15_000, "requested"), ("sandbox", 1, "requested"), ("wave", 15_000, "requested"), ("wave", 1, "todo")],
)
def test_who_can_be_asked_is_asked(shop: Shop, provider: str, amount: int, way: str) -> None:
    connect(shop, provider)
    _, _, payment = sale(shop, provider)
    asked: list[int] = []
    shop.engine.subscribe(lambda events: asked.extend(e.refund_id for e in events if isinstance(e, AskRefund)))
    refund = ask(shop, payment, amount)
    assert state(shop, refund) == way
    everybody_told(shop.engine)
    assert asked == ([refund] if way == "requested" else [])


def test_a_refund_is_sent_by_one_only_and_not_marked_by_hand_meanwhile(shop: Shop) -> None:
    connect(shop, "sandbox")
    _, _, payment = sale(shop)
    refund = ask(shop, payment, 15_000)
    assert [shop.engine.call(lambda tx: refunds.begin(tx, refund))[1] for _ in range(3)] == [True, False, False]
    for verb in (shop.refunds.by_hand, shop.refunds.withdraw, shop.refunds.again):
        with pytest.raises(Refused):
            shop.engine.call(lambda tx, v=verb: v(tx, refund))  # type: ignore[misc]
    shop.engine.call(refunds.resume)
    assert state(shop, refund) == "unknown", "the program stopped while it was being answered"


def test_what_was_refused_is_asked_for_under_another_reference(shop: Shop) -> None:
    connect(shop, "sandbox")
    _, _, payment = sale(shop)
    refund = ask(shop, payment, 15_000)
    first = shop.engine.call(lambda tx: refunds.begin(tx, refund))[0].ref
    shop.engine.call(lambda tx: refunds.refused(tx, refund, "no funds", by_hand=False))
    shop.engine.call(lambda tx: shop.refunds.again(tx, refund))
    second, send = shop.engine.call(lambda tx: refunds.begin(tx, refund))
    assert send
    assert second.ref != first


def test_a_cashier_gives_back_only_what_a_question_on_an_order_is_about(shop: Shop) -> None:
    accounts.save(shop.engine, "fatou@boutique.sn", "soleil de midi", OWNER)
    accounts.save(shop.engine, "awa@boutique.sn", "soleil de midi", CASHIER)
    cashier = actor_of(shop.engine.read(lambda r: r.value("SELECT max(id) FROM account")))
    _, _, payment = sale(shop)
    with pytest.raises(Forbidden):
        shop.engine.call(lambda tx: shop.refunds.ask(tx, payment, 15_000), actor=cashier)
    assert not shop.engine.read(lambda r: r.value("SELECT count(*) FROM refund"))
    refund = ask(shop, payment, 5_000)
    for verb in (shop.refunds.by_hand, shop.refunds.withdraw):
        with pytest.raises(Forbidden):
            shop.engine.call(lambda tx, v=verb: v(tx, refund), actor=cashier)  # type: ignore[misc]
    assert state(shop, refund) == "todo"
    late = order_of(shop, 2, shop.engine.read(lambda r: r.value("SELECT id FROM product")))
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, late, "sandbox", "sandbox", "XOF"))
    pay(shop, attempt.ref, "sandbox", 18_000, 0, "T2")
    decided = shop.engine.call(lambda tx: settling.decide(tx, shop.orders, late, "refund"), actor=cashier)
    shop.engine.call(lambda tx: settling.refund_done(tx, decided.id), actor=cashier)
    assert shop.engine.read(lambda r: r.value("SELECT refunded FROM payment WHERE order_id = ?", (late,))) == 3_000


def told(shop: Shop, attempt_ref: str, provider: str, total: int) -> None:
    """The provider's signed word that so much was given back so far."""
    event = ProviderEvent(f"R{total}", "refund", Pay.PARTIALLY_REFUNDED, attempt_ref, None, total, "XOF")
    payload = payments.event_payload(provider, Auth.BODY_SIGNED, event, None)
    shop.engine.call(lambda tx: payments.apply_event(tx, payload))


def test_a_refund_made_at_the_provider_is_booked_once(shop: Shop) -> None:
    order_id, attempt, _ = sale(shop)
    ref = shop.engine.read(lambda r: load_attempt(r, attempt)).ref
    for total in (4_000, 4_000, 15_000, 4_000):
        told(shop, ref, "sandbox", total)
    assert shop.engine.read(lambda r: r.all("SELECT amount, state, origin FROM refund ORDER BY id")) == [
        (4_000, "done", "provider"),
        (11_000, "done", "provider"),
    ]
    assert order(shop, order_id) == ("refunded", 0)
    shop.engine.read(explained)


def test_the_refund_that_waited_is_the_one_that_was_made(shop: Shop) -> None:
    _, attempt, payment = sale(shop)
    waiting = ask(shop, payment, 15_000)
    whole = StatusResult(Pay.REFUNDED, "refunded", amount=15_000, currency="XOF", txn_id="T1")
    for _ in range(2):
        shop.engine.call(lambda tx: payments.apply_status(tx, attempt, whole))
    assert state(shop, waiting) == "done"
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM refund")) == 1
    shop.engine.read(explained)


def test_late_money_given_back_at_the_provider_answers_the_question(shop: Shop) -> None:
    robe = add_product(shop.engine, "ROBE1", 15_000, 1)
    order_id = order_of(shop, 1, robe)
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, order_id, "wave", "wave", "XOF"))
    shop.clock.advance(31 * MINUTE)  # type: ignore[attr-defined]
    shop.engine.call(lambda tx: shop.orders.expire(tx, order_id))
    pay(shop, attempt.ref, "wave", 15_000, 0, "T1")
    told(shop, attempt.ref, "wave", 15_000)
    assert order(shop, order_id) == ("refunded", 0)
    assert shop.engine.read(lambda r: r.one("SELECT choice, refund FROM decision")) == ("refund", "done")
    assert shop.engine.read(lambda r: r.value("SELECT on_hand - held FROM product")) == 1, "the dress is free again"
    shop.engine.read(explained)


@pytest.mark.parametrize(
    "result",
    [
        StatusResult(Pay.PARTIALLY_REFUNDED, "part", amount=15_000, currency="XOF", txn_id="T1"),
        StatusResult(Pay.REFUNDED, "more", amount=15_000, currency="XOF", txn_id="T1", refunded=15_001),
    ],
)
def test_a_refund_of_no_known_amount_is_left_to_a_person(shop: Shop, result: StatusResult) -> None:
    _, attempt, _ = sale(shop)
    shop.engine.call(lambda tx: payments.apply_status(tx, attempt, result))
    assert shop.engine.read(lambda r: r.value("SELECT error FROM attempt")) == payments.REFUND_UNCLEAR
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM refund")) == 0
    shop.engine.read(explained)


ACTS = ["pay"] * 4 + ["expire", "honour", "keep", "substitute", "refund", "refund", "done"]
ACTS += ["ask", "ask", "begin", "made", "refused", "unclear", "by hand", "by hand", "again", "withdraw", "told", "told"]
STEP = st.tuples(
    st.sampled_from(ACTS),
    st.integers(0, 2),  # which order
    st.sampled_from([1, 4_999, 10_000, 15_000, 15_001, 20_000, 40_000]),
    st.sampled_from([None, 0, 1, 150]),
    st.sampled_from(["wave", "sandbox"]),
)


@pytest.mark.timeout(600)  # a store for every example
@settings(max_examples=120, deadline=None)
@given(st.lists(STEP, max_size=24))
def test_every_payment_is_explained_whatever_happens(steps: list[tuple[str, int, int, int | None, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as shop:
        connect(shop, "sandbox")
        play = Play(shop)
        for number, (act, index, amount, fee, provider) in enumerate(steps):
            with suppress(LivePayError):
                play.act(act, play.orders[index], amount, fee, provider, number)
            shop.engine.read(explained)


class Play:
    """Three orders of a dress, each with a session at two providers, and all that can happen to their money."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        robe = add_product(shop.engine, "ROBE1", 15_000, 4)
        self.sac = add_product(shop.engine, "SAC2", 12_000, 1)
        self.orders = [order_of(shop, n, robe) for n in range(3)]
        self.refs = {(o, p): self._session(o, p) for o in self.orders for p in ("wave", "sandbox")}

    def _session(self, order_id: int, provider: str) -> str:
        return self.shop.engine.call(lambda tx: payments.open_attempt(tx, order_id, provider, provider, "XOF"))[0].ref

    def _refund(self, order_id: int) -> int:
        found = "SELECT max(id) FROM refund WHERE order_id = ? AND state <> 'done'"
        return self.shop.engine.read(lambda r: r.value(found, (order_id,))) or 0

    def act(self, act: str, order_id: int, amount: int, fee: int | None, provider: str, number: int) -> None:
        shop, refund = self.shop, self._refund(order_id)
        if act == "pay":
            pay(shop, self.refs[order_id, provider], provider, amount, fee, f"T{number}")
        elif act == "told":
            told(shop, self.refs[order_id, provider], provider, amount)
        elif act == "expire":
            shop.clock.advance(31 * MINUTE)  # type: ignore[attr-defined]
            shop.engine.call(lambda tx: shop.orders.expire(tx, order_id))
        elif act in ("honour", "keep", "substitute", "refund"):
            chosen = settling.Substitute(self.sac) if act == "substitute" else None
            shop.engine.call(lambda tx: settling.decide(tx, shop.orders, order_id, act, chosen))
        elif act == "done":
            todo = shop.engine.read(lambda r: r.value("SELECT id FROM decision WHERE refund = 'todo'"))
            shop.engine.call(lambda tx: settling.refund_done(tx, todo or 0))
        elif act == "ask":
            found = "SELECT max(id) FROM payment WHERE order_id = ?"
            payment = shop.engine.read(lambda r: r.value(found, (order_id,))) or 0
            ask(shop, payment, amount, restock=number % 2 == 0)
        else:
            self._move(act, refund)

    def _move(self, act: str, refund: int) -> None:
        verbs = {
            "begin": lambda tx: refunds.begin(tx, refund),
            "made": lambda tx: refunds.answered(tx, refund, StatusResult(Pay.REFUNDED, "refunded")),
            "refused": lambda tx: refunds.refused(tx, refund, "no", by_hand=False),
            "unclear": lambda tx: refunds.unclear(tx, refund, "timeout", sent=True),
            "by hand": lambda tx: self.shop.refunds.by_hand(tx, refund),
            "again": lambda tx: self.shop.refunds.again(tx, refund),
            "withdraw": lambda tx: self.shop.refunds.withdraw(tx, refund),
        }
        self.shop.engine.call(verbs[act])
