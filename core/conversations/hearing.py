"""What a message means in view of what the shop has asked and sells: numbers beside questions, all of it, a seat, the
day of an event, a time, one more line of a quote.

:func:`core.understanding.engine.understand` reads a message by itself; here the reading is made to fit, or answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from core.catalogue.lexicon import Lexicon
from core.conversations import outgoing, whenwhere
from core.conversations.asked import Opening
from core.conversations.claiming import CLAIM
from core.conversations.outgoing import Button
from core.conversations.paying import Till
from core.conversations.replying import Reply
from core.conversations.situation import with_stock
from core.conversations.texts import say
from core.conversations.timing import Timing
from core.conversations.topical import SAID_BESIDE_A_NUMBER
from core.kernel.clock import HOUR
from core.kernel.money import EXPONENT
from core.kernel.patterns import late
from core.kernel.text import fold
from core.orders.service import Order
from core.segments.rules import Ask
from core.slots import queries as slots
from core.understanding import amounts
from core.understanding.engine import understand
from core.understanding.rules import Context, Intent, Item, Understanding
from core.understanding.sentence import Sentence, read
from core.understanding.words import vocabulary

QUOTE_GOES_ON: Final = HOUR  # « et 20 HUILE5 », so long after a quote was asked for
_SAID_BESIDE: Final = frozenset(
    {
        *(Intent.DELIVERY, Intent.DETAILS, Intent.OPENING_HOURS, Intent.PAYMENT_MEANS, Intent.HUMAN, Intent.COMPLAINT),
        *(Intent.PAYMENT_PROBLEM, Intent.QUOTE, Intent.AVAILABILITY, Intent.CHANGE, Intent.UNKNOWN),
    }
)
_COUNTING: Final = frozenset(
    {
        *(Intent.QUANTITY, Intent.CHANGE, Intent.UNKNOWN, Intent.AVAILABILITY, Intent.CLAIM, Intent.YES, Intent.NO),
        *(Intent.CANCEL, Intent.PRICE, Intent.CATALOGUE, Intent.MY_ORDERS, Intent.COMPLAINT),
    }
)
_SEATS: Final = late(
    r"\b(?:places?|billets?|tickets?|entrees?|invitations?|toerana|tapakila|seats?)\b(?: (?:pour|de|du|a la|au|ho an ny"
    r"|amin ny|for)(?= ))?"
)
_APPOINTMENTS: Final = late(
    r"\b(?:une? )?(?:rdv|rendez vous|creneaux?|place|fotoana|appointment|slot)\b(?: (?:pour|de|du|for)(?= ))?"
    r"(?: (?:une?|des|les?)(?= ))?"
)
_WHEN_WHERE: Final = late(
    r"\b(?:quand|quelle? (?:date|heure|jour|endroit|lieu|adresse|salle)|quel (?:jour|endroit|lieu)|c est ou|est ou"
    r"|(?:est|quel) le combien|ou est|ou (?:a lieu|se passe|ca se passe|c est)|(?:la|l) (?:date|heure|adresse)|le lieu"
    r"|rahoviana|oviana|aiza"
    r"|amin ny firy|when|where|what time|a quelle heure)\b|^ou\W*$"
)
_ASKING_WHEN: Final = frozenset(
    {
        *(Intent.AVAILABILITY, Intent.DETAILS, Intent.OPENING_HOURS, Intent.UNKNOWN, Intent.PRICE, Intent.CHANGE),
        *(Intent.DELIVERY, Intent.CATALOGUE),
    }
)
_JOINS: Final = late(
    r"^(?:non|plutot|finalement|en fait|pour|aleo|ho an|et|aussi|plus|ajout\w*|rajout\w*|avec|sy|ary|dia|koa|ampio"
    r"|asio|and|add)\b|^\+"
)
_APART: Final = late(r"[’'-]")


class Hearing(Timing):
    """Meaning found with the shop's words in hand."""

    def __init__(self, till: Till, opening: Opening, proposes: Callable[[], bool], lexicon: Lexicon) -> None:
        super().__init__(till, opening, proposes)
        self._lexicon = lexicon

    def context(self, shown: int | None) -> Context:
        """What a message is read with in this shop."""
        return Context(shown, most=self.orders.segment().most_pieces)

    def heard(self, reply: Reply, text: str, meant: Understanding) -> Understanding | None:
        """What the message means here; None where it is answered."""
        said = self.moment(reply, text)
        if said is not None:
            rest = self._reread(reply, self._appointed(reply, said.rest)) if said.rest else replace(meant, items=())
            return None if self.at_a_moment(reply, text, meant, rest, said) else meant
        meant = self._seat(reply, text, self._of_a_price(reply, text, meant))
        if self._event_told(reply, text, meant) or self._times_told(reply, text, meant):
            return None
        counted = self._amount(reply, text, meant)
        return None if counted is None else self._quoted_on(reply, text, counted)

    def _reread(self, reply: Reply, text: str) -> Understanding:
        shown = reply.tx.value("SELECT shown_product FROM conversation WHERE id = ?", (reply.conversation_id,))
        return understand(text, self._lexicon, self.context(shown))

    def _of_a_price(self, reply: Reply, text: str, meant: Understanding) -> Understanding:
        """« je prends celui à 15 000 »: what costs that much and no other; else what there is, never what was shown."""
        if meant.intent not in (Intent.CLAIM, Intent.AVAILABILITY, Intent.UNKNOWN):
            return meant
        asked = amounts.price(read(text, self._lexicon))
        if asked is None:
            return meant
        sql = "SELECT id FROM product WHERE active AND price = ? LIMIT 2"
        found = reply.tx.all(sql, (asked * 10 ** EXPONENT[self._till.currency],))
        if len(found) != 1:
            return replace(meant, intent=Intent.CATALOGUE, items=(), sure=True, topic=None)
        item = Item(found[0][0], meant.number or 1, meant.number is not None)
        intent = Intent.CLAIM if meant.intent is Intent.CLAIM else Intent.AVAILABILITY
        return replace(meant, intent=intent, items=(item,), sure=True, topic=None)

    # -- how many ----------------------------------------------------------------------------------------------

    def _amount(self, reply: Reply, text: str, meant: Understanding) -> Understanding | None:
        """« 2 mais livré demain ? », « on sera 2 », « tout », « ok » after the shop's question."""
        order = self.orders.open_order(reply.tx, reply.customer_id)
        if order is None:  # « oui 2 », of what was shown: it is offered
            counted = meant.intent is Intent.YES and meant.number is not None
            return replace(meant, intent=Intent.QUANTITY) if counted else meant
        if meant.by is not None or meant.taken_out or meant.out:  # counted from what is held
            return meant
        sentence = read(text, self._lexicon, self.orders.segment().most_pieces)
        if not sentence.clauses and not sentence.emoji:
            return meant
        line = self._line(reply, meant, "§" in sentence.form)
        coming = None if meant.items or line is None else amounts.people(sentence)
        if coming is not None and line is not None:
            return _number(meant, line[0], coming)
        return self._answered(reply, order, sentence, meant, line)

    def _answered(
        self, reply: Reply, order: Order, sentence: Sentence, meant: Understanding, line: tuple[int, int] | None
    ) -> Understanding | None:
        """An answer to what the shop has asked of this order."""
        ask = self.ask_of(reply.tx, order)
        if ask is Ask.CONFIRM and self._agreed(sentence, meant):
            return replace(meant, intent=Intent.YES, items=(), sure=True)
        if ask not in (Ask.QUANTITY, Ask.CONFIRM, Ask.SLOT):
            return meant
        if ask is Ask.SLOT:
            return self._other_time(reply, order, meant)
        if meant.intent in (Intent.QUANTITY, Intent.CHANGE, Intent.UNKNOWN) and amounts.undecided(sentence):
            reply.understood()
            self.ask_next(reply, order)
            return None
        return meant if line is None else self._beside(reply, sentence, meant, *line)

    def _agreed(self, sentence: Sentence, meant: Understanding) -> bool:
        """A yes in other words; where a quote is the other choice, only the word of the button says which."""
        if amounts.orders(sentence):
            return meant.intent is not Intent.CANCEL
        agrees = not self.orders.segment().quotes and amounts.agrees(sentence)
        return agrees and meant.intent in (Intent.THANKS, Intent.ACKNOWLEDGEMENT, Intent.UNKNOWN)

    def _other_time(self, reply: Reply, order: Order, meant: Understanding) -> Understanding | None:
        """« décaler à plus tard », « un autre jour », while a time is still to be chosen: the times once more."""
        if meant.intent is not Intent.CHANGE or meant.items or meant.number is not None:
            return meant
        reply.understood()
        self.ask_next(reply, order)
        return None

    def _beside(
        self, reply: Reply, sentence: Sentence, meant: Understanding, product_id: int, held: int
    ) -> Understanding | None:
        if meant.intent is not Intent.CLAIM and (found := amounts.beside_a_question(sentence)) is not None:
            number, beside = found
            if 1 <= number <= sentence.most:
                also = (*((meant.intent,) if meant.intent in _SAID_BESIDE else ()), *meant.also)
                vague = {Intent.UNKNOWN, Intent.CHANGE}
                if not vocabulary().attributes.isdisjoint(beside.split()):  # « 4 mais il reste du noir ? »
                    vague.add(Intent.AVAILABILITY)
                asked = (Intent.DETAILS if one in vague else one for one in also)
                made = _number(meant, product_id, number)
                if meant.topic in SAID_BESIDE_A_NUMBER:
                    return replace(made, topic=meant.topic)
                return replace(made, also=tuple(dict.fromkeys(asked)), beside=beside)
        if amounts.everything(sentence):
            left = reply.tx.value("SELECT on_hand - held FROM product WHERE id = ?", (product_id,)) or 0
            reply.understood()
            self.offer(reply, product_id, held + left)
            return None
        if amounts.pair(sentence) and meant.number == 1 and meant.intent in _COUNTING:
            title = reply.tx.value("SELECT title FROM product WHERE id = ?", (product_id,)) or ""
            return _number(meant, product_id, 1 if amounts.sold_in_pairs(fold(title)) else 2)
        return meant

    def _line(self, reply: Reply, meant: Understanding, spelled: bool) -> tuple[int, int] | None:
        """(product, how many) of the line that is spoken of: the one named, the only one, or the one shown last.

        ``spelled``: a product is named, not only found by a word like its title's.
        """
        held = self._counts(reply)
        named = [item.product_id for item in meant.items] if spelled else []
        spoken = named[0] if len(named) == 1 else None if named else self._spoken_of(reply)
        return None if spoken is None or spoken not in held else (spoken, held[spoken])

    # -- seats and times ---------------------------------------------------------------------------------------

    def _seat(self, reply: Reply, text: str, meant: Understanding) -> Understanding:
        """« 2 places pour GALA », « je prends un billet »: a seat is the event that is named, or the only one."""
        if meant.intent not in _COUNTING or (meant.intent is Intent.CLAIM and meant.number is None):
            return meant
        words = _plain(text)
        if _SEATS.search(words) is None:
            return meant
        event = self._event(reply, meant)
        if event is None:
            return meant
        keyword = reply.tx.value("SELECT keyword FROM product WHERE id = ?", (event,))
        written = "" if meant.items else f"{keyword} "
        again = self._reread(reply, " ".join(_SEATS.sub(written, words).split()))
        if again.intent is Intent.UNKNOWN or not any(item.product_id == event for item in again.items):
            return meant
        return replace(again, language=meant.language)

    def _event(self, reply: Reply, meant: Understanding) -> int | None:
        """The event that is spoken of: named, held, shown last, or the only one to come."""
        day = "SELECT 1 FROM product WHERE id = ? AND event_at IS NOT NULL"
        named = [item.product_id for item in meant.items]
        if named:
            return named[0] if len(named) == 1 and reply.tx.value(day, (named[0],)) else None
        held = reply.tx.value(
            "SELECT l.product_id FROM orders o JOIN order_line l ON l.order_id = o.id JOIN product p ON p.id ="
            " l.product_id WHERE o.customer_id = ? AND o.state IN ('reserved', 'paid') AND p.event_at > ?"
            " ORDER BY o.id DESC LIMIT 1",
            (reply.customer_id, reply.tx.now),
        )
        if held is not None:
            return int(held)
        shown = reply.tx.value("SELECT shown_product FROM conversation WHERE id = ?", (reply.conversation_id,))
        if shown is not None and reply.tx.value(day, (shown,)):
            return int(shown)
        sql = "SELECT id FROM product INDEXED BY product_event WHERE event_at IS NOT NULL AND active AND event_at > ?"
        found = reply.tx.all(f"{sql} LIMIT 2", (reply.tx.now,))
        return found[0][0] if len(found) == 1 else None

    def _event_told(self, reply: Reply, text: str, meant: Understanding) -> bool:
        """« GALA c’est quand ? », « c’est où ? »: the day and the place as the catalogue has them."""
        if meant.intent not in _ASKING_WHEN or _WHEN_WHERE.search(_plain(text)) is None:
            return False
        product_id = self._event(reply, meant)
        if product_id is None:
            return False
        at, place = reply.tx.one("SELECT event_at, place FROM product WHERE id = ?", (product_id,)) or (0, "")
        product = self.product_values(reply.tx, product_id)
        reply.understood()
        reply.showed(product_id)
        when = whenwhere.at_place(at, place, self.zone, reply.language)
        body = say("event_answer", reply.language, when=when, **product)
        if product["left"] > 0 and at > reply.tx.now:
            body = with_stock(reply, body, product)
            take = Button(f"{CLAIM}:{product_id}", say("button_take", reply.language))
            reply.send(outgoing.buttons(body, [take]))
        else:
            reply.send(outgoing.text(body))
        if not place and re.search(r"\b(?:ou|lieu|endroit|adresse|salle|aiza|where)\b", _plain(text)):
            reply.hand_over("question", silent=True)  # the catalogue does not say where
        return True

    def _times_told(self, reply: Reply, text: str, meant: Understanding) -> bool:
        """« vous avez de la place ? », « un rdv pour des tresses »: the free times of what is sold by times."""
        segment = self.orders.segment()
        asked = (Intent.AVAILABILITY, Intent.UNKNOWN, Intent.CATALOGUE, Intent.OPENING_HOURS)
        if not segment.require_date_time_slot or meant.intent not in asked:
            return False
        if self.orders.open_order(reply.tx, reply.customer_id) is not None:
            return False
        named = [item.product_id for item in meant.items if slots.has_times(reply.tx, item.product_id)]
        spoken = _APPOINTMENTS.search(_plain(text)) is not None or "places" in _plain(text)
        product_id = named[0] if len(named) == 1 else self.only_timed(reply) if spoken and not meant.items else None
        if product_id is None or not (spoken or meant.intent is Intent.AVAILABILITY):
            return False
        reply.understood()
        self.free_times(reply, product_id)
        return True

    def _appointed(self, reply: Reply, rest: str) -> str:
        """« je veux un rdv » → « je veux TRESSE », where nothing else is sold by times and nothing is named."""
        product_id = self.only_timed(reply)
        if product_id is None or _APPOINTMENTS.search(rest) is None or self._reread(reply, rest).items:
            return _APPOINTMENTS.sub(" ", rest)
        keyword = reply.tx.value("SELECT keyword FROM product WHERE id = ?", (product_id,))
        return _APPOINTMENTS.sub(f"{keyword} ", rest)

    # -- quotes ------------------------------------------------------------------------------------------------

    def _quoted_on(self, reply: Reply, text: str, meant: Understanding) -> Understanding:
        """« et 20 HUILE5 », after a quote was asked for and while nothing is held: one more line of it."""
        lines = (Intent.CLAIM, Intent.AVAILABILITY, Intent.UNKNOWN, Intent.CHANGE, Intent.QUANTITY)
        joins = meant.items and meant.intent in lines
        if not (self.orders.segment().quotes and joins) or _JOINS.search(_plain(text)) is None:
            return meant
        asked = (
            "SELECT 1 FROM quote WHERE customer_id = ? AND state = 'draft' AND json_extract(content, '$.asked')"
            " AND created_at > ?"
        )
        since = reply.tx.now - QUOTE_GOES_ON
        noted = "SELECT 1 FROM conversation WHERE id = ? AND reason = 'quote' AND escalated_at > ?"
        if not (
            reply.tx.value(asked, (reply.customer_id, since)) or reply.tx.value(noted, (reply.conversation_id, since))
        ):
            return meant
        if self.orders.open_order(reply.tx, reply.customer_id) is not None:
            return meant
        return replace(meant, intent=Intent.QUOTE, sure=True, items=self._counted(meant))

    @staticmethod
    def _counted(meant: Understanding) -> tuple[Item, ...]:
        only = len(meant.items) == 1 and not meant.items[0].counted and meant.number is not None
        return (Item(meant.items[0].product_id, meant.number or 1, True),) if only else meant.items

    def quote_wanted(self, reply: Reply, meant: Understanding) -> None:
        """Of what was named; of what the order holds where nothing was."""
        items = [(item.product_id, item.quantity) for item in self._counted(meant)]
        self.ask_quote(reply, items, self.orders.open_order(reply.tx, reply.customer_id))


def _number(meant: Understanding, product_id: int, number: int) -> Understanding:
    """So many of what is held."""
    return replace(
        meant,
        intent=Intent.QUANTITY,
        items=(Item(product_id, number, True),),
        number=number,
        sure=True,
        also=(),
        topic=None,
        note="",
    )


def _plain(text: str) -> str:
    return " ".join(_APART.sub(" ", fold(text)).split())
