"""What every engine of a relay promises, on each: the same tests, the embedded one and a real NATS server."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from core.kernel.clock import SECOND
from localserver.relay.engine import LARGEST_PAGE, Backlog, Conflict, Engine, Full, Invite, KeptPage, Quota
from tests.support.engines import AWA, BINTOU, WIDE, Kind, append, event_id, page_of, store

# -- stores and invitations ------------------------------------------------------------------------------------------


async def test_a_store_is_made_once_and_changed_only_from_what_was_read(engine: Engine) -> None:
    assert await engine.store(AWA) is None
    assert await engine.create(store())
    assert not await engine.create(store(name="another"))
    first = await engine.store(AWA)
    assert first is not None
    assert first.revision > 0
    assert msgspec.structs.replace(first, revision=0) == store()
    second = await engine.update(msgspec.structs.replace(first, epoch=2, home=b"h" * 16))
    assert await engine.store(AWA) == second
    with pytest.raises(Conflict):
        await engine.update(msgspec.structs.replace(first, epoch=3))
    third = await engine.update(msgspec.structs.replace(second, suspended=True))
    assert await engine.store(AWA) == third
    with pytest.raises(Conflict):
        await engine.update(store("nobody", revision=1))
    assert await engine.store("nobody") is None


async def test_of_many_who_change_a_store_at_once_each_is_heard_or_told(engine: Engine) -> None:
    await engine.create(store())

    async def count_up() -> int:
        tries = 0
        while True:
            tries += 1
            read = await engine.store(AWA)
            assert read is not None
            try:
                await engine.update(msgspec.structs.replace(read, epoch=read.epoch + 1))
            except Conflict:
                continue
            return tries

    await asyncio.gather(*(count_up() for _ in range(6)))
    last = await engine.store(AWA)
    assert last is not None
    assert last.epoch == 6


async def test_stores_are_listed_by_name(engine: Engine) -> None:
    for handle in ("c3", "a11", "b22"):
        await engine.create(store(handle))
    assert [store.handle for store in await engine.stores()] == ["a11", "b22", "c3"]


async def test_a_removed_store_takes_everything_with_it_and_nothing_of_others(engine: Engine, kind: Kind) -> None:
    page = KeptPage(b"p" * 16, b"sealed", kind.clock.now() + 60 * SECOND)
    for handle in (AWA, BINTOU, "awa-2"):
        await engine.create(store(handle))
        await append(engine, 1, handle)
        await engine.publish(handle, [page], [], WIDE)
        await engine.save_invite(Invite(handle, "", page.until, used_by=handle))
    await engine.remove(AWA)
    assert await engine.store(AWA) is None
    assert {one.mark for one in await engine.invites()} == {BINTOU, "awa-2"}
    assert await engine.read(AWA, 0, 10) == []
    assert await engine.backlog(AWA) == Backlog(0, 0)
    assert await engine.page(AWA, page.id) is None
    for handle in (BINTOU, "awa-2"):
        assert await engine.store(handle) is not None
        assert await engine.backlog(handle) == Backlog(1, 10)
        assert await engine.page(handle, page.id) == page
    assert await engine.waiting_in_all() == 2
    assert await engine.create(store())  # the name is free again
    assert await append(engine, 2) > 0
    assert await engine.waiting(AWA) == 1


async def test_an_invitation_serves_once_however_many_hold_it(engine: Engine, kind: Kind) -> None:
    now = kind.clock.now()
    await engine.save_invite(Invite("mark", "for Awa", now + 60 * SECOND))
    taken = await asyncio.gather(*(engine.take_invite("mark", f"shop-{n}", now) for n in range(8)))
    used = [one for one in taken if one is not None]
    assert len(used) == 1
    again = await engine.take_invite("mark", used[0].used_by, now)  # its answer was lost: the same one comes again
    assert again is not None
    assert again.used_by == used[0].used_by
    assert await engine.take_invite("other", AWA, now) is None
    assert [(one.mark, one.note, one.used_by) for one in await engine.invites()] == [("mark", "for Awa", again.used_by)]


async def test_an_invitation_is_over_at_its_time_and_forgotten_then(engine: Engine, kind: Kind) -> None:
    now = kind.clock.now()
    await engine.save_invite(Invite("short", "", now + 20 * SECOND))
    await engine.save_invite(Invite("long", "", now + 60 * SECOND))
    assert await engine.take_invite("short", AWA, now + 20 * SECOND) is None
    assert await engine.expire(now + 20 * SECOND) == 1
    assert [one.mark for one in await engine.invites()] == ["long"]


# -- events ------------------------------------------------------------------------------------------------------------


async def test_events_are_read_in_order_from_a_cursor_and_forgotten_once_acknowledged(engine: Engine) -> None:
    seqs = [await append(engine, number) for number in range(1, 8)]
    assert seqs == sorted(set(seqs))
    assert seqs[0] > 0
    found = await engine.read(AWA, 0, 100)
    assert [seq for seq, _ in found] == seqs
    assert [int.from_bytes(sealed[:2], "big") for _, sealed in found] == list(range(1, 8))
    assert await engine.read(AWA, seqs[2], 2) == found[3:5]
    assert await engine.read(AWA, seqs[-1], 10) == []
    await engine.ack(AWA, seqs[2])
    assert await engine.read(AWA, 0, 100) == found[3:]
    assert await engine.backlog(AWA) == Backlog(4, 40)
    assert await engine.waiting(AWA) == 4
    await engine.ack(AWA, seqs[1])  # an older one takes nothing back, and forgets nothing more
    assert await engine.waiting(AWA) == 4
    await engine.ack(AWA, seqs[-1])
    assert await engine.backlog(AWA) == Backlog(0, 0)
    assert await append(engine, 9) > seqs[-1]  # a number is never given twice


async def test_the_same_event_again_is_kept_once(engine: Engine) -> None:
    first = await append(engine, 1)
    assert await append(engine, 1) == first
    seqs = await asyncio.gather(*(append(engine, 2) for _ in range(4)))
    assert len(set(seqs)) == 1
    assert seqs[0] > first
    assert await engine.waiting(AWA) == 2
    await append(engine, 1, BINTOU)  # of another store it is another event
    assert await engine.waiting(BINTOU) == 1


async def test_what_came_at_once_has_one_order_for_everybody(engine: Engine) -> None:
    seqs = await asyncio.gather(*(append(engine, number) for number in range(200)))
    assert len(set(seqs)) == 200
    found = await engine.read(AWA, 0, 500)
    assert [seq for seq, _ in found] == sorted(seqs)
    assert {seq: int.from_bytes(sealed[:2], "big") for seq, sealed in found} == dict(zip(seqs, range(200), strict=True))


async def test_a_share_of_events_is_kept_to_and_freed_by_acknowledging(engine: Engine) -> None:
    quota = Quota(events=3)
    seqs = [await append(engine, number, quota=quota) for number in range(3)]
    for number in (4, 5):
        with pytest.raises(Full):
            await append(engine, number, quota=quota)
    assert await append(engine, 4, BINTOU, quota) > 0  # nobody else notices
    await engine.ack(AWA, seqs[0])
    assert await append(engine, 6, quota=quota) > seqs[-1]
    with pytest.raises(Full):
        await append(engine, 7, quota=quota)
    assert await engine.waiting(AWA) == 3


async def test_a_share_of_bytes_is_kept_to(engine: Engine) -> None:
    quota = Quota(bytes=100)
    first = await append(engine, 1, quota=quota, size=60)
    with pytest.raises(Full):
        await append(engine, 2, quota=quota, size=50)
    await append(engine, 3, quota=quota, size=40)
    assert await engine.backlog(AWA) == Backlog(2, 100)
    await engine.ack(AWA, first)
    await append(engine, 4, quota=quota, size=60)
    assert await engine.backlog(AWA) == Backlog(2, 100)


async def test_a_store_may_be_given_a_larger_share_than_others(engine: Engine) -> None:
    await engine.create(store(quota=Quota(events=30_000)))
    assert await append(engine, 1, quota=Quota(events=30_000)) > 0


async def test_a_webhook_of_the_largest_size_is_kept_whole(engine: Engine) -> None:
    large = bytes(range(256)) * 4096 * 4 + b"headers"
    for number in range(3):
        await engine.append(AWA, event_id(number), large, WIDE)
    got: list[bytes] = []
    cursor = 0
    while found := await engine.read(AWA, cursor, 64):
        got += [sealed for _, sealed in found]
        cursor = found[-1][0]
    assert got == [large] * 3


async def test_everything_is_there_after_a_restart(kind: Kind) -> None:
    before = await kind.open()
    await before.create(store())
    await before.save_invite(Invite("mark", "", kind.clock.now() + 60 * SECOND))
    page = KeptPage(b"p" * 16, b"sealed", kind.clock.now() + 60 * SECOND)
    await before.publish(AWA, [page], [], WIDE)
    seqs = [await append(before, number) for number in range(3)]
    joined, invites = await before.store(AWA), await before.invites()
    await before.close()
    after = await kind.open()
    assert await after.store(AWA) == joined
    assert await after.invites() == invites
    assert await after.page(AWA, page.id) == page
    assert [seq for seq, _ in await after.read(AWA, 0, 10)] == seqs
    assert await after.backlog(AWA) == Backlog(3, 30)
    with pytest.raises(Full):
        await append(after, 3, quota=Quota(events=3))
    assert await append(after, 2) == seqs[2]  # the same event as before
    assert await append(after, 3) > seqs[2]


# -- pages -------------------------------------------------------------------------------------------------------------


async def test_pages_are_shown_replaced_and_withdrawn(engine: Engine, kind: Kind) -> None:
    later = kind.clock.now() + 60 * SECOND
    await engine.publish(AWA, [page_of(n, later) for n in range(3)], [], WIDE)
    await engine.publish(AWA, [page_of(1, later, b"newer")], [event_id(2), event_id(77)], WIDE)
    assert await engine.page(AWA, event_id(0)) == page_of(0, later)
    assert await engine.page(AWA, event_id(1)) == page_of(1, later, b"newer")
    assert await engine.page(AWA, event_id(2)) is None
    assert await engine.page(BINTOU, event_id(0)) is None


async def test_a_share_of_pages_is_kept_to_and_nothing_is_half_published(engine: Engine, kind: Kind) -> None:
    later, quota = kind.clock.now() + 60 * SECOND, Quota(pages=3)
    await engine.publish(AWA, [page_of(n, later) for n in range(3)], [], quota)
    with pytest.raises(Full):
        await engine.publish(AWA, [page_of(0, later, b"newer"), page_of(3, later)], [], quota)
    assert await engine.page(AWA, event_id(0)) == page_of(0, later)
    await engine.publish(AWA, [page_of(0, later, b"newer"), page_of(3, later)], [event_id(1)], quota)
    await engine.publish(BINTOU, [page_of(n, later) for n in range(3)], [], quota)
    assert (await engine.page(AWA, event_id(3)), await engine.page(AWA, event_id(1))) == (page_of(3, later), None)
    with pytest.raises(Full):
        await engine.publish(AWA, [page_of(0, later, bytes(LARGEST_PAGE + 1))], [], quota)
    await engine.publish(AWA, [], [event_id(n) for n in range(4)], quota)
    await engine.publish(AWA, [page_of(n, later) for n in range(5, 8)], [], quota)


async def test_a_page_is_gone_when_its_time_is_over(engine: Engine, kind: Kind) -> None:
    now = kind.clock.now()
    await engine.publish(AWA, [page_of(1, now + 10 * SECOND), page_of(2, now + 30 * SECOND)], [], WIDE)
    kind.clock.advance(10 * SECOND)
    await engine.expire(kind.clock.now())
    assert await engine.page(AWA, event_id(1)) is None
    assert await engine.page(AWA, event_id(2)) == page_of(2, now + 30 * SECOND)
