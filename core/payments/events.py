"""What happens to payments."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class AttemptEvent(Event, frozen=True):
    area: ClassVar[str] = "payments"
    attempt_id: int
    order_id: int

    @property
    def subject(self) -> int:
        return self.attempt_id


class AttemptOpened(AttemptEvent, frozen=True):
    """A buyer chose a means of payment; the row exists before the provider is called."""

    provider: str
    amount: int


class AttemptPrepared(AttemptEvent, frozen=True):
    """Opened ahead of time, for the page that is shown while the store is away; no buyer has chosen it."""

    provider: str
    amount: int


class SessionWanted(Event, frozen=True):
    """A session is to be opened ahead for this order. For who opens them, after the commit."""

    area: ClassVar[str] = "payments"
    audited: ClassVar[bool] = False
    order_id: int

    @property
    def subject(self) -> int:
        return self.order_id


class AttemptChanged(AttemptEvent, frozen=True):
    """``state`` in the words of core.payments.rules."""

    state: str


class PaymentReceived(AttemptEvent, frozen=True):
    """Money verified: a signed event or the provider's own answer, amount and currency compared."""

    payment_id: int
    provider: str
    amount: int


class ReceiptEvent(AttemptEvent, frozen=True):
    """About money that only the seller can see: the order is what changes for them."""

    area: ClassVar[str] = "orders"

    @property
    def subject(self) -> int:
        return self.order_id


class ReceiptAwaited(ReceiptEvent, frozen=True):
    """A buyer was shown how to send the money: the seller can confirm it from now on."""

    audited: ClassVar[bool] = False


class ReceiptClaimed(ReceiptEvent, frozen=True):
    """A buyer says that the money went to the seller's own account: the seller is asked to look. It proves nothing."""

    amount: int


class ReceiptConfirmed(ReceiptEvent, frozen=True):
    """The seller saw the money on the account: their word is what settles."""

    amount: int


class CashReceived(ReceiptEvent, frozen=True):
    """The seller took the money in their hand: their word is what settles."""

    amount: int


class ReceiptDenied(ReceiptEvent, frozen=True):
    """The seller looked and found no money."""


class PayerKnown(AttemptEvent, frozen=True):
    """Who paid, as the provider names them; heard by who counts payers, never journalled."""

    audited: ClassVar[bool] = False
    payment_id: int
    payer: str


class PayerTold(AttemptEvent, frozen=True):
    """Who pays, from a notice that does not prove the money; as :class:`PayerKnown`."""

    audited: ClassVar[bool] = False
    payer: str


class PaymentQuarantined(AttemptEvent, frozen=True):
    """A verified event that contradicts the attempt (currency): not applied, reported by the doctor."""

    provider: str
    amount: int


class QuarantineEnded(AttemptEvent, frozen=True):
    """The seller has dealt with money that did not fit its order; nothing was booked."""


class PaymentOrphaned(Event, frozen=True):
    """A provider reported something that names no payment of ours (its account may serve other programs): kept."""

    area: ClassVar[str] = "payments"
    provider: str


class OrphansForgotten(Event, frozen=True):
    """Reports nobody claimed for 30 days are dropped."""

    area: ClassVar[str] = "payments"
    count: int


class AskProvider(AttemptEvent, frozen=True):
    """Read this attempt's state at the provider now. For the poller, after the commit.

    ``provider_ref``: another session that claims this attempt's reference; None: the attempt's own.
    """

    audited: ClassVar[bool] = False
    provider_ref: str | None = None


class CloseSession(AttemptEvent, frozen=True):
    """The session must no longer be payable: call the provider's expire (ruling R14)."""

    audited: ClassVar[bool] = False


class RefundEvent(Event, frozen=True):
    area: ClassVar[str] = "payments"
    refund_id: int
    order_id: int

    @property
    def subject(self) -> int:
        return self.refund_id


class RefundHandled(RefundEvent, frozen=True):
    """A person did this with a refund: ask (for it), by_hand, again or withdraw."""

    act: str


class RefundAsked(RefundEvent, frozen=True):
    """Money is to go back. The row exists before the provider is called; ``by_hand``: it has no call for this."""

    payment_id: int
    provider: str
    amount: int
    by_hand: bool


class RefundChanged(RefundEvent, frozen=True):
    """``state`` in the words of core.payments.rules."""

    state: str


class RefundCompleted(RefundEvent, frozen=True):
    """The money is back with the buyer. ``earned``: how much of it a sale had earned, and earns no more (a credit note
    is due for that)."""

    payment_id: int
    provider: str
    amount: int
    earned: int


class RefundSeen(RefundEvent, frozen=True):
    """Given back at the provider without being asked for here. ``decision_id``: the open question it answers, or 0."""

    amount: int
    decision_id: int
    earned: int


class AskRefund(RefundEvent, frozen=True):
    """Send this refund, or look at what became of it. For the desk, after the commit."""

    audited: ClassVar[bool] = False
