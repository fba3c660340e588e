"""New live invoice (F2, F6): choose, type name and number, Enter. Three acts and the link has left."""

from __future__ import annotations

import shiboken6
from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from core.catalogue.views import ProductView
from core.kernel.text import short_name
from desktop.bridge import Bridge, Task
from desktop.pages.live import drafts
from desktop.pages.live.presenter import InvoiceResult, LivePresenter, LiveSource
from desktop.pages.live.products import ProductPicker
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import Field, Stepper, TextField
from desktop.widgets.labels import ElidedLabel, IconLabel, Label


class InvoiceDialog(Dialog):
    """``sent`` with the :class:`InvoiceResult` once the order exists."""

    sent = Signal(object)

    def __init__(
        self, parent: QWidget, source: LiveSource, bridge: Bridge, presenter: LivePresenter, country: str
    ) -> None:
        super().__init__(parent, presenter.t("New invoice"), 560)
        self._source, self._bridge, self._presenter, self._country = source, bridge, presenter, country
        self._draft = drafts.InvoiceDraft()
        self._touched: set[str] = set()
        self._task: Task[InvoiceResult] | None = None
        self._sheet = self._form()
        self._outcome = _Outcome(presenter)
        self._outcome.hide()
        self.body.addWidget(self._sheet)
        self.body.addWidget(self._outcome)
        t = presenter.t
        self._out = self.add_way_out(t("Close"))
        self._again = Button(t("Another invoice"), key="N")
        self._again.clicked.connect(self.restart)
        self._again.hide()
        self.foot.addWidget(self._again)
        self._send = self.add_action(t("Send the link"), self.send)
        self._outcome.copied.connect(lambda: self._out.setFocus())
        self._show()
        self.picker.ask()
        self.picker.setFocus()

    # -- the form

    def _form(self) -> QWidget:
        t = self._presenter.t
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.picker = ProductPicker(self._source, self._bridge, self._presenter)
        self.picker.chosen.connect(self.choose)
        self._product = Field(t("Product"), self.picker, close=True)
        self._chosen = _Chosen(self._presenter)
        self._chosen.change.clicked.connect(lambda: self.choose(None))
        self._chosen.stepper.changed.connect(self._quantity)
        self._chosen.hide()
        self.name = TextField(t("Customer's name"))
        self.phone = TextField(t("WhatsApp number"), placeholder=t("77 123 45 67"))
        self.wallet = TextField(
            t("Mobile-money number"), t("Only if the money comes from another number."), placeholder=t("optional")
        )
        for field, key in ((self.name, "name"), (self.phone, "phone"), (self.wallet, "wallet")):
            field.changed.connect(lambda text, key=key: self._typed(key, text))
            field.edit.editingFinished.connect(lambda key=key: self._left(key))
        column.addWidget(self._product)
        column.addWidget(self._chosen)
        pair = QHBoxLayout()
        pair.setSpacing(14)
        pair.addWidget(self.name, 1)
        pair.addWidget(self.phone, 1)
        column.addLayout(pair)
        column.addWidget(self.wallet)
        column.addStretch(1)
        return form

    @property
    def draft(self) -> drafts.InvoiceDraft:
        return self._draft

    def choose(self, product: ProductView | None) -> None:
        """Take a product (on to the name) or put it back (on to the search)."""
        self._draft = self._draft.with_product(product)
        self._touched.discard("unsent")
        self._product.setVisible(product is None)
        self._chosen.setVisible(product is not None)
        if product:
            self._chosen.show_product(product, self._draft.quantity)
            self.name.setFocus()
        else:
            self.picker.setFocus()
            self.picker.search.selectAll()
        self._show()

    def _quantity(self, quantity: int) -> None:
        self._draft = replace(self._draft, quantity=quantity)
        if self._draft.product:
            self._chosen.show_total(self._draft.product.price * quantity)
        self._show()

    def _typed(self, key: str, text: str) -> None:
        self._draft = self._draft.typed(key, text)
        self._show()

    def _left(self, key: str) -> None:
        if not shiboken6.isValid(self):  # Qt takes the focus away while it destroys the dialog
            return
        # A field is only blamed once it has been left, or was right before: nobody is corrected in mid-word.
        if getattr(self._draft, key).strip():
            self._touched.add(key)
        self._show()

    def _show(self) -> None:
        problems = drafts.check(self._draft, self._presenter, self._country)
        for key, field in (("name", self.name), ("phone", self.phone), ("wallet", self.wallet)):
            field.set_error(getattr(problems, key) if key in self._touched else "")
            if not getattr(problems, key):
                self._touched.add(key) if getattr(self._draft, key) else None
        chosen = self._draft.product is not None
        self._product.set_error("" if chosen or "unsent" not in self._touched else problems.product)
        self._chosen.set_problem(problems.product if chosen else "")
        self._send.setEnabled(self._task is None)

    # -- sending

    def send(self) -> None:
        """Enter: send when all is right, else show what is missing and go there. The only product that fits what was
        typed is the one that is meant."""
        if self._draft.product is None and (only := self.picker.only) is not None:
            self.choose(only)
        problems = drafts.check(self._draft, self._presenter, self._country)
        if self._task is not None:
            return
        if problems:
            self._touched |= {"unsent", "name", "phone", "wallet"}
            self._show()
            self._first_problem(problems).setFocus()
            return
        request, source = drafts.invoice(self._draft, self._country), self._source
        self._task = self._bridge.run(
            lambda: source.new_invoice(request), owner=self, done=self._done, failed=self._failed, name="new invoice"
        )
        self._send.setText(self._presenter.t("Sending…"))
        self._show()

    def _first_problem(self, problems: drafts.InvoiceProblems) -> QWidget:
        if problems.product:
            return self.picker if self._draft.product is None else self._chosen.stepper
        return self.name if problems.name else self.phone if problems.phone else self.wallet

    def _done(self, result: InvoiceResult) -> None:
        self._task = None
        self._outcome.show_result(result, self._draft.name)
        self._sheet.hide()
        self._outcome.show()
        self._send.hide()
        self._send.setDefault(False)
        self._again.show()
        self._outcome.copy.setFocus()
        self.sent.emit(result)

    def _failed(self, error: Exception) -> bool:
        """Keep what was typed; the reason is said by the window."""
        self._task = None
        self._send.setText(self._presenter.t("Send the link"))
        self._show()
        self.picker.ask()
        return False

    def restart(self) -> None:
        """Another invoice, from the start."""
        t = self._presenter.t
        self._draft, self._touched = drafts.InvoiceDraft(), set()
        for field in (self.name, self.phone, self.wallet):
            field.edit.clear()
        self.picker.search.clear()
        self._again.hide()
        self._send.setText(t("Send the link"))
        self._send.show()
        self._send.setDefault(True)
        self._outcome.hide()
        self._sheet.show()
        self.choose(None)
        self._touched.clear()
        self.picker.ask()

    def keyPressEvent(self, event: object) -> None:
        key = event.key()  # type: ignore[attr-defined]
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._send.isHidden():
            self.send()
        elif key == Qt.Key.Key_N and not self._again.isHidden():
            self.restart()
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]


class _Chosen(QWidget):
    """The product taken: what it is, how many, how much in all."""

    def __init__(self, presenter: LivePresenter) -> None:
        super().__init__()
        t = presenter.t
        self._presenter = presenter
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        column.addWidget(Label(t("Product"), "small-bold"))
        line = QHBoxLayout()
        line.setSpacing(10)
        self._sku = Label("", "lead-bold")
        self._title = ElidedLabel("", "body", "muted")
        self.change = Button(t("Change"), "link")
        line.addWidget(self._sku)
        line.addWidget(self._title, 1)
        line.addWidget(self.change)
        column.addLayout(line)
        sums = QHBoxLayout()
        self.stepper = Stepper(t("One less"), t("One more"))
        self.stepper.edit.setAccessibleName(t("Quantity"))
        self._total = Label("", "lead-bold")
        self._stock = Label("", "small", "muted", wrap=True)
        sums.setSpacing(12)
        sums.addWidget(self.stepper)
        sums.addWidget(self._stock, 1)
        sums.addWidget(self._total)
        column.addLayout(sums)

    def show_product(self, product: ProductView, quantity: int) -> None:
        self._sku.say(product.sku)
        self._title.say(product.title)
        self.stepper.set_highest(max(1, product.available))
        self.stepper.set_value(quantity)
        self._hint = self._presenter.left_in_stock(product)
        self.show_total(product.price * quantity)

    def show_total(self, total: int) -> None:
        self._total.say(self._presenter.money(total))

    def set_problem(self, text: str) -> None:
        self._stock.say(text or getattr(self, "_hint", ""))
        self._stock.set_role("danger" if text else "muted")


class _Outcome(QWidget):
    """The link has left: to whom, and the link itself to copy."""

    copied = Signal()

    def __init__(self, presenter: LivePresenter) -> None:
        super().__init__()
        t = presenter.t
        self._t = t
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(12)
        self._icon = IconLabel("circle-check", "paid", 28)
        self._title = Label("", "lead-bold", wrap=True)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        column.addLayout(head)
        self._detail = Label("", "body", "muted", wrap=True)
        column.addWidget(self._detail)
        line = QHBoxLayout()
        line.setSpacing(10)
        self.link = QLineEdit()
        self.link.setReadOnly(True)
        self.link.setAccessibleName(t("Pay link"))
        self.copy = Button(t("Copy"), icon="copy")
        self.copy.clicked.connect(self._copy)
        line.addWidget(self.link, 1)
        line.addWidget(self.copy)
        column.addLayout(line)
        column.addStretch(1)

    def show_result(self, result: InvoiceResult, name: str) -> None:
        t = self._t
        self._icon.show_icon(*(("circle-check", "paid") if result.sent else ("triangle-alert", "waiting")))
        if result.sent:
            self._title.say(t("Link sent to {name}", name=short_name(name)))
            self._detail.say(
                t("Order {reference} is reserved. The board shows when it is paid.", reference=result.reference)
            )
        else:
            self._title.say(t("The link is ready, but WhatsApp did not take the message"))
            self._detail.say(result.problem or t("Copy the link and send it yourself."))
        self.link.setText(result.link)
        self.link.setCursorPosition(0)
        self.copy.setText(t("Copy"))
        self.copy.set_icon_name("copy")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.link.text())
        self.copy.setText(self._t("Copied"))
        self.copy.set_icon_name("check")
        QTimer.singleShot(0, self.copied.emit)
