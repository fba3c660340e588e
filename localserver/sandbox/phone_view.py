"""What a buyer's phone shows of a thread: plain values for the page's template."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape
from msgspec import Struct

from core.kernel.clock import Clock, to_datetime
from core.kernel.countries import country
from core.kernel.patterns import late
from core.kernel.text import clock_time, one_line
from localserver.sandbox.graph_acts import rows
from localserver.sandbox.graph_templates import pictured, said
from localserver.sandbox.graph_world import Account, Buyer, Entry, Json

Say = Callable[[str], str]

_STYLES: Final = (("*", "strong"), ("_", "em"), ("~", "s"))
_LINK: Final = late(r"https?://[^\s<>]+[^\s<>.,;:!?)»\]]")
_MONO: Final = late(r"```(.+?)```", re.DOTALL)


class Bubble(Struct, frozen=True):
    """One message. ``day`` is set where a new day begins; ``ticks``: none, sent, delivered or read."""

    wamid: str
    mine: bool
    time: str
    day: str
    ticks: str
    html: Markup
    header: str = ""
    footer: str = ""
    picture: str | None = None
    voice: str | None = None
    document: tuple[str, str] | None = None
    quote: str = ""
    reactions: str = ""
    replies: tuple[tuple[str, str], ...] = ()
    link: tuple[str, str] | None = None
    menu: str = ""
    sections: tuple[tuple[str, tuple[Json, ...]], ...] = ()
    asks_phone: bool = False
    note: str = ""


def zone_of(buyer: Buyer) -> ZoneInfo:
    return country(buyer.bsuid[:2]).zone


def bubbles(buyer: Buyer, account: Account, clock: Clock, say: Say) -> list[Bubble]:
    """The thread from top to bottom; reactions stand on the message they touch."""
    zone = zone_of(buyer)
    today = to_datetime(clock.now(), zone).date()
    known = {entry.wamid: entry for entry in buyer.thread(account)}
    shown: list[Bubble] = []
    last: date | None = None
    for entry in buyer.thread(account):
        if entry.type == "reaction":
            continue
        day = to_datetime(entry.at, zone).date()
        label = "" if day == last else (say("Today") if day == today else f"{day:%d/%m/%Y}")
        last = day
        quoted = known.get(entry.quote) if entry.quote else None
        parts = _parts(entry, say)
        if quoted is not None and quoted is not known.get(entry.wamid):
            parts["quote"] = one_line(preview(quoted, say), 80)
        shown.append(
            Bubble(
                wamid=entry.wamid,
                mine=entry.direction == "in",
                time=clock_time(entry.at, zone),
                day=label,
                ticks=entry.status if entry.direction == "in" else "",
                reactions="".join(dict.fromkeys(e for e in entry.reactions.values() if e)),
                **parts,
            )
        )
    return shown


def preview(entry: Entry, say: Say) -> str:
    """One line about an entry: its words, else what kind of thing it is."""
    parts = _parts(entry, say)
    words = str(parts["html"].striptags() or parts.get("note", ""))
    if not words and parts.get("picture"):
        words = say("Photo")
    if not words and parts.get("voice"):
        words = say("Voice message")
    if not words and (named := parts.get("document")):
        words = str(named[1])
    return words


def _parts(entry: Entry, say: Say) -> Json:
    part = entry.part if isinstance(entry.part, dict) else {}
    if entry.type == "interactive":
        return _interactive(entry, part)
    shown: Json = {"html": styled(part.get("caption", ""))}
    match entry.type:
        case "text":
            shown["html"] = styled(part.get("body", ""))
        case "image":
            shown["picture"] = part.get("id")
        case "document":
            shown["document"] = (part.get("id", ""), part.get("filename") or say("Document"))
        case "audio":
            shown["voice"] = part.get("id")
        case "location":
            shown["note"] = part.get("name") or say("Location")
        case "contacts":
            shown["note"] = say("Phone number shared")
        case "template":
            shown["html"], shown["replies"] = styled(words(entry)), replies(entry)
            shown["picture"] = pictured(part)
        case _:
            shown["note"] = say("Message not supported")
    return shown


def _interactive(entry: Entry, part: Json) -> Json:
    kind, action, header = part.get("type"), part.get("action", {}), part.get("header", {})
    if kind in ("button_reply", "list_reply"):
        return {"html": styled(part[kind].get("title", ""))}
    shown: Json = {
        "html": styled(part.get("body", {}).get("text", "")),
        "header": header.get("text", ""),
        "picture": header.get("image", {}).get("id"),
        "footer": part.get("footer", {}).get("text", ""),
    }
    if kind == "button":
        shown["replies"] = tuple((b["reply"]["id"], b["reply"]["title"]) for b in action.get("buttons", []))
    elif kind == "cta_url":
        parameters = action.get("parameters", {})
        shown["link"] = (parameters.get("display_text", ""), parameters.get("url", ""))
    elif kind == "list" and rows(entry):
        shown["menu"] = action.get("button", "")
        shown["sections"] = tuple((s.get("title", ""), tuple(s.get("rows", []))) for s in action.get("sections", []))
    elif kind == "contact_request":
        shown["asks_phone"] = True
    return shown


def words(entry: Entry) -> str:
    """What a message made with a template says."""
    return said(entry.template, entry.part) if entry.template is not None else ""


def replies(entry: Entry) -> tuple[tuple[str, str], ...]:
    return tuple((title, title) for title in entry.template.replies) if entry.template is not None else ()


def styled(text: Any) -> Markup:
    """WhatsApp's own marks (``*bold*`` ``_italic_`` ``~strike~`` ```` ```mono``` ````) and links, as safe HTML."""
    safe = str(escape(text if isinstance(text, str) else ""))
    safe = _MONO.sub(r"<code>\1</code>", safe)
    for mark, tag in _STYLES:
        m = re.escape(mark)
        safe = re.sub(rf"(?<![\w{m}]){m}(?=\S)([^{m}\n]*?\S){m}(?![\w{m}])", rf"<{tag}>\1</{tag}>", safe)
    safe = _LINK.sub(lambda found: _anchor(found.group()), safe)
    return Markup(safe)  # noqa: S704 - escaped above, before any tag was added


def _anchor(url: str) -> str:
    clean = re.sub(r"</?(?:strong|em|s)>", "_", url)
    return f'<a href="{clean}" target="_blank" rel="noopener noreferrer">{clean}</a>'
