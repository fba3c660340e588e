"""Notes stay in the shop: nothing sends them, and they go with the person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.conversations import notes, threads
from core.kernel.errors import Forbidden, NotFound, Refused
from core.privacy import dossier
from core.privacy import service as privacy
from tests.support.shops import world
from tests.support.talking import Chat, chat

SECRET = "négocie toujours, préfère le samedi"


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Chat]:
    with chat(tmp_path) as opened:
        yield opened


def add(talk: Chat, number: int, text: str = SECRET, actor: str = "seller") -> int:
    return talk.shop.engine.call(lambda tx: notes.add(tx, number, text), actor=actor)


def test_a_note_is_kept_with_who_wrote_it_and_can_be_removed(talk: Chat) -> None:
    number = talk.hears("bonjour")
    note = add(talk, number, f"  {SECRET}\n")
    (view,) = talk.shop.engine.read(lambda r: notes.of(r, number))
    assert (view.text, view.author, view.at) == (SECRET, "seller", talk.clock.now())
    talk.shop.engine.call(lambda tx: notes.remove(tx, note), actor="seller")
    assert talk.shop.engine.read(lambda r: notes.of(r, number)) == []
    kinds = [row[0] for row in talk.rows("SELECT kind FROM journal WHERE kind LIKE 'Note%' ORDER BY seq")]
    assert kinds == ["NoteAdded", "NoteRemoved"]
    assert SECRET not in "".join(row[0] for row in talk.rows("SELECT data FROM journal ORDER BY seq"))
    with pytest.raises(NotFound):
        talk.shop.engine.call(lambda tx: notes.remove(tx, note), actor="seller")


@pytest.mark.parametrize("text", ["", "  \n", "\x00", "x" * 2001])
def test_what_is_no_note_is_refused(talk: Chat, text: str) -> None:
    number = talk.hears("bonjour")
    with pytest.raises(Refused):
        add(talk, number, text)


def test_a_note_speaks_for_nobody(talk: Chat) -> None:
    """It neither pauses the bot nor counts as the shop's last word."""
    number = talk.hears("bonjour")
    before = talk.rows("SELECT * FROM conversation")
    add(talk, number)
    assert talk.rows("SELECT * FROM conversation") == before
    with pytest.raises(NotFound):
        add(talk, 77)


def test_who_may_not_write_leaves_no_note(talk: Chat) -> None:
    number = talk.hears("bonjour")
    insert = "INSERT INTO account(email, hash, role, created_at) VALUES('s@t.sn', 'none', 'support', 0)"
    account = talk.shop.engine.call(lambda tx: tx.insert(insert))
    with pytest.raises(Forbidden):
        add(talk, number, actor=f"account:{account}")


async def test_nothing_sends_a_note(tmp_path: Path) -> None:
    """A whole evening of talk, takeover, payment and papers on the real wire: not a word of the note leaves."""
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer("Awa Ndour")
        w.graph.acts("Awa Ndour").say("bonjour")
        await w.settled()
        number = w.value("SELECT id FROM conversation")
        w.shop.engine.call(lambda tx: notes.add(tx, number, SECRET), actor="seller")
        for text in ("je prends ROBE1", "vous livrez ?", "xqzt", "je veux parler à quelqu’un"):
            w.graph.acts("Awa Ndour").say(text)
            await w.settled()
        w.shop.engine.call(lambda tx: threads.take_over(tx, number, "window"), actor="seller")
        w.shop.engine.call(lambda tx: threads.give_back(tx, number), actor="seller")
        await w.settled()
        buyer = w.graph.world.buyer("Awa Ndour")
        seen = json.dumps([e.part for e in buyer.thread(w.graph.world.account())], ensure_ascii=False)
        stored = "".join(str(row) for row in w.rows("SELECT body FROM outbox UNION ALL SELECT text FROM message"))
        assert "samedi" not in seen + stored


def test_the_person_gets_their_notes_and_takes_them_along(talk: Chat) -> None:
    number = talk.hears("bonjour")
    customer = talk.value("SELECT customer_id FROM conversation")
    add(talk, number)
    other = talk.hears("bonjour", "221770000002", "Bintou")
    add(talk, other, "ami de +221771234567")
    talk.shop.engine.call(lambda tx: threads.take_over(tx, number, "window"), actor="seller")
    told = talk.shop.engine.read(lambda r: dossier.collect(r, customer, "XOF"))
    assert [note["text"] for note in told["internal_notes"]] == [SECRET]
    assert len(told["handovers"]) == 1
    talk.clock.advance(1)
    talk.leave()
    report = privacy.erase(talk.shop.engine, talk.shop.orders, talk.shop.media, customer, "seller")
    assert ("internal notes", 1) in [(line.what, line.count) for line in report.erased]
    (line,) = [line for line in report.erased if line.what == "internal notes"]
    assert line.said("fr")[0].startswith("notes internes")
    texts = [row[0] for row in talk.rows("SELECT text FROM note")]
    assert len(texts) == 1
    assert "771234567" not in texts[0]
    assert talk.value("SELECT count(*) FROM handover WHERE conversation_id IS NULL") == 1
    assert talk.value("SELECT count(*) FROM deadline WHERE kind = 'resume'") == 0
