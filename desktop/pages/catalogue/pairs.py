"""Products that go together (F85, F86): what is proposed with what, for how much less, why, and whether at all."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.catalogue.views import ProductView
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.orders.affinity import Affinity
from core.orders.pairs import MOST
from desktop.bridge import Bridge
from desktop.pages.catalogue.pairs_texts import PairsSource, Reading, title, why
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import Field, Stepper
from desktop.widgets.labels import Label
from desktop.widgets.suggest import Choice, Suggest

_ROW: Final = 44
_LIST: Final = 380
_HIGH: Final = 300
_FOUND: Final = 20


class PairsDialog(Dialog):
    """Every pair, set or learned: added, changed, removed."""

    def __init__(self, parent: QWidget, t: Texts, source: PairsSource, bridge: Bridge) -> None:
        super().__init__(parent, t("Products that go together"), 840)
        self._t, self._source, self._bridge = t, source, bridge
        self._known: tuple[Affinity, ...] = ()
        self._ids: list[int | None] = [None, None]
        about = t(
            "With the first in the order, the second is proposed on WhatsApp, and costs less in that order if you say"
            " so. After a payment: at most half of what was paid, never to bronze customers, once a day."
        )
        self.body.addWidget(Label(about, "small", "muted", wrap=True))
        self.switch = QCheckBox(t("Propose a product after a payment"))
        self.switch.clicked.connect(self._propose)
        self.body.addWidget(self.switch)
        line = QHBoxLayout()
        line.setSpacing(16)
        self.list = QListWidget()
        self.list.setProperty("kind", "answers")
        self.list.setFixedSize(_LIST, _HIGH)
        self.list.setAccessibleName(t("Products that go together"))
        self.list.currentRowChanged.connect(lambda row: self._picked())
        line.addWidget(self.list)
        line.addLayout(self._form(), 1)
        self.body.addLayout(line)
        self.remove = Button(t("Remove"), "danger", icon="trash-2")
        self.remove.clicked.connect(self._remove)
        self.foot.insertWidget(0, self.remove)
        self.add_way_out(t("Close"))
        self.save = self.add_action(t("Keep"), self._save)
        self.save.setDefault(False)
        self._read()

    def _form(self) -> QVBoxLayout:
        t, column = self._t, QVBoxLayout()
        column.setSpacing(6)
        names = (t("Who buys"), t("is proposed"))
        self.products = [Suggest(name, t("SKU or name of a product"), eager=True) for name in names]
        self.fields = []
        for place, (name, suggest) in enumerate(zip(names, self.products, strict=True)):
            suggest.asked.connect(partial(self._ask, place))
            suggest.chosen.connect(partial(self._take, place))
            suggest.textEdited.connect(partial(self._typed, place))
            field = Field(name, suggest, close=True)
            self.fields.append(field)
            column.addWidget(field)
        self.percent = Stepper(t("Less"), t("More"), 0, MOST)
        column.addWidget(Field(t("Discount in percent (0: only proposed)"), self.percent, close=True))
        self.why = Label("", "small", "muted", wrap=True)
        column.addWidget(self.why)
        column.addStretch(1)
        return column

    # -- reading

    def _read(self, pick: tuple[int, int] | None = None) -> None:
        self._bridge.run(self._source.read, owner=self, done=partial(self._show, pick), name="read pairs")

    def _show(self, pick: tuple[int, int] | None, reading: Reading) -> None:
        self._known = reading.known
        self.switch.setChecked(reading.proposing)
        self.list.blockSignals(True)
        self.list.clear()
        for text in (*(title(self._t, one) for one in self._known), self._t("New pair")):
            item = QListWidgetItem(text)
            item.setSizeHint(QSize(100, _ROW))
            item.setToolTip(text)
            self.list.addItem(item)
        keys = [(one.product_id, one.with_id) for one in self._known]
        self.list.setCurrentRow(keys.index(pick) if pick in keys else len(keys) if pick is not None else 0)
        self.list.blockSignals(False)
        self._picked()

    def _chosen(self) -> Affinity | None:
        row = self.list.currentRow()
        return self._known[row] if 0 <= row < len(self._known) else None

    def _picked(self) -> None:
        one, t = self._chosen(), self._t
        self._ids = [one.product_id, one.with_id] if one else [None, None]
        texts = (one.title, one.with_title) if one else ("", "")
        tags = (one.sku, one.with_sku) if one else ("", "")
        for place, suggest in enumerate(self.products):
            suggest.setText(texts[place])
            suggest.set_tag(tags[place])
            suggest.setEnabled(one is None)
            self.fields[place].set_error("")
        self.percent.set_value((one.percent if one else 10) or 0)
        self.why.say(why(t, one) if one else t("Choose two products; the discount is the second one’s."))
        self.remove.setVisible(one is not None and one.percent is not None)
        self.save.setText(t("Make it a pair") if one is not None and one.percent is None else t("Keep"))

    # -- typing

    def _ask(self, place: int, text: str) -> None:
        self._bridge.run(
            lambda: self._source.find(text, _FOUND), owner=self, done=partial(self._offer, place), name="find product"
        )

    def _offer(self, place: int, found: list[ProductView]) -> None:
        self.products[place].offer([Choice(each.title, each.sku, "", each) for each in found])

    def _typed(self, place: int, text: str) -> None:
        self._ids[place] = None
        self.products[place].set_tag("")

    def _take(self, place: int, product: ProductView) -> None:
        self._ids[place] = product.id
        self.products[place].setText(product.title)
        self.products[place].set_tag(product.sku)
        self.fields[place].set_error("")
        (self.products[1] if not place else self.percent).setFocus()

    # -- verbs

    def _save(self) -> None:
        first, second, percent = *self._ids, self.percent.value
        for place, number in enumerate(self._ids):
            self.fields[place].set_error("" if number is not None else self._t("Choose a product of your catalogue."))
        if first is None or second is None:
            self.products[0 if first is None else 1].setFocus()
            return
        self._bridge.run(
            lambda: self._source.put(first, second, percent),
            owner=self,
            done=lambda _: self._read((first, second)),
            failed=self._refused,
            name="keep pair",
        )

    def _remove(self) -> None:
        one = self._chosen()
        if one is not None:
            self._bridge.run(
                lambda: self._source.remove(one.product_id, one.with_id),
                owner=self,
                done=lambda _: self._read(),
                failed=self._refused,
                name="remove pair",
            )

    def _propose(self, on: bool) -> None:
        self._bridge.run(
            lambda: self._source.propose(on), owner=self, failed=self._not_switched, name="switch proposals"
        )

    def _not_switched(self, error: Exception) -> bool:
        self._read()
        return self._refused(error)

    def _refused(self, error: Exception) -> bool:
        if not isinstance(error, LivePayError):
            return False
        self.fields[1].set_error(explain(error, self._t.language))
        return True
