"""What happens to a shop in these tests, without a wire."""

from __future__ import annotations

from core.payments import service as payments
from core.payments.provider import Auth, Pay, ProviderEvent


def paid(ref: str, amount: int = 15_000, txn: str = "") -> bytes:
    """The provider's signed word that this much came in for an attempt."""
    event = ProviderEvent(f"E-{ref}", "payment", Pay.PAID, ref, None, amount, "XOF", 0, txn or f"T-{ref}")
    return payments.event_payload("wave", Auth.BODY_SIGNED, event, None)
