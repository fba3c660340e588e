"""What the prospects' page reads and the verbs it calls. Without Qt."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct, field

from core.customers.views import CustomerView
from core.pipeline.board import Card, Total, Wanted

Place = tuple[int, int]


class Board(Struct, frozen=True):
    """``cards``: of each stage the latest moved. ``any``: whether there is a prospect at all."""

    totals: tuple[Total, ...] = ()
    cards: dict[str, list[Card]] = field(default_factory=dict)
    any: bool = False
    may_write: bool = True


class Said(Struct, frozen=True):
    """What the seller says of a prospect. ``next_at`` in ms UTC, ``estimate`` in smallest units."""

    next_at: int | None
    next_what: str
    estimate: int | None
    note: str
    lost_why: str


class NewLead(Struct, frozen=True):
    """Whose prospect it is: a customer's, or with None somebody new's, with their name and number (E.164)."""

    customer_id: int | None
    name: str = ""
    phone: str = ""


class PipelineSource(Protocol):
    """All may block: called off the window's thread."""

    def board(self, wanted: Wanted, limit: int) -> Board: ...

    def page(self, stage: str, wanted: Wanted, after: Place, limit: int) -> list[Card]: ...

    def one(self, lead_id: int) -> Card:
        """Raises NotFound."""
        ...

    def people(self, text: str, limit: int) -> list[CustomerView]:
        """Customers whose name or number fits."""
        ...

    def open_of(self, customer_id: int) -> int | None:
        """The id of their open opportunity."""
        ...

    def start(self, person: NewLead, stage: str, said: Said) -> int:
        """An opportunity begun by hand; ``said.note`` is what they need. → its id. Raises Refused."""
        ...

    def move(self, lead_id: int, stage: str) -> None:
        """Raises Refused."""
        ...

    def keep(self, lead_id: int, said: Said) -> None:
        """All of it at once. Raises Refused."""
        ...

    def thread(self, customer_id: int) -> int:
        """Their conversation, begun if there is none. → its id."""
        ...
