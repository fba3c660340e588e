"""The papers page: the list and its filters, every verb by mouse and by key, live, and what is never claimed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from core.accounts import service as accounts
from core.bootstrap import Shop
from core.conversations import threads
from core.invoices import certification, credits
from core.kernel.errors import Forbidden
from core.storage.engine import Tx
from desktop.fonts import width
from desktop.pages.papers.credit import CreditDialog
from desktop.pages.papers.table import CERTIFIED, NUMBER, SENT, WHO
from desktop.sources.context import ShopContext
from desktop.widgets.pill import pill_width
from tests.desktop.papers.conftest import Opened, OpenPapers
from tests.desktop.papers.store import fill, sell
from tests.desktop.realshop import NoServer, type_text

ALL = ["AV2", "AV1", "RE1", "FA8", "FA7", "FA6", "FA5", "FA4", "FA3", "FA2", "FA1"]
MENU = pytest.mark.qt_log_ignore("grabbing the keyboard")  # the off-screen platform cannot; a menu asks for it


def value(shop: Shop, sql: str) -> object:
    return shop.engine.read(lambda r: r.value(sql))


def test_every_paper_stands_there_newest_first_with_its_states(open_papers: OpenPapers) -> None:
    opened = open_papers()
    assert sorted(opened.shown()) == sorted(ALL)
    assert opened.shown()[-8:] == ["FA8", "FA7", "FA6", "FA5", "FA4", "FA3", "FA2", "FA1"]
    opened.select("FA1")
    row = opened.page.table.row
    assert [row.plain(column) for column in range(5)] == [
        "FA-2026-00001, Facture, 16/10/2026",
        f"Aminata Diallo, {row.paper.reference}",
        "63\u202f000\u00a0F\u202fCFA, HT 53\u202f670 · TVA 9\u202f330",
        "Lue",
        "Acceptée",
    ]
    opened.select("AV1")
    assert opened.page.table.row.amount == "\u221222\u202f000\u00a0F\u202fCFA"
    opened.select("RE1")
    assert (opened.page.table.row.below, opened.page.table.row.certified) == ("", None)
    assert opened.desktop.shell.tabs.tabs["papers"].text().startswith("Factures")


def test_filters_search_times_and_nothing_found(open_papers: OpenPapers) -> None:
    opened = open_papers()
    page = opened.page
    page.attention.click()
    opened.settled(lambda: len(opened.shown()) == 5)
    assert set(opened.shown()) == {"AV1", "AV2", "FA6", "FA5", "FA3"}
    assert page.attention.text() == "À traiter\u00a05"
    page.chips["receipt"].click()
    opened.settled(lambda: opened.shown() == ["RE1"])
    page.chips[None].click()
    opened.settled(lambda: len(opened.shown()) == 11)
    page.ask(period="2026-10")
    opened.settled(lambda: opened.shown() == ["FA4", "FA3", "FA2", "FA1"])
    assert page.period.text() == "octobre 2026"
    page.ask(period="all")
    page.search.setFocus()
    type_text(page.search, "kouadio")
    opened.settled(lambda: opened.shown() == ["FA6"])
    type_text(page.search, "zz")
    opened.settled(lambda: page.places.currentWidget() is page.nothing)


@MENU
def test_the_times_of_the_menu_are_those_there_are_papers_of(open_papers: OpenPapers) -> None:
    opened = open_papers()
    menu = opened.page.period.findChildren(QMenu)[0]
    assert [each.text() for each in menu.actions()] == ["Toutes les dates", "novembre 2026", "octobre 2026", "2026"]
    menu.actions()[1].trigger()
    opened.settled(lambda: "FA1" not in opened.shown())


def test_a_pdf_is_opened_by_key_by_double_click_and_by_button(open_papers: OpenPapers, tmp_path: Path) -> None:
    opened = open_papers()
    opened.select("FA2")
    opened.press(Qt.Key.Key_Return)
    opened.settled(lambda: len(opened.seen) == 1)
    assert opened.seen[0].name == "FA-2026-00002.pdf"
    assert opened.seen[0].read_bytes().startswith(b"%PDF-")
    opened.select("RE1")
    opened.page.pane.buttons["open"].click()
    opened.settled(lambda: len(opened.seen) == 2)
    opened.page.opener = lambda path: False
    opened.press(Qt.Key.Key_Return)
    opened.settled(lambda: "enregistrez" in opened.said())
    paper = opened.page.table.current
    assert paper is not None
    opened.page.save(paper, tmp_path / "mine.pdf")
    opened.settled((tmp_path / "mine.pdf").exists)
    opened.page.save(paper, tmp_path / "none" / "mine.pdf")
    opened.settled(lambda: "Impossible d’écrire" in opened.said())


def test_what_was_looked_at_does_not_stay_outside_the_encrypted_store(shop: Shop) -> None:
    fill(shop)
    context = ShopContext(shop, NoServer())
    path = context.papers.pdf("credit_note", 1)
    assert path.exists()
    context.close()
    assert not path.parent.exists()


def test_a_paper_is_sent_again_once_and_only_to_who_may_be_written_to(open_papers: OpenPapers) -> None:
    opened = open_papers()
    opened.select("FA3")  # failed, weeks ago
    opened.page.act("send")
    opened.settled(lambda: "24 heures" in opened.said())
    paper = opened.page.table.current
    assert paper is not None
    customer = paper.customer_id
    opened.shop.engine.call(lambda tx: threads.heard(tx, threads.thread_of(tx, customer), tx.now))
    opened.select("FA3")
    opened.page.act("send")
    opened.settled(lambda: opened.page.model.rows[opened.shown().index("FA3")].sent.word == "En route")
    opened.page.act("send")
    opened.settled(lambda: "déjà en route" in opened.said())
    assert value(opened.shop, "SELECT count(*) FROM outbox WHERE key GLOB 'invoice:3*'") == 2


def test_the_check_link_is_copied_or_it_is_said_why_not(open_papers: OpenPapers) -> None:
    opened = open_papers()
    opened.select("FA1")
    opened.page.act("link")
    opened.settled(lambda: opened.said() == "Lien de contrôle copié")
    url = QGuiApplication.clipboard().text()
    assert url.startswith("https://boutique.example/v/")
    opened.shop.settings.set("public_url", "")
    opened.page.act("link")
    opened.settled(lambda: "adresse publique" in opened.said())
    assert QGuiApplication.clipboard().text() == url


@MENU
def test_the_menu_holds_the_same_verbs(open_papers: OpenPapers) -> None:
    opened = open_papers()
    opened.select("AV1")
    menu = opened.page.open_menu(QPoint(0, 0))
    words = {each.text(): each.isEnabled() for each in menu.actions()}
    assert len(words) == 6
    assert not words["Faire un avoir…"]
    opened.select("RE1")
    other = opened.page.open_menu(QPoint(0, 0))
    assert "Certification…" not in {each.text() for each in other.actions()}
    other.actions()[0].trigger()
    opened.settled(lambda: len(opened.seen) == 1)
    for each in (menu, other):
        each.close()


def credit_dialog(opened: Opened, number: str) -> CreditDialog:
    opened.select(number)
    opened.press(Qt.Key.Key_A)
    return opened.dialog(CreditDialog)


def test_lines_are_taken_back_with_a_reason_and_never_more_than_what_is_left(open_papers: OpenPapers) -> None:
    opened = open_papers()
    dialog = credit_dialog(opened, "FA4")  # one of its two bags is back already
    dialog.choose("lines")
    dialog.make()
    assert "Choisissez ce qui est repris" in dialog.problem.text()
    bag = dialog.lines[1]
    bag.pieces.set_value(5)
    assert bag.pieces.value == 1  # no more than is left
    type_text(dialog.lines[2].amount, "4500")
    dialog.make()
    said = "«\u202fRiz\u202f»\u202f: un montant entre 1 et 4\u202f000\u00a0F\u202fCFA peut encore être repris."
    assert dialog.problem.text() == said
    dialog.lines[2].amount.clear()
    type_text(dialog.lines[2].amount, "1 500")
    assert dialog.sum.text() == "Avoir de 23\u202f500\u00a0F\u202fCFA"
    dialog.make()
    assert "Écrivez pourquoi" in dialog.problem.text()
    type_text(dialog.reason.edit, "Deux défauts")
    dialog.make()
    opened.settled(lambda: opened.said() == "Avoir AV-2026-00003 fait")
    opened.settled(lambda: "AV3" in opened.shown())
    assert value(opened.shop, "SELECT total FROM credit_note WHERE id = 3") == 23_500
    assert "Deux défauts" in str(value(opened.shop, "SELECT content FROM credit_note WHERE id = 3"))


def test_an_amount_and_then_the_rest(open_papers: OpenPapers) -> None:
    opened = open_papers()
    dialog = credit_dialog(opened, "FA7")
    dialog.chips["amount"].click()
    left = "entre 1 et ce qui reste"
    for text, said in (("64000", left), ("beaucoup", "n’est pas"), ("0", left)):
        dialog.amount.edit.clear()
        type_text(dialog.amount.edit, text)
        type_text(dialog.reason.edit, "x")
        dialog.make()
        assert said in dialog.problem.text()
    dialog.amount.edit.clear()
    type_text(dialog.amount.edit, "3 000")
    dialog.make()
    opened.settled(lambda: "AV3" in opened.shown())
    dialog = credit_dialog(opened, "FA7")
    type_text(dialog.reason.edit, "Vente annulée")
    dialog.make()
    opened.settled(lambda: "AV4" in opened.shown())
    assert value(opened.shop, "SELECT total FROM credit_note WHERE id = 4") == 60_000
    opened.select("FA7")
    credit = opened.page.pane.buttons["credit"]
    assert (credit.isEnabled(), credit.toolTip()) == (False, "Cette facture est entièrement reprise par des avoirs.")


def test_somebody_quicker_leaves_one_sentence_and_nothing_half_done(open_papers: OpenPapers) -> None:
    opened = open_papers()
    dialog = credit_dialog(opened, "FA7")
    terms = opened.shop.papers.terms()
    opened.shop.engine.call(lambda tx: credits.credit(tx, 7, None, "ailleurs", terms))
    type_text(dialog.reason.edit, "ici")
    dialog.make()
    opened.settled(lambda: "déjà" in dialog.problem.text())
    assert value(opened.shop, "SELECT count(*) FROM credit_note WHERE invoice_id = 7") == 1
    dialog.reject()
    opened.settled()


def test_a_cashier_sees_why_there_is_no_credit_note(open_papers: OpenPapers) -> None:
    opened = open_papers()
    shop = opened.shop
    accounts.save(shop.engine, "fatou@teranga.ci", "correct horse battery", "owner", "console")
    cashier = accounts.save(shop.engine, "awa@teranga.ci", "correct horse battery", "cashier", "console")
    context = opened.desktop._context
    assert isinstance(context, ShopContext)
    context.lock.admit(cashier)
    opened.page.refresh()
    opened.settled(lambda: not opened.page.overview.may_credit)
    opened.select("FA7")
    credit = opened.page.pane.buttons["credit"]
    assert not credit.isEnabled()
    assert credit.toolTip() == "Votre rôle ne fait pas d’avoirs\u202f: demandez à un gérant ou au propriétaire."
    opened.press(Qt.Key.Key_A)
    opened.settled()
    assert not opened.page.findChildren(CreditDialog)
    with pytest.raises(Forbidden):  # and not only in the window
        opened.page.source.credit(7, None, (), "x")
    with pytest.raises(Forbidden):
        opened.page.source.retry("invoice", 3)


def test_what_happens_elsewhere_shows_at_once(open_papers: OpenPapers) -> None:
    opened = open_papers()
    sell(opened.shop, 30)
    opened.settled(lambda: "FA9" in opened.shown())
    opened.select("FA9")

    def accept(tx: Tx) -> None:
        found = certification.of_paper(tx, "invoice", 9)
        assert found is not None
        certification.queue(tx, found.id, found.payload)

    opened.shop.engine.call(accept)
    opened.settled(lambda: opened.page.model.rows[opened.shown().index("FA9")].certified.word == "En attente")
    assert opened.page.table.row.paper.number.endswith("9")  # still the chosen one


def test_a_shop_without_papers_says_what_comes_here_and_a_next_step(open_papers: OpenPapers) -> None:
    opened = open_papers(filled=False)
    page = opened.page
    assert page.places.currentWidget() is page.empty
    assert not page.export_button.isEnabled()
    assert page.empty.button is not None
    page.empty.button.click()
    assert opened.desktop.shell.sidebar.buttons["live"].isChecked()
    opened.settled()
    sell(opened.shop, 1)
    opened.desktop.shell.go("papers")
    opened.settled(lambda: opened.shown() == ["FA1"])


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
def test_no_state_number_or_reference_is_cut(open_papers: OpenPapers, size: tuple[int, int]) -> None:
    opened = open_papers()
    opened.desktop.shell.resize(*size)
    opened.settled()
    table, cut = opened.page.table, []
    for row in opened.page.model.rows:
        for column, pill in ((SENT, row.sent), (CERTIFIED, row.certified)):
            if pill and pill_width(pill.word, pill.icon) > table.columnWidth(column) - 12:
                cut.append(pill.word)
        for column, text, pad in ((NUMBER, f"{row.kind} · {row.day}", 24), (WHO, row.paper.reference, 16)):
            if width(text, "small") > table.columnWidth(column) - pad:
                cut.append(text)
    assert cut == []
