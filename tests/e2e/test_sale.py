"""From « ROBE1 » on WhatsApp to paid: every byte over the wire, every answer read on the buyer's phone."""

from __future__ import annotations

from pathlib import Path

from core.kernel.clock import MINUTE, ManualClock
from core.orders import settling
from tests.faults.steps import quiet
from tests.support.shops import World, world


async def _say(w: World, name: str, text: str) -> list[str]:
    before = len(w.thread(name))
    w.graph.acts(name).say(text)
    await quiet(w)
    return w.thread(name)[before:]


async def _press(w: World, name: str, title: str) -> list[str]:
    before = len(w.thread(name))
    w.graph.acts(name).press(title)
    await quiet(w)
    return w.thread(name)[before:]


async def _checkout(w: World, name: str, means: str = "Wave") -> str:
    """PAYER, the means, the page, the provider. → the provider's session id."""
    await _press(w, name, "PAYER")
    await _press(w, name, means)
    link = _link(w, name)
    page, _, method = link.partition("?m=")
    headers = {"Origin": w.url}
    async with w.http.post(f"{page}/pay", data={"method": method}, headers=headers, allow_redirects=False) as reply:
        assert reply.status == 303, await reply.text()
        return reply.headers["Location"].rstrip("/").rsplit("/", 1)[-1]


def _link(w: World, name: str) -> str:
    buyer = w.graph.world.buyer(name)
    for entry in reversed(buyer.thread(w.graph.world.account())):
        if entry.direction == "out" and entry.type == "interactive" and entry.part["type"] == "cta_url":
            return str(entry.part["action"]["parameters"]["url"])
    raise AssertionError("no link")


async def _pay(w: World, session: str, **how: object) -> None:
    simulator = w.providers["sandbox"]
    simulator.pay(simulator.sessions[session], None, **how)  # type: ignore[arg-type]
    await quiet(w)


async def _time(w: World, minutes: float) -> None:
    assert isinstance(w.clock, ManualClock)
    w.clock.advance(int(minutes * MINUTE))
    await w.shop.scheduler.settle_due()
    await quiet(w)


async def test_a_sale_takes_three_messages_of_the_customer(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1", stock=2)
        w.buyer("Aminata Diallo")
        card = await _say(w, "Aminata Diallo", "je prends ROBE1")
        assert len(card) == 1
        assert "15\u202f000" in card[0]
        assert w.order("Aminata Diallo")[1] == "reserved"
        session = await _checkout(w, "Aminata Diallo")
        await _pay(w, session)
        order = w.order("Aminata Diallo")
        assert order[1:] == ("paid", None, 0, 15_000, 15_000)
        confirmed, invoice = w.thread("Aminata Diallo")[-2:]
        assert "LP-" in confirmed
        assert "FA-" in invoice
        assert w.rows("SELECT on_hand, held FROM product") == [(1, 0)]
        assert w.value("SELECT number FROM invoice") == 1
        assert dict(w.rows("SELECT account, sum(amount) FROM ledger_line GROUP BY 1"))["sales"] == -15_000


async def test_a_picture_or_words_never_change_a_state(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer("Moussa Kaba")
        await _say(w, "Moussa Kaba", "ROBE1")
        before = w.order("Moussa Kaba")
        w.graph.acts("Moussa Kaba").photo(caption="voilà le paiement")
        await quiet(w)
        said = await _say(w, "Moussa Kaba", "j'ai payé")
        assert w.order("Moussa Kaba") == before
        assert "capture" in said[0]


async def test_the_next_in_line_is_offered_the_item_with_a_hold_of_their_own(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock()) as w:
        w.product("BOUBOU", 45_000, stock=1)
        for name in ("Khady Sarr", "Rokia Bah"):
            w.buyer(name)
        await _say(w, "Khady Sarr", "BOUBOU")
        assert "n°" in (await _say(w, "Rokia Bah", "je prends BOUBOU"))[0]
        await _time(w, 10.1)
        assert w.order("Khady Sarr")[1] == "expired"
        assert w.order("Rokia Bah")[1] == "reserved"
        assert "tour" in w.thread("Rokia Bah")[-1]
        await _pay(w, await _checkout(w, "Rokia Bah"))
        assert w.order("Rokia Bah")[1] == "paid"


async def test_late_money_is_a_question_for_the_seller_and_an_honest_word_to_the_buyer(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock()) as w:
        w.product("ROBE1", stock=1)
        w.buyer("Awa Ndour")
        await _say(w, "Awa Ndour", "ROBE1")
        session = await _checkout(w, "Awa Ndour")
        await _time(w, 11)
        assert w.providers["sandbox"].sessions[session].state == "expired", "the hold's end closes the session"
        await _pay(w, session, late=True)
        order = w.order("Awa Ndour")
        assert order[1:4] == ("paid", "paid_late", 1)
        assert "après la fin" in w.thread("Awa Ndour")[-1]
        w.shop.engine.call(lambda tx: settling.decide(tx, w.shop.orders, order[0], "honour"), actor="seller")
        assert w.order("Awa Ndour")[3] == 0
        assert w.value("SELECT count(*) FROM invoice") == 1


async def test_double_and_partial_money_are_named_and_never_silent(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("SAC2", 22_000)
        for name in ("Fanta Keïta", "Bintou Camara"):
            w.buyer(name)
            await _say(w, name, "SAC2")
        session = await _checkout(w, "Fanta Keïta", "Orange Money")
        await _pay(w, session)
        await _pay(w, session, again=True)
        assert w.order("Fanta Keïta")[1:] == ("paid", "paid_twice", 1, 22_000, 44_000)
        assert "deux fois" in w.thread("Fanta Keïta")[-1]
        await _pay(w, await _checkout(w, "Bintou Camara"), amount=20_000)
        assert w.order("Bintou Camara")[1:] == ("reserved", "underpaid", 1, 22_000, 20_000)
        await _pay(w, await _checkout(w, "Bintou Camara"), amount=2_000)
        assert w.order("Bintou Camara")[1:] == ("paid", None, 0, 22_000, 22_000)


async def test_the_sellers_own_phone_silences_the_bot_at_once(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer("Adjoa Mensah")
        await _say(w, "Adjoa Mensah", "bonsoir")
        buyer = w.graph.world.buyer("Adjoa Mensah")
        echo = {
            "from": "221338000000",
            "to": buyer.phone,
            "id": "wamid.ECHO1",
            "timestamp": str(w.clock.now() // 1000),
            "type": "text",
            "text": {"body": "Bonsoir Adjoa, je t'appelle"},
        }
        body = {"field": "smb_message_echoes", "place": "message_echoes", "items": [echo]}
        async with w.http.post(f"{w.graph_url}/_control/events", json=body) as reply:
            assert reply.status == 200, await reply.text()
        await quiet(w)
        assert await _say(w, "Adjoa Mensah", "ROBE1") == []
        assert w.value("SELECT mode FROM conversation") == "seller"


async def test_a_buyer_without_a_phone_number_buys_like_everybody(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer("Ndeye Diop", shows_phone=False)
        assert len(await _say(w, "Ndeye Diop", "2 ROBE1")) == 1
        await _pay(w, await _checkout(w, "Ndeye Diop"))
        assert w.order("Ndeye Diop")[1:] == ("paid", None, 0, 30_000, 30_000)
        assert w.value("SELECT count(*) FROM identity WHERE kind = 'phone'") == 0


async def test_cancelling_and_asking_for_my_orders(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer("Penda Sarr")
        await _say(w, "Penda Sarr", "ROBE1")
        assert "annulé" in (await _say(w, "Penda Sarr", "annuler svp"))[0]
        assert w.order("Penda Sarr")[1] == "cancelled"
        assert "LP-" in (await _say(w, "Penda Sarr", "mes achats"))[0]
        assert "rien" in (await _press(w, "Penda Sarr", "ANNULER"))[0], "an old button finds the state of today"


async def test_what_is_not_understood_goes_to_the_seller_after_one_question(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.buyer("Hanta Rakoto")
        assert len(await _say(w, "Hanta Rakoto", "azo alefa any Toamasina ve ny entana?")) == 1
        assert w.value("SELECT escalated_at IS NOT NULL FROM conversation") == 1
        assert await _say(w, "Hanta Rakoto", "je veux parler à quelqu'un") == [], "she has been told of a person"
        assert w.value("SELECT reason FROM conversation") == "human"


async def test_who_has_not_paid_is_reminded_once_with_the_link_and_who_paid_is_not(tmp_path: Path) -> None:
    async with world(tmp_path, clock=ManualClock()) as w:
        w.product("ROBE1", stock=2)
        for name in ("Aminata Diallo", "Fatou Ndiaye"):
            w.buyer(name)
            await _say(w, name, "je prends ROBE1")
        await _pay(w, await _checkout(w, "Fatou Ndiaye"))
        heard = {name: len(w.thread(name)) for name in ("Aminata Diallo", "Fatou Ndiaye")}
        await _time(w, 6.9)
        assert len(w.thread("Aminata Diallo")) == heard["Aminata Diallo"]
        await _time(w, 0.2)
        (reminder,) = w.thread("Aminata Diallo")[heard["Aminata Diallo"] :]
        assert "Plus que 2:5" in reminder
        assert "15\u202f000" in reminder
        assert _link(w, "Aminata Diallo").startswith(f"{w.url}/p/")
        await _time(w, 1)
        assert len(w.thread("Aminata Diallo")) == heard["Aminata Diallo"] + 1
        assert len(w.thread("Fatou Ndiaye")) == heard["Fatou Ndiaye"]
