"""``quotes``: every quote and how far it is; one in full, sent, or as a PDF."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from core.bootstrap import Shop, open_shop
from core.bootstrap.quoting import quote_url
from core.conversations.manual import window_open
from core.kernel.clock import rfc3339, to_datetime
from core.kernel.errors import EnvironmentProblem
from core.kernel.money import format_money
from core.quotes import listing, service
from core.quotes.figures import figures_of
from core.quotes.listing import QuoteRow, Wanted
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal, tr


def listed(args: Namespace, home: Home, out: Terminal) -> int:
    """The newest first."""
    shop = open_shop(home, args.store)
    try:
        wanted, now = Wanted(args.state, args.search), shop.clock.now()
        found = shop.engine.read(lambda r: listing.rows(r, wanted, now, limit=args.limit))
    finally:
        shop.close()
    lines = [_line(row, shop) for row in found]
    out.result([_value(row) for row in found], "\n".join(lines) or tr("No quote."))
    return DONE


def show(args: Namespace, home: Home, out: Terminal) -> int:
    """One quote with its lines. Raises NotFound."""
    shop = open_shop(home, args.store)
    try:
        number = shop.engine.read(lambda r: listing.by_reference(r, args.number))
        value, text = shop.engine.read(lambda r: _whole(r, shop, number))
    finally:
        shop.close()
    out.result(value, text)
    return DONE


def send(args: Namespace, home: Home, out: Terminal) -> int:
    """Freeze a draft; its message leaves while the store is open. Raises NotFound, Refused."""
    shop = open_shop(home, args.store)

    def command(tx: Tx) -> tuple[int, bool]:
        number = listing.by_reference(tx, args.number)
        service.send(tx, number, shop.papers.terms(), shop.settings.number("quotes.remind_days"))
        customer = service.load(tx, number).customer_id
        return number, customer is not None and window_open(tx, customer, tx.now)

    try:
        number, queued = shop.engine.call(command, actor="console")
        quote = shop.engine.read(lambda r: service.load(r, number))
        url = quote_url(shop, quote.link) if quote.link and shop.reachable() else None
    finally:
        shop.close()
    said = tr("{number}: its message leaves while the store is open", number=quote.reference)
    if not queued:
        said = tr("{number}: WhatsApp is closed for this customer, hand the link over", number=quote.reference)
    out.result({"number": quote.reference, "queued": queued, "url": url}, "\n".join(filter(None, (said, url))))
    return DONE


def pdf(args: Namespace, home: Home, out: Terminal) -> int:
    """Draw a quote into a file. Raises NotFound, EnvironmentProblem."""
    shop = open_shop(home, args.store)
    try:
        number = shop.engine.read(lambda r: listing.by_reference(r, args.number))
        printed = shop.press.print("quote", number)
    finally:
        shop.close()
    try:
        Path(args.file).write_bytes(printed.content)
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be written ({detail}).", path=args.file, detail=error.strerror or str(error)
        ) from None
    text = tr("{number} written to {file}", number=printed.name, file=args.file)
    out.result({"number": printed.name, "file": args.file}, text)
    return DONE


def _line(row: QuoteRow, shop: Shop) -> str:
    day = f"{to_datetime(row.sent_at or row.created_at, shop.country.zone):%d/%m/%Y}"
    money = format_money(row.total, shop.card.currency)
    return "  ".join([row.reference, day, money, _state(row.state), row.customer or row.phone or "—"])


def _value(row: QuoteRow) -> dict[str, Any]:
    return {
        "number": row.reference,
        "state": row.state,
        "customer": row.customer,
        "total": row.total,
        "created_at": rfc3339(row.created_at),
        "valid_until": rfc3339(row.valid_until),
        **{
            name: None if at is None else rfc3339(at)
            for name, at in (("sent_at", row.sent_at), ("seen_at", row.seen_at), ("answered_at", row.answered_at))
        },
    }


def _whole(reader: Reader, shop: Shop, number: int) -> tuple[dict[str, Any], str]:
    row, quote = listing.one(reader, number, shop.clock.now()), service.load(reader, number)
    found, currency = figures_of(quote), shop.card.currency
    url = quote_url(shop, quote.link) if quote.link and shop.reachable() else None
    lines = [
        {
            "description": line.description,
            "sku": line.sku or None,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "discount": line.off,
            "amount": amount,
        }
        for line, amount in zip(quote.lines, found.lines, strict=True)
    ]
    value = _value(row) | {
        "lines": lines,
        "subtotal": found.subtotal,
        "discount": found.off,
        "net": found.net,
        "tax": found.tax,
        "deposit": found.deposit,
        "note": quote.note,
        "url": url,
    }
    said = [_line(row, shop)]
    for line, amount in zip(quote.lines, found.lines, strict=True):
        said.append(f"  {line.quantity} × {line.description}  {format_money(amount, currency)}")
    for name, amount in ((tr("discount"), -found.off), (tr("VAT"), found.tax), (tr("deposit"), found.deposit)):
        if amount:
            said.append(f"  {name}  {format_money(amount, currency)}")
    return value, "\n".join([*said, *filter(None, (quote.note, url))])


def _state(state: str) -> str:
    return {
        "draft": tr("draft"),
        "sent": tr("sent"),
        "seen": tr("seen"),
        "accepted": tr("accepted"),
        "refused": tr("refused"),
        "expired": tr("over"),
        "converted": tr("made an order"),
        "replaced": tr("replaced"),
    }[state]
