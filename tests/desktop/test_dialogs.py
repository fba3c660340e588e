"""The dialogs of the live: an invoice in three acts, a decision with its consequences."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.fraud.rules import Signal
from core.kernel.errors import Refused
from core.live.views import Alert, BoardRow, OpenQuestion, ReceiptView
from desktop.app import Desktop
from desktop.pages.live.decide import DecisionDialog, ReceiptDialog
from desktop.pages.live.invoice import InvoiceDialog
from desktop.pages.live.presenter import NewInvoice
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice
from tests.desktop.conftest import Open, board
from tests.desktop.sample import SampleSource, row
from tests.desktop.test_page import source_of, the_dialog


def new_invoice(desktop: Desktop, qtbot: QtBot) -> InvoiceDialog:
    board(desktop).new_invoice()
    dialog = the_dialog(desktop, InvoiceDialog)
    assert isinstance(dialog, InvoiceDialog)
    qtbot.waitUntil(lambda: bool(dialog.picker.products))
    return dialog


def fill(dialog: InvoiceDialog, qtbot: QtBot, name: str = "Fatim Keita", phone: str = "771234567") -> None:
    QTest.keyClicks(dialog.name.edit, name)
    QTest.keyClicks(dialog.phone.edit, phone)


def test_an_invoice_takes_three_acts_on_the_keyboard(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    dialog = new_invoice(desktop, qtbot)
    assert dialog.picker.search.hasFocus()
    QTest.keyClicks(dialog.picker.search, "sac")
    QTest.keyClick(dialog.picker.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.draft.product is not None)
    assert dialog.name.edit.hasFocus()
    fill(dialog, qtbot)
    QTest.keyClick(dialog.phone.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog._outcome.isVisible)
    assert source_of(desktop).calls == [("new_invoice", NewInvoice(2, 1, "Fatim Keita", "+221771234567"))]
    assert dialog._outcome._title.text() == "Lien envoyé à Fatim K."


def test_enter_before_the_answer_takes_what_was_typed(open_window: Open, qtbot: QtBot) -> None:
    """Not what the list still shows of the question before."""
    dialog = new_invoice(open_window(), qtbot)
    picker = dialog.picker
    QTest.keyClicks(picker.search, "sac")
    picker.ask()
    QTest.keyClick(picker.search, Qt.Key.Key_Return)
    assert not dialog._chosen.isVisible()
    qtbot.waitUntil(dialog._chosen.isVisible)
    assert dialog.draft.product is not None
    assert dialog.draft.product.sku == "SAC2"


def test_a_link_without_a_product_is_not_refused_in_silence(open_window: Open, qtbot: QtBot) -> None:
    """Tab leaves the search without taking what is highlighted in it."""
    desktop = open_window()
    dialog = new_invoice(desktop, qtbot)
    fill(dialog, qtbot)
    QTest.keyClick(dialog.phone.edit, Qt.Key.Key_Return)
    assert dialog._product.error == "Choisissez un article."
    assert dialog.picker.search.hasFocus()
    assert source_of(desktop).calls == []
    QTest.keyClicks(dialog.picker.search, "sac")
    qtbot.waitUntil(lambda: dialog.picker.only is not None, timeout=30_000)
    QTest.keyClick(dialog.phone.edit, Qt.Key.Key_Return)  # the only one that fits is the one that is meant
    qtbot.waitUntil(dialog._outcome.isVisible)
    assert source_of(desktop).calls == [("new_invoice", NewInvoice(2, 1, "Fatim Keita", "+221771234567"))]


def test_a_product_that_is_found_is_told_with_its_price_and_what_is_left(open_window: Open, qtbot: QtBot) -> None:
    dialog = new_invoice(open_window(), qtbot)
    said = dialog.picker.list.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    first = dialog.picker.products[0]
    assert said.startswith(f"{first.sku} {first.title}, ")
    assert said.endswith(dialog._presenter.left_in_stock(first))


def test_the_link_can_be_copied_and_another_invoice_begun(open_window: Open, qtbot: QtBot) -> None:
    dialog = new_invoice(open_window(), qtbot)
    dialog.choose(dialog.picker.products[0])
    fill(dialog, qtbot)
    dialog.send()
    qtbot.waitUntil(dialog._outcome.isVisible)
    dialog._outcome.copy.click()
    assert QGuiApplication.clipboard().text() == "https://pay.teranga.sn/p/abc123"
    assert dialog._outcome.copy.text() == "Copié"
    QTest.keyClick(dialog, Qt.Key.Key_N)
    assert dialog._sheet.isVisible()
    assert (dialog.draft.name, dialog.name.edit.text(), dialog.draft.product) == ("", "", None)


def test_a_message_that_whatsapp_refuses_leaves_the_link_to_send_by_hand(open_window: Open, qtbot: QtBot) -> None:
    dialog = new_invoice(open_window(SampleSource(sent=False)), qtbot)
    dialog.choose(dialog.picker.products[0])
    fill(dialog, qtbot)
    dialog.send()
    qtbot.waitUntil(dialog._outcome.isVisible)
    assert "n’a pas pris" in dialog._outcome._title.text()
    assert dialog._outcome._detail.text() == "Le client n’a pas écrit depuis 24 heures."


def test_nobody_is_corrected_in_mid_word(open_window: Open, qtbot: QtBot) -> None:
    dialog = new_invoice(open_window(), qtbot)
    dialog.phone.setFocus()
    QTest.keyClicks(dialog.phone.edit, "77")
    assert dialog.phone.error == ""
    dialog.name.setFocus()
    assert dialog.phone.error != ""
    QTest.keyClicks(dialog.phone.edit, "1234567")
    assert dialog.phone.error == ""


def test_enter_shows_all_that_is_missing_and_goes_to_the_first(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    dialog = new_invoice(desktop, qtbot)
    dialog.choose(dialog.picker.products[0])
    QTest.keyClick(dialog.name.edit, Qt.Key.Key_Return)
    assert (dialog.name.error, dialog.phone.error) == ("Tapez le nom du client.", "Tapez le numéro WhatsApp.")
    assert dialog.name.edit.hasFocus()
    assert dialog.name.edit.accessibleDescription() == "Tapez le nom du client."
    assert source_of(desktop).calls == []


def test_a_dialog_grows_with_what_it_says(open_window: Open, qtbot: QtBot) -> None:
    dialog = new_invoice(open_window(), qtbot)
    dialog.choose(dialog.picker.products[0])
    fill(dialog, qtbot, phone="77 12")
    dialog.send()
    stepper = dialog._chosen.stepper
    qtbot.waitUntil(lambda: stepper.height() >= 40)  # the style sheet reaches it with its first event
    qtbot.waitUntil(lambda: dialog.height() == dialog.heightForWidth(dialog.width()))
    assert stepper.visibleRegion().boundingRect().height() == stepper.height()


def test_the_quantity_stops_at_what_is_left_and_shows_the_total(open_window: Open, qtbot: QtBot) -> None:
    dialog = new_invoice(open_window(), qtbot)
    dialog.choose(dialog.picker.products[0])
    stepper = dialog._chosen.stepper
    for _ in range(4):
        QTest.keyClick(stepper.edit, Qt.Key.Key_Up)
    assert (stepper.value, dialog.draft.quantity) == (2, 2)
    assert dialog._chosen._total.text() == "30\u202f000\u00a0F\u202fCFA"
    assert not stepper._more.isEnabled()


def test_a_refusal_keeps_what_was_typed(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    dialog = new_invoice(desktop, qtbot)
    dialog.choose(dialog.picker.products[0])
    fill(dialog, qtbot)
    source_of(desktop).refuse = Refused("This order can no longer be changed.")
    dialog.send()
    qtbot.waitUntil(lambda: len(desktop.shell.toasts.shown()) == 1)
    assert dialog._sheet.isVisible()
    assert (dialog.name.text, dialog._send.isEnabled()) == ("Fatim Keita", True)


def test_sending_twice_in_a_row_makes_one_order(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    dialog = new_invoice(desktop, qtbot)
    dialog.choose(dialog.picker.products[0])
    fill(dialog, qtbot)
    dialog.send()
    dialog.send()
    qtbot.waitUntil(lambda: dialog._outcome.isVisible() and not desktop.bridge.busy)
    assert len(source_of(desktop).calls) == 1


def test_a_search_without_result_says_so(open_window: Open, qtbot: QtBot) -> None:
    dialog = new_invoice(open_window(), qtbot)
    QTest.keyClicks(dialog.picker.search, "zzz")
    qtbot.waitUntil(dialog.picker.nothing.isVisible)
    QTest.keyClick(dialog.picker.search, Qt.Key.Key_Return)
    assert dialog.draft.product is None


def test_an_answer_overtaken_by_a_later_question_is_dropped(open_window: Open, qtbot: QtBot) -> None:
    dialog = new_invoice(open_window(), qtbot)
    before = dialog.picker.products
    dialog.picker._answer(dialog.picker._asked - 1, ())
    assert dialog.picker.products == before


def test_closing_the_window_of_an_invoice_under_way_is_harmless(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    dialog = new_invoice(desktop, qtbot)
    dialog.choose(dialog.picker.products[0])
    fill(dialog, qtbot)
    dialog.send()
    dialog.close()
    qtbot.waitUntil(lambda: not desktop.bridge.busy)
    assert len(source_of(desktop).calls) == 1


# -- decisions


def decision(desktop: Desktop, **changes: object) -> DecisionDialog:
    source = source_of(desktop)
    row: BoardRow = replace(source.stored[119], **changes)
    board(desktop).acts.ask(row)
    dialog = the_dialog(desktop, DecisionDialog)
    assert isinstance(dialog, DecisionDialog)
    return dialog


def test_the_usual_choice_is_taken_by_enter(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    dialog = decision(desktop)
    assert (dialog.choice, dialog.action.text()) == ("honour", "Honorer")
    QTest.keyClick(dialog.cards["honour"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: source_of(desktop).calls == [("decide", 119, 7, "honour", None)])


def test_arrows_go_through_the_choices(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    dialog = decision(desktop)
    QTest.keyClick(dialog.cards["honour"], Qt.Key.Key_Up)
    assert (dialog.choice, dialog.action.text()) == ("refund", "Rembourser")
    QTest.keyClick(dialog.cards["refund"], Qt.Key.Key_Down)
    assert dialog.choice == "honour"
    QTest.mouseClick(dialog.cards["refund"], Qt.MouseButton.LeftButton)
    dialog.action.click()
    qtbot.waitUntil(lambda: source_of(desktop).calls == [("decide", 119, 7, "refund", None)])


def test_a_substitute_needs_its_product(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    dialog = decision(desktop)
    dialog.choose("substitute")
    assert not dialog.action.isEnabled()
    qtbot.waitUntil(lambda: len(dialog.picker.products) == 4)
    QTest.keyClicks(dialog.picker.search, "chauss")
    QTest.keyClick(dialog.picker.search, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.action.isEnabled)
    assert dialog.taken.words.text() == "CHAUSSURE Chaussure Bazin à la place de ROBE1 ×\u00a01"
    dialog.action.click()
    qtbot.waitUntil(lambda: source_of(desktop).calls == [("decide", 119, 7, "substitute", (3, 1))])


def test_a_substitute_that_costs_more_than_what_came_is_not_taken(open_window: Open, qtbot: QtBot) -> None:
    dialog = decision(open_window())
    dialog.choose("substitute")
    qtbot.waitUntil(lambda: len(dialog.picker.products) == 4)
    QTest.keyClicks(dialog.picker.search, "bazin3")
    QTest.keyClick(dialog.picker.search, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.taken.isVisible)
    assert dialog.taken.words.text().startswith("BAZIN3 coûte plus")
    assert not dialog.taken.stepper.isVisible()
    assert not dialog.action.isEnabled()


def test_a_choice_that_cannot_be_taken_says_why(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    asked = OpenQuestion(7, "underpaid", 9000, 0, (1,))
    dialog = decision(desktop, exception="underpaid", state="expired", received=9000, question=asked)
    assert not dialog.cards["honour"].isEnabled()
    assert dialog.choice == "refund"


def test_a_question_that_is_answered_already_is_not_put_again(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    said: list[Notice] = []
    desktop.bridge.notice.connect(said.append)
    board(desktop).acts.ask(replace(source_of(desktop).stored[119], question=None))
    assert not desktop.shell.findChildren(DecisionDialog)
    assert [notice.text for notice in said] == ["Il n’y a rien à décider pour cette commande."]


def test_later_leaves_the_question_open(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    dialog = decision(desktop)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not desktop.bridge.busy)
    assert source_of(desktop).calls == []


@pytest.mark.parametrize("order_id", [119, 555])
def test_an_order_of_another_live_is_read_before_it_is_asked_about(
    open_window: Open, qtbot: QtBot, order_id: int
) -> None:
    desktop = open_window()
    source = source_of(desktop)
    if order_id == 555:
        source.stored[555] = replace(source.stored[119], order_id=555)
    board(desktop).acts.decide(order_id)
    qtbot.waitUntil(lambda: bool(desktop.shell.findChildren(DecisionDialog)))


def test_money_on_the_own_account_is_confirmed_with_the_sum_that_came(open_window: Open, qtbot: QtBot) -> None:
    waits = row(7, "Awa Ndiaye", 1, "reserved", "A3F2", receipt=ReceiptView("LP24K7A01", 15_000, claimed=True))
    told: dict[str, str | int] = {"customer": "Awa Ndiaye", "amount": 15_000, "reference": "LP-1"}
    desktop = open_window(SampleSource(stored={7: waits}, waiting=[Alert("receipt", 7, told)]))
    page, source = board(desktop), source_of(desktop)
    first = page.board.alerts.alerts[0]
    QTest.mouseClick(first._verb, Qt.MouseButton.LeftButton)
    dialog = the_dialog(desktop, ReceiptDialog)
    assert isinstance(dialog, ReceiptDialog)
    said = " ".join(label.text() for label in dialog.findChildren(Label))
    assert "LP24K7A01" in said
    assert "jamais une capture d’écran" in said
    assert dialog.amount.text == "15\u202f000"
    dialog.amount.edit.setText("rien")
    dialog.action.click()
    assert dialog.amount.error
    dialog.amount.edit.setText("10 000")
    dialog.action.click()
    qtbot.waitUntil(lambda: source.calls == [("receipt", 7, 10_000)])
    page.acts.do("receipt", waits)
    again = the_dialog(desktop, ReceiptDialog)
    assert isinstance(again, ReceiptDialog)
    again.denial.click()
    qtbot.waitUntil(lambda: source.calls[-1] == ("receipt", 7, None))


SUSPECT = {
    "exception": "suspect",
    "risk": 80,
    "received": 15_000,
    "reasons": (Signal("payer", 50, 5), Signal("device", 30, 6)),
    "question": OpenQuestion(9, "suspect", 15_000, 0, ()),
}


def test_a_review_shows_its_reasons_and_what_to_do(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    dialog = decision(desktop, **SUSPECT)
    words = [label.text() for label in dialog.findChildren(Label)]
    assert any(text.startswith("Risque 80 sur 100. 15\u202f000") for text in words)
    for told in ("Ce payeur a payé pour 5 personnes différentes", "+50", "+30"):
        assert told in words
    assert any("Appelez le client" in text for text in words)
    assert (list(dialog.cards), dialog.choice) == (["accept", "refuse"], "accept")
