"""The orders page: found and sorted, one of them with its story, and the verbs, by mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.kernel.clock import MINUTE
from core.orders.service import load
from desktop.pages import exporting
from desktop.pages.live.decide import DecisionDialog
from desktop.pages.live.invoice import InvoiceDialog
from desktop.pages.orders.pane import LinkDialog
from desktop.pages.orders.table import AMOUNT
from desktop.pages.payments.dialogs import RefundDialog
from desktop.widgets.dialog import Confirm
from tests.desktop.orders.conftest import Opened, OpenOrders
from tests.desktop.realshop import type_text

MENU = pytest.mark.qt_log_ignore("grabbing the keyboard", "support raise")  # the off-screen platform cannot


def state(opened: Opened, order: int) -> str:
    return opened.shop.engine.read(lambda r: str(r.value("SELECT state FROM orders WHERE id = ?", (order,))))


def look_for(opened: Opened, text: str) -> None:
    opened.page.search.setFocus()
    opened.page.search.selectAll()
    type_text(opened.page.search, text)


def test_all_orders_stand_with_their_sums(open_orders: OpenOrders) -> None:
    opened = open_orders()
    assert opened.shown() == sorted(opened.ids.values(), reverse=True)
    words = {text.order.id: text.state for text in opened.page.model.rows}
    assert {name: words[number] for name, number in opened.ids.items()} == {
        "paid": "Payée",
        "cancelled": "Annulée",
        "refunded": "Remboursée",
        "underpaid": "Payée en partie",
        "expired": "Expirée",
        "reserved": "En attente",
        "by hand": "En attente",
    }
    assert opened.page.sums.text().replace("\u202f", " ").replace("\u00a0", " ") == (
        "7 commandes · 356 000 F CFA · encaissé 52 000 F CFA · à encaisser 118 000 F CFA"
    )


def test_filters_narrow_and_search_knows_people_numbers_and_goods(open_orders: OpenOrders) -> None:
    opened = open_orders()
    page, ids = opened.page, opened.ids
    page.chips["to_decide"].click()
    opened.settled(lambda: opened.shown() == [ids["underpaid"]])
    page.chips["reserved"].click()
    opened.settled(lambda: opened.shown() == [ids["by hand"], ids["reserved"], ids["underpaid"]])
    page.ask(state=None, source="shop")
    opened.settled(lambda: opened.shown() == [ids["by hand"]])
    page.ask(source=None, session_id=1)
    opened.settled(lambda: set(opened.shown()) == {ids[n] for n in ("paid", "cancelled", "refunded", "underpaid")})
    page.ask(session_id=None, period="today")
    opened.settled(lambda: ids["paid"] not in opened.shown() and ids["by hand"] in opened.shown())
    page.ask(period="all")
    for text, found in (("Fatou", "cancelled"), ("770000006", "by hand")):
        look_for(opened, text)
        opened.settled(lambda n=found: opened.shown() == [ids[n]])  # type: ignore[misc]
    look_for(opened, "robe1")
    opened.settled(lambda: len(opened.shown()) == 6)
    look_for(opened, "zz")
    opened.settled(lambda: page.places.currentWidget() is page.nothing)


def test_sorted_by_the_head(open_orders: OpenOrders) -> None:
    opened = open_orders()
    head = opened.page.table.head
    place = QPoint(head.sectionViewportPosition(AMOUNT) + 20, head.height() // 2)
    for first in (52_000, 44_000):
        QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        opened.settled(lambda n=first: opened.page.model.rows[0].order.total == n)  # type: ignore[misc]


def test_the_pane_tells_an_orders_story(open_orders: OpenOrders) -> None:
    opened = open_orders()
    opened.select("refunded")
    detail = opened.page.detail
    assert detail is not None
    story = [what.replace("\u202f", " ").replace("\u00a0", " ") for what, _ in opened.page.presenter.history(detail)]
    assert story[:3] == ["Réservée (TikTok)", "Payé 52 000 F, Wave", "FA-2026-00002 établi"]
    assert sorted(story[3:]) == ["AV-2026-00001 établi", "Remboursé : 52 000 F"]
    opened.select("cancelled")
    assert opened.page.detail is not None
    assert opened.page.presenter.history(opened.page.detail)[-1][0] == "Annulée par le client"


def test_a_paper_opens_with_enter(open_orders: OpenOrders) -> None:
    opened = open_orders()
    opened.select("paid")
    opened.press(Qt.Key.Key_Return)
    opened.settled(lambda: opened.seen)
    assert opened.seen[0].read_bytes().startswith(b"%PDF-")


def test_the_link_is_copied_shown_and_sent_again(open_orders: OpenOrders) -> None:
    opened = open_orders()
    opened.select("by hand")
    opened.press(Qt.Key.Key_L)
    link = QGuiApplication.clipboard().text()
    assert link.startswith("https://boutique.example/p/")
    opened.press(Qt.Key.Key_Q)
    dialog = opened.dialog(LinkDialog)
    assert opened.page.detail is not None
    assert opened.page.detail.link == link
    dialog.reject()
    sent = "SELECT count(*) FROM outbox WHERE key LIKE 'link:%'"
    before = opened.shop.engine.read(lambda r: r.value(sent))
    opened.press(Qt.Key.Key_W)
    opened.settled(lambda: opened.said().endswith("est parti"))
    assert opened.shop.engine.read(lambda r: r.value(sent)) == before + 1


def test_a_hold_is_extended_and_an_order_cancelled(open_orders: OpenOrders) -> None:
    opened = open_orders()
    opened.select("by hand")
    number = opened.ids["by hand"]
    until = opened.shop.engine.call(lambda tx: load(tx, number)).expires_at
    opened.press(Qt.Key.Key_P)
    opened.settled(lambda: "5 min de plus" in opened.said())
    assert opened.shop.engine.call(lambda tx: load(tx, number)).expires_at == until + 5 * MINUTE
    opened.press(Qt.Key.Key_X)
    opened.dialog(Confirm).action.click()
    opened.settled(lambda: state(opened, number) == "cancelled")
    opened.settled(lambda: "cancel" not in opened.page.pane.offered)
    opened.press(Qt.Key.Key_X)  # no longer offered: nothing happens
    assert not [each for each in opened.page.findChildren(Confirm) if each.isVisible()]


def test_an_exception_is_decided_and_money_given_back(open_orders: OpenOrders) -> None:
    opened = open_orders()
    opened.select("underpaid")
    opened.press(Qt.Key.Key_D)
    opened.dialog(DecisionDialog).action.click()
    opened.settled(lambda: state(opened, opened.ids["underpaid"]) == "paid")
    opened.select("paid")
    opened.press(Qt.Key.Key_G)
    opened.dialog(RefundDialog).action.click()
    opened.settled(lambda: opened.shop.engine.read(lambda r: r.value("SELECT count(*) FROM refund")) == 2)


def test_a_new_order_is_made_without_a_live(open_orders: OpenOrders) -> None:
    opened = open_orders()
    opened.press(Qt.Key.Key_N)
    dialog = opened.dialog(InvoiceDialog)
    opened.settled()
    product = opened.shop.engine.read(lambda r: r.value("SELECT id FROM product WHERE sku = 'SAC2'"))
    found = [each for each in opened.page.acts._live.products("SAC2", 5) if each.id == product]
    dialog.choose(found[0])
    type_text(dialog.name.edit, "Bineta Gaye")
    type_text(dialog.phone.edit, "77 123 45 67")
    dialog.send()
    opened.settled(lambda: len(opened.shown()) == 8)
    assert opened.page.table.current is not None
    assert opened.page.table.current.customer == "Bineta Gaye"
    assert opened.page.table.current.source == "shop"
    dialog.reject()


def test_what_is_looked_for_is_written_out(open_orders: OpenOrders, tmp_path: Path) -> None:
    opened = open_orders()
    opened.page.ask(state="paid")
    opened.settled(lambda: len(opened.shown()) == 1)
    exporting.write(opened.page, opened.page.writing(), tmp_path / "x.csv")
    opened.settled(lambda: opened.said() == "1 commande écrite dans x.csv")
    titles, line = (tmp_path / "x.csv").read_text("utf-8-sig").splitlines()
    assert titles.startswith("Commande;Date;État;Client;Articles;Total")
    assert line.split(";")[2:7] == ["Payée", "Aminata Diallo", "ROBE1 × 2, SAC2", "52000", "52000"]


def test_others_lead_here_by_the_orders_id(open_orders: OpenOrders) -> None:
    opened = open_orders()
    opened.page.ask(state="paid")
    opened.settled(lambda: len(opened.shown()) == 1)
    opened.page.show_subject(opened.ids["expired"])
    opened.settled(lambda: opened.shown() == [opened.ids["expired"]])
    assert opened.page.search.text().startswith("LP-")


@MENU
def test_the_menu_has_every_verb(open_orders: OpenOrders) -> None:
    opened = open_orders()
    opened.select("by hand")
    menu = opened.page.open_menu(opened.page.mapToGlobal(QPoint(0, 0)))
    assert [action.text() for action in menu.actions()] == [
        "Renvoyer le lien",
        "Copier le lien de paiement",
        "Afficher le lien en QR code",
        "Prolonger la réservation de 5\u00a0min",
        "Écrire au client",
        "Annuler la commande…",
        "",
        "Tout sélectionner",
    ]
    menu.close()
    QApplication.processEvents()


def test_a_store_without_orders_says_what_to_do(open_orders: OpenOrders) -> None:
    opened = open_orders(filled=False)
    assert opened.page.places.currentWidget() is opened.page.empty
    assert opened.page.pane.isHidden()
