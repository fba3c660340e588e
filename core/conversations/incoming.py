"""WhatsApp webhooks, from raw bytes to single items (reference whatsapp §2–§4). Pure: no I/O, no clock.

One POST may carry many entries × changes × items, in any order, some of a kind nobody has seen yet. Every item becomes
one :class:`Incoming` with a key that survives redelivery in another batch; what cannot be understood becomes kind
``raw`` and is kept. :mod:`core.conversations.reading` says what an item means.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

from core.kernel.clock import DAY
from core.kernel.errors import Refused
from core.kernel.phone import BSUID

Item = dict[str, Any]
Kind = Literal["message", "status", "echo", "user_change", "preference", "account", "raw"]

MAX_DEPTH: Final[int] = 100  # WhatsApp stays under 15; storing must not depend on how deep the caller's own stack is
MAX_KEY: Final[int] = 512  # a wamid has no documented length; ours stay below 256 (reference whatsapp §1)
_MANY_BRACKETS: Final[int] = 120
_PREFIX: Final[bytes] = b"sha256="

ACCOUNT_FIELDS: Final[frozenset[str]] = frozenset(
    {
        *("message_template_status_update", "message_template_quality_update", "message_template_components_update"),
        *("template_category_update", "phone_number_quality_update", "phone_number_name_update"),
        *("business_capability_update", "account_update", "account_alerts", "account_review_update", "security"),
        *("business_username_update", "business_username_updates"),
    }
)
"""Fields that speak of the seller's own WhatsApp account (reference whatsapp §3.7); their whole value is one item."""


class Malformed(Refused):
    """The body is not a JSON object; nothing in it can be kept as an item."""


class Incoming(msgspec.Struct, frozen=True):
    """One thing WhatsApp reported. A msgspec Struct, not a dataclass: twelve times cheaper to build on this path.

    ``key`` is unique per fact and equal in every redelivery. ``at`` is WhatsApp's own time in ms UTC (whole seconds),
    the time of receipt where it gives none. ``bsuid``, ``parent_bsuid`` and ``wa_id`` (digits, no ``+``) name the
    customer; any may be missing. ``item`` is the untouched object, ``contact`` the matching entry of ``contacts[]``.
    """

    kind: Kind
    key: str
    field: str
    phone_number_id: str
    at: int
    item: Item
    bsuid: str | None = None
    parent_bsuid: str | None = None
    wa_id: str | None = None
    profile_name: str | None = None
    contact: Item | None = None

    @property
    def lane(self) -> str:
        """Who it concerns: items of one lane are handled in order. Empty when it concerns no customer."""
        return self.bsuid or self.parent_bsuid or self.wa_id or ""

    def to_payload(self) -> bytes:
        """JSON for the inbox table."""
        try:
            return _encode(self)
        except OverflowError:  # an integer above 64 bits: valid JSON, decoded but not encoded by msgspec
            return json.dumps(msgspec.to_builtins(self)).encode()

    @staticmethod
    def from_payload(payload: bytes) -> Incoming:
        """The inverse of :meth:`to_payload`. Raises msgspec.DecodeError on anything else."""
        return _from_payload(payload)


_encode: Final[Callable[[Any], bytes]] = msgspec.json.Encoder().encode
_encode_sorted: Final[Callable[[Any], bytes]] = msgspec.json.Encoder(order="sorted").encode
_from_payload: Final[Callable[[bytes], Incoming]] = msgspec.json.Decoder(Incoming).decode
_decode_json: Final[Callable[[bytes], Any]] = msgspec.json.Decoder().decode


class Split(NamedTuple):
    """What one POST held, in the order it held it."""

    items: tuple[Incoming, ...]


class Who(NamedTuple):
    """The names WhatsApp gives a customer; each may be missing (reference whatsapp §4)."""

    bsuid: str | None
    parent_bsuid: str | None
    wa_id: str | None


def verify_signature(app_secret: str, header: str | bytes | None, raw: bytes) -> bool:
    """True when ``X-Hub-Signature-256`` is the HMAC-SHA256 of the bytes as received (reference whatsapp §2.2).

    Compared as bytes and in constant time; a missing, odd or non-ASCII header and an empty secret are simply false.
    """
    if not app_secret or not header:
        return False
    given = header if isinstance(header, bytes) else header.encode("utf-8", "surrogatepass")
    if not given.startswith(_PREFIX):
        return False
    expected = hmac.digest(app_secret.encode(), raw, "sha256").hex().encode()
    return hmac.compare_digest(expected, given[len(_PREFIX) :])


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """The text to answer WhatsApp's verification GET with (200, text/plain), or None: answer 403."""
    answer = query.get("hub.challenge", "")
    given = query.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
    matches = hmac.compare_digest(given, verify_token.encode("utf-8", "surrogatepass"))
    return answer if verify_token and matches and answer and query.get("hub.mode") == "subscribe" else None


def split(raw: bytes, received_at: int) -> Split:
    """Every item of one POST. Raises Malformed, and nothing else, when the body is not a JSON object."""
    body = _decode(raw)
    out: list[Incoming] = []
    entries = body.get("entry")
    if type(entries) is not list:
        return Split((_kept("", "", body, received_at),))
    for entry in entries:
        changes = entry.get("changes") if type(entry) is dict else None
        if type(changes) is not list:
            out.append(_kept("", "", entry, received_at))
            continue
        for change in changes:
            value = change.get("value") if type(change) is dict else None
            if type(value) is not dict:
                out.append(_kept("", "", change, received_at))
                continue
            field = change.get("field")
            _split_value(out, entry, field if type(field) is str else "", value, received_at)
    return Split(tuple(out))


def _split_value(out: list[Incoming], entry: Item, field: str, value: Item, received_at: int) -> None:
    metadata = value.get("metadata")
    number = metadata.get("phone_number_id") if type(metadata) is dict else None
    number = number if type(number) is str else ""
    if field in ACCOUNT_FIELDS:
        out.append(_account(field, number, value, entry, received_at))
        return
    before = len(out)
    contacts: dict[str, Item] | None = None
    for name, items in value.items():
        if type(items) is not list or name == "contacts":
            continue
        if contacts is None:
            contacts = _index(value.get("contacts"))
        if field == "history" and name == "history":
            out.extend(_history(number, items, entry, received_at))
            continue
        reader = _READERS.get((field, name))
        for item in items:
            if name == "errors" and type(item) is dict:
                out.append(_account(field, number, item, entry, received_at))
            else:
                made = reader(number, item, contacts, received_at) if reader and type(item) is dict else None
                out.append(made or _kept(field, number, item, received_at))
    if len(out) == before:
        out.append(_kept(field, number, value, received_at))


def _message(number: str, item: Item, contacts: dict[str, Item], received_at: int) -> Incoming | None:
    wamid, sender, user = item.get("id"), item.get("from"), item.get("from_user_id")
    if type(wamid) is not str or not 0 < len(wamid) <= MAX_KEY:
        return None
    if item.get("type") == "system":
        system = item.get("system")
        who = identify(sender, user, item.get("from_parent_user_id"))
        if not any(who) and type(system) is dict:
            who = identify(system.get("wa_id"), system.get("user_id"), system.get("parent_user_id"))
        return Incoming("user_change", "u:" + wamid, "messages", number, _time(item, received_at), item, *who)
    contact = _matching(contacts, sender, user)
    if contact is None:
        who = identify(sender, user, item.get("from_parent_user_id"))
        name = None
    else:
        parents = (item.get("from_parent_user_id"), contact.get("parent_user_id"))
        who = identify(sender, user, contact.get("wa_id"), contact.get("user_id"), *parents)
        name = profile_name(contact)
    if not any(who):
        return None
    return Incoming("message", "m:" + wamid, "messages", number, _time(item, received_at), item, *who, name, contact)


def _status(number: str, item: Item, contacts: dict[str, Item], received_at: int) -> Incoming | None:
    wamid, status, participant = item.get("id"), item.get("status"), item.get("recipient_participant_id")
    if type(wamid) is not str or type(status) is not str or not wamid or not status:
        return None
    key = f"s:{wamid}:{status}:{participant}" if type(participant) is str else f"s:{wamid}:{status}"
    if len(key) > MAX_KEY:
        return None
    # The vendor spells the parent both ways (reference whatsapp §3.4).
    parents = (item.get("recipient_parent_user_id"), item.get("parent_recipient_user_id"))
    phone = item.get("recipient_id") if item.get("recipient_type") != "group" else None
    contact = _matching(contacts, phone, item.get("recipient_user_id"))
    known = (contact.get("wa_id"), contact.get("user_id")) if contact else ()
    who = identify(phone, item.get("recipient_user_id"), participant, *parents, *known)
    at = _time(item, received_at)
    name = profile_name(contact) if contact else None
    return Incoming("status", key, "messages", number, at, item, *who, name, contact)


def _echo(number: str, item: Item, contacts: dict[str, Item], received_at: int) -> Incoming | None:
    wamid = item.get("id")
    if type(wamid) is not str or not 0 < len(wamid) <= MAX_KEY:
        return None
    contact = _matching(contacts, item.get("to"), item.get("to_user_id"))
    who = identify(item.get("to"), item.get("to_user_id"), item.get("to_parent_user_id"))
    at = _time(item, received_at)
    name = profile_name(contact) if contact else None
    return Incoming("echo", "e:" + wamid, "smb_message_echoes", number, at, item, *who, name, contact)


def _user_id_update(number: str, item: Item, _contacts: dict[str, Item], received_at: int) -> Incoming | None:
    user, parent = item.get("user_id"), item.get("parent_user_id")
    previous = [part.get("previous") for part in (user, parent) if type(part) is dict]
    who = identify(item.get("wa_id"), *previous)
    if not any(who):
        return None
    key = "u:" + _digest(item)
    return Incoming("user_change", key, "user_id_update", number, _time(item, received_at), item, *who)


def _preference(number: str, item: Item, _contacts: dict[str, Item], received_at: int) -> Incoming | None:
    """A person stops, or allows again, advertising in WhatsApp's own menu (reference whatsapp §3.7)."""
    who = identify(item.get("wa_id"), item.get("user_id"), item.get("parent_user_id"))
    if not any(who):
        return None
    key = "p:" + _digest(item)
    return Incoming("preference", key, "user_preferences", number, _time(item, received_at), item, *who)


_READERS: Final[dict[tuple[str, str], Callable[[str, Item, dict[str, Item], int], Incoming | None]]] = {
    ("messages", "messages"): _message,
    ("messages", "statuses"): _status,
    ("smb_message_echoes", "message_echoes"): _echo,
    ("user_id_update", "user_id_update"): _user_id_update,
    ("user_preferences", "user_preferences"): _preference,
}


def _history(number: str, chunks: list[Any], entry: Item, received_at: int) -> Iterator[Incoming]:
    """Old threads of a number kept in the Business app: kind ``raw``, so that they can never make the bot speak."""
    for chunk in chunks:
        threads = chunk.get("threads") if type(chunk) is dict else None
        if type(threads) is not list:
            if type(chunk) is dict and type(chunk.get("errors")) is list:  # the seller declined to share (2593109)
                yield _account("history", number, chunk, entry, received_at)
            else:
                yield _kept("history", number, chunk, received_at)
            continue
        for thread in threads:
            messages = thread.get("messages") if type(thread) is dict else None
            if type(messages) is not list:
                yield _kept("history", number, thread, received_at)
                continue
            for message in messages:
                yield _kept("history", number, message, received_at, identify(thread.get("id")))


def _account(field: str, number: str, value: Item, entry: Item, received_at: int) -> Incoming:
    # No id and often no time: the entry's time, else the day of receipt, keeps "locked again" apart from a redelivery.
    moment = entry.get("time") or received_at // DAY
    key = "a:" + _digest([field, entry.get("id"), moment, value])
    return Incoming("account", key, field, number, _time(value, received_at), value)


def _kept(field: str, number: str, item: Any, received_at: int, who: Who | None = None) -> Incoming:
    """Kind ``raw``: stored as it came. Its key is a hash of the canonical item, since it may have no id."""
    kept: Item = item if type(item) is dict else {"value": item}
    if who is None:
        who = identify(kept.get("from"), kept.get("wa_id"), kept.get("from_user_id"), kept.get("user_id"))
    key = "r:" + _digest([field, number, who, kept])
    return Incoming("raw", key, field, number, _time(kept, received_at), kept, *who)


def identify(*candidates: Any) -> Who:
    """Sorts what stands where an address is expected: some gateways put a BSUID into ``from`` or ``wa_id`` (§4 [S])."""
    bsuid = parent = wa_id = None
    for value in candidates:
        if type(value) is not str or not value:
            continue
        if value[2:3] == ".":
            if BSUID.match(value):
                if value.startswith("ENT.", 3):
                    parent = parent or value
                else:
                    bsuid = bsuid or value
        elif wa_id is None:
            digits = value.removeprefix("+")
            if 6 <= len(digits) <= 15 and digits.isascii() and digits.isdigit():
                wa_id = digits
    return Who(bsuid, parent, wa_id)


def profile_name(contact: Item) -> str | None:
    """The name the customer gave themselves; None where absent or blank."""
    profile = contact.get("profile")
    name = profile.get("name") if type(profile) is dict else None
    return (name.strip() or None) if type(name) is str else None


def _index(contacts: Any) -> dict[str, Item]:
    """Contacts by each of their ids: position carries nothing (reference whatsapp §3.1)."""
    found: dict[str, Item] = {}
    if type(contacts) is list:
        for contact in contacts:
            if type(contact) is dict:
                for key in (contact.get("wa_id"), contact.get("user_id")):
                    if type(key) is str:
                        found.setdefault(key, contact)
    return found


def _matching(contacts: dict[str, Item], phone: Any, user: Any) -> Item | None:
    found = contacts.get(phone) if type(phone) is str else None
    return found if found is not None or type(user) is not str else contacts.get(user)


def _time(item: Item, received_at: int) -> int:
    """``timestamp`` is a string of Unix seconds (reference whatsapp §2.2); anything else means the time of receipt."""
    stamp = item.get("timestamp")
    if type(stamp) is not str and type(stamp) is not int:
        return received_at
    try:
        seconds = int(stamp)
    except ValueError:
        return received_at
    return seconds * 1000 if 0 < seconds < 100_000_000_000 else received_at


def _digest(value: Any) -> str:
    try:
        canonical = _encode_sorted(value)
    except OverflowError:
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(canonical).hexdigest()[:40]


def _decode(raw: bytes) -> Item:
    try:
        body = _decode_json(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        body = _decode_leniently(raw)
    if type(body) is not dict:
        raise Malformed("The body is not a JSON object.")
    if raw.count(b"{") + raw.count(b"[") > _MANY_BRACKETS and _too_deep(body):
        raise Malformed("The body is nested too deeply.")
    return body


def _decode_leniently(raw: bytes) -> Any:
    """Reads what the fast decoder refuses but a sender may write: half an emoji (a name cut in two), giant numbers."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_refuse, parse_float=_finite, parse_int=_bounded)
        return _decode_json(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Malformed("The body is not JSON.") from None


def _refuse(constant: str) -> Any:
    raise ValueError(constant)  # NaN and Infinity are not JSON


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _bounded(text: str) -> int | str:
    return int(text) if len(text) <= 30 else text


def _too_deep(body: Item) -> bool:
    level: list[Any] = [body]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True
