"""A computer whose clock is ten minutes wrong: money, messages and holds are judged right all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.clock import HOUR, MINUTE, SECOND, ManualClock
from localserver.sandbox.psp_faults import Fault
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.steps import books_hold, checkout, link_for, news, quiet, say, tell
from tests.support.shops import World, world

NAME = "Aminata Diallo"
NOON = ManualClock().now()
WRONG = pytest.mark.parametrize("wrong", [-10 * MINUTE, 10 * MINUTE], ids=["behind", "ahead"])
PROVIDERS = ("sandbox", "wave", "stripe", "bictorys", "orange_sonatel", "fedapay")


@WRONG
@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_signature_is_judged_by_the_providers_own_clock(tmp_path: Path, name: str, wrong: int) -> None:
    """Learned from the answer to the creation. The status is not to be had: it is the signed webhook that settles."""
    async with world(tmp_path, providers=(name,), clock=ManualClock(NOON + wrong), outside=ManualClock(NOON)) as w:
        provider = w.providers[name]
        provider.values["signature"] = "required"  # the one of them that may also go unsigned
        w.product("ROBE1")
        session = await checkout(w, await link_for(w, NAME), name)
        provider.faults.append(Fault("status", "any", times=1000))
        provider.pay(session)
        await quiet(w)
        assert w.order(NAME)[1:] == ("paid", None, 0, 15_000, 15_000)
        assert [key.split(":")[2] for (key,) in w.rows("SELECT key FROM inbox WHERE source = 'psp'")] == ["body_signed"]
        assert books_hold(w)


@WRONG
async def test_a_right_signature_of_another_time_asks_and_is_paid(tmp_path: Path, wrong: int) -> None:
    """Just started, nothing learned yet: the webhook is answered with 200 and only makes us ask."""
    async with world(tmp_path, clock=ManualClock(NOON + wrong), outside=ManualClock(NOON)) as w:
        provider = w.providers["sandbox"]
        w.product("ROBE1")
        session = await checkout(w, await link_for(w, NAME))
        _forget_the_time(w)
        provider.faults.append(Fault("status", "status", times=1000))
        provider.pay(session, Delivery(hold=True))
        (note,) = news(provider)
        assert await tell(w, note) == 200
        await quiet(w)
        assert w.order(NAME)[1] == "reserved", "a stale event settles nothing by itself"
        assert [key.split(":")[2] for (key,) in w.rows("SELECT key FROM inbox WHERE source = 'psp'")] == ["none"]
        provider.faults.clear()
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(5 * SECOND)
        await w.shop.scheduler.settle_due()
        await w.until(lambda: w.order(NAME)[1] == "paid")
        assert await tell(w, note) == 200, "and now that the time is known the same webhook changes nothing more"
        await quiet(w)
        assert w.value("SELECT count(*) FROM payment") == 1


def _forget_the_time(w: World) -> None:
    """As after a start."""
    w.shop.http._offsets.clear()


@WRONG
async def test_an_old_webhook_played_again_settles_nothing(tmp_path: Path, wrong: int) -> None:
    """Six minutes old by the provider's clock is stale whatever ours says."""
    async with world(tmp_path, clock=ManualClock(NOON + wrong), outside=ManualClock(NOON)) as w:
        provider = w.providers["sandbox"]
        w.product("ROBE1")
        session = await checkout(w, await link_for(w, NAME))
        provider.faults.append(Fault("status", "status", times=1000))
        provider.pay(session, Delivery(skew=-360.0))
        await quiet(w)
        assert w.order(NAME)[1] == "reserved"


@WRONG
async def test_holds_and_answers_do_not_care(tmp_path: Path, wrong: int) -> None:
    """A hold lasts its ten minutes by our clock; a message of « the future » or « the past » is answered."""
    async with world(tmp_path, clock=ManualClock(NOON + wrong), outside=ManualClock(NOON)) as w:
        w.product("ROBE1", stock=1)
        w.buyer(NAME)
        assert len(await say(w, NAME, "je prends ROBE1")) == 1
        reserved, expires = w.rows("SELECT reserved_at, expires_at FROM orders")[0]
        assert reserved == w.clock.now() == NOON + wrong
        assert expires - reserved == 10 * MINUTE
        heard = w.value("SELECT last_inbound_at FROM conversation")
        assert heard <= w.clock.now(), "the window never reaches into the future"
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(10 * MINUTE - 1)
        await w.shop.scheduler.settle_due()
        assert w.order(NAME)[1] == "reserved"
        w.clock.advance(1)
        await w.shop.scheduler.settle_due()
        assert w.order(NAME)[1] == "expired"
        assert books_hold(w)


async def test_a_clock_set_back_in_the_middle_leaves_everything_working(tmp_path: Path) -> None:
    """Somebody corrects the clock by an hour during the live."""
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.product("SAC2")
        w.shop.settings.set(
            "invoices.send", "false"
        )  # the simulated WhatsApp lives by this clock: it would lose patience
        assert isinstance(w.clock, ManualClock)
        first = await checkout(w, await link_for(w, NAME))
        w.clock.advance(-HOUR)
        second = await checkout(w, await link_for(w, "Bintou Camara", "SAC2"))
        for session in (first, second):
            w.providers["sandbox"].pay(session)
        await quiet(w)
        assert {w.order(name)[1] for name in (NAME, "Bintou Camara")} == {"paid"}
        assert books_hold(w)
