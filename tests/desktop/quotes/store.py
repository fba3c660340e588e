"""A shop with quotes in every state: for the tests of the page, and for its pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.bootstrap import Shop
from core.bootstrap.quoting import asked_for
from core.conversations import threads
from core.customers.service import Identity, recognise
from core.kernel.clock import DAY, HOUR, ManualClock
from core.quotes import answering, service
from core.quotes.rules import Discount, QuoteLine, Terms
from core.quotes.service import Wording
from core.storage.engine import Tx
from tests.desktop.realshop import make_shop, stock_up
from tests.desktop.sample import NOW

PEOPLE: Final = {
    "Hôtel Baobab": "+221338210000",
    "Aminata Diallo": "+221770000001",
    "Fatou Sow": "+221770000002",
    "Mairie de Thiès": "+221339510000",
    "Awa Ndour": "+221770000004",
    "Moussa Kaba": "+221770000005",
}
NOTE: Final = "Livraison sous 8 jours après l’acompte. Couleurs au choix."


def quote_shop(folder: Path, vat: int = 18) -> Shop:
    """Open, with goods and customers; nothing is quoted yet."""
    shop = make_shop(folder, ManualClock(NOW - 20 * DAY))
    values = {"store.vat_rate": str(vat), "public_url": "https://boutique.example", "store.city": "Dakar"}
    for key, value in values.items():
        shop.settings.set(key, value)
    stock_up(shop)
    for name in PEOPLE:
        person(shop, name)
    return shop


def person(shop: Shop, name: str) -> int:
    return shop.engine.call(lambda tx: recognise(tx, [Identity("phone", PEOPLE[name])], name))


def wrote(shop: Shop, name: str) -> None:
    """The customer wrote just now: WhatsApp lets the shop answer."""

    def write(tx: Tx) -> None:
        conversation = threads.thread_of(tx, recognise(tx, [Identity("phone", PEOPLE[name])], name))
        threads.heard(tx, conversation, tx.now)

    shop.engine.call(write)


def quote(
    shop: Shop,
    name: str | None,
    *lines: QuoteLine,
    send: bool = True,
    discount: Discount | None = None,
    terms: Terms | None = None,
    note: str = "",
) -> int:
    papers = shop.papers.terms()
    made = lines or (QuoteLine("Pose et livraison à Thiès", 1, 45_000),)
    customer = None if name is None else person(shop, name)

    def write(tx: Tx) -> int:
        number = service.draft(tx, Wording(made, discount, note, terms or Terms()), customer_id=customer, terms=papers)
        if send:
            service.send(tx, number, papers, 2)
        return number

    return shop.engine.call(write)


def line(shop: Shop, sku: str, quantity: int, discount: Discount | None = None) -> QuoteLine:
    return shop.engine.read(lambda r: service.from_catalogue(r, sku, quantity, discount))


def fill(shop: Shop) -> dict[str, int]:
    """One quote of each state, the newest last. → state → its id."""
    clock, engine = shop.clock, shop.engine
    assert isinstance(clock, ManualClock)
    ids: dict[str, int] = {}
    ids["expired"] = quote(shop, "Moussa Kaba", terms=Terms(valid_days=7))
    clock.advance(8 * DAY)
    engine.call(lambda tx: answering.expire(tx, ids["expired"]))
    ids["refused"] = quote(shop, "Fatou Sow", line(shop, "SAC2", 2))
    engine.call(lambda tx: answering.refuse(tx, ids["refused"], "customer", "Trop cher pour notre budget"))
    wrote(shop, "Hôtel Baobab")
    ids["converted"] = quote(shop, "Hôtel Baobab", line(shop, "BOUBOU5", 3), terms=Terms(deposit=50))
    engine.call(lambda tx: answering.accept(tx, shop.orders, ids["converted"], "customer"))
    clock.advance(6 * DAY)
    ids["accepted"] = quote(shop, "Mairie de Thiès", line(shop, "MONTRE9", 4), line(shop, "COLLIER8", 2))
    engine.call(lambda tx: answering.accept(tx, shop.orders, ids["accepted"], "customer"))
    clock.set(NOW - 4 * HOUR)
    wrote(shop, "Aminata Diallo")
    off = Discount("percent", 10)
    ids["seen"] = quote(
        shop,
        "Aminata Diallo",
        line(shop, "SAC2", 4, off),
        line(shop, "ROBE2", 2),
        QuoteLine("Broderie du nom, pose et livraison à Thiès", 1, 15_600),
        discount=Discount("percent", 4),
        terms=Terms(deposit=40),
        note=NOTE,
    )
    engine.call(lambda tx: answering.seen(tx, ids["seen"]))
    ids["sent"] = quote(shop, "Mairie de Thiès", line(shop, "PAGNE6", 5), terms=Terms(valid_days=2))
    clock.set(NOW)
    ids["draft"] = quote(shop, "Hôtel Baobab", line(shop, "ROBE1", 4), line(shop, "SAC3", 2), send=False, note=NOTE)
    wrote(shop, "Awa Ndour")
    awa, robe = person(shop, "Awa Ndour"), engine.read(lambda r: r.value("SELECT id FROM product WHERE sku = 'ROBE1'"))
    ids["asked"] = engine.call(lambda tx: asked_for(shop, tx, awa, [(robe, 3)])) or 0
    return ids
