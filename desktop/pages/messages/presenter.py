"""The bot's texts without Qt: what is listed, what is wrong with what is typed, and the message as a buyer gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct, field

from core.conversations.adapting import plain
from core.faq.views import Faq
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.kernel.text import fold, one_line
from core.voice import wording
from core.voice.rules import Reading, Share
from core.voice.service import StoreText
from core.voice.trials import Trial
from desktop.pages.conversations.bubbles import Bubble
from desktop.pages.conversations.writing import formatted
from desktop.texts import Texts

Place = tuple[str, str]
"""(key, variant) of a text."""

# What stands under a text as buttons, and what a text of its own stands under, in the picture of the message.
BUTTONS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("product_card", "event_card", "service_card", "added_to_order", "offer"), ("button_pay", "button_cancel")
    ),
    **dict.fromkeys(("reminder", "pay_link"), ("button_pay_amount",)),
    "payment_confirmed": ("button_see_orders",),
    "greeting": ("button_catalogue", "button_my_orders"),
    **dict.fromkeys(("price_answer", "available_answer"), ("button_take",)),
    "is_it_this": ("button_take", "button_help"),
    "not_understood_first": ("button_catalogue", "button_help"),
    "catalogue": ("button_catalogue",),
}
UNDER: Final[Mapping[str, str]] = {
    **dict.fromkeys(("line_first_free_delivery", "line_vip", "product_card_history", "card_deposit"), "product_card"),
    **dict.fromkeys(("line_low_stock", "line_last_one", "line_in_stock"), "price_answer"),
    "line_same_again": "greeting",
    **dict.fromkeys(("payment_confirmed_count", "payment_confirmed_loyal"), "payment_confirmed"),
}


class Listing(Struct, frozen=True):
    """All texts of a segment and a language, and what is being compared there."""

    segment: str
    language: str
    texts: tuple[StoreText, ...] = ()
    trials: Mapping[Place, tuple[Trial, Reading]] = field(default_factory=dict)


class Row(Struct, frozen=True):
    """A line of the list; ``text`` None: the name of a family."""

    title: str
    detail: str = ""
    text: StoreText | None = None


class Judged(Struct, frozen=True):
    """``wrong``: a sentence about the first thing that is, or nothing. ``over``: there is no room for it."""

    wrong: str
    counter: str
    over: bool


class MessagesSource(Protocol):
    """What the page reads and the verbs it calls. All may block: called off the window's thread."""

    @property
    def segment(self) -> str: ...

    def read(self, segment: str, language: str) -> Listing: ...

    def save(self, text: StoreText, words: str | None) -> StoreText:
        """Say this in the seller's words, None: in ours. Raises Refused."""
        ...

    def compare(self, text: StoreText, words: str) -> None:
        """Try these words against what is said now. Raises Refused."""
        ...

    def end(self, trial: Trial, apply: str) -> None:
        """End a comparison and keep ``a``, ``b`` or, with nothing, what was said before. Raises Refused."""
        ...

    def questions(self) -> tuple[Faq, ...]: ...

    def keep_question(self, number: int | None, language: str, question: str, answer: str) -> int:
        """``number`` None: a new one. → its number. Raises Refused, NotFound."""
        ...

    def remove_question(self, number: int) -> None:
        """Raises NotFound."""
        ...


class MessagesPresenter:
    def __init__(self, t: Texts, currency: str) -> None:
        self.t = t
        self._currency = currency

    def families(self) -> dict[wording.Family, str]:
        t = self.t
        return {
            "welcome": t("Welcome"),
            "payment_request": t("Request to pay"),
            "confirmation": t("Confirmation"),
            "reminder": t("Reminder"),
            "summary": t("Summary of a live"),
            "answer": t("Answers"),
            "button": t.of("texts", "Buttons"),
            "seller": t("To you"),
        }

    def segments(self) -> dict[str, str]:
        t = self.t
        return {
            "live_seller": t("Live seller"),
            "shop": t("Shop"),
            "events": t("Events"),
            "services": t("Services"),
            "b2b": t("Business to business"),
        }

    def variables(self) -> dict[str, str]:
        """What each variable stands for."""
        t = self.t
        return {
            "product": t("the product"),
            "keyword": t("its code"),
            "price": t("its price"),
            "quantity": t("how many"),
            "left": t("how many are left"),
            "total": t("what is to be paid"),
            "remaining": t("the time left, worked out when the message leaves"),
            "lines": t("what was ordered, line by line"),
            "reference": t("the order’s reference"),
            "clientName": t("the buyer’s first name"),
            "previousPurchases": t("how often the buyer has paid here"),
        }

    def names(self) -> dict[str, str]:
        """The texts that every sale needs."""
        t = self.t
        return {
            "greeting": t("Greeting"),
            "line_first_free_delivery": t("First delivery is free"),
            "line_same_again": t("The same again"),
            "live_closed": t("The live is over"),
            "event_card": t("Card of a reserved seat"),
            "service_card": t("Card of a reserved service"),
            "card_deposit": t("Deposit to pay"),
            "product_card": t("Card of what was reserved"),
            "added_to_order": t("Order of several items"),
            "offer": t("It is your turn"),
            "choose_payment": t("Choice of the means of payment"),
            "pay_link": t("Link to pay"),
            "line_vip": t("Reserved with priority"),
            "product_card_history": t("Purchases made here"),
            "payment_means_answer": t("Means of payment"),
            "payment_confirmed": t("Payment received"),
            "payment_confirmed_count": t("Purchase number…"),
            "payment_confirmed_loyal": t("Loyal customer"),
            "reminder": t("Before the end of the reservation"),
            "hold_expired": t("The reservation is over"),
        }

    def name(self, text: StoreText) -> str:
        """A text as the seller knows it: by its name, else by its first words."""
        if name := self.names().get(text.key):
            return name
        return self._line(text, 0) or text.key

    @staticmethod
    def _line(text: StoreText, number: int) -> str:
        """Of the program's own words, without their marks; "" when there are not so many lines."""
        lines = [line for line in plain(text.ours).replace("*", "").split("\n") if line.strip()]
        return one_line(lines[number], 60) if number < len(lines) else ""

    def when(self, text: StoreText) -> str:
        """For which value a wording is."""
        t, by = self.t, wording.decides(text.key)
        if not by:
            return ""
        if text.variant == "other":
            return t("in all other cases")
        if not text.variant:
            return t("while {variable} is not known", variable=wording.braced(by))
        return t("where {variable} is {value}", variable=wording.braced(by), value=text.variant)

    def rows(self, listing: Listing, search: str = "") -> list[Row]:
        """The texts that hold what is looked for, under the names of their families."""
        wanted, found = fold(search.strip()), list[Row]()
        for family, title in self.families().items():
            texts = [text for text in listing.texts if wording.family(text.key) == family]
            fits = [text for text in texts if wanted in fold(f"{title} {text.key} {text.words} {text.ours}")]
            if fits:
                found.append(Row(title))
                found += [Row(self.name(text), self._detail(listing, text), text) for text in fits]
        return found

    def _detail(self, listing: Listing, text: StoreText) -> str:
        t = self.t
        marks = [self.when(text)]
        if (text.key, text.variant) in listing.trials:
            marks.append(t("being compared"))
        elif text.own is not None:
            marks.append(t("in your words"))
        if any(marks):
            return " · ".join(mark for mark in marks if mark)
        return one_line(plain(text.ours).replace("*", ""), 60) if text.key in self.names() else self._line(text, 1)

    def judge(self, text: StoreText, words: str) -> Judged:
        """Says what saving would say, while it is typed."""
        limit = wording.place(text.key).limit
        long = wording.length(text.key, words.strip(), self._currency)
        counter = self.t("{length} of {limit} characters, with the longest values", length=long, limit=limit)
        if long > limit:
            counter = self.t(
                "{length} of {limit} characters: {more} too many", length=long, limit=limit, more=long - limit
            )
        wrong = ""
        try:
            wording.check(text.key, text.variant, words, self._currency)
        except LivePayError as error:
            wrong = explain(error, self.t.language)
        return Judged(wrong, counter, long > limit)

    # -- the picture of the message

    def message(self, listing: Listing, text: StoreText, words: str, at: str) -> Bubble:
        """What a buyer would get, with likely values."""
        known = {(one.key, one.variant): one.words for one in listing.texts}
        known[text.key, text.variant] = words
        key = UNDER.get(text.key, text.key)
        body = words if key == text.key else f"{self._words(known, key)}\n{words}"
        if text.key.startswith("button_"):
            key = next((over for over, below in BUTTONS.items() if text.key in below), "greeting")
            body = self._words(known, key)
        buttons = BUTTONS.get(key, ("button_pay",) if text.key.startswith("button_") else ())
        if text.key.startswith("button_") and text.key not in buttons:
            buttons = (text.key,)
        said = formatted(self._shown(body))
        titles = tuple(self._shown(self._words(known, name)) or "…" for name in buttons)
        if key == "choose_payment":
            titles = ("Wave", "Orange Money")
        return Bubble(
            key="preview",
            message_id=0,
            author="bot",
            text=said.text,
            spans=said.spans,
            buttons=titles,
            attachment=None,
            meta=at,
            tick=None,
            note="",
            note_role="muted",
            reaction="",
            close=False,
            said=said.text,
        )

    @staticmethod
    def _words(known: Mapping[Place, str], key: str) -> str:
        return known.get((key, "other"), known.get((key, ""), ""))

    def _shown(self, words: str) -> str:
        try:
            return wording.shown(words, wording.samples(self._currency))
        except (ValueError, IndexError, AttributeError, TypeError):  # a brace that is being typed
            return words

    # -- comparisons

    def trial(self, trial: Trial, reading: Reading) -> str:
        """How a comparison stands, in a sentence."""
        t = self.t
        tried = t("Tried: “{words}”", words=one_line(plain(trial.b).replace("*", ""), 90))
        if reading.a is None or reading.b is None:
            return f"{tried}\n" + t(
                "Not enough data yet: {a} and {b} people of {sample} each. Nothing is read before.",
                a=min(reading.seen_a, reading.sample),
                b=min(reading.seen_b, reading.sample),
                sample=reading.sample,
            )
        figures = t("Now: {a}. Tried: {b}.", a=self._share(reading.a), b=self._share(reading.b))
        verdicts = {
            "a": t("The text of now works better."),
            "b": t("The text that is tried works better."),
            "same": t("No difference that chance does not explain."),
            "too_rare": t("Too few to tell them apart."),
        }
        return f"{tried}\n{verdicts[reading.verdict]} {figures} {self.outcome(trial)}"

    def outcome(self, trial: Trial) -> str:
        t = self.t
        return {
            "paid_in_time": t("Counted: who paid in time."),
            "ordered_in_a_day": t("Counted: who ordered within a day."),
            "ordered_again": t("Counted: who ordered again within two weeks."),
        }[trial.outcome]

    def _share(self, share: Share) -> str:
        values: Sequence[int] = [round(100 * value) for value in (share.rate, share.low, share.high)]
        return self.t("{rate} % (between {low} and {high})", rate=values[0], low=values[1], high=values[2])
