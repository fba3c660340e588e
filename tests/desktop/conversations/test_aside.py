"""Who speaks until when, notes that are never sent, answers kept ready: a real shop behind real widgets."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.conversations import canned, notes, threads
from core.kernel.clock import HOUR, MINUTE
from core.storage.engine import Tx
from desktop.pages.conversations.bubbles import NoteItem
from desktop.pages.conversations.canned import CannedDialog
from desktop.sources.conversations import ShopConversations
from desktop.widgets.dialog import Confirm
from tests.desktop.conversations.conftest import Open, OpenInbox, chips, narrow, say
from tests.desktop.conversations.store import Store, fill


def ready(store: Store) -> None:
    def keep(tx: Tx) -> None:
        canned.save(tx, "merci", "fr", "Merci {name}, à bientôt chez {shop} !")
        canned.save(tx, "merci", "mg", "Misaotra {name} !")
        canned.save(tx, "livraison", "fr", "Nous livrons à Thiès le samedi.")

    store.shop.engine.call(keep, actor="seller")


def note_items(window: Open) -> list[NoteItem]:
    return [item for item in window.page.middle.messages.items if isinstance(item, NoteItem)]


def taken(store: Store, open_inbox: OpenInbox, size: tuple[int, int] = (1280, 720)) -> Open:
    store.write("Awa Diop", "bonjour", "21:30:00")
    store.leave()
    store.take_over("Awa Diop")
    window = open_inbox("Awa Diop", size)
    window.qtbot.waitUntil(lambda: window.page.middle.composer.mode == "seller")
    return window


# -- who speaks


def test_while_a_person_answers_the_banner_says_until_when(store: Store, open_inbox: OpenInbox) -> None:
    window = taken(store, open_inbox)
    banner = window.page.middle.banner
    assert narrow(banner.title.text()) == "Vous répondez vous-même"
    assert narrow(banner.sentence.text()) == "Le bot reprend dans 1 h 00."
    assert banner.take_over.isHidden()
    assert banner.resolve.accessibleName() == "Résolu"
    store.clock.advance(18 * MINUTE + 30_000)
    window.page._second(store.clock.now())
    assert narrow(banner.sentence.text()) == "Le bot reprend dans 42 min."
    say(store, "Awa Diop", "Me voilà")
    window.qtbot.waitUntil(lambda: narrow(banner.sentence.text()) == "Le bot reprend dans 1 h 00.")
    banner.give_back.click()
    window.qtbot.waitUntil(banner.isHidden)
    assert store.value("SELECT ended FROM handover") == "given_back"


def test_the_button_comes_back_by_itself_when_the_time_is_over(store: Store, open_inbox: OpenInbox) -> None:
    window = taken(store, open_inbox)
    store.clock.advance(HOUR)
    number = store.conversation("Awa Diop")
    store.shop.engine.call(lambda tx: store.shop.pausing.due(tx, number), actor="scheduler")
    window.qtbot.waitUntil(lambda: window.page.middle.composer.mode == "bot")
    assert window.page.middle.banner.isHidden()


def test_from_the_phone_it_is_said_so(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    number = store.conversation("Awa Diop")
    store.shop.engine.call(lambda tx: threads.person_spoke(tx, number, "phone"), actor="phone")
    window = open_inbox("Awa Diop")
    assert window.page.middle.banner.title.text() == "Vous répondez depuis votre téléphone"


def test_resolved_leaves_the_queue_and_says_so(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    window = open_inbox("Hanta Rakoto")
    window.page.middle.banner.resolve.click()
    window.qtbot.waitUntil(lambda: chips(window)[0] == "À reprendre 1")
    window.calm()
    row = next(r for r in window.page.people.model._rows if r.name == "Hanta Rakoto")
    pill = window.page.presenter.pill(row)
    assert pill is not None
    assert (pill.text, pill.icon) == ("Résolue", "check")
    assert store.value("SELECT count(*) FROM journal WHERE kind = 'Resolved'") == 1


def test_the_banner_tells_what_it_is_about(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "je prends 2 ROBE1", "21:30:00")
    store.write("Awa Diop", "vous livrez à Thiès ?")
    store.clock.advance(2 * MINUTE)
    window = open_inbox("Awa Diop", (1040, 720))
    banner = window.page.middle.banner
    assert narrow(banner.title.text()) == "Le bot vous passe la main · attend depuis 2 min"
    assert narrow(banner.sentence.text()).startswith("Demande ce que vous seul savez. Demande une livraison à Thiès")
    shown = [narrow(chip.accessibleName()) for chip in banner._chips if not chip.isHidden()]
    assert shown == ["français", "2 × ROBE1 · 30 000 F · 8:00", "Score 50 · bronze"]
    store.clock.advance(MINUTE)
    window.page._second(store.clock.now())
    assert "7:00" in banner._chips[1].accessibleName()
    assert "Score 50" in banner.accessibleName()


def test_beside_the_card_nothing_is_said_twice(store: Store, open_inbox: OpenInbox) -> None:
    fill(store)
    window = open_inbox("Khady Sarr", (1280, 720))
    assert all(chip.isHidden() for chip in window.page.middle.banner._chips)


@pytest.mark.parametrize("size", [(1040, 720), (1280, 720), (1600, 900)])
def test_every_button_is_whole(store: Store, open_inbox: OpenInbox, size: tuple[int, int]) -> None:
    window = taken(store, open_inbox, size)
    middle = window.page.middle
    for button in (middle.banner.give_back, *(b for b, _, _ in middle.composer._names), middle.composer.product):
        assert button.width() >= button.sizeHint().width(), button.text()
        room = button.parentWidget()
        assert room is not None
        assert button.geometry().right() <= room.width()


def test_what_was_held_back_says_why(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    say(store, "Awa Diop", "Bonsoir")
    window = open_inbox("Awa Diop")
    bubble = next(b for b in window.bubbles() if b.author == "bot")
    assert bubble.tick is not None
    assert (bubble.tick.word, narrow(bubble.note)) == ("pas envoyé", "Retenu : une personne répond.")


def test_a_photo_has_its_real_state_and_its_reason(store: Store, open_inbox: OpenInbox, tmp_path: Path) -> None:
    window = taken(store, open_inbox)
    path = tmp_path / "robe.jpg"
    Image.new("RGB", (64, 48), "#C5B358").save(path)
    for state, code, icon, word in (
        ("delivered", None, "check-check", ""),
        ("read", None, "check-check", "lu"),
        ("failed", 131053, "x", "non remis"),
    ):
        window.page.source.send_file(store.conversation("Awa Diop"), path, state)
        store.leave("Awa Diop", state, code, "Media upload error")
        window.qtbot.waitUntil(lambda state=state: window.bubbles()[-1].text == state)  # type: ignore[misc]
        window.calm()
        bubble = window.bubbles()[-1]
        assert bubble.tick is not None
        assert (bubble.tick.icon, bubble.tick.word) == (icon, word)
        assert bool(bubble.note) == (state == "failed")
        assert bubble.note != "Media upload error", "in the seller’s own words"


# -- notes


def test_a_note_is_written_beside_the_bot_and_never_sent(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    window = open_inbox("Awa Diop")
    page, composer = window.page, window.page.middle.composer
    before = store.value("SELECT count(*) FROM outbox")
    QTest.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
    window.qtbot.waitUntil(lambda: composer.noting)
    assert composer.edit.placeholderText().startswith("Note interne")
    assert composer.send.text() == "Garder la note"
    assert composer.edit.property("note")
    QTest.keyClicks(composer.edit, "prefere le samedi")
    QTest.keyClick(composer.edit, Qt.Key.Key_Return)
    window.qtbot.waitUntil(lambda: len(note_items(window)) == 1)
    (note,) = note_items(window)
    assert note.text == "prefere le samedi"
    assert note.meta.startswith("Note interne · Vous · ")
    assert (composer.mode, composer.noting) == ("bot", False)
    assert store.value("SELECT count(*) FROM outbox") == before
    assert store.value("SELECT mode FROM conversation") == "bot"


def test_message_and_note_do_not_mix(store: Store, open_inbox: OpenInbox) -> None:
    window = taken(store, open_inbox)
    store.write("Moussa Kane", "bonjour")
    window.qtbot.waitUntil(lambda: window.page.people.model.rowCount() == 2)
    page, composer = window.page, window.page.middle.composer
    composer.set_text("Je vérifie")
    composer.note.click()
    assert composer.text == ""
    composer.set_text("négocie toujours")
    QTest.keyClick(composer.edit, Qt.Key.Key_Escape)
    assert (composer.text, composer.noting) == ("Je vérifie", False)
    composer.note.click()
    assert composer.text == "négocie toujours"
    page.open(store.conversation("Moussa Kane"))
    window.qtbot.waitUntil(lambda: page.middle.head.name.text() == "Moussa Kane")
    assert (composer.text, composer.noting) == ("", False)
    page.open(store.conversation("Awa Diop"))
    window.qtbot.waitUntil(lambda: composer.text == "Je vérifie")
    assert composer.drafts == ("Je vérifie", "négocie toujours"), "nor is a note taken for a message"


def test_a_note_that_is_too_long_is_not_kept(store: Store, open_inbox: OpenInbox) -> None:
    window = taken(store, open_inbox)
    composer = window.page.middle.composer
    composer.note.click()
    composer.set_text("x" * 2001)
    assert (composer.send.isEnabled(), narrow(composer._counter.text())) == (False, "2 001 / 2 000")


def test_a_note_is_removed_after_a_question(store: Store, open_inbox: OpenInbox) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    number = store.conversation("Awa Diop")
    store.shop.engine.call(lambda tx: notes.add(tx, number, "à rappeler"), actor="seller")
    window = open_inbox("Awa Diop")
    view = window.page.middle.messages
    place = view.items.index(note_items(window)[0]) + 1
    view.setCurrentIndex(view.model().index(place, 0))
    QTest.keyClick(view, Qt.Key.Key_Delete)
    window.dialog(Confirm).action.click()
    window.qtbot.waitUntil(lambda: not note_items(window))


def test_a_note_of_somebody_else_has_their_name(store: Store, source: ShopConversations) -> None:
    store.write("Awa Diop", "bonjour", "21:30:00")
    number = store.conversation("Awa Diop")
    insert = "INSERT INTO account(email, hash, role, created_at, name) VALUES('m@t.sn', 'none', 'cashier', 0, 'Moussa')"
    account = store.shop.engine.call(lambda tx: tx.insert(insert))
    store.shop.engine.call(lambda tx: notes.add(tx, number, "à rappeler"), actor=f"account:{account}")
    thread = source.thread(number, 60)
    assert thread is not None
    assert [note.author for note in thread.notes] == ["Moussa"]


# -- answers kept ready


def test_a_slash_offers_the_answers_and_enter_takes_one(store: Store, open_inbox: OpenInbox) -> None:
    ready(store)
    window = taken(store, open_inbox)
    composer, picker = window.page.middle.composer, window.page.middle.picker
    QTest.keyClicks(composer.edit, "/")
    assert not picker.isHidden()
    assert [picker.item(n).text().split()[0] for n in range(picker.count())] == ["/livraison", "/merci", "Modifier"]
    QTest.keyClick(composer.edit, Qt.Key.Key_Down)
    QTest.keyClick(composer.edit, Qt.Key.Key_Return)
    assert narrow(composer.text) == "Merci Awa, à bientôt chez Boutique Téranga !"
    assert picker.isHidden()
    assert store.value("SELECT count(*) FROM message WHERE author = 'seller'") == 0, "it can still be changed"
    QTest.keyClick(composer.edit, Qt.Key.Key_Return)
    window.qtbot.waitUntil(lambda: window.bubbles()[-1].author == "seller")


def test_what_is_typed_narrows_and_escape_leaves_it_as_a_message(store: Store, open_inbox: OpenInbox) -> None:
    ready(store)
    window = taken(store, open_inbox)
    composer, picker = window.page.middle.composer, window.page.middle.picker
    composer.edit.setFocus()
    QTest.keyClicks(composer.edit, "/mer")
    assert picker.count() == 1
    QTest.keyClick(composer.edit, Qt.Key.Key_Escape)
    assert picker.isHidden()
    assert (composer.text, composer.edit.hasFocus()) == ("/mer", True)
    QTest.keyClicks(composer.edit, "zz")
    assert picker.isHidden()
    composer.set_text("12/11 ou /merci")
    assert picker.isHidden(), "only at the begin of a message"
    composer.set_text("/")
    composer.set_text("")
    assert picker.isHidden()


def test_a_malagasy_customer_gets_the_malagasy_words(store: Store, open_inbox: OpenInbox) -> None:
    ready(store)
    store.write("Hanta Rakoto", "salama tompoko, misy ve ny akanjo?", "21:30:00")
    store.run("UPDATE customer SET language = 'mg'")
    store.take_over("Hanta Rakoto")
    window = open_inbox("Hanta Rakoto")
    window.page.middle.composer.set_text("/merci")
    QTest.keyClick(window.page.middle.composer.edit, Qt.Key.Key_Return)
    assert narrow(window.page.middle.composer.text) == "Misaotra Hanta !"


def test_answers_are_kept_changed_and_removed_in_the_window(store: Store, open_inbox: OpenInbox) -> None:
    window = taken(store, open_inbox)
    composer = window.page.middle.composer
    composer.canned.click()  # none is kept: the place to keep the first
    dialog = window.dialog(CannedDialog)
    QTest.keyClicks(dialog.shortcut.edit, "merci")
    dialog.text.setPlainText("Merci {prenom} !")
    dialog.save.click()
    window.qtbot.waitUntil(lambda: "{prenom}" in dialog.words.error)
    dialog.text.setPlainText("Merci {name} !")
    dialog.save.click()
    window.qtbot.waitUntil(lambda: dialog.list.count() == 2)
    assert dialog.words.error == ""
    window.qtbot.waitUntil(lambda: window.page.middle.picker.count_ready == 1)
    dialog.remove.click()
    window.qtbot.waitUntil(lambda: dialog.list.count() == 1)
    assert store.value("SELECT count(*) FROM canned") == 0
    dialog.reject()


def test_the_list_leads_to_where_they_are_changed(store: Store, open_inbox: OpenInbox) -> None:
    ready(store)
    window = taken(store, open_inbox)
    composer = window.page.middle.composer
    composer.canned.click()
    assert composer.text == "/"
    QTest.keyClick(composer.edit, Qt.Key.Key_Up)  # from the first round to the last
    QTest.keyClick(composer.edit, Qt.Key.Key_Return)
    dialog = window.dialog(CannedDialog)
    window.qtbot.waitUntil(lambda: dialog.list.count() == 4)
    assert composer.text == ""
    dialog.reject()
