"""Comparing with providers over the real wire and with their statements: each difference found, once, with its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.bootstrap import Shop
from core.kernel.clock import DAY, to_datetime
from core.kernel.errors import NotFound, OutsideWorld, Refused
from core.ledger import book
from core.payments import service as payments
from core.reconciliation import service
from core.reconciliation.rules import NEXT_STEP
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.steps import checkout, link_for
from tests.support.books import explained, opened, order_of, pay
from tests.support.shops import World, world
from tests.support.stores import add_product

NAME = "Aminata Diallo"
PROVIDERS = ("sandbox", "wave", "stripe", "bictorys")


def standing(shop: Shop) -> list[tuple[str, int | None, int | None]]:
    return [(f.kind, f.ours, f.theirs) for f in reversed(shop.engine.read(service.standing))]


async def sold(w: World, name: str) -> None:
    w.product("ROBE1")
    w.providers[name].pay(await checkout(w, await link_for(w, NAME), name))
    await w.until(lambda: w.order(NAME)[1] == "paid")
    await w.settled()


@pytest.mark.parametrize("name", PROVIDERS)
async def test_books_that_agree_have_no_difference(tmp_path: Path, name: str) -> None:
    async with world(tmp_path, providers=(name,)) as w:
        await sold(w, name)
        run_id = await w.shop.reconciler.ask_providers()
        run = w.shop.engine.read(lambda r: service.run(r, run_id))
        assert (run.source, run.compared, run.found) == ("providers", 2, 0)
        assert standing(w.shop) == []


@pytest.mark.parametrize("name", PROVIDERS)
async def test_money_nobody_told_of_is_booked_on_the_way(tmp_path: Path, name: str) -> None:
    async with world(tmp_path, providers=(name,)) as w:
        w.product("ROBE1")
        session = await checkout(w, await link_for(w, NAME), name)
        w.providers[name].pay(session, Delivery(send=False))
        await w.shop.reconciler.ask_providers()
        assert w.order(NAME)[1] == "paid"
        assert standing(w.shop) == []
        w.shop.engine.read(explained)


async def test_money_that_contradicts_its_order_is_a_difference_with_a_next_step(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        session = await checkout(w, await link_for(w, NAME))
        w.providers["sandbox"].pay(session, Delivery(send=False), currency="EUR")
        for _ in range(2):
            await w.shop.reconciler.ask_providers()
        assert standing(w.shop) == [("payment_missing", None, 15_000)], "found twice, it is one difference"
        assert all(kind in NEXT_STEP for kind, _, _ in standing(w.shop))


async def test_a_payment_the_provider_denies_and_a_fee_it_changed(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await sold(w, "sandbox")
        session = next(iter(w.providers["sandbox"].sessions.values()))
        session.payments[0].fee += 7
        await w.shop.reconciler.ask_providers()
        assert standing(w.shop) == [("fee_differs", 150, 157)]
        w.shop.engine.call(lambda tx: service.settle(tx, 1, "take"))
        w.shop.engine.read(explained)
        assert w.shop.engine.read(book.by_provider)[0].fees == 157
        session.payments[0].fee -= 100
        await w.shop.reconciler.ask_providers()
        w.shop.engine.call(lambda tx: service.settle(tx, 2, "take"))
        w.shop.engine.read(explained)
        assert w.shop.engine.read(book.by_provider)[0].fees == 57
        session.state = "declined"
        await w.shop.reconciler.ask_providers()
        assert standing(w.shop) == [("payment_unknown", 15_000, None)]
        session.state = "paid"
        await w.shop.reconciler.ask_providers()
        assert standing(w.shop) == [], "it agrees again"
        assert w.rows("SELECT state FROM difference ORDER BY id") == [("taken",), ("taken",), ("gone",)]


async def test_a_provider_that_does_not_answer_is_no_difference(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await sold(w, "sandbox")
        w.shop.settings.set("psp.sandbox.base_url", "http://127.0.0.1:9")
        run_id = await w.shop.reconciler.ask_providers()
        run = w.shop.engine.read(lambda r: service.run(r, run_id))
        assert (run.compared, run.found) == (0, 0)


async def test_a_payment_of_another_year_is_looked_at_alone(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await sold(w, "sandbox")
        w.clock.advance(400 * DAY)  # type: ignore[attr-defined]
        session = next(iter(w.providers["sandbox"].sessions.values()))
        session.payments[0].fee += 7
        await w.shop.reconciler.ask_providers()
        assert standing(w.shop) == [], "a week back there is nothing"
        attempt = w.value("SELECT attempt_id FROM payment")
        run_id = await w.shop.reconciler.look_again(attempt)
        assert w.shop.engine.read(lambda r: service.run(r, run_id)).compared == 2
        assert standing(w.shop) == [("fee_differs", 150, 157)]
        session.payments[0].fee -= 7
        await w.shop.reconciler.look_again(attempt)
        assert standing(w.shop) == []
        w.shop.settings.set("psp.sandbox.base_url", "http://127.0.0.1:9")
        with pytest.raises(OutsideWorld):
            await w.shop.reconciler.look_again(attempt)


@pytest.mark.parametrize("name", ["sandbox", "stripe"])
async def test_a_refund_the_provider_takes_back_is_open_again_and_made_once_more(tmp_path: Path, name: str) -> None:
    """It said « refunded », then the money came back to the shop: seen when compared, done again, credited once."""
    async with world(tmp_path, providers=(name,)) as w:
        await sold(w, name)
        session = next(iter(w.providers[name].sessions.values()))
        refund = w.shop.engine.call(lambda tx: w.shop.refunds.ask(tx, 1, 15_000))
        await w.until(lambda: w.value("SELECT state FROM refund") == "done")
        await w.settled()
        session.refunded, session.state = 0, "paid"
        await w.shop.reconciler.ask_providers()
        assert standing(w.shop) == [("refund_unknown", 15_000, 0)]
        w.shop.engine.call(lambda tx: service.settle(tx, 1, "take"))
        w.shop.engine.read(explained)
        assert w.rows("SELECT state, received FROM orders") == [("refunded", 15_000)]
        w.shop.engine.call(lambda tx: w.shop.refunds.again(tx, refund))
        await w.until(lambda: w.value("SELECT state FROM refund") == "done")
        await w.settled()
        assert session.refunded == 15_000
        assert w.rows("SELECT total FROM credit_note") == [(15_000,)]
        assert w.rows("SELECT state, received FROM orders") == [("refunded", 0)]
        assert w.rows("SELECT paid, spent FROM customer") == [(0, 0)]
        w.shop.engine.read(explained)
        await w.shop.reconciler.ask_providers()
        assert standing(w.shop) == []


# -- statements --------------------------------------------------------------------------------------------------


def sale(shop: Shop, number: int, fee: int | None = 150) -> str:
    """A dress sold on Wave. → our reference."""
    product = shop.engine.read(lambda r: r.value("SELECT id FROM product")) or add_product(shop.engine, "ROBE1", 15_000)
    order = order_of(shop, number, product)
    attempt, _ = shop.engine.call(lambda tx: payments.open_attempt(tx, order, "wave", "wave", "XOF"))
    pay(shop, attempt.ref, "wave", 15_000, fee, f"T{number}")
    return attempt.ref


def statement(shop: Shop, *lines: str) -> bytes:
    day = to_datetime(shop.clock.now(), shop.country.zone).strftime("%d/%m/%Y")
    return (
        "ID transaction;Référence client;Type;Montant;Frais;Date\n" + "\n".join(f"{x};{day}" for x in lines)
    ).encode()


async def test_a_statement_that_agrees_tells_the_fees(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        refs = [sale(shop, 1), sale(shop, 2, fee=None)]
        data = statement(
            shop, f"T1;{refs[0]};Paiement;15000;150", f"X;{refs[1]};Paiement;15 000;150", "O1;SHOP-9;Paiement;900;9"
        )
        run_id, read = await shop.reconciler.read_statement(data, "wave")
        run = shop.engine.read(lambda r: service.run(r, run_id))
        assert (len(read.lines), run.compared, run.foreign_lines, run.found) == (3, 2, 1, 0)
        assert shop.engine.read(lambda r: r.all("SELECT fee, fee_known FROM payment")) == [(150, 1), (150, 1)]
        shop.engine.read(explained)


async def test_every_difference_with_a_statement(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        refs = [sale(shop, number) for number in range(1, 6)]
        data = statement(
            shop,
            f"T1;{refs[0]};Paiement;15000;150",
            f"T1R;{refs[0]};Remboursement;15000;0",
            f"T2;{refs[1]};Paiement;14000;150",
            f"T3;{refs[2]};Paiement;15000;120",
            f"T4;{refs[3]};Paiement;14850;150",  # net of its fee
            "T99;LPZZZZZZZZZZZZZZ;Paiement;5000;50",
        )
        await shop.reconciler.read_statement(data, "wave")
        assert sorted(standing(shop), key=str) == [
            ("amount_differs", 15_000, 14_000),
            ("fee_differs", 150, 120),
            ("payment_missing", None, 5_000),
            ("payment_unknown", 15_000, None),
            ("refund_missing", 0, 15_000),
        ]
        for found in shop.engine.read(service.standing):
            choice = "done" if found.kind == "payment_missing" else "take"
            if choice == "done":
                with pytest.raises(Refused):
                    shop.engine.call(lambda tx, f=found: service.settle(tx, f.id, "take"))  # type: ignore[misc]
            shop.engine.call(lambda tx, f=found, c=choice: service.settle(tx, f.id, c))  # type: ignore[misc]
            with pytest.raises(Refused, match="already"):
                shop.engine.call(lambda tx, f=found: service.settle(tx, f.id, "done"))  # type: ignore[misc]
        assert standing(shop) == []
        assert shop.engine.read(lambda r: r.value("SELECT state FROM orders WHERE id = 1")) == "refunded"
        assert shop.engine.read(book.balances)[book.ADJUSTMENTS] == 16_000, "what T2 lacked, and T5 whole"
        assert shop.engine.read(book.by_provider) == [book.ProviderBooks("wave", 75_000, 720, 15_000, -16_000)]
        assert shop.engine.read(book.miscounted) == []
        run_id, _ = await shop.reconciler.read_statement(data, "wave")
        assert shop.engine.read(lambda r: service.run(r, run_id)).found == 0, "compared again, nothing is new"
        other = data.replace(b"T99;LPZZZZZZZZZZZZZZ;Paiement;5000", b"T99;LPZZZZZZZZZZZZZZ;Paiement;6000")
        await shop.reconciler.read_statement(other, "wave")
        assert standing(shop) == [("payment_missing", None, 6_000)], "it changed since it was settled"


async def test_a_refund_that_was_not_made_after_all_is_open_again(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        ref = sale(shop, 1)
        refund = shop.engine.call(lambda tx: shop.refunds.ask(tx, 1, 4_000))
        shop.engine.call(lambda tx: shop.refunds.by_hand(tx, refund))
        data = statement(shop, f"T1;{ref};Paiement;15000;150", f"R1;{ref};Remboursement;1000;0")
        await shop.reconciler.read_statement(data, "wave")
        assert standing(shop) == [("refund_unknown", 4_000, 1_000)]
        shop.engine.call(lambda tx: service.settle(tx, 1, "take"))
        assert shop.engine.read(lambda r: r.all("SELECT amount, state FROM refund")) == [
            (1_000, "done"),
            (3_000, "failed"),
        ]
        shop.engine.read(explained)
        await shop.reconciler.read_statement(data, "wave")
        assert standing(shop) == []
        shop.engine.call(lambda tx: shop.refunds.by_hand(tx, 2))
        shop.engine.read(explained)
        assert shop.engine.read(lambda r: r.all("SELECT total FROM credit_note")) == [(4_000,)], "credited once"
        assert shop.engine.read(book.by_provider)[0].refunded == 4_000


async def test_refusals(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        with pytest.raises(Refused, match="nobody"):
            await shop.reconciler.read_statement(b"Reference;Montant\nA;1\n", "nobody")
        with pytest.raises(Refused):
            await shop.reconciler.read_statement(b"nothing", "wave")
        with pytest.raises(NotFound):
            shop.engine.read(lambda r: service.run(r, 1))
        with pytest.raises(NotFound):
            shop.engine.call(lambda tx: service.settle(tx, 1, "done"))
        assert shop.engine.read(service.runs) == []


async def test_what_the_books_contradict_themselves_in(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        ref = sale(shop, 1)
        shop.engine.call(lambda tx: tx.run("UPDATE orders SET received = 14000"))
        shop.engine.call(lambda tx: tx.run("UPDATE payment SET amount = 16000"))
        shop.engine.call(lambda tx: tx.run("UPDATE ledger_balance SET amount = 1 WHERE account = 'sales'"))
        await shop.reconciler.read_statement(statement(shop, f"T1;{ref};Paiement;16000;150"), "wave")
        assert sorted(standing(shop), key=str) == [
            ("miscounted", None, None),
            ("order_unbooked", 14_000, 16_000),
            ("unbooked", 15_000, 16_000),
        ]
