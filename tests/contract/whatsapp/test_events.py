"""Webhooks of the simulator, read by our own splitter: batched, repeated, shuffled, refused, disguised."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from core.conversations import outgoing as out
from core.conversations.outgoing import Button, Row, Section
from core.conversations.reading import read_message, read_user_change
from localserver.sandbox.graph import Account, default_account
from tests.contract.whatsapp.conftest import VERIFY_TOKEN, MakeWire, Wire


async def ten_messages(wire: Wire) -> list[str]:
    """Ten buyers, some without a number, wrote while nothing was delivered. → what they wrote."""
    await wire.control("PATCH", "delivery", {"hold": True})
    said = []
    for n in range(10):
        wire.graph.world.add_buyer(f"Buyer {n}", shows_phone=n % 3 > 0, username=f"user{n}" if n % 2 else None)
        text = f"je prends ROBE{n} é😀 https://x/y\n"
        wire.graph.acts(f"Buyer {n}").say(text)
        said.append(text)
    return said


def texts(wire: Wire) -> list[str]:
    return [read_message(item).text for item in wire.shop.messages()]


@pytest.mark.parametrize("spread", [False, True])
async def test_a_batch_is_one_post_of_many_entries_changes_and_items(wire: Wire, spread: bool) -> None:
    said = await ten_messages(wire)
    await wire.control("PATCH", "delivery", {"hold": False, "batch": 10, "spread": spread})
    await wire.settled()
    (raw,) = wire.shop.bodies
    body = json.loads(raw)
    changes = [change for entry in body["entry"] for change in entry["changes"]]
    assert (len(body["entry"]), len(changes)) == ((5, 10) if spread else (1, 1))
    assert texts(wire) == said
    assert all(item.profile_name == f"Buyer {n}" for n, item in enumerate(wire.shop.messages()))


async def test_bodies_are_escaped_as_meta_escapes_them(wire: Wire) -> None:
    wire.graph.world.add_buyer("Aïssatou")
    wire.graph.acts("Aïssatou").say("é😀 a/b")
    await wire.settled()
    (raw,) = wire.shop.bodies
    assert raw.isascii()
    assert b"\\u00e9\\ud83d\\ude00 a\\/b" in raw


async def test_copies_in_any_order_are_the_same_facts(wire: Wire) -> None:
    said = await ten_messages(wire)
    await wire.control("PATCH", "delivery", {"hold": False, "copies": 3, "shuffle": True, "parallel": 4, "batch": 2})
    await wire.settled()
    assert texts(wire) != said * 3
    assert Counter(item.key for item in wire.shop.messages()) == dict.fromkeys(
        {item.key for item in wire.shop.messages()}, 3
    )
    assert sorted(set(texts(wire))) == sorted(said)


async def test_what_is_not_answered_with_200_comes_again_and_alone(wire: Wire) -> None:
    said = await ten_messages(wire)
    wire.shop.answers = [500, 503]
    await wire.control("PATCH", "delivery", {"hold": False, "batch": 10})
    await wire.settled()
    assert wire.shop.items == []
    await wire.control("PATCH", "delivery", {"batch": 3})
    await wire.settled(hurry=True)
    await wire.settled(hurry=True)
    assert sorted(texts(wire)) == sorted(said)
    log = (await wire.control("GET", "webhooks"))["log"]
    assert [line["status"] for line in log][:3] == [500, 503, 200]
    assert (await wire.control("GET", "webhooks"))["waiting"] == 0


async def test_retries_come_less_and_less_often_and_end(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa")
    wire.shop.answers = [500] * 100
    wire.graph.acts("Awa").say("x")
    waits = []
    for _ in range(20):
        await wire.settled()
        if not wire.graph.courier.queue:
            break
        wait = wire.graph.courier.queue[0].due - wire.clock.now()
        waits.append(wait)
        wire.clock.advance(wait)
    assert waits == sorted(waits)
    assert len(waits) == 10
    assert len(wire.shop.answers) == 100 - 11


async def test_a_spoilt_signature_is_refused_by_the_shop(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa")
    await wire.control("PATCH", "delivery", {"bad_signature": True})
    wire.graph.acts("Awa").say("x")
    await wire.settled()
    assert (wire.shop.refused, wire.shop.items) == (1, [])


async def test_keys_from_tomorrow_change_nothing(wire: Wire) -> None:
    said = await ten_messages(wire)
    await wire.control("PATCH", "delivery", {"hold": False, "decorate": True, "batch": 4})
    await wire.settled()
    assert texts(wire) == said


async def test_fields_and_types_from_tomorrow_are_kept(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", "221771234567")
    await wire.control("POST", "events", {"field": "starlight", "value": {"event": "X"}})
    await wire.control("POST", "events", {"field": "messages", "place": "galaxies", "items": [{"a": 1}]})
    await wire.control("POST", "buyers/Awa/item", {"type": "hologram", "part": {"x": 1}})
    await wire.settled()
    assert [item.kind for item in wire.shop.items] == ["raw", "raw", "message"]
    assert read_message(wire.shop.messages()[0]).unsupported


async def test_echoes_of_the_sellers_phone_and_changed_ids_arrive(wire: Wire) -> None:
    echo = {"id": "wamid.E", "from": "221338000000", "to": "221771234567", "timestamp": "1790000000", "type": "text"}
    echo_text: dict[str, Any] = {**echo, "text": {"body": "J'arrive"}}
    await wire.control(
        "POST", "events", {"field": "smb_message_echoes", "place": "message_echoes", "items": [echo_text]}
    )
    update = {"user_id": {"previous": "SN.1", "current": "SN.2"}, "timestamp": "1790000000"}
    await wire.control("POST", "events", {"field": "user_id_update", "items": [update]})
    await wire.settled()
    first, second = wire.shop.items
    assert (first.kind, read_message(first).text) == ("echo", "J'arrive")
    assert read_user_change(second).current.bsuid == "SN.2"


async def test_a_buyer_presses_chooses_photographs_speaks_reacts_and_shares(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", "221771234567", shows_phone=False)
    wire.graph.acts("Awa").say("ROBE1")
    to = out.address(None, wire.graph.world.buyer("Awa").bsuid)
    card = await wire.whatsapp.send(out.buttons("Robe", [Button("pay:1", "PAYER"), Button("no:1", "ANNULER")]), to)
    await wire.whatsapp.send(out.list_message("Combien ?", "CHOISIR", [Section("", [Row("q:2", "2")])]), to)
    await wire.control("POST", "buyers/Awa/press", {"button": "PAYER"})
    await wire.control("POST", "buyers/Awa/choose", {"row": "q:2"})
    await wire.control("POST", "buyers/Awa/photo", {"caption": "payé !"})
    await wire.control("POST", "buyers/Awa/voice", {"seconds": 1.5})
    await wire.control("POST", "buyers/Awa/react", {"emoji": "❤️"})
    await wire.control("POST", "buyers/Awa/locate", {"name": "Dakar"})
    await wire.control("POST", "buyers/Awa/share_phone")
    await wire.control("POST", "buyers/Awa/say", {"text": "merci"})
    await wire.settled()
    press, choose, photo, voice, reaction, place, shared, thanks = [read_message(m) for m in wire.shop.messages()[1:]]
    assert (press.text, press.reply_id, press.quoted_wamid) == ("PAYER", "pay:1", card.wamid)
    assert (choose.text, choose.reply_id) == ("2", "q:2")
    assert photo.media is not None
    assert (photo.text, photo.media.mime) == ("payé !", "image/png")
    assert voice.media is not None
    assert voice.media.voice
    assert (reaction.emoji, reaction.reaction_to is not None) == ("❤️", True)
    assert place.location is not None
    assert (shared.contact_request, shared.shared_phones) == (True, ("221771234567",))
    assert thanks.text == "merci"
    assert [m.wa_id for m in wire.shop.messages()][-2:] == [None, "221771234567"]


async def test_what_is_not_there_cannot_be_pressed(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa")
    for act, body, status in (
        ("press", {"button": "PAYER"}, 409),
        ("choose", {"row": "x"}, 409),
        ("react", {}, 409),
        ("fly", {}, 409),
        ("say", {"speak": 1}, 422),
        ("photo", {"content": "not base64!"}, 422),
    ):
        reply = await wire.http.request("POST", f"{wire.base_url}/_control/buyers/Awa/{act}", json=body)
        assert reply.status == status, reply.body
    reply = await wire.http.request("POST", f"{wire.base_url}/_control/buyers/Nobody/say", json={"text": "x"})
    assert reply.status == 409


async def test_a_phone_that_is_off_gets_its_messages_later(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", "221771234567")
    wire.graph.acts("Awa").say("x")
    await wire.control("PATCH", "buyers/Awa", {"online": False})
    await wire.whatsapp.send(out.text("ok"), {"to": "+221771234567"})
    await wire.settled()
    assert [s.status for s in wire.shop.statuses()] == ["sent"]
    await wire.control("PATCH", "buyers/Awa", {"online": True})
    await wire.settled()
    assert [s.status for s in wire.shop.statuses()] == ["sent", "delivered"]


async def test_read_comes_when_the_buyer_looks(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", "221771234567")
    wire.graph.acts("Awa").say("x")
    await wire.control("PATCH", "delivery", {"statuses": ["sent", "delivered"]})
    await wire.whatsapp.send(out.text("ok"), {"to": "+221771234567"})
    await wire.control("PATCH", "delivery", {"statuses": ["sent", "delivered", "read"]})
    await wire.control("POST", "buyers/Awa/read")
    await wire.settled()
    assert [s.status for s in wire.shop.statuses()] == ["sent", "delivered", "read"]


# Addresses


async def test_the_app_is_connected_only_with_the_right_token(make_wire: MakeWire) -> None:
    wire = await make_wire(connected=False)
    for url, token in ((wire.shop.url, "wrong"), (wire.shop.url + "/nowhere", VERIFY_TOKEN)):
        reply = await wire.http.request(
            "POST", f"{wire.base_url}/_control/webhooks", json={"url": url, "verify_token": token}
        )
        assert reply.status == 409
    await wire.control("POST", "webhooks", {"url": wire.shop.url, "verify_token": VERIFY_TOKEN})
    wire.graph.world.add_buyer("Awa")
    wire.graph.acts("Awa").say("x")
    await wire.settled()
    assert len(wire.shop.items) == 1


async def test_the_numbers_own_address_wins_over_the_accounts(make_wire: MakeWire) -> None:
    wire = await make_wire(connected=False)
    await wire.whatsapp.subscribe(wire.shop.url + "?from=account", VERIFY_TOKEN)
    assert wire.graph.world.account().webhook.url.endswith("?from=account")
    await wire.whatsapp.set_callback_override(wire.shop.url, VERIFY_TOKEN)
    assert wire.graph.world.account().webhook.url == wire.shop.url
    await wire.whatsapp.set_callback_override("", "")
    assert wire.graph.world.account().webhook.url.endswith("?from=account")
    await wire.whatsapp.subscribe()
    assert wire.graph.world.account().webhook.url == ""


async def test_two_numbers_of_two_accounts_share_one_simulator(make_wire: MakeWire) -> None:
    first = default_account()
    second = Account("99", "98", "+261 34 000 00 00", "Tsena", "EAAother", first.app_secret)
    wire = await make_wire(accounts=(first, second))
    wire.graph.world.add_buyer("Awa", "221771234567")
    wire.graph.acts("Awa", first.phone_number_id).say("a")
    wire.graph.acts("Awa", "99").say("b")
    await wire.settled()
    assert [(m.phone_number_id, read_message(m).text) for m in wire.shop.messages()] == [
        (first.phone_number_id, "a"),
        ("99", "b"),
    ]
    await wire.adapter(phone_number_id="99", waba_id="98", access_token="EAAother").send(
        out.text("Salama"), {"to": "+221771234567"}
    )
    assert [e["text"] for e in (await wire.control("GET", "buyers/Awa/thread?number=99"))["items"]] == ["b", "Salama"]
    assert len((await wire.control("GET", "buyers/Awa/thread"))["items"]) == 1
