"""Payments by the page: every one once, in order, whatever is looked for; and what needs a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap import Shop
from core.kernel.clock import HOUR
from core.kernel.errors import NotFound
from core.kernel.paging import Sort
from core.orders import settling
from core.payments import queries, refunds
from core.payments import service as payments
from core.payments.attempts import AttemptRow
from core.payments.provider import Pay, StatusResult
from core.payments.queries import Filter
from core.reconciliation import concerns
from tests.support.books import opened, order_of, pay
from tests.support.stores import add_product


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Thirty sales, some at one moment; one given back, one in part, one on its way back, one paid too much."""
    with opened(tmp_path_factory.mktemp("queries")) as shop:
        robe = add_product(shop.engine, "ROBE1", 15_000, 50)
        for number in range(30):
            shop.clock.advance(60_000 if number % 4 else 0)  # type: ignore[attr-defined]
            provider = "wave" if number % 3 else "sandbox"
            order = order_of(shop, number, robe)
            attempt, _ = shop.engine.call(lambda tx, o=order, p=provider: payments.open_attempt(tx, o, p, p, "XOF"))  # type: ignore[misc]
            pay(shop, attempt.ref, provider, 15_500 if number == 9 else 15_000, None, f"T{number}")
        for payment, amount, done in ((5, 15_000, True), (6, 4_000, True), (7, 1_000, False)):
            refund = shop.engine.call(lambda tx, p=payment, a=amount: shop.refunds.ask(tx, p, a))  # type: ignore[misc]
            if done:
                shop.engine.call(lambda tx, r=refund: shop.refunds.by_hand(tx, r))  # type: ignore[misc]
        yield shop


def all_pages(shop: Shop, wanted: Filter, size: int = 4) -> list[int]:
    found: list[queries.PaymentRow] = []
    after: tuple[int | str, int] | None = None
    while rows := shop.engine.read(lambda r, a=after: queries.page(r, wanted, after=a, limit=size)):  # type: ignore[misc]
        found += rows
        after = rows[-1].cursor(wanted.sort)
    return [row.id for row in found]


def test_every_payment_once_the_newest_first(shop: Shop) -> None:
    assert all_pages(shop, Filter()) == list(range(30, 0, -1))


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Filter(provider="sandbox"), list(range(28, 0, -3))),
        (Filter(provider="stripe"), []),
        (Filter(state="refunded"), [5]),
        (Filter(state="part_refunded"), [6]),
        (Filter(state="refunding"), [7]),
        (Filter(state="to_decide"), [10]),
        (Filter(state="received", provider="sandbox"), [28, 25, 22, 19, 16, 13, 4, 1]),
        (Filter(text="T12"), [13]),
        (Filter(text="awa 12"), [13]),
        (Filter(text="77 00 00 012"), [13]),
        (Filter(text="%"), []),
        (Filter(text="nobody"), []),
    ],
)
def test_what_is_looked_for(shop: Shop, wanted: Filter, ids: list[int]) -> None:
    assert all_pages(shop, wanted) == ids


def test_a_reference_and_a_time(shop: Shop) -> None:
    row = shop.engine.read(lambda r: queries.one(r, 17))
    assert all_pages(shop, Filter(text=row.reference[-4:].lower())) == [17]
    rows = shop.engine.read(lambda r: queries.page(r, Filter(since=row.at, until=row.at + 1)))
    assert 17 in [found.id for found in rows]
    assert {found.at for found in rows} == {row.at}


def test_states_and_what_is_not_there(shop: Shop) -> None:
    states = [shop.engine.read(lambda r, i=i: queries.one(r, i)).state for i in (1, 5, 6, 7, 10)]  # type: ignore[misc]
    assert states == ["received", "refunded", "part_refunded", "refunding", "to_decide"]
    with pytest.raises(NotFound):
        shop.engine.read(lambda r: queries.one(r, 99))
    with pytest.raises(NotFound):
        shop.engine.read(lambda r: queries.refund(r, 99))
    assert shop.engine.read(lambda r: queries.refund(r, 2)).amount == 4_000


def _session(shop: Shop, order: int) -> AttemptRow:
    return shop.engine.call(lambda tx: payments.open_attempt(tx, order, "wave", "wave", "XOF"))[0]


def test_what_needs_a_person(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        robe = add_product(shop.engine, "ROBE1", 15_000)
        first, second = order_of(shop, 1, robe), order_of(shop, 2, robe)
        refs = [_session(shop, order) for order in (first, second)]
        pay(shop, refs[0].ref, "wave", 15_500, 0, "T1")
        pay(shop, refs[1].ref, "wave", 15_000, 0, "T2")
        now = shop.clock.now

        def standing() -> list[tuple[str, str]]:
            found = shop.engine.read(lambda r: concerns.standing(r, now()))
            assert shop.engine.read(lambda r: concerns.count(r, now())) == len(found)
            return [(each.kind, each.detail) for each in found]

        assert standing() == [("decide", "overpaid")]
        shop.engine.call(lambda tx: settling.decide(tx, shop.orders, first, "refund"))
        assert standing() == [("refund", "todo")]
        shop.engine.call(lambda tx: shop.refunds.by_hand(tx, 1))
        assert standing() == []
        part = StatusResult(Pay.PARTIALLY_REFUNDED, "part", amount=15_000, currency="XOF", txn_id="T2")
        shop.engine.call(lambda tx: payments.apply_status(tx, refs[1].id, part))
        assert standing() == [("refund_unclear", "refund unclear")]
        told = StatusResult(Pay.PARTIALLY_REFUNDED, "part", amount=15_000, currency="XOF", txn_id="T2", refunded=500)
        shop.engine.call(lambda tx: payments.apply_status(tx, refs[1].id, told))
        assert standing() == []
        shop.settings.set_secret("psp.wave.api_key", "x" * 20)
        shop.settings.set_secret("psp.wave.webhook_secret", "x" * 20)
        third = order_of(shop, 3, robe)
        attempt = _session(shop, third)
        pay(shop, attempt.ref, "wave", 15_000, 0, "T3")
        refund = shop.engine.call(lambda tx: shop.refunds.ask(tx, 3, 15_000))
        shop.engine.call(lambda tx: refunds.begin(tx, refund))
        assert standing() == [], "on its way"
        shop.clock.advance(2 * HOUR)  # type: ignore[attr-defined]
        assert standing() == [("refund", "sent")], "for too long"


@pytest.mark.parametrize("by", sorted(queries.SORTS))
@pytest.mark.parametrize("down", [True, False])
def test_every_order_pages_without_a_gap_or_a_double(shop: Shop, by: str, down: bool) -> None:
    wanted = Filter(sort=Sort(by, down))
    ids = all_pages(shop, wanted)
    assert sorted(ids) == list(range(1, 31))
    rows = {row.id: row for row in shop.engine.read(lambda r: queries.page(r, limit=100))}
    shown = [rows[each].cursor(wanted.sort) for each in ids]
    assert shown == sorted(shown, reverse=down)
