"""The disk is full at the moment of the commit: the sender hears 500, the seller sees why, and it mends itself."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from core.accounts import service as accounts
from core.kernel.clock import SystemClock
from core.kernel.errors import StorageFailed
from core.storage import journal
from core.storage.engine import Tx
from localserver.sandbox.graph_world import Entry, Fault
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.market import Shopper, connect, market
from tests.faults.steps import (
    books_hold,
    catch,
    caught,
    checkout,
    deliver,
    leads_out,
    link_for,
    news,
    say,
    sent_once,
    submit,
    tell,
)
from tests.support.disks import Disk, disk
from tests.support.processes import ask_json
from tests.support.shops import World, world

SEED = 20261120
NAME, OTHER = "Aminata Diallo", "Khady Sarr"
PASSWORD = "correct horse battery"
_SAC = {"sku": "SAC2", "title": "Sac", "price": {"amount": 5000, "currency": "XOF"}}


async def _get(w: World, path: str) -> tuple[int, Any]:
    async with w.http.get(f"{w.url}{path}") as reply:
        return reply.status, await reply.json()


async def _post(w: World, path: str, body: Any, token: str = "") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with w.http.post(f"{w.url}/api/v1{path}", json=body, headers=headers) as reply:
        return reply.status, await reply.json(content_type=None)


async def _ready_again(w: World) -> None:
    async def ready() -> bool:
        return (await _get(w, "/readyz"))[0] == 200

    await w.until(ready)


@pytest.mark.expect_log("refused a commit")
async def test_everybody_is_told_the_truth_and_what_was_refused_comes_again(tmp_path: Path) -> None:
    with disk("full1") as drive:
        async with world(tmp_path, vfs="full1") as w:
            banner: list[bool] = []
            w.shop.engine.on_storage = banner.append
            w.product("ROBE1", stock=5)
            accounts.save(w.shop.engine, "awa@teranga.sn", PASSWORD, "owner")
            login = {"email": "awa@teranga.sn", "password": PASSWORD}
            token = (await _post(w, "/login", login))[1]["token"]
            link = await link_for(w, NAME)
            session = await checkout(w, link)
            w.buyer(OTHER)
            await say(w, OTHER, "bonjour")
            catch(w)
            w.graph.acts(OTHER).say("je prends ROBE1")
            message = caught(w)
            provider = w.providers["sandbox"]
            provider.pay(session, Delivery(hold=True))
            (money,) = news(provider)
            before = _picture(w)

            drive.full = True
            for _ in range(3):
                assert await deliver(w, message) == 500
                assert await tell(w, money) == 500
            status, problem = await _post(w, "/products", _SAC, token)
            assert (status, problem["status"]) == (503, 503)
            assert "disque" in problem["detail"]
            assert (await _post(w, "/login", login))[0] == 503
            status, back = await submit(w, link, "sandbox.orange_money")
            assert (status, "n=busy" in back) == (303, True)
            with pytest.raises(StorageFailed):
                await asyncio.to_thread(w.shop.settings.set, "store.name", "Autre")
            assert await _get(w, "/readyz") == (503, {"ready": False, "storage_failing": [w.shop.slug]})
            assert await _get(w, "/healthz") == (200, {"alive": True})
            assert banner == [True]
            assert w.work is not None
            assert not w.work.done(), "the workers go on"
            assert _picture(w) == before, "nothing is half done"
            assert w.shop.settings.get("store.name") != "Autre"

            drive.full = False
            await _ready_again(w)  # nobody has written anything since
            assert banner == [True, False]
            assert await deliver(w, message) == 200
            assert await tell(w, money) == 200
            await w.until(lambda: w.order(NAME)[1] == "paid" and w.order(OTHER))
            await w.settled()
            _whole(w, drive)


def _picture(w: World) -> tuple[Any, ...]:
    """Everything that a half-done command could have touched."""
    tables = ("product", "orders", "order_line", "attempt", "payment", "ledger_line", "inbox", "outbox", "journal")
    return tuple(w.rows(f"SELECT * FROM {table}") for table in (*tables, "deadline", "setting", "account"))


def _whole(w: World, drive: Disk) -> None:
    assert drive.refused > 0
    assert w.shop.engine.read(journal.verify).intact
    assert w.rows("SELECT count(*), max(seq) FROM journal")[0][0] == w.value("SELECT max(seq) FROM journal")
    assert w.value("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0
    assert books_hold(w)
    assert sent_once(w)
    assert w.value("PRAGMA integrity_check") == "ok"


@pytest.mark.expect_log("refused a commit")
async def test_an_item_already_accepted_waits_for_the_disk_and_counts_no_attempt(tmp_path: Path) -> None:
    """Full between « stored » and « applied »: the worker waits, however long, and the item is not set aside."""
    with disk("full2") as drive:
        async with world(tmp_path, vfs="full2", work=False) as w:
            w.product("ROBE1")
            w.buyer(NAME)
            catch(w)
            w.graph.acts(NAME).say("je prends ROBE1")
            assert await deliver(w, caught(w)) == 200
            drive.full = True
            worker = asyncio.create_task(w.shop.inbox.run())
            await w.until(lambda: drive.refused >= 3)
            assert w.rows("SELECT state, attempts FROM inbox") == [("new", 0)]
            assert not worker.done()
            drive.full = False
            await w.until(lambda: w.order(NAME))
            assert w.rows("SELECT state, attempts FROM inbox") == [("done", 0)]
            worker.cancel()
            await asyncio.wait({worker})


def _left_behind(tx: Tx) -> None:
    """What a stop in the middle left, so that there is something to put right."""
    tx.run(
        "INSERT INTO outbox(key, customer_id, kind, body, priority, state, created_at, changed_at)"
        " VALUES('read:x', 1, 'receipt', '{}', 4, 'sending', 0, 0)"
    )


@pytest.mark.expect_log("refused a commit")
async def test_a_start_on_a_full_disk_waits_for_space(tmp_path: Path) -> None:
    """The doors are open, webhooks hear 500; once there is space everything begins, without a second start."""
    with disk("full6") as drive:
        async with world(tmp_path, vfs="full6", work=False) as w:
            w.product("ROBE1")
            w.buyer(NAME)
            catch(w)
            w.graph.acts(NAME).say("je prends ROBE1")
            message = caught(w)
            w.shop.engine.call(_left_behind)
            drive.full = True
            working = asyncio.create_task(w.shop.work())
            await w.until(lambda: w.shop.engine.storage_failing)
            assert await deliver(w, message) == 500
            assert not working.done()
            drive.full = False
            await _ready_again(w)
            assert await deliver(w, message) == 200
            await w.until(lambda: w.order(NAME))
            working.cancel()
            await asyncio.wait({working})


@pytest.mark.expect_log("refused a commit")
async def test_a_message_taken_while_the_disk_is_full_is_written_down_afterwards(tmp_path: Path) -> None:
    """WhatsApp has it, the store cannot note it: it must not stay « being sent », and never go out again."""
    with disk("full3") as drive:
        async with world(tmp_path, vfs="full3") as w:
            w.buyer(NAME)
            catch(w)
            w.graph.acts(NAME).say("bonjour")
            w.graph.world.faults.append(Fault(kind="hang", type="interactive"))
            await deliver(w, caught(w))
            await w.until(lambda: w.graph.world.sends)
            drive.full = True
            w.graph.world.released.set()  # now the answer comes
            await w.until(lambda: drive.refused >= 2)
            assert w.rows("SELECT state FROM outbox WHERE kind = 'message'") == [("sending",)]
            drive.full = False
            await w.until(lambda: w.rows("SELECT state FROM outbox WHERE kind = 'message'") == [("accepted",)])
            assert sent_once(w)


@pytest.mark.expect_log("refused a commit")
async def test_a_disk_that_comes_and_goes_during_a_live_loses_nothing(tmp_path: Path) -> None:
    """Twenty buyers while the disk is full five times, when drawn ones come; all send again until they are heard."""
    dice = random.Random(SEED)
    with disk("full4") as drive:
        async with world(tmp_path, vfs="full4", clock=SystemClock()) as w:
            w.graph.courier.retries = (0.05,) * 2000
            w.providers["sandbox"].courier.retries = (0.05,) * 2000
            w.product("ROBE1", stock=20)
            names = [f"Cliente {n}" for n in range(20)]
            for name in names:
                w.buyer(name)
            gate, storm, storms = asyncio.Semaphore(4), asyncio.Lock(), set(dice.sample(names, 5))

            async def one(name: str) -> None:
                async with gate:
                    stormy = asyncio.create_task(_storm(w, drive, storm)) if name in storms else None
                    await _buy(w, name)
                    if stormy is not None:
                        await stormy

            async with asyncio.TaskGroup() as group:
                for name in names:
                    group.create_task(one(name))
            await _ready_again(w)
            w.graph.courier.hurry()
            await w.until(lambda: w.value("SELECT count(*) FROM payment") == len(names))
            await w.settled()
            assert w.rows("SELECT state, count(*) FROM orders GROUP BY 1") == [("paid", len(names))]
            assert w.rows("SELECT on_hand, held FROM product") == [(0, 0)]
            assert w.value("SELECT count(*) FROM inbox WHERE attempts > 0") == 0
            _whole(w, drive)


async def _storm(w: World, drive: Disk, one_at_a_time: asyncio.Lock) -> None:
    """Full until something was refused and noticed; over when the store has noticed that, too."""
    async with one_at_a_time:
        drive.full = True
        await _forty_seconds(w, lambda: w.shop.engine.storage_failing)
        drive.full = False
        await _forty_seconds(w, lambda: not w.shop.engine.storage_failing)


async def _forty_seconds(w: World, true: Any) -> Any:
    """As World.until, with more patience: the disk is away for a while, again and again."""
    async with asyncio.timeout(40):
        while True:
            found = true()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.02)


async def _buy(w: World, name: str) -> None:
    acts = w.graph.acts(name)
    account = w.graph.world.account()

    def newest(fits: Any) -> Entry | None:
        return next((e for e in acts.buyer.thread(account) if e.direction == "out" and fits(e)), None)

    acts.say("je prends ROBE1")
    await _forty_seconds(w, lambda: newest(lambda e: "PAYER" in str(e.part)))
    acts.press("PAYER")
    await _forty_seconds(w, lambda: newest(lambda e: "Wave" in str(e.part)))
    acts.press("Wave")
    entry = await _forty_seconds(w, lambda: newest(lambda e: e.type == "interactive" and e.part["type"] == "cta_url"))
    link = entry.part["action"]["parameters"]["url"]

    async def led_out() -> str:
        await _forty_seconds(w, lambda: not w.shop.engine.storage_failing)
        answer = await submit(w, link)
        return answer[1] if leads_out(w, answer) else ""

    target = await _forty_seconds(w, led_out)
    w.providers["sandbox"].pay(w.providers["sandbox"].sessions[target.rsplit("/", 1)[-1]])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can refuse another process its writes")
async def test_a_running_program_that_may_write_no_byte_lives_on(tmp_path: Path) -> None:
    """The operating system itself refuses every write of a real process for a while, in the middle of sales."""
    resource = pytest.importorskip("resource")
    async with market(tmp_path, [("ROBE1", 15_000, 12)]) as m:
        await m.start()
        await connect(m)
        shoppers = [Shopper(m, m.graph.world.add_buyer(f"Cliente {n}").name) for n in range(12)]
        gate = asyncio.Semaphore(3)

        async def buy(shopper: Shopper) -> None:
            async with gate:
                assert await shopper.buy("ROBE1")
                m.provider.pay(m.provider.sessions[shopper.session])

        async def ready(wanted: int) -> bool:
            async with m.http.get(f"{m.server.url}/readyz") as reply:
                return reply.status == wanted

        buying = [asyncio.create_task(buy(shopper)) for shopper in shoppers]
        await m.until(lambda: len(m.provider.sessions) >= 4)
        _, most = resource.prlimit(m.server.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        await m.until(lambda: ready(503))
        await m.until(lambda: any(p.status == 500 for p in m.tunnel.passed))
        resource.prlimit(m.server.pid, resource.RLIMIT_FSIZE, (most, most))
        await m.until(lambda: ready(200))
        async with asyncio.timeout(60):
            await asyncio.gather(*buying)
        await m.until(lambda: m.value("SELECT count(*) FROM payment") == 12)
        await m.until(m.quiet)
        assert m.server.lives == 1
        assert await m.server.stop() == 0
        assert m.rows("SELECT state, count(*) FROM orders GROUP BY 1") == [("paid", 12)]
        assert m.rows("SELECT on_hand, held FROM product") == [(0, 0)]
        assert m.value("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0
        marks = [send.callback for send in m.graph.world.sends]
        assert len(marks) == len(set(marks))
        assert m.value("PRAGMA integrity_check") == "ok"
        assert (await ask_json(m.home, "audit", "verify", m.slug))["intact"] is True
