"""A day and an hour said in words where times are sold, over WhatsApp's wire."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.kernel.clock import to_datetime
from core.slots import service as slots
from core.slots.rules import Offered
from tests.faults.steps import books_hold, pick, say
from tests.support.bargaining import AWA, add, held, opened, rows
from tests.support.shops import World, world


def times(w: World, *hours: int, places: int = 1, days: int = 1) -> int:
    """Times of tomorrow at these hours."""
    product = add(w, "TRESSE", "Tresses africaines", 20_000, 0)
    now = to_datetime(w.clock.now(), w.shop.country.zone)
    morning = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo)
    offered = [
        Offered(round((morning + timedelta(days=day, hours=hour)).timestamp() * 1000), 60, places)
        for day in range(1, days + 1)
        for hour in hours
    ]
    w.shop.engine.call(lambda tx: slots.add(tx, product, offered))
    return product


def booked(w: World) -> list[tuple[int, int]]:
    """(hour, places) of what is chosen."""
    found = w.rows("SELECT s.starts_at, b.places FROM booking b JOIN slot s ON s.id = b.slot_id ORDER BY 1")
    return [(to_datetime(at, w.shop.country.zone).hour, places) for at, places in found]


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("je veux réserver TRESSE demain 10h", 10),
        ("TRESSE demain à 15 heures svp", 15),
        ("je voudrais un rdv demain 10h", 10),
        ("alaiko TRESSE rahampitso amin'ny 3 folakandro", 15),
        ("réservez moi TRESSE à 9h demain", 9),
    ],
)
async def test_a_time_that_is_free_is_taken(tmp_path: Path, said: str, hour: int) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        times(w, 9, 10, 15)
        (card,) = await say(w, AWA, said)
        assert booked(w) == [(hour, 1)]
        assert f"{hour}\u00a0h" in card
        assert "20\u202f000" in card
        assert "{remaining}" not in card
        assert books_hold(w)


async def test_a_time_that_is_not_free_leads_to_the_nearest(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        times(w, 8, 9, 11, 16)
        (card,) = await say(w, AWA, "je veux réserver TRESSE demain 10h")
        assert "pas libre" in card
        assert [row.split("·")[1].strip() for row in rows(w)] == ["8\u00a0h", "9\u00a0h", "11\u00a0h", "16\u00a0h"]
        await pick(w, AWA, rows(w)[2])
        assert booked(w) == [(11, 1)]


async def test_a_question_about_a_day_holds_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        times(w, 9, 10, 15)
        (told,) = await say(w, AWA, "vous avez de la place demain ?")
        assert held(w) == {}
        assert len(rows(w)) == 3
        assert "Tresses africaines" in told
        await pick(w, AWA, rows(w)[1])
        assert booked(w) == [(10, 1)]
        assert held(w) == {"TRESSE": 1}


async def test_another_hour_takes_the_place_of_the_first(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        times(w, 9, 10, 15)
        await say(w, AWA, "je veux réserver TRESSE demain 10h")
        await say(w, AWA, "plutôt 15h")
        assert booked(w) == [(15, 1)]
        assert w.value("SELECT sum(taken) FROM slot") == 1


async def test_a_party_that_no_time_has_room_for_is_told_so_and_takes_several(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        times(w, 9, 10, 15)
        (card,) = await say(w, AWA, "TRESSE pour 2 personnes")
        assert "une place libre" in card
        assert "Aucun créneau" not in card
        assert rows(w)[-1] == "Seulement 1"
        (more,) = await pick(w, AWA, rows(w)[0])
        assert "Encore 1 à placer" in more
        assert len(rows(w)) == 2, "the time that is taken is offered no more"
        await pick(w, AWA, rows(w)[1])
        assert booked(w) == [(9, 1), (15, 1)]
        assert held(w) == {"TRESSE": 2}
        assert books_hold(w)
        await say(w, AWA, "une en moins")
        assert booked(w) == [(9, 1)], "the time taken last goes back"
        assert w.value("SELECT on_hand - held FROM product") == w.value("SELECT sum(capacity - taken) FROM slot")


async def test_fewer_may_be_said_too(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        times(w, 9, 10, 11)
        await say(w, AWA, "TRESSE pour 3 personnes demain")
        await say(w, AWA, "on sera 2")
        assert held(w) == {"TRESSE": 2}


async def test_an_appointment_asked_for_in_malagasy(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        times(w, 9, 15)
        await say(w, AWA, "mila rendez-vous rahampitso folakandro")
        assert held(w) == {"TRESSE": 1}
        assert [row.split("·")[1].strip() for row in rows(w)] == ["15\u00a0h"]


async def test_or_fewer_come(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        times(w, 9, 10)
        await say(w, AWA, "TRESSE pour 2 personnes")
        await pick(w, AWA, "Seulement 1")
        assert held(w) == {"TRESSE": 1}
        assert "place libre" not in w.thread(AWA)[-1]


async def test_where_there_is_room_a_party_stays_together(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        times(w, 9, 10, places=3)
        await say(w, AWA, "TRESSE pour 2 personnes demain 10h")
        assert booked(w) == [(10, 2)]
        assert books_hold(w)


async def test_another_part_of_the_day(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "services")
        times(w, 9, 10, 15, days=2)
        await say(w, AWA, "je prends TRESSE")
        await say(w, AWA, "l'après-midi de préférence")
        assert [row.split("·")[1].strip() for row in rows(w)] == ["15\u00a0h", "15\u00a0h"]
