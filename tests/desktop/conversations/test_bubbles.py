"""A thread from top to bottom: messages with what became of them, the journal of orders, days."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from core.conversations import manual
from core.conversations.views import MessageView, OrderMark
from core.kernel.clock import DAY
from desktop.pages.conversations.bubbles import Bubble, Day, Item, Line, thread_items
from desktop.pages.conversations.presenter import ConversationPresenter, Thread
from desktop.sources.conversations import ShopConversations
from tests.desktop.conversations.conftest import narrow, thread_of
from tests.desktop.conversations.store import Store, at
from tests.desktop.conversations.test_presenter import NOW, row


def message(message_id: int = 1, **changes: Any) -> MessageView:
    made = MessageView(message_id, "customer", "text", "bonjour", (), None, at("21:40:00"), None, None, {})
    return replace(made, **changes)


def items(words: ConversationPresenter, *messages: MessageView, **changes: Any) -> tuple[Item, ...]:
    return thread_items(replace(Thread(row(), tuple(messages)), **changes), words, NOW)


def bubble(words: ConversationPresenter, **changes: Any) -> Bubble:
    found = items(words, message(**changes))[-1]
    assert isinstance(found, Bubble)
    return found


def told(found: tuple[Item, ...]) -> list[str]:
    return [narrow(item.text) for item in found]


# -- one message


@pytest.mark.parametrize(
    ("status", "icon", "word", "role"),
    [
        ("queued", "clock", "", "muted"),
        ("sending", "clock", "", "muted"),
        ("accepted", "check", "", "muted"),
        ("sent", "check", "", "muted"),
        ("delivered", "check-check", "", "muted"),
        ("read", "check-check", "lu", "info"),
        ("played", "check-check", "écouté", "info"),
        ("failed", "x", "non remis", "danger"),
        ("unknown", "circle-help", "", "waiting"),
        ("dropped", "minus", "pas envoyé", "muted"),
    ],
)
def test_ticks_are_true(words: ConversationPresenter, status: str, icon: str, word: str, role: str) -> None:
    tick = bubble(words, author="bot", status=status).tick
    assert tick is not None
    assert (tick.icon, tick.word, tick.role) == (icon, word, role)


def test_no_tick_where_nothing_is_known(words: ConversationPresenter) -> None:
    assert bubble(words, author="phone", status=None).tick is None
    assert bubble(words, author="customer").tick is None
    assert bubble(words, author="bot", status="merged").tick is None


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"status": "failed", "error_code": 131047}, "Plus de 24 heures depuis le dernier message du client."),
        ({"status": "failed", "error_code": 131026, "error": "Undeliverable"}, "Ce client ne peut pas recevoir"),
        ({"status": "failed", "error_code": 999_999}, "999999"),
        ({"status": "failed", "error": "TimeoutError"}, "WhatsApp n’a pas pu être joint. Renvoyez-le."),
        ({"status": "failed"}, "WhatsApp n’a pas pu être joint. Renvoyez-le."),
        ({"status": "unknown", "error": "timeout"}, "issue inconnue : vérifiez sur le téléphone"),
        ({"status": "dropped", "error": "too late"}, "Il serait arrivé trop tard pour servir."),
        ({"status": "read"}, ""),
    ],
)
def test_what_did_not_arrive_says_why_in_french(
    words: ConversationPresenter, changes: dict[str, Any], note: str
) -> None:
    found = bubble(words, author="seller", **changes)
    assert narrow(note) in narrow(found.note) if note else found.note == ""
    assert found.note in found.said


def test_whose_words_they_are_stands_with_the_time(words: ConversationPresenter) -> None:
    metas = [bubble(words, author=author).meta for author in ("customer", "bot", "seller", "phone")]
    assert metas == ["21:40", "Bot · 21:40", "Vous · 21:40", "Votre téléphone · 21:40"]
    assert [bubble(words, author=author).ours for author in ("customer", "bot")] == [False, True]


@pytest.mark.parametrize(
    ("changes", "title", "detail"),
    [
        ({"kind": "image", "text": ""}, "Photo", "en cours de réception…"),
        ({"kind": "image", "text": "", "payload": {"media_lost": "gone"}}, "Photo", "n’est plus disponible"),
        (
            {"kind": "image", "text": "", "payload": {"media_lost": "unfit"}},
            "Photo",
            "ni image, ni son, ni PDF : à regarder sur le téléphone",
        ),
        ({"kind": "audio", "text": "", "media": "chat-1.ogg"}, "Message vocal", "ouvrir"),
        ({"kind": "video", "text": ""}, "Vidéo", "à regarder sur le téléphone"),
        (
            {"kind": "document", "text": "", "media": "a.pdf", "payload": {"document": {"filename": "../reçu.pdf"}}},
            "reçu.pdf",
            "ouvrir",
        ),
        (
            {"kind": "location", "text": "", "payload": {"location": {"latitude": 14.69, "longitude": -17.44}}},
            "Lieu",
            "14.69000, -17.44000",
        ),
        ({"kind": "location", "text": "Marché Sandaga"}, "Lieu", "Marché Sandaga"),
        ({"kind": "contacts", "text": "Awa Ndiaye"}, "Contact", "Awa Ndiaye"),
        (
            {
                "kind": "order",
                "text": "",
                "payload": {
                    "order": {
                        "product_items": [
                            {"product_retailer_id": "ROBE1", "quantity": 2},
                            {"product_retailer_id": "SAC2", "quantity": "1"},
                            "odd",
                        ]
                    }
                },
            },
            "Panier WhatsApp",
            "2 × ROBE1, SAC2",
        ),
        ({"kind": "poll", "text": ""}, "Message que seul le téléphone sait montrer", ""),
    ],
)
def test_what_is_not_words_is_named(
    words: ConversationPresenter, changes: dict[str, Any], title: str, detail: str
) -> None:
    found = bubble(words, **changes)
    assert found.attachment is not None
    assert (found.attachment.title, narrow(found.attachment.detail), found.text) == (title, detail, "")


@pytest.mark.parametrize("payload", [{}, {"location": 7}, {"order": "x"}, {"document": []}, {"reaction": {}}])
@pytest.mark.parametrize("kind", ["location", "order", "document", "contacts", "image"])
def test_odd_payloads_are_shown_all_the_same(words: ConversationPresenter, kind: str, payload: dict[str, Any]) -> None:
    assert bubble(words, kind=kind, text="", payload=payload).attachment is not None


def test_a_picture_that_is_here_is_shown_with_its_caption(words: ConversationPresenter) -> None:
    found = bubble(words, kind="image", text="payé !", media="chat-1.jpg")
    assert found.attachment is not None
    assert (found.attachment.shown, found.attachment.opens, found.text) == (True, True, "payé !")


@pytest.mark.parametrize("media", ["virus.exe", "page.html", "noending"])
def test_only_files_of_our_own_kinds_are_opened(words: ConversationPresenter, media: str) -> None:
    found = bubble(words, kind="document", text="", media=media)
    assert found.attachment is not None
    assert not found.attachment.opens


def test_a_withdrawn_message_keeps_nothing(words: ConversationPresenter) -> None:
    found = bubble(words, kind="revoked", text="secret", media="chat-1.jpg")
    assert (found.text, found.attachment) == ("Message retiré", None)
    assert "secret" not in found.said


def test_a_photo_the_seller_sent_without_words_shows_no_file_name(words: ConversationPresenter) -> None:
    assert bubble(words, author="seller", kind="image", text="IMG_1.jpg", media="chat-1.jpg").text == ""


def test_a_reaction_stands_on_its_message(words: ConversationPresenter) -> None:
    assert bubble(words, author="bot", payload={"reaction": "❤️"}).reaction == "❤️"


# -- the thread


def mark(**times: Any) -> OrderMark:
    made = OrderMark(9, "LP-1", "reserved", "1 × SAC2", 22_000, at("21:32:11"), at("21:42:11"), None, None, None, None)
    return replace(made, **times)


@pytest.mark.parametrize(
    ("order", "lines"),
    [
        (mark(), ["21:32 · SAC2 : réservation jusqu’à 21:42"]),
        (
            mark(state="expired", closed_at=at("21:42:11"), close_reason="time", next_customer="Rokia Ba"),
            [
                "21:32 · SAC2 : réservation jusqu’à 21:42",
                "21:42 · SAC2 : réservation expirée, article proposé à Rokia B.",
            ],
        ),
        (
            mark(state="cancelled", closed_at=at("21:35:00"), close_reason="customer"),
            ["21:32 · SAC2 : réservation jusqu’à 21:42", "21:35 · SAC2 : annulation par Khady S."],
        ),
        (
            mark(state="cancelled", closed_at=at("21:35:00"), close_reason="seller"),
            ["21:32 · SAC2 : réservation jusqu’à 21:42", "21:35 · SAC2 : annulation par vous"],
        ),
        (
            mark(state="paid", closed_at=at("21:42:11"), close_reason="time", paid_at=at("21:44:00")),
            [
                "21:32 · SAC2 : réservation jusqu’à 21:42",
                "21:42 · SAC2 : réservation expirée",
                "21:44 · SAC2 : 22 000 F payés",
            ],
        ),
    ],
)
def test_orders_are_told_in_the_middle(words: ConversationPresenter, order: OrderMark, lines: list[str]) -> None:
    found = items(words, marks=(order,))
    assert told(found) == ["aujourd’hui", *lines]
    assert all(isinstance(item, Line) for item in found[1:])


def test_the_journal_stands_between_the_messages_by_time(words: ConversationPresenter) -> None:
    found = items(
        words,
        message(1, at=at("21:32:05"), text="avant"),
        message(2, at=at("21:32:11"), text="carte", author="bot", status="read"),
        message(3, at=at("21:50:00"), text="après"),
        marks=(mark(state="expired", closed_at=at("21:42:11"), close_reason="time"),),
    )
    assert [item.key for item in found] == ["d2026-11-20", "m1", "o9r", "m2", "o9c", "m3"]


def test_orders_from_before_the_first_message_read_wait_for_it(words: ConversationPresenter) -> None:
    found = items(words, message(at=at("21:50:00")), marks=(mark(),), older=True)
    assert [item.key for item in found] == ["d2026-11-20", "m1"]


def test_days_are_parted_and_named(words: ConversationPresenter) -> None:
    found = items(
        words,
        message(1, at=NOW - 400 * DAY),
        message(2, at=NOW - 4 * DAY),
        message(3, at=NOW - DAY),
        message(4, at=NOW),
        message(5, at=NOW - DAY),  # came late: the day does not turn back
    )
    days = [item.text for item in found if isinstance(item, Day)]
    assert days == ["jeudi 16 octobre 2025", "lundi 16 novembre", "hier", "aujourd’hui"]
    assert found[-1].key == "m5"


def test_what_one_person_says_in_a_row_stands_close(words: ConversationPresenter) -> None:
    found = items(
        words,
        message(1, at=at("21:40:00")),
        message(2, at=at("21:41:00")),
        message(3, at=at("21:50:00")),
        message(4, at=at("21:50:30"), author="bot"),
    )
    assert [item.close for item in found if isinstance(item, Bubble)] == [False, True, False, False]


def test_keys_never_repeat_in_a_long_evening(
    words: ConversationPresenter, store: Store, source: ShopConversations
) -> None:
    for number in range(12):
        store.write("Awa Diop", "ROBE1", at("20:00:00", 10 + number // 4) + number * 60_000)
        store.press("Awa Diop", "cancel")
    found = thread_items(thread_of(source, store, "Awa Diop", 200), words, NOW)
    keys = [item.key for item in found]
    assert len(keys) == len(set(keys)) > 48


def test_a_sale_reads_as_it_happened(words: ConversationPresenter, store: Store, source: ShopConversations) -> None:
    store.write("Awa Diop", "je prends SAC2", "21:30:00")
    store.leave()
    store.pay("Awa Diop", "wave", "21:31:00")
    found = thread_items(thread_of(source, store, "Awa Diop"), words, NOW)
    kinds = [type(item).__name__ for item in found]
    assert kinds == ["Day", "Bubble", "Line", "Bubble", "Line", "Bubble", "Bubble"]
    invoice = found[-1]
    assert isinstance(invoice, Bubble)
    assert invoice.attachment is not None
    assert (invoice.attachment.title, invoice.attachment.detail) == ("FA-2026-00001.pdf", "")
    card = found[3]
    assert isinstance(card, Bubble)
    assert card.buttons == ("PAYER", "ANNULER")
    assert "Il te reste 10:00" in narrow(card.text)
    assert narrow(found[4].text) == "21:31 · SAC2 : 22 000 F payés"


def test_what_waits_to_leave_does_not_promise_a_time(
    words: ConversationPresenter, store: Store, source: ShopConversations
) -> None:
    store.write("Awa Diop", "je prends SAC2", "21:30:00")
    card = thread_items(thread_of(source, store, "Awa Diop"), words, NOW)[-1]
    assert isinstance(card, Bubble)
    assert "{" not in card.text
    assert "Il te reste …" in narrow(card.text)


def test_a_long_thread_tells_that_there_is_more(
    words: ConversationPresenter, store: Store, source: ShopConversations
) -> None:
    conversation_id = store.write("Awa Diop", "bonjour", "21:30:00")
    for number in range(70):
        text = f"message {number}"
        store.shop.engine.call(lambda tx, text=text: manual.send_text(tx, conversation_id, text, "window"))  # type: ignore[misc]
    short, whole = thread_of(source, store, "Awa Diop", 60), thread_of(source, store, "Awa Diop", 120)
    assert (short.older, len(short.messages), short.messages[-1].text) == (True, 60, "message 69")
    assert (whole.older, whole.messages[0].text) == (False, "bonjour")
