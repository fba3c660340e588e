"""The dialogs about one order: decide an exception, tick a refund off, put a product on screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.catalogue.views import ProductView
from core.kernel.errors import Refused
from core.kernel.money import format_amount, parse_amount
from core.kernel.text import short_name
from core.live.views import BoardRow, ReceiptView, StockBar
from desktop.bridge import Bridge
from desktop.pages.live.decisions import question
from desktop.pages.live.presenter import LivePresenter, LiveSource
from desktop.pages.live.products import ProductPicker
from desktop.widgets.buttons import Button
from desktop.widgets.choice import ChoiceCard
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import TextField
from desktop.widgets.labels import Label


class DecisionDialog(Dialog):
    """Asks what to do with money that does not match its order. ``decided`` with (choice, substitute's id or None)."""

    decided = Signal(str, object)

    def __init__(
        self,
        parent: QWidget,
        row: BoardRow,
        stock: dict[int, StockBar],
        source: LiveSource,
        bridge: Bridge,
        presenter: LivePresenter,
    ) -> None:
        asked = question(row, stock, presenter)
        super().__init__(parent, asked.title, 560)
        self._t = presenter.t
        self._substitute: ProductView | None = None
        self._choice = ""
        names = ", ".join(f"{line.sku} ×\u00a0{line.quantity}" for line in row.lines)
        self.body.addWidget(Label(" · ".join(filter(None, (row.reference, names))), "small", "muted"))
        self.body.addWidget(Label(asked.sentence, "body", wrap=True))
        self._verbs = {text.choice: text.verb for text in asked.choices}
        self.cards = {
            text.choice: ChoiceCard(text.choice, text.title, text.consequence, text.obstacle) for text in asked.choices
        }
        for card in self.cards.values():
            card.taken.connect(self.choose)
            card.moved.connect(self._move)
            self.body.addWidget(card)
        self.picker = ProductPicker(source, bridge, presenter, rows=3)
        self.picker.chosen.connect(self._take_substitute)
        self.picker.hide()
        self.body.addWidget(self.picker)
        self._taken = Label("", "small-bold")
        self._taken.hide()
        self.body.addWidget(self._taken)
        self.add_way_out(self._t("Later"))
        self.action = self.add_action("", self._decide)
        self.choose(asked.advised)

    @property
    def choice(self) -> str:
        return self._choice

    def choose(self, choice: str) -> None:
        """Select one of the choices."""
        if choice not in self.cards:
            self.action.setEnabled(False)
            return
        self._choice = choice
        for name, card in self.cards.items():
            card.choose(name == choice)
        self.cards[choice].setFocus()
        self.action.setText(self._verbs[choice])
        needs = choice == "substitute"
        if needs and self.picker.isHidden():
            self.picker.ask()
        self.picker.setVisible(needs)
        self._taken.setVisible(needs and self._substitute is not None)
        self.action.setEnabled(not needs or self._substitute is not None)
        if needs:
            self.picker.setFocus()

    def _move(self, step: int) -> None:
        free = [name for name, card in self.cards.items() if card.isEnabled()]
        self.choose(free[(free.index(self._choice) + step) % len(free)])

    def _take_substitute(self, product: ProductView) -> None:
        self._substitute = product
        self._taken.say(self._t("Replaced by {sku} {title}", sku=product.sku, title=product.title))
        self._taken.show()
        self.action.setEnabled(True)
        self.action.setFocus()

    def _decide(self) -> None:
        if self.action.isEnabled():
            self.accept()
            substitute = self._substitute.id if self._substitute and self._choice == "substitute" else None
            self.decided.emit(self._choice, substitute)


class ReceiptDialog(Dialog):
    """Asks whether money came to the seller's own account. ``answered`` with the amount that came, or None: it did not.

    The buyer's word is told as what it is; nothing is preselected but the sum that was asked.
    """

    answered = Signal(object)

    def __init__(self, parent: QWidget, row: BoardRow, receipt: ReceiptView, presenter: LivePresenter) -> None:
        t = presenter.t
        super().__init__(parent, t("Money received?"), 480)
        self._t, self._currency = t, presenter.currency
        told = {
            "name": short_name(row.customer_name) or t("The customer"),
            "amount": presenter.money(receipt.amount),
            "ref": receipt.ref,
        }
        if receipt.claimed:
            sentence = t("{name} says that {amount} were sent, reference {ref}.", **told)
        else:
            sentence = t("{name} was shown how to send {amount}, reference {ref}.", **told)
        self.body.addWidget(Label(sentence, "body", wrap=True))
        warning = t("Look at your account first. Confirm only what you see there, never a screenshot.")
        self.body.addWidget(Label(warning, "body", "muted", wrap=True))
        self.amount = TextField(t("Amount received"))
        self.amount.edit.setText(format_amount(receipt.amount, presenter.currency))
        self.amount.changed.connect(lambda text: self.amount.set_error(""))
        self.body.addWidget(self.amount)
        self.add_way_out(t("Later"))
        self.denial = Button(t("Nothing came"))
        self.denial.clicked.connect(lambda: self._answer(None))
        self.foot.addWidget(self.denial)
        self.action = self.add_action(t("It is received"), self._confirm)
        self.amount.setFocus()

    def _confirm(self) -> None:
        try:
            amount = parse_amount(self.amount.text, self._currency)
        except Refused:
            amount = 0
        if amount <= 0:
            self.amount.set_error(self._t("Type the amount as your account shows it."))
            self.amount.setFocus()
            return
        self._answer(amount)

    def _answer(self, amount: int | None) -> None:
        self.accept()
        self.answered.emit(amount)


class OnScreenDialog(Dialog):
    """Which product is shown to the camera now."""

    def __init__(
        self,
        parent: QWidget,
        source: LiveSource,
        bridge: Bridge,
        presenter: LivePresenter,
        act: Callable[[int | None], object],
    ) -> None:
        t = presenter.t
        super().__init__(parent, t("On screen now"), 520)
        self._act = act
        self.picker = ProductPicker(source, bridge, presenter)
        self.picker.chosen.connect(lambda product: self._take(product.id))
        self.body.addWidget(self.picker)
        self.add_way_out(t("Back"))
        nothing = Button(t("Nothing on screen"))
        nothing.clicked.connect(lambda: self._take(None))
        self.foot.addWidget(nothing)
        self.picker.ask()
        self.picker.setFocus()

    def _take(self, product_id: int | None) -> None:
        self.accept()
        self._act(product_id)
