"""What people say about being scored and being proposed something: « STOP SCORE », « MON SCORE », « STOP ».

Each is noted and answered; the explanation is the seller's own, line by line (F80).
"""

from __future__ import annotations

import re
from typing import Final

from core.conversations.replying import Reply
from core.customers import consent
from core.customers.explaining import explain
from core.customers.service import record
from core.kernel.patterns import late
from core.orders.service import Orders
from core.orders.standing import lately

_MINE: Final = late(r"\W*(?:mon|ma|my|ny)\s+(?:score|note|isako)(?:\s+de\s+confiance)?\W*|\W*isako\W*", re.IGNORECASE)
_OFFERS: Final = late(r"\W*(stop|ok)(?:\s+(offres?|pub|promos?|dokambarotra))?\W*", re.IGNORECASE)


def heard(reply: Reply, text: str, orders: Orders, currency: str) -> bool:
    """Was this the message? Then it is answered."""
    given = consent.word_of(text)
    if given is not None:
        consent.say(reply.tx, reply.customer_id, given, "conversation")
        reply.text("score_accepted" if given else "score_refused")
        return True
    if _MINE.fullmatch(text):
        _explained(reply, orders, currency)
        return True
    return _offers(reply, text, orders)


def _explained(reply: Reply, orders: Orders, currency: str) -> None:
    found = lately(reply.tx, reply.customer_id, reply.tx.now, orders.holds)
    said = explain(record(reply.tx, reply.customer_id), reply.language, currency, found)
    more = "".join(f"\n{part}" for part in (said.benefit, said.advice) if part)
    reply.text("score_explained", score=said.score, lines="\n".join(line.said for line in said.lines), more=more)


def _offers(reply: Reply, text: str, orders: Orders) -> bool:
    """« STOP » ends all proposals, « OK PUB » lets them come again. With something reserved, a mere « stop » is about
    that, too."""
    found = _OFFERS.fullmatch(text)
    if found is None or (found[1].lower() == "ok" and not found[2]):
        return False
    stop = found[1].lower() == "stop"
    consent.offers(reply.tx, reply.customer_id, not stop)
    if len(text.split()) < 2 and orders.open_order(reply.tx, reply.customer_id) is not None:
        return False
    reply.text("offers_stopped" if stop else "offers_resumed")
    return True
