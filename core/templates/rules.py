"""Templates: their parts, WhatsApp's limits on them, and the words with their values filled in (reference whatsapp
§5.5). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal
from urllib.parse import urlsplit

from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.patterns import late
from core.kernel.text import utf16_length

DRAFT, SUBMITTED, APPROVED = "draft", "submitted", "approved"
REJECTED, PAUSED, DISABLED = "rejected", "paused", "disabled"
STATES: Final = (DRAFT, SUBMITTED, APPROVED, REJECTED, PAUSED, DISABLED)
WRITABLE: Final = frozenset({DRAFT, REJECTED})
"""In which states its words may change: those that WhatsApp looks at, or has approved, stay as it knows them."""
UTILITY, MARKETING = "utility", "marketing"
CATEGORIES: Final = (UTILITY, MARKETING)

ORDER, PAYMENT, APPOINTMENT, QUOTE, TALK = "order", "payment", "appointment", "quote", "talk"
USES: Final = ("", ORDER, PAYMENT, APPOINTMENT, QUOTE, TALK)
"""What the store sends it for by itself; nothing: only by hand."""
FIELDS: Final = (
    *("", "name", "shop", "reference", "lines", "news", "total", "due", "link"),
    *("when", "quote", "quote_total", "quote_link", "until"),
)
"""What a variable holds; nothing: the seller writes it each time."""

BODY: Final = 1024
HEADING: Final = 60
FOOTER: Final = 60
BUTTON: Final = 25
BUTTONS: Final = 3  # more are hidden behind « see all », and not shown on computers
SAMPLE: Final = 200
NAME: Final = 60  # WhatsApp takes 512; nobody reads that
URL: Final = 2000
VARIABLES: Final = 10
SIDE, QUALITY = 1600, 85  # px and JPEG's own measure, of a picture that is kept for one
UNCHOSEN: Final = "?"
"""For the picture of a template that WhatsApp has with one: which of the store's goes above it is not chosen yet."""
_NAME: Final = late(r"[a-z0-9_]+")
_VARIABLE: Final = late(r"\{\{\s*(\d{1,2}|[a-z][a-z0-9_]{0,29})\s*\}\}")
_PICTURE: Final = late(r"[0-9a-f]{32}\.[a-z]{3,4}")  # as the media folder names what is kept there
_BRACES: Final = late(r"\{\{|\}\}")
# WhatsApp lists no Malagasy (§5.5): such words are handed in as French, and a reviewer may turn them down.
CODES: Final[Mapping[str, str]] = {"fr": "fr", "mg": "fr", "en": "en"}
NOBODY: Final[Mapping[str, str]] = {"fr": "cher client", "mg": "tompoko", "en": "dear customer"}
"""For {{1}} where the person's name is not known: WhatsApp takes no empty value."""
# WhatsApp's words for what became of one (§3.7); those not listed change nothing.
_STANDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("APPROVED", "REINSTATED"), APPROVED),
    **dict.fromkeys(("PENDING", "IN_APPEAL"), SUBMITTED),
    "REJECTED": REJECTED,
    **dict.fromkeys(("PAUSED", "LIMIT_EXCEEDED"), PAUSED),
    **dict.fromkeys(("DISABLED", "LOCKED", "ARCHIVED"), DISABLED),
    **dict.fromkeys(("DELETED", "PENDING_DELETION"), DRAFT),
}


class Button(Struct, frozen=True):
    """A ready answer (``url`` empty), or one that opens a web address."""

    title: str
    url: str = ""


class Words(Struct, frozen=True):
    """What a template says. Its variables have numbers or names; ``fields`` and ``samples``: one for each, those of the
    heading first (:func:`variables`). ``picture``: a file of the media folder that stands above, in place of a heading.
    """

    name: str
    language: str
    category: str
    body: str
    use: str = ""
    fields: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    heading: str = ""
    picture: str = ""

    @property
    def variables(self) -> list[str]:
        """Of the heading, then of the body."""
        return [*variables(self.heading), *variables(self.body)]

    @property
    def named(self) -> bool:
        return not all(one.isdigit() for one in self.variables)


class Template(Struct, frozen=True):
    """``code``: WhatsApp's word for the language. ``reason``: WhatsApp's own, where it said one. Times in ms UTC."""

    id: int
    words: Words
    code: str
    state: str
    reason: str
    wa_id: str
    changed_at: int
    handed_in_at: int | None


class Seen(Struct, frozen=True):
    """One as WhatsApp lists it. ``words`` None: of a form that is not filled here (a document above)."""

    wa_id: str
    name: str
    code: str
    state: str
    reason: str
    words: Words | None


Fault = Literal["name", "heading", "body", "samples", "footer", "buttons", "category"]


class Unfit(Refused):
    """WhatsApp would turn it down; ``part`` is where."""

    def __init__(self, part: Fault, message: str, **params: object) -> None:
        super().__init__(message, **params)
        self.part: Fault = part


def stands(word: str) -> str | None:
    """Our state for WhatsApp's word; None for one that changes nothing."""
    return _STANDS.get(word.upper())


def variables(text: str) -> list[str]:
    """The variables of a text, each once: by their numbers, or named ones as they come."""
    found = list(dict.fromkeys(_plain(one) for one in _VARIABLE.findall(text)))
    return sorted(found, key=int) if all(one.isdigit() for one in found) else found


def _plain(variable: str) -> str:
    return str(int(variable)) if variable.isdigit() else variable


def stray(text: str) -> bool:
    """Whether there are braces that are no variable of ours."""
    return _BRACES.search(_VARIABLE.sub("", text)) is not None


def checked(words: Words) -> Words:
    """The words, tidied. Raises Unfit for what WhatsApp refuses or this program does not know."""
    name, body, footer = words.name.strip(), words.body.strip(), one_value(words.footer)
    if _NAME.fullmatch(name) is None or len(name) > NAME:
        raise Unfit(
            "name", "A name has up to {limit} small letters, digits and _, for instance relance_devis.", limit=NAME
        )
    if words.category not in CATEGORIES or words.use not in USES or words.language not in CODES:
        raise Unfit("category", "“{text}” is not known here.", text=f"{words.category} {words.use} {words.language}")
    heading = one_value(words.heading)
    _check_heading(heading)
    if words.picture not in ("", UNCHOSEN) and _PICTURE.fullmatch(words.picture) is None:
        raise Unfit("heading", "“{text}” is not known here.", text=words.picture[:60])
    if heading and words.picture:
        raise Unfit("heading", "A picture or a line stands above the words, not both.")
    _check_body(body)
    count = len(variables(heading)) + len(variables(body))
    if len({one.isdigit() for one in (*variables(heading), *variables(body))}) > 1:
        raise Unfit("body", "Variables have numbers or names, not some of both.")
    samples = tuple(one_value(text) for text in words.samples[:count])
    if len(samples) < count or not all(samples):
        raise Unfit("samples", "WhatsApp wants an example for each variable.")
    if any(len(text) > SAMPLE for text in samples):
        raise Unfit("samples", "An example has at most {limit} characters.", limit=SAMPLE)
    fields = (*words.fields, *[""] * count)[:count]
    if any(field not in FIELDS for field in fields):
        raise Unfit("samples", "“{text}” is not known here.", text=" ".join(fields))
    if utf16_length(footer) > FOOTER or _BRACES.search(footer):
        raise Unfit("footer", "The line below has at most {limit} characters and no variable.", limit=FOOTER)
    buttons = tuple(_button(each) for each in words.buttons)
    if len(buttons) > BUTTONS or len({each.title for each in buttons}) < len(buttons):
        raise Unfit("buttons", "At most {limit} buttons, each with another title.", limit=BUTTONS)
    parts = (fields, samples, footer, buttons, heading, words.picture)
    return Words(name, words.language, words.category, body, words.use, *parts)


def _check_heading(heading: str) -> None:
    found = variables(heading)
    if utf16_length(heading) > HEADING or len(found) > 1 or stray(heading):
        raise Unfit("heading", "A heading has at most {limit} characters and one variable.", limit=HEADING)
    if found and found[0].isdigit() and found != ["1"]:
        raise Unfit("heading", "The heading’s variable is {one}.", one="{{1}}")


def _check_body(body: str) -> None:
    length = utf16_length(body)
    if not 1 <= length <= BODY:
        raise Unfit("body", "The text has 1 to {limit} characters, this one {length}.", limit=BODY, length=length)
    found = variables(body)
    numbered = all(one.isdigit() for one in found)
    if stray(body) or (numbered and found != [str(number) for number in range(1, len(found) + 1)]):
        raise Unfit("body", "Variables are {one}, {two} and so on, without a gap.", one="{{1}}", two="{{2}}")
    if len(found) > VARIABLES:
        raise Unfit("body", "A text has at most {limit} variables.", limit=VARIABLES)
    if _VARIABLE.match(body) or re.search(r"\{\{[^{}]*\}\}\W*$", body):
        raise Unfit("body", "WhatsApp wants words before the first variable and after the last.")
    if re.search(r"\}\}\s*\{\{", body):
        raise Unfit("body", "Two variables need a word between them.")
    if len(_VARIABLE.sub(" ", body).split()) < 2 * len(found) + 1:  # WhatsApp's own measure is not documented
        raise Unfit("body", "Too many variables for so few words: WhatsApp would refuse it.")
    if "\n\n\n" in body:
        raise Unfit("body", "WhatsApp takes at most one empty line at a time.")


def _button(button: Button) -> Button:
    title, url = one_value(button.title), button.url.strip()
    if not 1 <= utf16_length(title) <= BUTTON or _BRACES.search(title):
        raise Unfit("buttons", "A button has 1 to {limit} characters.", limit=BUTTON)
    if url:
        try:
            parts = urlsplit(url)
            fits = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= URL and "{" not in url
        except ValueError:  # an unfinished IPv6 host
            fits = False
        if not fits:
            raise Unfit("buttons", "“{url}” is not a web address.", url=url)
    return Button(title, url)


def apart(words: Words, values: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The values of the heading's variables, and those of the body's."""
    count = len(variables(words.heading))
    return tuple(values[:count]), tuple(values[count:])


def said(words: Words, values: Sequence[str]) -> str:
    """Heading and body as the person reads them."""
    heading, body = apart(words, values)
    above = f"*{filled(words.heading, heading)}*\n\n" if words.heading.strip() else ""
    return above + filled(words.body, body)


def filled(text: str, values: Sequence[str]) -> str:
    """A text as the person reads it; a value that is missing leaves its variable standing."""
    names = variables(text)

    def put(found: re.Match[str]) -> str:
        place = names.index(_plain(found[1]))
        return one_value(values[place]) if place < len(values) and values[place].strip() else found[0]

    return _VARIABLE.sub(put, text)


def one_value(text: str) -> str:
    """A value as WhatsApp takes it: no line breaks, no tabs, not more than four spaces (132018)."""
    return re.sub(r"[ \t\r\n\f\v]+", " ", text).strip()


def read(words: Words, facts: Mapping[str, str]) -> tuple[str, ...]:
    """The value of each variable; empty where nothing is known."""
    known = {**facts, "name": facts.get("name") or NOBODY[words.language]}
    return tuple(one_value(known.get(field, "")) if field else "" for field in words.fields)
