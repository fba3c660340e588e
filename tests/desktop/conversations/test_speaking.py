"""Taking over, writing, sending: a real shop behind real widgets."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.conversations import threads
from core.kernel.clock import DAY
from desktop.pages.conversations.sending import FileDialog, PictureDialog, ProductDialog
from tests.desktop.conversations.conftest import OpenInbox, chat, chips, names, narrow
from tests.desktop.conversations.store import Store, fill

# -- who speaks


def test_enter_takes_over_and_enter_again_writes(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    window = open_inbox("Khady Sarr")
    page, composer = window.page, window.page.middle.composer
    QTest.keyClick(page.people.list, Qt.Key.Key_Return)
    window.qtbot.waitUntil(lambda: composer.mode == "seller")
    assert page.middle.banner.take_over.isHidden()
    window.calm()
    assert chips(window)[0] == "À reprendre 1"
    QTest.keyClicks(composer.edit, "Bonsoir Khady")
    QTest.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(composer.edit, "je suis la")
    QTest.keyClick(composer.edit, Qt.Key.Key_Return)
    assert composer.text == ""
    window.qtbot.waitUntil(lambda: window.bubbles()[-1].text == "Bonsoir Khady\nje suis la")
    tick = window.bubbles()[-1].tick
    assert tick is not None
    assert tick.icon == "clock"
    before = len(window.bubbles())
    store.write("Khady Sarr", "ROBE1")
    window.qtbot.waitUntil(lambda: len(window.bubbles()) == before + 1)  # the bot keeps silent
    page.middle.banner.give_back.click()
    window.qtbot.waitUntil(lambda: composer.mode == "bot")


def test_the_gold_button_of_the_banner_takes_over(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    window = open_inbox("Khady Sarr")
    assert window.page.middle.composer.take_over.isHidden()  # one gold button per view
    window.page.middle.banner.take_over.click()
    window.qtbot.waitUntil(lambda: window.page.middle.composer.mode == "seller")
    assert store.value("SELECT mode FROM conversation WHERE id = ?", store.conversation("Khady Sarr")) == "seller"


def test_without_a_banner_the_composer_offers_it(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    window = open_inbox("Awa Diop")
    composer = window.page.middle.composer
    assert composer._sentence.text() == "Le bot répond dans cette conversation. Prenez la main pour écrire."
    composer.take_over.click()
    window.qtbot.waitUntil(lambda: composer.mode == "seller")


def test_a_conversation_taken_over_stays_in_sight_under_its_chip(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    window = open_inbox()
    window.page.people.chips["escalated"].click()
    window.qtbot.waitUntil(lambda: names(window) == ["Khady", "Hanta"])
    window.page.take_over()
    window.qtbot.waitUntil(lambda: chips(window)[0] == "À reprendre 1")
    assert names(window) == ["Khady", "Hanta"]
    assert window.page.people.list.current == store.conversation("Khady Sarr")


def test_the_phone_takes_over_too(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    window = open_inbox("Awa Diop")
    conversation_id = store.conversation("Awa Diop")
    store.shop.engine.call(lambda tx: threads.take_over(tx, conversation_id, "phone"))
    window.qtbot.waitUntil(lambda: window.page.middle.composer.mode == "seller")


# -- writing


def test_what_could_not_be_queued_comes_back(store: Store, open_inbox: OpenInbox) -> None:
    chat(store, messages=2)
    window = open_inbox("Awa Diop")
    composer = window.page.middle.composer
    store.clock.advance(DAY)  # the window closed since the last beat
    composer.set_text("Bonsoir")
    QTest.keyClick(composer.edit, Qt.Key.Key_Return)
    window.qtbot.waitUntil(lambda: composer.text == "Bonsoir")
    assert any("24 heures" in notice for notice in window.notices())
    assert store.value("SELECT count(*) FROM message WHERE author = 'seller'") == 0


def test_each_conversation_keeps_what_was_being_written(store: Store, open_inbox: OpenInbox) -> None:
    for name in ("Awa Diop", "Moussa Kane"):
        store.write(name, "bonjour", "21:30:00")
        store.take_over(name)
    window = open_inbox("Awa Diop")
    composer = window.page.middle.composer
    composer.set_text("Je vérifie")
    window.page.open(store.conversation("Moussa Kane"))
    window.qtbot.waitUntil(lambda: window.page.middle.head.name.text() == "Moussa Kane")
    assert composer.text == ""
    window.page.open(store.conversation("Awa Diop"))
    window.qtbot.waitUntil(lambda: composer.text == "Je vérifie")


def test_a_message_that_is_too_long_cannot_be_sent(store: Store, open_inbox: OpenInbox) -> None:
    chat(store, messages=1)
    composer = open_inbox("Awa Diop").page.middle.composer
    composer.set_text("x" * 4097)
    assert (composer.send.isEnabled(), narrow(composer._counter.text())) == (False, "4 097 / 4 096")
    composer.set_text("x" * 4096)
    assert composer.send.isEnabled()
    composer.set_text("   \n")
    assert not composer.send.isEnabled()


def test_the_field_grows_with_the_text_and_stops(store: Store, open_inbox: OpenInbox) -> None:
    chat(store, messages=1)
    composer = open_inbox("Awa Diop").page.middle.composer
    heights = []
    for lines in (1, 3, 6, 20):
        composer.set_text("\n".join("x" * lines))
        heights.append(composer.edit.height())
    assert heights == sorted(heights)
    assert heights[2] == heights[3] > heights[0]


def test_a_product_goes_into_the_message_and_is_not_sent_by_itself(store: Store, open_inbox: OpenInbox) -> None:
    chat(store, messages=1)
    window = open_inbox("Awa Diop")
    composer = window.page.middle.composer
    composer.set_text("Regarde :")
    composer.product.click()
    dialog = window.dialog(ProductDialog)
    window.qtbot.waitUntil(lambda: len(dialog.picker.products) == 4)
    QTest.keyClicks(dialog.picker.search, "sac")
    QTest.keyClick(dialog.picker.search, Qt.Key.Key_Return)
    window.qtbot.waitUntil(lambda: "Sac cuir marron" in composer.text)
    assert narrow(composer.text).startswith("Regarde :\n*Sac cuir marron* (SAC2) : *22 000 F CFA*.")
    assert store.value("SELECT count(*) FROM message WHERE author = 'seller'") == 0


def test_the_pay_link_of_the_open_order_is_sent(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "je prends SAC2", "21:30:00")
    store.take_over("Awa Diop")
    window = open_inbox("Awa Diop")
    assert window.page.middle.composer.link.isEnabled()
    window.page.middle.composer.link.click()
    window.qtbot.waitUntil(lambda: window.bubbles()[-1].author == "seller")
    assert narrow(window.bubbles()[-1].buttons[0]) == "PAYER 22 000 F CFA"
    store.pay("Awa Diop")
    window.qtbot.waitUntil(lambda: not window.page.middle.composer.link.isEnabled())


def test_a_photo_is_shown_before_it_leaves_and_can_be_enlarged(
    store: Store, open_inbox: OpenInbox, tmp_path: Path
) -> None:
    chat(store, messages=1)
    window = open_inbox("Awa Diop")
    path = tmp_path / "robe.jpg"
    Image.new("RGB", (640, 480), "#C5B358").save(path)
    window.page.attach(path)
    dialog = window.dialog(FileDialog)
    window.qtbot.waitUntil(lambda: dialog.preview._picture is not None)
    QTest.keyClicks(dialog.caption.edit, "La voici")
    QTest.keyClick(dialog.caption.edit, Qt.Key.Key_Return)
    window.qtbot.waitUntil(lambda: window.bubbles()[-1].text == "La voici")
    attachment = window.bubbles()[-1].attachment
    assert attachment is not None
    assert attachment.shown
    view = window.page.middle.messages
    view.go_to_end()
    index = view.model().index(view.model().rowCount() - 1, 0)
    place = view.visualRect(index)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.right() - 100, place.top() + 60))
    enlarged = window.dialog(PictureDialog)
    window.qtbot.waitUntil(lambda: enlarged.sheet._picture is not None)
    assert enlarged.sheet.width() == 640
    enlarged.reject()


def test_a_caption_that_is_too_long_holds_the_photo_back(store: Store, open_inbox: OpenInbox, tmp_path: Path) -> None:
    chat(store, messages=1)
    window = open_inbox("Awa Diop")
    path = tmp_path / "robe.jpg"
    Image.new("RGB", (64, 48)).save(path)
    window.page.attach(path)
    dialog = window.dialog(FileDialog)
    dialog.caption.edit.setText("x" * 1025)
    dialog.caption.changed.emit("x" * 1025)
    assert (dialog.caption.error, dialog.action.isEnabled()) == ("1025 caractères sur 1024.", False)
    dialog.reject()


def test_a_file_that_is_no_photo_is_refused_in_words(store: Store, open_inbox: OpenInbox, tmp_path: Path) -> None:
    chat(store, messages=1)
    window = open_inbox("Awa Diop")
    (tmp_path / "faux.jpg").write_bytes(b"<html>")
    window.page._send_file(store.conversation("Awa Diop"), tmp_path / "faux.jpg", "")
    window.qtbot.waitUntil(lambda: bool(window.notices()))
    assert window.notices() == ["Ce fichier n’est ni une image ni un document PDF lisible."]


def test_a_picture_that_is_gone_is_said(store: Store, open_inbox: OpenInbox) -> None:
    store.photo("Awa Diop", "21:30:00")
    window = open_inbox("Awa Diop")
    attachment = window.bubbles()[0].attachment
    assert attachment is not None
    for path in store.shop.media.iterdir():
        path.unlink()
    window.page.open_attachment(attachment)
    dialog = window.dialog(PictureDialog)
    window.qtbot.waitUntil(lambda: dialog._word.text() == "Cette image ne peut plus être affichée.")
    dialog.reject()
