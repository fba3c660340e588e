"""A person answers: the bot falls silent in the same moment, says so once, and speaks again in time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.conversations import manual, outgoing, threads
from core.conversations.handovers import HELD_BACK
from core.conversations.texts import say
from core.customers.service import Identity, recognise
from core.durable import outbox
from core.kernel.clock import DAY, HOUR, MINUTE
from core.kernel.errors import Forbidden, Refused
from core.storage.engine import Tx
from tests.support.talking import AWA, Chat, chat

NOTICE = say("takeover_notice", "fr")


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Chat]:
    with chat(tmp_path) as opened:
        opened.product("ROBE1")
        yield opened


def notices(talk: Chat) -> int:
    return sum(text in {say("takeover_notice", one) for one in ("fr", "mg", "en")} for _, text in talk.bot())


def resume_at(talk: Chat) -> int | None:
    found: int | None = talk.value("SELECT due_at FROM deadline WHERE kind = 'resume'")
    return found


@pytest.mark.parametrize("where", ["window", "api", "console"])
def test_a_reply_silences_the_bot_in_its_own_transaction(talk: Chat, where: str) -> None:
    number = talk.hears("bonjour")
    talk.leave()
    talk.writes("Bonsoir Awa !", number, where)
    assert talk.state()[0] == "seller"
    before = len(talk.bot())
    talk.hears("je prends ROBE1")
    assert len(talk.bot()) == before
    assert talk.rows("SELECT taken_by, place FROM handover") == [("seller", where)]
    assert talk.value("SELECT count(*) FROM journal WHERE kind = 'TakenOver'") == 1


def test_the_sellers_own_phone_silences_it_too(talk: Chat) -> None:
    talk.hears("bonjour")
    talk.leave()
    number = talk.echo("Bonsoir Awa, c’est moi")
    assert talk.state()[0] == "seller"
    assert talk.value("SELECT place FROM handover") == "phone"
    assert talk.value("SELECT author FROM message WHERE conversation_id = ? ORDER BY id DESC", number) == "phone"
    assert notices(talk) == 0, "they have read the person’s own words before"


def test_an_echo_of_yesterday_is_shown_and_changes_nothing(talk: Chat) -> None:
    talk.hears("je veux parler à quelqu’un")
    talk.echo("Bonsoir", at=talk.clock.now() - DAY)
    assert talk.state()[:2] == ("bot", "human")


def test_a_correction_on_the_phone_is_no_new_reply(talk: Chat) -> None:
    number = talk.hears("bonjour")
    talk.echo("Bonsoi")
    edited = {"original_message_id": talk.said[-1], "message": {"type": "text", "text": {"body": "Bonsoir"}}}
    threads_before = talk.value("SELECT count(*) FROM message")
    talk.echo("", type="edit", edit=edited)
    assert talk.value("SELECT count(*) FROM message") == threads_before
    assert talk.value("SELECT text FROM message WHERE conversation_id = ? AND author = 'phone'", number) == "Bonsoir"


def test_what_the_bot_had_not_said_yet_stays_unsaid(talk: Chat) -> None:
    number = talk.hears("bonjour")
    assert [state for state, _ in talk.bot()] == ["queued"]
    talk.writes("Bonsoir !", number)
    assert talk.bot() == [("dropped", talk.bot()[0][1])]
    assert talk.value("SELECT error FROM outbox WHERE state = 'dropped' AND kind = 'message'") == HELD_BACK
    assert notices(talk) == 0, "they never heard the bot"


def test_what_serves_a_payment_leaves_all_the_same(talk: Chat) -> None:
    number = talk.hears("je prends ROBE1")
    talk.writes("Bonsoir !", number)
    assert [state for state, text in talk.bot() if "ROBE1" in text] == ["queued"]
    talk.leave()
    talk.presses("pay")
    assert talk.bot()[-1][0] == "queued", "a button under a card is answered"
    order = talk.value("SELECT max(id) FROM orders")
    before = len(talk.bot())
    talk.shop.engine.call(lambda tx: talk.shop.orders.expire(tx, order), actor="scheduler")
    assert len(talk.bot()) == before + 1, "the end of a hold is told"
    assert talk.state()[0] == "seller"


def test_who_presses_without_end_is_not_answered_without_end(talk: Chat) -> None:
    number = talk.hears("je prends ROBE1")
    talk.writes("Bonsoir !", number)
    before = len(talk.bot())
    for _ in range(40):
        talk.presses("pay")
    assert len(talk.bot()) - before <= 20


def test_the_customer_is_told_once_that_a_person_is_there(talk: Chat) -> None:
    number = talk.hears("bonjour")
    talk.leave()
    for text in ("Bonsoir Awa !", "Que cherches-tu ?"):
        talk.writes(text, number)
    assert notices(talk) == 1
    keys = [
        row[0] for row in talk.rows("SELECT key FROM outbox WHERE state = 'queued' AND kind = 'message' ORDER BY id")
    ]
    assert keys[0].startswith("person:"), "before the words of the person, which it joins"


def test_each_takeover_tells_it_again_only_after_the_bot_spoke(talk: Chat) -> None:
    number = talk.hears("bonjour")
    talk.leave()
    talk.writes("Bonsoir Awa !", number)
    talk.shop.engine.call(lambda tx: threads.give_back(tx, number), actor="seller")
    talk.writes("Encore moi", number)
    assert notices(talk) == 1, "no bot in between"
    talk.shop.engine.call(lambda tx: threads.give_back(tx, number), actor="seller")
    talk.hears("catalogue")
    talk.leave()
    talk.writes("Me revoilà", number)
    assert notices(talk) == 2


def test_who_was_told_that_a_person_comes_is_not_told_twice(talk: Chat) -> None:
    number = talk.hears("je veux parler à quelqu’un")
    assert talk.bot()[-1][1] == say("human_handover", "fr")
    talk.leave()
    talk.writes("Bonsoir Awa !", number)
    assert notices(talk) == 0


def test_but_who_was_not_told_after_all_is(talk: Chat) -> None:
    talk.hears("bonjour")
    talk.leave()
    number = talk.hears("je veux parler à quelqu’un")
    talk.writes("Bonsoir Awa !", number)
    assert talk.bot()[1][0] == "dropped"
    assert notices(talk) == 1


def test_a_store_may_keep_it_to_itself(talk: Chat) -> None:
    talk.shop.settings.set("bot.announce", "false", "test")
    number = talk.hears("bonjour")
    talk.leave()
    talk.writes("Bonsoir !", number)
    assert notices(talk) == 0


@pytest.mark.parametrize(("language", "text"), [("mg", "salama tompoko"), ("en", "hello good morning")])
def test_it_is_said_in_the_customers_language(talk: Chat, language: str, text: str) -> None:
    number = talk.hears(text)
    talk.shop.engine.call(lambda tx: tx.run("UPDATE customer SET language = ?", (language,)))
    talk.leave()
    talk.shop.engine.call(lambda tx: threads.take_over(tx, number, "window"), actor="seller")
    assert talk.bot()[-1][1] == say("takeover_notice", language) != NOTICE


def test_after_24_hours_nothing_is_taken_over_by_a_reply(talk: Chat) -> None:
    number = talk.hears("bonjour")
    talk.clock.advance(DAY)
    with pytest.raises(Refused):
        talk.writes("Bonsoir", number)
    assert talk.state()[0] == "bot"


def test_who_may_not_write_changes_nothing(talk: Chat) -> None:
    number = talk.hears("bonjour")
    insert = "INSERT INTO account(email, hash, role, created_at) VALUES('s@teranga.sn', 'none', 'support', 0)"
    account = talk.shop.engine.call(lambda tx: tx.insert(insert))
    for act in (
        lambda tx: manual.send_text(tx, number, "Bonsoir", "api"),
        lambda tx: threads.take_over(tx, number, "api"),
        lambda tx: threads.resolve(tx, number),
    ):
        with pytest.raises(Forbidden):
            talk.shop.engine.call(act, actor=f"account:{account}")
    assert talk.state() == ("bot", None, None)
    assert talk.value("SELECT count(*) FROM message WHERE author = 'seller'") == 0


# -- the way back


def test_the_bot_comes_back_after_an_hour_of_silence(talk: Chat) -> None:
    number = talk.hears("bonjour")
    talk.writes("Bonsoir !", number)
    assert resume_at(talk) == talk.clock.now() + HOUR
    talk.passes(50 * MINUTE)
    talk.writes("Tu es là ?", number)
    assert resume_at(talk) == talk.clock.now() + HOUR, "each reply moves it"
    talk.passes(59 * MINUTE)
    assert talk.state()[0] == "seller"
    talk.passes(MINUTE)
    assert talk.state() == ("bot", None, None)
    assert resume_at(talk) is None
    note = talk.rows("SELECT actor, json_extract(data, '$.how') FROM journal WHERE kind = 'GivenBack' ORDER BY seq")
    assert note == [("scheduler", "timer")]
    before = len(talk.bot())
    talk.hears("je prends ROBE1")
    assert len(talk.bot()) == before + 1


def test_a_question_left_without_an_answer_comes_back_to_the_seller(talk: Chat) -> None:
    number = talk.hears("bonjour")
    talk.writes("Bonsoir !", number)
    talk.hears("vous livrez à Thiès ?")
    talk.passes(HOUR)
    assert talk.state()[:2] == ("bot", "unanswered")


def test_thanks_are_no_question(talk: Chat) -> None:
    number = talk.hears("bonjour")
    talk.writes("Bonsoir !", number)
    talk.hears("merci beaucoup 🙏")
    talk.passes(HOUR)
    assert talk.state()[:2] == ("bot", None)


def test_who_asked_for_a_person_and_got_none_waits_again(talk: Chat) -> None:
    number = talk.hears("je veux parler à quelqu’un")
    talk.shop.engine.call(lambda tx: threads.take_over(tx, number, "window"), actor="seller")
    talk.passes(HOUR)
    assert talk.state()[:2] == ("bot", "unanswered")


def test_a_restart_keeps_the_pause_and_settles_what_fell_due(talk: Chat) -> None:
    number = talk.hears("bonjour")
    talk.writes("Bonsoir !", number)
    talk.clock.advance(30 * MINUTE)
    talk.reopen()
    talk.due()
    assert talk.state()[0] == "seller"
    before = len(talk.bot())
    talk.hears("je prends ROBE1")
    assert len(talk.bot()) == before
    talk.clock.advance(31 * MINUTE)
    talk.reopen()
    talk.due()
    assert talk.state()[0] == "bot"


def test_a_pause_of_before_gets_its_end_at_start(talk: Chat) -> None:
    number = talk.hears("bonjour")
    talk.writes("Bonsoir !", number)
    talk.shop.engine.call(lambda tx: tx.run("DELETE FROM deadline WHERE kind = 'resume'"))
    talk.clock.advance(DAY)
    talk.reopen()
    assert resume_at(talk) == talk.clock.now() + HOUR


def test_a_store_may_wait_for_the_button(talk: Chat) -> None:
    talk.shop.settings.set("bot.resume_minutes", "0", "test")
    number = talk.hears("bonjour")
    talk.writes("Bonsoir !", number)
    talk.reopen()
    assert resume_at(talk) is None
    talk.passes(20 * HOUR)
    assert talk.state()[0] == "seller"


def test_an_echo_counts_from_its_own_time(talk: Chat) -> None:
    talk.hears("bonjour")
    talk.echo("Bonsoir", at=talk.clock.now() - 10 * MINUTE)
    assert resume_at(talk) is not None
    assert abs((resume_at(talk) or 0) - (talk.clock.now() + 50 * MINUTE)) < 1000


# -- resolved


def test_resolved_rests_until_the_customer_writes(talk: Chat) -> None:
    number = talk.hears("je veux parler à quelqu’un")
    talk.writes("Bonsoir !", number)
    assert talk.shop.engine.call(lambda tx: threads.resolve(tx, number), actor="seller")
    assert talk.state() == ("bot", None, talk.clock.now())
    assert not talk.shop.engine.call(lambda tx: threads.resolve(tx, number), actor="seller"), "once"
    assert talk.value("SELECT count(*) FROM journal WHERE kind = 'Resolved'") == 1
    assert talk.value("SELECT ended FROM handover") == "resolved"
    assert resume_at(talk) is None
    talk.hears("vous livrez à Thiès ?")
    assert talk.state() == ("bot", "question", None)
    assert talk.value("SELECT count(*) FROM handover WHERE ended_at IS NULL") == 1, "a case of its own"


# -- two records that are one person


@pytest.mark.parametrize("taken", ["phone", "bsuid"])
def test_where_either_was_taken_the_one_is(talk: Chat, taken: str) -> None:
    """Both have an open case; the one that a person took goes on, and the bot's words of the other stay unsaid."""

    def begin(tx: Tx) -> dict[str, int]:
        found = {}
        for kind, value in (("phone", f"+{AWA}"), ("bsuid", "SN.AWA1")):
            customer = recognise(tx, [Identity(kind, value)], "Awa")
            found[kind] = threads.thread_of(tx, customer)
            threads.heard(tx, found[kind], tx.now)
            if kind != taken:
                threads.escalate(tx, found[kind], "human")
                threads.post(tx, customer, f"reply:{kind}:1", outgoing.text("Bonjour"))
        threads.take_over(tx, found[taken], "window")
        return found

    talk.shop.engine.call(begin, actor="seller")
    talk.shop.engine.call(lambda tx: recognise(tx, [Identity("bsuid", "SN.AWA1"), Identity("phone", f"+{AWA}")]))
    assert talk.state()[0] == "seller"
    assert talk.rows("SELECT taken_at IS NULL, ended FROM handover WHERE ended_at IS NULL") == [(0, None)]
    assert talk.value("SELECT count(*) FROM handover WHERE ended = 'merged'") == 1
    assert talk.value("SELECT state FROM outbox WHERE key LIKE 'reply:%'") == "dropped"
    assert talk.rows("SELECT subject FROM deadline WHERE kind = 'resume'") == [(talk.conversation(),)]


def test_what_is_put_back_into_the_queue_after_a_takeover_stays_unsaid(talk: Chat) -> None:
    """It was being sent when a person began to write, and WhatsApp then turned it down."""
    number = talk.hears("bonjour")
    (message,) = talk.rows("SELECT id, customer_id FROM outbox WHERE kind = 'message'")
    talk.shop.engine.call(lambda tx: outbox.begin(tx, message[0]), actor="sender")
    talk.writes("Bonsoir !", number)
    assert talk.value("SELECT state FROM outbox WHERE id = ?", message[0]) == "sending"
    (queued,) = [
        one for one in talk.shop.engine.read(lambda r: outbox.waiting(r, talk.clock.now())) if one.kind == "message"
    ][:1]
    assert queued.id != message[0]
    again = outbox.Queued(message[0], message[1], "message", {}, outbox.REPLY, None, None, 1, 0)
    talk.shop.engine.call(
        lambda tx: talk.shop.sender._requeue(tx, again, talk.clock.now(), 131000, "again"), actor="sender"
    )
    assert talk.value("SELECT state FROM outbox WHERE id = ?", message[0]) == "dropped"
