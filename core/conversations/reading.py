"""What one incoming WhatsApp item means (reference whatsapp §3). Pure, and never raises on what it is handed.

Everything read here is a stranger's input: ids of buttons, prices of cart lines and file names are claims to check.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec
from msgspec import Struct

from core.conversations.incoming import Incoming, Item, Who, identify
from core.durable.outbox import RANK
from core.kernel.patterns import late

REPORTED: Final[frozenset[str]] = frozenset({"sent", "delivered", "read", "played", "failed"})
"""The statuses WhatsApp reports; ``outbox.RANK`` says which may follow which."""

MEDIA_TYPES: Final[frozenset[str]] = frozenset({"image", "video", "audio", "voice", "document", "sticker"})
_UNSAFE: Final[re.Pattern[str]] = late(r'[\x00-\x1f\x7f<>:"|?*]')


class Media(Struct, frozen=True):
    """A file the customer sent; fetch it by ``media_id`` within 7 days. ``filename`` has no path, no odd characters."""

    media_id: str
    kind: str
    mime: str
    filename: str = ""
    voice: bool = False
    sha256: str = ""


class CartLine(Struct, frozen=True):
    """A line of a WhatsApp catalogue cart. ``price`` is what the customer's phone showed: price it again."""

    sku: str
    quantity: int
    price: float | None
    currency: str


class InboundMessage(Struct, frozen=True):
    """One message in the words that talk needs. ``text`` is what the customer said: body, caption or button title.

    ``type`` is WhatsApp's own (``text``, ``image``, ``interactive``, ``button``, ``order``, ``reaction``, ``edit``…).
    ``unsupported`` is true for polls, view-once and types not known here: nothing to read, the seller must look.
    """

    wamid: str
    type: str
    at: int
    text: str = ""
    reply_id: str | None = None
    media: Media | None = None
    quoted_wamid: str | None = None
    referral: Item | None = None
    forwarded: bool = False
    cart: tuple[CartLine, ...] = ()
    reaction_to: str | None = None
    emoji: str = ""
    edits: str | None = None
    revokes: str | None = None
    location: tuple[float, float] | None = None
    shared_phones: tuple[str, ...] = ()
    contact_request: bool = False
    form: Item | None = None
    group_id: str | None = None
    unsupported: bool = False
    errors: tuple[SendError, ...] = ()


class SendError(Struct, frozen=True):
    """Why WhatsApp could not deliver: decide on ``code`` (see sendcodes), show ``details``."""

    code: int
    title: str = ""
    details: str = ""


class Pricing(Struct, frozen=True):
    """``type``: regular (billed), free_customer_service, free_entry_point; no amount is ever given (§3.4)."""

    type: str
    category: str


class StatusChange(Struct, frozen=True):
    """What became of one of our messages. ``callback`` is the outbox's mark: it finds a message whose wamid is lost."""

    wamid: str
    status: str
    rank: int
    at: int
    callback: str | None = None
    errors: tuple[SendError, ...] = ()
    pricing: Pricing | None = None
    free_until: int | None = None


class UserChange(Struct, frozen=True):
    """A customer's ids changed: add ``current`` to the customer who has ``previous``, keep the old ones (§4)."""

    previous: Who
    current: Who


def read_message(incoming: Incoming) -> InboundMessage:
    """The message in an item of kind ``message`` or ``echo``."""
    item = incoming.item
    kind = _text(item, "type") or "unknown"
    context = _dict(item, "context")
    read: dict[str, Any] = {
        "wamid": _text(item, "id"),
        "type": kind,
        "at": incoming.at,
        "quoted_wamid": _text(context, "id") or None,
        "forwarded": context.get("forwarded") is True or context.get("frequently_forwarded") is True,
        "referral": _dict(item, "referral") or None,
        "group_id": _text(item, "group_id") or None,
        "errors": _errors(item.get("errors")),
    }
    read.update(_content(kind, item))
    return InboundMessage(**read)


def _content(kind: str, item: Item) -> dict[str, Any]:
    part = _dict(item, kind)
    if kind in MEDIA_TYPES:
        return {"text": _text(part, "caption"), "media": _media(kind, part)}
    reader = _CONTENT.get(kind)
    return reader(part, item) if reader else {"unsupported": True}


def _edit(part: Item, _item: Item) -> dict[str, Any]:
    inner = _dict(part, "message")
    kind = _text(inner, "type")
    said = _content(kind, inner) if kind != "edit" else {}
    return {"text": said.get("text", ""), "edits": _text(part, "original_message_id") or None}


def _interactive(part: Item, _item: Item) -> dict[str, Any]:
    kind = _text(part, "type")
    chosen = _dict(part, kind)
    if kind in ("button_reply", "list_reply"):
        return {"text": _text(chosen, "title"), "reply_id": _text(chosen, "id") or None}
    if kind == "nfm_reply":
        return {"text": _text(chosen, "body"), "form": _form(chosen.get("response_json"))}
    return {"unsupported": True}  # also an old one sent again: no sub-object, only errors (§3.3 [S])


def _form(answer: Any) -> Item | None:
    """A Flow's answer: JSON inside a string, possibly broken or not an object (§3.3)."""
    if type(answer) is not str:
        return None
    try:
        form = msgspec.json.decode(answer)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return form if type(form) is dict else None


def _media(kind: str, part: Item) -> Media | None:
    media_id = _text(part, "id")
    if not media_id:
        return None
    return Media(
        media_id=media_id,
        kind="audio" if kind == "voice" else kind,
        mime=_text(part, "mime_type"),
        filename=safe_filename(_text(part, "filename")),
        voice=kind == "voice" or part.get("voice") is True,
        sha256=_text(part, "sha256"),
    )


def safe_filename(name: str) -> str:
    """The last part of a name a stranger chose, without control or path characters, at most 120 long; may be empty."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _UNSAFE.sub("", last).strip(" .")[-120:]


def _cart(lines: Any) -> tuple[CartLine, ...]:
    found = []
    for line in lines if type(lines) is list else ():
        if type(line) is not dict:
            continue
        sku, quantity = _text(line, "product_retailer_id"), _whole(line.get("quantity"))
        if sku and quantity is not None and quantity > 0:
            found.append(CartLine(sku, quantity, _number(line.get("item_price")), _text(line, "currency")))
    return tuple(found)


def _place(part: Item) -> tuple[float, float] | None:
    latitude, longitude = _number(part.get("latitude")), _number(part.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude


def _shared_contacts(_part: Item, item: Item) -> dict[str, Any]:
    cards = item.get("contacts")
    phones: list[str] = []
    asked = _text(item, "origin") == "contact_request"  # seen on the message level too (§3.2)
    names: list[str] = []
    for card in cards if type(cards) is list else ():
        if type(card) is not dict:
            continue
        asked = asked or _text(card, "origin") == "contact_request"
        names.append(_text(_dict(card, "name"), "formatted_name"))
        listed = card.get("phones")
        for phone in listed if type(listed) is list else ():
            number = (_text(phone, "wa_id") or _text(phone, "phone")) if type(phone) is dict else ""
            if number:
                phones.append(number)
    return {"text": ", ".join(filter(None, names)), "shared_phones": tuple(phones), "contact_request": asked}


_CONTENT: Final[dict[str, Callable[[Item, Item], dict[str, Any]]]] = {
    "text": lambda part, _item: {"text": _text(part, "body")},
    "button": lambda part, _item: {"text": _text(part, "text"), "reply_id": _text(part, "payload") or None},
    "interactive": _interactive,
    "order": lambda part, _item: {"text": _text(part, "text"), "cart": _cart(part.get("product_items"))},
    "reaction": lambda part, _item: {
        "reaction_to": _text(part, "message_id") or None,
        "emoji": _text(part, "emoji"),
    },
    "location": lambda part, _item: {
        "text": _text(part, "name") or _text(part, "address"),
        "location": _place(part),
    },
    "contacts": _shared_contacts,
    "edit": _edit,
    "revoke": lambda part, _item: {"revokes": _text(part, "original_message_id") or None},
    "request_welcome": lambda _part, _item: {},
}


def read_status(incoming: Incoming) -> StatusChange:
    """The status in an item of kind ``status``; a status not known here has rank 0 and moves nothing."""
    item = incoming.item
    status = _text(item, "status")
    pricing = _dict(item, "pricing")
    conversation = _dict(item, "conversation")
    expiry = _whole(conversation.get("expiration_timestamp"))
    return StatusChange(
        wamid=_text(item, "id"),
        status=status,
        rank=RANK[status] if status in REPORTED else 0,
        at=incoming.at,
        callback=_text(item, "biz_opaque_callback_data") or None,
        errors=_errors(item.get("errors")),
        pricing=Pricing(_text(pricing, "type"), _text(pricing, "category")) if pricing else None,
        free_until=expiry * 1000 if expiry is not None and 0 < expiry < 100_000_000_000 else None,
    )


def read_errors(incoming: Incoming) -> tuple[SendError, ...]:
    """The errors in an item of kind ``account``: its own list, or the item itself when it is one (§3.5)."""
    return _errors(incoming.item.get("errors")) or _errors([incoming.item])


def read_user_change(incoming: Incoming) -> UserChange:
    """Old and new ids in an item of kind ``user_change`` (system message or ``user_id_update``)."""
    item = incoming.item
    if incoming.field == "user_id_update":
        user, parent = _dict(item, "user_id"), _dict(item, "parent_user_id")
        phone = item.get("wa_id")
        return UserChange(
            identify(phone, user.get("previous"), parent.get("previous")),
            identify(phone, user.get("current"), parent.get("current")),
        )
    system = _dict(item, "system")
    previous = identify(item.get("from"), item.get("from_user_id"), item.get("from_parent_user_id"))
    return UserChange(previous, identify(system.get("wa_id"), system.get("user_id"), system.get("parent_user_id")))


def _errors(listed: Any) -> tuple[SendError, ...]:
    found = []
    for error in listed if type(listed) is list else ():
        code = _whole(error.get("code")) if type(error) is dict else None
        if code is not None:
            details = _text(_dict(error, "error_data"), "details") or _text(error, "message")
            found.append(SendError(code, _text(error, "title"), details))
    return tuple(found)


def _text(part: Item, key: str) -> str:
    value = part.get(key)
    return value if type(value) is str else ""


def _dict(part: Item, key: str) -> Item:
    value = part.get(key)
    return value if type(value) is dict else {}


def _number(value: Any) -> float | None:
    return float(value) if type(value) is float or (type(value) is int and abs(value) < 2**63) else None


def _whole(value: Any) -> int | None:
    """An integer, also from a string or a whole float; None for anything else or beyond 64 bits."""
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is str and len(value) <= 20:
        try:
            value = int(value)
        except ValueError:
            return None
    return value if type(value) is int and abs(value) < 2**63 else None
