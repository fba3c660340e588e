"""Writing a quote by keyboard: who, what, how many; live sums by the quotes' own rules; and nothing typed is lost."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.bootstrap import Shop
from core.quotes import service, unsaved
from core.quotes.rules import Discount, Terms
from desktop.pages.quotes.page import QuotesPage
from desktop.widgets.dialog import Confirm
from desktop.widgets.suggest import Suggest
from tests.desktop.quotes.conftest import Opened, OpenQuotes
from tests.desktop.quotes.store import person
from tests.desktop.quotes.test_page import plain
from tests.desktop.realshop import close_windows, window_over


def totals(opened: Opened) -> list[str]:
    return [plain(f"{name} {amount}") for name, amount, _ in opened.editor.terms.totals.rows]


def found(opened: Opened, field: Suggest, text: str) -> list[str]:
    """Type, wait for what is offered. → its titles."""
    opened.write(field, text)
    opened.qtbot.waitUntil(lambda: bool(field.choices), timeout=60_000)
    return [choice.title for choice in field.choices]


def key(opened: Opened, name: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    widget = opened.desktop.shell.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, name, modifiers)


def test_a_whole_quote_by_keyboard(open_quotes: OpenQuotes, shop: Shop) -> None:
    opened = open_quotes()
    editor = opened.editor
    opened.press(Qt.Key.Key_N)
    assert opened.page.writing
    assert found(opened, editor.name, "hotel") == ["Hôtel Baobab"]
    key(opened, Qt.Key.Key_Down)  # as the line says; the only one stays chosen
    key(opened, Qt.Key.Key_Return)
    assert editor.form.customer_id == person(shop, "Hôtel Baobab")
    rows = editor.lines.rows
    assert opened.desktop.shell.focusWidget() is rows[0].text
    assert found(opened, rows[0].text, "SAC2")[0] == "Sac à main en cuir"
    key(opened, Qt.Key.Key_Down)
    key(opened, Qt.Key.Key_Return)
    assert opened.desktop.shell.focusWidget() is rows[0].quantity
    opened.write(rows[0].quantity, "3")
    opened.write(rows[0].discount, "10 %")
    assert totals(opened) == ["Total HT 50 339 F CFA", "TVA 18 % 9 061 F CFA", "Total TTC 59 400 F CFA"]
    key(opened, Qt.Key.Key_Return)
    assert len(editor.lines.rows) == 2
    assert opened.desktop.shell.focusWidget() is editor.lines.rows[1].text
    opened.write(editor.lines.rows[1].text, "Pose à Thiès")
    opened.write(editor.lines.rows[1].price, "20 000")
    opened.write(editor.terms.fields["discount"].edit, "1 400")
    opened.write(editor.terms.fields["deposit"].edit, "50 %")
    opened.write(editor.terms.fields["valid"].edit, "15")
    editor.terms.note.setPlainText("Sous 8 jours.")
    assert totals(opened) == [
        "Sous-total 79 400 F CFA",
        "Remise −1 400 F CFA",
        "Total HT 66 102 F CFA",
        "TVA 18 % 11 898 F CFA",
        "Total TTC 78 000 F CFA",
        "Acompte 39 000 F CFA",
        "Solde 39 000 F CFA",
    ]
    assert plain(editor.lines.rows[0].total.text()) == "59 400"
    key(opened, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    opened.settled(lambda: not opened.page.writing and opened.page.detail is not None)
    opened.settled(lambda: opened.page.detail is not None and opened.page.detail.row.id == 9)
    quote = opened.quote(9)
    assert [(x.description, x.sku, x.quantity, x.unit_price, x.discount) for x in quote.lines] == [
        ("Sac à main en cuir", "SAC2", 3, 22_000, Discount("percent", 10)),
        ("Pose à Thiès", "", 1, 20_000, None),
    ]
    assert (quote.total, quote.state, quote.note) == (78_000, "draft", "Sous 8 jours.")
    assert quote.wording.terms == Terms(15, 50)
    assert shop.engine.read(unsaved.latest) is None


def test_save_and_send_in_one_go_asks_first(open_quotes: OpenQuotes, shop: Shop) -> None:
    opened = open_quotes()
    opened.select("asked")
    opened.press(Qt.Key.Key_E)
    opened.settled(lambda: opened.page.writing)
    opened.write(opened.editor.lines.rows[0].quantity, "5")
    key(opened, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    opened.dialog(Confirm).action.click()
    opened.settled(lambda: opened.quote(opened.ids["asked"]).state == "sent")
    quote = opened.quote(opened.ids["asked"])
    assert [line.quantity for line in quote.lines] == [5]
    assert not shop.engine.read(lambda r: r.value("SELECT json_extract(content, '$.asked') FROM quote WHERE id = 8"))


def test_a_new_customer_by_name_and_phone(open_quotes: OpenQuotes, shop: Shop) -> None:
    opened = open_quotes()
    editor = opened.editor
    opened.page.write_new()
    opened.write(editor.name, "Studio Keur")
    opened.write(editor.lines.rows[0].text, "Séance photo")
    opened.write(editor.lines.rows[0].price, "75000")
    editor.finish()
    assert "téléphone" in editor.phone.error
    opened.write(editor.phone.edit, "77 12")
    assert "numéro de téléphone" in editor.phone.error
    opened.write(editor.phone.edit, "77 123 45 67")
    assert editor.phone.error == ""
    editor.finish()
    opened.settled(lambda: not opened.page.writing and opened.page.detail is not None)
    name = "SELECT c.name FROM quote q JOIN customer c ON c.id = q.customer_id ORDER BY q.id DESC LIMIT 1"
    assert shop.engine.read(lambda r: r.value(name)) == "Studio Keur"


def test_another_name_is_another_customer_and_other_words_another_thing(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    editor = opened.editor
    opened.select("draft")
    opened.page.act("edit")
    opened.settled(lambda: opened.page.writing)
    assert (editor.form.customer_id is not None, editor.phone.edit.isEnabled()) == (True, False)
    assert editor.form.lines[0].sku == "ROBE1"
    opened.write(editor.name, "Autre hôtel")
    assert (editor.form.customer_id, editor.form.phone, editor.phone.edit.isEnabled()) == (None, "", True)
    opened.write(editor.lines.rows[0].text, "Robe sur mesure")
    assert editor.form.lines[0].sku == ""


def test_what_is_wrong_is_said_as_it_is_typed_and_saving_goes_there(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    editor = opened.editor
    opened.page.write_new()
    row = editor.lines.rows[0]
    assert row.wrong.isHidden()
    editor.finish()
    assert "au moins une ligne" in editor.problem.text()
    assert opened.desktop.shell.focusWidget() is row.text
    opened.write(row.text, "Pose")
    for field, text, said in (
        (row.price, "douze", "n’est pas un montant"),
        (row.quantity, "0", "entre 1 et"),
        (row.discount, "120 %", "entre 0 et 100"),
    ):
        before = field.text()
        opened.write(field, text)
        assert said in row.wrong.text(), text
        assert field.property("wrong")
        opened.write(field, before or ("1000" if field is row.price else ""))
    assert row.wrong.isHidden()
    opened.write(row.discount, "2000")
    assert "dépasser" in row.wrong.text()
    opened.write(row.discount, "")
    for name, text, said in (
        ("deposit", "100 %", "entre 0 et 99"),
        ("deposit", "1 000", "inférieur au total"),
        ("discount", "1 001", "dépasser"),
        ("valid", "0", "365 jours"),
        ("pay", "x", "365 jours"),
    ):
        each = editor.terms.fields[name]
        before = each.edit.text()
        opened.write(each.edit, text)
        assert said in each.error, (name, text)
        editor.finish()
        assert opened.page.writing
        assert opened.desktop.shell.focusWidget() is each.edit
        opened.write(each.edit, before)
        assert each.error == "", name
    editor.finish()
    opened.settled(lambda: not opened.page.writing)


def test_lines_are_added_and_removed(open_quotes: OpenQuotes) -> None:
    opened = open_quotes()
    editor = opened.editor
    opened.page.write_new()
    editor.add.click()
    assert len(editor.lines.rows) == 1  # the empty one is used first
    opened.write(editor.lines.rows[0].text, "A")
    editor.add.click()
    opened.write(editor.lines.rows[1].text, "B")
    editor.add.click()
    opened.write(editor.lines.rows[2].text, "C")
    editor.lines.rows[1].remove.click()
    assert [line.text for line in editor.form.lines] == ["A", "C"]
    editor.lines.enter(1)
    key(opened, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    key(opened, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert [line.text for line in editor.form.lines] == [""]


def test_leaving_asks_before_anything_typed_is_lost(open_quotes: OpenQuotes, shop: Shop) -> None:
    opened = open_quotes()
    page, editor = opened.page, opened.editor
    page.write_new()
    editor.leave()
    opened.settled(lambda: not page.writing)
    page.write_new()
    opened.write(editor.lines.rows[0].text, "Pose")
    opened.settled(lambda: shop.engine.read(unsaved.latest) is not None)
    editor.cancel.click()
    opened.dialog(Confirm).reject()
    opened.settled(lambda: page.writing)
    assert editor.form.lines[0].text == "Pose"
    editor.cancel.click()
    opened.dialog(Confirm).action.click()
    opened.settled(lambda: not page.writing and shop.engine.read(unsaved.latest) is None)
    assert page.unsaved.isHidden()
    assert shop.engine.read(lambda r: r.value("SELECT count(*) FROM quote")) == 8


def test_a_window_that_closes_loses_nothing(open_quotes: OpenQuotes, shop: Shop) -> None:
    opened = open_quotes()
    opened.page.write_new()
    editor = opened.editor
    opened.write(editor.name, "Studio Keur")
    opened.write(editor.lines.rows[0].text, "Séance photo")
    opened.write(editor.lines.rows[0].price, "75 0")  # not even right yet
    opened.write(editor.terms.fields["discount"].edit, "5 %")
    opened.desktop.shell.go("live")  # hidden: what is typed is put down at once
    opened.settled(lambda: shop.engine.read(unsaved.latest) is not None)
    typed = editor.form
    desktop = window_over(shop)  # the shop goes on; the window is another one
    try:
        desktop.start()
        opened.qtbot.waitUntil(lambda: desktop.shell.page("live") is not None, timeout=60_000)
        desktop.shell.go("quotes")
        page = desktop.shell.page("quotes")
        assert isinstance(page, QuotesPage)
        opened.qtbot.waitUntil(lambda: page.read_once and not desktop.bridge.busy, timeout=60_000)
        assert page.unsaved.isVisible()
        assert "pas encore enregistré" in page.unsaved.said.text()
        page.unsaved.resume.click()
        assert page.writing
        assert page.editor.form == typed
        assert page.editor.lines.rows[0].price.text() == "75 0"
        assert page.editor.changed
    finally:
        desktop._context = None  # the shop is the fixture's
        close_windows([desktop])


def test_what_was_left_can_be_thrown_away(open_quotes: OpenQuotes, shop: Shop) -> None:
    shop.engine.call(lambda tx: unsaved.keep(tx, 0, None, "{}"))
    shop.engine.call(lambda tx: unsaved.keep(tx, 3, None, "not readable"))
    opened = open_quotes()
    assert opened.page.unsaved.isVisible()
    opened.page.resume()  # of another version of the program: it cannot be read
    opened.settled(lambda: shop.engine.read(lambda r: r.value("SELECT count(*) FROM quote_unsaved")) == 1)
    opened.page.unsaved.throw.click()
    opened.settled(lambda: shop.engine.read(unsaved.latest) is None and opened.page.unsaved.isHidden())


def test_somebody_who_was_quicker_is_told_and_nothing_is_lost(open_quotes: OpenQuotes, shop: Shop) -> None:
    opened = open_quotes()
    opened.select("draft")
    opened.page.act("edit")
    opened.settled(lambda: opened.page.writing)
    shop.engine.call(lambda tx: service.send(tx, opened.ids["draft"], shop.papers.terms(), 2))
    opened.write(opened.editor.lines.rows[0].quantity, "9")
    opened.editor.finish()
    opened.settled(lambda: bool(opened.editor.problem.text()))
    assert opened.page.writing
    assert opened.editor.form.lines[0].quantity == "9"
