"""Credit notes and receipts: issued by what happens to money, numbered in series of their own, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import apsw
import pytest

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.customers.service import Identity, recognise
from core.invoices import credits, receipts, service
from core.invoices.documents import credit_note_document, invoice_document, receipt_document
from core.invoices.marks import Issued
from core.invoices.rules import Share
from core.kernel.clock import DAY, MINUTE, ManualClock, parse_rfc3339
from core.kernel.errors import NotFound, Refused
from core.orders import settling
from core.orders.service import Wanted
from core.payments import booking
from core.storage import journal
from core.storage.engine import Tx
from core.storage.folder import Home


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(parse_rfc3339("2026-12-31T12:00:00Z"))


@pytest.fixture
def shop(tmp_path: Path, clock: ManualClock) -> Iterator[Shop]:
    home = Home(tmp_path)
    shop = open_shop(home, create_store(home, "Boutique Téranga", "SN").slug, clock)
    for key, value in (("store.vat_rate", "18"), ("legal.ninea", "005123456 2G3")):
        shop.settings.set(key, value)
    yield shop
    shop.close()


def reserve(shop: Shop, price: int = 15_000, vat: int | None = None) -> int:
    """A dress held by a buyer. → order id."""

    def write(tx: Tx) -> int:
        count = tx.value("SELECT count(*) FROM product")
        product = add(tx, ProductFields(f"P{count}X", f"P{count}X", "Robe wax", "", "", price, 5, None))
        tx.run("UPDATE product SET vat = ? WHERE id = ?", (vat, product))
        customer = recognise(tx, [Identity("phone", f"+2217712345{count:02d}")], "Aminata Diallo")
        order = shop.orders.claim(tx, customer, [Wanted(product)], "api").order_id
        assert order is not None
        return order

    return shop.engine.call(write)


def receive(shop: Shop, order: int, amount: int) -> None:
    def write(tx: Tx) -> None:
        payment = tx.insert(
            "INSERT INTO payment(provider, key, order_id, amount, method, received_at)"
            " VALUES('sandbox', ?, ?, ?, 'wave', ?)",
            (str(tx.value("SELECT count(*) FROM payment")), order, amount, tx.now),
        )
        booking.received(tx, payment, order, "sandbox", amount, 0)
        settling.settle(tx, order, amount, "sandbox", payment)

    shop.engine.call(write)


def sell(shop: Shop, price: int = 15_000, vat: int | None = None) -> int:
    """→ invoice id."""
    order = reserve(shop, price, vat)
    receive(shop, order, price)
    invoice = shop.engine.read(lambda r: service.of_order(r, order))
    assert invoice is not None
    return invoice.id


def give_back(shop: Shop, invoice_id: int, amount: int) -> None:
    """The seller gives money of a firm sale back, at the provider's, and says so."""
    paid = "SELECT max(p.id) FROM payment p JOIN invoice i USING (order_id) WHERE i.id = ?"

    def write(tx: Tx) -> None:
        shop.refunds.by_hand(tx, shop.refunds.ask(tx, tx.value(paid, (invoice_id,)), amount))

    shop.engine.call(write)


def notes(shop: Shop, invoice_id: int) -> list[credits.CreditNote]:
    return shop.engine.read(lambda r: credits.of_invoice(r, invoice_id))


def test_a_refund_of_a_firm_sale_is_credited_in_its_own_series(shop: Shop) -> None:
    sell(shop)
    invoice = sell(shop)
    give_back(shop, invoice, 15_000)
    (note,) = notes(shop, invoice)
    assert (note.number, note.total, note.split.shares) == ("AV-2026-00001", 15_000, (Share(18, 12_712, 2_288),))
    found = shop.engine.read(lambda r: credit_note_document(r, note.id, shop.papers.shared()))
    assert (found.invoice, found.lines[0].title, found.buyer.name) == ("FA-2026-00002", "Robe wax", "Aminata Diallo")
    assert found.papers.seller.ids == (("ninea", "005123456 2G3"),)
    shown = shop.engine.read(lambda r: invoice_document(r, invoice, shop.papers.shared()))
    assert shown.credits == (("AV-2026-00001", 15_000),)


def test_parts_are_credited_until_nothing_is_left_and_no_more(shop: Shop) -> None:
    invoice = sell(shop, price=9_999)
    for amount in (1, 4_000, 3_333, 2_665):
        give_back(shop, invoice, amount)
    found = notes(shop, invoice)
    assert [note.total for note in found] == [1, 4_000, 3_333, 2_665]
    assert [note.number[-1] for note in found] == ["1", "2", "3", "4"]
    assert sum(note.split.tax for note in found) == 1_525
    kinds = shop.engine.read(lambda r: r.all("SELECT data FROM journal WHERE kind = 'CreditNoteIssued' ORDER BY seq"))
    assert ['"whole":true' in data for (data,) in kinds] == [False, False, False, True]


def test_what_was_credited_before_it_was_given_back_is_not_credited_again(shop: Shop) -> None:
    invoice, terms = sell(shop), shop.papers.terms()
    shop.engine.call(lambda tx: credits.credit(tx, invoice, 5_000, "tache", terms))
    give_back(shop, invoice, 5_000)
    assert [note.total for note in notes(shop, invoice)] == [5_000]
    give_back(shop, invoice, 3_000)
    give_back(shop, invoice, 7_000)
    assert [note.total for note in notes(shop, invoice)] == [5_000, 3_000, 7_000]


@pytest.mark.parametrize("choice", ["refund", "keep"])
@pytest.mark.parametrize("first", [15_000, 15_500])
def test_money_beyond_the_sale_was_never_invoiced(shop: Shop, first: int, choice: str) -> None:
    order = reserve(shop)
    receive(shop, order, first)
    receive(shop, order, 15_000)
    for _ in range(2 if first > 15_000 else 1):
        shop.engine.call(lambda tx: settling.decide(tx, shop.orders, order, choice))
    for (refund,) in shop.engine.read(lambda r: r.all("SELECT id FROM refund")):
        shop.engine.call(lambda tx, r=refund: shop.refunds.by_hand(tx, r))  # type: ignore[misc]
    invoice = shop.engine.read(lambda r: service.of_order(r, order))
    assert invoice is not None
    assert notes(shop, invoice.id) == []


def test_without_an_invoice_there_is_nothing_to_credit(shop: Shop, clock: ManualClock) -> None:
    order = reserve(shop)
    clock.advance(31 * MINUTE)
    shop.engine.call(lambda tx: shop.orders.expire(tx, order))
    receive(shop, order, 15_000)
    shop.engine.call(lambda tx: settling.decide(tx, shop.orders, order, "refund"))
    shop.engine.call(lambda tx: shop.refunds.by_hand(tx, tx.value("SELECT id FROM refund")))
    assert shop.engine.read(lambda r: r.value("SELECT refund FROM decision")) == "done"
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM invoice")) == 0
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM credit_note")) == 0


def test_the_seller_credits_by_hand_with_a_reason(shop: Shop) -> None:
    invoice = sell(shop)
    terms = shop.papers.terms()
    note = shop.engine.call(lambda tx: credits.credit(tx, invoice, 5_000, " Défaut\n de couture ", terms))
    found = shop.engine.read(lambda r: credit_note_document(r, note, shop.papers.shared()))
    assert (found.total, found.reason, [line.title for line in found.lines]) == (5_000, "Défaut de couture", [""])
    for amount in (0, -1, 10_001):
        wrong = partial(credits.credit, invoice_id=invoice, amount=amount, reason="", terms=terms)
        with pytest.raises(Refused):
            shop.engine.call(wrong)
    shop.engine.call(lambda tx: credits.credit(tx, invoice, None, "", terms))
    with pytest.raises(Refused, match="credited in full"):
        shop.engine.call(lambda tx: credits.credit(tx, invoice, None, "", terms))
    with pytest.raises(NotFound):
        shop.engine.call(lambda tx: credits.credit(tx, 99, None, "", terms))


def test_money_that_is_no_sale_yet_has_a_receipt(shop: Shop) -> None:
    order = reserve(shop)
    receive(shop, order, 5_000)
    receive(shop, order, 4_000)
    receive(shop, order, 6_000)  # now it is a sale, and has its invoice
    found = shop.engine.read(lambda r: receipts.of_order(r, order))
    assert [(x.number, x.total, x.content["kind"]) for x in found] == [
        ("RE-2026-00001", 5_000, "underpaid"),
        ("RE-2026-00002", 4_000, "underpaid"),
    ]
    shown = shop.engine.read(lambda r: receipt_document(r, found[0].id, shop.papers.shared()))
    assert (shown.means, shown.order_total, shown.buyer.name) == ("wave", 15_000, "Aminata Diallo")
    assert shop.engine.read(lambda r: service.of_order(r, order)) is not None


def test_an_excess_and_a_second_payment_have_receipts_for_just_that(shop: Shop) -> None:
    order = reserve(shop)
    receive(shop, order, 15_500)
    receive(shop, order, 15_000)
    found = shop.engine.read(lambda r: receipts.of_order(r, order))
    assert [(x.total, x.content["kind"]) for x in found] == [(500, "overpaid"), (15_000, "paid_twice")]


def test_a_firm_sale_paid_as_it_should_be_has_none(shop: Shop) -> None:
    sell(shop)
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM receipt")) == 0


def test_a_products_own_rate_counts_only_where_vat_is_charged(shop: Shop) -> None:
    invoice = sell(shop, price=11_000, vat=10)
    kept = shop.engine.read(lambda r: service.load(r, invoice))
    assert kept is not None
    assert kept.split.shares == (Share(10, 10_000, 1_000),)
    shop.settings.set("store.vat_rate", "0")
    invoice = sell(shop, price=11_000, vat=10)
    kept = shop.engine.read(lambda r: service.load(r, invoice))
    assert kept is not None
    assert kept.split.shares == (Share(0, 11_000, 0),)


def test_each_series_begins_anew_with_the_year_and_has_no_gap(shop: Shop, clock: ManualClock) -> None:
    first = sell(shop)
    give_back(shop, first, 15_000)
    clock.advance(DAY)
    second = sell(shop)
    give_back(shop, second, 1)
    assert [n.number for i in (first, second) for n in notes(shop, i)] == ["AV-2026-00001", "AV-2027-00001"]


def test_the_year_is_the_shops_own_and_a_clock_put_back_leaves_no_gap(tmp_path: Path) -> None:
    """Antananarivo is three hours ahead; somebody corrects the clock of the computer around midnight."""
    clock = ManualClock(parse_rfc3339("2026-12-31T20:59:00Z"))
    home = Home(tmp_path)
    shop = open_shop(home, create_store(home, "Tsena", "MG").slug, clock)
    try:
        numbers = []
        for minutes in (0, 2, -2, 2, -2):
            clock.advance(minutes * MINUTE)
            number = sell(shop)
            kept = shop.engine.read(lambda r, n=number: service.load(r, n))  # type: ignore[misc]
            numbers.append(kept.number if kept else "")
        assert numbers == [f"FA-{n}" for n in ("2026-00001", "2027-00001", "2026-00002", "2027-00002", "2026-00003")]
    finally:
        shop.close()


def test_a_validation_that_fails_gives_its_number_back(shop: Shop) -> None:
    sell(shop)
    order = reserve(shop)

    def fail(tx: Tx) -> None:
        service.issue(tx, order, shop.papers.terms())
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        shop.engine.call(fail)
    sell(shop)
    numbers = shop.engine.read(lambda r: r.all("SELECT number FROM invoice ORDER BY id"))
    assert numbers == [(1,), (2,)]


@pytest.mark.parametrize("table", ["invoice", "credit_note", "receipt", "paper_mark"])
def test_an_issued_paper_never_changes(shop: Shop, table: str) -> None:
    give_back(shop, sell(shop), 1)
    receive(shop, reserve(shop), 1)
    for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET rowid = rowid"):
        if table == "paper_mark":
            sql = sql.replace("rowid = rowid", "digest = x'00'")
        with pytest.raises(apsw.ConstraintError, match="never changes"):
            shop.engine.call(partial(Tx.run, sql=sql))


def test_the_journal_knows_what_every_paper_said(shop: Shop) -> None:
    """The digest of the row, recomputed, is the one in the chain."""
    invoice = sell(shop)
    kept = shop.engine.read(lambda r: r.one("SELECT issued_at, total, content FROM invoice WHERE id = ?", (invoice,)))
    data = shop.engine.read(lambda r: r.value("SELECT data FROM journal WHERE kind = 'InvoiceIssued'"))
    assert kept is not None
    assert Issued("invoice", "FA-2026-00001", *kept).digest.hex() in data
    assert '"tax":2288' in data
    assert shop.engine.read(journal.verify).intact
