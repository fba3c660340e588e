"""WhatsApp's templates in words: how each stands, what its parts are called, and its picture on a phone. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct

from core.conversations.beyond import Offer
from core.conversations.templatedesk import Compared
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain, sentence
from core.kernel.look import Role
from core.kernel.text import utf16_length
from core.templates import rules
from core.templates.rules import Fault, Template, Unfit, Words, checked
from desktop.pages.conversations.bubbles import Attachment, Bubble
from desktop.pages.conversations.writing import formatted
from desktop.pictures import Thumb
from desktop.texts import Texts

_MICRO: Final = 1_000_000


class Choice(Struct, frozen=True):
    """A template for one conversation; ``cost`` in millionths of a dollar, None where not known."""

    offer: Offer
    cost: int | None


class TemplatesSource(Protocol):
    """Where they are kept; every method may block."""

    def every(self) -> tuple[Template, ...]: ...

    def take_ready_made(self) -> int: ...

    def save(self, template_id: int | None, words: Words) -> int: ...

    def remove(self, template_id: int) -> None: ...

    def hand_in(self, template_id: int) -> int: ...

    def keep_picture(self, path: Path) -> str:
        """A chosen picture, made fit and kept. → its name in the media folder. Raises Refused, EnvironmentProblem."""
        ...

    def thumb(self, photo: str, width: int, height: int) -> Thumb | None: ...

    def compare(self) -> Compared: ...

    def choices(self, conversation_id: int) -> tuple[Choice, ...]: ...

    def send(self, conversation_id: int, template_id: int, values: Sequence[str]) -> None: ...


class State(Struct, frozen=True):
    word: str
    icon: str
    role: Role


class Judged(Struct, frozen=True):
    """What is wrong (empty: nothing) and where, and how long the text is."""

    wrong: str
    part: Fault | None
    counter: str
    over: bool


class TemplateWords:
    def __init__(self, t: Texts) -> None:
        self.t = t

    def state(self, template: Template | None) -> State:
        t = self.t
        if template is None:
            return State(t("Not kept yet"), "pencil", "muted")
        return {
            rules.DRAFT: State(t("Still a draft"), "pencil", "muted"),
            rules.SUBMITTED: State(t("WhatsApp looks at it"), "clock", "waiting"),
            rules.APPROVED: State(t("Approved"), "check", "paid"),
            rules.REJECTED: State(t("Refused by WhatsApp"), "x", "danger"),
            rules.PAUSED: State(t("Paused by WhatsApp"), "lock", "danger"),
            rules.DISABLED: State(t("Switched off by WhatsApp"), "lock", "danger"),
        }[template.state]

    def reason(self, template: Template | None) -> str:
        """Why, in WhatsApp's words where they are all there is."""
        if template is None or not template.reason:
            return ""
        t = self.t
        known = {
            "TAG_CONTENT_MISMATCH": t("The text does not fit its category or language."),
            "INVALID_FORMAT": t("Its variables or its form are not right."),
            "ABUSIVE_CONTENT": t("WhatsApp finds its content abusive."),
            "PROMOTIONAL": t("It advertises: choose the category “advertising”."),
            "SCAM": t("WhatsApp takes it for a swindle."),
        }
        return known.get(template.reason) or sentence(template.reason, {}, t.language)

    def languages(self) -> dict[str, str]:
        t = self.t
        words = {"fr": t("French"), "mg": t("Malagasy"), "en": t("English")}
        return {code: word.capitalize() for code, word in words.items()}

    def categories(self) -> dict[str, str]:
        t = self.t
        return {rules.UTILITY: t("Order or question"), rules.MARKETING: t("Advertising")}

    def uses(self) -> dict[str, str]:
        t = self.t
        return {
            "": t("Only by hand"),
            rules.ORDER: t("News of an order"),
            rules.PAYMENT: t("Reminder to pay"),
            rules.APPOINTMENT: t("An appointment"),
            rules.QUOTE: t("Reminder of a quote"),
            rules.TALK: t("Coming back to somebody"),
        }

    def fields(self) -> dict[str, str]:
        t = self.t
        return {
            "": t("Written each time"),
            "name": t("First name"),
            "shop": t("The shop’s name"),
            "reference": t("Order number"),
            "lines": t("What was ordered"),
            "news": t("What is new"),
            "total": t("Total of the order"),
            "due": t("Still to pay"),
            "link": t("Pay link"),
            "when": t("Day and time"),
            "quote": t("Quote number"),
            "quote_total": t("Total of the quote"),
            "quote_link": t("Link of the quote"),
            "until": t("Valid until"),
        }

    def detail(self, template: Template) -> str:
        """``Relance d’un devis · Français``."""
        use = self.uses()[template.words.use] if template.words.use else self.categories()[template.words.category]
        return f"{use} · {self.languages()[template.words.language]}"

    def judge(self, words: Words) -> Judged:
        length = utf16_length(words.body.strip())
        counter = self.t("{length} of {limit} characters.", length=length, limit=rules.BODY)
        try:
            checked(words)
        except Unfit as error:
            return Judged(explain(error, self.t.language), error.part, counter, length > rules.BODY)
        except LivePayError as error:
            return Judged(explain(error, self.t.language), None, counter, length > rules.BODY)
        return Judged("", None, counter, False)

    def note(self, words: Words) -> str:
        """What to know before it is handed in."""
        t = self.t
        if words.language == "mg":
            return t("WhatsApp lists no Malagasy: it is handed in as French, and may be refused.")
        if words.category == rules.MARKETING:
            return t("Advertising costs more, and never goes to who said STOP.")
        return t("Only for what the person ordered or asked: a word of advertising, and WhatsApp changes the category.")

    def bubble(self, words: Words, values: Sequence[str], at: str) -> Bubble:
        """As it stands on the phone; a value that is missing leaves its variable."""
        shown = Attachment("image", self.t("Picture"), file=words.picture, shown=True)
        said = formatted(rules.said(words, values) + (f"\n\n_{words.footer}_" if words.footer.strip() else ""))
        return Bubble(
            key="preview",
            message_id=0,
            author="bot",
            text=said.text or "…",
            spans=said.spans,
            buttons=tuple(button.title for button in words.buttons if button.title.strip()),
            attachment=shown if words.picture else None,
            meta=at,
            tick=None,
            note="",
            note_role="muted",
            reaction="",
            close=False,
            said=said.text,
        )

    def cost(self, micro: int | None) -> str:
        """WhatsApp's price for one message, where the card has it."""
        if micro is None:
            return self.t("WhatsApp’s price for this country is not known here.")
        whole, rest = divmod(micro, _MICRO)
        price = f"{whole},{rest * 10_000 // _MICRO:04d}".rstrip("0").rstrip(",")
        return self.t("WhatsApp bills about {price} US$ for it.", price=price)

    def compared(self, found: Compared) -> str:
        said = self.t("{seen} templates at WhatsApp, {added} new here.", seen=found.seen, added=found.added)
        if found.odd:
            said += " " + self.t("{odd} have a form that is not filled here.", odd=found.odd)
        return said
