from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversations.incoming import Incoming, Who, split
from core.conversations.reading import (
    CartLine,
    InboundMessage,
    Media,
    Pricing,
    SendError,
    read_errors,
    read_message,
    read_status,
    read_user_change,
    safe_filename,
)
from core.durable.outbox import RANK
from tests.core.whatsapp.bodies import BSUID, PHONE, RECEIVED, SENT_MS, body, change, encode, message, status


def only(value: Any) -> Incoming:
    (item,) = split(encode(value), RECEIVED).items
    return item


def read(type_: str, **rest: Any) -> InboundMessage:
    return read_message(only(body(change(messages=[message("wamid.M", type_, **rest)]))))


def test_a_text_with_its_quote_referral_and_forward() -> None:
    referral = {"source_type": "ad", "source_id": "42", "ctwa_clid": "abc"}
    context = {"from": "221338000000", "id": "wamid.Q", "forwarded": True}
    said = read("text", text={"body": "je prends ROBE1"}, context=context, referral=referral)
    assert said == InboundMessage(
        "wamid.M", "text", SENT_MS, "je prends ROBE1", quoted_wamid="wamid.Q", referral=referral, forwarded=True
    )


def test_often_forwarded_counts_as_forwarded_and_a_context_may_lack_its_id() -> None:
    said = read("text", context={"frequently_forwarded": True})
    assert (said.forwarded, said.quoted_wamid) == (True, None)


@pytest.mark.parametrize(
    ("type_", "part", "text", "reply"),
    [
        ("button", {"payload": "pay:1", "text": "PAYER"}, "PAYER", "pay:1"),
        ("interactive", {"type": "button_reply", "button_reply": {"id": "pay:1", "title": "PAYER"}}, "PAYER", "pay:1"),
        ("interactive", {"type": "list_reply", "list_reply": {"id": "R1", "title": "Robe"}}, "Robe", "R1"),
    ],
)
def test_a_pressed_button_gives_its_title_and_id(type_: str, part: Any, text: str, reply: str) -> None:
    said = read(type_, **{type_: part})
    assert (said.text, said.reply_id, said.unsupported) == (text, reply, False)


def test_an_interactive_sent_again_without_its_part_is_unsupported() -> None:
    said = read("interactive", interactive={}, errors=[{"code": 131051}])
    assert said.unsupported
    assert said.errors == (SendError(131051),)


@pytest.mark.parametrize(
    ("answer", "form"),
    [('{"city":"Thiès"}', {"city": "Thiès"}), ("{broken", None), ("[1]", None), (7, None), ("[" * 9000, None)],
)
def test_a_flows_answer_is_json_in_a_string_or_nothing(answer: Any, form: Any) -> None:
    said = read("interactive", interactive={"type": "nfm_reply", "nfm_reply": {"response_json": answer}})
    assert said.form == form


def test_a_photo_has_its_caption_and_a_voice_note_none() -> None:
    photo = read("image", image={"id": "1", "mime_type": "image/jpeg", "sha256": "aa=", "caption": "payé !"})
    assert (photo.text, photo.media) == ("payé !", Media("1", "image", "image/jpeg", sha256="aa="))
    voice = read("audio", audio={"id": "2", "mime_type": "audio/ogg; codecs=opus", "voice": True})
    assert voice.media == Media("2", "audio", "audio/ogg; codecs=opus", voice=True)
    old = read("voice", voice={"id": "3", "mime_type": "audio/ogg"})
    assert old.media == Media("3", "audio", "audio/ogg", voice=True)


def test_a_picture_too_large_for_whatsapp_has_no_media_but_its_error() -> None:
    said = read("image", image={}, errors=[{"code": 131052, "title": "Media download error"}])
    assert (said.media, said.errors) == (None, (SendError(131052, "Media download error"),))


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("reçu.pdf", "reçu.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\x.dll", "x.dll"),
        ("a\x00b\n:*?.pdf", "ab.pdf"),
        ("..", ""),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_strangers_file_name_cannot_leave_its_folder(given_name: str, kept: str) -> None:
    assert safe_filename(given_name) == kept


def test_a_cart_keeps_its_readable_lines() -> None:
    lines = [
        {"product_retailer_id": "ROBE1", "quantity": 2, "item_price": 15000, "currency": "XOF"},
        {"product_retailer_id": "SAC2", "quantity": "1", "item_price": "dear"},
        {"product_retailer_id": "X", "quantity": 0},
        {"quantity": 3},
        "no line",
    ]
    said = read("order", order={"text": "svp", "product_items": lines})
    assert said.text == "svp"
    assert said.cart == (CartLine("ROBE1", 2, 15000.0, "XOF"), CartLine("SAC2", 1, None, ""))


def test_reactions_edits_and_revokes_name_the_message_they_touch() -> None:
    assert (liked := read("reaction", reaction={"message_id": "wamid.1", "emoji": "👍"})).reaction_to == "wamid.1"
    assert liked.emoji == "👍"
    assert read("reaction", reaction={"message_id": "wamid.1"}).emoji == ""
    edit = {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "2 ROBE1"}}}
    assert ((edited := read("edit", edit=edit)).edits, edited.text) == ("wamid.1", "2 ROBE1")
    assert read("revoke", revoke={"original_message_id": "wamid.1"}).revokes == "wamid.1"


def test_an_edit_within_an_edit_ends() -> None:
    assert read("edit", edit={"message": {"type": "edit", "edit": {}}}).text == ""


def test_a_place_and_a_shared_number() -> None:
    assert read("location", location={"latitude": 14.7, "longitude": -17.4, "name": "Dakar"}).location == (14.7, -17.4)
    assert read("location", location={"latitude": 91, "longitude": 0}).location is None
    assert read("location", location={"latitude": "14", "longitude": 0}).location is None
    cards = [{"name": {"formatted_name": "Awa"}, "phones": [{"wa_id": PHONE}, {"phone": "+221 77"}, 3]}, None]
    shared = read("contacts", contacts=cards, origin="contact_request")
    assert (shared.text, shared.shared_phones, shared.contact_request) == ("Awa", (PHONE, "+221 77"), True)


@pytest.mark.parametrize("type_", ["unsupported", "poll", "ephemeral", "id"])
def test_a_type_not_known_here_is_unsupported_and_kept(type_: str) -> None:
    said = read(type_)
    assert (said.type, said.unsupported, said.text) == (type_, True, "")


def test_a_status_brings_its_errors_price_and_our_mark() -> None:
    error = {"code": 131047, "title": "Re-engagement message", "error_data": {"details": "More than 24 hours"}}
    change_ = read_status(
        only(
            body(
                change(
                    statuses=[
                        status(
                            word="failed",
                            errors=[error, {"code": "131026"}, {"title": "no code"}, 5],
                            biz_opaque_callback_data="17",
                            pricing={
                                "billable": True,
                                "pricing_model": "PMP",
                                "type": "regular",
                                "category": "service",
                            },
                            conversation={"id": "c", "expiration_timestamp": "1790259200"},
                        )
                    ]
                )
            )
        )
    )
    assert (change_.wamid, change_.status, change_.callback) == ("wamid.OUT", "failed", "17")
    assert change_.errors == (
        SendError(131047, "Re-engagement message", "More than 24 hours"),
        SendError(131026),
    )
    assert change_.pricing == Pricing("regular", "service")
    assert change_.free_until == 1_790_259_200_000


@pytest.mark.parametrize(("word", "rank"), [*RANK.items(), ("deleted", 0), ("warning", 0)])
def test_only_what_whatsapp_reports_moves_a_message(word: str, rank: int) -> None:
    reported = word in ("sent", "delivered", "read", "played", "failed")
    assert read_status(only(body(change(statuses=[status(word=word)])))).rank == (rank if reported else 0)


def test_an_account_notice_gives_its_errors() -> None:
    item = only(body(change(errors=[{"code": 131031, "title": "Account locked", "message": "Locked"}])))
    assert read_errors(item) == (SendError(131031, "Account locked", "Locked"),)
    refused = only(body(change("history", history=[{"errors": [{"code": 2593109}]}])))
    assert read_errors(refused) == (SendError(2593109),)
    assert read_errors(only(body(change("account_update", event="DISABLED_UPDATE")))) == ()


def test_changed_ids_give_old_and_new() -> None:
    update = {"wa_id": PHONE, "user_id": {"previous": "SN.1", "current": BSUID}}
    changed = read_user_change(only(body(change("user_id_update", user_id_update=[update]))))
    assert changed.previous == Who("SN.1", None, PHONE)
    assert changed.current == Who(BSUID, None, PHONE)
    system = {"type": "user_changed_number", "wa_id": "221770000077", "user_id": BSUID}
    moved = read_user_change(only(body(change(messages=[message("wamid.S", "system", system=system)]))))
    assert moved.previous == Who(None, None, PHONE)
    assert moved.current == Who(BSUID, None, "221770000077")


PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "body", "id", "message", "phones", "quantity", "product_items", "latitude", "edit"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
TYPES = ["text", "image", "voice", "document", "interactive", "button", "order", "reaction", "location", "contacts"]
TYPES += ["edit", "revoke", "unsupported", "request_welcome", "sticker", "new"]


@given(st.sampled_from(TYPES), PARTS, PARTS, PARTS)
def test_whatever_a_part_holds_it_can_be_read(type_: str, part: Any, context: Any, errors: Any) -> None:
    item = {**message("wamid.M", type_), type_: part, "context": context, "errors": errors, "referral": part}
    assert read_message(only(body(change(messages=[item])))).wamid == "wamid.M"


@given(PARTS, PARTS, PARTS)
def test_whatever_a_status_holds_it_can_be_read(pricing: Any, conversation: Any, errors: Any) -> None:
    item = status(pricing=pricing, conversation=conversation, errors=errors)
    assert read_status(only(body(change(statuses=[item])))).status == "delivered"
