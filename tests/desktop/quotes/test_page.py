"""The quotes page: the list and its filters, every verb of every state by mouse and by key, and what is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from core.accounts import service as accounts
from core.bootstrap import Shop
from core.catalogue import service as catalogue
from core.kernel.clock import DAY, ManualClock
from core.kernel.errors import Forbidden
from core.quotes import answering, service
from desktop.pages.quotes.acts import RefuseDialog, ShortDialog
from desktop.pages.quotes.presenter import RowText
from desktop.pages.quotes.source import QuoteFor
from desktop.sources.context import ShopContext
from desktop.widgets.dialog import Confirm
from tests.desktop.quotes.conftest import Opened, OpenQuotes
from tests.desktop.quotes.store import PEOPLE, person, wrote
from tests.desktop.realshop import NoServer, type_text

MENU = pytest.mark.qt_log_ignore("grabbing the keyboard")  # the off-screen platform cannot; a menu asks for it


def value(shop: Shop, sql: str) -> object:
    return shop.engine.read(lambda r: r.value(sql))


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def row(opened: Opened, state: str) -> RowText:
    opened.select(state)
    found: RowText = opened.page.table.row
    return found


def test_every_quote_stands_there_newest_first_with_its_state_and_time(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    assert opened.shown() == sorted(opened.ids.values(), reverse=True)
    assert [plain(row(opened, "seen").plain(column)) for column in range(5)] == [
        "DV-2026-0005, 20/11/2026",
        "Aminata Diallo, +221 77 000 00 01",
        "126 528 F CFA",
        "Vu",
        "encore 30 jours, jusqu’au 20/12",
    ]
    assert (row(opened, "sent").left, row(opened, "sent").left_role) == ("encore 2 jours", "waiting")
    assert plain(row(opened, "draft").plain(4)) == "30 jours, après l’envoi"
    assert row(opened, "asked").state.word == "Demandé"
    assert row(opened, "expired").state.role == "danger"
    assert opened.desktop.shell.sidebar.buttons["billing"].text() == "Devis et factures"
    assert [(chip.text().replace("\u00a0", " ")) for chip in opened.page.chips.values()] == [
        "Tous 8",
        "Brouillons 2",
        "Envoyés 1",
        "Vus 1",
        "Acceptés 1",
        "Refusés 1",
        "Expirés 1",
        "Transformés 1",
    ]


def test_filters_search_and_nothing_found(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    page, ids = opened.page, opened.ids
    for state in ("sent", "seen", "accepted", "refused", "expired", "converted"):
        page.chips[state].click()
        opened.settled(lambda state=state: opened.shown() == [ids[state]])  # type: ignore[misc]
    page.chips["draft"].click()
    opened.settled(lambda: opened.shown() == [ids["asked"], ids["draft"]])
    page.search.setFocus()
    type_text(page.search, "awa")
    opened.settled(lambda: opened.shown() == [ids["asked"]])
    page.chips[None].click()
    type_text(page.search, "zz")
    opened.settled(lambda: page.places.currentWidget() is page.nothing)


def test_the_pane_tells_what_it_says_and_what_happened(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    opened.select("seen")
    pane, detail = opened.page.pane, opened.page.detail
    assert detail is not None
    words = opened.page.presenter
    assert pane.accessibleName().startswith("DV-2026-0005, Aminata Diallo")
    assert [name for name, _ in words.history(detail)] == ["Rédigé", "Envoyé", "Ouvert"]
    assert [plain(f"{name} {amount}") for name, amount in words.lines(detail)] == [
        "4 × Sac à main en cuir 79 200",
        "2 × Robe wax dorée 37 000",
        "1 × Broderie du nom, pose et livraison à Thiès 15 600",
    ]
    assert [plain(f"{name} {amount}") for name, amount in words.facts(detail)] == [
        "Remise −5 272 F CFA",
        "Acompte 40 % 50 612 F CFA",
    ]
    assert pane.offered.shown == ("link", "again", "accept", "refuse")
    assert "déjà en route" in pane.buttons["again"].toolTip()
    opened.select("sent")
    assert "fermé" in pane.unsent.text()
    assert "24 heures" in pane.buttons["again"].accessibleDescription()
    opened.select("refused")
    assert "Trop cher" in pane.reason.text()
    opened.select("accepted")
    assert plain(pane.short.text()) == "Montre dorée femme : 4 convenus, 1 en stock"
    opened.select("converted")
    assert opened.page.detail is not None
    assert words.facts(opened.page.detail)[-1][0] == "Commande"


def test_an_empty_shop_says_what_quotes_are_for(open_quotes: OpenQuotes) -> None:
    opened = open_quotes(filled=False)
    assert opened.page.places.currentWidget() is opened.page.empty
    assert opened.page.pane.isHidden()
    assert opened.page.empty.button is not None
    opened.page.empty.button.click()
    assert opened.page.writing


def test_a_draft_goes_out_where_whatsapp_is_open(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    opened.select("asked")
    opened.press(Qt.Key.Key_W)
    opened.dialog(Confirm).action.click()
    opened.settled(lambda: opened.page.detail is not None and opened.page.detail.row.state == "sent")
    assert "en route" in opened.said()
    key = f"quote:{opened.ids['asked']}"
    assert value(opened.shop, f"SELECT state FROM outbox WHERE key = '{key}'") == "queued"


def test_where_whatsapp_is_closed_it_is_said_and_the_link_is_handed_over(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    opened.select("draft")
    before = value(opened.shop, "SELECT count(*) FROM outbox")
    opened.page.act("send")
    dialog = opened.dialog(Confirm)
    assert "24 heures" in "".join(label.text() for label in dialog.findChildren(type(dialog.heading)))
    dialog.action.click()
    opened.settled(lambda: opened.page.detail is not None and opened.page.detail.row.state == "sent")
    opened.settled(lambda: "Lien du devis copié" in opened.said())
    assert QGuiApplication.clipboard().text().startswith("https://boutique.example/q/")
    assert value(opened.shop, "SELECT count(*) FROM outbox") == before


def test_without_an_address_it_is_asked_whether_the_paper_goes_alone(open_quotes: OpenQuotes, shop: Shop) -> None:
    shop.settings.set("public_url", "")
    opened = open_quotes()
    opened.select("asked")
    opened.page.act("send")
    dialog = opened.dialog(Confirm)
    assert "sans lien" in dialog.windowTitle()
    dialog.reject()
    assert opened.quote(opened.ids["asked"]).state == "draft"
    opened.select("seen")
    opened.page.act("link")
    opened.settled(lambda: "adresse publique" in opened.said())


def test_the_link_is_copied_and_the_paper_sent_again(open_quotes: OpenQuotes, shop: Shop) -> None:
    opened = open_quotes()
    shop.engine.call(lambda tx: tx.run("UPDATE outbox SET state = 'read' WHERE key LIKE 'quote:%'"))
    opened.page.refresh()
    opened.select("seen")
    opened.settled(lambda: "again" not in opened.page.pane.offered.obstacles)
    opened.press(Qt.Key.Key_L)
    opened.settled(lambda: "copié" in opened.said())
    token = QGuiApplication.clipboard().text().rpartition("/")[2]
    link = opened.quote(opened.ids["seen"]).link
    assert link is not None
    assert token == shop.quote_links.token(link)
    opened.press(Qt.Key.Key_W)
    opened.settled(lambda: "en route" in opened.said())
    sql = f"SELECT count(*) FROM outbox WHERE key LIKE 'quote:{opened.ids['seen']}:%'"
    assert value(shop, sql) == 1


def test_an_acceptance_by_phone_makes_the_order_and_short_goods_are_told(open_quotes: OpenQuotes, shop: Shop) -> None:
    opened = open_quotes()
    opened.select("seen")
    opened.press(Qt.Key.Key_A)
    opened.dialog(Confirm).action.click()
    opened.settled(lambda: opened.page.detail is not None and opened.page.detail.order is not None)
    assert opened.quote(opened.ids["seen"]).state == "converted"
    opened.settled(lambda: "transformé en commande" in opened.said())
    opened.select("accepted")
    opened.press(Qt.Key.Key_T)
    dialog = opened.dialog(ShortDialog)
    said = plain(" ".join(label.text() for label in dialog.findChildren(type(dialog.heading))))
    assert "Montre dorée femme : 4 convenus, 1 en stock" in said
    dialog.action.click()
    watch = shop.engine.read(lambda r: r.value("SELECT id FROM product WHERE sku = 'MONTRE9'"))
    shop.engine.call(lambda tx: catalogue.change(tx, watch, stock=5), actor="seller")
    opened.settled(lambda: opened.page.detail is not None and not opened.page.detail.short)
    opened.page.act("convert")
    opened.settled(lambda: opened.quote(opened.ids["accepted"]).state == "converted")


def test_a_refusal_by_phone_keeps_its_reason(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    opened.select("sent")
    opened.press(Qt.Key.Key_R)
    dialog = opened.dialog(RefuseDialog)
    opened.write(dialog.reason.edit, "Budget reporté")
    dialog.action.click()
    opened.settled(lambda: opened.page.detail is not None and opened.page.detail.row.state == "refused")
    assert opened.quote(opened.ids["sent"]).reason == "Budget reporté"


def test_a_paper_is_opened_and_saved(open_quotes: OpenQuotes, tmp_path: Path) -> None:
    opened = open_quotes()
    opened.select("seen")
    opened.press(Qt.Key.Key_Return)
    opened.settled(lambda: len(opened.seen) == 1)
    assert opened.seen[0].name == "DV-2026-0005.pdf"
    assert opened.seen[0].read_bytes().startswith(b"%PDF-")
    assert opened.page.detail is not None
    opened.page.acts.save(opened.page.detail, tmp_path / "mine.pdf")
    opened.settled((tmp_path / "mine.pdf").exists)
    opened.page.acts.opener = lambda path: False
    opened.page.act("open")
    opened.settled(lambda: "enregistrez" in opened.said())


def test_a_new_version_and_a_copy_are_written_at_once(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    page = opened.page
    for verb, state in (("revise", "seen"), ("duplicate", "converted"), ("revise", "expired")):
        opened.select(state)
        page.act(verb)
        opened.settled(lambda: page.writing)
        number = page.editor.form.quote_id
        assert number is not None
        assert opened.quote(number).replaces == (opened.ids[state] if verb == "revise" else None)
        assert page.editor.form.filled
        page.editor.leave()
        opened.settled(lambda: not page.writing)


def test_what_was_replaced_leads_to_the_newer_version(open_quotes: OpenQuotes, shop: Shop) -> None:
    opened = open_quotes()
    terms = shop.papers.terms()
    newer = shop.engine.call(lambda tx: service.revise(tx, opened.ids["seen"], terms))
    shop.engine.call(lambda tx: service.send(tx, newer, terms, 2))
    opened.settled(lambda: len(opened.shown()) == 9)
    opened.select("seen")
    assert opened.page.pane.offered.shown[0] == "newer"
    opened.page.act("newer")
    opened.settled(lambda: opened.page.table.current is not None and opened.page.table.current.id == newer)
    opened.settled(lambda: opened.page.detail is not None and opened.page.detail.before is not None)


@MENU
def test_the_menu_holds_every_verb_of_the_state(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    opened.select("seen")
    menu = opened.page.open_menu(QPoint(0, 0))
    assert [each.text() for each in menu.actions()] == [
        "Copier le lien",
        "Renvoyer sur WhatsApp",
        "Accepté…",
        "Refusé…",
        "Ouvrir le PDF",
        "Enregistrer le PDF…",
        "Nouvelle version",
        "Dupliquer",
        "Voir la conversation",
        "",
        "Tout sélectionner",
    ]
    assert not menu.actions()[1].isEnabled()
    menu.actions()[-3].trigger()
    assert not opened.page.isVisible()
    assert opened.desktop.shell.page("conversations") is not None
    menu.deleteLater()


def test_it_stays_true_while_it_shows(open_quotes: OpenQuotes, shop: Shop) -> None:
    opened = open_quotes()
    opened.select("sent")
    shop.engine.call(lambda tx: answering.seen(tx, opened.ids["sent"]))
    opened.settled(lambda: opened.page.detail is not None and opened.page.detail.row.state == "seen")
    clock = shop.clock
    assert isinstance(clock, ManualClock)
    clock.advance(3 * DAY)
    opened.page.refresh()
    opened.settled(lambda: opened.page.detail is not None and opened.page.detail.row.state == "expired")
    assert opened.page.pane.offered.shown[0] == "revise"


def test_another_page_leads_to_a_quote_or_begins_one(open_quotes: OpenQuotes, shop: Shop) -> None:
    opened = open_quotes()
    opened.page.chips["draft"].click()
    opened.settled()
    opened.desktop.shell.go("quotes", opened.ids["refused"])
    opened.settled(
        lambda: opened.page.table.current is not None and opened.page.table.current.id == opened.ids["refused"]
    )
    opened.desktop.shell.go("quotes", QuoteFor(person(shop, "Fatou Sow")))
    opened.settled(lambda: opened.page.writing)
    assert opened.editor.name.text() == "Fatou Sow"
    assert opened.editor.phone.edit.text().replace("\u00a0", "") == PEOPLE["Fatou Sow"]


def test_whose_role_writes_no_quotes_reads_them(open_quotes: OpenQuotes, shop: Shop) -> None:
    for role in ("owner", "support"):
        account = accounts.save(shop.engine, f"{role}@teranga.sn", "correct horse battery", role, "console")
    opened = open_quotes()
    shop.engine.acting["seller"] = f"account:{account}"
    opened.page.refresh()
    opened.settled(lambda: not opened.page.overview.may_write)
    opened.select("draft")
    assert not opened.page.new.isEnabled()
    assert set(opened.page.pane.offered.obstacles) >= {"send", "edit", "duplicate"}
    opened.page.write_new()
    assert not opened.page.writing
    source = ShopContext(shop, NoServer()).quotes
    with pytest.raises(Forbidden):
        source.duplicate(opened.ids["seen"])


def test_everything_has_a_name_for_who_hears_the_window(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    wrote(opened.shop, "Hôtel Baobab")
    page = opened.page
    assert page.table.accessibleName() == "Devis"
    page.write_new()
    editor = page.editor
    named = [editor.name, editor.phone.edit, editor.terms.note, *editor.lines.rows[0].edits.values()]
    named += [each.edit for each in editor.terms.fields.values()]
    assert all(widget.accessibleName() for widget in named)
    assert editor.lines.rows[0].remove.accessibleName() == "Retirer cette ligne"
