"""``slots …``: the times of a product, who is to be called, and what is sold for one day."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from typing import Final

from core.bootstrap import Shop, open_shop
from core.catalogue import queries as catalogue
from core.catalogue import service as products
from core.kernel.clock import rfc3339, to_datetime
from core.kernel.errors import NotFound, Refused
from core.slots import queries, service
from core.slots.rules import Offered, Weekly
from core.slots.timesfile import moment, read_times
from core.storage.folder import Home
from localserver.console.data import read_file
from localserver.console.terminal import DONE, Terminal, tr

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@contextmanager
def _product(args: Namespace, home: Home) -> Iterator[tuple[Shop, int]]:
    shop = open_shop(home, args.store)
    try:
        found = shop.engine.read(lambda r: catalogue.by_sku(r, args.sku))
        if found is None:
            raise NotFound("There is no product with the SKU “{sku}”.", sku=args.sku)
        yield shop, found.id
    finally:
        shop.close()


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        message = "“{text}” is not a time of the day: write it like {example}."
        raise Refused(message, text=text, example="09:00") from None


def _told(out: Terminal, added: service.Added) -> int:
    value = {"added": added.added, "left_out": added.left_out}
    out.result(value, tr("{added} times added, {left_out} left out", **value))
    return DONE


def add(args: Namespace, home: Home, out: Terminal) -> int:
    with _product(args, home) as (shop, product):
        offered = [Offered(moment(at, shop.country.zone), args.minutes, args.places) for at in args.at]
        return _told(out, shop.engine.call(lambda tx: service.add(tx, product, offered), actor="console"))


def weekly(args: Namespace, home: Home, out: Terminal) -> int:
    with _product(args, home) as (shop, product):
        days = frozenset(DAYS.index(day) for day in args.days)
        habit = Weekly(days, _clock(args.opens), _clock(args.closes), args.minutes, args.places, args.weeks)
        zone = shop.country.zone
        first = to_datetime(shop.clock.now(), zone).date()
        return _told(
            out, shop.engine.call(lambda tx: service.add_weekly(tx, product, habit, first, zone), actor="console")
        )


def import_times(args: Namespace, home: Home, out: Terminal) -> int:
    """All of the file or nothing."""
    data = read_file(args.file)
    with _product(args, home) as (shop, product):
        offered = read_times(data, shop.country.zone)
        return _told(out, shop.engine.call(lambda tx: service.add(tx, product, offered), actor="console"))


def listing(args: Namespace, home: Home, out: Terminal) -> int:
    with _product(args, home) as (shop, product):
        found = shop.engine.read(lambda r: queries.page(r, product, after=shop.clock.now(), limit=args.limit))
        zone = shop.country.zone
    lines = [
        f"{s.id:6}  {to_datetime(s.starts_at, zone):%Y-%m-%d %H:%M}  {s.minutes:4} min  {s.taken}/{s.capacity}"
        for s in found
    ]
    value = [
        {"id": s.id, "starts_at": rfc3339(s.starts_at), "minutes": s.minutes, "capacity": s.capacity, "taken": s.taken}
        for s in found
    ]
    out.result(value, "\n".join(lines) or tr("No times to come."))
    return DONE


def remove(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        shop.engine.call(lambda tx: service.remove(tx, args.id), actor="console")
    finally:
        shop.close()
    out.result({"removed": args.id}, tr("Time {id} is offered no more", id=args.id))
    return DONE


def calls(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        found = shop.engine.read(lambda r: queries.to_call(r, shop.clock.now()))
        zone = shop.country.zone
    finally:
        shop.close()
    value = [
        {"reference": c.reference, "name": c.customer_name, "phone": c.phone, "starts_at": rfc3339(c.starts_at)}
        for c in found
    ]
    lines = [
        f"{c.reference}  {to_datetime(c.starts_at, zone):%Y-%m-%d %H:%M}  {c.customer_name}  {c.phone or ''}  {c.title}"
        for c in found
    ]
    out.result(value, "\n".join(lines) or tr("Nobody is to be called."))
    return DONE


def called(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        order = shop.engine.read(lambda r: r.value("SELECT id FROM orders WHERE reference = ?", (args.reference,)))
        if order is None:
            raise NotFound("There is no order {reference}.", reference=args.reference)
        shop.engine.call(lambda tx: service.called(tx, order), actor="console")
    finally:
        shop.close()
    out.result({"confirmed": args.reference}, tr("Confirmed: {reference}", reference=args.reference))
    return DONE


def on_day(args: Namespace, home: Home, out: Terminal) -> int:
    """A product takes place on one day; without a moment it is goods like others again."""
    with _product(args, home) as (shop, product):
        at = moment(args.at, shop.country.zone) if args.at else None
        shop.engine.call(lambda tx: products.change(tx, product, event_at=at, place=args.place), actor="console")
    out.result({"sku": args.sku, "event_at": at and rfc3339(at), "place": args.place}, f"{args.sku}  {args.at or '—'}")
    return DONE
