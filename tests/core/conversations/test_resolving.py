"""What was said to be settled is taken up again as it stood, unless something came of it since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.conversations import resolving
from core.conversations.resolving import Standing
from core.durable.deadlines import set_deadline
from core.kernel.clock import MINUTE
from core.kernel.errors import Refused
from tests.support.talking import Chat, chat

ALL = "SELECT mode, escalated_at, reason, misses, unread, closed_at FROM conversation"
OPEN = "SELECT id, reason, taken_at, ended_at, ended FROM handover ORDER BY id"
RESUME = "SELECT due_at FROM deadline WHERE kind = 'resume'"


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Chat]:
    with chat(tmp_path) as made:
        yield made


def read(talk: Chat) -> tuple[object, ...]:
    rows = talk.shop.engine.read(lambda r: (r.all(ALL), r.all(OPEN), r.all(RESUME)))
    return tuple(map(tuple, rows))


def resolve(talk: Chat, number: int) -> Standing:
    before = talk.shop.engine.call(lambda tx: resolving.resolve(tx, number), actor="seller")
    assert before is not None
    return before


@pytest.mark.parametrize("spoken", [False, True])
def test_it_stands_as_it_stood(talk: Chat, spoken: bool) -> None:
    number = talk.hears("je veux parler à quelqu’un")
    if spoken:
        talk.writes("Bonsoir !", number)
        due = talk.clock.now() + 40 * MINUTE
        talk.shop.engine.call(lambda tx: set_deadline(tx, "resume", number, due))
    stood = read(talk)
    before = resolve(talk, number)
    assert read(talk) != stood
    assert talk.shop.engine.call(lambda tx: resolving.resolve(tx, number), actor="seller") is None, "once"
    talk.clock.advance(MINUTE)
    talk.shop.engine.call(lambda tx: resolving.take_up_again(tx, before), actor="seller")
    assert read(talk) == stood
    assert talk.value("SELECT count(*) FROM journal WHERE kind = 'TakenUpAgain'") == 1
    with pytest.raises(Refused):
        talk.shop.engine.call(lambda tx: resolving.take_up_again(tx, before), actor="seller")


def test_what_came_since_is_not_hidden(talk: Chat) -> None:
    number = talk.hears("je veux parler à quelqu’un")
    before = resolve(talk, number)
    talk.hears("vous livrez à Thiès ?")
    stood = read(talk)
    with pytest.raises(Refused, match="went on"):
        talk.shop.engine.call(lambda tx: resolving.take_up_again(tx, before), actor="seller")
    assert read(talk) == stood
