"""Golden: the exact JSON of every kind of message, and every limit refused one step beyond it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.conversations import outgoing as out
from core.conversations.outgoing import Button, Outgoing, Row, Section
from core.kernel.errors import Refused

TO = {"to": "+221771234567"}
PAY, CANCEL = Button("pay:7:1", "PAYER"), Button("cancel:7:1", "ANNULER")


def wire(message: Outgoing) -> dict[str, Any]:
    """What is particular to this message in its envelope."""
    whole = out.envelope(message, TO)
    assert {k: whole.pop(k) for k in ("messaging_product", "recipient_type", "to")} == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+221771234567",
    }
    return whole


def test_a_text() -> None:
    message = out.text("  Bonjour Aminata 😀\n", preview_url=True, quote="wamid.Q")
    assert wire(message) == {
        "context": {"message_id": "wamid.Q"},
        "type": "text",
        "text": {"body": "Bonjour Aminata 😀", "preview_url": True},
    }
    assert (message.kind, message.preview, message.buttons) == ("text", "Bonjour Aminata 😀", ())


def test_the_envelope_with_our_mark_and_a_business_scoped_id() -> None:
    assert out.envelope(out.text("ok"), {"recipient": "SN.42"}, "17") == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "recipient": "SN.42",
        "type": "text",
        "text": {"body": "ok"},
        "biz_opaque_callback_data": "17",
    }


def test_reply_buttons_under_a_picture() -> None:
    message = out.buttons("*Robe*\n15 000 F CFA", [PAY, CANCEL], header_image="99", footer="Reste 9:47")
    assert wire(message) == {
        "type": "interactive",
        "interactive": {
            "type": "button",
            "header": {"type": "image", "image": {"id": "99"}},
            "body": {"text": "*Robe*\n15 000 F CFA"},
            "footer": {"text": "Reste 9:47"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "pay:7:1", "title": "PAYER"}},
                    {"type": "reply", "reply": {"id": "cancel:7:1", "title": "ANNULER"}},
                ]
            },
        },
    }
    assert (message.preview, message.buttons) == ("*Robe*\n15 000 F CFA", ("PAYER", "ANNULER"))


def test_a_list_of_two_sections() -> None:
    sections = [
        Section("Robes", [Row("p:1", "Robe wax 15 000 F", "Stock : 3 · ROBE1")]),
        Section("Sacs", [Row("p:2", "Sac cuir")]),
    ]
    message = out.list_message("Notre catalogue", "VOIR", sections, header="Boutique")
    assert wire(message) == {
        "type": "interactive",
        "interactive": {
            "type": "list",
            "header": {"type": "text", "text": "Boutique"},
            "body": {"text": "Notre catalogue"},
            "action": {
                "button": "VOIR",
                "sections": [
                    {
                        "title": "Robes",
                        "rows": [{"id": "p:1", "title": "Robe wax 15 000 F", "description": "Stock : 3 · ROBE1"}],
                    },
                    {"title": "Sacs", "rows": [{"id": "p:2", "title": "Sac cuir"}]},
                ],
            },
        },
    }
    assert message.buttons == ("VOIR",)


def test_a_single_section_needs_no_title() -> None:
    message = out.list_message("Combien ?", "CHOISIR", [Section("", [Row("1", "1")])])
    assert message.body["action"]["sections"] == [{"rows": [{"id": "1", "title": "1"}]}]


def test_a_link_button() -> None:
    message = out.link_button("Lien valide 9:30", "PAYER 15 000 F", "https://pay.example/p/abc?x=1")
    assert wire(message) == {
        "type": "interactive",
        "interactive": {
            "type": "cta_url",
            "body": {"text": "Lien valide 9:30"},
            "action": {
                "name": "cta_url",
                "parameters": {"display_text": "PAYER 15 000 F", "url": "https://pay.example/p/abc?x=1"},
            },
        },
    }


def test_a_picture_a_document_a_reaction_and_a_request_for_the_number() -> None:
    assert wire(out.image("5", " Robe wax ")) == {"type": "image", "image": {"id": "5", "caption": "Robe wax"}}
    assert wire(out.document("6", "devis/12.pdf")) == {
        "type": "document",
        "document": {"id": "6", "filename": "devis-12.pdf"},
    }
    assert out.document("6", "devis.pdf").preview == "devis.pdf"
    assert wire(out.reaction("wamid.1", "👍")) == {
        "type": "reaction",
        "reaction": {"message_id": "wamid.1", "emoji": "👍"},
    }
    assert wire(out.contact_request("Ton numéro ?")) == {
        "type": "interactive",
        "interactive": {
            "type": "contact_request",
            "body": {"text": "Ton numéro ?"},
            "action": {"name": "request_contact_info"},
        },
    }


def test_a_template_with_values_in_order() -> None:
    message = out.template(
        "order_paid",
        "fr",
        "Commande payée",
        body=["LP-2026-1120-A3F2", "15 000\nF CFA"],
        header_document=("77", "recu.pdf"),
        buttons=[out.TemplateButton(0, "url", "abc123")],
    )
    assert wire(message) == {
        "type": "template",
        "template": {
            "name": "order_paid",
            "language": {"code": "fr"},
            "components": [
                {
                    "type": "header",
                    "parameters": [{"type": "document", "document": {"id": "77", "filename": "recu.pdf"}}],
                },
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "text": "LP-2026-1120-A3F2"},
                        {"type": "text", "text": "15 000 F CFA"},
                    ],
                },
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": "0",
                    "parameters": [{"type": "text", "text": "abc123"}],
                },
            ],
        },
    }
    assert not message.needs_window


def test_a_template_with_named_values_and_a_bare_one() -> None:
    named = out.template("due", "fr_CI", "…", header="Rappel", body={"amount": "500"})
    assert named.body["components"] == [
        {"type": "header", "parameters": [{"type": "text", "text": "Rappel"}]},
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "amount", "text": "500"}]},
    ]
    assert out.template("hello", "fr", "…").body == {"name": "hello", "language": {"code": "fr"}}


def test_a_read_receipt_with_and_without_typing() -> None:
    plain = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}
    assert out.read_receipt("wamid.1") == plain
    assert out.read_receipt("wamid.1", typing=True) == {**plain, "typing_indicator": {"type": "text"}}


def buttons_of(*titles: str) -> list[Button]:
    return [Button(str(n), title) for n, title in enumerate(titles)]


def rows_of(count: int) -> list[Section]:
    return [Section("", [Row(str(n), str(n)) for n in range(count)])]


GOOD: list[Callable[[], Outgoing]] = [
    lambda: out.text("x" * 4096),
    lambda: out.text("😀" * 2048),
    lambda: out.buttons("x" * 1024, buttons_of("x" * 20), header="x" * 60, footer="x" * 60),
    lambda: out.buttons("x", [Button("x" * 256, "ok")]),
    lambda: out.list_message("x", "x" * 20, [Section("x" * 24, [Row("x" * 200, "x" * 24, "x" * 72)])]),
    lambda: out.list_message("x", "ok", rows_of(10)),
    lambda: out.link_button("x", "x" * 20, "http://127.0.0.1:8787/p/" + "x" * 1000),
    lambda: out.image("1", "x" * 1024),
]


@pytest.mark.parametrize("make", GOOD)
def test_every_limit_can_be_reached(make: Callable[[], Outgoing]) -> None:
    assert Outgoing.from_payload(make().to_payload()) == make()


BAD: list[tuple[Callable[[], Outgoing], str]] = [
    (lambda: out.text("x" * 4097), "The text has 4097 characters; WhatsApp takes at most 4096."),
    (lambda: out.text("😀" * 2048 + "x"), "The text has 4097 characters"),
    (lambda: out.text(" \n\x00"), "A message needs some text."),
    (lambda: out.buttons("x", []), "A message carries 1 to 3 buttons, not 0."),
    (lambda: out.buttons("x", buttons_of(*"abcd")), "A message carries 1 to 3 buttons, not 4."),
    (lambda: out.buttons("x", buttons_of("CHANGER MODE PAIEMENT")), "The button “CHANGER MODE PAIEMENT” has 21"),
    (lambda: out.buttons("x", buttons_of("PAYER " + "😀" * 8)), "has 22 characters"),
    (lambda: out.buttons("x", buttons_of("OUI", " OUI\n")), "“OUI” appears twice"),
    (lambda: out.buttons("x", [Button("1", "OUI"), Button("1", "NON")]), "“1” appears twice"),
    (lambda: out.buttons("x", [Button("x" * 257, "OUI")]), "has 257 characters; WhatsApp takes at most 256"),
    (lambda: out.buttons("x", [Button("", "OUI")]), "needs an id"),
    (lambda: out.buttons("x", buttons_of(" ")), "A button needs a title."),
    (lambda: out.buttons("x" * 1025, buttons_of("OUI")), "The text has 1025"),
    (lambda: out.buttons("x", buttons_of("OUI"), footer="x" * 61), "The footer has 61"),
    (lambda: out.buttons("x", buttons_of("OUI"), header="x" * 61), "The header has 61"),
    (lambda: out.buttons("x", buttons_of("OUI"), header=" "), "The header is empty."),
    (lambda: out.list_message("x", "ok", rows_of(11)), "A list holds 1 to 10 lines in all, not 11."),
    (lambda: out.list_message("x", "ok", []), "A list holds 1 to 10 lines in all, not 0."),
    (lambda: out.list_message("x", "ok", [Section("a", []), *rows_of(1)]), "none of them empty"),
    (lambda: out.list_message("x", "ok", [*rows_of(1), Section("b", [Row("z", "z")])]), "A section needs a title."),
    (lambda: out.list_message("x", "ok", [Section("x" * 25, [Row("1", "1")])]), "The section title"),
    (lambda: out.list_message("x", "ok", [Section("", [Row("1", "x" * 25)])]), "The list line"),
    (lambda: out.list_message("x", "ok", [Section("", [Row("1", "x", "x" * 73)])]), "The description"),
    (lambda: out.list_message("x", "ok", [Section("", [Row("x" * 201, "x")])]), "at most 200"),
    (lambda: out.list_message("x", "ok", [Section("", [Row("1", "a"), Row("1", "b")])]), "“1” appears twice"),
    (lambda: out.list_message("x", "x" * 21, rows_of(1)), "has 21 characters"),
    (lambda: out.link_button("x", "ok", "javascript:alert(1)"), "is not a web address"),
    (lambda: out.link_button("x", "ok", "https://[::1"), "is not a web address"),
    (lambda: out.link_button("x", "ok", "https://pay.example/a b"), "is not a web address"),
    (lambda: out.link_button("x", "ok", "https://pay.example/" + "x" * 2000), "The link has 2020"),
    (lambda: out.image("", "x"), "needs an id"),
    (lambda: out.image("1", "x" * 1025), "The caption has 1025"),
    (lambda: out.document("1", " "), "A document needs a file name."),
    (lambda: out.template("Nom Majuscule", "fr", "x"), "cannot be the name of a template"),
    (lambda: out.template("hello", "français", "x"), "cannot be the name of a template"),
]


@pytest.mark.parametrize(("make", "words"), BAD)
def test_beyond_a_limit_it_is_refused_before_it_is_queued(make: Callable[[], Outgoing], words: str) -> None:
    with pytest.raises(Refused) as refusal:
        make()
    assert words in str(refusal.value)


def test_a_mark_longer_than_whatsapp_returns_is_refused() -> None:
    with pytest.raises(Refused):
        out.envelope(out.text("x"), TO, "x" * 513)


def test_half_an_emoji_never_reaches_the_wire() -> None:
    message = out.buttons("a\ud83d", [Button("i\ud83d", "b\ud83d")], footer="c\ud83d")
    message.to_payload().decode()


@pytest.mark.parametrize(
    ("phone", "bsuid", "expected"),
    [
        ("+221771234567", None, {"to": "+221771234567"}),
        ("221771234567", "SN.42", {"to": "+221771234567"}),
        (None, "SN.42", {"recipient": "SN.42"}),
        ("SN.ENT.42", None, {"recipient": "SN.ENT.42"}),
        ("nonsense", "221771234567", {"to": "+221771234567"}),
    ],
)
def test_a_phone_is_sent_to_with_its_plus_and_an_id_as_recipient(
    phone: str | None, bsuid: str | None, expected: dict[str, str]
) -> None:
    assert out.address(phone, bsuid) == expected


@pytest.mark.parametrize(("phone", "bsuid"), [(None, None), ("", ""), ("12", "SN-42")])
def test_a_customer_without_any_address_is_refused(phone: str | None, bsuid: str | None) -> None:
    with pytest.raises(Refused):
        out.address(phone, bsuid)


def test_two_texts_become_one() -> None:
    merged = out.merge_texts(out.text("Merci", quote="wamid.1"), out.text("À bientôt", preview_url=True))
    assert merged == out.text("Merci\n\nÀ bientôt", preview_url=True, quote="wamid.1")


def test_a_text_joins_the_buttons_list_or_link_after_it() -> None:
    first = out.text("Bienvenue !")
    makers: list[Callable[[str], Outgoing]] = [
        lambda body: out.buttons(body, [PAY], footer="f"),
        lambda body: out.list_message(body, "VOIR", rows_of(2)),
        lambda body: out.link_button(body, "PAYER", "https://pay.example/p"),
    ]
    for make in makers:
        assert out.merge_texts(first, make("La suite")) == make("Bienvenue !\n\nLa suite")


def test_what_does_not_fit_together_stays_apart() -> None:
    long = out.text("x" * 1022)
    assert out.merge_texts(long, out.buttons("xx", [PAY])) is None
    assert out.merge_texts(out.text("x" * 4000), out.text("x" * 95)) is None
    assert out.merge_texts(out.text("x" * 4000), out.text("x" * 94)) is not None
    assert out.merge_texts(out.buttons("x", [PAY]), out.text("x")) is None
    assert out.merge_texts(out.text("x"), out.image("1")) is None
    assert out.merge_texts(out.text("x", quote="wamid.1"), out.text("x", quote="wamid.2")) is None
