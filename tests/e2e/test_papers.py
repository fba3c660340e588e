"""Papers on the wire: the invoice follows the confirmation as a PDF document, once, and a failure is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.invoices import credits
from core.invoices.events import InvoiceIssued
from core.kernel.clock import HOUR, ManualClock
from tests.faults.steps import checkout, link_for, quiet
from tests.support.shops import World, world


async def buy(w: World, name: str) -> None:
    session = await checkout(w, await link_for(w, name))
    w.providers["sandbox"].pay(session)
    await quiet(w)


def documents(w: World, name: str) -> list[dict[str, str]]:
    entries = w.graph.world.buyer(name).thread(w.graph.world.account())
    return [e.part for e in entries if e.direction == "out" and e.type == "document"]


def states(w: World) -> list[tuple[str, str, int | None]]:
    return [tuple(row) for row in w.rows("SELECT key, state, error_code FROM outbox WHERE kind = 'file' ORDER BY id")]


async def test_the_invoice_follows_the_confirmation_as_a_pdf(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        await buy(w, "Aïcha")
        (sent,) = documents(w, "Aïcha")
        assert (sent["filename"], sent["caption"]) == ("FA-2026-00001.pdf", "📄 Ta facture FA-2026-00001")
        entries = [e for e in w.graph.world.buyer("Aïcha").thread(w.graph.world.account()) if e.direction == "out"]
        assert [e.type for e in entries][-2:] == ["interactive", "document"]  # the confirmation comes first
        stored = w.graph.world.media[sent["id"]]
        assert stored.content.startswith(b"%PDF-")
        assert stored.content == w.shop.press.print("invoice", 1).content
        assert states(w)[0][0] == "invoice:1"
        shown = w.rows("SELECT kind, author, text FROM message WHERE outbox_id IS NOT NULL ORDER BY id DESC LIMIT 1")
        assert shown == [("document", "bot", "📄 Ta facture FA-2026-00001")]


async def test_a_credit_note_is_sent_too_and_nothing_twice(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        await buy(w, "Aïcha")
        terms = w.shop.papers.terms()
        await w.shop.engine.run(lambda tx: credits.credit(tx, 1, None, "", terms))
        await quiet(w)
        again = InvoiceIssued(1, 1, "FA", 2026, 1, 15_000, 0, "")
        await w.shop.engine.run(lambda tx: w.shop.notices.invoiced(tx, again))
        await quiet(w)
        assert [d["filename"] for d in documents(w, "Aïcha")] == ["FA-2026-00001.pdf", "AV-2026-00001.pdf"]


async def test_the_seller_may_switch_it_off(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.shop.settings.set("invoices.send", "no")
        await buy(w, "Aïcha")
        assert documents(w, "Aïcha") == []
        assert w.value("SELECT count(*) FROM invoice") == 1


async def test_beyond_the_window_nothing_is_sent_and_the_thread_says_so(tmp_path: Path) -> None:
    """WhatsApp takes no document 24 hours after the customer wrote; the bubble shows the failure to the seller."""
    clock = ManualClock()
    async with world(tmp_path, clock=clock) as w:
        w.product("ROBE1")
        await buy(w, "Aïcha")
        clock.advance(25 * HOUR)
        terms = w.shop.papers.terms()
        await w.shop.engine.run(lambda tx: credits.credit(tx, 1, None, "", terms))
        await quiet(w)
        assert states(w)[-1] == ("credit_note:1", "failed", 131047)
        assert len(documents(w, "Aïcha")) == 1


@pytest.mark.expect_log("cannot be drawn")
async def test_a_paper_that_cannot_be_drawn_failed_and_did_not_perhaps_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(kind: str, paper_id: int) -> None:
        raise MemoryError

    async with world(tmp_path) as w:
        monkeypatch.setattr(w.shop.press, "print", broken)
        w.product("ROBE1")
        await buy(w, "Aïcha")
        assert states(w) == [("invoice:1", "failed", None)]
        assert "Paiement reçu" in w.thread("Aïcha")[-1]


async def test_papers_are_drawn_one_at_a_time_whoever_asks(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        await buy(w, "Aïcha")
        found = await asyncio.gather(*(w.shop.press.printed("invoice", 1) for _ in range(5)))
        assert len({printed.content for printed in found}) == 1
        assert found[0].name == "FA-2026-00001"
