"""What the seller does by hand: a live invoice (F2, F3), a message, a link sent again."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.conversations import outgoing, threads
from core.conversations.events import PaperSent
from core.conversations.sender import WINDOW, WINDOW_MARGIN
from core.conversations.talk import Talk
from core.conversations.texts import say, spoken_to
from core.customers.service import Identity, recognise
from core.durable import outbox
from core.invoices import queries as papers
from core.kernel.errors import Refused
from core.kernel.i18n import DEFAULT_LANGUAGE
from core.kernel.ids import new_uuid
from core.orders.service import Wanted, load
from core.storage.connection import Reader
from core.storage.engine import Tx

CLOSED: Final = "This person has not written for 24 hours: WhatsApp only lets you answer with an approved template."


class Invoiced(Struct, frozen=True):
    """``queued`` False: the person has not written in the last 24 hours, so only a copied link reaches them."""

    order_id: int
    reference: str
    url: str
    queued: bool


def window_open(reader: Reader, customer_id: int, now: int) -> bool:
    """Whether WhatsApp lets the shop write freely to this person now."""
    last = reader.value("SELECT last_inbound_at FROM conversation WHERE customer_id = ?", (customer_id,))
    return last is not None and now < last + WINDOW - WINDOW_MARGIN


def live_invoice(tx: Tx, talk: Talk, name: str, phone: str, product_id: int, quantity: int, source: str) -> Invoiced:
    """Reserve a product for somebody, make the pay link and queue the message, all at once.

    ``phone`` in E.164. Raises Refused, and nothing is kept, when fewer are left or no link could be opened.
    """
    customer_id = recognise(tx, [Identity("phone", phone)], name, talk.language())
    claimed = talk.orders.claim(tx, customer_id, [Wanted(product_id, quantity)], source)
    outcome = claimed.outcomes[0]
    if claimed.order_id is None or outcome.held < quantity:
        raise Refused("Only {left} left: this quantity cannot be reserved.", left=outcome.held)
    order = load(tx, claimed.order_id)
    _need_address(talk)
    queued = window_open(tx, customer_id, tx.now)
    if queued:
        send_link(tx, talk, order.id)
    return Invoiced(order.id, order.reference, talk.url_of(tx, order.id), queued)


def send_link(tx: Tx, talk: Talk, order_id: int) -> None:
    """Send the pay link of an open order. Raises Refused when it is not open any more."""
    order = load(tx, order_id)
    if order.state != "reserved":
        raise Refused("This order can no longer be paid with this link.")
    code = str(tx.value("SELECT language FROM customer WHERE id = ?", (order.customer_id,)) or DEFAULT_LANGUAGE)
    language = spoken_to(talk.language(), tx, order.customer_id, code)
    threads.post(
        tx,
        order.customer_id,
        f"link:{order_id}:{new_uuid()}",
        talk.link_message(tx, order, "", language),
        author="seller",
        priority=outbox.PAYMENT,
        deadline=order.expires_at,
        valid_until=order.expires_at,
    )


def send_link_again(tx: Tx, talk: Talk, order_id: int) -> None:
    """As :func:`send_link`; the bot goes on speaking. Raises Refused also when nobody could open the link, and outside
    the 24-hour window."""
    _need_address(talk)
    if not window_open(tx, load(tx, order_id).customer_id, tx.now):
        raise Refused(CLOSED)
    send_link(tx, talk, order_id)


def send_link_to(tx: Tx, talk: Talk, conversation_id: int, order_id: int, where: str) -> None:
    """The seller sends the pay link of an open order into a conversation. Raises as :func:`send_text`, and Refused
    when nobody could open the link or the order cannot be paid any more."""
    _need_address(talk)
    _speak(tx, conversation_id, where)
    send_link(tx, talk, order_id)


def send_text(tx: Tx, conversation_id: int, text: str, where: str, key: str | None = None) -> int | None:
    """The seller writes: the bot is silent from now on. → outbox id. Raises Refused outside the 24-hour window."""
    customer_id = _speak(tx, conversation_id, where)
    threads.mark_read(tx, conversation_id)
    return threads.post(tx, customer_id, key or f"seller:{new_uuid()}", outgoing.text(text), author="seller")


def send_file(tx: Tx, conversation_id: int, file: str, filename: str, caption: str, where: str) -> int | None:
    """The seller sends a photo or a document of the store's media folder. Raises as :func:`send_text`."""
    customer_id = _speak(tx, conversation_id, where)
    return threads.post_file(tx, customer_id, f"seller:{new_uuid()}", file, filename, caption)


def send_paper(tx: Tx, kind: str, paper_id: int, house: str = DEFAULT_LANGUAGE) -> int | None:
    """The seller sends an invoice, a credit note or a receipt (again). The bot goes on speaking. → outbox id.

    ``house``: the language of the store, as it speaks it.

    Raises NotFound, and Refused outside the 24-hour window or while it is still on its way.
    """
    paper = papers.one(tx, kind, paper_id)
    conversation_id = tx.value("SELECT id FROM conversation WHERE customer_id = ?", (paper.customer_id,))
    if conversation_id is None or not window_open(tx, paper.customer_id, tx.now):
        raise Refused(CLOSED)
    if paper.sent in ("queued", "sending"):
        raise Refused("{number} is on its way already.", number=paper.number)
    tx.emit(PaperSent(conversation_id, kind, paper_id))
    code = str(tx.value("SELECT language FROM customer WHERE id = ?", (paper.customer_id,)) or DEFAULT_LANGUAGE)
    language = spoken_to(house, tx, paper.customer_id, code)
    caption = say(f"{kind}_document", language, number=paper.number)
    key = f"{kind}:{paper_id}:{new_uuid()}"
    return threads.post_paper(tx, paper.customer_id, key, kind, paper_id, f"{paper.number}.pdf", caption)


def _need_address(talk: Talk) -> None:
    if talk.public_url_missing():
        raise Refused("This store has no public address yet: buyers could not open the link. See Settings, Network.")


def _speak(tx: Tx, conversation_id: int, where: str) -> int:
    """The seller takes the conversation over. → customer id. Raises Refused outside the 24-hour window."""
    customer_id = tx.value("SELECT customer_id FROM conversation WHERE id = ?", (conversation_id,))
    if customer_id is None or not window_open(tx, customer_id, tx.now):
        raise Refused(CLOSED)
    threads.person_spoke(tx, conversation_id, where)
    return int(customer_id)
