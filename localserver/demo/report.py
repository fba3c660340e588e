"""What the demo prints: the board's lines, and a final report whose numbers come from three independent places."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from core.bootstrap import Shop
from core.kernel.events import Event
from core.kernel.i18n import catalogue
from core.kernel.money import format_money
from core.kernel.text import clock_time, short_name
from core.ledger import book
from core.live import queries
from core.orders.events import ExceptionRaised, ItemOffered, OrderCancelled, OrderExpired, OrderPaid
from core.orders.rules import invariant_holds
from core.storage import journal
from localserver.sandbox.stage import Stage

_ = catalogue("console", "fr").gettext
_EXCEPTIONS = {
    "paid_late": "paid after the deadline",
    "underpaid": "paid too little",
    "overpaid": "paid too much",
    "paid_twice": "paid twice",
    "suspect": "to be looked at",
}


class Check(Struct, frozen=True):
    """One number seen from several places. ``seen``: place → value."""

    what: str
    seen: dict[str, Any]

    @property
    def agrees(self) -> bool:
        return len(set(map(str, self.seen.values()))) == 1


class Report(Struct, frozen=True):
    checks: tuple[Check, ...]
    stories: tuple[str, ...] = field(default=())

    @property
    def agrees(self) -> bool:
        return all(check.agrees for check in self.checks)

    def lines(self) -> Iterable[str]:
        yield ""
        yield _("What happened")
        for story in self.stories:
            yield f"  · {story}"
        yield ""
        yield _("The same numbers, seen from several places")
        for check in self.checks:
            mark = "✓" if check.agrees else "✕"
            places = " · ".join(f"{place} {value}" for place, value in check.seen.items())
            yield f"  {mark} {check.what:<34} {places}"
        yield ""
        yield _("Everything agrees.") if self.agrees else _("NOT EVERYTHING AGREES.")


def board_line(shop: Shop) -> str:
    """``21:04  12 commandes · 7 payées · …``, empty when no live runs."""
    with shop.engine.reader() as reader:
        running = queries.session(reader)
        if running is None:
            return ""
        t = queries.tiles(reader, running.session_id, shop.clock.now())
    return _(
        "{at}  {orders} orders · {paid} paid · {pending} waiting · {expired} expired · {cancelled} cancelled ·"
        " {line} in line · {revenue}"
    ).format(
        at=clock_time(shop.clock.now(), shop.country.zone),
        orders=t.orders,
        paid=t.paid,
        pending=t.pending,
        expired=t.expired,
        cancelled=t.cancelled,
        line=t.waiting,
        revenue=format_money(t.revenue, shop.card.currency),
    )


def event_line(shop: Shop, event: Event) -> str:
    """What a seller would say of it, empty for what is not worth a line."""
    if not isinstance(event, OrderPaid | OrderExpired | OrderCancelled | ExceptionRaised | ItemOffered):
        return ""
    with shop.engine.reader() as reader:
        row = queries.rows(reader, [event.order_id])[0]
    who = short_name(row.customer_name) or "—"
    what = ", ".join(f"{line.quantity} × {line.sku}" for line in row.lines)
    total = format_money(row.total, shop.card.currency)
    if isinstance(event, OrderPaid):
        return "  ✓ " + _("{who} paid {what}, {total}").format(who=who, what=what, total=total)
    if isinstance(event, OrderExpired):
        return "  ✕ " + _("{who}: the reservation of {what} is over").format(who=who, what=what)
    if isinstance(event, OrderCancelled):
        return "  – " + _("{who} cancelled {what}").format(who=who, what=what)
    if isinstance(event, ItemOffered):
        return "  ◔ " + _("{who} was next in line and is offered {what}").format(who=who, what=what)
    return "  ! " + _("{who}: {exception}, to be decided").format(who=who, exception=_(_EXCEPTIONS[event.kind]))


def draw_up(shop: Shop, stage: Stage, window: dict[str, int] | None) -> Report:
    """Read everything and compare. ``window``: the tiles as the window shows them, None without one."""
    sends = _get(f"{stage.graph_url}/_control/sends")
    sessions = _get(f"{stage.provider_urls['sandbox']}/_control/sessions")
    takings = sessions["takings"].get(shop.card.currency, {"gross": 0, "payments": 0})
    with shop.engine.reader() as reader:
        session_id = queries.last_session_id(reader)
        t = queries.tiles(reader, session_id, shop.clock.now())
        received, payments = reader.one("SELECT coalesce(sum(amount), 0), count(*) FROM payment") or (0, 0)
        out_of_balance = reader.value(
            "SELECT count(*) FROM (SELECT 1 FROM ledger_line GROUP BY entry_id HAVING sum(amount) <> 0)"
        )
        books = book.balances(reader)
        invoices = reader.one("SELECT count(*), coalesce(max(number), 0) FROM invoice") or (0, 0)
        firm = reader.value("SELECT count(*) FROM ledger_entry WHERE kind = 'sale'")
        sent = reader.value("SELECT count(*) FROM outbox WHERE wamid IS NOT NULL")
        oversold = reader.value("SELECT count(*) FROM product WHERE held > on_hand OR on_hand < 0")
        verdict = journal.verify(reader)
        stories = tuple(_stories(shop, reader))
    seen = window or {}

    def with_window(name: str, value: int) -> dict[str, Any]:
        return {_("database"): value, **({_("window"): seen[name]} if name in seen else {})}

    twice = [mark for mark, count in sends["by_callback"].items() if count > 1]
    checks = (
        Check(_("orders"), with_window("orders", t.orders)),
        Check(_("paid"), with_window("paid", t.paid)),
        Check(_("waiting"), with_window("pending", t.pending)),
        Check(_("expired"), with_window("expired", t.expired)),
        Check(_("revenue"), with_window("revenue", t.revenue)),
        Check(
            _("orders = paid + waiting + expired + cancelled"),
            {"": invariant_holds(t.orders, t.paid, t.pending, t.expired, t.cancelled), _("must be"): True},
        ),
        Check(
            _("money received"),
            {
                _("database"): received,
                _("provider"): takings["gross"],
                _("ledger"): books.get(book.account_of("sandbox"), 0) + books.get(book.FEES, 0),
            },
        ),
        Check(_("payments"), {_("database"): payments, _("provider"): takings["payments"]}),
        Check(_("messages sent"), {_("database"): sent, "WhatsApp": sends["total"]}),
        Check(_("messages sent twice"), {"WhatsApp": len(twice), _("must be"): 0}),
        Check(
            _("firm sales, invoices, last number"), {_("ledger"): firm, _("invoices"): invoices[0], "FA": invoices[1]}
        ),
        Check(_("unbalanced entries, oversold products"), {"": out_of_balance + oversold, _("must be"): 0}),
        Check(
            _("journal intact ({count} entries)").format(count=verdict.entries),
            {"": verdict.intact, _("must be"): True},
        ),
    )
    return Report(checks, stories)


def _stories(shop: Shop, reader: Any) -> Iterable[str]:
    for kind, name, total in reader.all(
        "SELECT d.kind, c.name, d.amount FROM decision d JOIN orders o ON o.id = d.order_id"
        " JOIN customer c ON c.id = o.customer_id ORDER BY d.id"
    ):
        yield _("{who}: {exception} ({total}), waiting for the seller's decision").format(
            who=short_name(name), exception=_(_EXCEPTIONS[kind]), total=format_money(total, shop.card.currency)
        )
    for first, second, sku in reader.all(
        "SELECT a.name, b.name, l.sku FROM orders o JOIN customer a ON a.id = o.customer_id JOIN customer b"
        " ON b.id = o.next_customer JOIN order_line l ON l.order_id = o.id ORDER BY o.id"
    ):
        yield _("{first} let {sku} go, {second} was next in line").format(
            first=short_name(first), second=short_name(second), sku=sku
        )
    photos = reader.value("SELECT count(*) FROM message WHERE author = 'customer' AND kind = 'image'")
    yield _("{count} screenshot(s) received; none changed a state").format(count=photos)
    waiting = reader.value("SELECT count(*) FROM conversation WHERE escalated_at IS NOT NULL")
    yield _("{count} conversation(s) wait for a person").format(count=waiting)


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310 - the sandbox's own address
        return json.load(reply)


async def settle(shop: Shop, seconds: float = 5.0) -> None:
    """Wait until nothing comes in or goes out any more."""
    for _round in range(int(seconds * 20)):
        busy = shop.engine.read(
            lambda r: r.value(
                "SELECT (SELECT count(*) FROM inbox WHERE state = 'new') + (SELECT count(*) FROM outbox"
                " WHERE state IN ('queued', 'sending'))"
            )
        )
        if not busy:
            return
        await asyncio.sleep(0.05)
