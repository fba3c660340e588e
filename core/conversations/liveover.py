"""The end of a live, told to its seller (F90): what it brought and one thing to do; in detail when they ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.conversations import outgoing, threads
from core.conversations.limits import TEXT, fit
from core.conversations.notices import USEFUL_FOR, seller_reached
from core.conversations.outgoing import Button
from core.conversations.replying import Reply
from core.conversations.talk import DETAILS, Talk
from core.conversations.texts import say
from core.kernel.text import in_minutes, short_name, utf16_length
from core.orders.evening import Evening, evening, let_go, sold
from core.storage.engine import Tx

NAMES: Final = 25


class LiveNotices:
    """``notify_to()``: the seller's own number; ``sums_up()``: whether they want to be told."""

    def __init__(self, talk: Talk, notify_to: Callable[[], str], country: str, sums_up: Callable[[], bool]) -> None:
        self._talk = talk
        self._notify_to = notify_to
        self._country = country
        self._sums_up = sums_up
        talk.live_detailed = self.detailed

    def over(self, tx: Tx, session_id: int) -> None:
        """Queue the summary, with a button to the details. Runs in the transaction that ends the live."""
        told = evening(tx, session_id)
        seller = seller_reached(tx, self._notify_to(), self._country)
        if seller is None or not told.orders or not self._sums_up():
            return
        language = self._talk.language()
        details = Button(f"{DETAILS}:{session_id}", say("button_details", language))
        message = outgoing.buttons(self._summary(told, language), [details])
        threads.post(tx, seller, f"live-over:{session_id}", message, valid_until=tx.now + USEFUL_FOR)

    def _summary(self, told: Evening, language: str) -> str:
        lines = [
            say(
                "live_summary",
                language,
                duration=in_minutes(told.duration),
                revenue=self._talk.money(told.revenue),
                orders=told.orders,
                paid=told.paid,
                expired=told.expired,
                conversion=told.conversion,
            )
        ]
        if told.best:
            lines.append(say("live_summary_best", language, product=fit(told.best[0], 80), count=told.best[1]))
        if told.paid:
            lines.append(say("live_summary_people", language, new=told.new, returning=told.returning))
        if told.sold_out:
            title, after = told.sold_out
            lines.append(say("live_advice_sold_out", language, product=fit(title, 80), duration=in_minutes(after)))
        elif told.many_expired:
            lines.append(say("live_advice_expired", language, count=told.expired))
        return "\n".join(lines)

    def detailed(self, reply: Reply, session_id: int) -> bool:
        """What each product brought, and who did not pay. → False to anybody but the seller: nothing is told."""
        tx = reply.tx
        if seller_reached(tx, self._notify_to(), self._country) != reply.customer_id:
            return False
        language, products, names = self._talk.language(), sold(tx, session_id), let_go(tx, session_id)
        head, foot = say("live_details", language, count=sum(each.units for each in products)), ""
        if names:
            shown = ", ".join(fit(short_name(name or "") or "—", 24) for name in names[:NAMES])
            more = ", …" if len(names) > NAMES else ""
            foot = "\n" + say("live_details_unpaid", language, count=len(names), lines=shown + more)
        room = TEXT - utf16_length(head + foot) - len("\n…")
        for each in products:
            brought, title = self._talk.money(each.brought), fit(each.title, 60)
            line = "\n" + say("live_details_product", language, product=title, count=each.units, revenue=brought)
            room -= utf16_length(line)
            if room < 0:
                head += "\n…"
                break
            head += line
        reply.send(outgoing.text(head + foot))
        return True
