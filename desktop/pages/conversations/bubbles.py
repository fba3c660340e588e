"""A thread as it is read from top to bottom (no Qt): bubbles, lines of the journal, days."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from msgspec import Struct

from core.conversations import sendcodes
from core.conversations.handovers import HELD_BACK
from core.conversations.notes import NoteView
from core.conversations.reading import safe_filename
from core.conversations.views import MessageView, OrderMark
from core.kernel.clock import MINUTE
from core.kernel.i18n import catalogue
from core.kernel.look import Role
from core.kernel.text import clock_time, one_line, short_name
from desktop.pages.conversations.presenter import KIND_ICONS, ConversationPresenter, Thread
from desktop.pages.conversations.writing import Formatted, Span, formatted

TOGETHER: Final = 5 * MINUTE  # what one person says within this time stands close together
PICTURES: Final = frozenset({".jpg", ".jpeg", ".png"})
OPENED: Final = frozenset({".pdf", ".ogg", ".amr", ".m4a", ".mp3", ".aac"})
"""Endings that the store gave itself and that are opened with the computer's own programs."""

Author = Literal["customer", "bot", "seller", "phone"]


class Tick(Struct, frozen=True):
    """What became of a message of ours: an icon and, where one is needed, a word. ``said`` speaks to screen readers."""

    icon: str
    role: Role
    word: str = ""
    said: str = ""


class Attachment(Struct, frozen=True):
    """What a message carries besides words. ``file``: its name in the media folder, once it is there.

    ``shown``: as a picture; else as a line with icon, title and detail.
    """

    icon: str
    title: str
    detail: str = ""
    file: str | None = None
    shown: bool = False

    @property
    def opens(self) -> bool:
        """Whether a click shows more: the picture enlarged, the file in a program of its own."""
        return self.file is not None and _ending(self.file) in PICTURES | OPENED


class Bubble(Struct, frozen=True):
    """One message. ``close``: said by the same person just before; ``note`` is what went wrong, in a sentence."""

    key: str
    message_id: int
    author: Author
    text: str
    spans: tuple[Span, ...]
    buttons: tuple[str, ...]
    attachment: Attachment | None
    meta: str
    tick: Tick | None
    note: str
    note_role: Role
    reaction: str
    close: bool
    said: str

    @property
    def ours(self) -> bool:
        return self.author != "customer"


class Line(Struct, frozen=True):
    """A line of the journal in the middle of the thread."""

    key: str
    text: str
    icon: str
    role: Role

    @property
    def said(self) -> str:
        return self.text


class Day(Struct, frozen=True):
    """Where another day begins."""

    key: str
    text: str

    @property
    def said(self) -> str:
        return self.text


class NoteItem(Struct, frozen=True):
    """A note of the shop's own people; it was never sent. ``meta``: that it is one, whose, and when."""

    key: str
    note_id: int
    text: str
    meta: str

    @property
    def said(self) -> str:
        return f"{self.meta}, {self.text}"


Item = Bubble | Line | Day | NoteItem


def thread_items(thread: Thread, presenter: ConversationPresenter, now: int) -> tuple[Item, ...]:
    """Everything to show of a thread, oldest first. Messages keep the order in which they came."""
    words = _Words(presenter, thread.row.name)
    first = thread.messages[0].at if thread.messages else 0
    beside: list[tuple[int, Line | NoteItem]] = [*words.marks(thread.marks), *words.notes(thread.notes)]
    marks = sorted(beside, key=lambda one: one[0])
    waiting = [one for one in marks if not thread.older or one[0] >= first]
    items: list[Item] = []
    last: MessageView | None = None
    day = None
    for message in thread.messages:
        # What a message caused has its very time: a customer's words come before it, our answer after it.
        before_it = message.at if message.author == "customer" else message.at + 1
        while waiting and waiting[0][0] < before_it:
            at, line = waiting.pop(0)
            day = _begin_day(items, day, at, now, presenter)
            items.append(line)
            last = None
        before = day
        day = _begin_day(items, day, message.at, now, presenter)
        close = last is not None and day == before and last.author == message.author
        close = close and last is not None and 0 <= message.at - last.at < TOGETHER
        items.append(words.bubble(message, close))
        last = message
    for at, line in waiting:
        day = _begin_day(items, day, at, now, presenter)
        items.append(line)
    return tuple(items)


def _begin_day(items: list[Item], day: Any, at: int, now: int, presenter: ConversationPresenter) -> Any:
    """Writes the day before the first thing of it. A message that came late does not turn the day back."""
    here = presenter.day(at)
    if day is not None and here <= day:
        return day
    t = presenter.t
    days = (presenter.day(now) - here).days
    if days == 0:
        text = t("today")
    elif days == 1:
        text = t("yesterday")
    else:
        same_year = here.year == presenter.day(now).year
        text = presenter.written_date(here, "EEEE d MMMM" if same_year else "EEEE d MMMM y")
    items.append(Day(f"d{here.isoformat()}", text))
    return here


class _Words:
    """The words of one thread's messages and orders."""

    def __init__(self, presenter: ConversationPresenter, name: str) -> None:
        self._presenter = presenter
        self._t = presenter.t
        self._name = short_name(name) or presenter.t("The customer")

    # -- messages

    def bubble(self, message: MessageView, close: bool) -> Bubble:
        t = self._t
        author: Author = "customer"
        if message.author in ("bot", "seller", "phone"):
            author = message.author  # type: ignore[assignment]
        withdrawn = message.kind == "revoked"
        attachment = None if withdrawn else self._attachment(message)
        words = Formatted("") if withdrawn else formatted(message.text)
        if attachment is not None and (
            message.text in (attachment.title, attachment.detail)
            or (message.author == "seller" and _ending(message.text) in PICTURES)  # the name stands for no caption
        ):
            words = Formatted("")
        if not words.text and attachment is None:
            words = Formatted(self._presenter.kind_word(message.kind))
        time = clock_time(message.at, self._presenter.zone)
        who = {"bot": t("Bot"), "seller": t.of("need", "You"), "phone": t("Your phone")}.get(author, "")
        tick = self._tick(message.status) if author in ("bot", "seller") else None
        note, role = self._note(message)
        reaction = message.payload.get("reaction")
        parts = [who or self._name, time, attachment.title if attachment else "", words.text, *message.buttons]
        parts += [tick.said if tick else "", note]
        return Bubble(
            key=f"m{message.message_id}",
            message_id=message.message_id,
            author=author,
            text=words.text,
            spans=words.spans,
            buttons=message.buttons,
            attachment=attachment,
            meta=f"{who} · {time}" if who else time,
            tick=tick,
            note=note,
            note_role=role,
            reaction=reaction if isinstance(reaction, str) else "",
            close=close,
            said=", ".join(part for part in parts if part),
        )

    def _tick(self, status: str | None) -> Tick | None:
        t = self._t
        ticks = {
            "queued": Tick("clock", "muted", "", t("waiting to leave")),
            "sending": Tick("clock", "muted", "", t("waiting to leave")),
            "accepted": Tick("check", "muted", "", t("sent")),
            "sent": Tick("check", "muted", "", t("sent")),
            "delivered": Tick("check-check", "muted", "", t("delivered")),
            "read": Tick("check-check", "info", t("read"), t("read")),
            "played": Tick("check-check", "info", t("listened to"), t("listened to")),
            "failed": Tick("x", "danger", t("not delivered"), t("not delivered")),
            "unknown": Tick("circle-help", "waiting", "", ""),
            "dropped": Tick("minus", "muted", t("not sent"), t("not sent")),
        }
        return ticks.get(status or "")

    def _note(self, message: MessageView) -> tuple[str, Role]:
        """What the seller must know of a message that did not simply arrive."""
        t = self._t
        match message.status:
            case "failed":
                return self._failure(message), "danger"
            case "unknown":
                return t("outcome unknown: check on the phone"), "waiting"
            case "dropped" if message.error == HELD_BACK:
                return t("Held back: a person answers."), "muted"
            case "dropped":
                return t("It would have come too late to be of use."), "muted"
            case _:
                return "", "muted"

    def _failure(self, message: MessageView) -> str:
        words = catalogue("errors", self._t.language)
        if message.error_code is not None:
            sentence = words.gettext(sendcodes.action(message.error_code).message)
            return sentence.format(code=message.error_code)
        known = words.gettext(message.error) if message.error else ""
        return known if known and known != message.error else self._t("WhatsApp could not be reached. Send it again.")

    # -- what they carry

    def _attachment(self, message: MessageView) -> Attachment | None:
        kind = message.kind
        icon = KIND_ICONS.get(kind)
        if icon is None:
            if message.author == "customer" and not message.text and kind not in ("text", "request_welcome"):
                return Attachment("phone", self._presenter.kind_word(kind))
            return None
        title = self._presenter.kind_word(kind)
        if kind == "location":
            return Attachment(icon, title, one_line(message.text) or _coordinates(message.payload))
        if kind == "contacts":
            return Attachment(icon, title, one_line(message.text))
        if kind == "order":
            return Attachment(icon, title, _cart(message.payload))
        if kind == "document":
            title = _filename(message) or title
        shown = message.media is not None and _ending(message.media) in PICTURES
        return Attachment(icon, title, "" if shown else self._missing(message), message.media, shown)

    def _missing(self, message: MessageView) -> str:
        """Why a file cannot be opened here, or that it can."""
        t = self._t
        if message.media is not None:
            return t("open")
        if message.author == "bot":  # a paper of the shop: drawn when it is sent, kept nowhere
            return ""
        if message.kind == "video":
            return t("to be watched on the phone")
        lost = message.payload.get("media_lost")
        if lost == "unfit":
            return t("not a picture, a sound or a PDF: look at it on the phone")
        return t("no longer available") if lost else t("being fetched…")

    # -- beside the messages

    def notes(self, notes: tuple[NoteView, ...]) -> Iterator[tuple[int, NoteItem]]:
        """Each with its time."""
        t = self._t
        for note in notes:
            who = t.of("need", "You") if note.author == "seller" else note.author
            parts = (t("Internal note"), who, clock_time(note.at, self._presenter.zone))
            yield note.at, NoteItem(f"n{note.id}", note.id, note.text, " · ".join(parts))

    def marks(self, marks: tuple[OrderMark, ...]) -> Iterator[tuple[int, Line]]:
        """What happened to the customer's orders, each with its time."""
        t, zone = self._t, self._presenter.zone
        for mark in marks:
            what, key = self._presenter.what(mark.summary), f"o{mark.order_id}"
            time = clock_time(mark.reserved_at, zone)
            until = clock_time(mark.expires_at, zone)
            yield (
                mark.reserved_at,
                Line(
                    f"{key}r",
                    t("{time} · {what} reserved until {until}", time=time, what=what, until=until),
                    "",
                    "muted",
                ),
            )
            if mark.closed_at is not None:
                yield mark.closed_at, Line(f"{key}c", self._closed(mark, mark.closed_at, what), "x", "muted")
            if mark.paid_at is not None:
                time, amount = clock_time(mark.paid_at, zone), self._presenter.amount(mark.total)
                text = t("{time} · {what} paid, {amount}", time=time, what=what, amount=amount)
                yield mark.paid_at, Line(f"{key}p", text, "check", "paid")

    def _closed(self, mark: OrderMark, at: int, what: str) -> str:
        t, time = self._t, clock_time(at, self._presenter.zone)
        if mark.close_reason == "customer":
            return t("{time} · {what} cancelled by {name}", time=time, what=what, name=self._name)
        if mark.close_reason == "seller":
            return t("{time} · {what} cancelled by you", time=time, what=what)
        if mark.next_customer:
            name = short_name(mark.next_customer)
            return t("{time} · {what} expired, offered to {name}", time=time, what=what, name=name)
        return t("{time} · {what} expired", time=time, what=what)


def _ending(name: str) -> str:
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""


def _filename(message: MessageView) -> str:
    """What the sender called the document: a stranger's words, made harmless, for showing only."""
    if message.author == "seller":
        return one_line(message.text, 60) if "." in message.text[-6:] else ""
    part = message.payload.get("document")
    name = part.get("filename") if isinstance(part, dict) else None
    return one_line(safe_filename(name), 60) if isinstance(name, str) else ""


def _coordinates(payload: dict[str, Any]) -> str:
    part = payload.get("location")
    if not isinstance(part, dict):
        return ""
    values = [part.get("latitude"), part.get("longitude")]
    return ", ".join(f"{v:.5f}" for v in values if isinstance(v, int | float) and abs(v) <= 180)


def _cart(payload: dict[str, Any]) -> str:
    """``2 × ROBE1, SAC2`` of a WhatsApp catalogue cart."""
    part = payload.get("order")
    lines = part.get("product_items") if isinstance(part, dict) else None
    found: list[str] = []
    for line in lines if isinstance(lines, list) else ():
        sku, quantity = (line.get("product_retailer_id"), line.get("quantity")) if isinstance(line, dict) else ("", 0)
        if isinstance(sku, str) and sku:
            found.append(f"{quantity} × {sku}" if quantity not in (1, "1") else sku)
    return one_line(", ".join(found), 120)
