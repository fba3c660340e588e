"""Money that is handed over, and customers who pay later."""

from __future__ import annotations

from argparse import Namespace

from core.bootstrap import open_shop
from core.kernel.clock import rfc3339, to_datetime
from core.kernel.errors import NotFound
from core.kernel.money import format_money
from core.orders import terms
from core.payments import onsite
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal, tr


def allow(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        shop.engine.call(lambda tx: terms.allow(tx, args.id, args.days), actor="console")
    finally:
        shop.close()
    value = {"customer": args.id, "days": args.days}
    out.result(value, tr("Customer {customer} pays {days} days after the invoice", **value))
    return DONE


def owed(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        found = shop.engine.read(lambda r: terms.owed(r, shop.clock.now(), overdue=args.overdue))
        zone, currency = shop.country.zone, shop.card.currency
    finally:
        shop.close()
    value = [
        {"reference": o.reference, "name": o.customer_name, "due": o.due, "due_at": rfc3339(o.due_at)} for o in found
    ]
    lines = [
        f"{o.reference}  {to_datetime(o.due_at, zone):%Y-%m-%d}  {format_money(o.due, currency):>16}  {o.customer_name}"
        for o in found
    ]
    out.result(value, "\n".join(lines) or tr("Nothing is owed."))
    return DONE


def cash(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        order = shop.engine.read(lambda r: r.value("SELECT id FROM orders WHERE reference = ?", (args.reference,)))
        if order is None:
            raise NotFound("There is no order {reference}.", reference=args.reference)
        currency = shop.card.currency
        came = shop.engine.call(lambda tx: onsite.receive(tx, order, currency, args.amount), actor="console")
    finally:
        shop.close()
    text = tr("Received for {reference}: {amount}", reference=args.reference, amount=format_money(came, currency))
    out.result({"reference": args.reference, "amount": came}, text)
    return DONE
