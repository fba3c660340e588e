"""A day and an hour said in words where times are sold: taken when free, else the nearest are offered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from core.conversations import outgoing
from core.conversations.outgoing import Section, fit
from core.conversations.replying import Reply
from core.conversations.steps import ROWS
from core.conversations.texts import say
from core.conversations.topical import Topical
from core.kernel.clock import DAY, to_datetime
from core.kernel.days import day_in_words, moment_in_words
from core.kernel.patterns import late
from core.kernel.text import fold
from core.orders.queries import lines_of
from core.orders.rules import PAID
from core.orders.service import Order, Wanted, load
from core.slots import queries as slots
from core.slots import service as booking
from core.slots.queries import Slot
from core.understanding import moments
from core.understanding.moments import Said
from core.understanding.rules import Intent, Understanding

LOOKED_THROUGH: Final = 300  # times, for those of a part of the day
FAR: Final = 60 * DAY
AT: Final = "at"  # a row that takes a time with nothing held before: at:<slot>
_ELSEWHERE: Final = frozenset(
    {
        *(Intent.CANCEL, Intent.PAY, Intent.PAYMENT_TALK, Intent.PAYMENT_PROBLEM, Intent.COMPLAINT, Intent.HUMAN),
        *(Intent.MY_ORDERS, Intent.PAYMENT_MEANS, Intent.QUOTE),
    }
)
_WANTS: Final = late(
    r"\b(?:reserv\w*|rdv|rendez vous|je (?:veux|voudrais|viens|viendrai|prends|souhaite|passe|passerai)|j aimerais"
    r"|alaiko|haka|mila|mamandrika|hamandrika|famandrihana|ho avy|book|reserve|mettez|mets|inscri\w*|decal\w*|deplac\w*"
    r"|repouss\w*|avanc\w*|chang\w*|plutot|aleo|afindra|hafindra)\b"
)
_ASKS: Final = late(r"\b(?:place|places|dispo\w*|libre|libres|creneau|creneaux|malalaka|misy|toerana|free)\b")


class Timing(Topical):
    """Answers that name a moment."""

    def at_a_moment(self, reply: Reply, text: str, meant: Understanding, rest: Understanding, said: Said) -> bool:
        """``rest``: the meaning of the message without the moment ``said`` in it. → whether this answered it."""
        if rest.intent in _ELSEWHERE or (meant.intent in _ELSEWHERE and rest.intent is not Intent.CLAIM):
            return False
        order = self._booked(reply)
        product_id = self._timed(reply, order, rest)
        if product_id is None:
            return False
        words = fold(text).replace("-", " ").replace("’", " ").replace("'", " ")
        asks = said.asks or (_ASKS.search(words) is not None and _WANTS.search(words) is None)
        wants = rest.intent is Intent.CLAIM or _WANTS.search(words) is not None
        number = next((item.quantity for item in rest.items if item.product_id == product_id and item.counted), None)
        number = number if number is not None else rest.number
        reply.understood()
        if order is None and (wants and not asks):
            self._hold_at(reply, product_id, number, said)
        elif order is None:
            self.free_times(reply, product_id, said)
        elif asks or (slots.without_time(reply.tx, order.id) is None and not wants and said.minute is None):
            self._show(reply, order, self._near(reply, order, product_id, said, ""))
        else:
            self._choose_at(reply, order, product_id, said, "")
        return True

    def take_time(self, reply: Reply, slot_id: int) -> None:
        """A row that was shown with nothing held before."""
        row = reply.tx.one("SELECT product_id, starts_at FROM slot WHERE id = ?", (slot_id,))
        if row is None or row[1] <= reply.tx.now:
            reply.send(outgoing.text(say("slot_taken", reply.language)))
            return
        order = self._booked(reply)
        if order is None or not any(line.product_id == row[0] for line in lines_of(reply.tx, order.id)):
            claimed = self.held(reply, [Wanted(row[0])])
            if claimed is None or claimed.order_id is None:
                return
            order = load(reply.tx, claimed.order_id)
        self._take(reply, order, slot_id)

    def free_times(self, reply: Reply, product_id: int, said: Said | None = None) -> None:
        """The times to choose from, with nothing held yet."""
        product = self.product_values(reply.tx, product_id)
        reply.showed(product_id)
        found, told = self._looked(reply, product_id, 1, said)
        if not found:
            reply.hand_over("slot", silent=True)
            reply.text("no_slot_answer", **product)
            return
        rows = [self.row_of(f"{AT}:{slot.id}", slot, reply.language) for slot in found[:ROWS]]
        body = "\n".join(filter(None, (told, say("slots_answer", reply.language, **product))))
        reply.send(outgoing.list_message(body, say("button_choose", reply.language), [Section("", rows)]))

    def only_timed(self, reply: Reply) -> int | None:
        """The one product with times to come, None where there are several or none."""
        sql = "SELECT DISTINCT s.product_id FROM slot s JOIN product p ON p.id = s.product_id WHERE p.active"
        found = reply.tx.all(f"{sql} AND s.starts_at > ? LIMIT 2", (reply.tx.now,))
        return found[0][0] if len(found) == 1 else None

    # -- the parts ---------------------------------------------------------------------------------------------

    def _booked(self, reply: Reply) -> Order | None:
        """The order whose time this may be: the open one, or one that is sold and has a time to come or none yet."""
        order = self.orders.open_order(reply.tx, reply.customer_id)
        if order is not None:
            return order
        found = reply.tx.value(
            "SELECT o.id FROM orders o JOIN order_line l ON l.order_id = o.id WHERE o.customer_id = ?1 AND o.state IN"
            " ('paid', 'reserved') AND EXISTS (SELECT 1 FROM slot s WHERE s.product_id = l.product_id)"
            " AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.order_id = o.id AND b.product_id = l.product_id)"
            " ORDER BY o.id DESC LIMIT 1",
            (reply.customer_id,),
        )
        if found is None:
            return None
        order = load(reply.tx, found)
        return order if order.state == PAID or order.stands else None

    def _timed(self, reply: Reply, order: Order | None, rest: Understanding) -> int | None:
        """The product with times that is spoken of."""
        named = [item.product_id for item in rest.items if slots.has_times(reply.tx, item.product_id)]
        if named or rest.items:
            return named[0] if named else None
        if order is not None:
            held = [line.product_id for line in lines_of(reply.tx, order.id)]
            return next((one for one in held if slots.has_times(reply.tx, one)), None)
        shown = reply.tx.value("SELECT shown_product FROM conversation WHERE id = ?", (reply.conversation_id,))
        if shown is not None and slots.has_times(reply.tx, shown):
            return int(shown)
        return self.only_timed(reply)

    def _hold_at(self, reply: Reply, product_id: int, number: int | None, said: Said) -> None:
        claimed = self.held(reply, [Wanted(product_id, number)])
        if claimed is None or claimed.order_id is None:
            return
        reply.showed(product_id)
        order = load(reply.tx, claimed.order_id)
        values = {"lines": self.lines(reply.tx, order.id), "total": self.money(order.total)}
        self._choose_at(reply, order, product_id, said, say("added_to_order", reply.language, **values))

    def _choose_at(self, reply: Reply, order: Order, product_id: int, said: Said, body: str) -> None:
        if not any(line.product_id == product_id for line in lines_of(reply.tx, order.id)):
            self._hold_at(reply, product_id, None, said)
            return
        found = [slot for slot in self._in_view(reply, order, product_id, said) if said.fits(self._local(slot))]
        if said.minute is not None and len(found) == 1:
            self._take(reply, order, found[0].id, body)
        else:
            self._show(reply, order, self._near(reply, order, product_id, said, body))

    def _take(self, reply: Reply, order: Order, slot_id: int, body: str = "") -> None:
        if not booking.choose(reply.tx, order.id, slot_id):
            self.ask_next(reply, order, "\n".join(filter(None, (body, say("slot_taken", reply.language)))))
            return
        at = reply.tx.value("SELECT starts_at FROM slot WHERE id = ?", (slot_id,))
        order = load(reply.tx, order.id)
        when = moment_in_words(at, self.zone, reply.language)
        if not body and order.state != PAID and not order.stands:
            values = {"lines": self.lines(reply.tx, order.id), "total": self.money(order.total)}
            body = say("added_to_order", reply.language, **values)
        self.ask_next(reply, order, "\n".join(filter(None, (body, say("slot_booked", reply.language, when=when)))))

    @staticmethod
    def _show(reply: Reply, order: Order, message: outgoing.Outgoing) -> None:
        if order.state == PAID or order.stands:
            reply.send(message)
        else:
            reply.send_before_end(message, order)

    def _near(self, reply: Reply, order: Order, product_id: int, said: Said, body: str) -> outgoing.Outgoing:
        places = self._places(reply, order, product_id)
        found, told = self._looked(reply, product_id, places, said)
        body = "\n".join(filter(None, (body, told)))
        if slots.without_time(reply.tx, order.id) is None:  # one is chosen already: another takes its place
            rows = [self.row_of(f"slot:{order.id}:{slot.id}", slot, reply.language) for slot in found[:ROWS]]
            title = reply.tx.value("SELECT title FROM product WHERE id = ?", (product_id,))
            asked = f"{body}\n{say('ask_slot', reply.language, product=fit(title, 80))}".strip()
            if rows:
                return outgoing.list_message(asked, say("button_choose", reply.language), [Section("", rows)])
        if not found:
            reply.hand_over("slot", silent=True)
        return self.times(reply.tx, order, body, reply.language, near=found)

    def _places(self, reply: Reply, order: Order, product_id: int) -> int:
        wanted = next((line.quantity for line in lines_of(reply.tx, order.id) if line.product_id == product_id), 1)
        return max(1, min(wanted, slots.most_free(reply.tx, product_id, reply.tx.now)))

    def _in_view(self, reply: Reply, order: Order, product_id: int, said: Said) -> Sequence[Slot]:
        places = self._places(reply, order, product_id)
        target = round(said.target(self._now(reply)).timestamp() * 1000)
        return slots.nearest(reply.tx, product_id, places, reply.tx.now, target)

    def _looked(self, reply: Reply, product_id: int, places: int, said: Said | None) -> tuple[Sequence[Slot], str]:
        """Times to offer: those that fit what was said, else the nearest, and what is told of that."""
        if said is None:
            return slots.free(reply.tx, product_id, places, reply.tx.now, limit=ROWS), ""
        target = said.target(self._now(reply))
        day = datetime(target.year, target.month, target.day, tzinfo=target.tzinfo)
        since, until = (round(each.timestamp() * 1000) for each in (day, day + timedelta(days=1)))
        if said.day is None:  # « le matin », « à 10 h »: of any day to come
            since, until = 0, reply.tx.now + FAR
        coming = slots.within(reply.tx, product_id, places, max(since, reply.tx.now + 1), until, limit=LOOKED_THROUGH)
        fitting = [slot for slot in coming if said.fits(self._local(slot))]
        if fitting:
            return fitting[:ROWS], ""
        near = slots.nearest(reply.tx, product_id, places, reply.tx.now, round(target.timestamp() * 1000), limit=ROWS)
        at, language = round(target.timestamp() * 1000), reply.language
        if not near:
            return (), ""
        if said.day is None or said.part is not None:
            return near, say("slot_none_then", language)
        if said.minute is None:
            return near, say("slot_day_full", language, when=day_in_words(at, self.zone, language))
        return near, say("slot_not_free", language, when=moment_in_words(at, self.zone, language))

    def _now(self, reply: Reply) -> datetime:
        return to_datetime(reply.tx.now, self.zone)

    def _local(self, slot: Slot) -> datetime:
        return to_datetime(slot.starts_at, self.zone)

    def moment(self, reply: Reply, text: str) -> Said | None:
        """The moment a message names, where this shop sells by times."""
        return moments.read(text, self._now(reply)) if self.orders.segment().require_date_time_slot else None
