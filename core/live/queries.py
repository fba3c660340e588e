"""What the board reads: plain SQL over a reader, never on the GUI thread."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from core.catalogue.rules import critical
from core.customers.rules import Record, badge, score
from core.durable import outbox
from core.fraud.service import read_signals
from core.kernel.clock import MINUTE
from core.live.views import (
    Alert,
    BoardRow,
    LineView,
    MinuteBar,
    OpenQuestion,
    ReceiptView,
    SessionView,
    StagedProduct,
    StageView,
    StockBar,
    Tiles,
)
from core.orders.queries import missing
from core.storage.connection import Reader, Row

_ROWS: Final = (
    "SELECT o.id, o.reference, o.state, CASE WHEN o.undecided THEN coalesce((SELECT kind FROM decision WHERE order_id ="
    " o.id AND choice IS NULL ORDER BY id LIMIT 1), o.exception) ELSE o.exception END, o.undecided, o.customer_id,"
    " c.name, c.orders, c.paid, c.expired, c.spent, c.pay_ms, o.total, o.received, o.reserved_at, o.expires_at,"
    " o.paid_at, o.closed_at,"
    " coalesce((SELECT method FROM payment WHERE order_id = o.id ORDER BY id LIMIT 1), (SELECT method FROM attempt"
    " WHERE order_id = o.id AND NOT closing AND NOT ahead ORDER BY id DESC LIMIT 1), o.provider),"
    " o.link_opened_at, o.reminded_at, n.name, v.id, r.score, r.signals,"
    " (SELECT json_array(ref, amount, claimed_at IS NOT NULL)"
    " FROM attempt WHERE order_id = o.id AND by_seller AND state NOT IN ('paid', 'rejected')"
    " AND (o.state <> 'paid' OR claimed_at IS NOT NULL) ORDER BY claimed_at IS NULL, id DESC LIMIT 1), c.scored,"
    " c.restricted_at IS NOT NULL"
    " FROM orders o JOIN customer c ON c.id = o.customer_id LEFT JOIN risk r ON r.order_id = o.id"
    " LEFT JOIN customer n ON n.id = o.next_customer LEFT JOIN conversation v ON v.customer_id = o.customer_id"
)
CHUNK: Final = 500


def session(reader: Reader, session_id: int | None = None) -> SessionView | None:
    """A live by id, or the running one; None when there is none."""
    where, parameters = ("s.id = ?", (session_id,)) if session_id is not None else ("s.ended_at IS NULL", ())
    row = reader.one(
        "SELECT s.id, s.title, s.source, s.started_at, s.ended_at, p.id, p.sku, p.title FROM live_session s"  # noqa: S608
        f" LEFT JOIN product p ON p.id = s.on_screen WHERE {where}",
        parameters,
    )
    if row is None:
        return None
    shown = (row[5], row[6], row[7]) if row[5] is not None else None
    return SessionView(row[0], row[1], row[2], row[3], row[4], shown)


def last_session_id(reader: Reader) -> int | None:
    """The running live, else the latest one."""
    value: int | None = reader.value("SELECT id FROM live_session ORDER BY (ended_at IS NULL) DESC, id DESC LIMIT 1")
    return value


def stage(reader: Reader, paid: int = 0) -> StageView:
    """What viewers see of the running live, with the names of its last ``paid`` payers. A question that waits for the
    seller is no payment yet, and an erased customer has no name."""
    row = reader.one(
        "SELECT s.id, p.id, p.keyword, p.title, p.price, p.photo, p.on_hand - p.held, p.held, max(p.total, p.on_hand),"
        " p.active FROM live_session s LEFT JOIN product p ON p.id = s.on_screen WHERE s.ended_at IS NULL"
    )
    if row is None:
        return StageView(False)
    session_id, product_id, keyword, title, price, photo, available, held, total, active = row
    names = paid and reader.all(
        "SELECT iif(c.erased_at IS NULL, c.name, '') FROM orders o JOIN customer c ON c.id = o.customer_id"
        " WHERE o.session_id = ? AND o.state = 'paid' AND NOT o.undecided ORDER BY o.paid_at DESC, o.id DESC LIMIT ?",
        (session_id, paid),
    )
    product = None
    if product_id is not None:
        low = critical(available, total)
        product = StagedProduct(product_id, keyword, title, price, photo, available, held, low, bool(active))
    return StageView(True, product, tuple(name for (name,) in names or ()))


def was_on_screen(reader: Reader, product_id: int) -> str | None:
    """The photo of a product that the running live has shown; None for any other."""
    found: str | None = reader.value(
        "SELECT photo FROM product WHERE id = ?1 AND EXISTS (SELECT 1 FROM screen_mark m JOIN live_session s"
        " ON s.id = m.session_id WHERE s.ended_at IS NULL AND m.product_id = ?1)",
        (product_id,),
    )
    return found


def board(reader: Reader, session_id: int | None, limit: int = 20_000) -> list[BoardRow]:
    """The orders of a session, newest first."""
    rows = reader.all(f"{_ROWS} WHERE o.session_id IS ? ORDER BY o.id DESC LIMIT ?", (session_id, limit))
    return _with_lines(reader, rows)


def rows(reader: Reader, order_ids: Sequence[int], session_id: int | None = None) -> list[BoardRow]:
    """These orders, of one session or (None) of any."""
    result: list[BoardRow] = []
    only = "" if session_id is None else f" AND o.session_id = {int(session_id)}"
    for start in range(0, len(order_ids), CHUNK):
        part = order_ids[start : start + CHUNK]
        marks = ",".join("?" * len(part))
        result += _with_lines(reader, reader.all(f"{_ROWS} WHERE o.id IN ({marks}){only}", part))
    return result


def _with_lines(reader: Reader, rows: list[Row]) -> list[BoardRow]:
    lines: dict[int, list[LineView]] = {}
    ids = [r[0] for r in rows]
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        marks = ",".join("?" * len(part))
        for order_id, *line in reader.all(
            f"SELECT order_id, product_id, sku, title, quantity, unit_price, note FROM order_line"  # noqa: S608
            f" WHERE order_id IN ({marks}) ORDER BY id",
            part,
        ):
            lines.setdefault(order_id, []).append(LineView(*line))
    return [_board_row(r, tuple(lines.get(r[0], ())), _question(reader, r[0]) if r[4] else None) for r in rows]


def _question(reader: Reader, order_id: int) -> OpenQuestion | None:
    open_ones = reader.all(
        "SELECT id, kind, amount FROM decision WHERE order_id = ? AND choice IS NULL ORDER BY id", (order_id,)
    )
    if not open_ones:
        return None
    decision_id, kind, amount = open_ones[0]
    gone = tuple(line.product_id for line in missing(reader, order_id))
    return OpenQuestion(decision_id, kind, amount, len(open_ones) - 1, gone)


def _board_row(row: Row, lines: tuple[LineView, ...], question: OpenQuestion | None) -> BoardRow:
    record = Record(row[7], row[8], row[9], row[10], row[11], bool(row[26]))
    return BoardRow(
        order_id=row[0],
        reference=row[1],
        state=row[2],
        exception=row[3],
        undecided=bool(row[4]),
        customer_id=row[5],
        customer_name=row[6],
        score=score(record) if record.paid or record.expired else None,
        badge=badge(record),
        lines=lines,
        total=row[12],
        received=row[13],
        reserved_at=row[14],
        expires_at=row[15],
        paid_at=row[16],
        closed_at=row[17],
        provider=row[18],
        link_opened_at=row[19],
        reminded_at=row[20],
        next_customer=row[21],
        conversation_id=row[22],
        question=question,
        receipt=_receipt(row[25]),
        risk=row[23] or 0,
        reasons=read_signals(row[24]) if row[23] else (),
        restricted=bool(row[27]),
    )


def _receipt(found: str | None) -> ReceiptView | None:
    if found is None:
        return None
    ref, amount, claimed = json.loads(found)
    return ReceiptView(ref, amount, bool(claimed))


def tiles(reader: Reader, session_id: int | None, now: int) -> Tiles:
    """The five tiles of a session. A refunded order counts with the cancelled ones: it brought nothing."""
    counted = (
        reader.one(
            "SELECT count(*), coalesce(sum(state = 'paid'), 0), coalesce(sum(state = 'reserved'), 0),"
            " coalesce(sum(state = 'expired'), 0), coalesce(sum(state IN ('cancelled', 'refunded')), 0),"
            " coalesce(sum(undecided), 0), coalesce(sum(CASE WHEN state = 'paid' THEN min(total, received) END), 0),"
            " coalesce(sum(CASE WHEN state = 'reserved' THEN max(0, total - received) END), 0),"
            " coalesce(sum(CASE WHEN state = 'paid' AND paid_at > ? THEN min(total, received) END), 0)"
            " FROM orders WHERE session_id IS ?",
            (now - 10 * MINUTE, session_id),
        )
        or (0,) * 9
    )
    orders, paid, pending, expired, cancelled, undecided, revenue, unpaid, recent = counted
    in_line = reader.value("SELECT count(*) FROM waiting WHERE state = 'waiting' AND session_id IS ?", (session_id,))
    return Tiles(orders, paid, pending, expired, cancelled, in_line, undecided, revenue, unpaid, recent)


def stock(reader: Reader, session_id: int | None, limit: int = 30) -> list[StockBar]:
    """Bars of what this session sells, most pressing first; before the first claim, of the whole small catalogue."""
    found = reader.all(
        "SELECT id, sku, title, on_hand - held, held, max(total, on_hand), (SELECT count(*) FROM waiting w"
        " WHERE w.product_id = product.id AND w.state = 'waiting'), price FROM product WHERE active AND id IN"
        " (SELECT l.product_id FROM order_line l JOIN orders o ON o.id = l.order_id WHERE o.session_id IS ?1"
        "  UNION SELECT product_id FROM screen_mark WHERE session_id IS ?1 UNION"
        "  SELECT product_id FROM waiting WHERE state = 'waiting')"
        " ORDER BY id LIMIT ?2",
        (session_id, limit),
    ) or reader.all(
        "SELECT id, sku, title, on_hand - held, held, max(total, on_hand), 0, price FROM product WHERE active AND"
        " on_hand > 0 ORDER BY id LIMIT ?",
        (limit,),
    )
    return [StockBar(r[0], r[1], r[2], r[3], r[4], r[5], critical(r[3], r[5]), r[6], r[7]) for r in found]


def recent_products(reader: Reader, limit: int) -> list[int]:
    """Products a seller most likely means: on screen lately, then sold lately, then the newest."""
    return [
        r[0]
        for r in reader.all(
            "SELECT p.id FROM product p LEFT JOIN"
            " (SELECT product_id, max(at) AS shown FROM screen_mark GROUP BY product_id) m ON m.product_id = p.id"
            " WHERE p.active ORDER BY m.shown DESC NULLS LAST,"
            " (SELECT max(id) FROM order_line l WHERE l.product_id = p.id) DESC NULLS LAST, p.id DESC LIMIT ?",
            (limit,),
        )
    ]


def alerts(reader: Reader, session_id: int | None, limit: int = 30) -> list[Alert]:
    """What the seller must do, most pressing first."""
    found: list[Alert] = []
    for order_id, kind, name, total, reference in reader.all(
        "SELECT o.id, d.kind, c.name, d.amount, o.reference FROM decision d JOIN orders o ON o.id = d.order_id"
        " JOIN customer c ON c.id = o.customer_id WHERE d.choice IS NULL ORDER BY d.id LIMIT ?",
        (limit,),
    ):
        detail = {"exception": kind, "customer": name, "amount": total, "reference": reference}
        found.append(Alert("decide", order_id, detail))
    for order_id, name, amount, reference in reader.all(
        "SELECT o.id, c.name, a.amount, o.reference FROM attempt a JOIN orders o ON o.id = a.order_id"
        " JOIN customer c ON c.id = o.customer_id WHERE a.claimed_at IS NOT NULL"
        " AND a.state NOT IN ('paid', 'rejected') ORDER BY a.claimed_at LIMIT ?",
        (limit,),
    ):
        found.append(Alert("receipt", order_id, {"customer": name, "amount": amount, "reference": reference}))
    for decision_id, name, amount, reference in reader.all(
        "SELECT d.id, c.name, d.amount, o.reference FROM decision d JOIN orders o ON o.id = d.order_id"
        " JOIN customer c ON c.id = o.customer_id WHERE d.refund = 'todo' ORDER BY d.id LIMIT ?",
        (limit,),
    ):
        found.append(Alert("refund", decision_id, {"customer": name, "amount": amount, "reference": reference}))
    for bar in stock(reader, session_id):
        if bar.critical and session_id is not None:
            kind = "low_stock" if bar.available else "sold_out"
            found.append(Alert(kind, bar.product_id, {"sku": bar.sku, "available": bar.available}))
    count, conversation, text = reader.one(
        "SELECT count(*), max(id), (SELECT last_text FROM conversation WHERE escalated_at IS NOT NULL"
        " ORDER BY escalated_at DESC LIMIT 1) FROM conversation WHERE escalated_at IS NOT NULL"
    ) or (0, 0, "")
    if count:
        found.append(Alert("answer", conversation, {"count": count, "text": text or ""}))
    failed, talk, _ = reader.one(
        "SELECT count(*), (SELECT v.id FROM conversation v WHERE v.customer_id = o.customer_id), max(o.changed_at)"
        " FROM outbox o WHERE o.state = 'failed' AND o.priority <= ? AND o.changed_at > ?",
        (outbox.REPLY, reader.value("SELECT coalesce(max(started_at), 0) FROM live_session")),
    ) or (0, 0, 0)
    if failed:
        found.append(Alert("message_failed", talk or 0, {"count": failed}))
    return found[:limit]


def minutes(reader: Reader, session_id: int) -> list[MinuteBar]:
    """Claims per minute of a session, with what was on screen."""
    marks = reader.all(
        "SELECT m.at, p.sku FROM screen_mark m LEFT JOIN product p ON p.id = m.product_id WHERE m.session_id = ?"
        " ORDER BY m.at",
        (session_id,),
    )
    counted = reader.all(
        "SELECT reserved_at / 60000 * 60000, count(*) FROM orders WHERE session_id = ? GROUP BY 1 ORDER BY 1",
        (session_id,),
    )
    bars: list[MinuteBar] = []
    for minute, count in counted:
        shown = [sku for at, sku in marks if at < minute + MINUTE]
        bars.append(MinuteBar(minute, count, shown[-1] if shown else None))
    return bars
