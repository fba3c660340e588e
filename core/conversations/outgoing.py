"""WhatsApp messages to send: built and checked here before they are queued (reference whatsapp §5, ruling R4). Pure.

Every builder raises Refused, with a sentence naming the part, when WhatsApp would turn the message down; shorten titles
with :func:`fit` first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from core.conversations import limits
from core.conversations.limits import fit
from core.kernel.errors import Refused
from core.kernel.patterns import late
from core.kernel.phone import BSUID, from_wa_id
from core.kernel.text import utf16_length

__all__ = [
    "Button",
    "Kind",
    "Outgoing",
    "Row",
    "Section",
    "TemplateButton",
    "address",
    "buttons",
    "contact_request",
    "document",
    "envelope",
    "fit",
    "image",
    "link_button",
    "list_message",
    "merge_texts",
    "reaction",
    "read_receipt",
    "template",
    "text",
    "with_more",
    "with_photo",
]

Kind = Literal["text", "buttons", "list", "link", "image", "document", "reaction", "contact_request", "template"]
_TEMPLATE_NAME: Final[re.Pattern[str]] = late(r"[a-z0-9_]{1,512}")
_LANGUAGE: Final[re.Pattern[str]] = late(r"[a-z]{2,3}(_[A-Z]{2})?")


class Outgoing(Struct, frozen=True):
    """A checked message. ``type`` is the wire's word, ``body`` the object sent under it; ``kind`` is ours.

    ``preview`` and ``buttons`` (titles) are what the seller sees in the thread; ``quote`` is the wamid answered to;
    ``photo`` is a file of the media folder to be shown above the text, if it can be uploaded in time; a template is
    not sent without its own.
    """

    kind: Kind
    type: str
    body: dict[str, Any]
    preview: str
    buttons: tuple[str, ...] = ()
    quote: str | None = None
    photo: str | None = None

    @property
    def needs_window(self) -> bool:
        """True when it may only be sent within 24 h of the customer's last message (§8)."""
        return self.kind != "template"

    def to_payload(self) -> bytes:
        """JSON for the outbox table."""
        return msgspec.json.encode(self)

    @staticmethod
    def from_payload(payload: bytes) -> Outgoing:
        """The inverse of :meth:`to_payload`. Raises msgspec.DecodeError."""
        return msgspec.json.decode(payload, type=Outgoing)


class Button(Struct, frozen=True):
    id: str
    title: str


class Row(Struct, frozen=True):
    id: str
    title: str
    description: str = ""


class Section(Struct, frozen=True):
    title: str
    rows: Sequence[Row]


class TemplateButton(Struct, frozen=True):
    """``value``: the URL's suffix, or the payload a quick reply gives back. ``index`` counts from 0."""

    index: int
    sub_type: Literal["url", "quick_reply", "copy_code"]
    value: str


def text(body: str, *, preview_url: bool = False, quote: str | None = None) -> Outgoing:
    """Plain text. ``preview_url`` asks for a picture of the first link."""
    said = limits.checked("text", limits.clean(body).strip(), limits.TEXT)
    part: dict[str, Any] = {"body": said}
    if preview_url:
        part["preview_url"] = True
    return Outgoing("text", "text", part, said, (), quote)


def buttons(
    body: str,
    choices: Sequence[Button],
    *,
    header: str | None = None,
    header_image: str | None = None,
    footer: str | None = None,
    quote: str | None = None,
    photo: str | None = None,
) -> Outgoing:
    """One to three reply buttons under a text; ``header_image`` is the id of an uploaded picture.

    ``photo``: one that is yet to be uploaded, see :class:`Outgoing`.
    """
    if not 1 <= len(choices) <= limits.BUTTONS:
        raise Refused("A message carries 1 to {limit} buttons, not {count}.", limit=limits.BUTTONS, count=len(choices))
    titles = tuple(limits.title("button", choice.title, limits.BUTTON_TITLE) for choice in choices)
    limits.distinct([choice.id for choice in choices])
    limits.distinct(titles)
    made = [
        {"type": "reply", "reply": {"id": _id(choice.id, limits.BUTTON_ID), "title": title}}
        for choice, title in zip(choices, titles, strict=True)
    ]
    message = _interactive("buttons", "button", body, {"buttons": made}, titles, header, header_image, footer, quote)
    return replace(message, photo=photo)


def list_message(
    body: str,
    button: str,
    sections: Sequence[Section],
    *,
    header: str | None = None,
    footer: str | None = None,
    quote: str | None = None,
) -> Outgoing:
    """A menu opened by one button: up to ten lines in all, over up to ten titled sections."""
    rows = [row for section in sections for row in section.rows]
    if not 1 <= len(rows) <= limits.ROWS:
        raise Refused("A list holds 1 to {limit} lines in all, not {count}.", limit=limits.ROWS, count=len(rows))
    if len(sections) > limits.SECTIONS or not all(section.rows for section in sections):
        raise Refused("A list holds 1 to {limit} sections, none of them empty.", limit=limits.SECTIONS)
    limits.distinct([row.id for row in rows])
    made: list[dict[str, Any]] = []
    for section in sections:
        part: dict[str, Any] = {}
        if section.title.strip() or len(sections) > 1:
            part["title"] = limits.title("section", section.title, limits.SECTION_TITLE)
        part["rows"] = [_row(row) for row in section.rows]
        made.append(part)
    action = {"button": limits.title("button", button, limits.BUTTON_TITLE), "sections": made}
    return _interactive("list", "list", body, action, (str(action["button"]),), header, None, footer, quote)


def with_photo(message: Outgoing, media_id: str) -> Outgoing:
    """The photo of the message, now uploaded, above its text."""
    header = {"type": "image", "image": {"id": _id(media_id, 512)}}
    if message.kind == "template":
        above = {"type": "header", "parameters": [header]}
        return replace(message, body={**message.body, "components": [above, *message.body.get("components", ())]})
    return replace(message, body={**message.body, "header": header})


def link_button(
    body: str,
    label: str,
    url: str,
    *,
    header: str | None = None,
    header_image: str | None = None,
    footer: str | None = None,
    quote: str | None = None,
) -> Outgoing:
    """One button that opens a web address; a tap is never reported back."""
    if not _is_web_address(limits.checked("url", url, limits.URL)):
        raise Refused("“{url}” is not a web address.", url=url)
    title = limits.title("button", label, limits.BUTTON_TITLE)
    action = {"name": "cta_url", "parameters": {"display_text": title, "url": url}}
    return _interactive("link", "cta_url", body, action, (title,), header, header_image, footer, quote)


def contact_request(body: str) -> Outgoing:
    """Asks a customer known only by a business-scoped id for their number (§4)."""
    return _interactive("contact_request", "contact_request", body, {"name": "request_contact_info"})


def image(media_id: str, caption: str = "", *, quote: str | None = None) -> Outgoing:
    """An uploaded picture (JPEG or PNG)."""
    part, said = _media(media_id, caption)
    return Outgoing("image", "image", part, said, (), quote)


def document(media_id: str, filename: str, caption: str = "", *, quote: str | None = None) -> Outgoing:
    """An uploaded file; its icon follows from the extension of ``filename``."""
    part, said = _media(media_id, caption)
    name = limits.BLANKS.sub(" ", limits.clean(filename)).strip().replace("/", "-")
    if not name:
        raise Refused("A document needs a file name.")
    part["filename"] = name[-limits.FILENAME :]
    return Outgoing("document", "document", part, said or name, (), quote)


def reaction(wamid: str, emoji: str) -> Outgoing:
    """An emoji on one of the customer's messages; an empty one takes it back."""
    return Outgoing("reaction", "reaction", {"message_id": _id(wamid, 512), "emoji": emoji}, emoji)


def template(
    name: str,
    language: str,
    preview: str,
    *,
    body: Sequence[str] | Mapping[str, str] = (),
    header: str | tuple[str, str] | None = None,
    header_document: tuple[str, str] | None = None,
    buttons: Sequence[TemplateButton] = (),
) -> Outgoing:
    """An approved template. ``body``: values in order, or by name; ``header``: a value, or its name and the value;
    ``header_document``: media id and file name.

    ``preview`` is the filled text as the customer reads it. Values lose line breaks, which WhatsApp refuses in them.
    """
    if not _TEMPLATE_NAME.fullmatch(name) or not _LANGUAGE.fullmatch(language):
        raise Refused("“{name}” in “{language}” cannot be the name of a template.", name=name, language=language)
    components: list[dict[str, Any]] = []
    if header_document is not None:
        shown = {"id": header_document[0], "filename": header_document[1]}
        components.append({"type": "header", "parameters": [{"type": "document", "document": shown}]})
    elif header is not None:
        value = _value(header) if isinstance(header, str) else {"parameter_name": header[0], **_value(header[1])}
        components.append({"type": "header", "parameters": [value]})
    if isinstance(body, Mapping):
        values = [{"type": "text", "parameter_name": key, "text": _value(v)["text"]} for key, v in body.items()]
    else:
        values = [_value(v) for v in body]
    if values:
        components.append({"type": "body", "parameters": values})
    kinds = {"url": "text", "quick_reply": "payload", "copy_code": "coupon_code"}
    for button in buttons:
        word = kinds[button.sub_type]
        parameter = {"type": word, word: button.value}
        shape = {"type": "button", "sub_type": button.sub_type, "index": str(button.index), "parameters": [parameter]}
        components.append(shape)
    part: dict[str, Any] = {"name": name, "language": {"code": language}}
    if components:
        part["components"] = components
    return Outgoing("template", "template", part, limits.clean(preview))


def address(phone: str | None, bsuid: str | None) -> dict[str, str]:
    """Where to send (§4): a known phone in ``to``, always with ``+``; else the business-scoped id in ``recipient``.

    A phone wins, which also keeps phone numbers in the webhooks. Raises Refused when the customer has neither.
    """
    for candidate in (phone, bsuid):
        if candidate and BSUID.match(candidate) is None:
            e164 = from_wa_id(candidate)
            if e164 is not None:
                return {"to": e164}
    for candidate in (bsuid, phone):
        if candidate and BSUID.match(candidate):
            return {"recipient": candidate}
    raise Refused("This customer cannot be reached on WhatsApp: neither a number nor a WhatsApp id is known.")


def envelope(message: Outgoing, to: Mapping[str, str], callback: str | None = None) -> dict[str, Any]:
    """The whole JSON of the send call; ``to`` from :func:`address`, ``callback`` comes back in every status."""
    sent: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual", **to}
    if message.quote:
        sent["context"] = {"message_id": message.quote}
    sent["type"] = message.type
    sent[message.type] = message.body
    if callback is not None:
        sent["biz_opaque_callback_data"] = limits.checked("callback", callback, limits.CALLBACK)
    return sent


def read_receipt(wamid: str, typing: bool = False) -> dict[str, Any]:
    """Two blue ticks for this and all earlier messages; ``typing`` shows "writing…" for up to 25 s (§5.3)."""
    sent: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": _id(wamid, 512)}
    if typing:
        sent["typing_indicator"] = {"type": "text"}
    return sent


def merge_texts(first: Outgoing, second: Outgoing) -> Outgoing | None:
    """One message instead of two (ruling R4): a text joined to the text, buttons, list or link that follows it.

    None when they do not fit together: the sum is too long, the first is no plain text, or they quote two messages.
    """
    if first.kind != "text" or second.kind not in ("text", "buttons", "list", "link"):
        return None
    if first.quote and second.quote and first.quote != second.quote:
        return None
    plain = second.kind == "text"
    joined = f"{first.preview}\n\n{second.body['body'] if plain else second.body['body']['text']}"
    if utf16_length(joined) > (limits.TEXT if plain else limits.BODY):
        return None
    part = {**second.body, "body": joined if plain else {"text": joined}}
    if plain and first.body.get("preview_url"):
        part["preview_url"] = True
    return replace(second, body=part, preview=joined, quote=first.quote or second.quote)


def with_more(message: Outgoing, more: str) -> Outgoing | None:
    """The message with a paragraph more under its text; None where that is too long, or it has no text."""
    if message.kind not in ("text", "buttons", "list", "link"):
        return None
    plain = message.kind == "text"
    said = f"{message.preview}\n\n{limits.clean(more).strip()}"
    if utf16_length(said) > (limits.TEXT if plain else limits.BODY):
        return None
    return replace(message, body={**message.body, "body": said if plain else {"text": said}}, preview=said)


def _interactive(
    kind: Kind,
    type_: str,
    body: str,
    action: dict[str, Any],
    titles: tuple[str, ...] = (),
    header: str | None = None,
    header_image: str | None = None,
    footer: str | None = None,
    quote: str | None = None,
) -> Outgoing:
    part: dict[str, Any] = {"type": type_}
    if header_image is not None:
        part["header"] = {"type": "image", "image": {"id": header_image}}
    elif header is not None:
        part["header"] = {"type": "text", "text": limits.title("header", header, limits.HEADER)}
    said = limits.checked("text", limits.clean(body).strip(), limits.BODY)
    part["body"] = {"text": said}
    if footer is not None:
        part["footer"] = {"text": limits.title("footer", footer, limits.FOOTER)}
    part["action"] = action
    return Outgoing(kind, "interactive", part, said, titles, quote)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # an unfinished IPv6 host
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable() and " " not in url


def _row(row: Row) -> dict[str, str]:
    made = {"id": _id(row.id, limits.ROW_ID), "title": limits.title("row", row.title, limits.ROW_TITLE)}
    if row.description.strip():
        made["description"] = limits.title("description", row.description, limits.ROW_DESCRIPTION)
    return made


def _media(media_id: str, caption: str) -> tuple[dict[str, Any], str]:
    said = limits.clean(caption).strip()
    part: dict[str, Any] = {"id": _id(media_id, 512)}
    if said:
        part["caption"] = limits.checked("caption", said, limits.CAPTION)
    return part, said


def _value(value: str) -> dict[str, str]:
    return {"type": "text", "text": limits.BLANKS.sub(" ", limits.clean(value)).strip()}


def _id(value: str, limit: int) -> str:
    return limits.checked("id", limits.clean(value), limit)
