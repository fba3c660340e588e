"""What the seller types, checked as they type (no Qt): the live invoice and the new live."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from core.catalogue.views import ProductView
from core.kernel.errors import Refused
from core.kernel.i18n import explain
from core.kernel.phone import normalise
from core.kernel.text import one_line
from desktop.pages.live.presenter import LivePresenter, NewInvoice

NAME_LIMIT = 80


class InvoiceDraft(Struct, frozen=True):
    """A live invoice being typed; everything as typed."""

    product: ProductView | None = None
    quantity: int = 1
    name: str = ""
    phone: str = ""
    wallet: str = ""

    def typed(self, field: str, text: str) -> InvoiceDraft:
        """``name``, ``phone`` or ``wallet`` as it stands now."""
        match field:
            case "name":
                return replace(self, name=text)
            case "phone":
                return replace(self, phone=text)
            case _:
                return replace(self, wallet=text)

    def with_product(self, product: ProductView | None) -> InvoiceDraft:
        """Another product: the quantity is cut to what can be sold of it."""
        most = max(1, product.available) if product else 1
        return replace(self, product=product, quantity=min(self.quantity, most))


class InvoiceProblems(Struct, frozen=True):
    """What is wrong with each field, empty where nothing is."""

    product: str = ""
    name: str = ""
    phone: str = ""
    wallet: str = ""

    def __bool__(self) -> bool:
        return any((self.product, self.name, self.phone, self.wallet))


def check(draft: InvoiceDraft, presenter: LivePresenter, country: str) -> InvoiceProblems:
    """All that keeps the draft from becoming an invoice. ``country`` is where national numbers are read."""
    t = presenter.t
    product = ""
    if draft.product is None:
        product = t("Choose a product.")
    elif draft.product.available <= 0:
        product = t("{sku} is sold out: the buyer would join the waiting list on WhatsApp.", sku=draft.product.sku)
    elif draft.quantity > draft.product.available:
        product = t.plural("Only {n} left.", "Only {n} left.", draft.product.available)
    name = ""
    if not draft.name.strip():
        name = t("Type the customer's name.")
    elif len(draft.name.strip()) > NAME_LIMIT:
        name = t("This name is too long.")
    phone = check_phone(draft.phone, country, t.language) if draft.phone.strip() else t("Type the WhatsApp number.")
    wallet = check_phone(draft.wallet, country, t.language) if draft.wallet.strip() else ""
    return InvoiceProblems(product, name, phone, wallet)


def check_phone(text: str, country: str, language: str) -> str:
    """What is wrong with a phone number, empty when it is complete."""
    try:
        normalise(text, country)
    except Refused as refused:
        return explain(refused, language)
    return ""


def invoice(draft: InvoiceDraft, country: str) -> NewInvoice:
    """The invoice of a draft in which :func:`check` finds nothing. Raises Refused or ValueError otherwise."""
    if draft.product is None:
        raise ValueError("a checked draft has a product")
    return NewInvoice(
        draft.product.id,
        draft.quantity,
        one_line(draft.name, NAME_LIMIT),
        normalise(draft.phone, country),
        normalise(draft.wallet, country) if draft.wallet.strip() else None,
    )
