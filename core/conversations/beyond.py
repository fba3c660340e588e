"""What may still be said when a person has not written for 24 hours: one of WhatsApp's approved templates (F52).

The seller chooses one and sees its words filled; what the shop tells by itself takes the one that is meant for it. Who
said STOP gets no advertising, and a template is sent in no other form than WhatsApp approved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Final

from msgspec import Struct

from core.conversations import outgoing, threads, whenwhere
from core.conversations.events import TemplateSent
from core.conversations.manual import window_open
from core.conversations.outgoing import Outgoing
from core.conversations.talk import Talk
from core.conversations.texts import spoken_to
from core.customers import consent
from core.durable import outbox
from core.kernel.clock import to_datetime
from core.kernel.errors import NotFound, Refused
from core.kernel.ids import new_uuid
from core.kernel.text import short_name, utf16_length
from core.orders.service import load
from core.quotes.service import load as load_quote
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.templates import service
from core.templates.rules import (
    APPROVED,
    BODY,
    HEADING,
    MARKETING,
    UNCHOSEN,
    Template,
    apart,
    filled,
    one_value,
    read,
    said,
    variables,
)

STOPPED: Final = "This person said STOP: no advertising is sent to them."
_OF_ORDER: Final = "SELECT id FROM orders WHERE customer_id = ? ORDER BY state = 'reserved' DESC, id DESC LIMIT 1"
_OF_QUOTE: Final = "SELECT id FROM quote WHERE customer_id = ? AND link IS NOT NULL ORDER BY id DESC LIMIT 1"


class Offer(Struct, frozen=True):
    """A template for one person. ``values``: as far as the books know them; ``refusal``: why it may not go, empty when
    it may (a message id of the domain ``errors``)."""

    template: Template
    values: tuple[str, ...]
    refusal: str = ""


class Beyond:
    """One store's. ``shop()``: what it is called; ``quote_url(nonce)``: a quote's public page."""

    def __init__(
        self,
        talk: Talk,
        shop: Callable[[], str],
        quote_url: Callable[[bytes], str],
        zone: tzinfo,
        house: Callable[[], str],
    ) -> None:
        self._talk = talk
        self._shop = shop
        self._quote_url = quote_url
        self._zone = zone
        self._house = house

    # -- by hand -----------------------------------------------------------------------------------------------

    def offers(self, reader: Reader, conversation_id: int) -> list[Offer]:
        """The approved ones, those in the person's language first. Raises NotFound."""
        customer_id = _customer(reader, conversation_id)
        language = self._language(reader, customer_id)
        found = [each for each in service.every(reader) if each.state == APPROVED]
        found.sort(key=lambda each: (each.words.language != language, not each.words.use, each.words.name))
        facts = {each: self.facts(reader, customer_id, each) for each in {t.words.language for t in found}}
        stopped = _stopped(reader, customer_id)
        return [
            Offer(
                each,
                read(each.words, facts[each.words.language]),
                _refusal(each, stopped),
            )
            for each in found
        ]

    def send(
        self, tx: Tx, conversation_id: int, template_id: int, values: Sequence[str], where: str, key: str = ""
    ) -> int | None:
        """The seller sends one: the conversation is theirs from now on. → outbox id, None when the key was used.

        Raises NotFound; Refused for one that WhatsApp has not approved, an empty value, or a person who said STOP.
        """
        customer_id = _customer(tx, conversation_id)
        template = service.one(tx, template_id)
        message = _message(template, values)
        if template.words.category == MARKETING and _stopped(tx, customer_id):
            raise Refused(STOPPED)
        tx.emit(TemplateSent(conversation_id, template_id))
        threads.person_spoke(tx, conversation_id, where)
        threads.mark_read(tx, conversation_id)
        return threads.post(
            tx, customer_id, key or f"template:{new_uuid()}", message, author="seller", priority=_priority(template)
        )

    # -- by itself ---------------------------------------------------------------------------------------------

    def tell(
        self, tx: Tx, customer_id: int, use: str, key: str, *, until: int | None = None, **more: str | int
    ) -> bool:
        """In place of free words where the 24 hours are over. → whether an approved template could say it.

        ``more``: ``news`` and the like, and ``order_id`` or ``quote_id`` of what it is about; ``until`` in ms UTC.
        """
        if window_open(tx, customer_id, tx.now) or not threads.was_heard(tx, customer_id):
            return False
        template = service.fitting(tx, use, self._language(tx, customer_id))
        if template is None or template.words.picture == UNCHOSEN:
            return False
        if template.words.category == MARKETING and _stopped(tx, customer_id):
            return False
        values = read(template.words, self.facts(tx, customer_id, template.words.language, **more))
        if not all(values) or utf16_length(filled(template.words.body, apart(template.words, values)[1])) > BODY:
            return False
        threads.post(tx, customer_id, key, _message(template, values), priority=_priority(template), valid_until=until)
        return True

    # -- what is known -----------------------------------------------------------------------------------------

    def facts(self, reader: Reader, customer_id: int, language: str, **more: str | int) -> Mapping[str, str]:
        """What the books say, in words: of this order and quote, else of the open order and the last quote."""
        name = str(reader.value("SELECT name FROM customer WHERE id = ?", (customer_id,)) or "")
        known = {"shop": self._shop(), "name": (short_name(name).split() or [""])[0]}
        order_id = more.pop("order_id", None) or reader.value(_OF_ORDER, (customer_id,))
        quote_id = more.pop("quote_id", None) or reader.value(_OF_QUOTE, (customer_id,))
        if order_id is not None:
            known |= self._of_order(reader, int(order_id), language)
        if quote_id is not None:
            known |= self._of_quote(reader, int(quote_id))
        return {**known, **{key: str(value) for key, value in more.items()}}

    def _of_order(self, reader: Reader, order_id: int, language: str) -> dict[str, str]:
        order = load(reader, order_id)
        due = max(0, order.total - order.received)
        payable = order.state == "reserved" and due and not self._talk.public_url_missing()
        return {
            "reference": order.reference,
            "lines": self._talk.lines(reader, order_id, ", "),
            "total": self._talk.money(order.total),
            "due": self._talk.money(due),
            "link": self._talk.url_of(reader, order_id) if payable else "",
            "when": " / ".join(whenwhere.moments(reader, order_id, self._zone, language)),
        }

    def _of_quote(self, reader: Reader, quote_id: int) -> dict[str, str]:
        quote = load_quote(reader, quote_id)
        url = "" if quote.link is None or self._talk.public_url_missing() else self._quote_url(quote.link)
        return {
            "quote": quote.reference,
            "quote_total": self._talk.money(quote.total),
            "quote_link": url,
            "until": f"{to_datetime(quote.valid_until, self._zone):%d/%m/%Y}",
        }

    def _language(self, reader: Reader, customer_id: int) -> str:
        code = str(reader.value("SELECT language FROM customer WHERE id = ?", (customer_id,)) or self._house())
        return str(spoken_to(self._house(), reader, customer_id, code))


def _refusal(template: Template, stopped: bool) -> str:
    """Why it may not go to this person (message id); empty when it may."""
    if template.words.picture == UNCHOSEN:
        return service.CHOOSE
    return STOPPED if stopped and template.words.category == MARKETING else ""


def _message(template: Template, values: Sequence[str]) -> Outgoing:
    """Raises Refused."""
    words = template.words
    if template.state != APPROVED:
        raise Refused("WhatsApp has not approved this template: it cannot be sent.")
    if words.picture == UNCHOSEN:
        raise Refused(service.CHOOSE)
    given = tuple(one_value(value) for value in values)
    if len(given) != len(words.variables) or not all(given):
        raise Refused("Fill in all {count} values of the template.", count=len(words.variables))
    above, below = apart(words, given)
    if utf16_length(filled(words.body, below)) > BODY or utf16_length(filled(words.heading, above)) > HEADING:
        raise Refused("The filled text has more than {limit} characters: shorten a value.", limit=BODY)
    titles = tuple(button.title for button in words.buttons)
    names = variables(words.heading)
    header = ((names[0], above[0]) if words.named else above[0]) if above else None
    body = dict(zip(variables(words.body), below, strict=True)) if words.named else below
    made = outgoing.template(words.name, template.code, said(words, given), body=body, header=header)
    return Outgoing(made.kind, made.type, made.body, made.preview, titles, photo=words.picture or None)


def _priority(template: Template) -> int:
    """Advertising waits behind everything else, and stops with the month's budget."""
    return outbox.BROADCAST if template.words.category == MARKETING else outbox.REMINDER


def _customer(reader: Reader, conversation_id: int) -> int:
    found = reader.value("SELECT customer_id FROM conversation WHERE id = ?", (conversation_id,))
    if found is None:
        raise NotFound("There is no conversation number {conversation_id}.", conversation_id=conversation_id)
    return int(found)


def _stopped(reader: Reader, customer_id: int) -> bool:
    return bool(reader.value("SELECT no_offers FROM customer WHERE id = ?", (customer_id,)))


def followed(tx: Tx, outbox_id: int, state: str) -> None:
    """A message failed: where the template is to blame it is offered no more, and who stopped advertising is noted."""
    if state != "failed":
        return
    row = tx.one(
        "SELECT customer_id, error_code, json_extract(body, '$.kind'), json_extract(body, '$.body.name'),"
        " json_extract(body, '$.body.language.code') FROM outbox WHERE id = ? AND kind = 'message'",
        (outbox_id,),
    )
    if row is None or row[2] != "template":
        return
    service.sending_failed(tx, row[3], row[4], row[1])
    if row[1] == 131050:
        consent.offers(tx, row[0], False)
