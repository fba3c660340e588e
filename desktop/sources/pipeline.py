"""The prospects' page's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from typing import Final

from core.accounts.guard import PREFIX, role_of
from core.accounts.rules import may
from core.bootstrap import Shop
from core.conversations import threads
from core.customers import listing, writing
from core.customers.listing import Wanted as Looked
from core.customers.views import CustomerView
from core.pipeline import board, service
from core.pipeline.board import Card, Wanted
from core.pipeline.rules import STAGES
from core.storage.connection import Reader
from core.storage.engine import Tx
from desktop.pages.pipeline.source import Board, NewLead, Place, Said

ACTOR: Final = "seller"
RIGHT: Final = "customers.write"


class ShopPipeline:
    """Implements :class:`desktop.pages.pipeline.source.PipelineSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._engine = shop.engine

    def board(self, wanted: Wanted, limit: int) -> Board:
        now = self._shop.clock.now()

        def read(reader: Reader) -> Board:
            return Board(
                tuple(board.totals(reader, wanted, now)),
                {stage: board.cards(reader, stage, wanted, now, None, limit) for stage in STAGES},
                bool(reader.value("SELECT EXISTS (SELECT 1 FROM lead)")),
                self._may_write(reader),
            )

        return self._engine.read(read)

    def _may_write(self, reader: Reader) -> bool:
        acting = self._engine.acting.get(ACTOR, "")
        if not acting.startswith(PREFIX):
            return True
        role = role_of(reader, int(acting.removeprefix(PREFIX)))
        return role is not None and may(role, RIGHT)

    def page(self, stage: str, wanted: Wanted, after: Place, limit: int) -> list[Card]:
        now = self._shop.clock.now()
        return self._engine.read(lambda r: board.cards(r, stage, wanted, now, after, limit))

    def one(self, lead_id: int) -> Card:
        return self._engine.read(lambda r: board.one(r, lead_id))

    def people(self, text: str, limit: int) -> list[CustomerView]:
        wanted = Looked(text)
        return [row.view for row in self._engine.read(lambda r: listing.page(r, wanted, None, limit))]

    def open_of(self, customer_id: int) -> int | None:
        found = self._engine.read(lambda r: service.open_of(r, customer_id))
        return None if found is None else found.id

    def start(self, person: NewLead, stage: str, said: Said) -> int:
        language = self._shop.settings.get("store.language")

        def command(tx: Tx) -> int:
            customer_id = person.customer_id
            if customer_id is None:
                customer_id = writing.add(tx, person.name, person.phone, language)
            lead = service.start(tx, customer_id, stage, said.note, said.estimate)
            if said.next_at is not None:
                service.plan(tx, lead.id, said.next_at, said.next_what)
            return lead.id

        return self._engine.call(command, actor=ACTOR)

    def move(self, lead_id: int, stage: str) -> None:
        self._engine.call(lambda tx: service.move(tx, lead_id, stage), actor=ACTOR)

    def keep(self, lead_id: int, said: Said) -> None:
        def command(tx: Tx) -> None:
            lead = service.load(tx, lead_id)
            if (said.next_at, said.next_what) != (lead.next_at, lead.next_what):
                service.plan(tx, lead_id, said.next_at, said.next_what)
            service.note(tx, lead_id, said.estimate, said.note, said.lost_why)

        self._engine.call(command, actor=ACTOR)

    def thread(self, customer_id: int) -> int:
        return self._engine.call(lambda tx: threads.thread_of(tx, customer_id), actor=ACTOR)
