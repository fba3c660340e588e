"""The invoice of what is paid later, and that of an order with a deposit: what stands on the paper."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from core.adapters.pdf import invoice_sheet
from core.catalogue import service as catalogue
from core.invoices.documents import invoice_document
from core.kernel.clock import DAY
from core.orders import terms
from core.payments import onsite
from tests.support.payshop import PayShop, pay_shop


def sheet(shop: PayShop) -> tuple[str, list[tuple[str, str]]]:
    """→ what the paper says of the money, and its sums."""
    papers = shop.shop.papers.shared()
    found = shop.shop.engine.read(lambda r: invoice_document(r, 1, papers))
    drawn = invoice_sheet(found)
    return (drawn.status or ("", ""))[0], [(part.label, part.value) for part in drawn.sums]


async def test_it_says_until_when_then_that_it_is_paid(tmp_path: Path) -> None:
    async with pay_shop(tmp_path) as shop:
        shop.shop.settings.set("store.segment", "b2b")
        order = shop.order((shop.product("RIZ50", "Riz", 22_000), 20))
        customer = shop.value("SELECT customer_id FROM orders WHERE id = ?", order)
        shop.shop.engine.call(lambda tx: terms.allow(tx, customer, 30))
        shop.shop.engine.call(lambda tx: terms.pay_later(tx, order, UTC))
        said, sums = sheet(shop)
        assert said == "À payer avant le 20 décembre 2026"
        assert not any("Reçu" in label for label, _ in sums)
        shop.shop.engine.call(lambda tx: onsite.receive(tx, order, "XOF", 40_000))
        said, sums = sheet(shop)
        assert said == "À payer avant le 20 décembre 2026"
        assert any("400\u202f000" in amount for _, amount in sums)
        shop.shop.engine.call(lambda tx: onsite.receive(tx, order, "XOF"))
        assert sheet(shop)[0] == "Payée le 20 novembre 2026 par espèces"


async def test_a_deposit_is_named_by_its_receipt(tmp_path: Path) -> None:
    async with pay_shop(tmp_path) as shop:
        shop.shop.settings.set("store.segment", "events")
        product = shop.product("GALA", "Gala", 25_000)
        shop.shop.engine.call(lambda tx: catalogue.change(tx, product, event_at=tx.now + 9 * DAY))
        order = shop.order((product, 1))
        await shop.pay(order)
        shop.shop.engine.call(lambda tx: onsite.receive(tx, order, "XOF"))
        _, sums = sheet(shop)
        told = dict(sums)
        assert any(label.startswith("Acompte, reçu RE-2026-00001") for label in told), told
        assert "12\u202f500" in told["Solde payé"]
