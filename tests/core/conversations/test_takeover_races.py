"""The bot and a person at the same instant, in any order; a program that dies in between."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.conversations import threads
from core.conversations.handovers import TALK
from core.durable import outbox
from core.kernel.clock import MINUTE
from core.kernel.errors import Refused
from core.storage.engine import Tx
from tests.support.talking import AWA, Chat, chat

ROOT = Path(__file__).resolve().parents[3]


def _start_one(talk: Chat) -> None:
    """The sender takes the next message to WhatsApp."""
    first = talk.value("SELECT id FROM outbox WHERE state = 'queued' ORDER BY priority, id")
    if first is not None:
        talk.shop.engine.call(lambda tx: outbox.begin(tx, first), actor="sender")


def _turn_down(talk: Chat) -> None:
    """WhatsApp turns down what is on its way: it goes back to the queue."""
    for queued in talk.rows("SELECT id, customer_id FROM outbox WHERE state = 'sending'"):
        again = outbox.Queued(queued[0], queued[1], "message", {}, 1, None, None, 1, 0)
        talk.shop.engine.call(
            lambda tx, q=again: talk.shop.sender._requeue(tx, q, talk.clock.now(), 131000, "again")  # type: ignore[misc]
        )


def _restart(talk: Chat) -> None:
    """What was on its way has an unknown end; that the start warns of it is seen elsewhere."""
    talk.shop.engine.call(outbox.interrupted, actor="start")
    talk.reopen()


def _by_hand(verb: Callable[[Tx], object], talk: Chat) -> None:
    talk.shop.engine.call(verb, actor="seller")


def _acts(number: int) -> dict[str, Callable[[Chat], object]]:
    return {
        "greets": lambda talk: talk.hears("bonjour"),
        "claims": lambda talk: talk.hears("je prends ROBE1"),
        "asks": lambda talk: talk.hears("je veux parler à quelqu’un"),
        "mumbles": lambda talk: talk.hears("xqzt"),
        "pays": lambda talk: talk.presses("pay"),
        "writes": lambda talk: talk.writes("Bonsoir", number),
        "phone": lambda talk: talk.echo("Bonsoir"),
        "takes": partial(_by_hand, lambda tx: threads.take_over(tx, number, "window")),
        "gives back": partial(_by_hand, lambda tx: threads.give_back(tx, number)),
        "resolves": partial(_by_hand, lambda tx: threads.resolve(tx, number)),
        "hour": lambda talk: talk.passes(61 * MINUTE),
        "minute": lambda talk: talk.passes(MINUTE),
        "sends": _start_one,
        "turned down": _turn_down,
        "leave": lambda talk: talk.leave(),
        "restart": _restart,
    }


def _holds(talk: Chat) -> None:
    """What is true after every step."""
    person = talk.state()[0] == "seller"
    open_ones = talk.rows("SELECT id, taken_at FROM handover WHERE ended_at IS NULL")
    assert len(open_ones) <= 1
    assert person == any(taken is not None for _, taken in open_ones)
    assert bool(talk.value("SELECT count(*) FROM deadline WHERE kind = 'resume'")) == person
    if person:
        old = f"SELECT count(*) FROM outbox WHERE state = 'queued' AND created_at <= ? AND {TALK}"
        spoken_before = talk.value(old, open_ones[0][1])
        pressed = talk.value("SELECT count(*) FROM message WHERE author = 'customer' AND kind = 'interactive'")
        assert spoken_before == 0 or pressed, "only a button under a card is answered now"
    twice = talk.rows("SELECT key FROM outbox WHERE key LIKE 'person:%' GROUP BY key HAVING count(*) > 1")
    assert twice == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(sorted(_acts(0))), max_size=14))
def test_in_any_order_one_of_them_speaks(steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, chat(Path(folder)) as talk:
        talk.product("ROBE1")
        number = talk.hears("bonjour")
        acts = _acts(number)
        for step in steps:
            try:
                acts[step](talk)
            except Refused:
                assert step == "writes", "only the 24 hours can be over"
            _holds(talk)


def test_the_same_instant_from_many_sides(tmp_path: Path) -> None:
    """Forty people write while the shop answers them: after a person's first words the bot says nothing more."""
    phones = [f"2217700{n:05d}" for n in range(40)]
    with chat(tmp_path) as talk, ThreadPoolExecutor(8) as pool:
        numbers = {phone: talk.hears("bonjour", phone) for phone in phones}
        jobs: list[Future[object]] = []
        for phone in phones:
            jobs.append(pool.submit(talk.hears, "bonjour", phone))
            jobs.append(pool.submit(talk.writes, "Bonsoir", numbers[phone]))
            jobs += [pool.submit(talk.hears, text, phone) for text in ("vous livrez ?", "xqzt", "combien")]
        for job in jobs:
            job.result()
        after = talk.rows(
            "SELECT m.id FROM message m JOIN outbox o ON o.id = m.outbox_id WHERE m.author = 'bot'"
            " AND o.key LIKE 'reply:%' AND m.id > (SELECT min(s.id) FROM message s"
            " WHERE s.conversation_id = m.conversation_id AND s.author = 'seller')"
        )
        assert after == []
        assert talk.value(f"SELECT count(*) FROM outbox WHERE state = 'queued' AND {TALK}") == 0
        assert talk.value("SELECT count(*) FROM handover WHERE taken_at IS NOT NULL") == 40


DIES = """
import os, sys
from pathlib import Path
from core.bootstrap import open_shop
from core.conversations import manual
from core.kernel.clock import ManualClock
from core.storage.folder import Home

shop = open_shop(Home(Path(sys.argv[1])), sys.argv[2], ManualClock(int(sys.argv[3])))

def reply(tx):
    manual.send_text(tx, int(sys.argv[4]), "Bonsoir", "window")
    if sys.argv[5] == "inside":
        os._exit(9)

shop.engine.call(reply, actor="seller")
os._exit(9)
"""


@pytest.mark.parametrize("moment", ["inside", "after"])
def test_the_program_dies_with_the_persons_words(tmp_path: Path, moment: str) -> None:
    """Before the commit nothing happened: the bot's answer waits as it did. After it all of it has."""
    with chat(tmp_path) as talk:
        number = talk.hears("bonjour", AWA)
        talk.shop.close()
        home, slug, now = str(talk.home.path), talk.shop.slug, str(talk.clock.now())
        run = partial(subprocess.run, check=False, cwd=ROOT, capture_output=True, text=True)
        died = run([sys.executable, "-c", DIES, home, slug, now, str(number), moment])
        assert died.returncode == 9, died.stderr
        talk.reopen()
        done = moment == "after"
        assert talk.state()[0] == ("seller" if done else "bot")
        assert [state for state, _ in talk.bot()] == ["dropped" if done else "queued"]
        assert talk.value("SELECT count(*) FROM message WHERE author = 'seller'") == int(done)
        assert talk.value("SELECT count(*) FROM deadline WHERE kind = 'resume'") == int(done)
        assert talk.value("SELECT count(*) FROM journal WHERE kind = 'TakenOver'") == int(done)
