"""A real store with the people of the target picture: everything said goes through the receiver and the bot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.conversations import media, threads
from core.conversations.events import MessageProgressed
from core.conversations.incoming import split
from core.conversations.outgoing import Outgoing
from core.conversations.sender import rendered
from core.customers.service import Identity, recognise, set_notes
from core.durable import outbox
from core.kernel.clock import HOUR, SECOND, ManualClock
from core.orders import settling
from core.storage.engine import Tx
from core.storage.folder import Home
from desktop.sources.context import ShopContext
from localserver.sandbox.graph_acts import screenshot
from tests.core.whatsapp.bodies import body, change, encode

NUMBER = "106540352242922"
PRODUCTS = (
    ("ROBE1", "Robe Wax Ankara", 15_000, 10),
    ("SAC2", "Sac cuir marron", 22_000, 8),
    ("CHAUSSURE", "Chaussure Bazin", 12_000, 5),
    ("BAZIN3", "Bazin riche 5 m", 35_000, 12),
)


def at(clock: str, day: int = 20) -> int:
    """``21:47:09`` on an evening of November 2026, in Dakar (UTC)."""
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return int(datetime(2026, 11, day, hours, minutes, seconds, tzinfo=UTC).timestamp() * 1000)


class NoServer:
    """No server runs beside this window."""

    def start(self) -> str:
        return ""

    def stop(self) -> None: ...


class KeptContext(ShopContext):
    """Closing the window leaves the store open: the test, or the next picture, goes on with it."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop, NoServer())

    def close(self) -> None: ...


@dataclass
class Store:
    """A shop without network, a clock that is set, and people who write to it."""

    shop: Shop
    clock: ManualClock
    phones: dict[str, str] = field(default_factory=dict)
    count: int = 0

    # -- people

    def write(self, name: str, text: str, when: str | int | None = None) -> int:
        """Somebody writes; the bot answers as it does. → conversation id."""
        return self.item(name, "text", {"body": text}, when)

    def item(self, name: str, type_: str, part: Any, when: str | int | None = None) -> int:
        """A message of any WhatsApp type."""
        if when is not None:
            self.clock.set(at(when) if isinstance(when, str) else when)
        self.count += 1
        phone = self.phones.setdefault(name, f"2217700000{12 + len(self.phones):02d}")
        item = {"id": f"wamid.IN{self.count}", "from": phone, "timestamp": str(self.clock.now() // SECOND)}
        contact = {"profile": {"name": name}, "wa_id": phone}
        value = change(messages=[{**item, "type": type_, type_: part}], contacts=[contact])
        for incoming in split(encode(body(value)), self.clock.now()).items:
            self.shop.engine.call(partial(self._receive, incoming.to_payload()), actor="inbox")
        return self.conversation(name)

    def _receive(self, payload: bytes, tx: Tx) -> None:
        self.shop.receiver.on_item(tx, payload)

    def press(self, name: str, verb: str, when: str | None = None) -> int:
        """Press the button of the latest order: pay, cancel."""
        order_id = self.value("SELECT max(id) FROM orders WHERE customer_id = ?", self.customer(name))
        part = {"type": "button_reply", "button_reply": {"id": f"{verb}:{order_id}", "title": verb.upper()}}
        return self.item(name, "interactive", part, when)

    def photo(self, name: str, when: str | None = None, content: bytes | None = None, caption: str = "") -> int:
        """A picture, already fetched."""
        part = {"id": f"media{self.count}", "mime_type": "image/jpeg", "caption": caption}
        conversation_id = self.item(name, "image", part, when)
        kept = media.keep(self.shop.media, media.checked(content or screenshot(), "image"))
        self.run("UPDATE message SET media = ? WHERE kind = 'image' AND media IS NULL", kept)
        return conversation_id

    def customer(self, name: str) -> int:
        phone = f"+{self.phones[name]}"
        return int(self.value("SELECT customer_id FROM identity WHERE value = ?", phone))

    def conversation(self, name: str) -> int:
        return int(self.value("SELECT id FROM conversation WHERE customer_id = ?", self.customer(name)))

    def order(self, name: str) -> int:
        return int(self.value("SELECT max(id) FROM orders WHERE customer_id = ?", self.customer(name)))

    # -- the shop

    def leave(self, name: str | None = None, state: str = "read", code: int | None = None, error: str = "") -> None:
        """What is queued leaves for WhatsApp, as the sender would send it, and gets this far."""
        self.shop.engine.call(partial(self._leave, name, state, code, error), actor="sender")

    def _leave(self, name: str | None, state: str, code: int | None, error: str, tx: Tx) -> None:
        wanted = self.customer(name) if name else None
        rows = tx.all("SELECT id, customer_id, kind, body, deadline FROM outbox WHERE state = 'queued'")
        for outbox_id, customer_id, kind, raw, deadline in rows:
            if wanted is not None and customer_id != wanted:
                continue
            if kind == "message":
                message = rendered(Outgoing(**json.loads(raw)), deadline, tx.now)
                tx.run("UPDATE message SET text = ? WHERE outbox_id = ?", (message.preview, outbox_id))
            outbox.begin(tx, outbox_id)
            if state in ("failed", "unknown", "dropped"):
                outbox.give_up(tx, outbox_id, state, code, error)
            else:
                outbox.accepted(tx, outbox_id, f"wamid.OUT{outbox_id}")
                outbox.advance(tx, outbox_id, state)
            conversation = tx.value("SELECT id FROM conversation WHERE customer_id = ?", (customer_id,))
            tx.emit(MessageProgressed(conversation, outbox_id, state))

    def pay(self, name: str, provider: str = "wave", when: str | None = None) -> None:
        """The money for the latest order comes in."""
        if when is not None:
            self.clock.set(at(when))
        order_id = self.order(name)
        total = self.value("SELECT total FROM orders WHERE id = ?", order_id)
        self.shop.engine.call(lambda tx: settling.settle(tx, order_id, total, provider, self.count), actor="psp")

    def expire(self, name: str, when: str) -> None:
        self.clock.set(at(when))
        order_id = self.order(name)
        self.shop.engine.call(lambda tx: self.shop.orders.expire(tx, order_id), actor="scheduler")

    def escalate(self, name: str, reason: str) -> None:
        conversation_id = self.conversation(name)
        self.shop.engine.call(lambda tx: threads.escalate(tx, conversation_id, reason))

    def take_over(self, name: str) -> None:
        conversation_id = self.conversation(name)
        self.shop.engine.call(lambda tx: threads.take_over(tx, conversation_id, "window"), actor="seller")

    def read_all(self) -> None:
        self.run("UPDATE conversation SET unread = 0")

    def value(self, sql: str, *parameters: Any) -> Any:
        return self.shop.engine.read(lambda r: r.value(sql, parameters))

    def run(self, sql: str, *parameters: Any) -> None:
        self.shop.engine.call(lambda tx: tx.run(sql, parameters))


@contextmanager
def open_store(folder: Path, when: str = "21:20:00") -> Iterator[Store]:
    """A new store with four products, nobody has written yet."""
    home = Home(folder / "home")
    clock = ManualClock(at(when))
    card = create_store(home, "Boutique Téranga", "SN")
    shop = open_shop(home, card.slug, clock)
    try:
        for sku, title, price, stock in PRODUCTS:
            fields = ProductFields(sku, sku, title, "", "", price, stock, None)
            shop.engine.call(partial(_add, fields))
        shop.settings.set("public_url", "https://pay.teranga.sn", "test")
        yield Store(shop, clock)
    finally:
        shop.close()


def _add(fields: ProductFields, tx: Tx) -> None:
    catalogue.add(tx, fields)


def fill(store: Store) -> None:
    """The evening of the target picture, at 21:55."""
    _khady_before(store)
    store.write("Khady Sarr", "je prend le sac marron svp", "21:32:05")
    if store.value("SELECT count(*) FROM orders WHERE state = 'reserved'") == 0:
        store.write("Khady Sarr", "je prends SAC2", "21:32:11")
    store.leave()
    store.write("Ndeye Fall", "je prends ROBE1", "21:33:01")
    store.write("Ndeye Fall", "annuler svp", "21:33:40")
    store.write("Bintou Camara", "CHAUSSURE", "21:35:02")
    store.pay("Bintou Camara", "wave", "21:36:00")
    store.leave()
    store.write("Adjoa Mensah", "le sac existe en noir ?", "21:38:00")
    store.leave()
    store.take_over("Adjoa Mensah")
    store.write("Moussa Kane", "CHAUSSURE", "21:39:30")
    store.write("Rokia Ba", "BAZIN3", "21:39:50")
    store.press("Rokia Ba", "cancel", "21:39:58")
    store.write("Khady Sarr", "ma carte passe pas", "21:40:02")
    store.photo("Moussa Kane", "21:40:30")
    store.leave()
    store.write("Aminata Diop", "ROBE1", "21:40:10")
    store.pay("Aminata Diop", "wave", "21:41:33")
    store.write("Aminata Diop", "merci !", "21:41:50")
    store.leave()
    store.run("UPDATE product SET on_hand = held WHERE sku = 'SAC2'")
    store.write("Rokia Ba", "SAC2", "21:42:00")
    store.write("Mariam Touré", "2 ROBE1", "21:43:05")
    store.leave()
    store.expire("Khady Sarr", "21:43:06")
    store.leave()
    store.write("Hanta Rakoto", "azo alefa any Toamasina ve?", "21:44:10")
    store.run("UPDATE customer SET language = 'mg' WHERE id = ?", store.customer("Hanta Rakoto"))
    store.escalate("Hanta Rakoto", "not_understood")
    store.clock.set(at("21:45:00"))
    store.leave()
    store.write("Khady Sarr", "je veux parler à quelqu’un", "21:46:30")
    store.escalate("Khady Sarr", "human")
    store.leave()
    store.clock.set(at("21:55:30"))
    store.read_all()
    store.run("UPDATE conversation SET unread = 1 WHERE escalated_at IS NOT NULL")
    customer = store.customer("Khady Sarr")
    store.shop.engine.call(lambda tx: set_notes(tx, customer, "Livraison à Thiès, préfère le samedi."), actor="seller")


def _khady_before(store: Store) -> None:
    """Six orders since March, five of them paid, mostly by card."""
    store.phones["Khady Sarr"] = "221770000011"

    def known(tx: Tx) -> int:
        return recognise(tx, [Identity("phone", "+221770000011")], "Khady Sarr")

    customer = store.shop.engine.call(known)
    store.run("UPDATE customer SET created_at = ? WHERE id = ?", at("20:00:00") - 250 * 24 * HOUR, customer)
    for number, (sku, days) in enumerate((("ROBE1", 200), ("CHAUSSURE", 120), ("ROBE1", 60), ("CHAUSSURE", 30))):
        store.clock.set(at("21:00:00") - days * 24 * HOUR)
        store.write("Khady Sarr", sku)
        store.clock.advance(125 * SECOND)
        store.pay("Khady Sarr", "stripe" if number else "wave")
    store.clock.set(at("21:00:00", 8))
    store.write("Khady Sarr", "2 ROBE1")
    store.clock.advance(125 * SECOND)
    store.pay("Khady Sarr", "stripe")
    store.leave()
