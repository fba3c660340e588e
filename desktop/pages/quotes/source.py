"""What the quotes page reads and the verbs it calls, and what it is given. Without Qt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from core.conversations.quoting import Delivery
from core.invoices.rules import Rounding
from core.orders.agreed import Short
from core.quotes.figures import Figures
from core.quotes.listing import QuoteRow, Wanted
from core.quotes.service import Quote, Wording
from core.quotes.unsaved import Unsaved

if TYPE_CHECKING:
    from core.catalogue.views import ProductView
    from core.customers.views import CustomerView


class Overview(Struct, frozen=True):
    """``counts``: quotes by state; ``unsaved``: what was being typed when the window closed.

    ``rate`` and ``rounding``: the store's VAT; ``reachable``: a customer could open a link; ``may_write``: whether the
    role of who uses the window allows it.
    """

    counts: dict[str, int] = field(default_factory=dict)
    unsaved: Unsaved | None = None
    rate: int = 0
    rounding: Rounding = Rounding.TOTAL
    reachable: bool = True
    may_write: bool = True

    @property
    def all(self) -> int:
        return sum(self.counts.values())


class Detail(Struct, frozen=True):
    """All that is shown of one quote. ``writable``: WhatsApp lets the shop write to the customer now; ``order`` and the
    other versions as (id, number); ``conversation``: its id, None without one; ``short``: what is lacking of an
    accepted one."""

    row: QuoteRow
    quote: Quote
    figures: Figures
    delivery: Delivery
    writable: bool = False
    conversation: int | None = None
    short: tuple[Short, ...] = ()
    order: tuple[int, str] | None = None
    before: tuple[int, str] | None = None
    newer: tuple[int, str] | None = None


class Recipient(Struct, frozen=True):
    """Whom a quote is for: somebody known, or a new customer by name and phone (E.164); nobody yet when empty."""

    customer_id: int | None = None
    name: str = ""
    phone: str = ""


class QuoteFor(Struct, frozen=True):
    """Another page asks the quotes page for a new quote for this customer."""

    customer_id: int


class QuotesSource(Protocol):
    """What the page reads and the verbs it calls. All may block: called off the window's thread."""

    def overview(self) -> Overview: ...

    def page(self, wanted: Wanted, after: tuple[int, int] | None, limit: int) -> list[QuoteRow]: ...

    def detail(self, quote_id: int) -> Detail:
        """Raises NotFound."""
        ...

    def of_customer(self, customer_id: int, limit: int) -> list[QuoteRow]:
        """The latest quotes of one customer that still stand."""
        ...

    def products(self, query: str, limit: int) -> list[ProductView]: ...

    def customers(self, query: str, limit: int) -> list[CustomerView]: ...

    def customer(self, customer_id: int) -> CustomerView:
        """Raises NotFound."""
        ...

    def pdf(self, quote_id: int) -> Path:
        """Draw it into a file of its own, for looking at. Raises NotFound, EnvironmentProblem."""
        ...

    def save(self, quote_id: int, path: Path) -> None:
        """Draw it into this file. Raises NotFound, EnvironmentProblem."""
        ...

    def write(self, quote_id: int | None, recipient: Recipient, wording: Wording) -> int:
        """Keep a draft, new or anew; what was kept while it was typed is dropped. → its id.

        Raises Refused, Forbidden.
        """
        ...

    def keep(self, quote_id: int, customer_id: int | None, content: str) -> None:
        """What is being typed, of a draft or (0) of a new quote."""
        ...

    def drop(self, quote_id: int) -> None: ...

    def send(self, quote_id: int) -> bool:
        """Freeze it and write to the customer. → whether WhatsApp takes it. Raises Refused, Forbidden."""
        ...

    def send_again(self, quote_id: int) -> None:
        """Raises Refused, Forbidden."""
        ...

    def link(self, quote_id: int) -> str:
        """The customer's page. Raises Refused where nobody could open it."""
        ...

    def revise(self, quote_id: int) -> int:
        """→ the draft that will replace it. Raises Refused, Forbidden."""
        ...

    def duplicate(self, quote_id: int) -> int:
        """→ the copy. Raises Refused, Forbidden."""
        ...

    def accept(self, quote_id: int) -> list[Short]:
        """The customer said yes otherwise. → what is short, empty when it is an order now.

        Raises Refused, Forbidden.
        """
        ...

    def refuse(self, quote_id: int, reason: str) -> None:
        """Raises Refused, Forbidden."""
        ...

    def convert(self, quote_id: int) -> list[Short]:
        """→ what is still short, empty when it is an order now. Raises Refused, Forbidden."""
        ...
