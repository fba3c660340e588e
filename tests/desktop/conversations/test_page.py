"""The conversations as a seller uses them: a real shop, real widgets, the keyboard."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from core.conversations import manual, threads
from core.kernel.clock import DAY, HOUR, MINUTE, SECOND
from core.storage.engine import Tx
from desktop.pages.conversations import feed
from desktop.pages.conversations.sending import FileDialog, PictureDialog, ProductDialog
from tests.desktop.conversations.conftest import Open, OpenInbox, narrow
from tests.desktop.conversations.store import Store, fill

MENU = pytest.mark.qt_log_ignore("grabbing the keyboard")  # the off-screen platform cannot; a menu asks for it


def say(store: Store, name: str, text: str) -> None:
    """The seller writes, from elsewhere than this window."""
    conversation_id = store.conversation(name)

    def write(tx: Tx) -> None:
        manual.send_text(tx, conversation_id, text, "api")

    store.shop.engine.call(write)


def chat(store: Store, name: str = "Awa Diop", messages: int = 40) -> None:
    """A long conversation that the seller has taken over."""
    store.write(name, "bonjour", "21:30:00")
    store.take_over(name)
    for number in range(messages):
        store.write(name, f"message {number}")
    store.leave()


def names(window: Open) -> list[str]:
    model = window.page.people.model
    return [model.row(place).name.split()[0] for place in range(model.rowCount())]


def chips(window: Open) -> list[str]:
    return [narrow(chip.text()) for chip in window.page.people.chips.values()]


# -- looking


def test_what_needs_a_person_most_is_open_and_marked(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    window = open_inbox()
    page = window.page
    assert names(window)[:2] == ["Khady", "Hanta"]
    assert chips(window) == ["À reprendre 2", "En cours 4", "Toutes"]
    assert page.people.list.current == store.conversation("Khady Sarr")
    assert page.people.list.selectedIndexes()
    assert page.middle.head.name.text() == "Khady Sarr"
    assert narrow(page.middle.head.about.text()) == "+221 77 000 00 11 · français"
    assert narrow(page.middle.head.window_left.accessibleName()) == "Fenêtre ouverte encore 23 h 48"
    assert page.middle.banner.title.text() == "Le bot vous passe la main"
    assert page.middle.composer.mode == "bot"
    assert page.customer._score.text() == "65"
    assert page.middle.messages.at_end


def test_opening_marks_read_and_nothing_else_does(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    open_inbox().calm()
    unread = {
        name: store.value("SELECT unread FROM conversation WHERE id = ?", store.conversation(name))
        for name in ("Khady Sarr", "Hanta Rakoto")
    }
    assert unread == {"Khady Sarr": 0, "Hanta Rakoto": 1}


def test_nothing_is_read_or_written_on_the_windows_thread(
    store: Store, open_inbox: OpenInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat(store)
    window = open_inbox("Awa Diop")
    used: set[threading.Thread] = set()
    source = window.page.source

    def noting(verb: str) -> None:
        plain = getattr(source, verb)

        def noted(*given: object) -> object:
            used.add(threading.current_thread())
            return plain(*given)

        monkeypatch.setattr(source, verb, noted)

    for verb in ("inbox", "thread", "mark_read", "send_text", "take_over"):
        noting(verb)
    window.page.feed.refresh()
    window.page.send_text("Bonsoir")
    window.page.take_over()
    window.calm()
    assert used
    assert threading.current_thread() not in used


def test_an_empty_inbox_says_what_it_is_for_and_where_to_begin(open_inbox: OpenInbox) -> None:
    window = open_inbox()
    asked: list[tuple[str, object]] = []
    window.page.wants.connect(lambda page, subject: asked.append((page, subject)))
    assert window.page._stack.currentIndex() == 1
    button = window.page.empty.button
    assert button is not None
    button.click()
    assert asked == [("settings", "whatsapp")]


def test_the_first_message_ends_the_emptiness(store: Store, open_inbox: OpenInbox) -> None:
    window = open_inbox()
    store.write("Awa Diop", "bonjour", "21:30:00")
    window.qtbot.waitUntil(lambda: len(window.bubbles()) == 2)
    assert window.page._stack.currentIndex() == 2


# -- live


def test_a_message_appears_alone_and_at_once(store: Store, open_inbox: OpenInbox) -> None:
    chat(store)
    window = open_inbox("Awa Diop")
    view = window.page.middle.messages
    model = view.model()
    resets: list[int] = []
    inserted: list[tuple[int, int]] = []
    model.modelReset.connect(lambda: resets.append(1))
    model.rowsInserted.connect(lambda parent, first, last: inserted.append((first, last)))
    before = model.rowCount()
    store.write("Awa Diop", "encore une question")
    window.qtbot.waitUntil(lambda: window.bubbles()[-1].text == "encore une question")
    assert (resets, inserted) == ([], [(before, before)])
    assert view.at_end
    window.calm()
    assert store.value("SELECT unread FROM conversation") == 0


def test_a_tick_changes_one_row_only(store: Store, open_inbox: OpenInbox) -> None:
    chat(store, messages=5)
    say(store, "Awa Diop", "Bonsoir")
    window = open_inbox("Awa Diop")
    model = window.page.middle.messages.model()
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last, roles: changed.append(first.row()))
    store.leave(state="delivered")
    window.qtbot.waitUntil(lambda: bool(changed))
    tick = window.bubbles()[-1].tick
    assert (changed, tick and tick.icon) == ([model.rowCount() - 1], "check-check")


def test_nothing_moves_under_the_eye_that_reads_further_up(store: Store, open_inbox: OpenInbox) -> None:
    chat(store)
    window = open_inbox("Awa Diop")
    view = window.page.middle.messages
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    place = bar.value()
    store.write("Awa Diop", "tu es là ?")
    window.qtbot.waitUntil(lambda: window.bubbles()[-1].text == "tu es là ?")
    assert bar.value() == place
    assert narrow(view.jump.text()) == "1 nouveau message"
    view.jump.click()
    assert view.at_end
    assert view.jump.isHidden()


def test_earlier_messages_come_in_above(store: Store, open_inbox: OpenInbox) -> None:
    chat(store, messages=90)
    window = open_inbox("Awa Diop")
    view = window.page.middle.messages
    assert len(window.bubbles()) == feed.PAGE
    view.verticalScrollBar().setValue(100)
    first = next(item for item in view.items if not item.key.startswith("d"))
    row = view._thread.row_of(first.key) or 0
    top = view.visualRect(view._thread.index(row)).top()
    window.qtbot.waitUntil(lambda: len(window.bubbles()) == 92)
    row = view._thread.row_of(first.key) or 0
    assert abs(view.visualRect(view._thread.index(row)).top() - top) <= 8  # its day line went further up
    assert window.bubbles()[0].text == "bonjour"


def test_a_short_thread_stands_at_the_bottom(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    view = open_inbox("Awa Diop").page.middle.messages
    last = view.visualRect(view.model().index(view.model().rowCount() - 1, 0))
    assert view.viewport().height() - last.bottom() <= 2
    assert view.verticalScrollBar().maximum() == 0


def test_who_wrote_last_moves_up_and_the_open_one_stays_open(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    store.write("Moussa Kane", "bonjour", "21:31:00")
    window = open_inbox("Moussa Kane")
    assert names(window) == ["Moussa", "Awa"]
    store.write("Awa Diop", "encore", "21:32:00")
    window.qtbot.waitUntil(lambda: names(window) == ["Awa", "Moussa"])
    assert window.page.people.list.current == store.conversation("Moussa Kane")
    assert window.page.feed.current == store.conversation("Moussa Kane")


def test_a_hidden_page_reads_nothing_and_catches_up_when_seen(store: Store, open_inbox: OpenInbox) -> None:
    chat(store, messages=3)
    window = open_inbox("Awa Diop")
    window.desktop.shell.go("live")
    before = len(window.bubbles())
    store.write("Awa Diop", "pendant ce temps")
    window.qtbot.waitUntil(lambda: window.page.feed._thread_stale)
    assert len(window.bubbles()) == before
    window.desktop.shell.go("conversations")
    window.qtbot.waitUntil(lambda: window.bubbles()[-1].text == "pendant ce temps")


def test_the_window_closes_by_the_minute(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    store.take_over("Awa Diop")
    window = open_inbox("Awa Diop")
    head, composer = window.page.middle.head, window.page.middle.composer
    store.clock.advance(22 * HOUR)
    window.page.mount.ticker.beat()
    assert narrow(head.window_left.accessibleName()) == "Fenêtre ouverte encore 1 h 57"
    store.clock.advance(2 * HOUR)
    window.page.mount.ticker.beat()
    assert narrow(head.window_left.accessibleName()) == "Fenêtre fermée"
    assert composer.mode == "closed"
    assert "WhatsApp ne remettrait pas le vôtre" in narrow(composer._sentence.text())
    assert not composer.product.isEnabled()


def test_a_new_day_says_yesterday(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    window = open_inbox("Awa Diop")
    assert window.page.middle.messages.items[0].text == "aujourd’hui"
    store.clock.advance(DAY)
    window.page.mount.ticker.beat()
    window.qtbot.waitUntil(lambda: window.page.middle.messages.items[0].text == "hier")


# -- who speaks


def test_enter_takes_over_and_enter_again_writes(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    window = open_inbox("Khady Sarr")
    page, composer = window.page, window.page.middle.composer
    QTest.keyClick(page.people.list, Qt.Key.Key_Return)
    window.qtbot.waitUntil(lambda: composer.mode == "seller")
    assert page.middle.banner.isHidden()
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
    composer.give_back.click()
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


# -- finding


def test_searching_lists_who_matches_and_says_when_nobody_does(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    window = open_inbox()
    search = window.page.people.search
    QTest.keyClick(window.page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(search, "toure")
    window.qtbot.waitUntil(lambda: names(window) == ["Mariam"])
    assert window.page.middle.head.name.text() == "Khady Sarr"  # what is open stays open
    QTest.keyClick(search, Qt.Key.Key_Return)  # on to the first who matches
    window.qtbot.waitUntil(lambda: window.page.middle.head.name.text() == "Mariam Touré")
    search.clear()
    QTest.keyClicks(search, "zzz")
    window.qtbot.waitUntil(lambda: not window.page.people._nothing.isHidden())
    assert window.page.people._nothing.text() == "Personne ne correspond à cette recherche."
    assert window.page.middle.head.name.text() == "Mariam Touré"


def test_chips_say_when_there_is_nothing(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "merci", "21:30:00")
    window = open_inbox()
    window.page.people.chips["escalated"].click()
    window.qtbot.waitUntil(lambda: not window.page.people._nothing.isHidden())
    assert narrow(window.page.people._nothing.text()) == "Personne ne vous attend : le bot s’en sort."


def test_the_list_goes_on_when_its_end_comes_into_sight(
    store: Store, open_inbox: OpenInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "ROWS", 12)
    for number in range(30):
        store.write(f"Cliente {number}", "bonjour", "21:30:00")
    window = open_inbox()
    window.page.feed.question = feed.Question(limit=12)
    window.page.feed.refresh()
    window.calm()
    bar = window.page.people.list.verticalScrollBar()

    def at_the_end() -> bool:
        bar.setValue(bar.maximum())
        return window.page.people.model.rowCount() == 30

    window.qtbot.waitUntil(at_the_end)


# -- keys and room


def test_arrows_walk_through_the_conversations_and_escape_leads_back(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    window = open_inbox()
    page = window.page
    QTest.keyClick(page.people.list, Qt.Key.Key_Down)
    window.qtbot.waitUntil(lambda: page.middle.head.name.text() == "Hanta Rakoto")
    page.people.list.step(1)
    window.qtbot.waitUntil(lambda: page.middle.head.name.text() != "Hanta Rakoto")
    page.open(store.conversation("Adjoa Mensah"))
    window.qtbot.waitUntil(lambda: page.middle.composer.mode == "seller")
    page.middle.composer.edit.setFocus()
    QTest.keyClick(page.middle.composer.edit, Qt.Key.Key_Escape)
    assert page.window().focusWidget() is page.people.list


def test_the_card_folds_behind_its_button_when_room_is_short(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    window = open_inbox(size=(1040, 720))
    page = window.page
    assert page.customer.isHidden()
    assert not page.middle.head.card.isHidden()
    wide = page.middle.width()
    page.middle.head.card.click()
    assert page.customer.isVisible()
    assert page.middle.width() == wide  # over the thread, not beside it
    assert page.customer.geometry().right() == page.width() - 1
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert page.customer.isHidden()
    window.desktop.shell.resize(1440, 900)
    window.qtbot.waitUntil(page.customer.isVisible)
    assert page.middle.head.card.isHidden()


def test_every_control_has_a_name_and_is_high_enough(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    page = open_inbox("Adjoa Mensah").page
    composer = page.middle.composer
    controls = [composer.product, composer.link, composer.file, composer.give_back, composer.send]
    assert all(control.accessibleName() or control.text() for control in controls)
    assert all(control.height() >= 40 for control in (*controls, composer.edit))
    assert composer.edit.accessibleName() == "Votre message"
    assert page.people.list.accessibleName() == "Conversations"
    assert page.middle.messages.model().index(1, 0).data() == "aujourd’hui"


@MENU
def test_the_text_of_a_message_can_be_copied(store: Store, open_inbox: OpenInbox) -> None:
    from PySide6.QtGui import QGuiApplication

    store.write("Awa Diop", "*Thiès*, quartier 10e", "21:30:00")
    window = open_inbox("Awa Diop")
    view = window.page.middle.messages
    view.setCurrentIndex(view.model().index(2, 0))
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Thiès, quartier 10e"
    QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton)
    assert [menu for menu in view.findChildren(QMenu) if menu.isVisible()] == []


# -- the customer


def test_notes_keep_themselves_when_left(store: Store, open_inbox: OpenInbox) -> None:
    for name in ("Awa Diop", "Moussa Kane"):
        store.write(name, "bonjour", "21:30:00")
    window = open_inbox("Awa Diop")
    notes = window.page.customer.notes
    notes.setFocus()
    QTest.keyClicks(notes, "Taille M")
    store.write("Awa Diop", "tu es la ?")  # a reading in between does not take the words away
    window.qtbot.waitUntil(lambda: window.bubbles()[-2].text == "tu es la ?")
    assert notes.toPlainText() == "Taille M"
    window.page.open(store.conversation("Moussa Kane"))
    window.qtbot.waitUntil(lambda: window.page.middle.head.name.text() == "Moussa Kane")
    window.calm()
    assert notes.toPlainText() == ""
    kept = store.value("SELECT notes FROM customer WHERE id = ?", store.customer("Awa Diop"))
    assert kept == "Taille M"


def test_notes_kept_elsewhere_show_here(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    window = open_inbox("Awa Diop")
    window.page.source.set_notes(store.customer("Awa Diop"), "Livrer à Thiès")
    window.qtbot.waitUntil(lambda: window.page.customer.notes.toPlainText() == "Livrer à Thiès")


def test_a_running_hold_counts_down_in_the_card(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "je prends SAC2", "21:30:00")
    window = open_inbox("Awa Diop")
    pill = window.page.customer._order._pill
    assert pill.accessibleName() == "En attente 10:00"
    store.clock.advance(MINUTE + SECOND)
    window.page.mount.ticker.beat()
    assert pill.accessibleName() == "En attente 8:59"
    store.pay("Awa Diop")
    window.qtbot.waitUntil(lambda: pill.accessibleName() == "Payée 21:31")


def test_two_records_of_one_person_become_one_conversation(store: Store, open_inbox: OpenInbox) -> None:
    from core.customers.service import Identity, recognise

    store.write("Awa Diop", "bonjour", "21:30:00")
    store.write("Awa D.", "encore moi", "21:31:00")
    window = open_inbox("Awa D.")
    both = [Identity("phone", f"+{store.phones[name]}") for name in ("Awa Diop", "Awa D.")]
    store.shop.engine.call(lambda tx: recognise(tx, both))
    window.qtbot.waitUntil(lambda: window.page.feed.current == 1)
    window.calm()
    assert [bubble.text for bubble in window.bubbles() if not bubble.ours] == ["bonjour", "encore moi"]


def test_a_store_that_cannot_be_read_is_said_once_and_tried_again(
    store: Store, open_inbox: OpenInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.kernel.errors import EnvironmentProblem

    store.write("Awa Diop", "bonjour", "21:30:00")
    window = open_inbox("Awa Diop")
    monkeypatch.setattr(feed, "RETRY_MS", 10)
    window.page.feed._retry.setInterval(10)
    plain = window.page.source.thread

    def broken(conversation_id: int, limit: int) -> None:
        raise EnvironmentProblem("The store's data cannot be read: {path}.", path="x")

    monkeypatch.setattr(window.page.source, "thread", broken)
    store.write("Awa Diop", "encore")
    window.qtbot.waitUntil(lambda: bool(window.notices()))
    monkeypatch.setattr(window.page.source, "thread", plain)
    window.qtbot.waitUntil(lambda: any(bubble.text == "encore" for bubble in window.bubbles()))
    assert len(window.notices()) == 1
