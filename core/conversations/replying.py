"""One answer to a buyer being made: to whom it goes, in which language, and under which key it is sent once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from core.conversations import handovers, outgoing, threads
from core.conversations.outgoing import Outgoing
from core.conversations.reading import InboundMessage
from core.conversations.texts import say, spoken_to
from core.customers.service import set_language
from core.durable import outbox
from core.kernel.clock import SECOND
from core.orders.service import Order
from core.storage.engine import Tx

ALBUM: Final = 5 * SECOND
# Texts that tell of a person who will look or answer.
TELL_OF_A_PERSON: Final = frozenset(
    "human_handover complaint_answer voice_note_answer photo_answer script_answer payment_problem_answer"
    " sold_not_cancelled".split()
)


class Reply:
    """One answer being made: who it goes to, in which language, under which key."""

    def __init__(self, tx: Tx, customer_id: int, conversation_id: int, message: InboundMessage, house: str) -> None:
        self.tx = tx
        self.customer_id = customer_id
        self.conversation_id = conversation_id
        self._wamid = message.wamid
        self._count = 0
        self._told = False
        self._notes: list[tuple[str, Callable[[], None] | None]] = []
        row = tx.one("SELECT language, name FROM customer WHERE id = ?", (customer_id,)) or ("fr", "")
        self._house = house
        self.language: str = spoken_to(house, tx, customer_id, row[0])
        self._name: str = row[1]

    def language_heard(self, language: str | None, text: str) -> None:
        """Answer in the language of the message (R15); remembered for what is said later.

        One French word (« catalogue », « payer ») is said in every language here: it does not change a conversation
        in which another one was heard, as is known where that is not the store's own.
        """
        borrowed = language == "fr" and len(text.split()) < 2 and self.language != self._house
        if language is not None and language != self.language and not borrowed:
            self.language = spoken_to(self._house, self.tx, self.customer_id, language)
            set_language(self.tx, self.customer_id, language)

    def first_name(self) -> str:
        return self._name.split()[0] if self._name else ""

    def showed(self, product_id: int) -> None:
        """« Je la prends » will mean this one."""
        self.tx.run("UPDATE conversation SET shown_product = ? WHERE id = ?", (product_id, self.conversation_id))

    def latest_order(self) -> int | None:
        found: int | None = self.tx.value("SELECT max(id) FROM orders WHERE customer_id = ?", (self.customer_id,))
        return found

    def continues_album(self) -> bool:
        """Whether a picture follows a picture within seconds, by the phone's own clock: they were sent together."""
        last = self.tx.all(
            "SELECT kind, at FROM message WHERE conversation_id = ? AND author = 'customer' ORDER BY id DESC LIMIT 2",
            (self.conversation_id,),
        )
        return len(last) == 2 and last[0][0] == last[1][0] == "image" and abs(last[0][1] - last[1][1]) <= ALBUM

    def lately_said(self, most: int) -> list[tuple[int, str]]:
        """(time by the customer's phone, text) of their latest messages, oldest first."""
        rows = self.tx.all(
            "SELECT at, text FROM message WHERE conversation_id = ? AND author = 'customer' ORDER BY id DESC LIMIT ?",
            (self.conversation_id, most),
        )
        return [(at, text) for at, text in reversed(rows)]

    def last_said(self) -> str:
        """What the bot said last; empty before its first word."""
        sql = "SELECT text FROM message WHERE conversation_id = ? AND author = 'bot' ORDER BY id DESC LIMIT 1"
        return self.tx.value(sql, (self.conversation_id,)) or ""

    def understood(self) -> None:
        """What was not understood before counts no more."""
        self.tx.run("UPDATE conversation SET misses = 0 WHERE id = ? AND misses > 0", (self.conversation_id,))

    def missed(self) -> int:
        """One more message that was not understood. → how many there were in a row before."""
        misses: int = self.tx.value("SELECT misses FROM conversation WHERE id = ?", (self.conversation_id,))
        self.tx.run("UPDATE conversation SET misses = misses + 1 WHERE id = ?", (self.conversation_id,))
        return misses

    def note(self, text: str, said: Callable[[], None] | None = None) -> None:
        """Something to say beside the answer, in the same message: every one is billed. ``said``: once it is told."""
        self._notes.append((text, said))

    def flush(self) -> None:
        """The notes for which there was no answer to go with, by themselves."""
        if self._notes:
            notes, self._notes = self._notes, []
            self.send(outgoing.text("\n\n".join(text for text, _ in notes)))
            _told(notes)

    def drop_notes(self) -> None:
        """There is nothing to answer: nothing is said."""
        self._notes = []

    def send(self, message: Outgoing, **how: Any) -> None:
        notes, self._notes = self._notes, []
        fuller = outgoing.with_more(message, "\n\n".join(text for text, _ in notes)) if notes else message
        self._post(fuller or message, **how)
        if notes and fuller is None:
            self._post(outgoing.text("\n\n".join(text for text, _ in notes)))
        _told(notes)

    def _post(self, message: Outgoing, **how: Any) -> None:
        self._count += 1
        threads.post(self.tx, self.customer_id, f"reply:{self._wamid}:{self._count}", message, **how)

    def send_before_end(self, message: Outgoing, order: Order) -> None:
        """What is of use only while the order is held: ahead of other messages, and never after its end."""
        self.send(message, priority=outbox.PAYMENT, deadline=order.expires_at, valid_until=order.expires_at)

    def text(self, key: str, **values: Any) -> None:
        if key in TELL_OF_A_PERSON:
            self._told = True
            handovers.told(self.tx, self.conversation_id)
        self.send(outgoing.text(say(key, self.language, **values)))

    def told(self) -> None:
        """What was said tells of a person."""
        handovers.told(self.tx, self.conversation_id)

    def hand_over(self, reason: str, *, silent: bool = False) -> bool:
        """Ask for a person. True when that is news for the buyer: nobody had been asked yet, or they were not told."""
        known = handovers.was_told(self.tx, self.conversation_id)
        first = self.asks_for_person(reason)
        return first and not silent and not known

    def asks_for_person(self, reason: str) -> bool:
        """→ whether nobody had been asked for this yet, or for anything as pressing."""
        first = threads.escalate(self.tx, self.conversation_id, reason)
        if self._told:
            handovers.told(self.tx, self.conversation_id)
        return first


def _told(notes: list[tuple[str, Callable[[], None] | None]]) -> None:
    for _, said in notes:
        if said is not None:
            said()
