"""WhatsApp's limits on what a message may hold, and how to keep within them (reference whatsapp §5.2). Pure.

Lengths count UTF-16 units, the stricter reading of WhatsApp's undocumented "characters" (§5.1 [U]).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from core.kernel.errors import Refused
from core.kernel.patterns import late
from core.kernel.text import utf16_length

TEXT: Final = 4096
BODY: Final = 1024  # some references allow 4096 for lists; 1024 holds everywhere (§5.2)
CAPTION: Final = 1024
FOOTER: Final = 60
HEADER: Final = 60
BUTTONS: Final = 3
BUTTON_TITLE: Final = 20
BUTTON_ID: Final = 256
SECTIONS: Final = 10
ROWS: Final = 10
SECTION_TITLE: Final = 24
ROW_TITLE: Final = 24
ROW_DESCRIPTION: Final = 72
ROW_ID: Final = 200
CALLBACK: Final = 512
URL: Final = 2000
FILENAME: Final = 240

BLANKS: Final[re.Pattern[str]] = late(r"[ \t\r\n\f\v]+")  # not the no-break spaces of French typography
_JOINER: Final = "\u200d"
_FLAG_LETTERS: Final = "".join(map(chr, range(0x1F1E6, 0x1F200)))

# One sentence per part: a translator cannot build "the {part} has…" in every language.
_TOO_LONG: Final[dict[str, str]] = {
    "text": "The text has {length} characters; WhatsApp takes at most {limit}.",
    "caption": "The caption has {length} characters; WhatsApp takes at most {limit}.",
    "header": "The header has {length} characters; WhatsApp takes at most {limit}.",
    "footer": "The footer has {length} characters; WhatsApp takes at most {limit}.",
    "button": "The button “{text}” has {length} characters; WhatsApp takes at most {limit}.",
    "section": "The section title “{text}” has {length} characters; WhatsApp takes at most {limit}.",
    "row": "The list line “{text}” has {length} characters; WhatsApp takes at most {limit}.",
    "description": "The description “{text}” has {length} characters; WhatsApp takes at most {limit}.",
    "id": "The id “{text}” has {length} characters; WhatsApp takes at most {limit}.",
    "url": "The link has {length} characters; WhatsApp takes at most {limit}.",
    "callback": "The mark “{text}” has {length} characters; WhatsApp takes at most {limit}.",
}
_EMPTY: Final[dict[str, str]] = {
    "text": "A message needs some text.",
    "header": "The header is empty.",
    "footer": "The footer is empty.",
    "button": "A button needs a title.",
    "section": "A section needs a title.",
    "row": "A list line needs a title.",
    "id": "A button or list line needs an id.",
}


def fit(text: str, limit: int) -> str:
    """On one line and within ``limit``, cut at a word with an ellipsis; never inside an emoji or a number's spaces."""
    flat = BLANKS.sub(" ", clean(text)).strip()
    if utf16_length(flat) <= limit:
        return flat
    if limit < 1:
        return ""
    used = cut = 0
    for char in flat:
        used += 2 if ord(char) > 0xFFFF else 1
        if used > limit - 1:
            break
        cut += 1
    head = flat[:cut]
    space = head.rfind(" ")
    in_a_number = any(char.isdigit() for char in head[space + 1 :])  # half an amount would be another amount
    if flat[cut] != " " and space > 0 and (2 * space >= cut or in_a_number):
        head = head[:space]
    else:
        while head and _inside(head, flat[len(head)]):
            head = head[:-1]
    return head.rstrip(" ,;:.-–—·") + "…"


def _inside(head: str, following: str) -> bool:
    """True when a cut here would part an accent, a joined emoji, a skin tone or the two letters of a flag."""
    if head[-1] == _JOINER or following == _JOINER or unicodedata.category(following) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= following <= "\U0001f3ff":
        return True
    letters = len(head) - len(head.rstrip(_FLAG_LETTERS))
    return following in _FLAG_LETTERS and letters % 2 == 1


def title(part: str, value: str, limit: int) -> str:
    """A title as WhatsApp takes it, plain text on one line; Refused when empty or too long."""
    return checked(part, BLANKS.sub(" ", clean(value)).strip(), limit)


def checked(part: str, value: str, limit: int) -> str:
    """The value itself; Refused, naming the part, when it is empty or longer than ``limit``."""
    if not value and part in _EMPTY:
        raise Refused(_EMPTY[part])
    length = utf16_length(value)
    if length > limit:
        raise Refused(_TOO_LONG[part], text=value[:40], length=length, limit=limit)
    return value


def distinct(values: Sequence[str]) -> None:
    """Refused when a title or id appears twice."""
    for value in values:
        if list(values).count(value) > 1:
            raise Refused("“{text}” appears twice in one message.", text=value)


def clean(value: str) -> str:
    """The text without what cannot be sent: half an emoji (no UTF-8 for it) and zero characters."""
    return value.encode("utf-8", "replace").decode().replace("\x00", "")
