"""A shop of Côte d'Ivoire with papers of every kind and state: for the tests of the page, and for its pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.bootstrap import Shop
from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.conversations import threads
from core.customers.service import Identity, recognise
from core.invoices import certification, credits
from core.invoices.credits import Taken
from core.kernel.clock import DAY, MINUTE, ManualClock
from core.orders.service import Wanted
from core.storage.engine import Tx
from tests.desktop.realshop import make_shop
from tests.desktop.sample import NOW
from tests.support.books import pay, session_of

GOODS: Final = (
    ("ROBE1", "Robe wax bleue", 15_000, 18),
    ("SAC2", "Sac à main en cuir", 22_000, 18),
    ("RIZ5", "Riz", 4_000, 9),
)
BUYERS: Final = (
    "Aminata Diallo",
    "Fatoumata Koné",
    "Awa Traoré",
    "Mariam Ouattara",
    "Aïssatou Bâ",
    "Kouadio Yao",
    "Adjoua N’Guessan",
    "Fanta Coulibaly",
)
SENT: Final = ("read", "delivered", "failed", "accepted", "read", "unknown", "queued", None)
REFERENCE: Final = "9606123E26000000019"


def paper_shop(folder: Path) -> Shop:
    """Open, charging VAT, and preparing declarations; nothing is sold yet."""
    shop = make_shop(folder, ManualClock(NOW - 40 * DAY), "Boutique Cocody", "CI")
    values = {"store.vat_rate": "18", "certification.enabled": "yes", "public_url": "https://boutique.example"}
    for key, value in values.items():
        shop.settings.set(key, value)
    return shop


def sell(shop: Shop, number: int, *, whole: bool = True, wrote: bool = True) -> int:
    """A buyer takes a dress, two bags and rice, and pays (``whole`` False: a part of it). → order id."""
    name = BUYERS[number % len(BUYERS)]

    def order(tx: Tx) -> int:
        wanted = []
        for sku, title, price, vat in GOODS:
            code = f"{sku}N{number}"
            product = add(tx, ProductFields(code, code, title, "", "", price, 50, None, vat))
            wanted.append(Wanted(product, 2 if sku == "SAC2" else 1))
        buyer = recognise(tx, [Identity("phone", f"+2250700{number:06d}")], name)
        if wrote:
            threads.heard(tx, threads.thread_of(tx, buyer), tx.now)
        found = shop.orders.claim(tx, buyer, wanted, "whatsapp").order_id
        assert found is not None
        return found

    made = shop.engine.call(order)
    total = sum(price * (2 if sku == "SAC2" else 1) for sku, _, price, _ in GOODS)
    pay(shop, session_of(shop, made, "wave"), "wave", total if whole else 20_000, 0, f"T{number}")
    return made


def sell_many(shop: Shop, count: int = 8) -> None:
    """So many sales over the last weeks, the last one just now."""
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    for number in range(count):
        clock.set(NOW - (count - 1 - number) * 5 * DAY - number * MINUTE if number < count - 1 else NOW)
        sell(shop, number, wrote=SENT[number % len(SENT)] is not None)


def fill(shop: Shop) -> None:
    """Sales, messages and declarations in every state, two credit notes and a receipt."""
    sell_many(shop)
    terms = shop.papers.terms()
    bag = [Taken(1, quantity=1)]
    shop.engine.call(lambda tx: credits.credit_lines(tx, 4, bag, "Sac décousu", terms), actor="seller")
    shop.engine.call(lambda tx: credits.credit(tx, 1, None, "Vente annulée", terms), actor="seller")
    sell(shop, 20, whole=False)
    shop.engine.call(_move)


def _move(tx: Tx) -> None:
    for number, state in enumerate(SENT, 1):
        code = 131026 if state == "failed" else None  # the number has no WhatsApp
        values = (state or "queued", code, f"invoice:{number}")
        tx.run("UPDATE outbox SET state = ?, error_code = ? WHERE key = ?", values)
    for number in (1, 2, 3, 5, 6):
        certification.queue(tx, number, {"invoiceType": "sale"})
    answer = {"reference": REFERENCE, "token": "https://fne.example/v/1", "ncc": "9606123E"}
    certification.answered(tx, 1, True, answer, None)
    certification.answered(tx, 2, True, {"reference": "9606123E26000000020", "balance_sticker": 179}, None)
    certification.answered(tx, 3, False, {"message": "NCC inconnu", "statusCode": 400}, "NCC inconnu")
    certification.lost(tx, 5, "No answer came. It may be there: look on the platform before it is sent again.")
