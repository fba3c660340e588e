"""Letters over SMTP, to a real server of this machine that behaves as servers do: takes, refuses, hangs up."""

from __future__ import annotations

import email
from email.header import decode_header, make_header
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.adapters.mail import MOST, Account, Postman, Words
from core.durable import letters
from core.kernel.clock import HOUR, ManualClock
from core.storage.connection import Reader
from core.storage.engine import Engine
from tests.support.mail import mailbox
from tests.support.stores import bare_engine


def account(port: int, password: str = "s3cret") -> Account:
    return Account("127.0.0.1", port, "plain", "boutique@teranga.sn", password, "", "awa@teranga.sn")


def words(reader: Reader, subject: int) -> Words | None:
    return Words(f"Prospect à rappeler :\nn° {subject}", "Fifamè « mérite » un appel.") if subject < 90 else None


def postman(engine: Engine, whose: Account) -> Postman:
    return Postman(engine, lambda: whose, {"lead": words})


def put(engine: Engine, key: str = "lead:7", subject: int = 7) -> bool:
    return engine.call(lambda tx: letters.put(tx, key, "lead", subject))


def states(engine: Engine) -> list[tuple[Any, ...]]:
    return engine.read(lambda r: r.all("SELECT state, attempts, error IS NOT NULL FROM letter ORDER BY id"))


async def test_a_letter_arrives_once_and_says_it_in_french(tmp_path: Path) -> None:
    async with mailbox() as (box, port):
        with bare_engine(tmp_path, ManualClock()) as engine:
            assert put(engine)
            assert not put(engine), "the same key is the same letter"
            post = postman(engine, account(port))
            assert await post.round() == 1
            assert await post.round() == 0
            assert states(engine) == [("sent", 1, 0)]
        (envelope,) = box.taken
        assert envelope.mail_from == "boutique@teranga.sn"
        assert envelope.rcpt_tos == ["awa@teranga.sn"]
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content)
        assert str(make_header(decode_header(message["Subject"]))) == "Prospect à rappeler : n° 7"
        text = message.get_payload(decode=True)
        assert isinstance(text, bytes)
        assert "Fifamè « mérite » un appel." in text.decode()
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Message-ID"].endswith("@teranga.sn>")
        assert box.users == [b"boutique@teranga.sn"]


@pytest.mark.parametrize(
    ("says", "after"),
    [("451 try later", ("queued", 1, 1)), ("554 no", ("failed", 1, 1)), (None, ("unknown", 1, 1))],
)
async def test_what_the_server_did_not_take(tmp_path: Path, says: str | None, after: tuple[Any, ...]) -> None:
    clock = ManualClock()
    async with mailbox() as (box, port):
        with bare_engine(tmp_path, clock) as engine:
            put(engine)
            post = postman(engine, account(port))
            box.says = says
            assert await post.round() == 0
            assert states(engine) == [after]
            box.says = "250 OK"
            assert await post.round() == 0, "not before its time"
            clock.advance(HOUR)
            assert await post.round() == (1 if after[0] == "queued" else 0)
            assert len(box.taken) == (1 if after[0] == "queued" else 0)


async def test_a_wrong_password_is_corrected_and_the_letter_goes(tmp_path: Path) -> None:
    clock = ManualClock()
    async with mailbox() as (box, port):
        with bare_engine(tmp_path, clock) as engine:
            put(engine)
            assert await postman(engine, account(port, "wrong")).round() == 0
            assert states(engine) == [("queued", 1, 1)]
            told = await postman(engine, account(port, "wrong")).check()
            assert not told.ok
            assert "this password" in told.message
            assert (await postman(engine, account(port)).check()).ok
            clock.advance(HOUR)
            assert await postman(engine, account(port)).round() == 1
            assert len(box.taken) == 1


async def test_a_server_that_is_away_is_tried_for_two_days(tmp_path: Path) -> None:
    clock = ManualClock()
    with bare_engine(tmp_path, clock) as engine:
        put(engine)
        post = postman(engine, account(1))
        for _ in range(MOST):
            assert await post.round() == 0
            clock.advance(6 * HOUR)
        assert states(engine) == [("failed", MOST, 1)]


async def test_what_is_gone_is_not_written_about_and_nothing_is_sent_without_an_account(tmp_path: Path) -> None:
    async with mailbox() as (box, port):
        with bare_engine(tmp_path, ManualClock()) as engine:
            put(engine, "lead:99", 99)
            assert await postman(engine, Account("", port, "plain", "", "", "", "")).round() == 0
            assert states(engine) == [("queued", 0, 0)]
            assert await postman(engine, account(port)).round() == 0
            assert states(engine) == [("failed", 1, 1)]
            assert box.taken == []


async def test_a_stop_in_the_middle_leaves_an_unknown_end(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        put(engine)
        engine.call(partial(letters.begin, letter_id=1))
        assert engine.call(letters.interrupted) == 1
        assert states(engine) == [("unknown", 1, 1)]
        put(engine, "lead:8", 8)
        assert engine.call(letters.hold_back) == 1
        assert [row[0] for row in states(engine)] == ["unknown", "unknown"]
