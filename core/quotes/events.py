"""What happens to quotes. Amounts in smallest units, times in ms UTC; no words of anybody."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class QuoteEvent(Event, frozen=True):
    area: ClassVar[str] = "quotes"
    quote_id: int
    customer_id: int | None

    @property
    def subject(self) -> int:
        return self.quote_id


class QuoteDrafted(QuoteEvent, frozen=True):
    """``number`` is gapless within the year."""

    year: int
    number: int
    total: int
    valid_until: int


class QuoteEdited(QuoteEvent, frozen=True):
    """A draft says something else now."""

    total: int


class QuoteSent(QuoteEvent, frozen=True):
    """From here on it binds and does not change. ``digest``: of the paper; ``replaces``: the version before, if any."""

    total: int
    valid_until: int
    digest: str
    replaces: int | None


class QuoteReplaced(QuoteEvent, frozen=True):
    """A newer version was sent."""

    by: int


class QuoteSeen(QuoteEvent, frozen=True):
    """The customer opened it, the first time."""


class QuoteAccepted(QuoteEvent, frozen=True):
    """``by``: customer (with the link) or seller (who was told so)."""

    total: int
    by: str


class QuoteRefused(QuoteEvent, frozen=True):
    by: str


class QuoteConverted(QuoteEvent, frozen=True):
    """It became an order, whose goods are held. ``deposit``: what is asked for first, 0 for the whole."""

    order_id: int
    total: int
    deposit: int


class QuoteShort(QuoteEvent, frozen=True):
    """It was accepted, but so many of its products are not in stock as agreed: the seller is asked."""

    products: int


class QuoteExpired(QuoteEvent, frozen=True):
    pass


class QuoteUnseen(QuoteEvent, frozen=True):
    """Sent some days ago and never opened: the customer is asked, once."""


class QuoteUnanswered(QuoteEvent, frozen=True):
    """Opened some days ago and neither accepted nor refused: the customer is asked, once."""


class QuoteEnding(QuoteEvent, frozen=True):
    """Its time is nearly over and nobody has answered: the customer is reminded, once."""

    valid_until: int
