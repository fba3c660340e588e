"""What happens to customers. Ids only: names and numbers stay out of the journal (ruling R17)."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class CustomerEvent(Event, frozen=True):
    area: ClassVar[str] = "customers"
    customer_id: int

    @property
    def subject(self) -> int:
        return self.customer_id


class CustomerAdded(CustomerEvent, frozen=True):
    pass


class CustomerChanged(CustomerEvent, frozen=True):
    """Something more is known of a person. ``what``: name, language, identity (never its value)."""

    what: str


class CustomerWritten(CustomerEvent, frozen=True):
    """Somebody of the shop wrote down who a person is. ``what``: added, name, phone."""

    what: str


class CustomerTagged(CustomerEvent, frozen=True):
    """One of the seller's own words was put on a person, or taken off (never which: it may say anything)."""

    on: bool


class CustomersMerged(CustomerEvent, frozen=True):
    """Two records proved to be one person; ``customer_id`` is the one kept."""

    absorbed_id: int


class MergeAsked(CustomerEvent, frozen=True):
    """Somebody says that two records are one person; ``customer_id`` is the one to keep."""

    absorbed_id: int


class PartingAsked(CustomerEvent, frozen=True):
    """Somebody says that two records were made one wrongly; ``customer_id`` is the one that was kept."""

    absorbed_id: int


class CustomersParted(CustomerEvent, frozen=True):
    """A merge was taken back: each has its own again. ``customer_id`` is the one that was kept."""

    absorbed_id: int
    merge_id: int


class CustomerNoted(CustomerEvent, frozen=True):
    """The seller's notes on a person changed (never their text)."""


class OrderingAllowed(CustomerEvent, frozen=True):
    """The seller lets them order beyond the store's limits. ``until`` in ms UTC, 0: no longer."""

    until: int


class BuyerRestricted(CustomerEvent, frozen=True):
    """The seller wants their money first from now on, or no longer."""

    restricted: bool


class ConsentNoted(CustomerEvent, frozen=True):
    """A person agreed to something or refused it. ``purpose``: scoring, or offers (being proposed something); ``how``:
    in the conversation, or the seller heard it."""

    purpose: str
    given: bool
    how: str


class CustomerExported(CustomerEvent, frozen=True):
    """Everything known of a person is being written to a file."""


class CustomerListExported(Event, frozen=True):
    """The list of customers is being written to a file: ``count`` people."""

    area: ClassVar[str] = "customers"
    count: int


class CustomerErased(CustomerEvent, frozen=True):
    """The person is gone; amounts, dates and hashes stay. ``erasure_id``: the report kept with the store."""

    erasure_id: int
    messages: int
    files: int
    identities: int
