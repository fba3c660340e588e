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
class PayerKnown(AttemptEvent):
    """Who paid, as the provider names them; heard by who counts payers, never journalled."""

    audited: ClassVar[bool] = False
    payment_id: int
    payer: str


@dataclass(frozen=True, slots=True)
class PaymentQuarantined(AttemptEvent):
    """A verified event that contradicts the attempt (currency): not applied, reported by the doctor."""

    provider: str
    amount: int


@dataclass(frozen=True, slots=True)
class PaymentOrphaned(Event):
    """A provider reported something that names no payment of ours (its account may serve other programs): kept."""

    area: ClassVar[str] = "payments"
    provider: str


@dataclass(frozen=True, slots=True)
class OrphansForgotten(Event):
    """Reports nobody claimed for 30 days are dropped."""

    area: ClassVar[str] = "payments"
    count: int


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
