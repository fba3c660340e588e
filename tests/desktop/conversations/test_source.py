"""The verbs of the page over a real shop; no window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from core.kernel.clock import HOUR, MINUTE
from core.kernel.errors import EnvironmentProblem, NotFound, Refused
from desktop.sources.conversations import ShopConversations
from tests.desktop.conversations.conftest import thread_of
from tests.desktop.conversations.store import Store, fill


@pytest.fixture
def awa(store: Store) -> int:
    """Awa has written; the seller has taken over."""
    conversation_id = store.write("Awa Diop", "je prends SAC2", "21:30:00")
    store.take_over("Awa Diop")
    return conversation_id


def picture(path: Path, size: tuple[int, int] = (640, 480), form: str = "JPEG") -> Path:
    Image.new("RGB", size, "#C5B358").save(path, form)
    return path


def test_the_inbox_of_the_picture(store: Store, source: ShopConversations) -> None:
    fill(store)
    inbox = source.inbox("all", "", 100)
    assert [row.name.split()[0] for row in inbox.rows][:2] == ["Khady", "Hanta"]
    assert (inbox.counts.escalated, inbox.counts.all, inbox.more, inbox.connected) == (2, 9, False, False)
    assert inbox.rows[0].asked == "je veux parler à quelqu’un"
    assert [row.name for row in source.inbox("escalated", "", 100).rows] == ["Khady Sarr", "Hanta Rakoto"]
    assert len(source.inbox("all", "", 4).rows) == 4
    assert source.inbox("all", "", 4).more is True
    assert [row.name for row in source.inbox("all", "toure", 4).rows] == ["Mariam Touré"]


def test_a_thread_that_is_not_there(source: ShopConversations) -> None:
    assert source.thread(99, 60) is None


def test_what_the_seller_writes_is_queued_and_silences_the_bot(store: Store, source: ShopConversations) -> None:
    conversation_id = store.write("Awa Diop", "bonjour", "21:30:00")
    source.send_text(conversation_id, "Bonsoir Awa")
    thread = thread_of(source, store, "Awa Diop")
    assert (thread.row.need, thread.row.unread) == ("seller", 0)
    assert (thread.messages[-1].author, thread.messages[-1].status) == ("seller", "queued")
    before = len(thread.messages)
    store.write("Awa Diop", "ROBE1")
    assert len(thread_of(source, store, "Awa Diop").messages) == before + 1  # no answer of the bot


def test_taking_over_and_giving_back(store: Store, source: ShopConversations) -> None:
    conversation_id = store.write("Awa Diop", "bonjour", "21:30:00")
    store.escalate("Awa Diop", "human")
    source.take_over(conversation_id)
    assert thread_of(source, store, "Awa Diop").row.need == "seller"
    source.give_back(conversation_id)
    assert thread_of(source, store, "Awa Diop").row.need == "bot"


def test_after_24_hours_nothing_is_queued_and_nothing_claims_to_be_sent(
    store: Store, source: ShopConversations, awa: int, tmp_path: Path
) -> None:
    store.leave()
    store.clock.advance(24 * HOUR - 3 * MINUTE)
    order_id = store.order("Awa Diop")
    before = thread_of(source, store, "Awa Diop").messages
    with pytest.raises(Refused, match="24 hours"):
        source.send_text(awa, "Bonsoir")
    with pytest.raises(Refused, match="24 hours"):
        source.send_link(awa, order_id)
    with pytest.raises(Refused, match="24 hours"):
        source.send_file(awa, picture(tmp_path / "robe.jpg"), "")
    assert thread_of(source, store, "Awa Diop").messages == before
    assert list(store.shop.media.iterdir()) == []


def test_the_pay_link_of_an_open_order_goes_out(store: Store, source: ShopConversations, awa: int) -> None:
    source.send_link(awa, store.order("Awa Diop"))
    message = thread_of(source, store, "Awa Diop").messages[-1]
    assert (message.author, message.kind, message.status) == ("seller", "link", "queued")
    store.pay("Awa Diop")
    with pytest.raises(Refused, match="can no longer be paid"):
        source.send_link(awa, store.order("Awa Diop"))


def test_without_a_public_address_no_link_is_sent(store: Store, source: ShopConversations, awa: int) -> None:
    store.shop.settings.set("public_url", "", "test")
    with pytest.raises(Refused, match="public address"):
        source.send_link(awa, store.order("Awa Diop"))


def test_a_photo_is_made_ready_and_queued(store: Store, source: ShopConversations, awa: int, tmp_path: Path) -> None:
    source.send_file(awa, picture(tmp_path / "Robe été.png", (4000, 3000), "PNG"), "La voici")
    message = thread_of(source, store, "Awa Diop").messages[-1]
    assert (message.kind, message.text) == ("image", "La voici")
    assert message.media is not None
    with Image.open(store.shop.media / message.media) as kept:
        assert (kept.format, max(kept.size)) == ("JPEG", 2048)
    queued = store.value("SELECT body FROM outbox WHERE kind = 'file'")
    assert '"filename": "Robe été.jpg"' in queued
    thumb = source.thumb(message.media, 240, 200)
    assert thumb is not None
    assert (thumb.width, thumb.height) == (240, 200)
    assert source.picture(message.media) == (store.shop.media / message.media).read_bytes()
    assert source.file(message.media) == store.shop.media / message.media


def test_a_pdf_keeps_its_name(store: Store, source: ShopConversations, awa: int, tmp_path: Path) -> None:
    path = tmp_path / "Catalogue.pdf"
    path.write_bytes(b"%PDF-1.7\n%%EOF")
    source.send_file(awa, path, "")
    message = thread_of(source, store, "Awa Diop").messages[-1]
    assert (message.kind, message.text) == ("document", "Catalogue.pdf")


@pytest.mark.parametrize(("name", "content"), [("a.jpg", b"<html>"), ("a.pdf", b"MZ"), ("a.exe", b"MZ")])
def test_a_file_that_is_not_what_it_says_is_refused(
    store: Store, source: ShopConversations, awa: int, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match="neither a picture"):
        source.send_file(awa, tmp_path / name, "")
    assert list(store.shop.media.iterdir()) == []


def test_a_file_that_is_gone_is_said(source: ShopConversations, awa: int, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem):
        source.send_file(awa, tmp_path / "gone.jpg", "")


@pytest.mark.parametrize("name", ["", "gone.jpg", "../store.json"])
def test_only_files_of_the_media_folder_are_shown(source: ShopConversations, name: str) -> None:
    assert (source.thumb(name, 10, 10), source.picture(name), source.file(name)) == (None, None, None)


def test_notes_are_kept(store: Store, source: ShopConversations, awa: int) -> None:
    source.set_notes(store.customer("Awa Diop"), "Taille M")
    card = thread_of(source, store, "Awa Diop").card
    assert card is not None
    assert card.notes == "Taille M"
    with pytest.raises(NotFound):
        source.set_notes(999, "x")


def test_reading_marks_read_once(store: Store, source: ShopConversations) -> None:
    conversation_id = store.write("Awa Diop", "bonjour", "21:30:00")
    assert thread_of(source, store, "Awa Diop").row.unread == 1
    source.mark_read(conversation_id)
    assert thread_of(source, store, "Awa Diop").row.unread == 0
    assert (
        store.shop.engine.read(lambda r: r.value("SELECT count(*) FROM journal WHERE kind = 'ConversationRead'")) == 0
    )
