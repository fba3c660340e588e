"""The conversations as a seller sees them: a real shop, real widgets, what changes shows by itself."""

from __future__ import annotations

import threading

import pytest

from core.conversations import media
from core.conversations.events import MediaSettled
from core.kernel.clock import DAY, HOUR
from core.storage.engine import Tx
from desktop.pages.conversations import feed
from localserver.sandbox.graph_acts import screenshot
from tests.desktop.conversations.conftest import OpenInbox, chat, chips, names, narrow, say
from tests.desktop.conversations.store import Store, fill

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
    assert narrow(page.middle.banner.title.text()) == "Le bot vous passe la main · attend depuis 15 min"
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
    assert "seul un modèle approuvé peut encore partir" in narrow(composer._sentence.text())
    assert not composer.product.isEnabled()


def test_a_new_day_says_yesterday(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    window = open_inbox("Awa Diop")
    assert window.page.middle.messages.items[0].text == "aujourd’hui"
    store.clock.advance(DAY)
    window.page.mount.ticker.beat()
    window.qtbot.waitUntil(lambda: window.page.middle.messages.items[0].text == "hier")


def test_a_photo_appears_where_it_was_being_waited_for(store: Store, open_inbox: OpenInbox) -> None:
    store.item("Awa Diop", "image", {"id": "m1", "mime_type": "image/jpeg"}, "21:30:00")
    window = open_inbox("Awa Diop")
    view = window.page.middle.messages
    waiting = window.bubbles()[0].attachment
    assert waiting is not None
    assert (waiting.shown, narrow(waiting.detail)) == (False, "en cours de réception…")
    name = media.keep(store.shop.media, media.checked(screenshot(), "image"))

    def arrive(tx: Tx) -> None:
        tx.run("UPDATE message SET media = ? WHERE id = 1", (name,))
        tx.emit(MediaSettled(1, 1))

    store.shop.engine.call(arrive)
    window.qtbot.waitUntil(lambda: window.bubbles()[0].attachment != waiting)
    window.qtbot.waitUntil(lambda: view.pictures.get(name) is not None)
    assert view.at_end
