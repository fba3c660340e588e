"""A shop that is written to, without a wire: items come as WhatsApp reports them, through the receiver and the bot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.conversations import manual
from core.conversations.incoming import split
from core.durable import outbox
from core.durable.deadlines import settle
from core.kernel.clock import SECOND, ManualClock
from core.storage.engine import Tx
from core.storage.folder import Home
from tests.core.whatsapp.bodies import body, change, encode

AWA = "221771234567"


@dataclass
class Chat:
    """``said``: wamids given so far."""

    shop: Shop
    clock: ManualClock
    home: Home
    said: list[str] = field(default_factory=list)

    def hears(self, text: str, phone: str = AWA, name: str = "Awa Ndour") -> int:
        """A customer writes. → conversation id."""
        return self._item("text", {"body": text}, phone, name)

    def presses(self, verb: str, phone: str = AWA, name: str = "Awa Ndour", subject: int | None = None) -> int:
        """PAYER or ANNULER under the card of the customer's latest order; or a button about ``subject``."""
        if subject is None:
            subject = self.value(
                "SELECT max(o.id) FROM orders o JOIN identity i USING(customer_id) WHERE value = ?", f"+{phone}"
            )
        reply = {"type": "button_reply", "button_reply": {"id": f"{verb}:{subject}", "title": verb.upper()}}
        return self._item("interactive", reply, phone, name)

    def _item(self, type_: str, part: Any, phone: str, name: str) -> int:
        item = {**self._head(), "from": phone, "type": type_, type_: part}
        contact = {"profile": {"name": name}, "wa_id": phone}
        self._receive(change(messages=[item], contacts=[contact]))
        return self.conversation(phone)

    def echo(self, text: str, phone: str = AWA, at: int | None = None, **rest: Any) -> int:
        """The seller writes from the phone's own app. ``at``: ms UTC."""
        item = {**self._head(at), "from": "221338000000", "to": phone, "type": "text", "text": {"body": text}, **rest}
        self._receive(change("smb_message_echoes", message_echoes=[item]))
        return self.conversation(phone)

    def _head(self, at: int | None = None) -> dict[str, str]:
        self.said.append(f"wamid.{len(self.said) + 1}")
        return {"id": self.said[-1], "timestamp": str((self.clock.now() if at is None else at) // SECOND)}

    def _receive(self, value: Any) -> None:
        for incoming in split(encode(body(value)), self.clock.now()).items:
            self.shop.engine.call(partial(self._apply, incoming.to_payload()), actor="inbox")

    def _apply(self, payload: bytes, tx: Tx) -> None:
        self.shop.receiver.on_item(tx, payload)

    def writes(self, text: str, conversation_id: int, where: str = "window") -> None:
        """A person of the shop writes."""
        self.shop.engine.call(lambda tx: manual.send_text(tx, conversation_id, text, where), actor="seller")

    def leave(self) -> None:
        """What is queued leaves and is read."""

        def go(tx: Tx) -> None:
            for (number,) in tx.all("SELECT id FROM outbox WHERE state = 'queued' ORDER BY id"):
                outbox.begin(tx, number)
                outbox.accepted(tx, number, f"wamid.OUT{number}")
                outbox.advance(tx, number, "read")

        self.shop.engine.call(go, actor="sender")

    def passes(self, milliseconds: int) -> None:
        """Time goes by, and what is due is settled."""
        self.clock.advance(milliseconds)
        self.due()

    def due(self) -> None:
        now = self.clock.now()
        for kind, subject in self.rows("SELECT kind, subject FROM deadline WHERE due_at <= ? ORDER BY due_at", now):
            work = partial(_settle, self.shop, kind, subject)
            self.shop.engine.call(work, actor="scheduler")

    def conversation(self, phone: str = AWA) -> int:
        sql = "SELECT v.id FROM conversation v JOIN identity i ON i.customer_id = v.customer_id WHERE i.value = ?"
        return int(self.value(sql, f"+{phone}"))

    def bot(self, phone: str = AWA) -> list[tuple[str, str]]:
        """(state, text) of everything the bot said or wanted to say, in order."""
        return self.rows(
            "SELECT o.state, m.text FROM message m JOIN outbox o ON o.id = m.outbox_id WHERE m.author = 'bot'"
            " AND m.conversation_id = ? ORDER BY m.id",
            self.conversation(phone),
        )

    def state(self, phone: str = AWA) -> tuple[Any, ...]:
        """(mode, reason asked for, closed at)"""
        row = self.rows("SELECT mode, reason, closed_at FROM conversation WHERE id = ?", self.conversation(phone))
        return tuple(row[0])

    def product(self, sku: str, price: int = 15_000, stock: int = 10) -> int:
        fields = ProductFields(sku, sku, f"Article {sku}", "", "", price, stock, None)
        return int(self.shop.engine.call(lambda tx: add(tx, fields)))

    def value(self, sql: str, *parameters: Any) -> Any:
        return self.shop.engine.read(lambda r: r.value(sql, parameters))

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        return self.shop.engine.read(lambda r: r.all(sql, parameters))

    def reopen(self) -> None:
        """The program stops and starts again."""
        self.shop.close()
        self.shop = open_shop(self.home, self.shop.slug, self.clock)
        self.shop.engine.call(self.shop._recover, actor="start")


def _settle(shop: Shop, kind: str, subject: int, tx: Tx) -> bool:
    return settle(tx, shop.scheduler._handlers, kind, subject)


@contextmanager
def chat(folder: Path) -> Iterator[Chat]:
    """A new store with a public address and nobody who wrote yet."""
    home, clock = Home(folder / "home"), ManualClock()
    card = create_store(home, "Boutique Téranga", "SN")
    opened = Chat(open_shop(home, card.slug, clock), clock, home)
    try:
        opened.shop.settings.set("public_url", "https://pay.teranga.sn", "test")
        yield opened
    finally:
        opened.shop.close()
