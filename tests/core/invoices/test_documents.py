"""What stands on an invoice stays as it was when the sale was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.customers.service import Identity, recognise
from core.invoices.documents import InvoiceDocument, invoice_document
from core.invoices.marks import nonce_of
from core.kernel.clock import ManualClock
from core.kernel.errors import NotFound
from core.orders import settling
from core.orders.service import Wanted
from core.payments import booking
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.support.books import opened, order_of, pay, session_of
from tests.support.stores import add_product


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    home = Home(tmp_path)
    shop = open_shop(home, create_store(home, "Boutique Téranga", "SN").slug, ManualClock())
    for key, value in (
        ("store.address", "12, rue Félix-Faure"),
        ("store.legal_id", "NINEA 005123456 2G3"),
        ("store.vat_rate", "18"),
        ("public_url", "https://pay.teranga.sn"),
    ):
        shop.settings.set(key, value)
    yield shop
    shop.close()


def sell(shop: Shop, received: int = 15_000) -> int:
    """One dress, paid by Wave. → order id."""

    def write(tx: Tx) -> int:
        product = add(tx, ProductFields("ROBE1", "ROBE1", "Robe wax", "", "", 15_000, 5, None))
        customer = recognise(tx, [Identity("phone", "+221771234567")], "Aminata Diallo")
        order = shop.orders.claim(tx, customer, [Wanted(product)], "api").order_id
        assert order is not None
        payment = tx.insert(
            "INSERT INTO payment(provider, key, order_id, amount, method, received_at)"
            " VALUES('sandbox','k',?,?,'wave',?)",
            (order, received, tx.now),
        )
        booking.received(tx, payment, order, "sandbox", received, 0)
        settling.settle(tx, order, received, "sandbox", payment)
        return order

    return shop.engine.call(write)


def document(shop: Shop) -> InvoiceDocument:
    return shop.engine.read(lambda r: invoice_document(r, 1, shop.papers.shared()))


def test_an_invoice_says_who_sold_what_to_whom_and_how_it_was_paid(shop: Shop) -> None:
    sell(shop)
    found = document(shop)
    assert (found.number, found.total, found.received, found.paid_by) == ("FA-2026-00001", 15_000, 15_000, "wave")
    assert [(line.title, line.detail, line.quantity, line.amount) for line in found.lines] == [
        ("Robe wax", "ROBE1", 1, 15_000)
    ]
    assert (found.buyer.name, found.buyer.phone) == ("Aminata Diallo", "+221771234567")
    token = shop.marks.token(shop.engine.read(lambda r: nonce_of(r, "invoice", 1)))
    assert found.url == f"https://pay.teranga.sn/v/{token}"
    assert (found.papers.seller.vat_rate, found.papers.seller.name) == (18, "Boutique Téranga")


def test_a_later_move_or_tax_regime_rewrites_no_old_invoice(shop: Shop) -> None:
    sell(shop)
    before = document(shop)
    for key, value in (("store.address", "Ailleurs"), ("store.vat_rate", "0"), ("store.name", "Autre nom")):
        shop.settings.set(key, value)
    assert document(shop).papers.seller == before.papers.seller


def test_an_erased_person_leaves_the_invoice(shop: Shop) -> None:
    """The name is read when the paper is drawn; the frozen content knows only a number (ruling R17)."""
    sell(shop)
    shop.engine.call(lambda tx: tx.run("UPDATE customer SET name = 'ANON-1'"))
    assert document(shop).buyer.name == "ANON-1"
    content = shop.engine.read(lambda r: r.value("SELECT content FROM invoice"))
    assert "Aminata" not in content
    assert "77123" not in content


def test_a_part_payment_that_was_honoured_is_an_invoice_of_so_much_with_a_discount(shop: Shop) -> None:
    order = sell(shop, received=10_000)
    shop.engine.call(lambda tx: settling.decide(tx, shop.orders, order, "honour"))
    found = document(shop)
    assert (found.total, found.received, found.due, found.refunded) == (10_000, 10_000, 0, False)
    assert [(line.unit_price, line.discount, line.amount) for line in found.lines] == [(15_000, 5_000, 10_000)]


def test_deposits_are_on_the_invoice_and_a_part_given_back_is_not_owed(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        order = order_of(shop, 1, add_product(shop.engine, "ROBE1", 15_000))
        ref = session_of(shop, order, "wave")
        for amount, txn in ((4_000, "T1"), (11_000, "T2")):
            pay(shop, ref, "wave", amount, 0, txn)
        found = document(shop)
        assert (found.deposits, found.due) == ((("RE-2026-00001", 4_000),), 0)
        shop.engine.call(lambda tx: shop.refunds.by_hand(tx, shop.refunds.ask(tx, 2, 3_000)))
        found = document(shop)
        assert (found.received, found.credits, found.due) == (12_000, (("AV-2026-00001", 3_000),), 0)
        shop.engine.call(lambda tx: shop.refunds.by_hand(tx, shop.refunds.ask(tx, 1, 4_000)))
        assert (document(shop).deposits, document(shop).due) == ((), 0)


def test_there_is_no_invoice_before_the_sale_stands(shop: Shop) -> None:
    sell(shop, received=10_000)
    with pytest.raises(NotFound):
        document(shop)
