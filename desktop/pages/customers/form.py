"""Somebody new, or who somebody is: name and number, looked at as they are typed."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from core.customers.views import CustomerView
from core.customers.writing import checked
from core.kernel.errors import LivePayError, Refused
from core.kernel.i18n import explain
from core.kernel.phone import display, normalise
from desktop.bridge import Bridge
from desktop.pages.customers.presenter import CustomersPresenter
from desktop.pages.customers.source import CustomersSource
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import TextField

_PAUSE_MS: Final = 250


class CustomerForm(Dialog):
    """``saved`` with the customer's id; ``shown`` with whose number it is already."""

    saved = Signal(int)
    shown = Signal(int)

    def __init__(
        self,
        parent: QWidget,
        source: CustomersSource,
        bridge: Bridge,
        words: CustomersPresenter,
        customer: CustomerView | None = None,
    ) -> None:
        t = words.t
        super().__init__(parent, t("New customer") if customer is None else t("Edit the customer"), 460)
        self._source, self._bridge, self._words, self._customer = source, bridge, words, customer
        self._owner: CustomerView | None = None
        self.name = TextField(t("Name"), placeholder=t("Aminata Diallo"))
        hint = t("With its country code, or as it is dialled here.")
        if customer is not None:
            hint = t("Another number becomes the one to call; those before it stay known.")
        self.phone = TextField(t("WhatsApp number"), hint)
        self.to_owner = Button("", "link", shrinks=True)
        self.to_owner.hide()
        for part in (self.name, self.phone, self.to_owner):
            self.body.addWidget(part)
        if customer is not None:
            self.name.edit.setText(customer.name)
            self.phone.edit.setText(display(customer.phone) if customer.phone else "")
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._look)
        self.name.changed.connect(lambda text: self._check())
        self.phone.changed.connect(lambda text: self._typed_phone())
        self.to_owner.clicked.connect(self._show_owner)
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Keep"), self.save)
        self.name.setFocus()

    # -- looking at what is typed

    def _problem(self, field: TextField) -> str:
        """What is wrong with a field, in words; empty when all is well."""
        try:
            if field is self.name:
                checked(field.text)
            elif field.text or self._customer is None:
                normalise(field.text, self._words.country)
        except Refused as error:
            return explain(error, self._words.t.language)
        return ""

    def _check(self) -> None:
        self.name.set_error(self._problem(self.name))

    def _typed_phone(self) -> None:
        self._owner = None
        self.to_owner.hide()
        self.phone.set_error(self._problem(self.phone) if len(self.phone.text) > 4 else "")
        self._pause.start()

    def _look(self) -> None:
        """Whose number this is already."""
        if self._problem(self.phone) or not self.phone.text:
            return
        phone = normalise(self.phone.text, self._words.country)
        self._bridge.run(
            lambda: self._source.owner(phone), owner=self, done=partial(self._found, phone), name="look up a number"
        )

    def _found(self, phone: str, owner: CustomerView | None) -> None:
        if self._problem(self.phone) or normalise(self.phone.text, self._words.country) != phone:
            return  # typed on meanwhile
        if owner is None or (self._customer is not None and owner.id == self._customer.id):
            return
        t, who = self._words.t, self._words.who(owner)
        self._owner = owner
        self.phone.set_error(t("This number is already that of {name}.", name=who))
        self.to_owner.setText(t("Show {name}", name=who))
        self.to_owner.show()

    def _show_owner(self) -> None:
        if self._owner is not None:
            self.shown.emit(self._owner.id)
            self.accept()

    # -- keeping

    def save(self) -> None:
        for field in (self.name, self.phone):
            problem = self._problem(field)
            if problem:
                field.set_error(problem)
                field.setFocus()
                return
        if self._owner is not None:
            self.phone.setFocus()
            return
        name, typed = self.name.text, self.phone.text
        phone = normalise(typed, self._words.country) if typed else None
        customer, source = self._customer, self._source

        def keep() -> int:
            if customer is None:
                return source.add(name, phone or "")
            source.change(customer.id, name, None if phone == customer.phone else phone)
            return customer.id

        self.action.setEnabled(False)
        self._bridge.run(keep, owner=self, done=self._kept, failed=self._failed, name="keep customer")

    def _kept(self, customer_id: int) -> None:
        self.saved.emit(customer_id)
        self.accept()

    def _failed(self, error: Exception) -> bool:
        self.action.setEnabled(True)
        if not isinstance(error, LivePayError):
            return False
        self.phone.set_error(explain(error, self._words.t.language))
        return True
