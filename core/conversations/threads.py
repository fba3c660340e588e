"""Threads: what was said, who speaks now (bot or seller), and what waits for a person."""

from __future__ import annotations

import json
from typing import Any, Final

from core.conversations import handovers, reasons
from core.conversations.events import (
    ConversationRead,
    Escalated,
    GivenBack,
    MessageAdded,
    MessageQueued,
    PersonSpoke,
    Resolved,
    TakenOver,
)
from core.conversations.outgoing import Outgoing
from core.durable import outbox
from core.kernel.errors import NotFound
from core.kernel.text import one_line
from core.orders.queries import in_live
from core.storage.engine import Tx

PREVIEW: Final = 120


def thread_of(tx: Tx, customer_id: int) -> int:
    """The customer's conversation, begun if there is none. → conversation id."""
    found: int | None = tx.value("SELECT id FROM conversation WHERE customer_id = ?", (customer_id,))
    if found is not None:
        return found
    return tx.insert("INSERT INTO conversation(customer_id, last_at) VALUES(?,?)", (customer_id, tx.now))


def add_message(
    tx: Tx,
    conversation_id: int,
    author: str,
    kind: str,
    text: str,
    *,
    payload: dict[str, Any] | None = None,
    wamid: str | None = None,
    outbox_id: int | None = None,
    media: str | None = None,
    at: int | None = None,
) -> int:
    """Write one bubble. ``author``: customer, bot, seller, phone. → message id."""
    message_id = tx.insert(
        "INSERT INTO message(conversation_id, author, kind, text, payload, wamid, outbox_id, media, at)"
        " VALUES(?,?,?,?,?,?,?,?,?)",
        (
            conversation_id,
            author,
            kind,
            text,
            json.dumps(payload or {}, ensure_ascii=False),
            wamid,
            outbox_id,
            media,
            tx.now if at is None else at,
        ),
    )
    tx.run(
        "UPDATE conversation SET last_at = ?, last_text = ?, last_author = ? WHERE id = ?",
        (tx.now, one_line(text, PREVIEW), author, conversation_id),
    )
    tx.emit(MessageAdded(conversation_id, message_id, author, kind))
    return message_id


def was_heard(tx: Tx, customer_id: int) -> bool:
    """Whether the person ever wrote: others are not written to."""
    last = "SELECT 1 FROM conversation WHERE customer_id = ? AND last_inbound_at IS NOT NULL"
    return tx.value(last, (customer_id,)) is not None


def heard(tx: Tx, conversation_id: int, at: int) -> None:
    """The customer wrote: one more unread, what was resolved is open again, and the 24-hour window runs from WhatsApp's
    own time of the message."""
    tx.run(
        "UPDATE conversation SET unread = unread + 1, closed_at = NULL,"
        " last_inbound_at = max(coalesce(last_inbound_at, 0), ?)"
        " WHERE id = ?",
        (at, conversation_id),
    )


def post(
    tx: Tx,
    customer_id: int,
    key: str,
    message: Outgoing,
    *,
    author: str = "bot",
    priority: int = outbox.REPLY,
    deadline: int | None = None,
    valid_until: int | None = None,
) -> int | None:
    """Queue a message for a customer and show it in the thread. ``key`` makes it happen once. → outbox id.

    An answer to a buyer of the running live goes before other answers.
    """
    if priority == outbox.REPLY and in_live(tx, customer_id):
        priority = outbox.LIVE
    body = json.loads(message.to_payload())
    outbox_id = outbox.put(
        tx, key, customer_id, "message", body, priority=priority, deadline=deadline, valid_until=valid_until
    )
    if outbox_id is None:
        return None
    conversation_id = thread_of(tx, customer_id)
    add_message(
        tx,
        conversation_id,
        author,
        message.kind,
        message.preview,
        payload={"buttons": list(message.buttons)},
        outbox_id=outbox_id,
    )
    tx.emit(MessageQueued(conversation_id))
    return outbox_id


def post_file(
    tx: Tx, customer_id: int, key: str, file: str, filename: str, caption: str, *, author: str = "seller"
) -> int | None:
    """Queue a file of the store's media folder as an image or a document."""
    return _post_body(tx, customer_id, key, {"file": file, "filename": filename, "caption": caption}, author, file)


def post_paper(
    tx: Tx, customer_id: int, key: str, paper: str, paper_id: int, filename: str, caption: str
) -> int | None:
    """Queue an invoice or credit note as a PDF document, which is drawn when it is sent."""
    body = {"paper": paper, "id": paper_id, "filename": filename, "caption": caption}
    return _post_body(tx, customer_id, key, body, "bot", None)


def _post_body(tx: Tx, customer_id: int, key: str, body: dict[str, Any], author: str, media: str | None) -> int | None:
    outbox_id = outbox.put(tx, key, customer_id, "file", body)
    if outbox_id is None:
        return None
    conversation_id = thread_of(tx, customer_id)
    filename: str = body["filename"]
    kind = "image" if filename.lower().endswith((".png", ".jpg", ".jpeg")) else "document"
    said = body["caption"] or filename
    payload = {} if media else {"document": {"filename": filename}}
    add_message(tx, conversation_id, author, kind, said, payload=payload, outbox_id=outbox_id, media=media)
    tx.emit(MessageQueued(conversation_id))
    return outbox_id


def post_plain(tx: Tx, outbox_id: int) -> str | None:
    """Queue a message anew that failed with its photo, without it, once; its bubble stays. → the photo it had."""
    rows = tx.all(
        "SELECT id, key, customer_id, body, priority, deadline, valid_until FROM outbox"
        " WHERE (id = ?1 OR merged_into = ?1) AND kind = 'message' ORDER BY id",
        (outbox_id,),
    )
    bodies = [json.loads(row[3]) for row in rows]
    photo: str | None = next((body["photo"] for body in bodies if body.get("photo")), None)
    if photo is None or any(body["kind"] == "template" for body in bodies):  # WhatsApp takes it in one form only
        return None
    if handovers.person_speaks(tx, rows[0][2]) and rows[0][4] >= outbox.REPLY:  # the bot does not speak now
        return photo
    for row, body in zip(rows, bodies, strict=True):
        plain = {**body, "photo": None}
        again = outbox.put(
            tx, f"{row[1]}:plain", row[2], "message", plain, priority=row[4], deadline=row[5], valid_until=row[6]
        )
        if again is not None:
            tx.run("UPDATE message SET outbox_id = ? WHERE outbox_id = ?", (again, row[0]))
            tx.emit(MessageQueued(thread_of(tx, row[2])))
    return photo


def receipt(tx: Tx, customer_id: int, conversation_id: int, wamid: str) -> None:
    """Two blue ticks; an older one still waiting is not worth sending. No "writing…": the answer is there before it."""
    tx.run(
        "UPDATE outbox SET state = 'dropped' WHERE customer_id = ? AND kind = 'receipt' AND state = 'queued'",
        (customer_id,),
    )
    outbox.put(
        tx,
        f"read:{wamid}",
        customer_id,
        "receipt",
        {"wamid": wamid},
        priority=outbox.RECEIPT,
        valid_until=tx.now + 60_000,
    )
    tx.emit(MessageQueued(conversation_id))


# -- who speaks --------------------------------------------------------------------------------------------------


def mode(tx: Tx, conversation_id: int) -> str:
    """``bot`` or ``seller``. Raises NotFound."""
    row = tx.one("SELECT mode FROM conversation WHERE id = ?", (conversation_id,))
    if row is None:
        raise NotFound("There is no conversation number {conversation_id}.", conversation_id=conversation_id)
    return str(row[0])


def escalate(tx: Tx, conversation_id: int, reason: str) -> bool:
    """Ask for a person; the bot goes on answering what it surely understands. False when already asked.

    Somebody who says so in words weighs more than what the bot did not understand, money more than a question.
    """
    before = tx.value("SELECT reason FROM conversation WHERE id = ? AND escalated_at IS NOT NULL", (conversation_id,))
    if before is not None and not reasons.outweighs(reason, before):
        return False
    changed = tx.run(
        "UPDATE conversation SET escalated_at = coalesce(escalated_at, ?1), reason = ?2 WHERE id = ?3",
        (tx.now, reason, conversation_id),
    )
    if changed:
        handovers.asked(tx, conversation_id, reason)
        tx.emit(Escalated(conversation_id, reason))
    return bool(changed)


def take_over(tx: Tx, conversation_id: int, where: str) -> bool:
    """A person speaks from now on: the bot is silent at once, and what it had not said yet stays unsaid.

    → False when it was so already.
    """
    before = mode(tx, conversation_id)
    tx.run(
        "UPDATE conversation SET mode = 'seller', escalated_at = NULL, reason = NULL, misses = 0, closed_at = NULL"
        " WHERE id = ?",
        (conversation_id,),
    )
    if before == "seller":
        return False
    handovers.taken(tx, conversation_id, where)
    handovers.hold_back(tx, tx.value("SELECT customer_id FROM conversation WHERE id = ?", (conversation_id,)))
    tx.emit(TakenOver(conversation_id, where))
    return True


def person_spoke(tx: Tx, conversation_id: int, where: str, at: int | None = None) -> None:
    """A person writes, from wherever: the conversation is theirs. ``at``: ms UTC, now unless given."""
    take_over(tx, conversation_id, where)
    last = handovers.answered(tx, conversation_id, tx.now if at is None else at)
    tx.emit(PersonSpoke(conversation_id, where, last))


def give_back(tx: Tx, conversation_id: int, how: str = "given_back") -> bool:
    """The bot answers again. → False when it did already."""
    if mode(tx, conversation_id) != "seller":
        return False
    tx.run("UPDATE conversation SET mode = 'bot', misses = 0 WHERE id = ?", (conversation_id,))
    handovers.ended(tx, conversation_id, how)
    tx.emit(GivenBack(conversation_id, how))
    return True


def resolve(tx: Tx, conversation_id: int) -> bool:
    """Nothing is left to do: the conversation rests until the customer writes, and then the bot answers.

    → False when it rested already.
    """
    mode(tx, conversation_id)
    if not tx.run(
        "UPDATE conversation SET mode = 'bot', escalated_at = NULL, reason = NULL, misses = 0, unread = 0,"
        " closed_at = ? WHERE id = ? AND (closed_at IS NULL OR mode = 'seller' OR escalated_at IS NOT NULL)",
        (tx.now, conversation_id),
    ):
        return False
    handovers.ended(tx, conversation_id, "resolved")
    tx.emit(Resolved(conversation_id))
    return True


def mark_read(tx: Tx, conversation_id: int) -> bool:
    """The seller has seen it. → False when they had already."""
    changed = tx.run("UPDATE conversation SET unread = 0 WHERE id = ? AND unread > 0", (conversation_id,))
    if changed:
        tx.emit(ConversationRead(conversation_id))
    return bool(changed)
