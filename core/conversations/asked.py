"""What is asked beside buying, or instead of it: the seller's own answers, greetings, and whether the shop is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from core.conversations import outgoing
from core.conversations.outgoing import Row, Section, fit
from core.conversations.paying import Till
from core.conversations.replying import Reply
from core.conversations.steps import Steps
from core.conversations.texts import say
from core.faq import service as faq
from core.faq.matching import Matcher
from core.faq.views import Faq
from core.kernel.clock import to_datetime
from core.kernel.days import moment_in_words
from core.kernel.errors import NotFound
from core.kernel.hours import Hours
from core.storage.engine import Tx
from core.understanding.rules import Intent, Understanding

FAQ: Final = "faq"  # the verb of a button or row
_ASKED: Final = frozenset(
    {Intent.DELIVERY, Intent.DETAILS, Intent.PAYMENT_MEANS, Intent.OPENING_HOURS, Intent.QUOTE, Intent.UNKNOWN}
)
_ASKED_OF_NO_PRODUCT: Final = frozenset({Intent.AVAILABILITY, Intent.PRICE, Intent.CHANGE, Intent.CATALOGUE})
# Asked beside something else: what only the seller knows, and what the books answer by themselves.
BEYOND: Final = frozenset(
    {Intent.DELIVERY, Intent.DETAILS, Intent.QUOTE, Intent.HUMAN, Intent.COMPLAINT, Intent.PAYMENT_PROBLEM}
)
_BESIDE: Final = _ASKED | {Intent.HUMAN, Intent.COMPLAINT, Intent.PAYMENT_PROBLEM}
MOST_PRICES: Final = 2


class Opening(Struct, frozen=True):
    """``told()``: the hours as the seller wrote them for buyers; ``hours()``: those that can be counted with."""

    told: Callable[[], str]
    hours: Callable[[], Hours | None]


class Asked(Steps):
    """Answers to questions. What the seller wrote is given word for word; what nobody wrote goes to the seller."""

    def __init__(self, till: Till, opening: Opening) -> None:
        super().__init__(till)
        self._opening = opening
        self._matcher = Matcher()

    # -- the seller's own answers ------------------------------------------------------------------------------

    def written(self, reply: Reply, text: str, meant: Understanding) -> bool:
        """Answer with what the seller wrote, if this surely asks it."""
        asks = meant.intent in _ASKED or (meant.intent is Intent.COMPLAINT and text.rstrip().endswith("?"))
        if not asks and (meant.items or meant.intent not in _ASKED_OF_NO_PRODUCT):
            return False
        found = self._matcher.find(text, reply.language, faq.every(reply.tx))
        if found.sure is None:
            return False
        reply.understood()
        reply.send(outgoing.text(found.sure.answer))
        return True

    def which(self, reply: Reply, text: str) -> bool:
        """One short question: which of the seller's questions is it? False when none of them comes near."""
        found = self._matcher.find(text, reply.language, faq.every(reply.tx))
        if not found.likely:
            return False
        reply.missed()
        rows = [_row(one) for one in found.likely]
        body, button = say("faq_which", reply.language), say("button_choose", reply.language)
        reply.send(outgoing.list_message(body, button, [Section("", rows)]))
        return True

    def chosen_question(self, reply: Reply, faq_id: int) -> bool:
        """A row of ours: its answer. False when the seller has removed it since."""
        try:
            reply.send(outgoing.text(faq.one(reply.tx, faq_id).answer))
        except NotFound:
            return False
        return True

    def answered_beside(self, reply: Reply, meant: Understanding) -> None:
        """What a message asks beside what it does is said in the same answer, or handed to the seller."""
        for item in meant.asked[:MOST_PRICES]:
            reply.note(self.price_told(reply, item.product_id))
        also = [intent for intent in meant.also if intent in _BESIDE and intent is not meant.intent]
        if not also or meant.intent in BEYOND:
            return
        found = self._matcher.find(meant.beside, reply.language, faq.every(reply.tx)) if meant.beside else None
        if found is not None and found.sure is not None:
            reply.note(found.sure.answer)
            return
        hours, means = self._opening.told(), self.means(reply)
        if Intent.OPENING_HOURS in also and hours:
            reply.note(say("hours_answer", reply.language, hours=hours))
        elif Intent.PAYMENT_MEANS in also and means:
            reply.note(say("payment_means_answer", reply.language, means=means))
        elif reply.hand_over("question"):
            reply.note(say("question_passed_on", reply.language))

    def product_values(self, tx: Tx, product_id: int) -> dict[str, Any]:
        """What texts say of a product."""
        row = tx.one(
            "SELECT title, keyword, price, on_hand - held, event_at IS NOT NULL OR EXISTS (SELECT 1 FROM slot WHERE"
            " product_id = product.id), event_at <= ?2 FROM product WHERE id = ?1",
            (product_id, tx.now),
        )
        title, keyword, price, left, places, over = row or ("", "", 0, 0, 0, None)
        said = {"product": fit(title, 80), "keyword": keyword, "price": self.money(price), "left": 0 if over else left}
        return {**said, "places": places, "over": bool(over)}

    def price_told(self, reply: Reply, product_id: int) -> str:
        """What it costs, also to whoever holds the last of it; else why it cannot be had."""
        product = self.product_values(reply.tx, product_id)
        if product["left"] > 0 or self._holds(reply, product_id):
            return say("price_answer", reply.language, **product)
        return self.gone(reply, product)

    def gone(self, reply: Reply, product: dict[str, Any]) -> str:
        """Why nothing can be had of it: it has taken place, or it is sold out."""
        return say("event_over" if product["over"] else "not_available_answer", reply.language, **product)

    def _holds(self, reply: Reply, product_id: int) -> bool:
        order = self.orders.open_order(reply.tx, reply.customer_id)
        held = "SELECT 1 FROM order_line WHERE order_id = ? AND product_id = ? AND held > 0"
        return order is not None and reply.tx.value(held, (order.id, product_id)) is not None

    # -- greeting, opening hours -------------------------------------------------------------------------------

    def greets_today(self, reply: Reply) -> bool:
        """Whether a greeting is still to be returned today: once a day, every message is billed."""
        local = to_datetime(reply.tx.now).astimezone(self.zone)
        today = local.toordinal()
        changed = "UPDATE conversation SET greeted_on = ?1 WHERE id = ?2 AND greeted_on IS NOT ?1"
        return reply.tx.run(changed, (today, reply.conversation_id)) > 0

    def hours_asked(self, reply: Reply, _: Understanding) -> None:
        if hours := self._opening.told():
            reply.text("hours_answer", hours=hours)
        else:
            self._for_the_seller(reply, "question")

    def closed_note(self, reply: Reply) -> None:
        """Outside the opening hours a buyer is told so, once for each closed period and never while a live runs (F40).

        It goes with the answer, or by itself where the message waits for a person.
        """
        hours = self._opening.hours()
        if hours is None or _live_runs(reply.tx):
            return
        local = to_datetime(reply.tx.now).astimezone(self.zone)
        opening = None if hours.open_at(local) else hours.next_opening(local)
        if opening is None:
            return
        until = int(opening.timestamp() * 1000)
        told = reply.tx.value("SELECT closed_until FROM conversation WHERE id = ?", (reply.conversation_id,))
        if told == until:
            return
        when = moment_in_words(until, self.zone, reply.language)

        def said() -> None:
            reply.tx.run("UPDATE conversation SET closed_until = ? WHERE id = ?", (until, reply.conversation_id))

        reply.note(say("closed_now", reply.language, when=when), said)


def _row(one: Faq) -> Row:
    return Row(f"{FAQ}:{one.id}", fit(one.question, 24), fit(one.question, 72) if len(one.question) > 24 else "")


def _live_runs(tx: Tx) -> bool:
    return tx.value("SELECT 1 FROM live_session WHERE ended_at IS NULL") is not None
