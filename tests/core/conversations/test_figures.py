"""The figures of conversations mean exactly what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.conversations import figures, queries, threads
from core.conversations.figures import Figures, Span, ThreadsWanted
from core.kernel.clock import HOUR, MINUTE, SECOND
from tests.support.talking import Chat, chat


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Chat]:
    with chat(tmp_path) as opened:
        opened.product("ROBE1")
        yield opened


def of(talk: Chat, back: int = 24 * HOUR) -> Figures:
    """The figures, each of which leads to the conversations it was measured in."""
    since, until = talk.clock.now() - back, talk.clock.now() + 1
    found = talk.shop.engine.read(lambda r: figures.figures(r, since, until))
    for kind, span in (
        ("bot", found.bot_answers),
        ("person", found.person_answers),
        ("called", found.first_answers),
        ("settled", found.resolutions),
    ):
        wanted = ThreadsWanted(kind, since, until)  # type: ignore[arg-type]
        threads_of = talk.shop.engine.read(lambda r, wanted=wanted: figures.threads(r, wanted))  # type: ignore[misc]
        assert sum(threads_of.values()) == span.count
        among = talk.shop.engine.read(lambda r, found=threads_of: queries.inbox(r, among=found))  # type: ignore[misc]
        assert {row.conversation_id for row in among} == set(threads_of)
    return found


def test_nothing_was_said(talk: Chat) -> None:
    found = of(talk)
    assert (found.questions, found.automatic, found.escalation, found.reasons) == (0, None, None, ())
    assert found.first_answers == found.resolutions == Span(0, None, None)


def test_an_evening(talk: Chat) -> None:
    """Awa is served by the bot; Bintou asks for a person, who answers after 4 minutes and resolves after 10; Khady says
    thanks, which wants no answer."""
    awa, bintou, khady = "221770000001", "221770000002", "221770000003"
    talk.hears("bonjour", awa)
    talk.clock.advance(MINUTE)
    talk.hears("je prends ROBE1", awa)
    number = talk.hears("vous livrez à Thiès ?", bintou)
    talk.leave()
    talk.clock.advance(2 * MINUTE)
    talk.hears("allô", bintou)
    talk.hears("il y a quelqu’un", bintou)
    talk.leave()
    talk.clock.advance(2 * MINUTE)
    talk.writes("Oui, demain.", number)
    talk.clock.advance(6 * MINUTE)
    talk.shop.engine.call(lambda tx: threads.resolve(tx, number), actor="seller")
    talk.hears("merci", khady)
    found = of(talk)
    assert found.conversations == 3
    assert found.by_bot + found.by_person + found.unanswered == found.questions
    assert found.unanswered == 1, "thanks"
    assert (found.escalated, found.escalation, found.taken) == (1, 33, 1)
    assert found.reasons[0][1] == 1
    assert found.first_answers == Span(1, 4 * MINUTE, 4 * MINUTE)
    assert found.resolutions == Span(1, 10 * MINUTE, 10 * MINUTE)
    (row,) = talk.shop.engine.read(lambda r: figures.rows(r, 0, talk.clock.now() + 1))
    assert (row.conversation_id, row.taken_by, row.ended, row.resolution) == (number, "seller", "resolved", 10 * MINUTE)


def test_what_a_customer_says_in_a_row_is_one_question_from_its_first_word(talk: Chat) -> None:
    number = talk.hears("bonjour")
    talk.leave()
    talk.shop.engine.call(lambda tx: threads.take_over(tx, number, "window"), actor="seller")
    for text in ("vous livrez ?", "à Thiès", "demain"):
        talk.hears(text)
        talk.clock.advance(MINUTE)
    talk.writes("Oui", number)
    found = of(talk)
    assert (found.questions, found.by_bot, found.by_person, found.automatic) == (2, 1, 1, 50)
    assert found.person_answers == Span(1, 3 * MINUTE, 3 * MINUTE)


def test_a_confirmation_is_no_answer(talk: Chat) -> None:
    number = talk.hears("je prends ROBE1")
    talk.leave()
    talk.writes("Bonsoir", number)
    talk.hears("vous livrez ?")
    order = talk.value("SELECT id FROM orders")
    talk.shop.engine.call(lambda tx: talk.shop.orders.expire(tx, order), actor="scheduler")
    assert (of(talk).by_bot, of(talk).by_person, of(talk).unanswered) == (1, 0, 1)


def test_what_was_held_back_answered_nobody(talk: Chat) -> None:
    number = talk.hears("bonjour")
    talk.clock.advance(5 * SECOND)
    talk.writes("Bonsoir", number)
    assert (of(talk).by_bot, of(talk).by_person) == (0, 1)


def test_silence_ends_a_case_with_the_persons_last_words(talk: Chat) -> None:
    number = talk.hears("je veux parler à quelqu’un")
    talk.clock.advance(2 * MINUTE)
    talk.writes("Bonsoir", number)
    talk.clock.advance(MINUTE)
    talk.writes("Voilà", number)
    talk.passes(HOUR)
    assert of(talk).resolutions == Span(1, 3 * MINUTE, 3 * MINUTE)


def test_a_time_counts_only_what_is_in_it(talk: Chat) -> None:
    talk.hears("bonjour")
    talk.clock.advance(2 * HOUR)
    talk.hears("bonjour")
    assert of(talk, HOUR).questions == 1
    assert of(talk, HOUR).conversations == 1
    assert of(talk, 3 * HOUR).questions == 2
