"""What somebody who takes over sees first: why, what about, the order, the customer, and who comes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.conversations import escalation, queries, reasons, summary, threads
from core.conversations.summary import ASKS, COUNTS, Fact
from core.kernel.clock import HOUR, MINUTE
from core.kernel.errors import NotFound
from core.kernel.i18n import catalogue
from core.kernel.text import NARROW
from core.kernel.towns import TOWNS
from tests.support.talking import Chat, chat

AWA, BINTOU, KHADY = "221771234567", "221771234568", "221771234569"


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Chat]:
    with chat(tmp_path) as opened:
        opened.product("ROBE1")
        opened.product("SAC2", 22_000)
        yield opened


def said(talk: Chat, number: int, language: str = "fr") -> str:
    found = talk.shop.engine.read(lambda r: summary.facts(r, talk.shop.lexicon, number, talk.clock.now()))
    return summary.sentence(found, language)


def card(talk: Chat, number: int) -> escalation.Case:
    return talk.shop.engine.read(lambda r: escalation.case(r, talk.shop.lexicon, number, talk.clock.now()))


def test_what_was_asked_comes_before_what_was_not_understood(talk: Chat) -> None:
    for text in ("xqzt", "wvbn kjh", "vous livrez à Thiès ?"):
        number = talk.hears(text)
        talk.clock.advance(MINUTE)
    assert said(talk, number) == f"Demande une livraison à Thiès{NARROW}; 2 messages non compris"
    assert said(talk, number, "en") == "Asks for delivery to Thiès; 2 messages not understood"


def test_the_same_asked_twice_is_said_once_and_the_newest_first(talk: Chat) -> None:
    talk.hears("vous livrez à Dakar ?")
    talk.hears("vous livrez à Thiès ?")
    number = talk.hears("je veux parler à quelqu’un")
    assert said(talk, number) == f"Demande une personne{NARROW}; demande une livraison à Thiès"


def test_what_a_person_answered_is_over(talk: Chat) -> None:
    number = talk.hears("vous livrez à Thiès ?")
    talk.writes("Oui, demain.", number)
    assert said(talk, number) == ""
    talk.hears("je veux un devis pour 30 robes")
    assert said(talk, number) == "Demande un devis"


def test_reservations_that_ran_out_are_counted(talk: Chat) -> None:
    talk.hears("je prends ROBE1")
    talk.passes(11 * MINUTE)
    number = talk.hears("je veux parler à quelqu’un")
    assert "1 réservation expirée depuis hier" in said(talk, number)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("vous livrez à Thiès ?", "Thiès"),
        ("livraison a thies svp", "Thiès"),
        ("azo alefa any toamasina ve?", "Toamasina"),
        ("vous livrez sur Ngaparou ?", "Ngaparou"),
        ("livré à midi ?", ""),
        ("livraison à la maison", ""),
        ("LIVREZ À MOI", ""),
        ("vous livrez ?", ""),
    ],
)
def test_places(text: str, place: str) -> None:
    assert summary.place_in(text) == place


def test_every_word_of_a_summary_and_every_reason_can_be_said_in_french() -> None:
    words = catalogue("errors", "fr")
    ids = [text for texts in ASKS.values() for text in texts] + [text for text, _ in reasons.REASONS.values()]
    assert [text for text in [*ids, reasons.OTHER[0]] if words.gettext(text) == text] == []
    assert [one for one, many in COUNTS.values() if words.ngettext(one, many, 2) == many] == []
    assert all(name[0].isupper() for name in TOWNS.values())


def test_a_summary_names_nothing_that_is_not_there() -> None:
    assert summary.sentence((), "fr") == ""
    assert summary.sentence([Fact("claim", "2 × {n}")], "fr") == "Veut 2 × {n}", "words of people are no placeholders"


def test_the_card_of_a_conversation(talk: Chat) -> None:
    talk.hears("je prends 2 ROBE1")
    number = talk.hears("je veux parler à quelqu’un")
    asked_at = talk.clock.now()
    talk.clock.advance(4 * MINUTE)
    found = card(talk, number)
    assert (found.row.need, found.row.reason, found.row.language, found.waiting_since) == (
        "escalated",
        "human",
        "fr",
        asked_at,
    )
    assert found.order is not None
    assert (found.order.summary, found.order.total, found.order.expires_at - talk.clock.now()) == (
        "2 × ROBE1",
        30_000,
        6 * MINUTE,
    )
    assert (found.score, found.tier, found.advice, found.handed_over) == (50, "bronze", "normal", 1)
    assert (found.taken_at, found.taken_by, found.resume_at) == (None, None, None)


def test_who_took_it_is_named(talk: Chat) -> None:
    number = talk.hears("je veux parler à quelqu’un")
    insert = "INSERT INTO account(email, hash, role, created_at, name) VALUES('m@t.sn', 'none', 'cashier', 0, 'Moussa')"
    account = talk.shop.engine.call(lambda tx: tx.insert(insert))
    talk.clock.advance(MINUTE)
    talk.shop.engine.call(lambda tx: threads.take_over(tx, number, "api"), actor=f"account:{account}")
    found = card(talk, number)
    assert (found.taken_by, found.place, found.taken_at) == ("Moussa", "api", talk.clock.now())
    assert found.resume_at == talk.clock.now() + HOUR == found.row.resume_at
    assert found.waiting_since == talk.clock.now() - MINUTE, "they wait until somebody has written"
    talk.writes("Bonsoir", number)
    assert card(talk, number).waiting_since is None
    talk.clock.advance(MINUTE)
    talk.hears("vous livrez ?")
    assert card(talk, number).waiting_since == talk.clock.now()


def test_a_conversation_that_is_not_there(talk: Chat) -> None:
    with pytest.raises(NotFound):
        card(talk, 77)


def test_the_queue_has_the_most_pressing_first_then_who_waits_longest(talk: Chat) -> None:
    photo = talk.hears("bonjour", "221770000001", "Photo")
    talk.shop.engine.call(lambda tx: threads.escalate(tx, photo, "media"))
    talk.clock.advance(MINUTE)
    first = talk.hears("vous livrez à Thiès ?", AWA)
    talk.clock.advance(MINUTE)
    second = talk.hears("vous livrez à Dakar ?", BINTOU)
    talk.clock.advance(MINUTE)
    upset = talk.hears("je veux parler à quelqu’un", KHADY)
    wait = talk.hears("bonjour", "221770000002", "Taken")
    talk.writes("Bonsoir", wait)
    order = [upset, first, second, photo]
    assert talk.shop.engine.read(escalation.queue) == order
    assert [r.conversation_id for r in talk.shop.engine.read(lambda r: queries.inbox(r, need="escalated"))] == order
    talk.clock.advance(MINUTE)
    talk.hears("et à Mbour ?", "221770000002", "Taken")
    assert talk.shop.engine.read(escalation.queue) == [upset, first, second, wait, photo]
    talk.shop.engine.call(lambda tx: threads.resolve(tx, upset), actor="seller")
    assert talk.shop.engine.read(lambda r: escalation.queue(r, 2)) == [first, second]


def test_a_busy_queue_is_read_in_one_go(talk: Chat) -> None:
    """Sixty people wait: their cards are there within a second, however loaded the machine."""
    for n in range(60):
        talk.hears("vous livrez à Thiès ?", f"2217700{n:05d}")
    ids = talk.shop.engine.read(escalation.queue)
    found = talk.shop.engine.read(lambda r: escalation.cases(r, talk.shop.lexicon, ids, talk.clock.now()))
    assert len(found) == 60
    assert {summary.sentence(one.facts, "fr") for one in found} == {"Demande une livraison à Thiès"}
