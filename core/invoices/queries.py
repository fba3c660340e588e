"""Reading papers by the page: invoices for the API, and all papers together. What stands on one is in ``documents``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final, Literal, get_args

from msgspec import Struct

from core.invoices import service
from core.invoices.numbering import number_text
from core.kernel.clock import DAY
from core.kernel.errors import NotFound
from core.kernel.paging import Sort
from core.kernel.patterns import late
from core.storage.connection import Reader

Kind = Literal["credit_note", "receipt", "invoice"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)  # of one moment, in this order
SERIES: Final[dict[Kind, str]] = {"credit_note": "AV", "receipt": "RE", "invoice": "FA"}
RECENT: Final = 30 * DAY  # a message that failed before is nothing to look at any more
STUBBORN: Final = 3  # rounds without an answer of the platform before somebody should know
NEWEST: Final = Sort("at")
# What the list can be sorted by, as it is shown: a credit note takes away.
_TOTAL: Final[dict[Kind, str]] = {"credit_note": "-p.total", "receipt": "p.total", "invoice": "p.total"}
_NUMBER: Final = late(r"(?:(FA|AV|RE)[- ]?)?(?:((?:19|20)\d\d)-)?0*(\d{1,9})", re.IGNORECASE | re.ASCII)


class InvoiceView(Struct, frozen=True):
    """``issued_at`` in ms UTC, ``total`` in smallest units."""

    id: int
    number: str
    order_id: int
    issued_at: int
    total: int


_INVOICE: Final = "SELECT id, series, year, number, order_id, issued_at, total FROM invoice"


def page(reader: Reader, *, before: int = 2**63 - 1, limit: int = 50) -> list[InvoiceView]:
    """The latest invoices below an id, newest first."""
    return _read(reader, f"{_INVOICE} WHERE id < ? ORDER BY id DESC LIMIT ?", (before, limit))


def of_order(reader: Reader, order_id: int) -> list[InvoiceView]:
    """The invoice of an order, if it has one."""
    return _read(reader, f"{_INVOICE} WHERE order_id = ?", (order_id,))


def invoice(reader: Reader, invoice_id: int) -> InvoiceView:
    """Raises NotFound."""
    found = _read(reader, f"{_INVOICE} WHERE id = ?", (invoice_id,))
    if not found:
        raise NotFound("There is no invoice number {invoice_id}.", invoice_id=invoice_id)
    return found[0]


def _read(reader: Reader, sql: str, parameters: Sequence[int]) -> list[InvoiceView]:
    return [
        InvoiceView(number, number_text(series, year, count), order, issued_at, total)
        for number, series, year, count, order, issued_at, total in reader.all(sql, parameters)
    ]


# -- all papers ----------------------------------------------------------------------------------------------------


class Filter(Struct, frozen=True):
    """What is looked for. ``since`` and ``until`` (not included) in ms UTC; ``text``: a number, a name, a phone, an
    order's reference; ``attention``: only those that somebody should look at; ``sort`` by ``at`` or ``total``."""

    kind: Kind | None = None
    since: int | None = None
    until: int | None = None
    text: str = ""
    attention: bool = False
    sort: Sort = NEWEST


class PaperRow(Struct, frozen=True):
    """One paper as it is listed. Amounts in smallest units; ``net`` and ``tax`` None on a receipt: it tells of no tax.

    ``invoice``: number of the invoice that a credit note takes back, empty on others; ``credited``: what credit notes
    took back of an invoice. ``sent``: how far its last message is (a state of the outbox), None when it was never
    sent; ``sent_code``: WhatsApp's own of an error. ``certified``: a state of :mod:`core.invoices.certification`, None
    when no platform is told of it.
    """

    kind: Kind
    id: int
    number: str
    at: int
    total: int
    net: int | None
    tax: int | None
    order_id: int
    reference: str
    customer_id: int
    customer: str
    invoice: str
    credited: int
    sent: str | None
    sent_code: int | None
    sent_error: str | None
    certified: str | None
    certified_error: str | None

    def cursor(self, sort: Sort = NEWEST) -> tuple[int, int, int]:
        """Where the page after this row begins."""
        total = -self.total if self.kind == "credit_note" else self.total
        return self.at if sort.by == "at" else total, KINDS.index(self.kind), self.id


def papers(
    reader: Reader, wanted: Filter, now: int, *, after: tuple[int, int, int] | None = None, limit: int = 100
) -> list[PaperRow]:
    """The papers behind a row, newest first unless another order is asked for.

    A page by their time costs the same wherever it is. ``now`` in ms UTC.
    """
    kinds = (wanted.kind,) if wanted.kind else KINDS
    orders = _orders(reader, wanted.text.strip()) if wanted.text.strip() else None
    trouble = attention(reader, now) if wanted.attention else None
    keys: list[tuple[int, int, int]] = []
    for kind in kinds:
        keys += _keys(reader, kind, wanted, orders, None if trouble is None else trouble[kind], after, limit)
    keys.sort(key=lambda key: (-key[0], key[1], -key[2]), reverse=not wanted.sort.down)
    keys = keys[:limit]
    found = {(row.kind, row.id): row for kind in kinds for row in _rows(reader, kind, _ids(keys, kind))}
    return [found[KINDS[rank], number] for _, rank, number in keys]


def one(reader: Reader, kind: str, paper_id: int) -> PaperRow:
    """Raises NotFound."""
    found = _rows(reader, kind, [paper_id]) if kind in KINDS else []
    if not found:
        raise NotFound("There is no such paper.")
    return found[0]


def by_number(reader: Reader, number: str) -> PaperRow:
    """The paper that bears this number in full. Raises NotFound."""
    match = _NUMBER.fullmatch(number.strip())
    if match and match[1] and match[2]:
        kind = next(kind for kind, series in SERIES.items() if series == match[1].upper())
        sql = f"SELECT id FROM {kind} WHERE series = ? AND year = ? AND number = ?"  # noqa: S608 - a table of ours
        found = reader.value(sql, (match[1].upper(), int(match[2]), int(match[3])))
        if found is not None:
            return one(reader, kind, found)
    raise NotFound("There is no paper {number}.", number=number.strip()[:40])


def attention(reader: Reader, now: int) -> dict[Kind, list[int]]:
    """Ids of the papers that somebody should look at: refused by the platform, lost on the way, not sayable there or
    unanswered for long; or a message that did not arrive in the last days."""
    found: dict[Kind, set[int]] = {kind: set() for kind in KINDS}
    stuck = reader.all(
        "SELECT kind, paper_id FROM certification WHERE error IS NOT NULL AND (state = 'refused' OR (state = 'sent' AND"
        " uid IS NULL) OR (state = 'prepared' AND changed_at >= ?) OR (state IN ('queued', 'sent') AND attempts >= ?))",
        (now - RECENT, STUBBORN),
    )
    lost = reader.all(
        "SELECT id, json_extract(body, '$.paper'), json_extract(body, '$.id') FROM outbox WHERE kind = 'file'"
        " AND state IN ('failed', 'unknown') AND created_at >= ? AND json_extract(body, '$.paper') IS NOT NULL",
        (now - RECENT,),
    )
    last = [(kind, paper) for number, kind, paper in lost if number == _last(reader, kind, paper)]
    for kind, paper_id in (*stuck, *last):
        if kind in found:
            found[kind].add(paper_id)
    return {kind: sorted(ids) for kind, ids in found.items()}


def span(reader: Reader) -> tuple[int, int] | None:
    """When the first and the last paper were issued, ms UTC; None without any."""
    ends = [
        reader.value(f"SELECT {end}(issued_at) FROM {kind}")  # noqa: S608 - tables of ours
        for kind in KINDS
        for end in ("min", "max")
    ]
    known = [end for end in ends if end is not None]
    return (min(known), max(known)) if known else None


# -- one page of one kind ------------------------------------------------------------------------------------------


def _keys(
    reader: Reader,
    kind: Kind,
    wanted: Filter,
    orders: str | None,
    trouble: list[int] | None,
    after: tuple[int, int, int] | None,
    limit: int,
) -> list[tuple[int, int, int]]:
    """(what is sorted by, rank, id) of the first of one kind."""
    rank = KINDS.index(kind)
    columns = {"at": "p.issued_at", "total": _TOTAL[kind]}
    behind: tuple[int, int] | None = None
    if after is not None:
        place, other, number = after
        # Of one moment the kinds stand in their order: all of a later kind follow, none of an earlier one.
        follows = rank > other if wanted.sort.down else rank < other
        edge = 2**63 - 1 if follows == wanted.sort.down else 0
        behind = (place, number if rank == other else edge)
    condition, values, order = wanted.sort.keyset(columns, "p.id", behind)
    where = [condition]
    for condition, value in (("p.issued_at >= ?", wanted.since), ("p.issued_at < ?", wanted.until)):
        if value is not None:
            where.append(condition)
            values.append(value)
    if trouble is not None:
        where.append("p.id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(trouble))
    if orders is not None:
        where.append(_searched(kind, wanted.text.strip(), orders, values))
    sql = f"SELECT {columns[wanted.sort.by]}, {rank}, p.id FROM {kind} p WHERE {' AND '.join(where)}"  # noqa: S608 - tables of ours
    return reader.all(f"{sql} ORDER BY {order} LIMIT ?", (*values, limit))


def _orders(reader: Reader, text: str) -> str:
    """The orders whose reference or buyer fits, as a JSON array of ids."""
    like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    sql = (
        "SELECT id FROM orders WHERE reference LIKE ?1 ESCAPE '\\' UNION SELECT o.id FROM customer c JOIN orders o"
        " ON o.customer_id = c.id WHERE c.name LIKE ?1 ESCAPE '\\'"
    )
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) >= 6 and not any(c.isalpha() for c in text):
        sql += (
            " UNION SELECT o.id FROM identity i JOIN orders o ON o.customer_id = i.customer_id"
            " WHERE i.kind = 'phone' AND i.value LIKE ?2"
        )
        return json.dumps([row[0] for row in reader.all(sql, (like, f"%{digits}%"))])
    return json.dumps([row[0] for row in reader.all(sql, (like,))])


def _searched(kind: Kind, text: str, orders: str, values: list[Any]) -> str:
    """Papers of these orders, of this number, and credit notes of the invoice of this number."""
    values.append(orders)
    mine = "SELECT value FROM json_each(?)"
    fits = [f"p.order_id IN ({mine})"]
    if kind == "credit_note":
        fits = [f"p.invoice_id IN (SELECT id FROM invoice WHERE order_id IN ({mine}))"]  # noqa: S608
    match = _NUMBER.fullmatch(text)
    if match and (match[1] or "").upper() in ("", SERIES[kind]):
        fits.append(f"p.id IN (SELECT id FROM {kind} WHERE {_numbered(SERIES[kind], match, values)})")  # noqa: S608
    if match and kind == "credit_note" and (match[1] or "").upper() == "FA":
        fits.append(f"p.invoice_id IN (SELECT id FROM invoice WHERE {_numbered('FA', match, values)})")  # noqa: S608
    return f"({' OR '.join(fits)})"


def _numbered(series: str, match: re.Match[str], values: list[Any]) -> str:
    values.append(series)
    sql = "series = ?"
    if match[2]:
        values.append(int(match[2]))
        sql += " AND year = ?"
    values.append(int(match[3]))
    return f"{sql} AND number = ?"


def _ids(keys: Sequence[tuple[int, int, int]], kind: Kind) -> list[int]:
    return [number for _, rank, number in keys if KINDS[rank] == kind]


_ORDER: Final[dict[Kind, str]] = {
    "invoice": "p.order_id",
    "receipt": "p.order_id",
    "credit_note": "(SELECT order_id FROM invoice WHERE id = p.invoice_id)",
}
_OF: Final = "printf('%s-%d-%05d', i.series, i.year, i.number)"
_CREDITED: Final[dict[Kind, str]] = {
    "invoice": "'', (SELECT coalesce(sum(total), 0) FROM credit_note WHERE invoice_id = p.id)",
    "receipt": "'', 0",
    "credit_note": f"(SELECT {_OF} FROM invoice i WHERE i.id = p.invoice_id), 0",  # noqa: S608
}
# The messages of a paper have keys of their own: « invoice:12 » the first, « invoice:12:… » those sent by hand.
_MESSAGE: Final = "key = {0} || ':' || {1} OR (key > {0} || ':' || {1} || ':' AND key < {0} || ':' || {1} || ';')"


def _last(reader: Reader, kind: str, paper_id: int) -> int | None:
    """The last message that carried a paper."""
    sql = f"SELECT max(id) FROM outbox WHERE {_MESSAGE.format('?1', '?2')}"  # noqa: S608
    found: int | None = reader.value(sql, (kind, paper_id))
    return found


def _rows(reader: Reader, kind: Kind, ids: Sequence[int]) -> list[PaperRow]:
    if not ids:
        return []
    sent = _MESSAGE.format(f"'{kind}'", "p.id")
    rows = reader.all(
        "SELECT p.id, p.series, p.year, p.number, p.issued_at, p.total, p.content, o.id, o.reference, c.id, c.name,"  # noqa: S608
        f" {_CREDITED[kind]}, s.state, s.error_code, s.error, x.state, x.error FROM {kind} p"
        f" JOIN orders o ON o.id = {_ORDER[kind]}"
        f" JOIN customer c ON c.id = o.customer_id LEFT JOIN certification x ON x.kind = '{kind}' AND x.paper_id = p.id"
        f" LEFT JOIN outbox s ON s.id = (SELECT max(id) FROM outbox WHERE {sent})"
        f" WHERE p.id IN ({','.join('?' * len(ids))})",
        ids,
    )
    return [_row(kind, row) for row in rows]


def _row(kind: Kind, row: Any) -> PaperRow:
    paper_id, series, year, count, at, total, content, *rest = row
    split = None if kind == "receipt" else service.frozen_tax(json.loads(content))
    net, tax = (None, None) if split is None else (split.net, split.tax)
    return PaperRow(kind, paper_id, number_text(series, year, count), at, total, net, tax, *rest)
