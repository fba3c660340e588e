"""What the seller says counts: the bot paused for everybody, a buyer who pays first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.conversations.texts import say
from core.customers.restricting import restrict
from core.settings.declarations import ANSWERS
from tests.support.talking import Chat, chat


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Chat]:
    with chat(tmp_path) as opened:
        opened.product("ROBE1")
        yield opened


def test_who_writes_to_a_paused_bot_waits_for_a_person(talk: Chat) -> None:
    talk.hears("bonjour")
    talk.leave()
    before = len(talk.bot())
    talk.shop.settings.set(ANSWERS, "false", "test")
    talk.hears("je prends ROBE1")
    assert (len(talk.bot()), talk.value("SELECT count(*) FROM orders")) == (before, 0)
    assert talk.state()[:2] == ("bot", "paused")
    talk.shop.settings.set(ANSWERS, "true", "test")
    talk.hears("je prends ROBE1")
    assert talk.value("SELECT count(*) FROM orders") == 1
    assert len(talk.bot()) > before


def test_a_button_of_an_order_is_answered_all_the_same(talk: Chat) -> None:
    talk.hears("je prends ROBE1")
    talk.leave()
    order = talk.value("SELECT id FROM orders")
    talk.shop.settings.set(ANSWERS, "false", "test")
    talk.presses(f"cancel:{order}")
    assert talk.value("SELECT state FROM orders") == "cancelled"


def test_who_pays_first_by_the_sellers_word_is_told(talk: Chat) -> None:
    talk.hears("bonjour")
    talk.leave()
    buyer = talk.value("SELECT id FROM customer")
    assert talk.shop.engine.call(lambda tx: restrict(tx, buyer))
    talk.hears("je prends ROBE1")
    assert say("line_pays_first", "fr", minutes=5) in talk.bot()[-1][1]
