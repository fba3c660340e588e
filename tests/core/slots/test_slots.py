"""Free times: offered without overlap, taken once, given back with the end of what took them; never promised twice."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.customers.service import Identity, recognise
from core.kernel.clock import DAY, HOUR, MINUTE, ManualClock, SystemClock, parse_rfc3339
from core.kernel.days import moment_in_words
from core.kernel.errors import NotFound, Refused
from core.orders.service import Wanted
from core.slots import queries, service
from core.slots.rules import Offered, Weekly, overlaps, times_of
from core.storage.engine import Tx
from core.storage.folder import Home

MONDAY = date(2026, 11, 23)
EVENING = parse_rfc3339("2026-11-20T21:46:00Z")


@contextmanager
def salon(folder: Path, segment: str = "services") -> Iterator[tuple[Shop, ManualClock]]:
    clock = ManualClock(EVENING)
    home = Home(folder)
    shop = open_shop(home, create_store(home, "Salon", "SN", segment=segment).slug, clock)
    try:
        yield shop, clock
    finally:
        shop.close()


def service_of(shop: Shop, *offered: Offered, sku: str = "TRESSE") -> int:
    fields = ProductFields(sku, sku, f"Article {sku}", "", "", 20_000, 0, None)
    product = shop.engine.call(lambda tx: catalogue.add(tx, fields))
    if offered:
        shop.engine.call(lambda tx: service.add(tx, product, offered))
    return product


def held(shop: Shop, product: int, number: int, quantity: int = 1) -> int:
    def claim(tx: Tx) -> int:
        buyer = recognise(tx, [Identity("phone", f"+2217700{number:05d}")], f"Cliente {number}")
        order_id = shop.orders.claim(tx, buyer, [Wanted(product, quantity)], "whatsapp").order_id
        assert order_id is not None
        return order_id

    return shop.engine.call(claim)


def choose(shop: Shop, order: int, slot: int) -> bool:
    return shop.engine.call(lambda tx: service.choose(tx, order, slot))


def slot_ids(shop: Shop) -> list[int]:
    return [row[0] for row in shop.engine.read(lambda r: r.all("SELECT id FROM slot ORDER BY starts_at"))]


def value(shop: Shop, sql: str) -> int:
    return int(shop.engine.read(lambda r: r.value(sql)) or 0)


def sound(shop: Shop) -> bool:
    """Every time holds exactly who booked it, and no more than it can."""
    wrong = (
        "SELECT 1 FROM slot s WHERE taken > capacity"
        " OR taken <> (SELECT coalesce(sum(places), 0) FROM booking WHERE slot_id = s.id)"
    )
    return not shop.engine.read(lambda r: r.all(wrong))


# -- a week of times ---------------------------------------------------------------------------------------------


def test_a_weekly_habit_is_a_row_of_times_on_its_days() -> None:
    habit = Weekly(frozenset({0, 2}), time(9), time(12), 60, weeks=2)
    found = times_of(habit, MONDAY, ZoneInfo("Africa/Dakar"), EVENING)
    assert len(found) == 2 * 2 * 3
    assert (
        moment_in_words(found[0].starts_at, ZoneInfo("Africa/Dakar"), "fr").replace("\u00a0", " ")
        == "lun. 23 nov. · 9 h"
    )


def test_the_times_are_the_stores_own_day(tmp_path: Path) -> None:
    habit = Weekly(frozenset({0}), time(9), time(10), 60, weeks=1)
    (one,) = times_of(habit, MONDAY, ZoneInfo("Indian/Antananarivo"), EVENING)
    assert one.starts_at == parse_rfc3339("2026-11-23T06:00:00Z")


@pytest.mark.parametrize(
    "habit",
    [
        Weekly(frozenset(), time(9), time(12), 60),
        Weekly(frozenset({0}), time(12), time(9), 60),
        Weekly(frozenset({0}), time(9), time(12), 60, weeks=0),
        Weekly(frozenset({0}), time(9), time(12), 1),
        Weekly(frozenset(range(7)), time(0), time(23), 5, weeks=26),
    ],
)
def test_a_senseless_week_is_refused(habit: Weekly) -> None:
    with pytest.raises(Refused):
        times_of(habit, MONDAY, UTC, EVENING)


@given(st.sets(st.integers(0, 6), min_size=1), st.integers(20, 240), st.integers(1, 8))
def test_the_times_of_a_week_never_overlap(days: set[int], minutes: int, weeks: int) -> None:
    habit = Weekly(frozenset(days), time(8), time(18), minutes, weeks=weeks)
    found = list(times_of(habit, MONDAY, UTC, EVENING))
    assert len(found) == len(days) * weeks * (600 // minutes)
    assert not any(overlaps(one, found[:n]) for n, one in enumerate(found))


@pytest.mark.parametrize("language", ["fr", "mg", "en", "xx"])
def test_every_moment_fits_a_row_of_a_list(language: str) -> None:
    for month in range(1, 13):
        for day in range(1, 8):
            at = parse_rfc3339(f"2026-{month:02d}-{20 + day}T20:45:00Z")
            assert len(moment_in_words(at, UTC, language)) <= 24


# -- offering ----------------------------------------------------------------------------------------------------


def test_what_can_be_sold_follows_the_times(tmp_path: Path) -> None:
    with salon(tmp_path) as (shop, clock):
        now = clock.now()
        product = service_of(shop, Offered(now + HOUR, 60), Offered(now + 3 * HOUR, 60, 2))
        free = "SELECT on_hand - held FROM product"
        assert value(shop, free) == 3
        order = held(shop, product, 1)
        assert value(shop, free) == 2
        assert choose(shop, order, slot_ids(shop)[1])
        assert value(shop, free) == 2
        with pytest.raises(Refused):
            shop.engine.call(lambda tx: service.remove(tx, slot_ids(shop)[1]))
        shop.engine.call(lambda tx: service.remove(tx, slot_ids(shop)[0]))
        assert value(shop, free) == 1
        with pytest.raises(NotFound):
            shop.engine.call(lambda tx: service.remove(tx, 99))


async def test_a_time_that_begins_is_sold_no_more(tmp_path: Path) -> None:
    with salon(tmp_path) as (shop, clock):
        product = service_of(shop, Offered(clock.now() + HOUR, 60, 3))
        clock.advance(2 * HOUR)
        await shop.scheduler.settle_due()
        assert value(shop, "SELECT on_hand FROM product") == 0
        assert shop.engine.read(lambda r: queries.free(r, product, 1, clock.now())) == []


@pytest.mark.parametrize(
    "offered",
    [
        lambda now: Offered(now - MINUTE, 60),
        lambda now: Offered(now + 500 * DAY, 60),
        lambda now: Offered(now + HOUR, 1),
        lambda now: Offered(now + HOUR, 60, 0),
        lambda now: Offered(now + HOUR + 30 * MINUTE, 60),
    ],
)
def test_what_cannot_be_offered_is_refused(tmp_path: Path, offered: object) -> None:
    with salon(tmp_path) as (shop, clock):
        product = service_of(shop, Offered(clock.now() + HOUR, 60))
        with pytest.raises(Refused):
            shop.engine.call(lambda tx: service.add(tx, product, [offered(clock.now())]))  # type: ignore[operator]
        assert len(slot_ids(shop)) == 1


# -- taking ------------------------------------------------------------------------------------------------------


def test_a_time_is_taken_once_moved_and_given_back(tmp_path: Path) -> None:
    with salon(tmp_path) as (shop, clock):
        product = service_of(shop, *(Offered(clock.now() + hour * HOUR, 60) for hour in (1, 2)))
        early, late = slot_ids(shop)
        first, second = held(shop, product, 1), held(shop, product, 2)
        assert choose(shop, first, early)
        assert choose(shop, first, early), "again is no news"
        assert not choose(shop, second, early)
        assert choose(shop, first, late)
        assert choose(shop, second, early)
        assert sound(shop)
        shop.engine.call(lambda tx: shop.orders.cancel(tx, first, "customer"))
        shop.engine.call(lambda tx: shop.orders.expire(tx, second))
        assert value(shop, "SELECT count(*) FROM booking") == 0
        assert value(shop, "SELECT sum(taken) FROM slot") == 0
        with pytest.raises(Refused):
            choose(shop, first, late)


def test_as_many_places_as_people_and_a_new_question_when_they_no_longer_fit(tmp_path: Path) -> None:
    with salon(tmp_path) as (shop, clock):
        product = service_of(shop, Offered(clock.now() + HOUR, 60, 4), Offered(clock.now() + 3 * HOUR, 60, 9))
        small, large = slot_ids(shop)
        order = held(shop, product, 1, 2)
        assert choose(shop, order, small)
        held(shop, product, 1, 4)
        assert shop.engine.read(lambda r: r.all("SELECT slot_id, places FROM booking")) == [(small, 4)]
        held(shop, product, 1, 6)
        assert shop.engine.read(lambda r: queries.without_time(r, order)) == (product, 6, "Article TRESSE")
        assert choose(shop, order, large)
        assert sound(shop)


def test_only_of_what_was_ordered(tmp_path: Path) -> None:
    with salon(tmp_path) as (shop, clock):
        service_of(shop, Offered(clock.now() + HOUR, 60))
        other = service_of(shop, Offered(clock.now() + HOUR, 60), sku="COUPE")
        with pytest.raises(Refused):
            choose(shop, held(shop, other, 1), slot_ids(shop)[0])


def test_fifty_threads_want_one_of_three_places(tmp_path: Path) -> None:
    with salon(tmp_path) as (shop, clock):
        product = service_of(shop, Offered(clock.now() + HOUR, 60, 3), Offered(clock.now() + 5 * HOUR, 60, 60))
        wanted = slot_ids(shop)[0]
        orders = [held(shop, product, number) for number in range(50)]
        won: list[int] = []
        start = threading.Barrier(50)

        def take(order: int) -> None:
            start.wait()
            if choose(shop, order, wanted):
                won.append(order)

        threads = [threading.Thread(target=take, args=(order,)) for order in orders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 3
        assert sorted(won) == [
            row[0] for row in shop.engine.read(lambda r: r.all("SELECT order_id FROM booking ORDER BY 1"))
        ]
        assert sound(shop)


# -- the power goes ----------------------------------------------------------------------------------------------

BOOKING = """
    import sys
    from pathlib import Path
    from core.bootstrap import open_shop
    from core.slots import service
    from core.storage.folder import Home

    shop = open_shop(Home(Path(sys.argv[1])), sys.argv[2])
    for order, slot in zip(map(int, sys.argv[3].split(",")), map(int, sys.argv[4].split(","))):
        if shop.engine.call(lambda tx: service.choose(tx, order, slot)):
            print(order, slot, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be killed in order there")
@pytest.mark.parametrize("after", [1, 5, 12])
def test_what_was_promised_before_the_power_went_is_kept_and_nothing_twice(tmp_path: Path, after: int) -> None:
    home = Home(tmp_path)
    slug = create_store(home, "Salon", "SN", segment="services").slug
    shop = open_shop(home, slug, SystemClock())
    product = service_of(shop, *(Offered(shop.clock.now() + hour * HOUR, 60) for hour in range(1, 21)))
    orders = [held(shop, product, number) for number in range(20)]
    slots = slot_ids(shop)
    shop.close()
    arguments = [str(tmp_path), slug, ",".join(map(str, orders)), ",".join(map(str, slots))]
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(BOOKING), *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        told = [tuple(map(int, process.stdout.readline().split())) for _ in range(after)]
        process.kill()
        told += [tuple(map(int, line.split())) for line in process.stdout if line.endswith("\n")]
    shop = open_shop(home, slug, SystemClock())
    try:
        assert sound(shop)
        kept = set(shop.engine.read(lambda r: r.all("SELECT order_id, slot_id FROM booking")))
        assert set(told) <= kept, "what was told is there"
        for order, slot in zip(orders, slots[::-1], strict=True):
            choose(shop, order, slot)
        assert sound(shop)
    finally:
        shop.close()
