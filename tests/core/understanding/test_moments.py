"""Days and hours in words: what is said is found, what is not said stays open."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.understanding.moments import AFTERNOON, EVENING, MORNING, read

MONDAY = datetime(2026, 11, 23, 14, 13, tzinfo=UTC)
OPEN = None


@pytest.mark.parametrize(
    ("text", "day", "hour", "part"),
    [
        ("je veux réserver TRESSE demain 10h", (11, 24), (10, 0), OPEN),
        ("demain à 10h30", (11, 24), (10, 30), OPEN),
        ("après-demain vers 9 h", (11, 25), (9, 0), OPEN),
        ("lundi prochain à 15 heures", (11, 30), (15, 0), OPEN),
        ("lundi matin", (11, 30), OPEN, MORNING),
        ("lundi soir", (11, 23), OPEN, EVENING),
        ("samedi 14 h 30", (11, 28), (14, 30), OPEN),
        ("le 3", (12, 3), OPEN, OPEN),
        ("le 3 à 10h", (12, 3), (10, 0), OPEN),
        ("le 3 décembre", (12, 3), OPEN, OPEN),
        ("3/12 à midi", (12, 3), (12, 0), OPEN),
        ("le 1er à 9h", (12, 1), (9, 0), OPEN),
        ("je viens à 10:30", OPEN, (10, 30), OPEN),
        ("le matin de préférence", OPEN, OPEN, MORNING),
        ("dans l’après-midi", OPEN, OPEN, AFTERNOON),
        ("ce soir", (11, 23), OPEN, EVENING),
        ("demain à 8h du soir", (11, 24), (20, 0), OPEN),
        ("rahampitso amin'ny 3 folakandro", (11, 24), (15, 0), OPEN),
        ("alatsinainy maraina", (11, 30), OPEN, MORNING),
        ("zoma ho avy amin’ny 9 maraina", (11, 27), (9, 0), OPEN),
        ("alakamisy amin'ny 10 ora", (11, 26), (10, 0), OPEN),
        ("sabotsy hariva", (11, 28), OPEN, EVENING),
        ("tomorrow at 10:30", (11, 24), (10, 30), OPEN),
    ],
)
def test_what_is_said_is_found(
    text: str, day: tuple[int, int] | None, hour: tuple[int, int] | None, part: tuple[int, int] | None
) -> None:
    said = read(text, MONDAY)
    assert said is not None
    assert said.day == (None if day is None else date(2026, *day))
    assert said.minute == (None if hour is None else hour[0] * 60 + hour[1])
    assert said.part == part


@pytest.mark.parametrize(
    "text", ["TRESSE", "2 personnes", "je prends ROBE1", "25h", "", "😍", "le 45", "99/99", "combien ?", "dimy"]
)
def test_nothing_said_is_nothing_found(text: str) -> None:
    assert read(text, MONDAY) is None


def test_the_rest_of_the_words_is_kept() -> None:
    said = read("je veux réserver TRESSE pour 2 personnes demain à 10h", MONDAY)
    assert said is not None
    assert said.rest == "je veux reserver tresse pour 2 personnes"
    assert not said.asks
    asked = read("vous avez de la place samedi ?", MONDAY)
    assert asked is not None
    assert asked.asks


def test_a_date_that_is_over_is_next_years() -> None:
    said = read("le 3 février", MONDAY)
    assert said is not None
    assert said.day == date(2027, 2, 3)
    leap = read("le 31", datetime(2026, 4, 2, tzinfo=UTC))
    assert leap is not None
    assert leap.day == date(2026, 5, 31)


def test_an_hour_that_is_over_today_is_tomorrows() -> None:
    said = read("à 10h", MONDAY)
    assert said is not None
    assert said.target(MONDAY) == datetime(2026, 11, 24, 10, tzinfo=UTC)
