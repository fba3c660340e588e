"""What happens in a shop, through the domain's own verbs at the pace of a clock that is set: somebody wants something,
pays or not, pays late, short, twice or too much, and the seller answers every question. No provider is asked.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from core.bootstrap import Shop
from core.customers.service import Identity, recognise
from core.durable.deadlines import settle
from core.kernel.clock import HOUR, MINUTE, SECOND, ManualClock
from core.orders import settling
from core.orders.holds import HOLD
from core.orders.rules import CHOICES
from core.orders.service import Wanted
from core.payments import service as payments
from core.payments.provider import Auth, CheckoutResult, Pay, Provider, ProviderEvent
from core.storage.engine import Tx

FIRST_NAMES: Final = ("Awa", "Fatim", "Mariam", "Moussa", "Khady", "Bintou", "Salimata", "Adjoa", "Ndeye", "Hanta")
# What becomes of a claim: the word, and how many of a hundred.
FATES: Final = {
    "paid": 74, "expired": 9, "cancelled": 4, "late": 4, "twice": 2, "short": 2, "excess": 1, "given back": 4,
}  # fmt: skip


@dataclass
class Played:
    """What was really done to one shop: the other side of every comparison. Sums in smallest units."""

    shop: Shop
    fates: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)  # provider → money that came in
    fees: Counter[str] = field(default_factory=Counter)
    given_back: int = 0


class Trade:
    """One shop's, whose clock stands still by itself. ``dice`` decides; ``played`` counts what was done.

    ``back``: within how many ms something is brought back that is brought back.
    """

    def __init__(self, shop: Shop, dice: random.Random, back: int = 40 * HOUR) -> None:
        self.shop, self._dice, self._back, self.played = shop, dice, back, Played(shop)

    def buyer(self, tx: Tx, prefix: str, number: int) -> int:
        name = f"{self._dice.choice(FIRST_NAMES)} {number}"
        return recognise(tx, [Identity("phone", f"{prefix}{number:06}")], name)

    def claim(self, buyer: int, product: int, provider: type[Provider]) -> None:
        shop, clock = self.shop, self.shop.clock
        assert isinstance(clock, ManualClock)
        claimed = shop.engine.call(
            lambda tx: shop.orders.claim(tx, buyer, [Wanted(product, self._dice.choice((1, 1, 1, 2)))], "whatsapp"),
            actor="bot",
        )
        order = claimed.order_id
        if order is None or claimed.joined:
            return
        fate = self._dice.choices(tuple(FATES), tuple(FATES.values()))[0]
        self.played.fates[fate] += 1
        if fate == "cancelled":
            shop.engine.call(lambda tx: shop.orders.cancel(tx, order, "buyer"), actor="buyer")
            return
        if fate == "expired":
            self._let_go(shop, clock, order)
            return
        method = self._dice.choice([m.name for m in provider.caps.methods_in(shop.card.country)])
        attempt, _new = shop.engine.call(
            lambda tx: payments.open_attempt(tx, order, provider.name, method, shop.card.currency), actor="buyer"
        )
        session = CheckoutResult(f"cs_{attempt.ref}", f"https://pay.example/{attempt.ref}")
        shop.engine.call(lambda tx: payments.session_opened(tx, attempt.id, session), actor=f"provider:{provider.name}")
        clock.advance(self._dice.randint(15, 200) * SECOND)
        if fate == "late":
            self._let_go(shop, clock, order)
        wrong = {"short": -1_000, "excess": 1_000}.get(fate, 0)
        for time in range(2 if fate == "twice" else 1):
            self._money(attempt.ref, provider.name, attempt.amount + wrong, time)
        self._decide(order)
        if fate == "given back":
            clock.advance(self._dice.randint(1, 40) * self._back // 40)
            self._give_back(order)

    def _let_go(self, shop: Shop, clock: ManualClock, order: int) -> None:
        """The time passes, and the deadline falls due as it does when the program runs."""
        clock.advance(11 * MINUTE)
        shop.engine.call(lambda tx: settle(tx, {HOLD: shop.orders.expire}, HOLD, order), actor="scheduler")

    def _money(self, reference: str, provider: str, amount: int, time: int) -> None:
        fee = amount * self._dice.choice((10, 15, 20, 25)) // 1000
        event = ProviderEvent(
            f"evt_{reference}_{time}", "payment", Pay.PAID, reference, f"cs_{reference}", amount,
            self.shop.card.currency, txn_id=f"txn_{reference}_{time}", fee=fee, payer=self._payer(reference),
        )  # fmt: skip
        payload = payments.event_payload(provider, Auth.BODY_SIGNED, event, None)
        self.shop.engine.call(lambda tx: payments.apply_event(tx, payload), actor="inbox")
        self.played.paid[provider] += amount
        self.played.fees[provider] += fee

    def _payer(self, reference: str) -> str:
        """Mostly the buyer's own number; one payment in eight comes from the phone of somebody at home."""
        phone: str = self.shop.engine.read(
            lambda r: r.value(
                "SELECT i.value FROM identity i JOIN orders o ON o.customer_id = i.customer_id"
                " JOIN attempt a ON a.order_id = o.id WHERE a.ref = ? AND i.kind = 'phone'",
                (reference,),
            )
        )
        relative = sum(reference.encode()) % 8 == 0
        return f"{phone[:6]}9{phone[7:]}" if relative else phone

    def _decide(self, order: int) -> None:
        """The seller answers every question about this order's money, one way or the other."""
        shop = self.shop
        while True:
            kind = shop.engine.read(
                lambda r: r.value(
                    "SELECT kind FROM decision WHERE order_id = ? AND choice IS NULL ORDER BY id LIMIT 1", (order,)
                )
            )
            if kind is None:
                break
            choice = self._dice.choice([c for c in CHOICES[kind] if c != "substitute"])
            shop.engine.call(lambda tx, c=choice: settling.decide(tx, shop.orders, order, c), actor="seller")  # type: ignore[misc]
        self._finish_refunds()

    def _give_back(self, order: int) -> None:
        """The buyer brings it back: the seller gives the price back, through the provider's own pages."""
        shop = self.shop
        payment = shop.engine.read(
            lambda r: r.one(
                "SELECT p.id, p.amount FROM payment p JOIN orders o ON o.id = p.order_id"
                " WHERE p.order_id = ? AND o.state = 'paid'",
                (order,),
            )
        )
        if payment is None:  # refused by the seller after a look
            return
        shop.engine.call(lambda tx: shop.refunds.ask(tx, payment[0], payment[1], restock=True), actor="seller")
        self._finish_refunds()

    def _finish_refunds(self) -> None:
        shop = self.shop
        for number, amount in shop.engine.read(lambda r: r.all("SELECT id, amount FROM refund WHERE state = 'todo'")):
            shop.engine.call(lambda tx, n=number: shop.refunds.by_hand(tx, n), actor="seller")  # type: ignore[misc]
            self.played.given_back += amount
