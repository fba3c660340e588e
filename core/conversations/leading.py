"""The seller hears of a prospect worth a call (F92), once: by WhatsApp, by e-mail, or both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from core.conversations import outgoing, threads
from core.conversations.notices import USEFUL_FOR, seller_reached
from core.conversations.talk import Talk
from core.conversations.texts import say
from core.durable import letters
from core.kernel.i18n import catalogue
from core.kernel.phone import display
from core.kernel.text import one_line, short_name
from core.pipeline.events import LeadQualified
from core.pipeline.queries import LeadView, one
from core.pipeline.rules import REASONS
from core.storage.connection import Reader
from core.storage.engine import Tx

LETTER: Final = "lead"  # kind of a letter; its subject is the lead


class LeadNotices(Struct, frozen=True):
    """``way()``: nobody, whatsapp, email or both; ``notify_to()``: the seller's WhatsApp number."""

    talk: Talk
    way: Callable[[], str]
    notify_to: Callable[[], str]
    country: str

    def qualified(self, tx: Tx, event: LeadQualified) -> None:
        """During a live the seller's phone is for the sales: the list of prospects and the e-mail have it all."""
        way = self.way()
        if way in ("email", "both"):
            letters.put(tx, f"lead:{event.lead_id}", LETTER, event.lead_id)
        if way not in ("whatsapp", "both") or tx.value("SELECT 1 FROM live_session WHERE ended_at IS NULL"):
            return
        seller = seller_reached(tx, self.notify_to(), self.country)
        if seller is None or seller == event.customer_id:
            return
        language = self.talk.language()
        values = self._values(tx, event.lead_id, language)
        if values is not None:
            body = say("seller_lead_notice", language, **values)
            threads.post(
                tx, seller, f"seller-lead:{event.lead_id}", outgoing.text(body), valid_until=tx.now + USEFUL_FOR
            )

    def letter(self, reader: Reader, lead_id: int) -> tuple[str, str] | None:
        """(subject, text) of the e-mail; None for a prospect that is gone."""
        language = self.talk.language()
        values = self._values(reader, lead_id, language)
        if values is None:
            return None
        return say("seller_lead_subject", language, **values), say("seller_lead_letter", language, **values)

    def _values(self, reader: Reader, lead_id: int, language: str) -> dict[str, str] | None:
        view = one(reader, lead_id)
        if view is None or view.lead.qualified_by is None:
            return None
        return {
            "customer": short_name(view.name) or "—",
            "reason": catalogue("errors", language).gettext(REASONS[view.lead.qualified_by]),
            "amount": self.talk.money(view.lead.amount) if view.lead.amount else "—",
            "phone": display(view.phone) if view.phone else "—",
            "text": _last_words(reader, view),
        }


def _last_words(reader: Reader, view: LeadView) -> str:
    """What they wrote last: in the e-mail only, so that it is not kept twice in the store."""
    sql = "SELECT text FROM message WHERE conversation_id = ? AND author = 'customer' ORDER BY id DESC LIMIT 1"
    return one_line(reader.value(sql, (view.conversation_id,)) or "", 120) or "—"
