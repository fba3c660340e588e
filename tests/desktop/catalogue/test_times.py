"""An event's day and place in its form, and the times of a service in theirs."""

from __future__ import annotations

from PySide6.QtCore import Qt

from core.customers.service import Identity, recognise
from core.kernel.clock import DAY
from core.orders.service import Wanted
from core.slots import service as slots
from core.storage.engine import Tx
from desktop.pages.catalogue.times import TimesDialog
from tests.desktop.catalogue.conftest import OpenCatalogue, Opened
from tests.desktop.catalogue.test_page import dialog, fill, forms


def test_the_day_and_the_place_of_an_event_are_kept_changed_and_taken_away(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue(filled=False)
    opened.press(opened.page, Qt.Key.Key_N)
    form = dialog(opened)
    assert not form.fields["day"].isVisible()
    form.one_day.click()
    fill(form, title="Gala", sku="GALA", price="25 000", stock="40", day="hier soir", place="Sorano")
    form.save()
    assert "05/12/2026 20:00" in form.fields["day"].error
    form.fields["day"].editor.clear()  # type: ignore[attr-defined]
    fill(form, day="05/12/2030 20h30")
    form.save()
    opened.settled(opened.page.products.isVisible)

    def kept() -> object:
        return opened.shop.engine.read(lambda r: r.one("SELECT event_at, place FROM product WHERE keyword = 'GALA'"))

    assert kept() == (1_922_733_000_000, "Sorano")
    opened.page.edit(1)
    opened.settled(lambda: forms(opened))
    form = dialog(opened)
    assert form.fields["day"].isVisible()
    assert form.draft.get("day") == "05/12/2030 20:30"
    for name in ("day", "place"):
        form.fields[name].editor.clear()  # type: ignore[attr-defined]
    form.draft = form.draft.typed("day", "").typed("place", "")
    form.save()
    opened.settled(lambda: not forms(opened))
    assert kept() == (None, "")


def times_of(opened: Opened) -> TimesDialog:
    (found,) = opened.page.findChildren(TimesDialog)
    return found


def test_times_are_offered_seen_and_closed(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue(filled=False)
    opened.shop.settings.set("store.segment", "services")
    opened.press(opened.page, Qt.Key.Key_N)
    form = dialog(opened)
    fill(form, title="Tresses", sku="TRESSE", price="20 000", stock="0")
    form.save()
    opened.settled(opened.page.products.isVisible)
    opened.page.hide()
    opened.page.show()
    opened.settled(lambda: not opened.page.products.pane.times.isHidden())
    opened.page.products.pane.times.click()
    asked = times_of(opened)
    asked.fields["opens"].edit.setText("9h")
    asked.fields["closes"].edit.setText("11:00")
    asked.fields["weeks"].edit.setText("une")
    asked.add()
    assert "nombre entier" in asked.said.text()
    asked.fields["weeks"].edit.setText("2")
    asked.add()
    opened.settled(lambda: len(asked.closers) > 1)
    offered = len(asked.closers)
    assert offered in (22, 23, 24), "two times on six days of two weeks; those of today that are over are none"
    assert "ajoutés" in asked.said.text()

    def booked(tx: Tx) -> int:
        buyer = recognise(tx, [Identity("phone", "+221770000001")], "Awa Ndour")
        order = opened.shop.orders.claim(tx, buyer, [Wanted(1)], "whatsapp").order_id
        assert order is not None
        first = tx.value("SELECT min(id) FROM slot WHERE starts_at > ?", (tx.now + DAY,))
        assert slots.choose(tx, order, first)
        return int(first)

    taken = opened.shop.engine.call(booked)
    asked.read()
    opened.settled(lambda: len(asked.closers) == offered - 1)
    assert taken not in asked.closers
    shown = [label.text() for label in asked.listed.findChildren(type(asked.said))]
    assert "complet" in shown
    other = next(iter(asked.closers))
    asked.closers[other].click()
    opened.settled(lambda: other not in asked.closers)
    assert opened.shop.engine.read(lambda r: r.value("SELECT 1 FROM slot WHERE id = ?", (other,))) is None
    asked.reject()
    opened.settled()
