"""A product's own rate of VAT in its form."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.desktop.catalogue.conftest import OpenCatalogue
from tests.desktop.catalogue.test_page import dialog, fill, forms


def test_a_rate_of_its_own_is_kept_changed_and_taken_away(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue(filled=False)
    opened.press(opened.page, Qt.Key.Key_N)
    form = dialog(opened)
    fill(form, title="Riz", sku="RIZ5", price="4 000", stock="9", vat="180")
    form.save()
    assert "0 à 30" in form.fields["vat"].error
    form.fields["vat"].editor.clear()  # type: ignore[attr-defined]
    fill(form, vat="10")
    form.save()
    opened.settled(opened.page.products.isVisible)

    def rate() -> object:
        return opened.shop.engine.read(lambda r: r.value("SELECT vat FROM product WHERE keyword = 'RIZ5'"))

    assert rate() == 10
    for text, kept in (("0", 0), ("", None)):
        opened.page.edit(1)
        opened.settled(lambda: forms(opened))
        form = dialog(opened)
        assert form.draft.get("vat") == ("10" if kept == 0 else "0")
        form.fields["vat"].editor.clear()  # type: ignore[attr-defined]
        fill(form, vat=text)
        form.save()
        opened.settled(lambda: not forms(opened))
        assert rate() == kept
