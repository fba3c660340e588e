"""One store's papers: what they are issued under, and which events issue them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import asdict

from core.invoices import credits, receipts, service
from core.invoices.documents import Papers, Seller, seller_of
from core.invoices.rules import Rounding
from core.invoices.service import Terms
from core.kernel.countries import Country
from core.ledger import book
from core.orders.events import ExceptionRaised, OrderFirm, OrderPaid, PartReceived
from core.payments.events import RefundCompleted
from core.settings.service import Settings
from core.storage.engine import Tx


class PaperDesk:
    """``name()``: the store as buyers know it; ``check_url(nonce)`` and ``quote_url(nonce)``: where a paper is checked
    and a quote answered, empty without a page."""

    def __init__(
        self,
        settings: Settings,
        name: Callable[[], str],
        country: Country,
        currency: str,
        media: Path,
        check_url: Callable[[bytes], str],
        quote_url: Callable[[bytes], str],
    ) -> None:
        self._settings = settings
        self._name = name
        self._country = country
        self._currency = currency
        self._media = media
        self._check_url = check_url
        self._quote_url = quote_url

    def shared(self) -> Papers:
        """What every paper of this store has in common, as it is drawn now."""
        language = self._settings.get("store.language")
        urls = (self._check_url, self._quote_url)
        return Papers(self._seller(), self._currency, language, self._country.zone, self._media, *urls)

    def terms(self) -> Terms:
        """What a paper is issued under now."""
        seller = self._seller()
        rounding = Rounding(self._settings.get("store.vat_rounding"))
        return Terms(self._country.zone, asdict(seller), seller.vat_rate, rounding)

    def _seller(self) -> Seller:
        return seller_of(self._settings, self._name(), self._country.code)

    # -- reactors ----------------------------------------------------------------------------------------------

    def sold(self, tx: Tx, event: OrderFirm) -> None:
        """The sale stands: its invoice is numbered, or stays the one it has. It says what the sale earned: what the
        seller does without, or gave back before, is a discount."""
        paid = tx.value("SELECT 1 FROM orders WHERE id = ? AND state = 'paid'", (event.order_id,))
        worth = sum(book.shares(tx, event.order_id, book.SALES).values()) if paid else None
        service.issue(tx, event.order_id, self.terms(), worth)

    def given_back(self, tx: Tx, event: RefundCompleted) -> None:
        """Money went back: as far as it was a sale's, a credit note says so."""
        credits.on_money_back(tx, event, self.terms())

    def cancelled(self, tx: Tx, order_id: int) -> None:
        """Sold to be paid later, and cancelled: a credit note takes the invoice back."""
        credits.on_cancel(tx, order_id, self.terms())

    def checked(self, tx: Tx, event: OrderPaid) -> None:
        """The whole price came, and the sale does not stand before the seller has looked: a receipt says so much."""
        if not event.firm and not event.late:
            receipts.on_review(tx, event.order_id, self.terms())

    def unusual(self, tx: Tx, event: ExceptionRaised) -> None:
        """Money came that is no sale (yet): the buyer has a receipt for it."""
        receipts.on_exception(tx, event, self.terms())

    def part(self, tx: Tx, event: PartReceived) -> None:
        """A deposit came: the buyer has a receipt for it."""
        receipts.on_part(tx, event, self.terms())
