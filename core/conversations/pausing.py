"""How long the bot is silent after a person spoke, and what the customer is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.conversations import handovers, outgoing, threads
from core.conversations.events import PersonSpoke, TakenOver
from core.conversations.handovers import RESUME
from core.conversations.manual import window_open
from core.conversations.texts import say, spoken_to
from core.durable.deadlines import set_deadline
from core.kernel.clock import DAY, MINUTE
from core.storage.engine import Tx

UNANSWERED: Final = "unanswered"
_USEFUL_FOR: Final = 10 * MINUTE
_PRESSES: Final = ("interactive", "button")  # of buttons and lists of ours


class Pausing:
    """Reactors to who speaks. ``minutes()``: of a person's silence until the bot resumes, 0 for never by itself;
    ``announces()``: whether customers are told, as the store speaks (``house()``); ``asks(text)``: whether a message
    wants an answer."""

    def __init__(
        self,
        minutes: Callable[[], int],
        announces: Callable[[], bool],
        house: Callable[[], str],
        asks: Callable[[str], bool],
    ) -> None:
        self._minutes = minutes
        self._announces = announces
        self._house = house
        self._asks = asks

    def taken(self, tx: Tx, event: TakenOver) -> None:
        """The bot falls silent; the customer hears it once, in the message that the person's own words join."""
        self._plan(tx, event.conversation_id, tx.now)
        if event.where != "phone" and self._announces():
            self._announce(tx, event.conversation_id)

    def spoke(self, tx: Tx, event: PersonSpoke) -> None:
        """Each reply moves the bot's return."""
        self._plan(tx, event.conversation_id, event.at)

    def _plan(self, tx: Tx, conversation_id: int, spoke_at: int) -> None:
        minutes = self._minutes()
        if minutes:
            set_deadline(tx, RESUME, conversation_id, spoke_at + minutes * MINUTE)

    def _announce(self, tx: Tx, conversation_id: int) -> None:
        """Who talked with the bot, and was not told yet that a person comes, is told that one is there."""
        row = tx.one(
            "SELECT v.customer_id, h.id, c.language FROM conversation v JOIN customer c ON c.id = v.customer_id"
            " JOIN handover h ON h.conversation_id = v.id AND h.ended_at IS NULL AND h.told_at IS NULL WHERE v.id = ?",
            (conversation_id,),
        )
        if row is None or not window_open(tx, row[0], tx.now) or not self._bot_talked(tx, conversation_id):
            return
        customer_id, handover_id, code = row
        language = spoken_to(self._house(), tx, customer_id, code)
        handovers.told(tx, conversation_id)
        threads.post(
            tx,
            customer_id,
            f"person:{handover_id}",
            outgoing.text(say("takeover_notice", language)),
            valid_until=tx.now + _USEFUL_FOR,
        )

    @staticmethod
    def _bot_talked(tx: Tx, conversation_id: int) -> bool:
        """Whether the customer was lately talking with the bot, and not with a person: a new voice would surprise."""
        return bool(
            tx.value(
                "SELECT 1 FROM message m JOIN outbox o ON o.id = m.outbox_id WHERE m.conversation_id = ?1"
                " AND m.author = 'bot' AND m.at > ?2 AND o.key LIKE 'reply:%' AND o.state NOT IN ('dropped', 'failed')"
                " AND m.id > coalesce((SELECT max(id) FROM message WHERE conversation_id = ?1"
                " AND author IN ('seller', 'phone')), 0) LIMIT 1",
                (conversation_id, tx.now - DAY),
            )
        )

    def due(self, tx: Tx, conversation_id: int) -> None:
        """Nobody wrote for so long: the bot speaks again. A question that was left is somebody's to answer, not the
        bot's, which did not hear it when it was asked."""
        mode = tx.value("SELECT mode FROM conversation WHERE id = ?", (conversation_id,))
        if mode != "seller" or not self._minutes():
            return
        left = self._left_unanswered(tx, conversation_id)
        threads.give_back(tx, conversation_id, "timer")
        if left:
            threads.escalate(tx, conversation_id, UNANSWERED)

    def _left_unanswered(self, tx: Tx, conversation_id: int) -> bool:
        """Nobody ever answered who was asked for, or the customer's last words wait for an answer."""
        row = tx.one(
            "SELECT reason, answered_at FROM handover WHERE conversation_id = ? AND ended_at IS NULL",
            (conversation_id,),
        )
        reason, answered_at = row or (None, None)
        if reason is not None and answered_at is None:
            return True
        ours = "('seller', 'phone')" if answered_at is not None else "('seller', 'phone', 'bot')"
        rows = tx.all(
            "SELECT kind, text FROM message WHERE conversation_id = ?1 AND author = 'customer' AND id > coalesce("  # noqa: S608 - constants
            f"(SELECT max(id) FROM message WHERE conversation_id = ?1 AND author IN {ours}), 0)"
            " ORDER BY id DESC LIMIT 20",
            (conversation_id,),
        )
        return any(self._asks(text) if kind == "text" else kind not in _PRESSES for kind, text in rows)

    def recover(self, tx: Tx) -> None:
        """At start: every pause has its end (R18). One without, from before there were any, begins now."""
        minutes = self._minutes()
        rows = tx.all(
            "SELECT id FROM conversation WHERE mode = 'seller' AND id NOT IN (SELECT subject FROM deadline"
            " WHERE kind = ?)",
            (RESUME,),
        )
        for (conversation_id,) in rows if minutes else ():
            set_deadline(tx, RESUME, conversation_id, tx.now + minutes * MINUTE)
