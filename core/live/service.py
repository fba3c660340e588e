"""Starting, steering and ending a live."""

from __future__ import annotations

from core.kernel.errors import NotFound, Refused
from core.kernel.text import one_line
from core.live.events import LiveEnded, LiveStarted, OnScreenChanged
from core.orders.service import SOURCES
from core.storage.engine import Tx


def start(tx: Tx, title: str = "", source: str = "tiktok") -> int:
    """Open a live (one at a time). Stock bars start full. → session id. Raises Refused when one is running."""
    if source not in SOURCES:
        raise Refused("Unknown source {source}. Use one of {known}.", source=source, known=", ".join(SOURCES))
    if tx.value("SELECT 1 FROM live_session WHERE ended_at IS NULL"):
        raise Refused("A live is already running. End it before starting another.")
    session_id = tx.insert(
        "INSERT INTO live_session(title, source, started_at) VALUES(?,?,?)", (one_line(title, 80), source, tx.now)
    )
    tx.run("UPDATE product SET total = on_hand")
    tx.emit(LiveStarted(session_id))
    return session_id


def current(tx: Tx) -> int | None:
    value: int | None = tx.value("SELECT id FROM live_session WHERE ended_at IS NULL")
    return value


def end(tx: Tx, session_id: int | None = None) -> int:
    """Close the live; holds go on to their own end. → session id. Raises NotFound when none is running."""
    running = current(tx)
    if running is None or session_id not in (None, running):
        raise NotFound("No live is running.")
    orders, paid, revenue = tx.one(
        "SELECT count(*), coalesce(sum(state = 'paid'), 0),"
        " coalesce(sum(CASE WHEN state = 'paid' THEN min(total, received) END), 0) FROM orders WHERE session_id = ?",
        (running,),
    ) or (0, 0, 0)
    tx.run("UPDATE live_session SET ended_at = ?, on_screen = NULL WHERE id = ?", (tx.now, running))
    tx.emit(LiveEnded(running, orders, paid, revenue))
    return running


def show(tx: Tx, product_id: int | None) -> None:
    """Put a product on screen (None: take it off). Raises NotFound."""
    running = current(tx)
    if running is None:
        raise NotFound("No live is running.")
    if product_id is not None and not tx.value("SELECT 1 FROM product WHERE id = ?", (product_id,)):
        raise NotFound("This product is not in the catalogue.")
    tx.run("UPDATE live_session SET on_screen = ? WHERE id = ?", (product_id, running))
    tx.run("INSERT INTO screen_mark(session_id, at, product_id) VALUES(?,?,?)", (running, tx.now, product_id))
    tx.emit(OnScreenChanged(running, product_id))
