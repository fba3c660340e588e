"""The dialog of products that go together, over a real shop: looked at, set, changed, taken away, switched on."""

from __future__ import annotations

from core.orders import pairs
from core.storage.engine import Tx
from desktop.pages.catalogue.pairs import PairsDialog
from tests.desktop.catalogue.conftest import OpenCatalogue


def test_what_goes_together_is_set_learned_and_removed(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    engine = opened.shop.engine
    robe, bag, pearls = (opened.product(sku).id for sku in ("ROBE1", "SAC2", "COLLIER8"))

    def sales(tx: Tx) -> None:
        tx.run("UPDATE bought_total SET orders = 40")
        tx.run("INSERT INTO bought(product_id, times) VALUES(?, 10), (?, 8)", (robe, bag))
        tx.run("INSERT INTO bought_together(product_id, with_id, times) VALUES(?,?,6)", (robe, bag))

    engine.call(sales)
    opened.page.head.pairs.click()
    dialog = opened.page.findChild(PairsDialog)
    assert dialog is not None
    opened.settled(lambda: dialog.list.count() == 2)
    assert "appris" in dialog.list.item(0).text()
    assert "6 fois, sur 10 ventes de ROBE1" in dialog.why.text()
    assert dialog.remove.isHidden()
    dialog.percent.set_value(15)
    dialog._save()
    opened.settled(lambda: [one.percent for one in engine.read(pairs.all_of)] == [15])
    opened.settled(lambda: "−15" in dialog.list.item(0).text())
    dialog.list.setCurrentRow(1)  # a new one
    dialog._save()
    assert dialog.fields[0].error == "Choisissez un article de votre catalogue."
    dialog.activateWindow()
    dialog.products[0].setFocus()
    opened.type(dialog.products[0], "sac à main")
    opened.settled(lambda: bool(dialog.products[0].choices))
    dialog._take(0, dialog.products[0].choices[0].value)
    dialog._take(1, dialog.products[0].choices[0].value if dialog.products[0].choices else opened.product("SAC2"))
    dialog._save()
    opened.settled(lambda: "elle-même" in dialog.fields[1].error or "lui-même" in dialog.fields[1].error)
    dialog._take(1, opened.product("COLLIER8"))
    dialog.percent.set_value(0)
    dialog._save()
    opened.settled(
        lambda: (bag, pearls, 0) in [(p.product_id, p.with_id, p.percent) for p in engine.read(pairs.all_of)]
    )
    opened.settled(lambda: dialog.list.count() == 3)
    assert dialog.list.currentRow() == 1
    assert "seulement proposé" in dialog.list.item(1).text()
    dialog.remove.click()
    opened.settled(lambda: len(engine.read(pairs.all_of)) == 1)
    assert not dialog.switch.isChecked()
    dialog.switch.click()
    opened.settled(lambda: opened.shop.settings.get("upsell.enabled") == "true")
    dialog.close()
