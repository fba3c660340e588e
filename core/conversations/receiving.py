"""What WhatsApp reports, applied: messages, statuses, the seller's own phone, changed identities."""

from __future__ import annotations

import logging
import re
from typing import Final

from core.conversations import threads
from core.conversations.events import MessagePriced, MessageProgressed, PhotoUnfit
from core.conversations.incoming import Incoming
from core.conversations.photos import UNFIT
from core.conversations.reading import InboundMessage, read_message, read_status, read_user_change
from core.conversations.steps import serves_an_order
from core.conversations.talk import PAUSED, Talk
from core.customers import consent
from core.customers.service import Identity, find, recognise
from core.durable import outbox
from core.kernel.clock import HOUR, MINUTE
from core.kernel.phone import from_wa_id
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.templates import service as templates

log = logging.getLogger(__name__)

# A message redelivered days later must not start a sale: the thread shows it, a person decides.
TOO_OLD: Final = 12 * HOUR
MOST_A_MINUTE: Final = 20
_OF_TEMPLATES: Final = ("message_template_status_update", "template_category_update")
_ACTORS: Final = {"message": "bot", "echo": "phone"}  # whom the journal names: who answers, or the seller's own phone


class Receiver:
    """The inbox's handler for the source ``whatsapp``. ``mark`` is what the sender puts on this store's messages."""

    def __init__(self, talk: Talk, country: str, mark: str) -> None:
        self._talk = talk
        self._country = country
        self._marked = re.compile(re.escape(mark) + r":([0-9]{1,18})")

    def on_item(self, tx: Tx, payload: bytes) -> None:
        """Apply one stored item; kinds that mean nothing here stay in the inbox as they came."""
        incoming = Incoming.from_payload(payload)
        tx.actor = _ACTORS.get(incoming.kind, "whatsapp")
        if incoming.kind == "message":
            self._message(tx, incoming)
        elif incoming.kind == "status":
            self._status(tx, incoming)
        elif incoming.kind == "echo":
            self._echo(tx, incoming)
        elif incoming.kind == "user_change":
            self._user_change(tx, incoming)
        elif incoming.kind == "preference":
            self._preference(tx, incoming)
        elif incoming.kind == "account" and incoming.field in _OF_TEMPLATES:
            templates.reported(tx, incoming.field, incoming.item)

    def _message(self, tx: Tx, incoming: Incoming) -> None:
        message = read_message(incoming)
        identities = identities_of(incoming)
        if not identities or message.group_id:
            return  # a system notice without anybody, or a group: nobody to answer
        customer_id = recognise(tx, identities, incoming.profile_name or "", self._talk.language())
        conversation_id = threads.thread_of(tx, customer_id)
        if message.reaction_to or message.edits or message.revokes:
            _annotate(tx, message)
            return
        threads.add_message(
            tx,
            conversation_id,
            "customer",
            message.type,
            message.text,
            payload=incoming.item,
            wamid=message.wamid,
            at=message.at,
        )
        threads.heard(tx, conversation_id, min(message.at, tx.now))
        if tx.now - message.at > TOO_OLD:
            threads.escalate(tx, conversation_id, "old_message")
            return
        bot = threads.mode(tx, conversation_id) == "bot"
        threads.receipt(tx, customer_id, conversation_id, message.wamid)
        if not bot and not serves_an_order(message):
            return  # a person answers
        if bot and not self._talk.awake() and not serves_an_order(message):
            threads.escalate(tx, conversation_id, PAUSED)
            return
        if not _too_fast(tx, conversation_id):
            self._talk.answer(tx, customer_id, conversation_id, message)
        elif bot:
            self._talk.slow_down(tx, customer_id, tx.now // MINUTE)

    def _status(self, tx: Tx, incoming: Incoming) -> None:
        """Our mark names the message where its id is not known yet; another program's mark names nothing of ours."""
        change = read_status(incoming)
        mark = self._marked.fullmatch(change.callback or "")
        outbox_id = outbox.find(tx, change.wamid, int(mark[1]) if mark else None)
        if outbox_id is None:
            return
        tx.run("UPDATE outbox SET wamid = coalesce(wamid, ?) WHERE id = ?", (change.wamid, outbox_id))
        if change.pricing is not None and change.pricing.type and change.pricing.category:
            tx.emit(MessagePriced(0, outbox_id, change.pricing.category, change.pricing.type))
        error = change.errors[0] if change.errors else None
        if outbox.advance(
            tx,
            outbox_id,
            change.status,
            error.code if error else None,
            (error.details or error.title) if error else None,
        ):
            conversation = tx.value(
                "SELECT v.id FROM outbox o JOIN conversation v ON v.customer_id = o.customer_id WHERE o.id = ?",
                (outbox_id,),
            )
            tx.emit(MessageProgressed(conversation or 0, outbox_id, change.status))
            if change.status == "failed" and error is not None and error.code in UNFIT:
                photo = threads.post_plain(tx, outbox_id)
                if photo is not None:
                    tx.emit(PhotoUnfit(conversation or 0, photo))

    def _echo(self, tx: Tx, incoming: Incoming) -> None:
        """The seller answered from the phone: show it, and the bot is silent from now on (lessons c8)."""
        message = read_message(incoming)
        identities = identities_of(incoming)
        if not identities:
            return
        customer_id = recognise(tx, identities, "", self._talk.language())
        conversation_id = threads.thread_of(tx, customer_id)
        if message.reaction_to or message.edits or message.revokes:
            _annotate(tx, message)
            return
        threads.add_message(
            tx,
            conversation_id,
            "phone",
            message.type,
            message.text,
            payload=incoming.item,
            wamid=message.wamid,
            at=message.at,
        )
        if tx.now - message.at <= TOO_OLD:
            threads.person_spoke(tx, conversation_id, "phone", min(message.at, tx.now))

    def _preference(self, tx: Tx, incoming: Incoming) -> None:
        """Somebody said in WhatsApp's own menu whether they want advertising from this shop."""
        wanted = {"stop": False, "resume": True}.get(str(incoming.item.get("value")))
        if wanted is not None and incoming.item.get("category") == "marketing_messages":
            known = find(tx, identities_of(incoming))
            if known:
                consent.offers(tx, known[0], wanted)

    def _user_change(self, tx: Tx, incoming: Incoming) -> None:
        change = read_user_change(incoming)
        previous = _identities(change.previous.bsuid, change.previous.parent_bsuid, change.previous.wa_id)
        current = _identities(change.current.bsuid, change.current.parent_bsuid, change.current.wa_id)
        if find(tx, previous):
            recognise(tx, [*previous, *current])


def lanes_of_live(reader: Reader) -> list[str]:
    """The inbox's lanes (``wa:`` and who) of those who buy, or wait for something, in the running live: when many
    write, they go first."""
    session = reader.value("SELECT id FROM live_session WHERE ended_at IS NULL")
    if session is None:
        return []
    rows = reader.all(
        "SELECT 'wa:' || ltrim(value, '+') FROM identity WHERE customer_id IN (SELECT customer_id FROM orders"
        " WHERE session_id = ?1 UNION SELECT customer_id FROM waiting WHERE session_id = ?1 AND state = 'waiting')",
        (session,),
    )
    return [row[0] for row in rows]


def _too_fast(tx: Tx, conversation_id: int) -> bool:
    """More messages in a minute than a person writes (F47): somebody plays with the bot."""
    rows = tx.all(
        "SELECT at FROM message WHERE conversation_id = ? AND author = 'customer' ORDER BY id DESC LIMIT ?",
        (conversation_id, MOST_A_MINUTE + 1),
    )
    return len(rows) > MOST_A_MINUTE and all(at > tx.now - MINUTE for (at,) in rows)


def identities_of(incoming: Incoming) -> list[Identity]:
    """Who an item concerns, with every name it gives them."""
    return _identities(incoming.bsuid, incoming.parent_bsuid, incoming.wa_id)


def _identities(bsuid: str | None, parent: str | None, wa_id: str | None) -> list[Identity]:
    found: list[Identity] = []
    if bsuid:
        found.append(Identity("bsuid", bsuid))
    if parent:
        found.append(Identity("parent_bsuid", parent))
    phone = from_wa_id(wa_id) if wa_id else None
    if phone:
        found.append(Identity("phone", phone))
    return found


def _annotate(tx: Tx, message: InboundMessage) -> None:
    """Reactions, edits and withdrawals mark the message they are about; they never start talk."""
    target = message.reaction_to or message.edits or message.revokes
    if message.edits:
        tx.run(
            "UPDATE message SET text = ? WHERE wamid = ? AND author IN ('customer', 'phone')", (message.text, target)
        )
    elif message.revokes:
        tx.run("UPDATE message SET kind = 'revoked' WHERE wamid = ? AND author IN ('customer', 'phone')", (target,))
    else:
        tx.run(
            "UPDATE message SET payload = json_set(payload, '$.reaction', ?) WHERE wamid = ? OR outbox_id ="
            " (SELECT id FROM outbox WHERE wamid = ?)",
            (message.emoji, target, target),
        )
