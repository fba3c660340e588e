from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversations.incoming import Incoming, Malformed, identify, split
from tests.core.whatsapp.bodies import (
    BSUID,
    NUMBER,
    PHONE,
    RECEIVED,
    SENT_MS,
    body,
    change,
    contact,
    encode,
    message,
    status,
)


def items_of(value: Any) -> tuple[Incoming, ...]:
    return split(encode(value), RECEIVED).items


def test_a_text_becomes_one_message_with_its_sender_time_and_contact() -> None:
    (item,) = items_of(body(change(contacts=[contact("Aminata é 😀", user_id=BSUID)], messages=[message()])))
    assert (item.kind, item.key, item.field) == ("message", "m:wamid.A", "messages")
    assert (item.phone_number_id, item.at) == (NUMBER, SENT_MS)
    assert (item.bsuid, item.parent_bsuid, item.wa_id) == (BSUID, None, PHONE)
    assert item.profile_name == "Aminata é 😀"
    assert item.item == message()
    assert item.contact == contact("Aminata é 😀", user_id=BSUID)


def test_every_item_of_every_change_of_every_entry_is_found() -> None:
    first = change(messages=[message(f"wamid.{n}") for n in range(3)], statuses=[status(f"wamid.S{n}") for n in "12"])
    second = change(statuses=[status("wamid.S3", "read")], errors=[{"code": 130429, "title": "Rate limit hit"}])
    whole = body(first, second)
    whole["entry"].append({"id": "2", "changes": [change(messages=[message("wamid.last")])]})
    found = items_of(whole)
    assert [i.kind for i in found] == ["message"] * 3 + ["status"] * 3 + ["account", "message"]
    assert len({i.key for i in found}) == 8


def test_a_redelivery_in_another_batch_has_the_same_keys() -> None:
    parts = [
        change(messages=[message("wamid.1")]),
        change(statuses=[status("wamid.2")]),
        change(errors=[{"code": 131031, "title": "Account has been locked"}]),
        change("account_update", event="ACCOUNT_VIOLATION"),
        change("user_id_update", user_id_update=[{"user_id": {"previous": "SN.1", "current": "SN.2"}}]),
        change("brand_new_field", things=[{"a": 1}]),
    ]
    together = {i.key for i in items_of(body(*parts))}
    one_by_one = {i.key for part in reversed(parts) for i in items_of(body(part))}
    assert len(together) == 6
    assert one_by_one == together


def test_statuses_of_one_message_are_different_facts_also_per_group_participant() -> None:
    statuses = [
        status("wamid.G", "sent"),
        status("wamid.G", "read"),
        status("wamid.G", "read", recipient_participant_id="SN.1"),
        status("wamid.G", "read", recipient_participant_id="SN.2"),
    ]
    assert len({i.key for i in items_of(body(change(statuses=statuses)))}) == 4


def test_contacts_are_matched_by_id_and_not_by_position() -> None:
    contacts = [contact("B", "221770000002"), contact("A", None, BSUID), contact("nobody", "221770000009")]
    messages = [message("wamid.1", sender=None, from_user_id=BSUID), message("wamid.2", sender="221770000002")]
    found = items_of(body(change(contacts=contacts, messages=messages)))
    assert [(i.profile_name, i.wa_id, i.bsuid) for i in found] == [("A", None, BSUID), ("B", "221770000002", None)]


def test_a_message_without_contacts_still_counts() -> None:
    (item,) = items_of(body(change(messages=[message()])))
    assert (item.kind, item.contact, item.profile_name, item.wa_id) == ("message", None, None, PHONE)


@pytest.mark.parametrize("place", ["from", "wa_id"])
def test_a_business_scoped_id_is_found_wherever_a_gateway_puts_it(place: str) -> None:
    sender = BSUID if place == "from" else None
    rest = {} if place == "from" else {"from_user_id": BSUID}
    contacts = [contact("A", BSUID if place == "wa_id" else None, BSUID)]
    (item,) = items_of(body(change(contacts=contacts, messages=[message(sender=sender, **rest)])))
    assert (item.bsuid, item.wa_id, item.lane) == (BSUID, None, BSUID)


def test_identify_sorts_parents_phones_and_nonsense() -> None:
    assert identify("CI.ENT.42", None, "+2250700000001", 7, "", "SN.", "abc", "CI.42") == (
        "CI.42",
        "CI.ENT.42",
        "2250700000001",
    )
    assert identify("12", "１２３４５６７", "SN.é") == (None, None, None)


def test_a_failed_status_without_or_with_partial_contacts_is_read() -> None:
    error = {"code": 131026, "title": "Message undeliverable"}
    for contacts in (None, [], [{"wa_id": PHONE}]):
        extra: dict[str, Any] = {} if contacts is None else {"contacts": contacts}
        (item,) = items_of(body(change(statuses=[status(word="failed", errors=[error])], **extra)))
        assert (item.kind, item.key, item.wa_id) == ("status", "s:wamid.OUT:failed", PHONE)


def test_both_spellings_of_the_recipients_parent_are_accepted() -> None:
    for key in ("recipient_parent_user_id", "parent_recipient_user_id"):
        (item,) = items_of(body(change(statuses=[status(**{key: "SN.ENT.9", "recipient_user_id": BSUID})])))
        assert (item.bsuid, item.parent_bsuid) == (BSUID, "SN.ENT.9")


def test_a_changed_number_names_the_old_customer() -> None:
    system = {"type": "user_changed_number", "wa_id": "221770000077", "body": "…"}
    (item,) = items_of(body(change(messages=[message("wamid.S", "system", system=system)])))
    assert (item.kind, item.wa_id) == ("user_change", PHONE)
    (orphan,) = items_of(body(change(messages=[message("wamid.S", "system", sender=None, system=system)])))
    assert (orphan.kind, orphan.wa_id) == ("user_change", "221770000077")


def test_echoes_history_and_contact_sync_never_look_like_a_customers_message() -> None:
    echo = {"id": "wamid.E", "from": "221338000000", "to": PHONE, "timestamp": "1790000000", "type": "text"}
    thread = {"id": PHONE, "messages": [message("wamid.H1"), message("wamid.H2")]}
    found = items_of(
        body(
            change("smb_message_echoes", message_echoes=[echo]),
            change("history", history=[{"metadata": {"phase": 0}, "threads": [thread]}]),
            change("history", history=[{"errors": [{"code": 2593109}]}]),
            change("history", messages=[message("wamid.H1", "image", image={"id": "9"})]),
            change("smb_app_state_sync", state_sync=[{"type": "contact", "action": "add"}]),
        )
    )
    assert [i.kind for i in found] == ["echo", "raw", "raw", "account", "raw", "raw"]
    assert [i.wa_id for i in found] == [PHONE, PHONE, PHONE, None, PHONE, None]
    assert len({i.key for i in found}) == 6


def test_what_is_not_understood_is_kept_raw() -> None:
    strange: list[Any] = [
        change(messages=["no object", {"type": "text"}, message(sender=None), message("")], statuses=[{"id": 1}]),
        change("flows", event="PUBLISHED"),
        {"field": "messages", "value": [1]},
        {"field": 7, "value": {"messages": [message()]}},
        "a change",
    ]
    whole = body(*strange)
    whole["entry"] += [3, {"id": "x"}]
    found = items_of(whole)
    assert {i.kind for i in found} == {"raw"}
    assert len(found) == 11
    assert found[0].item == {"value": "no object"}


def test_an_object_without_entries_is_kept_whole() -> None:
    (item,) = items_of({"hello": "world"})
    assert (item.kind, item.item) == ("raw", {"hello": "world"})
    assert items_of({"entry": []}) == ()


def test_the_same_account_notice_on_another_day_is_news() -> None:
    raw = encode(body(change("account_update", event="ACCOUNT_RESTRICTION")))
    keys = {split(raw, RECEIVED + days * 86_400_000).items[0].key for days in (0, 0, 1)}
    assert len(keys) == 2


@pytest.mark.parametrize("stamp", [None, "", "soon", True, "9" * 30, "-5", {}, 1.5])
def test_a_strange_timestamp_means_the_time_of_receipt(stamp: Any) -> None:
    (item,) = items_of(body(change(messages=[{**message(), "timestamp": stamp}])))
    assert item.at == RECEIVED


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"{",
        b"<html>502</html>",
        b'{"a":NaN}',
        b"\xff\xfe{}",
        b'{"a":"\xe9"}',
        b'{"a":1} trailing',
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"a":' * 200 + b"1" + b"}" * 200,
    ],
)
def test_what_is_no_json_object_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        split(raw, RECEIVED)


def test_half_an_emoji_and_a_giant_number_do_not_cost_the_batch() -> None:
    raw = encode(body(change(messages=[message("wamid.1"), message("wamid.2")])))
    cut = raw.replace(b'"ROBE1"', b'"ROBE1 \\ud83d"', 1).replace(b'"type"', b'"odd":1e999,"more":-1e999,"type"', 1)
    first, second = split(cut, RECEIVED).items
    assert first.item["text"]["body"] == "ROBE1 ?"
    assert first.item["odd"] == "1e999"
    assert second.kind == "message"
    giant = raw.replace(b'"type"', b'"odd":' + b"7" * 25 + b',"type"', 1)
    (kept, _) = split(giant, RECEIVED).items
    assert Incoming.from_payload(kept.to_payload()) == kept


def test_a_raw_item_with_a_giant_number_has_a_key() -> None:
    raw = b'{"entry":[{"changes":[{"field":"new","value":{"n":' + b"9" * 25 + b"}}]}]}"
    (item,) = split(raw, RECEIVED).items
    assert Incoming.from_payload(item.to_payload()) == item


def test_an_item_survives_its_stay_in_the_inbox() -> None:
    (item,) = items_of(body(change(contacts=[contact(user_id=BSUID)], messages=[message(text={"body": "é😀\u2028/"})])))
    assert Incoming.from_payload(item.to_payload()) == item


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["entry", "changes", "value", "field", "messages", "statuses", "contacts", "id", "from", "type", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(JSON)
def test_any_json_is_split_or_malformed_and_every_item_can_be_stored(value: Any) -> None:
    try:
        found = split(encode(value), RECEIVED).items
    except Malformed:
        assert not isinstance(value, dict)
        return
    for item in found:
        assert msgspec.json.decode(item.to_payload(), type=Incoming) == item


@given(st.binary(max_size=200))
def test_any_bytes_are_split_or_malformed(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        split(raw, RECEIVED)


ITEM = JSON | st.builds(message, st.text(min_size=1, max_size=6)) | st.builds(status, st.text(min_size=1, max_size=6))
VALUES = st.dictionaries(
    st.sampled_from(["messages", "statuses", "errors", "message_echoes", "user_id_update", "brand_new"]),
    st.lists(ITEM, min_size=1, max_size=4),
    min_size=1,
    max_size=4,
)
FIELDS = st.sampled_from(["messages", "smb_message_echoes", "user_id_update", "history", "unheard_of"])


@given(st.lists(st.lists(st.tuples(FIELDS, VALUES), min_size=1, max_size=3), max_size=3))
def test_no_item_is_lost(entries: list[list[tuple[str, dict[str, list[Any]]]]]) -> None:
    whole = {"entry": [{"id": "1", "changes": [change(f, **v) for f, v in entry]} for entry in entries]}
    sent = [item for entry in entries for _, value in entry for items in value.values() for item in items]
    found = [i.item for i in items_of(whole)]
    expected = [item if isinstance(item, dict) else {"value": item} for item in sent]
    assert found == [msgspec.json.decode(encode(item)) for item in expected]
