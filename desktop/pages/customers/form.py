"""Somebody new, or who somebody is: name and number, looked at as they are typed."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from core.customers.views import CustomerView
from core.kernel.phone import display, normalise
from desktop.bridge import Bridge
from desktop.pages.customers.presenter import CustomersPresenter
from desktop.pages.customers.source import CustomersSource
from desktop.pages.person import PersonDialog
from desktop.widgets.fields import TextField


class CustomerForm(PersonDialog):
    """``kept`` with the customer's id; ``shown`` with whose number it is already."""

    def __init__(
        self,
        parent: QWidget,
        source: CustomersSource,
        bridge: Bridge,
        words: CustomersPresenter,
        customer: CustomerView | None = None,
    ) -> None:
        t = words.t
        title, hint = t("New customer"), t("With its country code, or as it is dialled here.")
        if customer is not None:
            title, hint = (
                t("Edit the customer"),
                t("Another number becomes the one to call; those before it stay known."),
            )
        super().__init__(parent, title, 460, t, bridge, words.country, hint, close=False)
        self._source, self._words, self._customer = source, words, customer
        for part in (self.name, self.phone, self.known):
            self.body.addWidget(part)
        if customer is not None:
            self.name.edit.setText(customer.name)
            self.phone.edit.setText(display(customer.phone) if customer.phone else "")
        self.name.changed.connect(lambda text: self.name.set_error(self.problem(self.name)))
        self.phone.changed.connect(lambda text: self._typed_phone())
        self.finish(t("Keep"))

    def problem(self, field: TextField) -> str:
        """Somebody known may be without a number."""
        none = field is self.phone and not field.text and self._customer is not None
        return "" if none else super().problem(field)

    def _typed_phone(self) -> None:
        self.lead_to(None)
        self.phone.set_error(self.problem(self.phone) if len(self.phone.text) > 4 else "")
        self._pause.start()

    def look(self) -> None:
        """Whose number this is already."""
        if self.problem(self.phone) or not self.phone.text:
            return
        phone = normalise(self.phone.text, self._country)
        self._bridge.run(
            lambda: self._source.owner(phone), owner=self, done=partial(self._found, phone), name="look up a number"
        )

    def _found(self, phone: str, owner: CustomerView | None) -> None:
        if self.problem(self.phone) or normalise(self.phone.text, self._country) != phone:
            return  # typed on meanwhile
        if owner is None or (self._customer is not None and owner.id == self._customer.id):
            return
        t, who = self._t, self._words.who(owner)
        self.phone.set_error(t("This number is already that of {name}.", name=who))
        self.lead_to(owner.id, t("Show {name}", name=who))

    def save(self) -> None:
        for field in (self.name, self.phone):
            problem = self.problem(field)
            if problem:
                field.set_error(problem)
                field.setFocus()
                return
        if self._there is not None:
            self.phone.setFocus()
            return
        name, typed = self.name.text, self.phone.text
        phone = normalise(typed, self._country) if typed else None
        customer, source = self._customer, self._source

        def keep() -> int:
            if customer is None:
                return source.add(name, phone or "")
            source.change(customer.id, name, None if phone == customer.phone else phone)
            return customer.id

        self.keep(keep, "keep customer")
