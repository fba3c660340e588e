"""What the customers' page reads and the verbs it calls. Without Qt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field

from core.conversations.history import Moment
from core.customers.consent import Consent
from core.customers.explaining import Explained
from core.customers.listing import Counts, CustomerRow, Wanted
from core.customers.merges import Merge
from core.customers.proposing import Proposal
from core.customers.views import CustomerView

if TYPE_CHECKING:
    from desktop.bridge import Control

Place = tuple[Any, int]


class Overview(Struct, frozen=True):
    """What stands over the list. ``found``: how many are looked for; what the role of who uses the window allows."""

    counts: Counts = field(default_factory=Counts)
    found: int = 0
    may_write: bool = True
    may_export: bool = True
    may_credit: bool = True


class Known(Struct, frozen=True):
    """One way by which a person is recognised. ``first`` and ``last`` seen, ms UTC."""

    kind: str
    value: str
    first: int
    last: int


class Profile(Struct, frozen=True):
    """All that is known of a customer. ``limited``: what keeps them from a new order; ``allowed_until``: the seller
    lets them order all the same (ms UTC, 0: no); ``terms``: how many days they may take to pay;
    ``pays_first``: by the seller's word; ``merged``: the latest merge into this record."""

    view: CustomerView
    said: Explained
    stars: int
    success: int | None
    tags: tuple[str, ...]
    known: tuple[Known, ...]
    proposals: tuple[Proposal, ...]
    history: tuple[Moment, ...]
    limited: str | None = None
    allowed_until: int = 0
    terms: int = 0
    offers: bool = True
    consent: Consent | None = None
    may_write: bool = True
    may_credit: bool = True
    pays_first: bool = False
    merged: Merge | None = None


class CustomersSource(Protocol):
    """All may block: called off the window's thread."""

    def overview(self, wanted: Wanted) -> Overview: ...

    def page(self, wanted: Wanted, after: Place | None, limit: int) -> list[CustomerRow]: ...

    def towns(self) -> list[tuple[str, int]]:
        """The towns that addresses and notes name, each with how many customers are there."""
        ...

    def profile(self, customer_id: int, moments: int, language: str) -> Profile:
        """Raises NotFound. ``moments``: how much of the history. What is concluded is said in ``language``."""
        ...

    def owner(self, phone: str) -> CustomerView | None:
        """Whose number (E.164) this is."""
        ...

    def add(self, name: str, phone: str) -> int:
        """Somebody new. → customer id. Raises Refused."""
        ...

    def change(self, customer_id: int, name: str, phone: str | None) -> None:
        """Another name, or another number to call them at. Raises Refused."""
        ...

    def tag(self, customer_id: int, tag: str) -> None: ...

    def untag(self, customer_id: int, tag: str) -> None: ...

    def withdraw(self, customer_id: int) -> None:
        """The store's limits count for them again."""
        ...

    def terms(self, customer_id: int, days: int) -> None:
        """They may take so many days to pay; 0: at once."""
        ...

    def thread(self, customer_id: int) -> int:
        """Their conversation, begun if there is none. → its id."""
        ...

    def export(
        self, path: Path, wanted: Wanted, titles: Sequence[str], tiers: dict[str, str], control: Control
    ) -> int | None:
        """Write what is looked for to a .csv or .xlsx file. → people, None when it was stopped and nothing is left."""
        ...
