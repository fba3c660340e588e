"""The texts' page in a real window over a real shop: what is typed is judged, shown as on a phone, kept, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.faq import service as faq
from core.voice import service
from desktop.app import Desktop
from desktop.pages.messages.page import MessagesPage
from tests.desktop.openpage import at_rest
from tests.desktop.realshop import close_windows, make_shop, window_over


@dataclass
class Opened:
    desktop: Desktop
    page: MessagesPage
    shop: Shop
    qtbot: QtBot

    def settled(self, holds: Callable[[], object] = lambda: True) -> None:
        page = self.page
        self.qtbot.waitUntil(
            lambda: at_rest(self.desktop, self.shop) and not page._pause.isActive() and bool(holds()), timeout=60_000
        )

    def open(self, key: str, variant: str = "") -> None:
        assert self.page.list.choose(key, variant)

    def kept(self) -> dict[tuple[str, str, str, str], str]:
        return dict(self.shop.engine.read(service.known))


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot) -> Iterator[Opened]:
    shop = make_shop(tmp_path / "home")
    desktop = window_over(shop)
    desktop.shell.resize(1280, 720)
    desktop.start()
    qtbot.waitUntil(lambda: desktop.shell.page("live") is not None, timeout=60_000)
    desktop.shell.go("messages")
    page = desktop.shell.page("messages")
    assert isinstance(page, MessagesPage)
    made = Opened(desktop, page, shop, qtbot)
    made.settled(lambda: page.read_once)
    yield made
    close_windows([desktop])
    shop.close()


def test_a_text_is_written_shown_kept_and_taken_back(opened: Opened) -> None:
    page = opened.page
    opened.open("pay_link")
    assert not page.saving.isEnabled()
    page.edit.setPlainText("Paie *{total}* en {remaining}\u202f: {lines}")
    bubble = page.phone.bubble
    assert bubble is not None
    assert bubble.text.startswith("Paie 30\u202f000\u00a0F\u202fCFA en 9:47\u202f: 2 × Robe")
    assert [span.style for span in bubble.spans] == ["bold"]
    assert bubble.buttons == ("PAYER 30\u202f000\u00a0F\u202fCFA",)
    assert page.saving.isEnabled()
    QTest.keyClick(page.edit, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    opened.settled(opened.kept)
    assert opened.kept() == {("live_seller", "fr", "pay_link", ""): "Paie *{total}* en {remaining}\u202f: {lines}"}
    opened.settled()
    assert page.text is not None
    assert page.text.own is not None
    assert page.last.isVisible()
    page.undo()
    opened.settled(lambda: not opened.kept())
    assert page.edit.words.startswith("🧾")


def test_what_is_wrong_is_said_while_typing_and_is_not_kept(opened: Opened) -> None:
    page = opened.page
    opened.open("reminder")
    page.edit.setPlainText("Paie {montant}")
    assert page.wrong.text().startswith("La variable {montant} n’existe pas")
    assert not page.saving.isEnabled()
    page.edit.setPlainText("{total} {remaining}" + "x" * 1024)
    assert page.counter.property("role") == "danger"
    assert "de trop" in page.counter.text()
    page.save()
    opened.settled()
    assert opened.kept() == {}
    page.edit.setPlainText("{total} {remaining} {")
    assert page.phone.bubble is not None
    assert page.phone.bubble.text.endswith("{"), "a brace that is being typed breaks nothing"


def test_a_variable_is_put_where_the_cursor_stands(opened: Opened) -> None:
    page = opened.page
    opened.open("choose_payment")
    page.edit.setPlainText("À payer ")
    page.edit.moveCursor(page.edit.textCursor().MoveOperation.End)
    page.variables.buttons["total"].click()
    assert page.edit.words == "À payer {total}"


def test_languages_segments_and_the_search_lead_to_other_texts(opened: Opened) -> None:
    page = opened.page
    opened.open("greeting", "other")
    page.languages["mg"].click()
    opened.settled(lambda: page.edit.words.startswith("👋 Miarahaba"))
    assert page.text is not None
    assert (page.text.key, page.text.language) == ("greeting", "mg")
    page.languages["fr"].click()
    page.segment.setCurrentIndex(page.segment.findData("shop"))
    page.segment.activated.emit(page.segment.currentIndex())
    opened.settled(lambda: "réponds OUI" in page.edit.words)
    page.edit.setPlainText("Bienvenue au magasin, {name}.")
    page.save()
    opened.settled(opened.kept)
    assert list(opened.kept()) == [("shop", "fr", "greeting", "other")]
    page.search.setText("relance")
    page.refresh()
    opened.settled(lambda: len(page.list.texts.rows) < 12)
    assert [row.text.key for row in page.list.texts.rows if row.text][:2] == ["reminder", "hold_expired"]


def test_what_is_being_written_is_not_lost_to_somebody_elses_change(opened: Opened) -> None:
    page = opened.page
    opened.open("choose_payment")
    page.edit.setPlainText("Combien\u202f? {total}")
    opened.shop.engine.call(
        lambda tx: service.put(
            tx, "reminder", "{total} {remaining}", variant="", segment="live_seller", language="fr", currency="XOF"
        )
    )
    opened.settled(lambda: any(text.own for text in page.listing.texts))
    assert page.edit.words == "Combien\u202f? {total}"


def test_two_texts_are_compared_and_the_comparison_ended(opened: Opened) -> None:
    page = opened.page
    opened.open("reminder")
    assert not page.compare_button.isEnabled()
    page.edit.setPlainText("⏰ {remaining}, {total}")
    page.compare()
    opened.settled(lambda: page.listing.trials)
    assert page.trial.text().startswith("Essayé\u202f: «\u202f{remaining}, {total}\u202f»\n")
    assert page.trial.text().splitlines()[1].startswith("Pas encore assez de données\u202f: 0 et 0 personnes sur 356")
    assert page.edit.words.startswith("⏳"), "the text of now stays"
    page.keep_b.click()
    opened.settled(lambda: not page.listing.trials)
    assert opened.kept()["live_seller", "fr", "reminder", ""] == "⏰ {remaining}, {total}"


def test_everything_stands_whole_in_a_small_window(opened: Opened) -> None:
    page = opened.page
    opened.open("product_card", "other")

    def whole() -> None:
        """Once the layouts have settled."""
        for button in (page.saving, page.ours, page.compare_button, *page.variables.buttons.values()):
            assert button.width() >= button.minimumSizeHint().width() - 1, button.text()
            assert page.rect().contains(button.mapTo(page, button.rect().bottomRight())), button.text()

    opened.qtbot.waitUntil(whole)


def test_questions_and_answers_are_kept_changed_and_removed(opened: Opened) -> None:
    dialog = opened.page.ask()
    opened.settled(lambda: dialog.list.count() == 1)
    dialog.question.edit.setText("Vous livrez ?")
    dialog.save.click()
    opened.settled(lambda: dialog.words.error)
    assert not opened.shop.engine.read(faq.every)
    dialog.text.setPlainText("Oui, à Dakar.")
    dialog.save.click()
    opened.settled(lambda: dialog.list.count() == 2)
    opened.settled(dialog.remove.isEnabled)
    dialog.text.setPlainText("Oui, partout.")
    dialog.save.click()
    opened.settled(lambda: [one.answer for one in opened.shop.engine.read(faq.every)] == ["Oui, partout."])
    opened.settled()
    dialog.remove.click()
    opened.settled(lambda: dialog.list.count() == 1)
    assert not opened.shop.engine.read(faq.every)
    dialog.reject()
    opened.settled()
