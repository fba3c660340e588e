"""The adapter against the simulated Graph API: what is taken, refused, unclear; over real HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.conversations import outgoing as out
from core.conversations import sendcodes
from core.conversations.channel import NotSent, SendRefused, Unclear
from core.conversations.outgoing import Button, Outgoing, Row, Section
from core.conversations.sendcodes import Step
from core.kernel.clock import HOUR, SECOND
from tests.contract.whatsapp.conftest import MakeWire, Wire

PHONE = "221771234567"
TO = {"to": "+" + PHONE}


async def with_buyer(wire: Wire, **about: Any) -> Wire:
    """Aminata has just written to the shop."""
    wire.graph.world.add_buyer("Aminata", PHONE, **about)
    wire.graph.acts("Aminata").say("ROBE1")
    await wire.settled()
    return wire


async def thread(wire: Wire) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await wire.control("GET", "buyers/Aminata/thread"))["items"]
    return items


EVERY_KIND: list[Outgoing] = [
    out.text("Réservé 😀 https://pay.example/p/abc", preview_url=True),
    out.buttons("*Robe*", [Button("pay:1", "PAYER"), Button("no:1", "ANNULER")], header="Live", footer="9:47"),
    out.list_message("Catalogue", "VOIR", [Section("Robes", [Row("p:1", "Robe", "ROBE1")])]),
    out.link_button("Lien valide 9:30", "PAYER", "http://127.0.0.1:8787/p/abc"),
    out.contact_request("Ton numéro ?"),
]


@pytest.mark.parametrize("message", EVERY_KIND, ids=lambda message: message.kind)
async def test_every_kind_arrives_as_it_was_built(wire: Wire, message: Outgoing) -> None:
    await with_buyer(wire)
    sent = await wire.whatsapp.send(message, TO, "17")
    last = (await thread(wire))[-1]
    assert last["wamid"] == sent.wamid
    assert (last["part"], last["callback"]) == (message.body, "17")
    assert (sent.wa_id, sent.bsuid) == (PHONE, wire.graph.world.buyer("Aminata").bsuid)


async def test_a_quote_names_the_message_it_answers(wire: Wire) -> None:
    await with_buyer(wire)
    asked = wire.shop.messages()[0].item["id"]
    await wire.whatsapp.send(out.text("Oui", quote=asked), TO)
    assert (await thread(wire))[-1]["quote"] == asked


async def test_statuses_come_back_with_our_mark(wire: Wire) -> None:
    await with_buyer(wire)
    sent = await wire.whatsapp.send(out.text("Bonjour"), TO, "17")
    await wire.settled()
    assert [(s.wamid, s.status, s.callback) for s in wire.shop.statuses()] == [
        (sent.wamid, "sent", "17"),
        (sent.wamid, "delivered", "17"),
        (sent.wamid, "read", "17"),
    ]


async def test_a_buyer_without_a_number_is_answered_by_id(wire: Wire) -> None:
    await with_buyer(wire, shows_phone=False)
    (item,) = wire.shop.messages()
    assert (item.wa_id, item.bsuid) == (None, wire.graph.world.buyer("Aminata").bsuid)
    sent = await wire.whatsapp.send(out.text("Bonjour"), out.address(item.wa_id, item.bsuid))
    await wire.settled()
    assert sent.wa_id is None
    assert {(i.wa_id, i.bsuid) for i in wire.shop.items if i.kind == "status"} == {(None, item.bsuid)}


async def test_a_read_receipt_marks_this_and_earlier_messages_and_shows_typing(wire: Wire) -> None:
    await with_buyer(wire)
    last = wire.graph.acts("Aminata").say("tu es là ?")
    await wire.whatsapp.mark_read(last.wamid, typing=True)
    assert [entry["status"] for entry in await thread(wire)] == ["read", "read"]
    assert wire.graph.world.buyer("Aminata").typing_until == wire.clock.now() + 25 * SECOND


@pytest.mark.parametrize("code", sorted(set(sendcodes.listed()) - set(range(201, 300))))
async def test_every_code_is_refused_with_its_own_action(wire: Wire, code: int) -> None:
    await with_buyer(wire)
    await wire.control("POST", "faults", {"code": code})
    with pytest.raises(SendRefused) as refusal:
        await wire.whatsapp.send(out.text("x"), TO, "17")
    assert (refusal.value.code, refusal.value.details) == (code, "scripted")
    assert refusal.value.action is sendcodes.action(code)
    assert (await wire.control("GET", "sends"))["total"] == 0


async def test_a_transient_unknown_code_may_be_repeated(wire: Wire) -> None:
    await with_buyer(wire)
    await wire.control("POST", "faults", [{"code": 424242}, {"code": 2}])
    for step in (Step.GIVE_UP, Step.RETRY):
        with pytest.raises(SendRefused) as refusal:
            await wire.whatsapp.send(out.text("x"), TO)
        assert refusal.value.action.step is step


async def test_a_wrong_token_stops_the_queue(wire: Wire) -> None:
    with pytest.raises(SendRefused) as refusal:
        await wire.adapter(access_token="EAAwrong").send(out.text("x"), TO)
    assert (refusal.value.code, refusal.value.action.step) == (190, Step.STOP)


async def test_the_window_closes_after_24_hours(wire: Wire) -> None:
    await with_buyer(wire)
    wire.clock.advance(24 * HOUR - 1)
    await wire.whatsapp.send(out.text("à temps"), TO)
    wire.clock.advance(1)
    with pytest.raises(SendRefused) as refusal:
        await wire.whatsapp.send(out.text("trop tard"), TO)
    assert (refusal.value.code, refusal.value.action.step) == (131047, Step.WINDOW)


async def test_the_forty_sixth_message_at_once_meets_the_pair_rate(wire: Wire) -> None:
    await with_buyer(wire)
    for _ in range(45):
        await wire.whatsapp.send(out.text("x"), TO)
    with pytest.raises(SendRefused) as refusal:
        await wire.whatsapp.send(out.text("x"), TO)
    assert (refusal.value.code, refusal.value.action.step) == (131056, Step.CUSTOMER)
    wire.clock.advance(6 * SECOND)
    await wire.whatsapp.send(out.text("x"), TO)


async def test_more_than_eighty_in_a_second_meet_the_numbers_throughput(wire: Wire) -> None:
    for n in range(2):
        wire.graph.world.add_buyer(f"B{n}", f"22177000000{n}")
        wire.graph.acts(f"B{n}").say("x")
    for n in range(78):
        await wire.whatsapp.send(out.text("x"), {"to": f"+22177000000{n % 2}"})
    with pytest.raises(SendRefused) as refusal:
        await wire.whatsapp.send(out.text("x"), {"to": "+221770000000"})
    assert (refusal.value.code, refusal.value.action.step) == (130429, Step.NUMBER)


BY_HAND: list[tuple[dict[str, Any], int]] = [
    ({"type": "text", "text": {"body": "x" * 4097}}, 100),
    ({"type": "text"}, 131008),
    ({"type": "poll", "poll": {}}, 100),
    ({"type": "interactive", "interactive": {"type": "button", "body": {"text": "x"}, "action": {}}}, 131009),
    (
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "x"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "x" * 21}}]},
            },
        },
        131009,
    ),
    ({"type": "reaction", "reaction": {"message_id": "1", "emoji": ""}, "context": {"message_id": "1"}}, 131009),
    ({"type": "text", "text": {"body": "x"}, "biz_opaque_callback_data": "x" * 513}, 131009),
]


@pytest.mark.parametrize(("body", "code"), BY_HAND)
async def test_the_simulator_checks_what_our_builders_would_never_send(
    wire: Wire, body: dict[str, Any], code: int
) -> None:
    await with_buyer(wire)
    reply = await wire.http.request(
        "POST",
        f"{wire.base_url}/v26.0/{wire.graph.world.account().phone_number_id}/messages",
        headers={"Authorization": f"Bearer {wire.graph.world.account().access_token}"},
        json={"messaging_product": "whatsapp", **TO, **body},
    )
    assert (reply.status, reply.json()["error"]["code"]) == (400, code)


async def test_somebody_without_whatsapp_is_reported_as_failed_later(wire: Wire) -> None:
    sent = await wire.whatsapp.send(out.text("x"), {"to": "+33612345678"}, "17")
    await wire.settled()
    (status,) = wire.shop.statuses()
    assert (status.wamid, status.status, status.callback) == (sent.wamid, "failed", "17")
    assert [e.code for e in status.errors] == [131026]


async def test_an_id_in_the_place_of_a_phone_is_taken_and_never_delivered(wire: Wire) -> None:
    await with_buyer(wire)
    await wire.whatsapp.send(out.text("x"), {"to": wire.graph.world.buyer("Aminata").bsuid})
    await wire.settled()
    assert [s.status for s in wire.shop.statuses()] == ["failed"]
    assert len(await thread(wire)) == 1


@pytest.mark.parametrize(("code", "kind"), [(131047, "late"), (131042, "late"), (131049, "late")])
async def test_a_code_may_also_come_later_in_a_status(wire: Wire, code: int, kind: str) -> None:
    await with_buyer(wire)
    await wire.control("POST", "faults", {"kind": kind, "code": code})
    await wire.whatsapp.send(out.text("x"), TO, "17")
    await wire.settled()
    (status,) = wire.shop.statuses()
    assert [(status.status, e.code) for e in status.errors] == [("failed", code)]


# Answers that cannot be trusted


@pytest.mark.parametrize("kind", ["html_after", "drop", "hang"])
async def test_without_a_readable_answer_the_end_is_unclear_until_a_status_tells(
    make_wire: MakeWire, kind: str
) -> None:
    wire = await with_buyer(await make_wire(total_timeout=2.0))
    await wire.control("POST", "faults", {"kind": kind})
    with pytest.raises(Unclear):
        await wire.whatsapp.send(out.text("payer"), TO, "17")
    await wire.settled()
    assert (await wire.control("GET", "sends?callback=17"))["by_callback"] == {"17": 1}
    assert {(s.status, s.callback) for s in wire.shop.statuses()} >= {("sent", "17"), ("delivered", "17")}


async def test_a_gateways_page_is_unclear_even_when_nothing_was_sent(wire: Wire) -> None:
    await with_buyer(wire)
    await wire.control("POST", "faults", {"kind": "html"})
    with pytest.raises(Unclear):
        await wire.whatsapp.send(out.text("x"), TO)
    assert (await wire.control("GET", "sends"))["total"] == 0


async def test_an_answer_without_contacts_or_id_is_a_message_taken(wire: Wire) -> None:
    await with_buyer(wire)
    await wire.control("POST", "faults", [{"kind": "no_contacts"}, {"kind": "no_id"}, {"kind": "slow"}])
    first = await wire.whatsapp.send(out.text("x"), TO, "1")
    assert (first.wamid is not None, first.wa_id, first.bsuid) == (True, None, None)
    second = await wire.whatsapp.send(out.text("x"), TO, "2")
    assert (second.wamid, second.wa_id) == (None, PHONE)
    assert (await wire.whatsapp.send(out.text("x"), TO, "3")).wamid is not None
    assert (await wire.control("GET", "sends"))["by_callback"] == {"1": 1, "2": 1, "3": 1}


async def test_nobody_listening_means_not_sent(wire: Wire) -> None:
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(NotSent):
        await wire.adapter(base_url=f"http://127.0.0.1:{port}").send(out.text("x"), TO)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", Unclear),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", Unclear),
        (b"HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\n{}", Unclear),
        (b"HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n", NotSent),
        (b"HTTP/1.1 403 No\r\nContent-Length: 6\r\n\r\n<html>", NotSent),
        (b'HTTP/1.1 400 No\r\nContent-Length: 25\r\n\r\n{"error":{"code":"190"}}\n', SendRefused),
    ],
)
async def test_answers_of_machines_in_between(wire: Wire, answer: bytes, expected: type[Exception]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(expected):
            await wire.adapter(base_url=f"http://127.0.0.1:{port}").send(out.text("x"), TO)
