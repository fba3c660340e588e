"""Finding people, the keyboard, the customer's card: a real shop behind real widgets."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from core.customers.service import Identity, recognise
from core.kernel.clock import MINUTE, SECOND
from core.kernel.errors import EnvironmentProblem
from desktop.pages.conversations import feed
from desktop.pages.conversations.bubbles import Bubble
from desktop.pages.support.presenter import TraceWanted
from tests.desktop.conversations.conftest import OpenInbox, names, narrow
from tests.desktop.conversations.store import Store, fill

MENU = pytest.mark.qt_log_ignore("grabbing the keyboard")  # the off-screen platform cannot; a menu asks for it


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
    controls = [composer.product, composer.link, composer.file, composer.canned, composer.note, composer.send]
    controls += [page.middle.banner.give_back, page.middle.banner.resolve]
    assert all(control.accessibleName() or control.text() for control in controls)
    assert all(control.height() >= 40 for control in (*controls, composer.edit))
    assert composer.edit.accessibleName() == "Votre message"
    assert page.people.list.accessibleName() == "Conversations"
    assert page.middle.messages.model().index(1, 0).data() == "aujourd’hui"


@MENU
def test_the_text_of_a_message_can_be_copied(store: Store, open_inbox: OpenInbox) -> None:

    store.write("Awa Diop", "*Thiès*, quartier 10e", "21:30:00")
    window = open_inbox("Awa Diop")
    view = window.page.middle.messages
    view.setCurrentIndex(view.model().index(2, 0))
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Thiès, quartier 10e"
    QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton)
    assert [menu for menu in view.findChildren(QMenu) if menu.isVisible()] == []


@pytest.mark.qt_log_ignore("grabbing the keyboard")
def test_what_happened_to_a_message_is_asked_of_support(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "je prends ROBE1", "21:30:00")
    window = open_inbox("Awa Diop")
    page = window.page
    page.wants.disconnect(window.desktop.shell.go)
    asked: list[tuple[str, object]] = []
    page.wants.connect(lambda name, subject: asked.append((name, subject)))
    view = page.middle.messages
    bubble = next(item for item in view.items if isinstance(item, Bubble))
    row = view._thread.row_of(bubble.key)
    assert row is not None
    view.setCurrentIndex(view.model().index(row, 0))
    place = view.visualRect(view.currentIndex()).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, view.viewport().mapToGlobal(place))
    view.contextMenuEvent(event)
    menu = next(menu for menu in view.findChildren(QMenu) if menu.isVisible())
    action = next(action for action in menu.actions() if action.text().startswith("Que s’est-il passé"))
    action.trigger()
    menu.close()
    assert asked == [("support", TraceWanted("message", bubble.message_id))]


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
