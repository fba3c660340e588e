"""Every provider meets every fault at the shop's own doors: one payment, to the franc, or none at all."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from core.kernel.clock import HOUR, MINUTE, SECOND
from core.payments.provider import Auth
from localserver.sandbox.psp_base import Conflict
from localserver.sandbox.psp_faults import Fault
from localserver.sandbox.psp_webhooks import Delivery
from tests.faults.steps import News, news, resigned
from tests.faults.trading import PRICE, Trade, after_power_cut, everyone, trading, until
from tests.support.disks import disk

COPIES = 100
NOBODY = "http://127.0.0.1:9"
UNCLEAR = ("status", "html", "hang", "drop", "broken_json", "lost", "huge", "mistyped")


# -- notices -----------------------------------------------------------------------------------------------------


@everyone
async def test_one_notice_a_hundred_times_at_once_and_again_later(tmp_path: Path, name: str) -> None:
    async with trading(tmp_path, name) as t:
        order = t.order()
        note = t.notice(await t.begin(order))
        assert set(await asyncio.gather(*(t.tell(note) for _ in range(COPIES)))) == {200}
        await t.paid(order)
        t.sound(order)
        before = _books(t)
        for later in (15 * SECOND, HOUR):
            t.shop.clock.advance(later)
            assert await t.tell(note) == 200
            await t.quiet()
        assert _books(t) == before


def _books(t: Trade) -> list[list[object]]:
    return [t.shop.rows(f"SELECT * FROM {table}") for table in ("orders", "payment", "ledger_line", "order_line")]


@everyone
async def test_a_refused_try_and_a_success_in_any_order_end_paid(tmp_path: Path, name: str) -> None:
    async with trading(tmp_path, name) as t:
        orders = []
        for turn in itertools.permutations((0, 1)):
            orders.append(t.order())
            session = await t.begin(orders[-1])
            t.simulator.decline(session, Delivery(hold=True))
            t.simulator.pay(session, Delivery(hold=True), late=True)
            notes = news(t.simulator)
            for place in (*turn, *turn):
                assert await t.tell(notes[min(place, len(notes) - 1)]) == 200
                await t.quiet()
            await t.paid(orders[-1])
        t.sound(*orders)


@everyone
async def test_a_success_told_before_the_answer_to_the_creation(tmp_path: Path, name: str) -> None:
    async with trading(tmp_path, name) as t:
        if t.caps.create_idempotency == "local":
            return  # nobody is called
        order = t.order()
        t.simulator.faults.append(Fault("paid_first", "create"))
        await t.ask(order)
        await t.quiet()
        await t.polled()  # a notice that only makes us ask may come before there is anything to ask about
        await t.paid(order)
        t.sound(order)


# -- a provider in trouble ---------------------------------------------------------------------------------------


@everyone
async def test_a_creation_without_a_clear_answer_ends_in_one_payment(tmp_path: Path, name: str) -> None:
    """The buyer tries again until they can pay; whoever is asked on the phone answers the request they see there."""
    async with trading(tmp_path, name) as t:
        if t.caps.create_idempotency == "local":
            return  # nobody is called
        t.impatient()
        orders = []
        for kind in UNCLEAR:
            orders.append(t.order())
            t.simulator.faults.append(Fault(kind, "create"))  # type: ignore[arg-type]
            opened = len(t.simulator.sessions)
            tries = await t.until_begun(orders[-1])
            if t.caps.listing == "sessions" and not t.asks_phone:
                assert len(t.simulator.sessions) == opened + 1, (
                    "the session whose answer was lost is the one that is paid"
                )
                assert tries == 1 or kind in ("status", "html"), "and it is found while the buyer waits"
            t.simulator.pay(await t.session())
            await t.paid(orders[-1])
            assert not t.simulator.faults
        t.sound(*orders)


@everyone
async def test_money_without_a_notice_is_found_however_often_the_question_fails(tmp_path: Path, name: str) -> None:
    async with trading(tmp_path, name) as t:
        t.impatient()
        orders = []
        for kind in UNCLEAR:
            orders.append(t.order())
            session = await t.begin(orders[-1])
            t.simulator.pay(session, Delivery(send=False))
            t.simulator.faults.append(Fault(kind, "any", times=2))  # type: ignore[arg-type]
            for pause in (5, 10, 20, 40, 60, 60):
                await t.polled(pause)
                if t.shop.state(orders[-1]) == "paid":
                    break
            assert t.shop.state(orders[-1]) == "paid", kind
            t.simulator.faults.clear()
        t.sound(*orders)


# -- strangers at the door ---------------------------------------------------------------------------------------


@everyone
async def test_what_proves_nothing_moves_nothing(tmp_path: Path, name: str) -> None:
    """No proof, a wrong one, one of another store or another payment, a body of any broken kind: the order waits."""
    async with trading(tmp_path, name) as t:
        first, second = t.order(), t.order()
        forged = t.forged(await t.begin(first))
        session = await t.begin(second)
        other = t.forged(session)
        before = _books(t)
        for status, note in _strange(t, forged, other):
            answer = await t.tell(note)
            assert answer in status, (answer, note)
        await t.quiet()
        assert _books(t) == before
        t.shop.clock.advance(15 * SECOND)  # beyond the copies of one look
        t.simulator.pay(session)
        await t.paid(second)
        t.sound(second)
        assert t.shop.state(first) == "reserved"


def _strange(t: Trade, note: News, other: News) -> list[tuple[tuple[int, ...], News]]:
    """Requests and what they may be answered with. Who proves nothing is heard, and only makes us ask."""
    spoilt = t.simulator.spoil(note.body)
    wrong = {"Content-Type": "application/json", **t.simulator.sign(spoilt, t.simulator.clock.now(), True)}
    bare = {"Content-Type": "application/json"}
    heard = (200, 401)
    foreign = note.url.replace(t.shop.shop.slug, "autre-boutique")
    found = [
        (heard, News(note.url, spoilt, wrong)),
        (heard, News(note.url, spoilt, bare)),
        ((404,), News(foreign, note.body, note.headers)),
        ((413,), News(note.url, b'{"a":"' + b"x" * (1024 * 1024 + 1) + b'"}', note.headers)),
    ]
    broken = (b"", b"[" * 50_000, b'{"a":' * 50_000, note.body.decode().encode("utf-16"), b"\xff\xfe", b"null", b"[7]")
    for body in broken:
        found.append(((400, 401, 404), News(note.url, body, note.headers)))
        signed = resigned(t.simulator, body, note.url)
        found.append(((200, 400, 401), signed))
    if note.url != other.url:  # each payment has its own address: at another's it is no proof
        found.append(((200, 401), News(other.url, spoilt, wrong)))
    return found


@everyone
async def test_a_paid_notice_replayed_for_another_order_pays_nothing(tmp_path: Path, name: str) -> None:
    async with trading(tmp_path, name) as t:
        paid, waiting = t.order(), t.order()
        note = t.notice(await t.begin(paid))
        assert await t.tell(note) == 200
        await t.paid(paid)
        other = t.forged(await t.begin(waiting))
        before = _books(t)
        for later in (0, 15 * SECOND, 6 * MINUTE):
            t.shop.clock.advance(later)
            assert await t.tell(note, url=other.url) in (200, 401)
            await t.quiet()
        assert _books(t) == before
        assert t.shop.state(waiting) == "reserved"


# -- money that is not as it should be ---------------------------------------------------------------------------


@everyone
async def test_money_after_the_end_is_kept_and_told_to_the_seller(tmp_path: Path, name: str) -> None:
    async with trading(tmp_path, name) as t:
        order = t.order()
        session = await t.begin(order)
        await t.shop.expire()
        await t.quiet()
        t.simulator.pay(session, late=True)
        await t.paid(order)
        assert t.shop.rows("SELECT exception, received FROM orders") == [("paid_late", PRICE)]
        t.counted([PRICE])


@everyone
async def test_who_pays_in_the_second_of_the_end_is_late_or_in_time_and_never_both(tmp_path: Path, name: str) -> None:
    """The notice and the end of the hold race, ten copies of one against the other."""
    async with trading(tmp_path, name) as t:
        order = t.order()
        note = t.notice(await t.begin(order))
        t.shop.clock.set(t.shop.value("SELECT expires_at FROM orders"))
        ends = [t.shop.shop.scheduler.settle_due() for _ in range(3)]
        await asyncio.gather(*(t.tell(note) for _ in range(10)), *ends)
        await t.paid(order)
        (found,) = t.shop.rows("SELECT exception, received FROM orders")
        assert found in ((None, PRICE), ("paid_late", PRICE))
        t.counted([PRICE])


@everyone
async def test_another_amount_or_currency_is_never_the_price(tmp_path: Path, name: str) -> None:
    """As far as the provider's answers name them: else the request was ours, for a fixed amount."""
    async with trading(tmp_path, name) as t:
        if "amount" not in t.caps.status_tells:
            return
        amounts = {"underpaid": PRICE - 5_000, "overpaid": PRICE + 5_000}
        for exception, amount in amounts.items():
            order = t.order()
            t.simulator.pay(await t.begin(order), amount=amount)
            await t.shop.until(f"SELECT exception FROM orders WHERE id = {order}", exception)
            await t.quiet()
        t.counted(list(amounts.values()))
        if "currency" not in t.caps.status_tells or t.provider == "pi_spi":  # systems of one currency
            return
        order = t.order()
        t.simulator.pay(await t.begin(order), Delivery(send=False), currency="EUR")
        await t.polled()
        assert t.shop.state(order) == "reserved"
        assert t.shop.value("SELECT count(*) FROM payment WHERE order_id = ?", order) == 0
        assert t.shop.value("SELECT error FROM attempt WHERE order_id = ?", order) == "contradiction"


@everyone
async def test_money_paid_twice_is_counted_twice_wherever_somebody_says_so(tmp_path: Path, name: str) -> None:
    """Notices that prove nothing name no second payment, and answers about a session show its first."""
    async with trading(tmp_path, name) as t:
        order = t.order()
        session = await t.begin(order)
        t.simulator.pay(session)
        await t.paid(order)
        if t.simulator.PAID_ONCE:
            with pytest.raises(Conflict):
                t.simulator.pay(session, again=True)
            t.sound(order)
            return
        t.simulator.pay(session, again=True)
        await t.quiet()
        named = t.caps.webhook_auth not in (Auth.NONE, Auth.TOKEN)
        assert t.shop.rows("SELECT amount FROM payment") == [(PRICE,)] * (2 if named else 1)
        assert t.shop.value("SELECT exception FROM orders") == ("paid_twice" if named else None)


# -- the computer in trouble -------------------------------------------------------------------------------------


@everyone
async def test_a_power_cut_between_the_creation_and_its_answer(tmp_path: Path, name: str) -> None:
    """The provider has the payment, the shop only its own intent to ask for one."""
    async with trading(tmp_path, name) as t:
        if t.caps.create_idempotency == "local":
            return  # nobody is called
        order = t.order()
        t.simulator.faults.append(Fault("hang", "create"))
        asking = asyncio.create_task(t.ask(order))
        await until(lambda: t.simulator.sessions)
        async with after_power_cut(t, tmp_path / "again") as again:
            if not again.caps.asks_phone:
                again.shop.clock.advance(MINUTE)  # the old program's call has ended for certain
                await again.until_begun(order)
            again.simulator.pay(await again.session())
            for pause in (5, 10, 20, 40):
                if again.shop.state(order) != "paid":
                    await again.polled(pause)
            await again.paid(order)
            again.sound(order)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


@everyone
async def test_a_power_cut_while_the_notice_is_answered(tmp_path: Path, name: str) -> None:
    """It may have been kept, applied, or neither; it comes once more, as everywhere nobody answered."""
    async with trading(tmp_path, name) as t:
        order = t.order()
        note = t.notice(await t.begin(order))
        telling = asyncio.create_task(t.tell(note))
        async with after_power_cut(t, tmp_path / "again") as again:
            await telling
            assert await again.tell(note, note.url.replace(t.shop.url, again.shop.url)) == 200
            await again.paid(order)
            again.sound(order)


@everyone
async def test_a_dead_network_only_delays(tmp_path: Path, name: str) -> None:
    """Nobody is reached: not when paying, not when asking. Afterwards everything is as if it had been there."""
    async with trading(tmp_path, name) as t:
        setting = f"psp.{t.provider}.base_url"
        home = t.shop.shop.settings.get(setting)
        order = t.order()
        if t.caps.create_idempotency != "local":
            t.shop.shop.settings.set(setting, NOBODY)
            assert not t.begun(await t.ask(order))
            assert not t.simulator.sessions
            t.shop.shop.settings.set(setting, home)
        session = await t.begin(order)
        t.shop.shop.settings.set(setting, NOBODY)
        t.simulator.pay(session, Delivery(send=False))
        for pause in (5, 10, 20):
            await t.polled(pause)
        assert t.shop.state(order) == "reserved"
        t.shop.shop.settings.set(setting, home)
        await t.polled(60)
        await t.paid(order)
        t.sound(order)


@everyone
@pytest.mark.parametrize("wrong", [-20 * MINUTE, 20 * MINUTE], ids=["behind", "ahead"])
async def test_a_wrong_clock_changes_nothing(tmp_path: Path, name: str, wrong: int) -> None:
    async with trading(tmp_path, name, wrong=wrong) as t:
        order = t.order()
        session = await t.begin(order)
        t.simulator.pay(session)
        await t.paid(order)
        t.sound(order)


@everyone
@pytest.mark.expect_log("refused a commit")
async def test_a_full_disk_asks_for_the_notice_again(tmp_path: Path, name: str) -> None:
    vfs = f"full-{name}"
    with disk(vfs) as drive:
        async with trading(tmp_path, name, vfs=vfs) as t:
            order = t.order()
            note = t.notice(await t.begin(order))
            before = _books(t)
            drive.full = True
            assert await t.tell(note) == 500
            assert _books(t) == before
            drive.full = False
            await t.until_told(note)
            await t.paid(order)
            t.sound(order)
