"""What happens to payments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class AttemptEvent(Event):
    area: ClassVar[str] = "payments"
    attempt_id: int
    order_id: int

    @property
    def subject(self) -> int:
        return self.attempt_id


@dataclass(frozen=True, slots=True)
class AttemptOpened(AttemptEvent):
    """A buyer chose a means of payment; the row exists before the provider is called."""

    provider: str
    amount: int


@dataclass(frozen=True, slots=True)
class AttemptChanged(AttemptEvent):
    """``state`` in the words of core.payments.rules."""

    state: str


@dataclass(frozen=True, slots=True)
class PaymentReceived(AttemptEvent):
    """Money verified: a signed event or the provider's own answer, amount and currency compared."""

    payment_id: int
    provider: str
    amount: int


@dataclass(frozen=True, slots=True)
class PaymentQuarantined(AttemptEvent):
    """A verified event that contradicts the attempt (currency): not applied, reported by the doctor."""

    provider: str
    amount: int


@dataclass(frozen=True, slots=True)
class AskProvider(AttemptEvent):
    """Read this attempt's state at the provider now. For the poller, after the commit.

    ``provider_ref``: another session that claims this attempt's reference; None: the attempt's own.
    """

    audited: ClassVar[bool] = False
    provider_ref: str | None = None


@dataclass(frozen=True, slots=True)
class CloseSession(AttemptEvent):
    """The session must no longer be payable: call the provider's expire (ruling R14)."""

    audited: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class RefundEvent(Event):
    area: ClassVar[str] = "payments"
    refund_id: int
    order_id: int

    @property
    def subject(self) -> int:
        return self.refund_id


@dataclass(frozen=True, slots=True)
class RefundAsked(RefundEvent):
    """Money is to go back. The row exists before the provider is called; ``by_hand``: it has no call for this."""

    payment_id: int
    provider: str
    amount: int
    by_hand: bool


@dataclass(frozen=True, slots=True)
class RefundChanged(RefundEvent):
    """``state`` in the words of core.payments.rules."""

    state: str


@dataclass(frozen=True, slots=True)
class RefundCompleted(RefundEvent):
    """The money is back with the buyer. ``earned``: how much of it a sale had earned, and earns no more (a credit note
    is due for that)."""

    payment_id: int
    provider: str
    amount: int
    earned: int


@dataclass(frozen=True, slots=True)
class RefundSeen(RefundEvent):
    """Given back at the provider without being asked for here. ``decision_id``: the open question it answers, or 0."""

    amount: int
    decision_id: int
    earned: int


@dataclass(frozen=True, slots=True)
class AskRefund(RefundEvent):
    """Send this refund, or look at what became of it. For the desk, after the commit."""

    audited: ClassVar[bool] = False
