"""Taking over while messages leave for WhatsApp: on the real wire, with a real sender."""

from __future__ import annotations

from pathlib import Path

from core.conversations import manual
from core.conversations.texts import say as words
from core.durable import outbox
from core.kernel.clock import MINUTE, ManualClock
from localserver.sandbox.graph_world import Fault
from tests.faults.steps import pass_time
from tests.support.shops import World, world

AWA = "Awa Ndour"


async def _met(w: World) -> int:
    w.product("ROBE1")
    w.buyer(AWA)
    w.graph.acts(AWA).say("bonjour")
    await w.settled()
    pass_time(w, MINUTE)
    return int(w.value("SELECT id FROM conversation"))


def _writes(w: World, number: int, text: str) -> None:
    w.shop.engine.call(lambda tx: manual.send_text(tx, number, text, "window"), actor="seller")


async def test_the_one_announcement_travels_with_the_persons_first_words(tmp_path: Path) -> None:
    """Every message is billed: the line and the words are one."""
    async with world(tmp_path) as w:
        number = await _met(w)
        before = len(w.thread(AWA))
        _writes(w, number, "Bonsoir Awa !")
        await w.settled()
        assert w.thread(AWA)[before:] == [f"{words('takeover_notice', 'fr')}\n\nBonsoir Awa !"]
        pass_time(w, MINUTE)
        _writes(w, number, "Tu cherches une taille ?")
        await w.settled()
        assert w.thread(AWA)[before + 1 :] == ["Tu cherches une taille ?"]


async def test_an_answer_that_whatsapp_turns_down_while_a_person_writes_is_not_tried_again(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        number = await _met(w)
        before = len(w.thread(AWA))
        w.graph.world.faults.append(Fault(kind="code", code=131056, times=1))
        w.graph.acts(AWA).say("c’est combien ROBE1 ?")
        waits = "SELECT count(*) FROM outbox WHERE key LIKE 'reply:%' AND state = 'queued' AND attempts = 1"
        await w.until(lambda: w.value(waits))
        _writes(w, number, "15 000 F, Awa.")
        for _ in range(4):
            pass_time(w, MINUTE)
            await w.settled()
        said = w.thread(AWA)[before:]
        assert said == [f"{words('takeover_notice', 'fr')}\n\n15 000 F, Awa."]
        states = w.rows("SELECT state FROM outbox WHERE key LIKE 'reply:%' ORDER BY id DESC LIMIT 1")
        assert states == [("dropped",)]


async def test_while_a_person_speaks_payments_go_on(tmp_path: Path) -> None:
    """The card is pressed, paid and confirmed; typed words wait for the person."""
    async with world(tmp_path) as w:
        number = await _met(w)
        w.graph.acts(AWA).say("je prends ROBE1")
        await w.settled()
        pass_time(w, MINUTE)
        _writes(w, number, "Je suis là.")
        await w.settled()
        before = len(w.thread(AWA))
        w.graph.acts(AWA).say("c’est combien ROBE1 ?")
        await w.settled()
        assert w.thread(AWA)[before:] == []
        pass_time(w, MINUTE)
        w.graph.acts(AWA).press("PAYER")
        await w.settled()
        assert len(w.thread(AWA)) == before + 1, "the pay link"
        assert isinstance(w.clock, ManualClock)
        w.clock.advance(10 * MINUTE)
        await w.shop.scheduler.settle_due()
        await w.settled()
        assert any("ROBE1" in text for text in w.thread(AWA)[before + 1 :]), "the end of the hold is told"
        assert w.value("SELECT mode FROM conversation") == "seller"


async def test_what_was_on_its_way_at_that_very_moment_is_sent_once(tmp_path: Path) -> None:
    async with world(tmp_path, work=False) as w:
        w.buyer(AWA)
        w.product("ROBE1")
        w.graph.acts(AWA).say("bonjour")
        await w.graph.courier.settle()
        for (item,) in w.rows("SELECT payload FROM inbox WHERE source = 'whatsapp' AND state = 'new'"):
            w.shop.engine.call(lambda tx, p=item: w.shop.receiver.on_item(tx, p), actor="bot")  # type: ignore[misc]
        number = w.value("SELECT id FROM conversation")
        queued = w.value("SELECT id FROM outbox WHERE key LIKE 'reply:%'")
        w.shop.engine.call(lambda tx: outbox.begin(tx, queued), actor="sender")
        _writes(w, number, "Bonsoir")
        w.shop.engine.call(lambda tx: outbox.accepted(tx, queued, "wamid.X"), actor="sender")
        assert w.value("SELECT state FROM outbox WHERE id = ?", (queued,)) == "accepted", "it cannot be taken back"
        assert w.value("SELECT count(*) FROM outbox WHERE key LIKE 'person:%'") == 1, "they were just told by the bot"
