"""The dialogs about one order: decide an exception, tick a refund off, put a product on screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.catalogue.views import ProductView
from core.kernel.errors import Refused
from core.kernel.money import format_amount, parse_amount
from core.kernel.text import short_name
from core.live.views import BoardRow, ReceiptView
from desktop.bridge import Bridge
from desktop.pages.live.decisions import Replacement, goods, question, replaced, replacement
from desktop.pages.live.presenter import LivePresenter, LiveSource
from desktop.pages.live.products import ProductPicker
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.choice import ChoiceCard
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import Stepper, TextField
from desktop.widgets.labels import Label


class DecisionDialog(Dialog):
    """Asks what to do with money that does not match its order. ``decided`` with the choice, and for a
    substitute its id and how many.
    """

    decided = Signal(str, object)

    def __init__(
        self, parent: QWidget, row: BoardRow, source: LiveSource, bridge: Bridge, presenter: LivePresenter
    ) -> None:
        asked = question(row, presenter)
        super().__init__(parent, asked.title, 560)
        self._t, self._row, self._presenter = presenter.t, row, presenter
        self.question = asked.id
        self._substitute: ProductView | None = None
        self._choice = ""
        self.body.addWidget(Label(" · ".join(filter(None, (row.reference, goods(row.lines)))), "small", "muted"))
        self.body.addWidget(Label(asked.sentence, "body", wrap=True))
        for what, points in asked.reasons:
            self.body.addWidget(_Reason(what, points))
        if asked.advice:
            self.body.addWidget(Label(asked.advice, "body-bold", wrap=True))
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
        self.taken = _Taken(self._t)
        self.taken.hide()
        self.body.addWidget(self.taken)
        if asked.more:
            self.body.addWidget(Label(asked.more, "small", "muted", wrap=True))
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
        self.taken.setVisible(needs and bool(self.taken.words.text()))
        self.action.setEnabled(not needs or self._substitute is not None)
        if needs:
            self.picker.setFocus()

    def _move(self, step: int) -> None:
        free = [name for name, card in self.cards.items() if card.isEnabled()]
        self.choose(free[(free.index(self._choice) + step) % len(free)])

    def _take_substitute(self, product: ProductView) -> None:
        found = replacement(self._row, product, self._presenter)
        self._substitute = None if found.problem else product
        self.taken.show_product(product, found, goods(replaced(self._row)))
        self.taken.show()
        self.action.setEnabled(not found.problem)
        (self.picker if found.problem else self.action).setFocus()

    def _decide(self) -> None:
        if self.action.isEnabled():
            self.accept()
            product = self._substitute if self._choice == "substitute" else None
            self.decided.emit(self._choice, (product.id, self.taken.stepper.value) if product else None)


class _Reason(QWidget):
    """Why an order looks like fraud, and how much of the score it is."""

    def __init__(self, what: str, points: str) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addWidget(Label(what[:1].upper() + what[1:], "body", wrap=True), 1)
        line.addWidget(Label(points, "small-bold", "muted"))


class _Taken(QWidget):
    """The product in place of another, and how many of it; or why it cannot be."""

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._t = t
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        self.stepper = Stepper(t("One less"), t("One more"))
        self.stepper.edit.setAccessibleName(t("Quantity"))
        self.words = Label("", "small-bold", wrap=True)
        line.addWidget(self.stepper)
        line.addWidget(self.words, 1)

    def show_product(self, product: ProductView, found: Replacement, gone: str) -> None:
        self.stepper.setVisible(not found.problem)
        self.stepper.set_highest(found.most)
        self.stepper.set_value(found.quantity)
        named = f"{product.sku} {product.title}"
        self.words.say(found.problem or self._t("{product} in place of {gone}", product=named, gone=gone))
        self.words.set_role("danger" if found.problem else "text")


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
