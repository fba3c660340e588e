"""How the simulated WhatsApp reports: items as Meta builds them, batched, signed, repeated until taken (§2, §3)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from core.adapters.http import Http, NoAnswer
from core.kernel.clock import SECOND
from core.kernel.waiting import woken
from localserver.sandbox.graph_world import Account, Buyer, Entry, Json, World

RETRIES: Final = (0.2, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 43_200.0)
"""Seconds between the tries of one event: with falling frequency, as Meta's do (§2.2), about half a day in all."""
LOG_LENGTH: Final = 5000


class Delivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How events are delivered from now on.

    Up to ``batch`` items travel in one POST; ``spread`` puts them in as many entries and changes as possible.
    ``copies`` posts everything so many times. ``hold`` keeps events until it is taken back. ``delay`` is in seconds.
    ``parallel`` POSTs may be on their way at once; with one, order is kept. ``decorate`` adds keys nobody has heard of.
    ``statuses`` are the words reported for a message that arrives.
    """

    batch: int = 1
    spread: bool = False
    copies: int = 1
    shuffle: bool = False
    hold: bool = False
    delay: float = 0.0
    parallel: int = 1
    bad_signature: bool = False
    decorate: bool = False
    statuses: tuple[str, ...] = ("sent", "delivered", "read")


@dataclass(slots=True)
class Event:
    """One item on its way. ``place`` is the list it stands in (``messages``), None when ``item`` is the whole value."""

    account: Account
    field: str
    place: str | None
    item: Json
    contact: Json | None = None
    due: int = 0
    tries: int = 0


@dataclass(slots=True)
class Post:
    """One line of the delivery log. ``status`` is None when nobody answered."""

    at: int
    url: str
    items: int
    bytes: int
    status: int | None


def encode(value: Any) -> bytes:
    """Bytes as Meta writes them: compact, ``\\uXXXX`` in lower case, ``\\/`` for a slash (§2.2)."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def message_event(account: Account, buyer: Buyer, entry: Entry) -> Event:
    """What a buyer sent, as a webhook item."""
    item: Json = {}
    if buyer.shows_phone:
        item["from"] = buyer.phone
    item["from_user_id"] = buyer.bsuid
    if buyer.parent_bsuid:
        item["from_parent_user_id"] = buyer.parent_bsuid
    item |= {"id": entry.wamid, "timestamp": str(entry.at // SECOND), "type": entry.type}
    if entry.quote:
        item["context"] = {"from": account.digits, "id": entry.quote}
    item[entry.type] = entry.part
    return Event(account, "messages", "messages", item, _contact(buyer, buyer.shows_phone, username=True))


def status_event(account: Account, buyer: Buyer | None, entry: Entry, word: str, now: int, to: str) -> Event:
    """What became of one of the shop's messages; ``to`` is the address it used."""
    by_phone = entry.addressed == "phone"
    item: Json = {"id": entry.wamid, "status": word, "timestamp": str(now // SECOND)}
    if by_phone or (buyer is not None and buyer.shows_phone):
        item["recipient_id"] = buyer.phone if buyer is not None else to.removeprefix("+")
    if buyer is not None and not (word == "failed" and by_phone):
        item["recipient_user_id"] = buyer.bsuid
        if buyer.parent_bsuid:
            item["recipient_parent_user_id"] = buyer.parent_bsuid
    if entry.callback is not None:
        item["biz_opaque_callback_data"] = entry.callback
    if word in ("sent", "delivered"):
        category = entry.template.category.lower() if entry.template is not None else "service"
        item["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
    if word == "failed":
        item["errors"] = entry.errors
        return Event(account, "messages", "statuses", item)  # no contacts with failures (§3.4)
    shown = _contact(buyer, by_phone or buyer.shows_phone, username=word != "sent") if buyer is not None else None
    return Event(account, "messages", "statuses", item, shown)


def _contact(buyer: Buyer, with_phone: bool, username: bool) -> Json:
    profile: Json = {"name": buyer.name}
    if buyer.username and username:
        profile["username"] = buyer.username
    contact: Json = {"profile": profile}
    if with_phone:
        contact["wa_id"] = buyer.phone
    contact["user_id"] = buyer.bsuid
    if buyer.parent_bsuid:
        contact["parent_user_id"] = buyer.parent_bsuid
    return contact


def bodies(events: Sequence[Event], spread: bool, decorate: bool) -> Json:
    """One POST's JSON: entries × changes × items, gathered or spread as far apart as the format allows."""
    entries: list[Json] = []
    for event in events:
        value = _place_for(entries, event, spread)
        if event.place is None:
            value.update(event.item)
        else:
            value.setdefault(event.place, []).append({**event.item, **(_ODDITIES if decorate else {})})
        if event.contact is not None:
            contacts: list[Json] = value.setdefault("contacts", [])
            if event.contact not in contacts:
                contacts.append(event.contact)
        if decorate:
            value["brand_new_key"] = {"nested": [1, "é"]}
    return {"object": "whatsapp_business_account", "entry": entries}


_ODDITIES: Final[Json] = {"a_key_from_tomorrow": {"x": [None, 1.5]}, "emoji_note": "😀/é"}


def _place_for(entries: list[Json], event: Event, spread: bool) -> Json:
    account = event.account
    if not spread and event.place is not None:
        for entry in entries:
            for change in entry["changes"]:
                value: Json = change["value"]
                same = value.get("metadata", {}).get("phone_number_id") == account.phone_number_id
                if entry["id"] == account.waba_id and change["field"] == event.field and same and event.place in value:
                    return value
    fresh: Json = {}
    if event.place is not None:
        fresh = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": account.digits, "phone_number_id": account.phone_number_id},
        }
    change = {"value": fresh, "field": event.field}
    mine = [entry for entry in entries if entry["id"] == account.waba_id]
    if mine and (not spread or len(mine[-1]["changes"]) < 2):
        mine[-1]["changes"].append(change)
    else:
        entries.append({"id": account.waba_id, "changes": [change]})
    return fresh


@dataclass(slots=True)
class Courier:
    """Delivers events from one background task until each is answered with 200 or its retries are used up."""

    world: World
    http: Http
    retries: tuple[float, ...] = RETRIES
    delivery: Delivery = field(default_factory=Delivery)
    queue: list[Event] = field(default_factory=list)
    log: list[Post] = field(default_factory=list)
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    def post(self, events: Iterable[Event]) -> None:
        """Deliver as soon as the standing :class:`Delivery` allows."""
        due = self.world.clock.now() + round(self.delivery.delay * SECOND)
        for event in events:
            event.due = due
            self.queue.append(event)
        self.nudge()

    def nudge(self) -> None:
        """Something changed: look again."""
        self._idle.clear()
        self._wake.set()

    def hurry(self) -> None:
        """Everything that waits for a delay or a retry is due now."""
        for event in self.queue:
            event.due = 0
        self.nudge()

    async def settle(self) -> None:
        """Returns when nothing that is due is left to deliver."""
        self.nudge()
        await self._idle.wait()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._wake.clear()
            batches = self._due()
            if batches:
                for start in range(0, len(batches), max(1, self.delivery.parallel)):
                    together = batches[start : start + max(1, self.delivery.parallel)]
                    await asyncio.gather(*(self._deliver(batch) for batch in together))
                continue
            if self._wake.is_set():
                continue
            self._idle.set()
            await woken(self._wake, self._pause())

    def _due(self) -> list[list[Event]]:
        if self.delivery.hold:
            return []
        now = self.world.clock.now()
        ready = [event for event in self.queue if event.due <= now]
        self.queue = [event for event in self.queue if event.due > now]
        if self.delivery.shuffle:
            self.dice.shuffle(ready)
        reach: dict[tuple[str, str], list[Event]] = {}
        for event in ready:
            if event.account.webhook.url and event.account.subscribed:
                reach.setdefault((event.account.webhook.url, event.account.app_secret), []).append(event)
        size = max(1, self.delivery.batch)
        return [events[i : i + size] for events in reach.values() for i in range(0, len(events), size)]

    def _pause(self) -> float | None:
        if self.delivery.hold or not self.queue:
            return None
        return max(0.05, (min(event.due for event in self.queue) - self.world.clock.now()) / SECOND)

    async def _deliver(self, events: list[Event]) -> None:
        account, how = events[0].account, self.delivery
        raw = encode(bodies(events, how.spread, how.decorate))
        mac = hmac.new(account.app_secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": "sha256=" + ("0" * 64 if how.bad_signature else mac),
        }
        status: int | None = None
        for _ in range(max(1, how.copies)):
            status = await self._post(account.webhook.url, raw, headers, len(events))
        if status == 200:
            self._heard(events)
        else:
            self._again(events)

    async def _post(self, url: str, raw: bytes, headers: dict[str, str], items: int) -> int | None:
        try:
            status: int | None = (await self.http.request("POST", url, headers=headers, data=raw)).status
        except NoAnswer:
            status = None
        self.log.append(Post(self.world.clock.now(), url, items, len(raw), status))
        del self.log[:-LOG_LENGTH]
        return status

    def _heard(self, events: list[Event]) -> None:
        """Two grey ticks on the buyer's phone: the shop has it."""
        for event in events:
            found = self.world.find(str(event.item.get("id"))) if event.place == "messages" else None
            if found is not None and found[1].direction == "in" and found[1].status == "sent":
                found[1].status = "delivered"
                found[0].changed()

    def _again(self, events: list[Event]) -> None:
        """Back in the queue one by one: a retry may be batched differently (§2.2)."""
        now = self.world.clock.now()
        for event in events:
            if event.tries < len(self.retries):
                event.due = now + round(self.retries[event.tries] * SECOND)
                event.tries += 1
                self.queue.append(event)
