"""Nothing of a live may read a whole table that grows for years: a shop's millionth order is as quick as its first."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import apsw
import pytest

from core.conversations import queries as conversations
from core.customers.service import Identity, recognise
from core.invoices import queries as papers
from core.invoices.queries import Filter as PaperFilter
from core.kernel.clock import MINUTE
from core.ledger import book
from core.live import queries as board
from core.live import service as live
from core.orders import queries as orders
from core.orders import settling
from core.payments import queries as payments
from core.payments.queries import Filter
from core.payments.refunding import refundable
from core.reconciliation import concerns
from tests.e2e.test_sale import _checkout, _pay, _say, _time
from tests.faults.steps import quiet
from tests.support.shops import world

SMALL: Final = frozenset(
    {
        "live_session",
        "s",
        "screen_mark",
        "product",
        "p",
        "setting",
        "deadline",
        "waiting",
        "quote",
        "quote_unsaved",  # what is being typed
        "bought_total",  # one row
        "CONSTANT",
        "json_each",
        "sqlite_master",  # read when a connection opens, to prove the key
    }
)
Seen = dict[str, Any]


@pytest.fixture
def statements() -> Iterator[Seen]:
    """Every statement that the program itself prepares, with its last values."""
    seen: Seen = {}

    def trace(cursor: apsw.Cursor, sql: str, values: Any) -> bool:
        del cursor
        frame, callers = sys._getframe(1), []
        for _ in range(3):
            if frame is not None:
                callers.append(frame.f_code.co_filename)
                frame = frame.f_back  # type: ignore[assignment]
        if not any("tests/support" in name for name in callers):
            seen[sql] = values
        return True

    def watch(connection: apsw.Connection) -> None:
        connection.exec_trace = trace

    apsw.connection_hooks.append(watch)
    yield seen
    apsw.connection_hooks.remove(watch)


def whole_tables(reader: Any, seen: Seen) -> list[str]:
    """The statements whose plan goes through a table row by row without any index."""
    found: list[str] = []
    for sql, values in seen.items():
        if not sql.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
            continue
        reader.connection.exec_trace = None
        plan = [row[3] for row in reader.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        # Going through what a co-routine has found is no table: how it finds it stands in steps of its own.
        found_before = [step.removeprefix("CO-ROUTINE ") for step in plan if step.startswith("CO-ROUTINE ")]
        fine = SMALL.union(found_before, *(re.findall(rf"\b{name}\s+(\w+)\b", sql) for name in found_before))
        for step in plan:
            scanned = re.match(r"SCAN (\w+)(?! USING)\b(?!.*USING)", step)
            if (scanned and scanned[1] not in fine) or step == "SEARCH outbox":
                found.append(f"{step}: {sql}")
    return found


async def test_a_whole_live_with_all_its_troubles(tmp_path: Path, statements: Seen) -> None:
    async with world(tmp_path) as w:
        session = w.shop.engine.call(live.start)
        w.product("ROBE1", stock=1)
        for name in ("Awa Ndour", "Rokia Bah", "Fanta Keïta"):
            w.buyer(name)
        await _say(w, "Awa Ndour", "bonjour")
        statements.clear()
        await _say(w, "Awa Ndour", "ROBE1")
        late = await _checkout(w, "Awa Ndour")
        await _say(w, "Rokia Bah", "je prends ROBE1")
        await _time(w, 10.1)
        await _pay(w, late, late=True)
        await _pay(w, await _checkout(w, "Rokia Bah"))
        await _say(w, "Rokia Bah", "mes achats")
        await _say(w, "Fanta Keïta", "j'ai payé")
        order = w.order("Awa Ndour")[0]
        w.shop.engine.call(lambda tx: recognise(tx, [Identity("bsuid", "SN.AWA1")]))
        names = [Identity("bsuid", "SN.AWA1"), Identity("phone", str(w.value("SELECT min(value) FROM identity")))]
        w.shop.engine.call(lambda tx: recognise(tx, names))
        w.shop.engine.call(lambda tx: settling.decide(tx, w.shop.orders, order, "refund"))
        await w.until(lambda: w.value("SELECT refund FROM decision WHERE choice = 'refund'") == "done")
        await quiet(w)
        with w.shop.engine.reader() as reader:
            board.board(reader, session)
            board.tiles(reader, session, w.clock.now())
            board.stock(reader, session)
            board.alerts(reader, session)
            board.minutes(reader, session)
            conversations.inbox(reader)
            conversations.messages(reader, 1)
            orders.page(reader, session_id=session)
            papers.papers(reader, PaperFilter(), w.clock.now())
            papers.papers(reader, PaperFilter(kind="invoice", since=0, attention=True), w.clock.now())
            papers.span(reader)
            payments.page(reader)
            payments.page(reader, Filter(provider="sandbox", since=0))
            concerns.standing(reader, w.clock.now())
            concerns.count(reader, w.clock.now())
            book.by_provider(reader)
            book.of_payment(reader, 1)
            refundable(reader, 1)
            w.clock.advance(MINUTE)  # type: ignore[attr-defined]
            found = whole_tables(reader, dict(statements))
        assert not found, "\n".join(found)
