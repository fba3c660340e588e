"""What can differ between the shop's books and a provider's, and what to do about each. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

# kind → the next step, an English message id (domain ``errors``)
NEXT_STEP: Final[dict[str, str]] = {
    "payment_missing": "Ask the provider about this payment. If it stays unknown here, find its buyer by the reference"
    " and settle it with them, or give the money back at the provider.",
    "payment_unknown": "Look for this payment on the provider's pages. If it is not there, send them its reference"
    " before you deliver anything more to this buyer. If the money is gone for good, take it over: the books follow.",
    "amount_differs": "Compare with the provider's receipt, settle the rest with the buyer, then book the difference.",
    "fee_differs": "Check the fee on the provider's invoice, then take it over: the books follow.",
    "refund_missing": "Look at this payment on the provider's pages: more was given back there than is booked here. If"
    " it is so, take it over: the books and the order follow.",
    "refund_unknown": "Ask the provider why this refund is not to be seen there: the buyer may still wait for it. If it"
    " was not made, take it over: the refund is open again.",
    "unbooked": "Make a backup, then send it to support: this payment is not in the ledger as it came in.",
    "order_unbooked": "Make a backup, then send it to support: the order and its payments do not add up.",
    "miscounted": "Make a backup, then send it to support: a running sum of the ledger is not the sum of its entries.",
}
# what the books can follow by entries of their own
TAKEN: Final = ("fee_differs", "amount_differs", "refund_missing", "refund_unknown", "payment_unknown")


class Ours(Struct, frozen=True):
    """One payment attempt as the books have it; ``payment_id`` None: nothing came in. Amounts in smallest units;
    ``amount`` with what was adjusted since: a difference that was taken over is none any more."""

    attempt_id: int | None
    order_id: int
    provider: str
    reference: str
    payment_id: int | None = None
    amount: int = 0
    fee: int = 0
    fee_known: bool = False
    refunded: int = 0


class Theirs(Struct, frozen=True):
    """The same as the provider has it. ``paid`` None: its word is not clear; other fields None: it does not say."""

    paid: bool | None
    amount: int | None = None
    fee: int | None = None
    refunded: int | None = None
    net: int | None = None


class Difference(Struct, frozen=True):
    """``ours`` and ``theirs`` in smallest units. ``reference`` is what to look for on the provider's pages."""

    kind: str
    provider: str
    reference: str
    ours: int | None = None
    theirs: int | None = None
    order_id: int | None = None
    payment_id: int | None = None
    attempt_id: int | None = None

    @property
    def key(self) -> str:
        """The same difference found again is the same."""
        return f"{self.kind}:{self.provider}:{self.payment_id or self.attempt_id or self.order_id or self.reference}"


def compare(ours: Ours, theirs: Theirs) -> Iterator[Difference]:
    """Every difference about one payment."""

    def differs(kind: str, here: int | None, there: int | None) -> Difference:
        return Difference(
            kind, ours.provider, ours.reference, here, there, ours.order_id, ours.payment_id, ours.attempt_id
        )

    if ours.payment_id is None:
        if theirs.paid:
            yield differs("payment_missing", None, theirs.amount)
        return
    if theirs.paid is False:
        if ours.amount:
            yield differs("payment_unknown", ours.amount, None)
        return
    if theirs.amount is not None and theirs.amount != ours.amount:
        yield differs("amount_differs", ours.amount, theirs.amount)
    fee = theirs.fee if theirs.fee is not None or theirs.net is None else ours.amount - theirs.net
    if fee is not None and ours.fee_known and fee != ours.fee:
        yield differs("fee_differs", ours.fee, fee)
    if theirs.refunded is not None and theirs.refunded != ours.refunded:
        kind = "refund_missing" if theirs.refunded > ours.refunded else "refund_unknown"
        yield differs(kind, ours.refunded, theirs.refunded)
