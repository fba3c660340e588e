"""Templates against the simulated WhatsApp: handed in, judged, listed, sent, withdrawn (reference §5.5, §7)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from core.conversations import outgoing as out
from core.conversations.channel import NotSent, SendRefused, Unclear
from core.kernel.clock import DAY
from core.templates import service
from core.templates.rules import APPROVED, DISABLED, PAUSED, REJECTED, SUBMITTED, Button, Words
from tests.contract.whatsapp.conftest import Wire

TO = {"to": "+221771234567"}
WORDS = Words(
    "suivi_commande",
    "fr",
    "utility",
    "Bonjour {{1}}, du nouveau pour votre commande {{2}} chez nous.",
    samples=("Awa", "CMD-1"),
    footer="Boutique Téranga",
    buttons=(Button("Voir", "https://example.org/"), Button("J’ai une question")),
)


async def judged(wire: Wire, event: str, **more: str) -> None:
    await wire.control("POST", f"templates/{WORDS.name}", {"event": event, **more})


async def approved(wire: Wire) -> str:
    handed = await wire.whatsapp.hand_in(WORDS, "fr", "")
    await judged(wire, "APPROVED")
    return handed.wa_id


async def refusal(wire: Wire, message: out.Outgoing) -> int | None:
    with pytest.raises(SendRefused) as refused:
        await wire.whatsapp.send(message, TO)
    return refused.value.code


async def test_what_is_handed_in_is_listed_with_the_same_words(wire: Wire) -> None:
    handed = await wire.whatsapp.hand_in(WORDS, "fr", "")
    assert (handed.state, handed.category) == (SUBMITTED, "UTILITY")
    (seen,) = await wire.whatsapp.templates()
    ordered = replace(WORDS, fields=("", ""), buttons=WORDS.buttons[::-1])  # ready answers stand before addresses
    assert (seen.wa_id, seen.state, seen.words) == (handed.wa_id, SUBMITTED, ordered)


NAMED = replace(
    WORDS,
    name="commande_nommee",
    body="Bonjour {{prenom}}, du nouveau pour votre commande {{numero}} chez nous.",
    heading="Commande {{numero}}",
    fields=("", "", ""),
    samples=("CMD-1", "Awa", "CMD-1"),
    buttons=(Button("J’ai une question"), Button("Voir", "https://example.org/")),
)


async def test_a_heading_and_named_values_are_listed_and_sent_by_their_names(wire: Wire) -> None:
    await wire.whatsapp.hand_in(NAMED, "fr", "")
    numbered = replace(WORDS, name="numerotee", heading="Du nouveau, {{1}}", samples=("Awa", "Awa", "CMD-1"))
    await wire.whatsapp.hand_in(numbered, "fr", "")
    named, other = (seen.words for seen in await wire.whatsapp.templates())
    assert named == NAMED
    assert other is not None
    assert (other.heading, other.samples) == (numbered.heading, numbered.samples)
    await wire.control("POST", f"templates/{NAMED.name}", {"event": "APPROVED"})
    wire.graph.world.add_buyer("Awa", "221771234567")
    body = {"prenom": "Awa", "numero": "CMD-7"}
    await wire.whatsapp.send(out.template(NAMED.name, "fr", "…", body=body, header=("numero", "CMD-7")), TO)
    await wire.settled()
    thread = (await wire.control("GET", "buyers/Awa/thread"))["items"]
    assert thread[-1]["text"] == "Commande CMD-7\n\nBonjour Awa, du nouveau pour votre commande CMD-7 chez nous."
    assert await refusal(wire, out.template(NAMED.name, "fr", "…", body=body)) == 132000
    wrong = {"prenom": "Awa", "nombre": "CMD-7"}
    assert await refusal(wire, out.template(NAMED.name, "fr", "…", body=wrong, header=("numero", "7"))) == 132012


@pytest.mark.parametrize("words", service.ready_made(), ids=lambda words: words.name)
async def test_whatsapp_takes_each_ready_made_one(wire: Wire, words: Words) -> None:
    assert (await wire.whatsapp.hand_in(words, "fr", "")).state == SUBMITTED


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (replace(WORDS, body="{{1}}, bonjour à toi et aux tiens"), "start or end"),
        (replace(WORDS, body="Oui {{1}} et {{2}} ok"), "too many variables"),
        (replace(WORDS, samples=("Awa",)), "example"),
        (replace(WORDS, name="Suivi"), "lowercase"),
        (replace(WORDS, footer="x" * 61), "footer"),
    ],
)
async def test_what_whatsapp_does_not_take_comes_back_in_its_words(wire: Wire, words: Words, said: str) -> None:
    with pytest.raises(SendRefused) as refused:
        await wire.whatsapp.hand_in(words, "fr", "")
    assert refused.value.code == 100
    assert said in refused.value.details


async def test_a_language_whatsapp_does_not_list_and_a_second_of_a_name_are_refused(wire: Wire) -> None:
    await wire.whatsapp.hand_in(WORDS, "fr", "")
    for code, said in (("mg", "not supported"), ("fr", "already")):
        with pytest.raises(SendRefused) as refused:
            await wire.whatsapp.hand_in(WORDS, code, "")
        assert said in refused.value.details


async def test_a_list_of_many_pages_is_read_to_its_end(wire: Wire) -> None:
    for number in range(130):
        await wire.whatsapp.hand_in(replace(WORDS, name=f"t_{number}"), "fr", "")
    assert len({seen.name for seen in await wire.whatsapp.templates()}) == 130


async def test_the_reviewers_word_comes_by_webhook_and_in_the_list(wire: Wire) -> None:
    await wire.whatsapp.hand_in(WORDS, "fr", "")
    await judged(wire, "REJECTED", reason="TAG_CONTENT_MISMATCH", category="MARKETING")
    await wire.settled()
    told = [item for item in wire.shop.items if item.kind == "account"]
    assert {item.field for item in told} == {"message_template_status_update", "template_category_update"}
    status: dict[str, Any] = told[0].item
    assert (status["event"], status["message_template_name"]) == ("REJECTED", WORDS.name)
    (seen,) = await wire.whatsapp.templates()
    assert (seen.state, seen.reason, seen.words and seen.words.category) == (
        *(REJECTED, "TAG_CONTENT_MISMATCH"),
        "marketing",
    )


async def test_other_words_after_a_refusal_keep_its_id(wire: Wire) -> None:
    wa_id = (await wire.whatsapp.hand_in(WORDS, "fr", "")).wa_id
    await judged(wire, "REJECTED", reason="INVALID_FORMAT")
    better = replace(WORDS, body="Bonjour {{1}}, votre commande {{2}} est prête.")
    assert (await wire.whatsapp.hand_in(better, "fr", wa_id)).wa_id == wa_id
    (seen,) = await wire.whatsapp.templates()
    assert (seen.state, seen.words and seen.words.body) == (SUBMITTED, better.body)


async def test_an_approved_one_goes_when_the_window_is_closed_and_arrives_filled(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", "221771234567")
    wire.graph.acts("Awa").say("bonjour")
    await approved(wire)
    wire.clock.advance(2 * DAY)
    assert await refusal(wire, out.text("libre")) == 131047
    await wire.whatsapp.send(out.template(WORDS.name, "fr", "…", body=["Awa", "CMD-7"]), TO)
    await wire.settled()
    thread = (await wire.control("GET", "buyers/Awa/thread"))["items"]
    assert thread[-1]["text"] == "Bonjour Awa, du nouveau pour votre commande CMD-7 chez nous."
    priced = [status.pricing.category for status in wire.shop.statuses() if status.pricing]
    assert set(priced) == {"utility"}
    wire.graph.acts("Awa").press("J’ai une question")
    await wire.settled()
    assert wire.shop.messages()[-1].item["button"]["text"] == "J’ai une question"
    await wire.whatsapp.send(out.text("libre à nouveau"), TO)


async def test_each_refusal_of_a_send_has_its_code(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", "221771234567")
    message = out.template(WORDS.name, "fr", "…", body=["Awa", "CMD-7"])
    assert await refusal(wire, message) == 132001
    await wire.whatsapp.hand_in(WORDS, "fr", "")
    assert await refusal(wire, message) == 132001  # not approved yet
    await judged(wire, "APPROVED")
    assert await refusal(wire, out.template(WORDS.name, "fr", "…", body=["Awa"])) == 132000
    assert await refusal(wire, out.template(WORDS.name, "en", "…", body=["Awa", "x"])) == 132001
    assert await refusal(wire, out.template(WORDS.name, "fr", "…", body=["Awa", "x" * 1024])) == 132005
    await wire.control("POST", "faults", {"kind": "code", "code": 132007, "on": "messages"})
    assert await refusal(wire, message) == 132007
    for event, code, state in (("PAUSED", 132015, PAUSED), ("DISABLED", 132016, DISABLED)):
        await judged(wire, event)
        assert await refusal(wire, message) == code
        assert (await wire.whatsapp.templates())[0].state == state
    await judged(wire, "REINSTATED")
    await wire.whatsapp.send(message, TO)
    assert (await wire.whatsapp.templates())[0].state == APPROVED


async def test_who_stopped_advertising_gets_none_and_the_shop_is_told(wire: Wire) -> None:
    wire.graph.world.add_buyer("Awa", "221771234567")
    await wire.whatsapp.hand_in(replace(WORDS, category="marketing"), "fr", "")
    await judged(wire, "APPROVED")
    await wire.control("PATCH", "buyers/Awa", {"marketing": False})
    await wire.whatsapp.send(out.template(WORDS.name, "fr", "…", body=["Awa", "x"]), TO)
    await wire.settled()
    assert [item.item["value"] for item in wire.shop.items if item.kind == "preference"] == ["stop"]
    failed = [status for status in wire.shop.statuses() if status.status == "failed"]
    assert [status.errors[0].code for status in failed] == [131050]


async def test_a_withdrawn_one_is_gone(wire: Wire) -> None:
    wa_id = await approved(wire)
    await wire.whatsapp.withdraw(WORDS.name, wa_id)
    assert await wire.whatsapp.templates() == []
    with pytest.raises(SendRefused):
        await wire.whatsapp.withdraw(WORDS.name, wa_id)


async def test_a_page_of_a_machine_in_between_is_no_answer(wire: Wire) -> None:
    await wire.control("POST", "faults", {"kind": "html", "on": "templates", "times": 2})
    with pytest.raises(Unclear):
        await wire.whatsapp.templates()
    with pytest.raises((Unclear, NotSent)):
        await wire.whatsapp.hand_in(WORDS, "fr", "")
