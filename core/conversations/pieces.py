"""Thoughts sent in pieces: « je voudrais la » … « petite dorée ». What means nothing alone waits shortly for the next.

The wait is a deadline like every other, so a stop of the program only makes it longer.
"""

from __future__ import annotations

from typing import Final

from core.conversations.reading import InboundMessage
from core.conversations.replying import Reply
from core.durable.deadlines import clear_deadline, set_deadline
from core.kernel.patterns import late
from core.storage.engine import Tx
from core.understanding import fragments
from core.understanding.engine import understand
from core.understanding.naming import Products
from core.understanding.rules import Context, Intent, Step, Understanding, next_step

PIECES: Final = "pieces"  # a deadline; its subject is the conversation
WAIT: Final = 2_500  # ms
MOST_WORDS: Final = 4
LONGEST: Final = 40
_WORD: Final = late(r"[^\W_]+")


def meaning(reply: Reply, text: str, products: Products, context: Context) -> Understanding:
    """What this message means, with the pieces before it that wait for it where they mean more together."""
    meant = understand(text, products, context)
    before = whole(reply.tx, reply.conversation_id)
    if not before or before == text:
        return meant
    written = understand(before.replace("\n", " "), products, context)  # « je veux » « 2 » « SAC2 »: one sentence
    together = written if written.intent is Intent.CLAIM else understand(before, products, context)
    return together if next_step(together, 0) is Step.ACT else meant


def is_piece(text: str) -> bool:
    """Whether more may follow: few words, and no mark that ends a sentence."""
    words = _WORD.findall(text)
    ended = text.rstrip().endswith(("?", "!", "."))
    return 0 < len(words) <= MOST_WORDS and len(text) <= LONGEST and not ended


def waiting(tx: Tx, conversation_id: int) -> list[tuple[int, str, str]]:
    """(time, text, wamid) of the customer's messages that wait for the rest, oldest first; the newest is among them."""
    return tx.all(
        "SELECT m.at, m.text, m.wamid FROM conversation v JOIN message m ON m.conversation_id = v.id"
        " WHERE v.id = ? AND v.pieces_from IS NOT NULL AND m.id >= v.pieces_from AND m.author = 'customer'"
        " ORDER BY m.id DESC LIMIT ?",
        (conversation_id, fragments.MOST),
    )[::-1]


def whole(tx: Tx, conversation_id: int) -> str:
    """All that waits as one text; empty when nothing does."""
    return fragments.joined([(at, text) for at, text, _ in waiting(tx, conversation_id)])


def wait(reply: Reply, text: str) -> bool:
    """Let this message wait for the next one. False when it is no piece, or enough of them have come."""
    tx, conversation_id = reply.tx, reply.conversation_id
    if not is_piece(text) or len(waiting(tx, conversation_id)) >= fragments.MOST:
        return False
    newest = "SELECT max(id) FROM message WHERE conversation_id = ?1 AND author = 'customer'"
    tx.run(
        f"UPDATE conversation SET pieces_from = coalesce(pieces_from, ({newest})) WHERE id = ?1",  # noqa: S608
        (conversation_id,),
    )
    set_deadline(tx, PIECES, conversation_id, tx.now + WAIT)
    return True


def ended(tx: Tx, conversation_id: int) -> None:
    """The thought is answered, or somebody else answers."""
    if tx.run(
        "UPDATE conversation SET pieces_from = NULL WHERE id = ? AND pieces_from IS NOT NULL", (conversation_id,)
    ):
        clear_deadline(tx, PIECES, conversation_id)


def due(tx: Tx, conversation_id: int) -> tuple[int, InboundMessage] | None:
    """Nothing more came: (customer, all pieces as one message), or None when a person answers by now."""
    row = tx.one("SELECT customer_id, mode FROM conversation WHERE id = ?", (conversation_id,))
    said = waiting(tx, conversation_id)
    text = fragments.joined([(at, text) for at, text, _ in said])
    ended(tx, conversation_id)
    if row is None or row[1] != "bot" or not text:
        return None
    at, _, wamid = said[-1]
    return row[0], InboundMessage(wamid, "text", at, text)
