"""A backup, then more payments and refunds, then the disk is lost: the store that comes back finds everything out by
itself, and nothing is charged, given back or sent a second time."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.backups import restoring
from core.backups.places import FolderPlace
from core.backups.snapshot import prefix_of
from core.bootstrap import moving, open_shop
from core.kernel.clock import HOUR, MINUTE
from core.ledger import book
from core.storage import backup, journal
from core.storage.folder import Home
from localserver.sandbox.psp_base import Session
from localserver.sandbox.psp_faults import Fault
from tests.faults.steps import checkout, link_for, pass_time, quiet, sent_once
from tests.support.books import explained
from tests.support.shops import World, world

PROVIDERS = ("sandbox", "wave", "stripe", "bictorys")
BINTA, COUMBA, DIOR, FATOU = "Binta Fall", "Coumba Diop", "Dior Sarr", "Fatou Ba"


async def sold(w: World, provider: str, name: str) -> Session:
    session = await checkout(w, await link_for(w, name), provider)
    w.providers[provider].pay(session)
    await w.until(lambda: w.order(name)[1] == "paid")
    await quiet(w)
    return session


async def stop(w: World) -> None:
    assert w.work is not None
    w.work.cancel()
    await asyncio.gather(w.work, return_exceptions=True)
    w.shop.close()


def lose_and_restore(w: World, disk: Path, *, told: bool) -> None:
    """The folder is gone; from the recovery key and the place alone the store is made again and opened."""
    home, card = Home(w.shop.folder.parent.parent), w.shop.card
    key = backup.recovery_key(home, create=False)
    shutil.rmtree(w.shop.folder)
    back = restoring.restore(home, FolderPlace(disk), prefix_of(card), key)
    if told:  # as the command line does
        moving.note_arrival(home, back.slug, "console")
    w.shop = open_shop(home, back.slug, w.clock)


@asynccontextmanager
async def at_work(w: World) -> AsyncIterator[None]:
    task = asyncio.create_task(w.shop.work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await w.shop.close_network()
        w.shop.close()


def given_back(w: World, name: str) -> int:
    return int(
        w.value(
            "SELECT coalesce(sum(p.refunded), 0) FROM payment p JOIN orders o ON o.id = p.order_id JOIN customer c"
            " ON c.id = o.customer_id WHERE c.name = ?",
            (name,),
        )
    )


@pytest.mark.parametrize("told", [True, False], ids=["command line", "window"])
@pytest.mark.parametrize("name", PROVIDERS)
async def test_what_happened_since_the_backup_is_found(tmp_path: Path, name: str, told: bool) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    async with world(tmp_path, providers=(name,)) as w:
        provider = w.providers[name]
        w.product("ROBE1")
        coumba, dior = await sold(w, name, COUMBA), await sold(w, name, DIOR)
        binta = await checkout(w, await link_for(w, BINTA), name)
        fatou = await checkout(w, await link_for(w, FATOU), name)
        pass_time(w)
        w.shop.keeper.save(FolderPlace(disk))

        provider.pay(binta)
        await w.until(lambda: w.order(BINTA)[1] == "paid")
        payment = w.value("SELECT id FROM payment WHERE order_id = ?", (w.order(COUMBA)[0],))
        w.shop.engine.call(lambda tx: w.shop.refunds.ask(tx, payment, 15_000))
        provider.refund(dior, 15_000)
        await w.until(lambda: given_back(w, COUMBA) == dior.refunded == 15_000)
        await quiet(w)
        assert any("Reçu" in said or "reçu" in said or "confirm" in said for said in w.thread(BINTA))

        await stop(w)
        sends, sessions = len(w.graph.world.sends), set(provider.sessions)
        lose_and_restore(w, disk, told=told)
        assert w.order(BINTA)[1] == "reserved"
        w.clock.advance(3 * MINUTE)  # type: ignore[attr-defined]
        async with at_work(w):
            await w.until(lambda: w.value("SELECT count(*) FROM reconciliation WHERE actor = 'start'"))
            await w.until(lambda: not w.shop.returning.pending())
            await w.until(lambda: given_back(w, COUMBA) == given_back(w, DIOR) == 15_000)
            assert w.order(BINTA)[1:4] == ("paid", None, 0)
            assert w.order(FATOU)[1] == "reserved"
            assert [s.refunded for s in (binta, coumba, dior, fatou)] == [0, 15_000, 15_000, 0]
            assert set(provider.sessions) == sessions, "nobody was asked to pay again"
            assert w.rows("SELECT sku, on_hand, held FROM product") == [("ROBE1", 7, 1)]
            await quiet(w)
            assert len(w.graph.world.sends) == sends, "nothing was said twice"
            assert w.value("SELECT count(*) FROM outbox WHERE key LIKE 'paid:%' AND state = 'unknown'") == 1
            assert w.value("SELECT count(*) FROM difference WHERE state = 'open'") == 0
            assert w.shop.engine.read(book.miscounted) == []
            w.shop.engine.read(explained)
            assert w.shop.engine.read(journal.verify).intact

            pass_time(w)
            provider.pay(fatou)  # life goes on: her news is new, and told
            await w.until(lambda: _asked(w, FATOU))
            await quiet(w)
            assert len(w.graph.world.sends) > sends
            assert sent_once(w)


def _asked(w: World, name: str) -> bool:
    w.clock.advance(5_000)  # type: ignore[attr-defined]
    return bool(w.order(name)[1] == "paid")


async def test_providers_out_of_reach_are_asked_when_they_answer_again(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    async with world(tmp_path, providers=("wave",)) as w:
        provider = w.providers["wave"]
        w.product("ROBE1")
        binta = await checkout(w, await link_for(w, BINTA), "wave")
        w.shop.keeper.save(FolderPlace(disk))
        provider.pay(binta)
        await w.until(lambda: w.order(BINTA)[1] == "paid")
        await quiet(w)
        await stop(w)
        sends = len(w.graph.world.sends)
        lose_and_restore(w, disk, told=True)
        w.clock.advance(HOUR)  # type: ignore[attr-defined] # her hold is over, and she paid in time
        provider.faults.append(Fault("status", times=2, code=503))
        async with at_work(w):
            await w.until(lambda: not provider.faults)
            assert w.order(BINTA)[1] == "reserved", "its end waits for the provider's word"

            def later() -> bool:
                w.clock.advance(20_000)  # type: ignore[attr-defined]
                return not w.shop.returning.pending()

            await w.until(later)
            assert w.order(BINTA)[1:4] == ("paid", None, 0)
            await quiet(w)
            assert len(w.graph.world.sends) == sends


async def test_a_hold_that_was_over_before_ends_without_a_word(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    async with world(tmp_path, providers=("wave",)) as w:
        w.product("ROBE1")
        await checkout(w, await link_for(w, FATOU), "wave")
        w.shop.keeper.save(FolderPlace(disk))
        await stop(w)
        sends = len(w.graph.world.sends)
        lose_and_restore(w, disk, told=False)
        w.clock.advance(HOUR)  # type: ignore[attr-defined]
        async with at_work(w):
            await w.until(lambda: w.order(FATOU)[1] == "expired")
            await w.until(lambda: not w.shop.returning.pending())
            await quiet(w)
            assert len(w.graph.world.sends) == sends
            assert w.rows("SELECT sku, on_hand, held FROM product") == [("ROBE1", 10, 0)]
