"""The simulated WhatsApp's people and numbers: who exists, what was said, what may be sent. Times in ms UTC."""

from __future__ import annotations

import asyncio
import base64
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from core.kernel.clock import HOUR, MINUTE, SECOND, Clock
from core.kernel.patterns import late

Json = dict[str, Any]

WINDOW: Final = 24 * HOUR
PAIR_BURST: Final = 45
PAIR_REFILL: Final = 6 * SECOND
THROUGHPUT: Final = 80
MEDIA_URL_LIFE: Final = 5 * MINUTE
TYPING: Final = 25 * SECOND
_VARIABLE: Final = late(r"\{\{(\w+)\}\}")
RANK: Final = {"accepted": 0, "sent": 1, "failed": 1, "delivered": 2, "read": 3, "played": 4}


class Puzzled(Exception):
    """The script asks for something that is not there: a button nobody sent, an unknown buyer."""


@dataclass(slots=True)
class Webhook:
    """Where events go. ``url`` empty: nowhere."""

    url: str = ""
    verify_token: str = ""


@dataclass(slots=True)
class Kept:
    """A template as WhatsApp keeps it; ``status`` and ``category`` are its own words."""

    id: str
    name: str
    language: str
    category: str
    status: str
    components: list[Json]
    reason: str = "NONE"
    format: str = "POSITIONAL"

    def text(self, part: str) -> str:
        """Of the component ``HEADER`` or ``BODY``."""
        return next((str(each.get("text", "")) for each in self.components if each.get("type") == part), "")

    @property
    def body(self) -> str:
        return self.text("BODY")

    @property
    def pictured(self) -> bool:
        """Whether a picture stands above."""
        return any(each.get("type") == "HEADER" and each.get("format") == "IMAGE" for each in self.components)

    def variables(self, part: str) -> list[str]:
        """By their numbers, or named ones as they come."""
        found = list(dict.fromkeys(_VARIABLE.findall(self.text(part))))
        return found if self.format == "NAMED" else sorted(found, key=int)

    @property
    def replies(self) -> list[str]:
        """The titles of its ready answers."""
        listed = [b for part in self.components if part.get("type") == "BUTTONS" for b in part.get("buttons", [])]
        return [str(button.get("text", "")) for button in listed if button.get("type") == "QUICK_REPLY"]

    def filled(self, part: str, given: dict[str, str]) -> str:
        """A component with a value for each variable."""
        return _VARIABLE.sub(lambda found: given[found[1]], self.text(part))

    def shown(self) -> Json:
        """As it is listed."""
        shown: Json = {"name": self.name, "parameter_format": self.format, "components": self.components}
        shown |= {"language": self.language, "status": self.status, "category": self.category, "id": self.id}
        return {**shown, "rejected_reason": self.reason}


@dataclass(slots=True)
class Account:
    """One business number and its WhatsApp Business account. ``token_ends``: ms UTC, 0 for a token without an end."""

    phone_number_id: str
    waba_id: str
    display_phone: str
    name: str
    access_token: str
    app_secret: str
    app_webhook: Webhook = field(default_factory=Webhook)
    account_webhook: Webhook | None = None
    number_webhook: Webhook | None = None
    subscribed: bool = True
    health: Json = field(default_factory=dict)
    token_scopes: tuple[str, ...] = ("whatsapp_business_management", "whatsapp_business_messaging")
    token_ends: int = 0
    app_id: str = "1"
    recent: deque[int] = field(default_factory=deque)

    @property
    def webhook(self) -> Webhook:
        """The number's own address wins, then the account's, then the app's (reference whatsapp §1)."""
        return self.number_webhook or self.account_webhook or self.app_webhook

    @property
    def digits(self) -> str:
        return re.sub(r"\D", "", self.display_phone)


@dataclass(slots=True)
class Entry:
    """One message in a thread, either way. ``part`` is what stands under its type on the wire."""

    wamid: str
    direction: Literal["in", "out"]
    type: str
    part: Any
    at: int
    status: str = "sent"
    callback: str | None = None
    quote: str | None = None
    addressed: Literal["phone", "bsuid"] = "phone"
    reactions: dict[str, str] = field(default_factory=dict)
    errors: list[Json] = field(default_factory=list)
    template: Kept | None = None
    """What it was made with: the words are WhatsApp's, only the values are on the wire."""


@dataclass(slots=True)
class Buyer:
    """A person with WhatsApp. Without ``shows_phone`` only the business-scoped id is seen by the shop (§4)."""

    id: str
    name: str
    phone: str
    bsuid: str
    shows_phone: bool = True
    username: str | None = None
    parent_bsuid: str | None = None
    language: str = "fr"
    reachable: bool = True
    online: bool = True
    stopped_marketing: bool = False
    threads: dict[str, list[Entry]] = field(default_factory=dict)
    wrote_at: dict[str, int] = field(default_factory=dict)
    credits: dict[str, tuple[float, int]] = field(default_factory=dict)
    typing_until: int = 0
    seen: int = 0
    listeners: set[Callable[[], None]] = field(default_factory=set)

    def thread(self, account: Account) -> list[Entry]:
        return self.threads.setdefault(account.phone_number_id, [])

    def changed(self) -> None:
        """Tell the phones that show this buyer."""
        for listener in list(self.listeners):
            listener()


@dataclass(slots=True)
class Media:
    id: str
    mime: str
    content: bytes
    filename: str
    owner: str
    at: int


class Send(Struct, frozen=True):
    """A message that WhatsApp accepted, whatever it answered."""

    wamid: str
    account: str
    buyer: str | None
    type: str
    callback: str | None
    at: int


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What goes wrong with the next ``times`` calls of one operation, perhaps only to one buyer or of one type.

    ``code`` refuses with that code; ``late`` accepts, then reports ``failed`` with it. ``html`` is a gateway's 502.
    ``html_after``, ``hang``, ``drop``, ``no_contacts`` and ``no_id`` accept the message and then answer with that
    page, never, by cutting the line, or without contacts or message id. ``slow`` answers after ``seconds``.
    An upload knows ``code``, ``html`` and ``hang``.
    """

    kind: Literal["code", "late", "html", "html_after", "hang", "drop", "no_contacts", "no_id", "slow"] = "code"
    code: int = 131000
    on: Literal["messages", "read", "media", "templates", "any"] = "messages"
    times: int = 1
    buyer: str | None = None
    type: str | None = None
    seconds: float = 1.0
    details: str = "scripted"


class World:
    """Everything the simulator remembers, for as long as it runs."""

    def __init__(self, clock: Clock, accounts: tuple[Account, ...]) -> None:
        self.clock = clock
        self.accounts = {account.phone_number_id: account for account in accounts}
        self.buyers: dict[str, Buyer] = {}
        self.media: dict[str, Media] = {}
        self.sends: list[Send] = []
        self.calls: dict[str, int] = {}
        self.faults: list[Fault] = []
        self._templates: dict[str, list[Kept]] = {}
        self.released = asyncio.Event()
        self._entries: dict[str, tuple[Buyer, Entry]] = {}
        self._count = 0

    def close(self) -> None:
        """The simulator stops: calls that hang end, and so do the phones' streams."""
        self.released.set()
        for buyer in self.buyers.values():
            buyer.changed()

    # Names

    def next_number(self) -> int:
        self._count += 1
        return self._count

    def new_wamid(self, phone: str) -> str:
        """Opaque, with ``=`` at its end as real ones have."""
        raw = f"\x1d\x0b{phone}\x15\x02\x00\x11\x18\x12{self.next_number():016X}\x00"
        return "wamid." + base64.b64encode(raw.encode("latin-1")).decode()

    def account(self, number: str | None = None) -> Account:
        """The account of a phone number id; the first one when not named. Raises Puzzled."""
        if number is None:
            return next(iter(self.accounts.values()))
        if number not in self.accounts:
            raise Puzzled(f"no account {number}")
        return self.accounts[number]

    def waba(self, waba_id: str) -> list[Account]:
        return [account for account in self.accounts.values() if account.waba_id == waba_id]

    def kept(self, waba_id: str) -> list[Kept]:
        """The templates of an account."""
        return self._templates.setdefault(waba_id, [])

    def template(self, account: Account, name: str, code: str) -> Kept | None:
        return next((t for t in self.kept(account.waba_id) if (t.name, t.language) == (name, code)), None)

    def template_owner(self, template_id: str) -> tuple[Account, Kept] | None:
        for account in self.accounts.values():
            for kept in self.kept(account.waba_id):
                if kept.id == template_id:
                    return account, kept
        return None

    # Buyers

    def add_buyer(
        self,
        name: str,
        phone: str | None = None,
        *,
        shows_phone: bool = True,
        username: str | None = None,
        parent: bool = False,
        language: str = "fr",
    ) -> Buyer:
        """A new person; made-up number and ids where none is given. Raises Puzzled when the number is taken."""
        number = self.next_number()
        digits = re.sub(r"\D", "", phone or f"22177{number:07d}")
        if self.by_phone(digits) is not None:
            raise Puzzled(f"+{digits} belongs to another buyer")
        country = "MG" if digits.startswith("261") else "CI" if digits.startswith("225") else "SN"
        buyer = Buyer(
            id=f"b{len(self.buyers) + 1}",
            name=name,
            phone=digits,
            bsuid=f"{country}.{13490000000000000000 + number * 7919}",
            shows_phone=shows_phone,
            username=username,
            parent_bsuid=f"{country}.ENT.{11800000000000000000 + number}" if parent else None,
            language=language,
        )
        self.buyers[buyer.id] = buyer
        return buyer

    def buyer(self, name: str) -> Buyer:
        """By id, phone, business-scoped id or exact name. Raises Puzzled."""
        digits = re.sub(r"\D", "", name)
        for buyer in self.buyers.values():
            if name in (buyer.id, buyer.bsuid, buyer.name) or (digits and digits == buyer.phone):
                return buyer
        raise Puzzled(f"no buyer {name}")

    def by_phone(self, digits: str) -> Buyer | None:
        return next((b for b in self.buyers.values() if b.phone == digits), None)

    def by_bsuid(self, bsuid: str) -> Buyer | None:
        return next((b for b in self.buyers.values() if bsuid in (b.bsuid, b.parent_bsuid)), None)

    def add_entry(self, account: Account, buyer: Buyer, entry: Entry) -> None:
        buyer.thread(account).append(entry)
        self._entries[entry.wamid] = (buyer, entry)
        buyer.changed()

    def find(self, wamid: str) -> tuple[Buyer, Entry] | None:
        return self._entries.get(wamid)

    # Limits

    def window_open(self, account: Account, buyer: Buyer) -> bool:
        wrote = buyer.wrote_at.get(account.phone_number_id)
        return wrote is not None and self.clock.now() - wrote < WINDOW

    def take_pair_credit(self, account: Account, buyer: Buyer) -> bool:
        """One message to one person each 6 s, 45 at once at most (§6)."""
        now = self.clock.now()
        left, since = buyer.credits.get(account.phone_number_id, (float(PAIR_BURST), now))
        left = min(float(PAIR_BURST), left + (now - since) / PAIR_REFILL)
        allowed = left >= 1 - 1e-9
        buyer.credits[account.phone_number_id] = (left - 1 if allowed else left, now)
        return allowed

    def take_throughput(self, account: Account) -> bool:
        """So many messages a second per number, in and out together (§6)."""
        now = self.clock.now()
        while account.recent and account.recent[0] <= now - SECOND:
            account.recent.popleft()
        if len(account.recent) >= THROUGHPUT:
            return False
        account.recent.append(now)
        return True

    # Faults

    def take_fault(self, on: str, buyer: str | None = None, type_: str | None = None) -> Fault | None:
        for index, fault in enumerate(self.faults):
            fits = fault.on in ("any", on) and fault.buyer in (None, buyer) and fault.type in (None, type_)
            if fits:
                if fault.times > 1:
                    self.faults[index] = msgspec.structs.replace(fault, times=fault.times - 1)
                else:
                    del self.faults[index]
                return fault
        return None

    def unread(self, buyer: Buyer) -> int:
        return sum(
            1 for entries in buyer.threads.values() for e in entries if e.direction == "out" and e.at > buyer.seen
        )
