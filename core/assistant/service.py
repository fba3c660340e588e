"""Turns: what waits for a language model, and its one answer.

A message that the engine is not sure of, or that asks for words rather than for acts, is set aside in the transaction
that received it. The model is asked outside of any transaction; what it says is checked against the books inside the
one that answers. Whatever goes wrong, and at the latest when the turn's time is over, the engine answers as if there
were no model: it is handed the same messages, and nothing of them was done before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from core.assistant import asking
from core.assistant.asking import Answer, Request, Said
from core.assistant.events import AssistantAsked
from core.assistant.facts import Facts, Product, sentences_of
from core.catalogue.lexicon import Lexicon
from core.conversations import outgoing, threads
from core.conversations.claiming import CLAIM, HELP
from core.conversations.incoming import Incoming
from core.conversations.outgoing import Button
from core.conversations.reading import InboundMessage, read_message
from core.conversations.replying import Reply
from core.conversations.talk import Talk
from core.conversations.texts import say
from core.durable.deadlines import clear_deadline, set_deadline
from core.kernel.clock import MINUTE, SECOND
from core.orders.queries import in_live
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.understanding.engine import understand
from core.understanding.rules import SILENT, Intent, Step, Understanding
from core.usage.meter import Meter

TURN: Final = "assistant"  # kind of the deadline
MOST_WAITING: Final = 24  # more would only wait until their time is over: the engine answers them at once
REST_AFTER: Final = 3  # calls in a row without a usable answer
REST: Final = MINUTE

# Asked for words: the engine has none of its own and would leave them to the seller.
FREE: Final = frozenset({Intent.DETAILS, Intent.DELIVERY})
# Never a model's: money, promises, and what a person must hear.
NEVER: Final = frozenset(
    {
        *(Intent.CLAIM, Intent.QUANTITY, Intent.CHANGE, Intent.CANCEL, Intent.PAY, Intent.PAYMENT_TALK),
        *(Intent.PAYMENT_PROBLEM, Intent.MY_ORDERS, Intent.HUMAN, Intent.COMPLAINT, Intent.QUOTE),
    }
)


class Terms(Struct, frozen=True):
    """As the settings say now. ``seconds``: within which a buyer has an answer; ``policies``: the shop's own words."""

    ready: bool
    seconds: int
    tone: str
    policies: str
    hours: str


class Turn(Struct, frozen=True):
    id: int
    version: int
    customer_id: int
    conversation_id: int
    due_at: int
    messages: tuple[int, ...]


class Question(Struct, frozen=True):
    """A turn as it is put to the model."""

    turn: Turn
    request: Request
    products: tuple[int, ...]


class Assistant:
    """One store's. ``asked_often(reader, text, language)``: the seller's own questions and answers that come
    nearest to a text."""

    def __init__(
        self,
        talk: Talk,
        lexicon: Lexicon,
        meter: Meter,
        terms: Callable[[], Terms],
        asked_often: Callable[[Reader, str, str], Sequence[tuple[str, str]]] = lambda reader, text, language: (),
    ) -> None:
        self._talk = talk
        self._lexicon = lexicon
        self._meter = meter
        self.terms = terms
        self._asked_often = asked_often
        self._alone = False
        self._failures = 0
        self._rests_until = 0

    # -- setting aside -----------------------------------------------------------------------------------------

    def before(self, reply: Reply, message: InboundMessage) -> None:
        """A button, a cart or a photo is answered at once: what was set aside before it comes first."""
        if not self._alone and (message.reply_id or message.cart or message.media is not None or not message.text):
            self._overtaken(reply)

    def takes(self, reply: Reply, message: InboundMessage, meant: Understanding, step: Step) -> bool:
        """Set the message aside, if a model may answer it; else answer first what was set aside before."""
        if self._alone:
            return False
        if self._may_answer(message, meant, step) and self._may_ask(reply.tx):
            self._set_aside(reply, message)
            return True
        if meant.intent not in SILENT:
            self._overtaken(reply)
        return False

    @staticmethod
    def _may_answer(message: InboundMessage, meant: Understanding, step: Step) -> bool:
        if message.media is not None or not NEVER.isdisjoint((meant.intent, *meant.also, *meant.likely[:1])):
            return False
        return meant.intent in FREE or step is not Step.ACT

    def _may_ask(self, tx: Tx) -> bool:
        if not self.terms().ready or tx.now < self._rests_until:
            return False
        waiting = int(tx.value("SELECT count(*) FROM assistant_turn WHERE state = 'waiting'"))
        return waiting < MOST_WAITING and self._meter.may_ask(tx, tx.now)

    def _set_aside(self, reply: Reply, message: InboundMessage) -> None:
        """Into the turn that waits for this customer, which is then asked anew, or into one of its own."""
        tx, wait = reply.tx, self.terms().seconds * SECOND
        message_id = tx.value("SELECT max(id) FROM message WHERE wamid = ? AND author = 'customer'", (message.wamid,))
        turn = open_turn(tx, reply.conversation_id)
        if turn is None:
            live = in_live(tx, reply.customer_id)
            turn_id = tx.insert(
                "INSERT INTO assistant_turn(live, opened_at, due_at) VALUES(?,?,?)", (live, tx.now, tx.now + wait)
            )
            due = tx.now + wait
        else:
            turn_id = turn.id
            opened = int(tx.value("SELECT opened_at FROM assistant_turn WHERE id = ?", (turn_id,)))
            due = min(tx.now + wait, opened + 2 * wait)
            tx.run(
                "UPDATE assistant_turn SET state = 'waiting', version = version + 1, due_at = ? WHERE id = ?",
                (due, turn_id),
            )
        tx.run("INSERT OR IGNORE INTO assistant_message(message_id, turn_id) VALUES(?,?)", (message_id, turn_id))
        set_deadline(tx, TURN, turn_id, due)
        tx.emit(AssistantAsked(turn_id))

    def _overtaken(self, reply: Reply) -> None:
        turn = open_turn(reply.tx, reply.conversation_id)
        if turn is not None:
            self._engine_answers(reply.tx, turn, "overtaken")

    # -- asking ------------------------------------------------------------------------------------------------

    def question(self, reader: Reader, turn_id: int) -> Question | None:
        """What to put to the model; None when nothing waits any more."""
        turn = load(reader, turn_id)
        if turn is None:
            return None
        language, name, shown = reader.one(
            "SELECT c.language, c.name, v.shown_product FROM conversation v JOIN customer c ON c.id = v.customer_id"
            " WHERE v.id = ?",
            (turn.conversation_id,),
        ) or ("fr", "", None)
        asked = " ".join(message.text for message in self._messages(reader, turn))
        products = self._relevant(reader, asked, shown)
        facts = self._facts(reader, products, language, asked, turn.due_at)
        names = [name, *(word for word in name.split() if len(word) > 1)] if name else []
        request = asking.request(facts, thread_of(reader, turn.conversation_id), self.terms().tone, names)
        return Question(turn, request, products)

    def _relevant(self, reader: Reader, asked: str, shown: int | None) -> tuple[int, ...]:
        """The five products that fit best: the one shown last, those that were named, then the newest there are."""
        found = [*([shown] if shown else []), *self._lexicon.search(asked, asking.MOST_PRODUCTS)]
        if len(found) < asking.MOST_PRODUCTS:
            newest = "SELECT id FROM product WHERE active AND on_hand > held ORDER BY id DESC LIMIT ?"
            found += [row[0] for row in reader.all(newest, (asking.MOST_PRODUCTS,))]
        return tuple(dict.fromkeys(found))[: asking.MOST_PRODUCTS]

    def _facts(self, reader: Reader, products: Sequence[int], language: str, asked: str, now: int) -> Facts:
        """As the books have it at ``now``, ms UTC: of an event that is over nothing is left."""
        marks = ",".join("?" * len(products))
        rows = reader.all(
            "SELECT id, keyword, sku, title, description, category, price, iif(event_at <= ?, 0, on_hand - held)"  # noqa: S608 - marks
            f" FROM product WHERE active AND id IN ({marks})",
            (now, *products),
        )
        found = {r[0]: Product(r[0], r[1], r[2], r[3], r[4], r[5], self._talk.money(r[6]), r[7]) for r in rows}
        often = tuple(self._asked_often(reader, asked, language))
        told = sentences_of([self.terms().policies, *(answer for _, answer in often)])
        return Facts(tuple(found[i] for i in products if i in found), told, self.terms().hours, language, often)

    @staticmethod
    def _messages(reader: Reader, turn: Turn) -> list[InboundMessage]:
        """The messages of a turn as they came, oldest first."""
        found = []
        for message_id in turn.messages:
            row = reader.one("SELECT payload, at, wamid FROM message WHERE id = ?", (message_id,))
            if row is not None:
                item = json.loads(row[0])
                found.append(read_message(Incoming("message", f"m:{row[2]}", "messages", "", row[1], item)))
        return found

    def begin(self, tx: Tx, question: Question) -> bool:
        """Right before the call: counted at the most it may cost. False when it is not to be made (any more)."""
        turn = load(tx, question.turn.id)
        if turn is None or turn.version != question.turn.version:
            return False
        if not self.terms().ready or not self._meter.may_ask(tx, tx.now):
            self._engine_answers(tx, turn, "budget")
            return False
        tx.run("UPDATE assistant_turn SET state = 'asking' WHERE id = ?", (turn.id,))
        self._meter.call_begun(tx, question.request.tokens, question.request.most_tokens)
        return True

    # -- answering ---------------------------------------------------------------------------------------------

    def answered(self, tx: Tx, question: Question, text: str) -> str:
        """The model said something: send what the books bear out, else let the engine answer. → what became of it."""
        turn = load(tx, question.turn.id)
        if turn is None or turn.version != question.turn.version:
            return "late"
        if self._silenced(tx, turn):
            return self._close(tx, turn, "taken over")
        answer = asking.read(text)
        if answer is None:
            self._tripped(tx.now)
            self._meter.answer_rejected(tx)
            return self._engine_answers(tx, turn, "garbage")
        self._failures = 0
        messages = self._messages(tx, turn)
        if not messages:
            return self._close(tx, turn, "erased")
        reply = Reply(tx, turn.customer_id, turn.conversation_id, messages[-1], self._talk.language())
        heard = " ".join(message.text for message in messages)
        return self._used(reply, turn, answer, self._facts(tx, question.products, reply.language, heard, tx.now), heard)

    def _used(self, reply: Reply, turn: Turn, answer: Answer, facts: Facts, heard: str) -> str:
        """What a readable answer leads to. Prices and stock are those of this moment, not of the question."""
        tx = reply.tx
        if answer.intent == asking.PRODUCT:
            product = facts.named(answer.products[0]) if len(answer.products) == 1 else None
            if product is None or product.left <= 0:
                return self._engine_answers(tx, turn, "no product")
            self._talk.offer(reply, product.id, None)
            return self._close(tx, turn, "asked back")
        if answer.intent != asking.ANSWER:
            return self._engine_answers(tx, turn, answer.intent)
        wrong = self._wrong(answer, facts, heard)
        if wrong is not None:
            self._meter.answer_rejected(tx)
            return self._engine_answers(tx, turn, f"rejected: {wrong}")
        self._send(reply, answer, facts)
        tx.run("UPDATE conversation SET misses = 0 WHERE id = ?", (turn.conversation_id,))
        return self._close(tx, turn, "answered")

    def _wrong(self, answer: Answer, facts: Facts, heard: str) -> str | None:
        from core.assistant import checks  # with the first answer: its patterns would delay every start

        found = checks.flaw(answer.reply, facts, answer.products, heard)
        if found is not None:
            return found
        spoken = understand(answer.reply, self._lexicon).language
        fits = {facts.language, None} | ({"mixed"} if facts.language in ("fr", "mg") else set())
        return None if spoken in fits else "language"

    @staticmethod
    def _send(reply: Reply, answer: Answer, facts: Facts) -> None:
        """The words, with the button that takes the one product they are about."""
        named = [p for p in (facts.named(name) for name in answer.products) if p is not None]
        if len(named) != 1 or named[0].left <= 0:
            reply.send(outgoing.text(answer.reply))
            return
        reply.showed(named[0].id)
        take = Button(f"{CLAIM}:{named[0].id}", say("button_take", reply.language))
        reply.send(outgoing.buttons(answer.reply, [take, Button(HELP, say("button_help", reply.language))]))

    def failed(self, tx: Tx, question: Question) -> str:
        """No usable answer came: the engine's, at once."""
        self._tripped(tx.now)
        turn = load(tx, question.turn.id)
        if turn is None or turn.version != question.turn.version:
            return "late"
        return self._engine_answers(tx, turn, "failed")

    def _tripped(self, now: int) -> None:
        """A service that fails again and again is left alone for a while: nobody waits for it."""
        self._failures += 1
        if self._failures >= REST_AFTER:
            self._rests_until = now + REST

    def late(self, tx: Tx, turn_id: int) -> None:
        """The deadline: nobody waits longer for a model, not even for one that was asked before a crash."""
        turn = load(tx, turn_id)
        if turn is not None:
            tx.actor = "bot"
            self._engine_answers(tx, turn, "late")

    def _engine_answers(self, tx: Tx, turn: Turn, why: str) -> str:
        """Every message of the turn as it would have been answered at once."""
        if self._silenced(tx, turn):
            return self._close(tx, turn, "taken over")
        outcome = self._close(tx, turn, why)
        self._alone = True
        try:
            for message in self._messages(tx, turn):
                self._talk.answer(tx, turn.customer_id, turn.conversation_id, message)
        finally:
            self._alone = False
        return outcome

    @staticmethod
    def _silenced(tx: Tx, turn: Turn) -> bool:
        """A person speaks, or has spoken since."""
        if threads.mode(tx, turn.conversation_id) != "bot":
            return True
        since = "SELECT 1 FROM message WHERE conversation_id = ? AND id > ? AND author IN ('seller', 'phone') LIMIT 1"
        return tx.value(since, (turn.conversation_id, turn.messages[-1])) is not None

    @staticmethod
    def _close(tx: Tx, turn: Turn, outcome: str) -> str:
        tx.run(
            "UPDATE assistant_turn SET state = 'done', closed_at = ?, outcome = ? WHERE id = ?",
            (tx.now, outcome, turn.id),
        )
        clear_deadline(tx, TURN, turn.id)
        return outcome


def load(reader: Reader, turn_id: int) -> Turn | None:
    """A turn that waits; None when it is done, or its messages are gone with their person."""
    row = reader.one("SELECT version, due_at FROM assistant_turn WHERE id = ? AND state <> 'done'", (turn_id,))
    messages = reader.all(
        "SELECT m.id, m.conversation_id FROM assistant_message a JOIN message m ON m.id = a.message_id"
        " WHERE a.turn_id = ? ORDER BY m.id",
        (turn_id,),
    )
    if row is None or not messages:
        return None
    conversation_id = messages[-1][1]
    customer_id = reader.value("SELECT customer_id FROM conversation WHERE id = ?", (conversation_id,))
    return Turn(turn_id, row[0], customer_id, conversation_id, row[1], tuple(m[0] for m in messages))


def open_turn(reader: Reader, conversation_id: int) -> Turn | None:
    """What is set aside of a conversation."""
    turn_id = reader.value(
        "SELECT t.id FROM assistant_turn t JOIN assistant_message a ON a.turn_id = t.id JOIN message m"
        " ON m.id = a.message_id WHERE m.conversation_id = ? AND t.state <> 'done' AND m.id > ? LIMIT 1",
        (conversation_id, _recent(reader, conversation_id)),
    )
    return None if turn_id is None else load(reader, turn_id)


def _recent(reader: Reader, conversation_id: int) -> int:
    """Nothing older than the last fifty messages waits: a long thread is not walked through for it."""
    found = reader.value(
        "SELECT id FROM message WHERE conversation_id = ? ORDER BY id DESC LIMIT 1 OFFSET 50", (conversation_id,)
    )
    return int(found or 0)


def thread_of(reader: Reader, conversation_id: int) -> list[Said]:
    """The last lines between this customer and the bot. News, notes and what the seller typed are not for others."""
    rows = reader.all(
        "SELECT m.text, m.author FROM message m LEFT JOIN outbox o ON o.id = m.outbox_id WHERE m.conversation_id = ?"
        " AND m.text <> '' AND (m.author = 'customer' OR (m.author = 'bot' AND o.key LIKE 'reply:%'))"
        " ORDER BY m.id DESC LIMIT ?",
        (conversation_id, asking.MOST_MESSAGES),
    )
    return [Said(text, author != "customer") for text, author in reversed(rows)]
