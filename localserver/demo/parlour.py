"""A shop beside the demo's, for what its live does not show: times that are booked, papers told to a state's platform,
money to give back by hand, and one person who is known twice. All by the domain's own verbs; nobody is asked outside.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from core.adapters.certified.clerk import LOOK_THERE
from core.bootstrap import Shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.conversations import threads
from core.customers.service import Identity, recognise
from core.invoices import certification
from core.kernel.clock import DAY, HOUR, SECOND, ManualClock
from core.orders.service import Wanted
from core.payments import refunds
from core.payments import service as payments
from core.payments.provider import Auth, CheckoutResult, Pay, ProviderEvent
from core.payments.rules import REQUESTED
from core.slots import service as slots
from core.slots.rules import Weekly
from core.storage.engine import Tx

NAME: Final = "Salon Ayo"
COUNTRY: Final = "CI"
SEGMENT: Final = "services"
_SETTINGS: Final = (
    ("store.name", NAME),
    ("store.city", "Abidjan"),
    ("store.phone", "+2252722000000"),
    ("store.vat_rate", "18"),
    ("certification.enabled", "yes"),
    ("welcome.step", "done"),
)
_SERVICES: Final = (
    ProductFields("TRESSES", "TRESSES", "Tresses collées", "Mèches comprises", "Coiffure", 20_000, 0, None, 18),
    ProductFields("MARIEE", "MARIEE", "Coiffure de mariée", "Essai compris", "Coiffure", 45_000, 0, None, 18),
    ProductFields("SOIN", "SOIN", "Soin du cuir chevelu", "Huile de karité", "Soins", 8_000, 0, None, 18),
    ProductFields("ONGLES", "ONGLES", "Pose d’ongles", "Gel, couleur au choix", "Soins", 12_000, 0, None, 18),
)
_TWICE: Final = "Aminata Koné"
_BUYERS: Final = (
    ("Aïssatou Bâ", "wave", "TRESSES"),
    ("Adjoua N’Guessan", "orange_web", "ONGLES"),
    (_TWICE, "wave", "MARIEE"),
    ("Mariam Ouattara", "orange_web", "TRESSES"),
    ("Fanta Coulibaly", "wave", "TRESSES"),
    ("Kouadio Yao", "wave", "ONGLES"),
)
_REFERENCE: Final = "9606123E26000000019"


def furnish(shop: Shop, evening: int) -> None:
    """Ten days of a salon, up to ``evening`` (ms UTC), at which its clock stands afterwards."""
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    clock.set(evening - 10 * DAY)
    for key, value in _SETTINGS:
        shop.settings.set(key, value, "demo")
    for fields in _SERVICES:
        shop.engine.call(lambda tx, f=fields: catalogue.add(tx, f), actor="demo")  # type: ignore[misc]
    shop.engine.call(lambda tx: _offer(tx, shop), actor="seller")
    clock.set(evening - 9 * DAY)
    paid = []
    for number, (name, provider, sku) in enumerate(_BUYERS):
        paid.append(_sell(shop, number, name, provider, sku))
        clock.advance(DAY + HOUR)
    clock.set(evening)
    shop.engine.call(lambda tx: recognise(tx, [Identity("phone", "+2250700000099")], _TWICE), actor="bot")
    shop.engine.call(_declare, actor="certification")
    shop.engine.call(lambda tx: _give_back(tx, shop, paid), actor="seller")


def _offer(tx: Tx, shop: Shop) -> None:
    """Every service has its week; two braid at once."""
    zone = shop.country.zone
    first = datetime.fromtimestamp(tx.now / SECOND, zone).date()
    for sku, minutes, capacity in (("TRESSES", 120, 2), ("MARIEE", 180, 1), ("ONGLES", 60, 1)):
        habit = Weekly(frozenset(range(6)), time(9), time(18), minutes, capacity, 4)
        slots.add_weekly(tx, _product(tx, sku), habit, first, zone)


def _sell(shop: Shop, number: int, name: str, provider: str, sku: str) -> int:
    """Somebody takes a time in the days after the evening, and pays. → the payment's id."""

    def reserve(tx: Tx) -> int:
        buyer, product = recognise(tx, [Identity("phone", f"+2250700{number:06}")], name), _product(tx, sku)
        threads.heard(tx, threads.thread_of(tx, buyer), tx.now)
        order = shop.orders.claim(tx, buyer, [Wanted(product)], "whatsapp").order_id
        assert order is not None
        free = tx.all(
            "SELECT id FROM slot WHERE product_id = ? AND starts_at > ? AND taken < capacity ORDER BY starts_at",
            (product, tx.now + (10 - number) * DAY),
        )
        assert slots.choose(tx, order, free[0][0])
        return order

    order = shop.engine.call(reserve, actor="bot")
    attempt, _ = shop.engine.call(
        lambda tx: payments.open_attempt(tx, order, provider, provider, shop.card.currency), actor="buyer"
    )
    session = CheckoutResult(f"cs_{attempt.ref}", f"https://pay.example/{attempt.ref}")
    shop.engine.call(lambda tx: payments.session_opened(tx, attempt.id, session), actor=f"provider:{provider}")
    event = ProviderEvent(
        f"evt_{number}", "payment", Pay.PAID, attempt.ref, f"cs_{attempt.ref}", attempt.amount, shop.card.currency,
        txn_id=f"txn_{number}", fee=attempt.amount // 100,
    )  # fmt: skip
    payload = payments.event_payload(provider, Auth.BODY_SIGNED, event, None)
    shop.engine.call(lambda tx: payments.apply_event(tx, payload), actor="inbox")
    found: int = shop.engine.read(lambda r: r.value("SELECT id FROM payment WHERE order_id = ?", (order,)))
    return found


def _declare(tx: Tx) -> None:
    """What the platform said of four papers, in the words of its reference; of the others it was told nothing yet."""
    papers = {paper: number for number, paper in tx.all("SELECT id, paper_id FROM certification ORDER BY paper_id")}
    for paper in (1, 2, 3, 4):
        certification.queue(tx, papers[paper], {"invoiceType": "sale"})
    accepted = {"reference": _REFERENCE, "token": "https://fne.example/v/1", "ncc": "9606123E", "balance_sticker": 179}
    certification.answered(tx, papers[1], True, accepted, None)
    certification.answered(tx, papers[2], False, {"message": "NCC inconnu", "statusCode": 400}, "NCC inconnu")
    certification.lost(tx, papers[3], LOOK_THERE)


def _give_back(tx: Tx, shop: Shop, paid: list[int]) -> None:
    """One that its provider cannot give back by a call, and one that it refused."""
    shop.refunds.ask(tx, paid[1], _amount(tx, paid[1]))
    refund = refunds.insert(tx, paid[2], _amount(tx, paid[2]), REQUESTED, "seller", None)
    refunds.begin(tx, refund.id)
    refunds.refused(tx, refund.id, "insufficient-funds", by_hand=False)


def _amount(tx: Tx, payment: int) -> int:
    found: int = tx.value("SELECT amount FROM payment WHERE id = ?", (payment,))
    return found


def _product(tx: Tx, sku: str) -> int:
    found: int = tx.value("SELECT id FROM product WHERE sku = ?", (sku,))
    return found
