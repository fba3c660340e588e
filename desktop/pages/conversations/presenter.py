"""The conversations without Qt: what the page reads and does, and what list, head, banner and composer say."""

from __future__ import annotations

from datetime import date, tzinfo
from pathlib import Path
from typing import Final, Literal, Protocol, get_args

from msgspec import Struct

from core.catalogue.views import ProductView
from core.conversations.canned import Canned
from core.conversations.escalation import Case
from core.conversations.figures import ThreadsWanted
from core.conversations.limits import TEXT
from core.conversations.notes import NoteView
from core.conversations.resolving import Standing
from core.conversations.sender import WINDOW_MARGIN
from core.conversations.texts import say
from core.conversations.views import CustomerCard, InboxCounts, MessageView, OrderBrief, OrderMark, ThreadRow
from core.kernel.clock import HOUR, to_datetime
from core.kernel.look import Role
from core.kernel.money import currency_sign, format_amount, format_money
from core.kernel.phone import display
from core.kernel.text import NARROW, clock_time, one_line, short_name, utf16_length
from core.privacy.views import Report
from desktop.pages.conversations.standing import StandingSource
from desktop.pages.conversations.times import in_hours, shortly
from desktop.pages.conversations.writing import formatted
from desktop.pictures import Thumb
from desktop.texts import Texts

Need = Literal["escalated", "open", "all"]
NEEDS: Final[tuple[Need, ...]] = get_args(Need)
NEARLY_CLOSED: Final = 2 * HOUR
COUNTED: Final = 500
"""So many characters before the end, the composer begins to count them."""

# WhatsApp's types without words of their own, as one word; the rest is said as it was written.
KIND_ICONS: Final[dict[str, str]] = {
    "image": "image",
    "sticker": "image",
    "video": "film",
    "audio": "mic",
    "voice": "mic",
    "document": "file-text",
    "location": "map-pin",
    "contacts": "user",
    "order": "shopping-bag",
    "revoked": "ban",
}


class Inbox(Struct, frozen=True):
    """The top of the list. ``more``: there are conversations below it. ``connected``: WhatsApp is set up. ``behind``:
    how many times, and conversations, stand behind the figure that is asked about."""

    rows: tuple[ThreadRow, ...]
    counts: InboxCounts
    more: bool = False
    connected: bool = True
    behind: tuple[int, int] | None = None


class Thread(Struct, frozen=True):
    """One conversation: its latest messages, oldest first, and whom it is with. ``older``: there are earlier ones.

    ``ready``: the answers kept ready, worded for this customer; ``draft``: number of the quote that waits to be sent to
    them.
    """

    row: ThreadRow
    messages: tuple[MessageView, ...]
    marks: tuple[OrderMark, ...] = ()
    card: CustomerCard | None = None
    orders: tuple[OrderBrief, ...] = ()
    prefers: str | None = None
    older: bool = False
    case: Case | None = None
    notes: tuple[NoteView, ...] = ()
    ready: tuple[Canned, ...] = ()
    draft: str = ""


class ConversationSource(StandingSource, Protocol):
    """What the page reads and the verbs it calls. All may block: called off the window's thread."""

    def inbox(self, need: Need, search: str, limit: int, behind: ThreadsWanted | None = None) -> Inbox: ...

    def thread(self, conversation_id: int, limit: int) -> Thread | None:
        """None when there is no such conversation (any more: two records of one person were merged)."""
        ...

    def mark_read(self, conversation_id: int) -> bool: ...

    def take_over(self, conversation_id: int) -> None: ...

    def give_back(self, conversation_id: int) -> None: ...

    def resolve(self, conversation_id: int) -> Standing | None:
        """→ what takes it back; None when it rested already."""
        ...

    def take_up_again(self, before: Standing) -> None:
        """As it stood before it was resolved. Raises Refused when it went on since."""
        ...

    def add_note(self, conversation_id: int, text: str) -> None:
        """Keep a note for the shop's own people. Raises Refused."""
        ...

    def remove_note(self, note_id: int) -> None: ...

    def canned(self) -> tuple[Canned, ...]:
        """The answers kept ready, in every language."""
        ...

    def save_canned(self, shortcut: str, language: str, text: str) -> int:
        """→ its id. Raises Refused, Forbidden."""
        ...

    def remove_canned(self, canned_id: int) -> None: ...

    def send_text(self, conversation_id: int, text: str) -> None:
        """Queue what the seller wrote. Raises Refused (window closed, too long)."""
        ...

    def send_file(self, conversation_id: int, path: Path, caption: str) -> None:
        """Queue a photo or a PDF from the seller's computer. Raises Refused, EnvironmentProblem."""
        ...

    def send_link(self, conversation_id: int, order_id: int) -> None:
        """Queue the pay link of an open order. Raises Refused."""
        ...

    def set_notes(self, customer_id: int, text: str) -> None: ...

    def set_consent(self, customer_id: int, given: bool) -> None:
        """Whether they may be scored by their habits, as they said."""

    def export_customer(self, customer_id: int, path: Path) -> None:
        """Write everything known of a person to a zip. Raises EnvironmentProblem."""

    def erase_customer(self, customer_id: int) -> Report:
        """Raises Refused while something of this person is still going on."""

    def thumb(self, name: str, width: int, height: int) -> Thumb | None:
        """A picture of the media folder, cut to this size in px; None when it cannot be shown."""
        ...

    def thumb_of(self, path: Path, width: int, height: int) -> Thumb | None:
        """The same for a file the seller chose."""
        ...

    def picture(self, name: str) -> bytes | None:
        """A whole picture of the media folder."""
        ...

    def file(self, name: str) -> Path | None:
        """Where a file of the media folder is, None when it is gone."""
        ...


class Badge(Struct, frozen=True):
    """A pill's word, icon and colour."""

    text: str
    icon: str | None
    role: Role


class ThreadText(Struct, frozen=True):
    """A line of the list. ``strong``: not read yet; ``icon`` stands before a preview that is no words."""

    conversation_id: int
    initial: str
    name: str
    language: str
    time: str
    preview: str
    icon: str | None
    strong: bool
    pill: Badge | None
    said: str


class HeadText(Struct, frozen=True):
    initial: str
    name: str
    about: str


Mode = Literal["bot", "seller", "closed", "never"]


class ComposerText(Struct, frozen=True):
    """``mode`` seller: write; else ``sentence`` says why not. ``order_id``: whose pay link can be sent."""

    mode: Mode
    sentence: str
    order_id: int | None = None


class BannerText(Struct, frozen=True):
    """Who speaks, and what follows. ``paused``: a person does; else the bot hands over. ``chips``: known first."""

    title: str
    sentence: str
    role: Role = "waiting"
    paused: bool = False
    chips: tuple[Badge, ...] = ()


class ConversationPresenter:
    """Words and colours of the conversations of one store."""

    def __init__(self, t: Texts, currency: str, zone: tzinfo) -> None:
        self.t = t
        self.currency = currency
        self.zone = zone

    # -- small words

    def amount(self, units: int) -> str:
        """``15 000 F``."""
        return f"{format_amount(units, self.currency)}\u00a0{currency_sign(self.currency).split(NARROW)[0]}"

    def day(self, ms: int) -> date:
        """The store's own day."""
        return to_datetime(ms, self.zone).date()

    def written_date(self, day: date, form: str) -> str:
        """A date in the window's language; ``form`` as CLDR writes it (``d MMMM``)."""
        from babel.dates import format_date  # loaded when the first date is shown

        return format_date(day, form, locale={"mg": "mg", "en": "en"}.get(self.t.language, "fr"))

    def language(self, code: str) -> str:
        t = self.t
        return {"fr": t("French"), "mg": t("Malagasy"), "en": t("English")}.get(code, code.upper())

    def called(self, name: str, phone: str | None) -> str:
        """What a person is called when there is no name: the number, or nothing known."""
        return " ".join(name.split()) or (display(phone) if phone else self.t("Unknown customer"))

    # -- the list

    def needs(self) -> tuple[tuple[Need, str], ...]:
        """The chips over the list, in their order."""
        t = self.t
        return (
            ("escalated", t.of("filter", "To take over")),
            ("open", t.of("filter", "In progress")),
            ("all", t.of("filter", "All")),
        )

    def row(self, row: ThreadRow, now: int) -> ThreadText:
        name = short_name(row.name) or self.called("", row.phone)
        pill = self.pill(row)
        preview, icon = self._preview(row)
        time = self.when(row.last_at, now) if row.waiting_since is None else shortly(now - row.waiting_since)
        waits = "" if row.waiting_since is None else self.t("waits for {time}", time=time)
        unread = self.t.plural("{n} unread message", "{n} unread messages", row.unread) if row.unread else ""
        said = ", ".join(filter(None, (name, pill.text if pill else "", unread, preview, waits or time)))
        return ThreadText(
            row.conversation_id,
            self.initial(row.name),
            name,
            row.language.upper(),
            time,
            preview,
            icon,
            row.unread > 0,
            pill,
            said,
        )

    @staticmethod
    def initial(name: str) -> str:
        return next((c.upper() for c in name if c.isalnum()), "")

    def pill(self, row: ThreadRow) -> Badge | None:
        """Who has to speak. Nothing while nothing is going on: the bot sleeps there."""
        t = self.t
        if row.need == "escalated":
            return Badge(t.of("need", "To take over"), None, "danger")
        if row.need == "seller":
            return Badge(t.of("need", "You"), None, "paid")
        if row.open_order_id is not None:
            return Badge(t.of("need", "Bot"), None, "info")
        return Badge(t.of("need", "Resolved"), "check", "muted") if row.closed_at is not None else None

    def when(self, at: int, now: int) -> str:
        """``21:46``, « hier », ``lun.``, ``12/11``: the shortest that is clear."""
        day, today = self.day(at), self.day(now)
        days = (today - day).days
        if days <= 0:
            return clock_time(at, self.zone)
        if days == 1:
            return self.t("yesterday")
        return self.written_date(day, "EEE" if days < 7 else "dd/MM" if day.year == today.year else "dd/MM/yy")

    def _preview(self, row: ThreadRow) -> tuple[str, str | None]:
        text = one_line(formatted(row.last_text if row.asked is None else row.asked).text)
        if row.last_kind == "document":
            text = text.removeprefix("📄").lstrip()  # its icon says the same
        word = self.kind_word(row.last_kind)
        icon = KIND_ICONS.get(row.last_kind)
        if row.last_kind == "revoked" or (not text and icon):
            text = word
        elif row.asked is not None:
            text = self.t("“{text}”", text=text) if text else ""
        elif row.last_author in ("seller", "phone") and text:
            text = self.t("You: {text}", text=text)
        return text or word, icon

    def kind_word(self, kind: str) -> str:
        """What a message without words is."""
        t = self.t
        words = {
            "image": t("Photo"),
            "sticker": t("Sticker"),
            "video": t("Video"),
            "audio": t("Voice message"),
            "voice": t("Voice message"),
            "document": t("Document"),
            "location": t("Place"),
            "contacts": t("Contact"),
            "order": t("WhatsApp cart"),
            "revoked": t("Message withdrawn"),
        }
        return words.get(kind, t("Message that only the phone can show"))

    # -- the head

    def head(self, row: ThreadRow) -> HeadText:
        name = self.called(row.name, row.phone)
        phone = display(row.phone) if row.phone else self.t("number not shown")
        about = (phone, self.language(row.language)) if phone != name else (self.language(row.language),)
        return HeadText(self.initial(row.name), name, " · ".join(about))

    def window(self, row: ThreadRow, now: int) -> Badge:
        """How long WhatsApp still lets the shop answer; the margin that sending keeps is taken off (lessons c6)."""
        t = self.t
        if row.window_until is None:
            return Badge(t("Has never written"), "lock", "muted")
        left = row.window_until - WINDOW_MARGIN - now
        if left <= 0:
            return Badge(t("Window closed"), "lock", "danger")
        role: Role = "waiting" if left < NEARLY_CLOSED else "paid"
        return Badge(t("Window open for {time}", time=in_hours(left)), "timer" if role == "waiting" else None, role)

    # -- who speaks

    def composer(self, row: ThreadRow, now: int) -> ComposerText:
        """Who is speaking, and whether the seller can."""
        t = self.t
        if row.window_until is None:
            sentence = t("This person has never written to you: WhatsApp does not let you write first.")
            return ComposerText("never", sentence)
        if row.window_until - WINDOW_MARGIN <= now:
            sentence = t("More than 24 hours without a word: only an approved template may be sent now.")
            return ComposerText("closed", sentence)
        if row.need != "seller":
            return ComposerText("bot", t("The bot answers in this conversation. Take over to write."))
        return ComposerText("seller", "", row.open_order_id)

    def behind(self, times: int, conversations: int) -> str:
        """How often, and in how many conversations."""
        t = self.t
        where = t.plural("{n} conversation", "{n} conversations", conversations)
        return t("{times} in {conversations}", times=t.plural("{n} time", "{n} times", times), conversations=where)

    @staticmethod
    def what(summary: str) -> str:
        """``SAC2, 2 × ROBE1``: a single piece needs no number."""
        return ", ".join(part.removeprefix("1 × ") for part in summary.split(", "))

    def counter(self, text: str, limit: int = TEXT) -> tuple[str, bool]:
        """How long the message is, once that matters, and whether it is too long. Counted as WhatsApp counts."""
        length = utf16_length(text)
        shown = f"{format_amount(length, 'XOF')}\u00a0/\u00a0{format_amount(limit, 'XOF')}"
        return (shown if length >= limit - COUNTED else ""), length > limit

    def product_card(self, product: ProductView, language: str) -> str:
        """A product as the bot words it, in the customer's language: title, price, keyword, what is left."""
        there = product.available > 0
        price = format_money(product.price, self.currency)
        key = "price_answer" if there else "not_available_answer"
        told = say(key, language, product=product.title, keyword=product.keyword, price=price)
        return f"{told}\n{say('line_in_stock', language, left=product.available)}" if there else told
